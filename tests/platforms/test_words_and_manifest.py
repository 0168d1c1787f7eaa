"""The commands' sentences, and the app's manifest for Slack."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from companion.platforms.words import ATTACHMENTS, COMMANDS
from companion.settings import ROOT
from companion.web.slack import PATH
from tests.conftest import Chat

MEANT = {"start": "greet", "help": "ask_capabilities", "stop": "stop", "delete": "delete_my_data"}
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "slack-manifest.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_assistant_understands_what_a_command_says(chat: Chat, name: str) -> None:
    assert chat.understand(COMMANDS[name].says)["intent"]["name"] == MEANT[name]


def test_there_are_words_for_everything_that_can_be_sent() -> None:
    assert {"photo", "voice", "video", "video_note", "document", "sticker", "location", "contact"} <= set(ATTACHMENTS)


def test_the_manifest_asks_for_what_is_used_and_no_more() -> None:
    # https://docs.slack.dev/reference/events, /reference/methods: which right each needs.
    needed = {
        "app_mention": "app_mentions:read",
        "message.im": "im:history",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "chat.postMessage": "chat:write",
        "reactions.add": "reactions:write",
    }
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == set(needed.values())
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    assert set(events) == {"app_home_opened", *(name for name in needed if name in events)}


def test_the_manifest_sends_everything_to_our_address() -> None:
    settings = MANIFEST["settings"]
    for part in (settings["event_subscriptions"], settings["interactivity"]):
        assert part["request_url"] == f"https://chat.example.org{PATH}"
    assert settings["interactivity"]["is_enabled"]
    assert not settings["socket_mode_enabled"]


def test_the_manifest_keeps_slacks_limits() -> None:
    # https://docs.slack.dev/reference/app-manifest#display
    shown = MANIFEST["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert 174 <= len(shown["long_description"]) <= 4000
    assert MANIFEST["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
