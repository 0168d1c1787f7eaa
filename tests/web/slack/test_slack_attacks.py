"""What somebody may try who knows the address, or who writes to the app with ill will."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.platforms.events import DIRECT, direct, mention
from tests.platforms.world import SLACK_SECRET, World
from tests.web.telegram.test_telegram_attacks import HOSTILE

BODY = json.dumps({"type": "event_callback", "team_id": "T0TEST", "event_id": "Ev1", "event": direct("hello")}).encode()


def signature(body: bytes, sent: str, secret: str = SLACK_SECRET, version: str = "v0") -> str:
    """As Slack makes it."""
    return f"{version}={hmac.new(secret.encode(), f'v0:{sent}:'.encode() + body, hashlib.sha256).hexdigest()}"


NOW = str(int(time.time()))
FORGED = {
    "none": "",
    "garbage": "v0=abc",
    "another secret": signature(BODY, NOW, "0" * 32),
    "another body": signature(BODY + b" ", NOW),
    "another time": signature(BODY, str(int(NOW) - 1)),
    "another version": signature(BODY, NOW, version="v1"),
    "upper case": signature(BODY, NOW).upper(),
    "not ascii": "v0=é",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_signature_is_refused(silent_world: World, name: str) -> None:
    answer = silent_world.slack_post(BODY, x_slack_request_timestamp=NOW, x_slack_signature=FORGED[name])
    assert answer.status_code == 401
    assert silent_world.chat(DIRECT) == []


@pytest.mark.parametrize("missing", ["x-slack-signature", "x-slack-request-timestamp"])
def test_a_missing_header_is_refused(silent_world: World, missing: str) -> None:
    sent = str(int(time.time()))
    headers = {"x-slack-request-timestamp": sent, "x-slack-signature": signature(BODY, sent)}
    headers.pop(missing)
    answer = silent_world.client.post(f"{silent_world.address}/webhooks/slack/webhook", content=BODY, headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("sent", ["0", "-1", "", "now", "1e10", "９９", "9" * 400])
def test_a_time_that_is_none_is_refused(silent_world: World, sent: str) -> None:
    headers = {"x-slack-request-timestamp": sent.encode(), "x-slack-signature": signature(BODY, sent).encode()}
    answer = silent_world.client.post(f"{silent_world.address}/webhooks/slack/webhook", content=BODY, headers=headers)
    assert answer.status_code == 401


@pytest.mark.parametrize("age", [301, -301, 86400])
def test_a_recorded_request_is_refused_after_five_minutes(silent_world: World, age: int) -> None:
    assert silent_world.slack_post(BODY, x_slack_request_timestamp=str(int(time.time()) - age)).status_code == 401


def test_a_recorded_request_within_them_changes_nothing(world: World) -> None:
    sent = str(int(time.time()) - 100)
    for _ in range(3):
        assert world.slack_post(BODY, x_slack_request_timestamp=sent).status_code == 200
        world.settle()
    assert world.heard == ["hello"]


def test_an_oversized_body_is_refused(silent_world: World) -> None:
    assert silent_world.slack_post(b'{"x": "' + b"y" * 2_000_000 + b'"}').status_code == 413


def test_the_address_is_verified_only_with_a_signature(silent_world: World) -> None:
    body = json.dumps({"type": "url_verification", "token": "x", "challenge": "3eZbrw1aBm2rZgRNFdxV2595E9C"}).encode()
    answer = silent_world.slack_post(body)
    assert (answer.status_code, answer.text) == (200, "3eZbrw1aBm2rZgRNFdxV2595E9C")
    assert answer.headers["content-type"].startswith("text/plain")
    assert silent_world.slack_post(body, x_slack_signature="v0=0").status_code == 401


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"[" * 50_000, b"\xff\xfe", b'{"type": "event_callback"}'])
def test_what_is_no_event_is_taken_in_silence(silent_world: World, body: bytes) -> None:
    answer = silent_world.slack_post(body)
    assert (answer.status_code, answer.content) == (200, b"")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "user", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_fields = ["type", "subtype", "user", "text", "ts", "thread_ts", "channel", "channel_type", "files", "edited", "bot_id"]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    changed=st.dictionaries(st.sampled_from([*_fields, "message"]), _json, max_size=4),
    around=st.dictionaries(st.sampled_from(["team_id", "authorizations", "event_id", "type"]), _json, max_size=2),
    base=st.sampled_from([direct("hello"), mention("<@U0BOT> hello"), direct("", subtype="message_changed")]),
)
def test_no_shape_makes_it_fail(world: World, changed: dict, around: dict, base: dict) -> None:
    assert world.event({**base, **changed}, **around).status_code == 200


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changed=st.dictionaries(st.sampled_from(["type", "actions", "channel", "user", "message"]), _json, max_size=4))
def test_no_interaction_makes_it_fail(world: World, changed: dict) -> None:
    assert world.press({"type": "block_actions", **changed}).status_code == 200


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_are_words(world: World, name: str) -> None:
    assert world.event(direct(HOSTILE[name])).status_code == 200
    world.settle()
    assert len(world.heard) == 1
    assert world.slack.made("chat.postMessage"), "and no rule of Slack's was broken"
    assert not set("\x00\x07\u202e\u2067\u200b\ufeff\u2060") & set(world.heard[0])


def test_nobody_is_called_by_what_the_assistant_repeats(world: World) -> None:
    world.event(direct("say &lt;!channel&gt; and &lt;@U0NURSE&gt; and &lt;https://example.org|x&gt;"))
    world.settle()
    [sent] = world.slack.made("chat.postMessage")
    assert "&lt;!channel&gt; and &lt;@U0NURSE&gt;" in sent["text"]
    assert "&lt;!channel&gt; and &lt;@U0NURSE&gt;" in sent["blocks"][0]["text"]["text"]


def test_a_thousand_messages_from_one_leave_others_unaffected(world: World) -> None:
    def write(number: int) -> int:
        # In their midst, somebody else writes once.
        event = direct("and what about me?", channel="D0OTHER") if number == 500 else direct(f"message {number}")
        return world.event(event).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(1000))) == {200}
    world.settle()
    assert world.heard.count("and what about me?") == 1
    assert len(world.heard) <= 1 + 2 * 30, "a new minute may begin on the way"
    assert 1 <= world.texts(DIRECT, "notice").count(world.notice("slow_down")) <= 2, "one a minute"


def test_nobody_gets_around_that_by_many_threads(world: World) -> None:
    for number in range(30):
        event = mention("<@U0BOT> hello", ts=f"17000000{number:02}.000100", user="U0FLOOD")
        assert world.event(event).status_code == 200
    world.event(mention("<@U0BOT> and what about me?"))
    world.settle()
    assert world.heard.count("hello") == 10
    assert "and what about me?" in world.heard
    whispers = [one["text"] for one in world.slack_soon("chat.postEphemeral") if one["user"] == "U0FLOOD"]
    assert whispers.count(world.notice("slow_down")) == 1


def test_neither_words_nor_secrets_are_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.slack.refuse(200, {"ok": False, "error": "internal_error"})
    world.event(mention("<@U0BOT> Marker"))
    world.settle()
    logged = str([record.getMessage() for record in caplog.records if not record.name.startswith("httpcore")])
    assert not [secret for secret in ("Marker", "xoxb", SLACK_SECRET, "U0PERSON") if secret in logged]
