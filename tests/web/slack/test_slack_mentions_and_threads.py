"""The assistant is called in a channel."""

from __future__ import annotations

from tests.platforms.events import direct, mention
from tests.platforms.world import World

THREAD = "slack-T0TEST-C0TEST-1700000001.000200"


def in_channel(text: str, **fields: object) -> dict:
    """A message.channels event."""
    usual = {"channel": "C0TEST", "channel_type": "channel", "ts": "1700000005.000300"}
    return direct(text, **{**usual, **fields})


def test_it_answers_in_a_thread(world: World) -> None:
    world.event(mention("<@U0BOT> what is hormone therapy?"))
    world.settle()
    assert world.texts(THREAD, "patient") == ["what is hormone therapy?"]
    [sent] = world.slack.made("chat.postMessage")
    assert (sent["channel"], sent["thread_ts"]) == ("C0TEST", "1700000001.000200")


def test_who_called_is_told_unseen_by_others_not_to_share_health_details(world: World) -> None:
    world.event(mention("<@U0BOT> hello"))
    world.settle()
    [whispered] = world.slack_soon("chat.postEphemeral")
    assert (whispered["channel"], whispered["user"]) == ("C0TEST", "U0PERSON")
    assert whispered["text"] == world.notice("channel_hint")
    assert "direct message" in whispered["text"]


def test_that_is_said_once_in_a_thread(world: World) -> None:
    world.event(mention("<@U0BOT> hello"))
    world.event(mention("<@U0BOT> and again", ts="1700000004.000200", thread_ts="1700000001.000200"))
    world.settle()
    assert len(world.slack_soon("chat.postEphemeral")) == 1
    assert world.texts(THREAD, "patient") == ["hello", "and again"]


def test_in_a_thread_it_hears_what_follows_without_being_called(world: World) -> None:
    world.event(mention("<@U0BOT> hello"))
    world.event(in_channel("tell me more", thread_ts="1700000001.000200"))
    world.settle()
    assert world.heard == ["hello", "tell me more"]


def test_a_mention_that_slack_sends_twice_over_is_one_message(world: World) -> None:
    world.event(mention("<@U0BOT> hello"))
    world.event(in_channel("<@U0BOT> hello", ts="1700000001.000200"))
    world.event(mention("<@U0BOT> more", ts="1700000006.000200", thread_ts="1700000001.000200"))
    world.event(in_channel("<@U0BOT> more", ts="1700000006.000200", thread_ts="1700000001.000200"))
    world.settle()
    assert world.heard == ["hello", "more"]


def test_what_people_write_to_each_other_is_not_heard(world: World) -> None:
    world.event(in_channel("lunch?"))
    world.event(in_channel("yes", thread_ts="1700000001.999999"))
    world.settle()
    assert world.heard == []
    assert world.slack.calls == []


def test_in_its_thread_words_to_somebody_else_are_heard_too(world: World) -> None:
    # They may tell of danger.
    world.event(mention("<@U0BOT> hello"))
    world.event(in_channel("<@U0NURSE> I can not breathe", thread_ts="1700000001.000200"))
    world.settle()
    assert world.heard == ["hello", "I can not breathe"]


def test_a_mention_without_words_is_answered(world: World) -> None:
    world.event(mention("<@U0BOT>"))
    world.settle()
    assert world.heard == [""], "the gate says that it reads words only"


def test_two_threads_and_a_direct_message_do_not_mix(world: World) -> None:
    world.event(mention("<@U0BOT> one"))
    world.event(mention("<@U0BOT> two", ts="1700000002.000200"))
    world.event(direct("three"))
    world.settle()
    assert world.texts(THREAD, "patient") == ["one"]
    assert world.texts("slack-T0TEST-C0TEST-1700000002.000200", "patient") == ["two"]
    assert world.texts("slack-T0TEST-D0TEST", "patient") == ["three"]
