"""Each YAML file beside this one is a conversation; its name says what it shows.

A turn says what the person writes (`user`), and what then holds. The first entry may be a `setting` instead: `hours`
("closed": nobody is at work all week; else somebody always is), `staff` ("none": nobody can be told). `silence`: hours
that go by before the turn; `broken`: true where the cases cannot be stored in this turn. `unclear`: the topics that
the message may be about, where none is sure: what a model guesses changes with every training.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from companion.settings import ROOT
from tests.conftest import Chat, Chats

_FILES = sorted(Path(__file__).parent.glob("*/*.yml"))
_KNOWN = {"user", "intent", "urgency", "messages", "says", "says_not", "starts", "buttons", "note"}
_KNOWN |= {"silence", "broken", "unclear", "case", "stored"}
#: Nobody listens there: notifications are written down here, not sent.
_TEAM = "json://127.0.0.1:9/"


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Sets hours and staff, whatever the hour and wherever the tests run."""

    def is_set(hours: str = "open", staff: str = "team") -> None:
        service = yaml.safe_load((ROOT / "content" / "service.yml").read_text(encoding="utf-8"))
        service["hours"] = {day: ["00:00-24:00"] if hours == "open" else [] for day in service["hours"]}
        service["closed_days"] = []
        file = tmp_path / f"{hours}.yml"
        file.write_text(yaml.safe_dump(service), encoding="utf-8")
        monkeypatch.setenv("COMPANION_SERVICE", str(file))
        if staff == "none":
            monkeypatch.delenv("COMPANION_NOTIFY_TEAM", raising=False)
        else:
            monkeypatch.setenv("COMPANION_NOTIFY_TEAM", _TEAM)

    return is_set


@pytest.mark.parametrize("file", _FILES, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_conversation(file: Path, chats: Chats, deployment: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    chat = chats.new()
    turns = yaml.safe_load(file.read_text(encoding="utf-8"))
    deployment(**(turns.pop(0)["setting"] if "setting" in turns[0] else {}))
    for number, turn in enumerate(turns, start=1):
        assert set(turn) <= _KNOWN, f"turn {number}: unknown {set(turn) - _KNOWN}"
        if "silence" in turn:
            chat.goes_silent(timedelta(hours=turn["silence"]))
        with monkeypatch.context() as changed:
            if "unclear" in turn:
                _understand_vaguely(changed, turn["unclear"])
            parsed = chat.understand(turn["user"])
            if turn.get("broken"):
                _break_the_cases(changed)
            messages = chat.say(turn["user"])
        where = f"{file.stem}, turn {number}: '{turn['user'][:60]}'"
        _check(turn, parsed, messages, where)
        _check_stored(turn, chat, where)


def _understand_vaguely(monkeypatch: pytest.MonkeyPatch, topics: list[str]) -> None:
    from companion.nlu.intent_classifier import TopicClassifier

    ranking = [{"name": name, "confidence": 0.2 - place / 100} for place, name in enumerate(topics)]
    monkeypatch.setattr(TopicClassifier, "_rank", lambda *_: list(ranking))
    monkeypatch.setattr(TopicClassifier, "_knows", lambda *_: False)


def _break_the_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    from companion.cases import Cases
    from companion.store import StoreError

    def fails(*args: Any, **kwargs: Any) -> None:
        raise StoreError("OperationalError")

    for name in ("open", "open_of", "withdraw", "add_note"):
        monkeypatch.setattr(Cases, name, fails)


def _check_stored(turn: dict[str, Any], chat: Chat, where: str) -> None:
    """`case`: fields of the chat's latest case, or null for none; `stored`: how many messages are."""
    if "case" in turn:
        found = chat.cases()
        if turn["case"] is None:
            assert found == [], f"{where}: a case is stored: {found}"
        else:
            assert found, f"{where}: no case is stored"
            for name, value in turn["case"].items():
                assert _of(found[-1], name) == value, f"{where}: {name} is {_of(found[-1], name)!r}"
    if "stored" in turn:
        assert len(chat.messages()) == turn["stored"], f"{where}: stored are {chat.messages()}"


def _of(case: Any, name: str) -> Any:
    if name == "given":
        return case.consent.get("given")
    if name == "red_flags":
        return [flag["id"] for flag in case.red_flags]
    value = getattr(case, name)
    return getattr(value, "value", value)


def _check(turn: dict[str, Any], parsed: dict[str, Any], messages: list[dict[str, Any]], where: str) -> None:
    text = "\n\n".join(message.get("text", "") for message in messages)
    buttons = [button["title"] for message in messages for button in message.get("buttons", ())]
    seen = f"{where}\nthe patient sees:\n{text}\n{buttons}"
    if "intent" in turn:
        assert parsed["intent"]["name"] == turn["intent"], seen
    if "urgency" in turn:
        assert parsed["urgency"] == turn["urgency"], seen
    if "messages" in turn:
        assert len(messages) == turn["messages"], seen
    assert text.startswith(turn.get("starts", "")), seen
    for words in turn.get("says", ()):
        assert words.lower() in text.lower(), f"'{words}' is not said; {seen}"
    for words in turn.get("says_not", ()):
        assert words.lower() not in text.lower(), f"'{words}' is said; {seen}"
    for button in turn.get("buttons", ()):
        assert button in buttons, f"no button '{button}'; {seen}"
