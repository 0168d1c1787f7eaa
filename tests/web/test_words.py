"""The widget's own words, in every locale."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from starlette.testclient import TestClient

from companion.content import ContentError, Library
from companion.settings import ROOT, Settings
from companion.web.words import LOCALES, Words

NAMES = sorted(file.stem for file in LOCALES.glob("*.yml"))


@pytest.fixture
def words(library: Library) -> Words:
    return Words(library, Settings(country="GB", care_line="020 7946 0000"))


def test_the_promised_locales_are_there() -> None:
    assert set(NAMES) >= {"en-GB", "en-US", "es", "fr", "de", "pt", "pl", "ar", "hi", "zh"}


@pytest.mark.parametrize("name", NAMES)
def test_a_locale_is_whole_and_its_numbers_are_right(words: Words, name: str) -> None:
    given = words.of(name)
    assert given["locale"] == name
    assert given["dir"] == ("rtl" if name == "ar" else "ltr")
    assert all(text.strip() for key, text in given["words"].items() if key != "language")
    assert bool(given["words"]["language"]) is not name.startswith("en"), "it says that the assistant writes English"
    numbers = [number["text"] for number in given["numbers"]]
    assert numbers[0] == "999"
    assert "020 7946 0000" in numbers[1]


def test_every_word_is_used_by_the_widget() -> None:
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "widget").glob("*.js"))
    words = yaml.safe_load((LOCALES / "en-GB.yml").read_text(encoding="utf-8"))["words"]
    coded = {"too_large", "too_many", "not_sent"}
    for name in words:
        assert name in coded or re.search(rf"(words\)?\.|[{{,] ){name}\b", code), f"no part of the widget says '{name}'"


def test_no_words_stand_in_the_widget_itself() -> None:
    for file in (ROOT / "widget").glob("*.js"):
        code = re.sub(r"//.*|/\*.*?\*/|`[^`]*`", "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        for text in re.findall(r'"([^"\n]*)"', code):
            assert not re.search(r"[A-Z][a-z]+ [a-z]+ [a-z]+", text) or "chat cannot start" in text, (
                f"{file.name}: {text}"
            )


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("", "en-GB"), ("en", "en-GB"), ("en-AU", "en-GB"), ("en-us", "en-US"), ("es-MX", "es"), ("PT-br", "pt"),
        ("zh-Hans-CN", "zh"), ("tlh", "en-GB"), ("../../etc/passwd", "en-GB"), ("<script>", "en-GB"),
    ],
)  # fmt: skip
def test_the_nearest_locale_is_given(words: Words, asked: str, given: str) -> None:
    assert words.of(asked)["locale"] == given


def test_where_the_country_is_not_known_none_is_guessed(library: Library) -> None:
    numbers = [number["text"] for number in Words(library, Settings()).of("en-GB")["numbers"]]
    assert numbers[0] == "your local emergency number (112, 999 or 911 in many countries)"
    assert not any("116 123" in number for number in numbers)


def test_a_locale_that_lacks_a_word_stops_the_start(library: Library, tmp_path: Path) -> None:
    for name in ("en-GB", "es"):
        text = (LOCALES / f"{name}.yml").read_text(encoding="utf-8")
        if name == "es":
            text = text.replace("  send: Enviar\n", "  sendd: Enviar\n").replace("({count})", "")
        (tmp_path / f"{name}.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ContentError) as error:
        Words(library, Settings(), tmp_path)
    assert str(error.value).splitlines() == [
        "companion/web/locales/es.yml: 'send' is missing",
        "companion/web/locales/es.yml: 'sendd' is not a word of the widget",
        "companion/web/locales/es.yml: 'sources' must have ['count'] in braces, as in en-GB",
    ]


def test_the_words_come_with_the_greeting(client: TestClient) -> None:
    given = client.get("/api/words?locale=fr").json()
    assert given["words"]["send"] == "Envoyer"
    assert given["greeting"]["text"].startswith("Hello. I am an automated assistant")
    assert given["greeting"]["buttons"][-1]["title"] == "Talk to a person"
