"""Updates that are not a person's who writes to the bot in private: taken without an answer and without an error."""

from __future__ import annotations

from typing import Any

import pytest

from tests.platforms.events import message
from tests.platforms.world import World

_GROUP = {"id": -100123, "title": "A group", "type": "supergroup"}
_MEMBER = {"chat": _GROUP, "from": {"id": 1, "is_bot": False, "first_name": "T"}, "date": 1}
_KICKED = {"user": {"id": 2, "is_bot": True, "first_name": "B"}, "status": "kicked", "until_date": 0}
_BOT = {"id": 9, "is_bot": True, "first_name": "Another bot"}

UPDATES: dict[str, dict[str, Any]] = {
    "group": {"message": message("hello bot", chat=_GROUP)},
    "edited in a group": {"edited_message": message("hello bot", chat=_GROUP)},
    "channel post": {"channel_post": {"message_id": 1, "date": 1, "chat": {"id": -1, "type": "channel"}, "text": "x"}},
    "added to a group": {"my_chat_member": {**_MEMBER, "new_chat_member": _KICKED, "old_chat_member": _KICKED}},
    "blocked": {"my_chat_member": {**_MEMBER, "chat": message("")["chat"], "new_chat_member": _KICKED}},
    "new member": {"message": message(chat=_GROUP, new_chat_members=[_BOT])},
    "pinned": {"message": message(pinned_message=message("x"))},
    "timer": {"message": message(message_auto_delete_timer_changed={"message_auto_delete_time": 86400})},
    "another bot": {"message": message("buy now", **{"from": _BOT})},
    "inline query": {"inline_query": {"id": "1", "from": _BOT, "query": "x", "offset": ""}},
    "poll": {"poll": {"id": "1"}},
    "payment": {"pre_checkout_query": {"id": "1", "currency": "EUR", "total_amount": 1}},
    "reaction": {"message_reaction": {"chat": message("")["chat"], "message_id": 7, "date": 1}},
    "business": {"business_message": message("hello")},
    "nothing": {},
}


@pytest.mark.parametrize("name", UPDATES)
def test_it_is_taken_in_silence(silent_world: World, name: str) -> None:
    answer = silent_world.update(**UPDATES[name])
    assert (answer.status_code, answer.content) == (200, b"")
    silent_world.settle()
    assert silent_world.telegram.calls == []
    assert silent_world.heard == []
