"""What the policies share: the person's last message, and what was done since."""

from __future__ import annotations

from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

__all__ = ["ESCALATION", "HAND_OFF", "NUMBERS", "this_turn"]

ESCALATION = "utter_escalation"
#: Tells the numbers to call; then the hand-off offers to ask the team.
NUMBERS, HAND_OFF = "utter_hand_off", "action_hand_off"


def this_turn(tracker: DialogueStateTracker) -> tuple[UserUttered | None, list[str]]:
    """The person's last message and the actions taken since."""
    actions: list[str] = []
    for event in reversed(tracker.applied_events()):
        if isinstance(event, UserUttered):
            return event, actions[::-1]
        if isinstance(event, ActionExecuted):
            actions.append(event.action_name or "")
    return None, []
