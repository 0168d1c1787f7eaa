"""Numbers in a message and what they measure: temperature, counts, hours, pain scores, pulse, oxygen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from companion.safety.text import Message, Token

__all__ = ["MEASURES", "Reading", "find_readings"]

# What a pattern may ask for, and its unit.
MEASURES = {
    "temperature": "degrees Celsius",
    "times": "how often",
    "hours": "hours; days and minutes are converted",
    "score": "out of ten",
    "pulse": "beats a minute",
    "oxygen": "per cent",
    "number": "any number",
}

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_NUMBERS = {word: float(value) for value, word in enumerate(_SMALL.split())}
_NUMBERS |= {word: 10.0 * value for value, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty"], start=2)}
_NUMBERS |= {"hundred": 100.0, "dozen": 12.0, "couple": 2.0, "few": 3.0, "several": 4.0}
_ORDINALS = {"third": 3.0, "fourth": 4.0, "fifth": 5.0, "sixth": 6.0, "seventh": 7.0, "eighth": 8.0}


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TIMES = _set(
    "times x goes episodes bouts trips occasions poos poops movements stools vomits visits motions dashes runs"
)
_HOURS = {
    **dict.fromkeys(("minute", "minutes", "min", "mins", "mns"), 1 / 60),
    **dict.fromkeys(("hour", "hours", "hr", "hrs", "h"), 1.0),
    **dict.fromkeys(("day", "days"), 24.0),
    **dict.fromkeys(("week", "weeks", "wk", "wks"), 168.0),
    **dict.fromkeys(("month", "months", "mths"), 720.0),
    **dict.fromkeys(("year", "years", "yrs"), 8760.0),
}
_CELSIUS = {"c", "celsius", "centigrade"}
_FAHRENHEIT = {"f", "fahrenheit", "farenheit", "fahr"}
_DEGREES = {"degrees", "degree", "deg", "degs"}
_THERMOMETER = _set("temp temps temperature temperatures fever thermometer thermo reading reads febrile tmp")
_PULSE = _set("pulse bpm heartrate heartbeat")
_OXYGEN = _set("sats sat oxygen o2 spo2 oximeter saturation saturations")
# A bare "38.2" is a temperature unless one of these stands near: markers, weights, sizes, doses have decimals too.
_OTHER_UNITS = _set(
    "mg mcg kg g kgs cm mm ml l lb lbs ca cea marker markers psa bmi weight weigh weighed weighs stone pounds "
    "dollars miles km count counts level levels dose ejection hb haemoglobin hemoglobin size percent mmol "
    "million billion thousand grand score version page chapter years months weeks cancer tumour tumor rate "
    "survival"
)
# These stand farther off: "my CA 15-3 went from 38.5 to 41".
_MARKERS = _set("ca cea marker markers psa bmi ejection")
_WEATHER = _set("outside weather sunny shade heatwave oven")


@dataclass(frozen=True)
class Reading:
    """`value` of `measure` (in the unit of `MEASURES`), from token `first` to token `last`."""

    measure: str
    value: float
    first: int
    last: int


def find_readings(message: Message, durations: Mapping[tuple[str, ...], float]) -> list[Reading]:
    """Every number of the message with what it measures; `durations` are wordings such as ("all", "night") in hours."""
    tokens = message.tokens
    found: list[Reading] = []
    index = 0
    while index < len(tokens):
        phrase = next((d for d in durations if tuple(t.word for t in tokens[index : index + len(d)]) == d), None)
        if phrase:
            found.append(Reading("hours", durations[phrase], index, index + len(phrase) - 1))
        number = _number(tokens, index)
        if number is None:
            index += 1
            continue
        value, last = number
        measured = _measured(message, value, index, last)
        found += measured
        # The ten of "2 out of 10" is no number of its own.
        index = max([last, *(one.last for one in measured if one.measure == "score")]) + 1
    return found


def _value(token: Token) -> float | None:
    if token.word.replace(".", "", 1).replace(",", "", 1).isdecimal():
        whole, _, rest = token.word.replace(",", ".").partition(".")
        return float(whole + rest) if len(rest) == 3 and "," in token.word else float(f"{whole}.{rest or 0}")
    return _NUMBERS.get(token.word, _ORDINALS.get(token.word))


def _number(tokens: list[Token], first: int) -> tuple[float, int] | None:
    """The number that begins at `first`, also in words ("a hundred and one point five"), and its last token."""
    value = _value(tokens[first])
    if value is None:
        return None
    last = first
    while last + 1 < len(tokens):
        step = 2 if tokens[last + 1].word in ("and", "point") and last + 2 < len(tokens) else 1
        more = _value(tokens[last + step])
        if more is None or tokens[last + step].word[0].isdigit() or tokens[last].ends:
            break
        if tokens[last + 1].word == "point":
            value += more / 10
        elif more == 100 and value < 10:
            value *= 100
        elif (value == 100 and more < 100) or (step == 1 and 20 <= value < 100 and value % 10 == 0 and more < 10):
            value += more
        else:
            break
        last += step
    return value, last


def _measured(message: Message, value: float, first: int, last: int) -> list[Reading]:
    tokens = message.tokens
    # A year counts nothing.
    found = [] if 1900 <= value < 2100 else [Reading("number", value, first, last)]
    after = [token.word for token in tokens[last + 1 : last + 4]]
    before = [token.word for token in tokens[max(0, first - 7) : first]]
    unit = after[0] if after else ""
    sign = message.signs.get(last + 1, "")
    of = 1 if unit == "of" else 0
    if after[of : of + 1] and after[of] in _HOURS:
        return [*found, Reading("hours", value * _HOURS[after[of]], first, last + 1 + of)]
    if "/" in sign and unit in ("10", "ten"):
        return [*found, Reading("score", value, first, last + 1)]
    if unit in ("out", "on") and any(word in ("10", "ten") for word in after[1:]):
        return [*found, Reading("score", value, first, last + len(after))]
    if unit == "time" or unit in ("rd", "th") or any(word in _TIMES for word in after[:2]) or before[-1:] == ["x"]:
        found.append(Reading("times", value, first, min(last + 1, len(tokens) - 1)))
    near = before[-6:] + after
    if 90 < value < 260 and (_PULSE & set(near) or {"heart", "rate"} <= set(near)):
        found.append(Reading("pulse", value, first, last))
    if 50 <= value <= 100 and _OXYGEN & set(near) and not _PULSE & set(before[-2:]):
        return [*found, Reading("oxygen", value, first, last)]
    celsius = _celsius(tokens, value, first, last, unit, near, "%" in sign)
    if celsius is not None:
        found.append(Reading("temperature", celsius, first, last))
    return found


def _celsius(
    tokens: list[Token], value: float, first: int, last: int, unit: str, near: list[str], per_cent: bool
) -> float | None:
    """The number as degrees Celsius if it is a body temperature, else None. 43 C and 109 F are beyond life."""
    if unit in _DEGREES and last + 2 < len(tokens) and tokens[last + 2].word in _CELSIUS | _FAHRENHEIT:
        unit = tokens[last + 2].word
    metric, imperial = 33 <= value < 43, 92 <= value < 109
    if per_cent or _WEATHER & set(near) or not (metric or imperial):
        return None
    celsius = round(value if metric else (value - 32) * 5 / 9, 2)
    if unit in _CELSIUS | _FAHRENHEIT | _DEGREES or _THERMOMETER & set(near):
        return celsius
    decimal = any(sign in tokens[first].word for sign in ".,") or last > first
    # Without any word of temperature only a fever with its decimals is plain enough: 37.5 to 43, 100 to 109.
    plain = decimal and (value >= 37.5 or not metric) and not (imperial and value < 100)
    return celsius if plain and not (_OTHER_UNITS & {*near[-4:], unit} or _MARKERS & set(near)) else None
