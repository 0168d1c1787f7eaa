"""action_forget: nothing of before is used any more."""

from __future__ import annotations

from actions.forget import ActionForget
from tests.actions.conftest import Talk, text_of


def test_it_says_what_it_did_and_empties_every_slot() -> None:
    said = Talk(slots={"subject": "surgery"}).user("delete my data", "delete_my_data").run(ActionForget())
    assert said.text == text_of("delete_my_data")
    assert said.events == [{"event": "reset_slots", "timestamp": None}]
