"""Processes are killed in the middle of a request for a person: it is never lost, never doubled, never claimed to have
gone through when it did not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from companion.cases import Cases
from companion.cases.service import Service
from tests.stack import Stack

ASKS = [
    "can I talk to a nurse please",
    "Yes, go on",
    "Ann",
    "020 7946 0123",
    "Any time",
    "I would like to talk about my scan",
]


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """With somebody to be told, at an address where nobody listens."""
    with Stack(tmp_path_factory.mktemp("stack"), COMPANION_NOTIFY_TEAM="json://127.0.0.1:9/") as stack:
        yield stack


def cases_of(stack: Stack, sender: str) -> list[str]:
    return [case.reference for case in Cases(stack.database, Service.load().targets).all_of(sender)]


def test_the_action_server_dies_before_the_note_is_sent(stack: Stack) -> None:
    for text in ASKS:
        stack.replies("dies-1", text)
    stack.kill("actions")
    try:
        told = stack.replies("dies-1", "Send it")
        assert cases_of(stack, "dies-1") == []
        assert not re.search(r"reference", told, re.IGNORECASE), "it did not go through"
    finally:
        stack.start("actions")
    told = stack.replies("dies-1", "Send it")
    (reference,) = cases_of(stack, "dies-1")
    assert reference in told


def test_rasa_dies_in_the_middle_and_the_talk_goes_on_where_it_was(stack: Stack) -> None:
    for text in ASKS[:4]:
        stack.replies("dies-2", text)
    stack.kill("rasa")
    stack.start("rasa")
    for text in ASKS[4:]:
        stack.replies("dies-2", text)
    told = stack.replies("dies-2", "Send it")
    (reference,) = cases_of(stack, "dies-2")
    assert reference in told


def test_the_same_yes_twice_is_one_case(stack: Stack) -> None:
    for text in ASKS:
        stack.replies("twice", text)
    stack.rest("twice", "Send it", id="the-same")
    stack.rest("twice", "Send it", id="the-same")
    stack.rest("twice", "Send it")
    assert len(cases_of(stack, "twice")) == 1
