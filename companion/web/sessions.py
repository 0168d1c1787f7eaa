"""Whose chat a browser's request belongs to: tokens that only this service can make."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from companion.settings import SettingsError

__all__ = ["LIFETIME", "Session", "Sessions"]

#: Seconds that a token is good for; each renewal begins them anew.
LIFETIME = 24 * 3600
_SHORTEST_SECRET = 16
#: Conversation, issued, expires, signature. Nothing else is even looked at.
_TOKEN = re.compile(r"(web-[\w-]{32})\.(\d{1,12})\.(\d{1,12})\.([0-9a-f]{64})", re.ASCII)
#: The secret signs nothing else with these words in front, so that no other signature can be passed off as a session.
_PURPOSE = b"companion widget session 1\n"


@dataclass(frozen=True)
class Session:
    """One browser's right to one chat. `issued`, `expires`: seconds since 1970."""

    conversation: str
    issued: int
    expires: int


class Sessions:
    """Makes and recognises tokens: conversation id, time of issue and expiry, HMAC-SHA256 over them."""

    def __init__(self, secret: str, *, clock: Callable[[], float] = time.time) -> None:
        """Raises `SettingsError` for a secret that is missing or too short."""
        if len(secret) < _SHORTEST_SECRET:
            fault = "too short" if secret else "not set"
            raise SettingsError(f"WEB_SECRET is {fault}; set {_SHORTEST_SECRET}+ random characters, or use 'make run'")
        self._key = secret.encode()
        self._clock = clock

    def new(self) -> Session:
        """A session for a chat of its own, whose id nobody can guess (192 bits)."""
        return self._lasting(f"web-{secrets.token_urlsafe(24)}")

    def renew(self, session: Session) -> Session:
        """The same chat, for another 24 hours."""
        return self._lasting(session.conversation)

    def token(self, session: Session) -> str:
        """What the browser keeps and sends."""
        signed = f"{session.conversation}.{session.issued}.{session.expires}"
        return f"{signed}.{self._sign(signed)}"

    def read(self, token: str | None) -> Session | None:
        """The session of a token; None where it was not made here, was changed, or has expired."""
        parts = _TOKEN.fullmatch(token or "")
        if parts is None:
            return None
        conversation, issued, expires, signature = parts.groups()
        if not hmac.compare_digest(self._sign(f"{conversation}.{issued}.{expires}"), signature):
            return None
        session = Session(conversation, int(issued), int(expires))
        return None if self.expired(session) else session

    def expired(self, session: Session) -> bool:
        """Whether its time is over."""
        return session.expires <= self._clock()

    def _lasting(self, conversation: str) -> Session:
        now = int(self._clock())
        return Session(conversation, now, now + LIFETIME)

    def _sign(self, signed: str) -> str:
        return hmac.new(self._key, _PURPOSE + signed.encode(), hashlib.sha256).hexdigest()
