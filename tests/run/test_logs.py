"""Log lines: one form, and nothing that a patient wrote."""

from __future__ import annotations

import json
import logging
import sys

import pytest

from companion.run.logs import LineFormatter, configure, patients_may_write

PLANTED = "Ann Example 020 7946 0123 lump in my breast"


def record(name: str, message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    info = None if error is None else (type(error), error, error.__traceback__)
    return logging.LogRecord(name, logging.ERROR, "/somewhere/processor.py", 12, message, arguments, info)


def failure() -> BaseException:
    try:
        raise ValueError(PLANTED)
    except ValueError as error:
        return error


@pytest.fixture
def serving() -> LineFormatter:
    formatter = LineFormatter("rasa")
    patients_may_write(formatter, {})
    return formatter


def test_our_own_lines_are_whole(serving: LineFormatter) -> None:
    line = serving.format(record("companion.channels.gate", "turn failed=%s correlation_id=%s", "slow", "abc"))
    assert line.endswith("ERROR companion.channels.gate turn failed=slow correlation_id=abc")


def test_another_librarys_words_are_withheld_once_patients_write(serving: LineFormatter) -> None:
    line = serving.format(record("rasa.core.processor", f"could not handle '{PLANTED}'"))
    assert PLANTED not in line
    assert line.endswith("rasa.core.processor withheld at=processor.py:12")


def test_before_that_they_say_why_nothing_starts() -> None:
    assert "no such host" in LineFormatter("rasa").format(record("sqlalchemy", "no such host"))


@pytest.mark.parametrize("name", ["companion.channels.gate", "sanic.error"])
def test_an_exceptions_text_is_withheld_and_its_place_is_shown(serving: LineFormatter, name: str) -> None:
    line = serving.format(record(name, "failed", error=failure()))
    assert PLANTED not in line
    assert "error=ValueError at=test_logs.py:" in line


def test_everything_is_shown_only_where_it_is_asked_for() -> None:
    formatter = LineFormatter("rasa")
    patients_may_write(formatter, {"COMPANION_LOG": "everything"})
    assert PLANTED in formatter.format(record("rasa.core.processor", PLANTED))


def test_json_lines_have_the_fields_apart() -> None:
    line = json.loads(LineFormatter("web", as_json=True).format(record("companion.web", "turn failed=%s n=2", "slow")))
    assert (line["process"], line["level"], line["failed"], line["n"]) == ("web", "error", "slow", "2")


def test_a_line_break_in_a_message_begins_no_line_of_its_own(serving: LineFormatter) -> None:
    assert "\n" not in serving.format(record("companion", "one\ntwo"))


def test_every_logger_of_the_process_uses_the_form(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    try:
        configure("web", environment={})
        root.handlers[0].setStream(sys.stderr)  # type: ignore[attr-defined]
        logging.getLogger("companion.web.turns").error("no answer from Rasa: %s", "ConnectError")
    finally:
        root.handlers[:], root.level = before, level
    assert "ERROR companion.web.turns no answer from Rasa: ConnectError" in capsys.readouterr().err
