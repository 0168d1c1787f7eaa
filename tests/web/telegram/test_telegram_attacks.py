"""What somebody may try who knows the webhook's address, or who writes to the bot with ill will."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.platforms.events import CHAT, CONVERSATION, message
from tests.platforms.world import TELEGRAM_SECRET, World

BODY = json.dumps({"update_id": 1, "message": message("hello")}).encode()

HOSTILE = {
    "html": "<img src=x onerror=alert(1)><script>alert(1)</script> & <b>",
    "markdown": "*bold* _it_ [x](tg://user?id=1) `code` ||spoiler|| \\",
    "right to left": "fe\u202ever \u2067abc",
    "zero width": "fe\u200bv\ufeffer\u2060",
    "nul and bells": "fe\x00ver\x07\x1b[31m",
    "lone surrogates": "fever \ud83d and \ude00",
    "template": "{{ 7 * 7 }} ${7*7} %s {0}",
    "sql": "'; DROP TABLE messages; --",
    "slash": '/restart{"a": "b"}',
    "many marks": "a" + "\u0301" * 500,
    "long": "word " * 20_000,
}


@pytest.mark.parametrize("secret", ["", "wrong", TELEGRAM_SECRET[:-1], f"{TELEGRAM_SECRET} ".strip() + "x"])
def test_without_the_secret_nothing_is_taken(silent_world: World, secret: str) -> None:
    assert silent_world.webhook(BODY, secret).status_code == 401
    assert silent_world.chat(CONVERSATION) == []


def test_without_the_header_nothing_is_taken(silent_world: World) -> None:
    assert silent_world.post("/webhooks/telegram/webhook", BODY, content_type="application/json").status_code == 401
    assert silent_world.chat(CONVERSATION) == []


def test_only_post_is_answered(silent_world: World) -> None:
    assert silent_world.client.get(f"{silent_world.address}/webhooks/telegram/webhook").status_code == 405


def test_an_oversized_body_is_refused(silent_world: World) -> None:
    body = json.dumps({"update_id": 1, "message": message("x" * 2_000_000)}).encode()
    assert silent_world.webhook(body).status_code == 413
    assert silent_world.chat(CONVERSATION) == []


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"null", b"7", b'"x"', b"[" * 50_000, b"\xff\xfe", b'{"update_id": 1e999}']
)
def test_what_is_no_update_is_taken_in_silence(silent_world: World, body: bytes) -> None:
    answer = silent_world.webhook(body)
    assert (answer.status_code, answer.content) == (200, b"")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "text", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)
_chats = st.fixed_dictionaries({"id": _json, "type": st.just("private")}) | _json
_messages = st.fixed_dictionaries(
    {}, optional={"message_id": _json, "chat": _chats, "from": _json, "text": _json, "photo": _json, "caption": _json}
)
_queries = st.fixed_dictionaries({}, optional={"id": _json, "data": _json, "message": _messages | _json})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    update=st.fixed_dictionaries(
        {"update_id": st.integers(1) | _json},
        optional={
            "message": _messages | _json,
            "edited_message": _messages | _json,
            "callback_query": _queries | _json,
        },
    )
)
def test_no_shape_makes_it_fail(world: World, update: dict) -> None:
    assert world.webhook(json.dumps(update).encode()).status_code == 200


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_words_are_words(world: World, name: str) -> None:
    assert world.update(message=message(HOSTILE[name])).status_code == 200
    world.settle()
    assert len(world.heard) == 1
    assert len(world.telegram.made("sendMessage")) >= 1, "and no rule of Telegram's was broken"
    assert not set("\x00\x07\u202e\u2067\u200b\ufeff\u2060") & set(world.heard[0])


def test_hidden_signs_do_not_hide_danger(world: World) -> None:
    world.update(message=message(HOSTILE["zero width"]))
    world.settle()
    assert world.heard == ["fever"]


def test_names_and_all_other_fields_are_not_kept(world: World) -> None:
    marker = "<script>Marker</script>"
    person = {"id": CHAT, "is_bot": False, "first_name": marker, "last_name": marker, "username": marker}
    chat = {"id": CHAT, "type": "private", "first_name": marker, "username": marker}
    world.update(message=message("hello", **{"from": person, "chat": chat, "forward_origin": {"sender_user": marker}}))
    world.settle()
    assert marker not in str(world.chat(CONVERSATION)) + str(world.journal.address(CONVERSATION))


def test_a_thousand_messages_from_one_leave_others_unaffected(world: World) -> None:
    others = message("and what about me?", message_id=1)
    others["chat"] = {**others["chat"], "id": CHAT + 1}

    def write(number: int) -> int:
        # In their midst, somebody else writes once.
        return world.update(message=others if number == 500 else message(f"message {number}")).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(1000))) == {200}
    world.settle()
    assert world.heard.count("and what about me?") == 1
    assert len(world.heard) <= 1 + 2 * 30, "a new minute may begin on the way"
    sent = [one["text"] for one in world.telegram.made("sendMessage") if one["chat_id"] == CHAT]
    assert 1 <= sent.count(world.notice("slow_down")) <= 2, "one a minute"
    assert len(sent) <= 2 + 2 * 30


def test_neither_words_nor_secrets_are_logged(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    world.telegram.refuse(500, {"ok": False, "error_code": 500, "description": "Internal Server Error"})
    world.update(message=message("Marker"))
    world.settle()
    # httpcore's own debug log quotes addresses; nobody runs with it, and docs/operators.md says so.
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpcore", "asyncio"))]
    told = str([text for text in logged if "127.0.0.1" not in text or "bot" in text])
    assert not [secret for secret in ("Marker", "TESTtest", TELEGRAM_SECRET, str(CHAT)) if secret in told]
