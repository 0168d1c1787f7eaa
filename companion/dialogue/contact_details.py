"""Finds how to reach somebody in what they wrote: telephone numbers and e-mail addresses, also spelled out.

Numbers are judged and grouped by phonenumbers (Google's libphonenumber data), addresses by email-validator. Nothing is
refused because it looks odd: the person reads it back and decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import phonenumbers
from email_validator import EmailNotValidError, validate_email

__all__ = ["Contact", "find_contact"]

#: Fewer digits are no number anybody could ring from elsewhere; more do not exist (ITU-T E.164, with two for "00").
_FEWEST_DIGITS, _MOST_DIGITS = 7, 17

#: Nobody writes a letter before the number.
_MOST_CHARACTERS = 2000

_UNITS = {"zero": "0", "oh": "0", "o": "0", "nought": "0", "naught": "0", "nil": "0", "one": "1", "two": "2"}
_UNITS |= {"three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8", "nine": "9"}
_TEENS = {"ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15"}
_TEENS |= {"sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19"}
_TENS = {"twenty": "2", "thirty": "3", "forty": "4", "fourty": "4", "fifty": "5", "sixty": "6", "seventy": "7"}
_TENS |= {"eighty": "8", "ninety": "9"}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_ZEROS = {"hundred": "00", "thousand": "000"}
_NUMBER_WORD = "|".join([*_UNITS, *_TEENS, *_TENS, *_TIMES, *_ZEROS])
#: A stretch of numbers in words, perhaps with digits between: "plus four four, 7946 oh one two three".
_SPELLED = re.compile(
    rf"(?:\bplus\s+)?(?:\b(?:{_NUMBER_WORD}|\d+)\b[\s,.\-–]*){{3,}}",
    re.IGNORECASE,
)
_TOKEN = re.compile(r"plus|[a-z]+|\d+", re.IGNORECASE)

_PHONE = re.compile(
    r"(?<![\w@])\+?\s?(?:\(\s?\+?\d+\s?\)\s*)?\d(?:[\s().\-–]*\d)+"
    r"(?P<extension>\s*(?:x|ext\.?|extension)\s*\d{1,6})?(?![\w@])",
    re.IGNORECASE,
)
#: What looks like a number to ring and is a day.
_DAY = re.compile(r"\b(?:\d{4}[-.]\d{1,2}[-.]\d{1,2}|\d{1,2}[-.]\d{1,2}[-.]\d{4})\b")
#: "… 0123 4pm": the last figure belongs to the time of day.
_THEN_A_TIME = re.compile(r"\s+\d{1,2}(?=\s*(?:am|pm|a\.m|p\.m|o'?clock|:\d\d)\b)", re.IGNORECASE)

_AT = r"(?:\s*@\s*|\s*[\(\[{]\s*at\s*[\)\]}]\s*|\s+at\s+)"
_DOT = r"(?:\.|\s+dot\s+|\s*[\(\[{]\s*dot\s*[\)\]}]\s*)"
_JOINT = r"(?:\s+(?:dot|dash|hyphen|underscore|plus)\s+)"
_EMAIL = re.compile(
    rf"(?P<local>[\w.+'\-]+(?:{_JOINT}[\w.+'\-]+)*){_AT}"
    rf"(?P<domain>[\w\-]+(?:{_DOT}[\w\-]+)*{_DOT}[a-z]{{2,}})\b(?!\s*@|\s+(?:at|dot)\b|\.\w)",
    re.IGNORECASE,
)
_BEFORE_AN_ADDRESS = {
    "at",
    "is",
    "its",
    "s",
    "me",
    "to",
    "on",
    "by",
    "via",
    "use",
    "try",
    "my",
    "address",
    "email",
    "mail",
}
_BEFORE_AN_ADDRESS |= {"or", "and", "please", "yes", "it", "be", "mine"}
_SIGNS = {"dot": ".", "dash": "-", "hyphen": "-", "underscore": "_", "plus": "+"}


@dataclass(frozen=True)
class Contact:
    """How to reach somebody. `text`: clear and grouped, as it is read back; `sure`: nothing about it looks odd."""

    kind: Literal["phone", "email"]
    text: str
    sure: bool


def find_contact(text: str, region: str | None) -> Contact | None:
    """The e-mail address or telephone number in `text`, or None. `region`: ISO code of the country whose numbers are
    written without their country code; None where it is not known."""
    start = text[:_MOST_CHARACTERS]
    return _email(start) or _phone(start, region)


def _email(text: str) -> Contact | None:
    for found in _EMAIL.finditer(text):
        local = re.sub(_JOINT, lambda sign: _SIGNS[sign.group().strip().lower()], found["local"], flags=re.IGNORECASE)
        domain = re.sub(_DOT, ".", found["domain"], flags=re.IGNORECASE)
        try:
            checked = validate_email(f"{local.strip('.')}@{domain}", check_deliverability=False)
        except EmailNotValidError:
            continue
        spoken = re.search(r"\s", found.group()) is not None
        before = re.search(r"([^\W\d_]+)\s+$", text[: found.start()])
        # "ann smith at example dot org": whether Ann belongs to it only she can tell.
        odd = spoken and before is not None and before[1].lower() not in _BEFORE_AN_ADDRESS
        return Contact("email", checked.normalized, sure=not odd)
    return None


def _phone(text: str, region: str | None) -> Contact | None:
    written = _DAY.sub(" ", _THEN_A_TIME.sub(" ", _in_digits(text)))
    for found in _PHONE.finditer(written):
        digits = sum(character.isdigit() for character in found.group())
        if _FEWEST_DIGITS <= digits <= _MOST_DIGITS + len(found["extension"] or ""):
            return _grouped(" ".join(found.group().split()), region)
    return None


def _grouped(written: str, region: str | None) -> Contact:
    """As a person would read it out."""
    international = re.sub(r"^\(?\s*00", "+", written) if region is None else written
    try:
        number = phonenumbers.parse(international, region)
    except phonenumbers.NumberParseException:
        # Without a country nobody can say whether it is one.
        return Contact("phone", _in_threes(written), sure=region is None)
    if not phonenumbers.is_possible_number(number):
        return Contact("phone", _in_threes(written), sure=False)
    home = region is not None and number.country_code == phonenumbers.country_code_for_region(region)
    form = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return Contact("phone", phonenumbers.format_number(number, form), sure=phonenumbers.is_valid_number(number))


def _in_threes(written: str) -> str:
    """A number that came as one run of digits, in groups; others as they were written."""
    if not written.isdigit():
        return written
    groups = [written[-4:]]
    for end in range(len(written) - 4, 0, -3):
        groups.insert(0, written[max(end - 3, 0) : end])
    if len(groups[0]) == 1:
        groups[:2] = ["".join(groups[:2])]
    return " ".join(groups)


def _in_digits(text: str) -> str:
    """`text` with numbers in words turned into digits: "oh seven nine" into "079", "double four" into "44"."""
    return _SPELLED.sub(lambda found: _digits(found.group()) or found.group(), text)


def _digits(spelled: str) -> str | None:
    """The digits of one stretch; None where it is not long enough to be ringed, or holds no word at all."""
    tokens = [token.lower() for token in _TOKEN.findall(spelled)]
    if all(token.isdigit() for token in tokens):
        return None
    digits, times, tens_open = "", 1, False
    for token in tokens:
        if token == "plus":
            digits += "+"
            continue
        if token in _TIMES:
            times, tens_open = _TIMES[token], False
            continue
        if token in _TENS:
            digits, tens_open = f"{digits}{_TENS[token]}0", True
            continue
        unit = _UNITS.get(token)
        if unit not in (None, "0") and tens_open:
            digits = f"{digits[:-1]}{unit}"
        else:
            digits += (unit or _TEENS.get(token) or _ZEROS.get(token) or token) * times
        times, tens_open = 1, False
    return f"{digits} " if sum(map(str.isdigit, digits)) >= _FEWEST_DIGITS else None
