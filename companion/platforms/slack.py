"""Slack's Web API (https://docs.slack.dev/apis/web-api), as far as it is needed here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from companion.platforms.model import DeliveryError
from companion.platforms.settings import SlackSettings
from companion.platforms.slack_form import slack_messages
from companion.store import Entry

__all__ = ["Slack", "SlackError"]

_PATIENCE = 10.0
#: Seconds to wait where Slack asks us to slow down and does not say for how long.
_USUAL_PAUSE = 30.0
# What chat.postMessage may answer: https://docs.slack.dev/reference/methods/chat.postMessage#errors
#: Nobody can be reached in this channel.
_NOBODY = {"channel_not_found", "is_archived", "not_in_channel", "user_not_found", "messages_tab_disabled"}
#: The app was taken out of the workspace, or may not write. Only a new token or other rights help.
_SHUT_OUT = {"account_inactive", "token_revoked", "restricted_action", "ekm_access_denied", "team_access_not_granted"}
#: Something beside the words was wrong.
_FORM = {
    "invalid_blocks",
    "invalid_blocks_format",
    "msg_blocks_too_long",
    "invalid_arguments",
    "invalid_metadata_format",
}
#: The words themselves were.
_WORDS = {"msg_too_long", "no_text"}
_TOO_FAST = {"ratelimited", "rate_limited", "message_limit_exceeded"}


class SlackError(RuntimeError):
    """Slack refused a call; the text is its error, such as "channel_not_found". `retry_after`: seconds to wait."""

    def __init__(self, error: str, retry_after: float | None = None) -> None:
        super().__init__(error)
        self.retry_after = retry_after


class Slack:
    """An app's way out. Methods block."""

    def __init__(self, settings: SlackSettings, *, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(
            base_url=f"{settings.api}/",
            timeout=_PATIENCE,
            transport=transport,
            headers={"Authorization": f"Bearer {settings.token}"},
        )
        #: Long messages of which some parts have arrived: how many.
        self._begun: dict[tuple[str, int], int] = {}

    def deliver(self, address: Mapping[str, Any], entry: Entry) -> None:
        """Sends `entry` to `address["channel"]`, into the thread `address["thread"]` if there is one. Raises
        `DeliveryError`.

        A message of several parts goes on where it stopped. Should the process end in between, a part may come twice;
        Slack publishes no key that would prevent it.
        """
        channel, place = address.get("channel"), (entry.conversation, entry.seq)
        if not isinstance(channel, str) or address.get("gone"):
            raise DeliveryError("slack: no channel to send to", permanent=True, gone=True)
        thread = {"thread_ts": address["thread"]} if address.get("thread") else {}
        try:
            for number, message in enumerate(slack_messages(entry)):
                if number >= self._begun.get(place, 0):
                    self._post({"channel": channel, **thread}, message)
                    self._begun[place] = number + 1
        except SlackError as error:
            fault = _fault(error)
            if fault.permanent:
                self._begun.pop(place, None)
            raise fault from None
        self._begun.pop(place, None)

    def call(self, method: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """What a method of the Web API answers. Raises `SlackError`."""
        try:
            # httpx leaves the charset out of its own header; Slack then warns of missing_charset in every answer.
            headers = {"Content-Type": "application/json; charset=utf-8"}
            response = self._client.post(method, json=dict(arguments), headers=headers)
        except httpx.HTTPError as error:
            raise SlackError(type(error).__name__) from None
        if response.status_code == 429:
            raise SlackError("ratelimited", _seconds(response.headers.get("retry-after")))
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise SlackError(f"http_{response.status_code}")
        if answer.get("ok") is not True:
            raise SlackError(
                str(answer.get("error") or "no_error_named"), _seconds(response.headers.get("retry-after"))
            )
        return answer

    def close(self) -> None:
        """Closes its connections."""
        self._client.close()

    def _post(self, where: Mapping[str, Any], message: Mapping[str, Any]) -> None:
        # No previews of links, and no names turned into mentions.
        quiet = {"unfurl_links": False, "unfurl_media": False, "link_names": False}
        try:
            self.call("chat.postMessage", {**where, **quiet, **message})
        except SlackError as error:
            if str(error) not in _FORM:
                raise
            # The words alone are what matters.
            self.call("chat.postMessage", {**where, **quiet, "text": message["text"]})


def _fault(error: SlackError) -> DeliveryError:
    kind = f"slack {error}"
    if str(error) in _TOO_FAST:
        return DeliveryError(kind, retry_after=error.retry_after or _USUAL_PAUSE)
    if str(error) in _NOBODY:
        return DeliveryError(kind, permanent=True, gone=True)
    return DeliveryError(kind, permanent=str(error) in _SHUT_OUT | _FORM | _WORDS, retry_after=error.retry_after)


def _seconds(value: str | None) -> float | None:
    return float(value) if value and value.isascii() and value.isdigit() else None
