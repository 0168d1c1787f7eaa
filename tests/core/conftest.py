"""What the core's tests share: the domain, trackers put together by hand, and settings that are nobody's."""

from __future__ import annotations

from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from companion.dialogue.hand_off_state import HandOff

#: A request for a person is being put together: whether it may be passed on is asked.
NOW = datetime.now(timezone.utc).isoformat()
OPEN = SlotSet("hand_off", HandOff(step="consent", started=NOW, touched=NOW).slot())

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of whoever runs the tests do not change what a patient sees."""
    for name in ("COUNTRY", "CARE_LINE", "CARE_TEAM", "LOCALE", "ENVIRONMENT"):
        monkeypatch.delenv(f"COMPANION_{name}", raising=False)


@pytest.fixture(scope="session")
def domain() -> Domain:
    """The real domain."""
    return Domain.load(str(ROOT / "domain.yml"))


def wrote(text: str, intent: str = "nlu_fallback", *flags: tuple[str, str], **parsed: Any) -> UserUttered:
    """A message of the person, with red flags as (id, urgency), most urgent first."""
    red_flags = [{"id": name, "urgency": urgency, "text": text} for name, urgency in flags]
    parse: dict[str, Any] = {
        "text": text,
        "intent": {"name": intent, "confidence": 1.0},
        "entities": [],
        "urgency": flags[0][1] if flags else "none",
        "red_flags": red_flags,
        **parsed,
    }
    return UserUttered(text, parse["intent"], [], parse)


def tracker_of(domain: Domain, *events: Event | str) -> DialogueStateTracker:
    """A tracker after these events; a plain string is an action that was taken."""
    made = [ActionExecuted(event) if isinstance(event, str) else event for event in events]
    return DialogueStateTracker.from_events("somebody", made, slots=domain.slots, domain=domain)
