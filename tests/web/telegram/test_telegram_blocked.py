"""Somebody blocks the bot, or Telegram does not take a message now."""

from __future__ import annotations

from tests.platforms.events import CONVERSATION, message
from tests.platforms.world import World


def test_who_blocked_the_bot_is_not_written_to_again(world: World) -> None:
    world.telegram.refuse(
        403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}
    )
    world.update(message=message("hello"))
    world.settle()
    assert [(fault.permanent, fault.gone) for fault in world.undelivered] == [(True, True)]
    world.settle()
    assert world.telegram.made("sendMessage") == []


def test_who_comes_back_is_answered_again(world: World) -> None:
    test_who_blocked_the_bot_is_not_written_to_again(world)
    world.update(message=message("/start", message_id=8))
    world.settle()
    assert [sent["text"] for sent in world.telegram.made("sendMessage")] == ["You wrote: Hello"]


def test_when_telegram_asks_for_a_pause_it_is_known_how_long(world: World) -> None:
    world.telegram.refuse(
        429,
        {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 7}},
    )
    world.update(message=message("hello"))
    world.settle()
    assert [(fault.permanent, fault.retry_after) for fault in world.undelivered] == [(False, 7.0)]
    world.settle()
    assert len(world.telegram.made("sendMessage")) == 1
    assert world.texts(CONVERSATION, "assistant") == ["You wrote: hello"]


def test_a_long_answer_goes_on_where_it_stopped(world: World) -> None:
    long = "\n\n".join(f"Paragraph {number}. " + "Some more words. " * 40 for number in range(20))
    world.reply = lambda text: [(long, {})]
    world.telegram.next.extend([])
    world.update(message=message("hello"))
    first_refused = world.telegram.answer

    def second_fails(method, arguments):
        if len(world.telegram.made("sendMessage")) == 2 and not world.undelivered:
            world.telegram.calls.pop()
            return {"ok": False, "error_code": 500, "description": "Internal Server Error"}
        return first_refused(method, arguments)

    world.telegram.answer = second_fails
    world.settle()
    world.settle()
    sent = [one["text"] for one in world.telegram.made("sendMessage")]
    assert len(sent) == 4
    assert "\n\n".join(sent).split() == long.split(), "nothing is lost, doubled or out of order"
