"""What is stored, for how long, and that it be deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from actions.rights import ActionForget, ActionPrivacy, ActionShowMyData
from actions.stores import cases
from actions.yes_no import ActionAffirm, ActionDeny
from companion.cases import CaseRequest
from companion.store import Database, Journal
from tests.actions.conftest import Talk

YES, KEEP = "Yes, delete everything", "No, keep it"


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A fresh database, and no file of a deployment's own."""
    monkeypatch.setenv("COMPANION_DATABASE", f"sqlite:///{tmp_path}/companion.db")
    monkeypatch.delenv("COMPANION_SERVICE", raising=False)
    database = Database.from_environment()
    database.migrate()
    return database


def test_how_long_things_are_kept_is_told_as_it_is_set() -> None:
    text = Talk().user("do you store this?", "ask_privacy").run(ActionPrivacy()).text
    assert "It is removed 24 hours after your last message." in text
    assert "stored until 30 days after it is over" in text


def test_where_nothing_was_asked_only_messages_are_shown(database: Database) -> None:
    Journal(database).receive("somebody", "rest", "hello")
    text = Talk().user("show me my data", "show_my_data").run(ActionShowMyData()).text
    assert "Messages from you and from me: 1." in text
    assert "Requests for a person: none." in text


def test_a_request_is_shown_with_what_is_in_it() -> None:
    request = CaseRequest(key="k", channel="rest", urgency="none", conversation="somebody", reason="my tablets")
    case = cases().open(request)
    text = Talk().user("show me my data", "show_my_data").run(ActionShowMyData()).text
    assert f"Request {case.reference}:" in text
    assert "- Name: not told" in text
    assert "- How to reach you: in this chat" in text
    assert "- What it is about: my tablets" in text


def test_without_a_database_that_is_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("COMPANION_DATABASE", f"sqlite:///{tmp_path}/no/such/folder/file.db")
    said = Talk().user("show me my data", "show_my_data").run(ActionShowMyData())
    assert "I cannot show you what is stored" in said.text


def test_deleting_is_asked_once() -> None:
    said = Talk(slots={"subject": "surgery"}).user("delete my data", "delete_my_data").run(ActionForget())
    assert said.text.startswith("Shall I delete this chat")
    assert said.buttons == [YES, KEEP]
    assert said.events == []


@pytest.mark.parametrize("answer", [YES, "yes", "delete it all"])
def test_a_yes_deletes_and_says_so_only_once_it_is_done(answer: str) -> None:
    talk = Talk(slots={"subject": "surgery"}).user("delete my data").bot(buttons=(YES, KEEP)).user(answer)
    said = talk.run(ActionAffirm() if answer == "yes" else ActionForget())
    assert said.messages[0]["effect"] == "erase", "the gate is not told to delete"
    assert said.text.startswith("It is done")
    assert said.events == [{"event": "reset_slots", "timestamp": None}]


def test_a_no_deletes_nothing() -> None:
    said = Talk().user("delete my data").bot(buttons=(YES, KEEP)).user("no", "deny").run(ActionDeny())
    assert said.text == "All right, I have not deleted anything."
    assert said.events == []
    assert "effect" not in said.messages[0]


def test_yes_to_something_else_deletes_nothing() -> None:
    said = Talk().user("delete my data").bot(buttons=(YES, KEEP)).user("hm").bot("…").user("yes", "affirm")
    assert "effect" not in said.run(ActionAffirm()).messages[0]
