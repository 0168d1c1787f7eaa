"""What a deployer sets for the desk, by environment variables."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from companion.settings import SettingsError

__all__ = ["DeskSettings", "Oidc"]

_ADDRESS = re.compile(r"https?://([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?(/\S*)?")
_LOOPBACK = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?(/\S*)?")
_SHORTEST_SECRET = 16


@dataclass(frozen=True)
class Oidc:
    """The house's own sign-in: the issuer's address and what it knows this desk by."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class DeskSettings:
    """The deployer's choices.

    `idle`: a sign-in ends after so long without a hand on the desk; `longest`: after so long in any case. `proxies`:
    how many proxies of the house stand before the desk; so many entries of X-Forwarded-For are believed. `address`:
    where staff find the desk, needed for `oidc`. `secret` signs what a browser carries between desk and issuer.
    """

    host: str = "127.0.0.1"
    port: int = 8090
    idle: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=12)
    proxies: int = 0
    address: str | None = None
    oidc: Oidc | None = None
    secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> DeskSettings:
        """The settings in DESK_HOST, _PORT, _IDLE_MINUTES, _LONGEST_HOURS, _PROXIES, _URL, _SECRET, _OIDC_ISSUER,
        _OIDC_CLIENT_ID and _OIDC_CLIENT_SECRET. Raises `SettingsError` for a value that cannot be used."""
        address = (environment.get("DESK_URL") or "").rstrip("/") or None
        if address and not _ADDRESS.fullmatch(address):
            raise SettingsError(f"DESK_URL is '{address}'; use an address such as https://desk.example.org")
        secret = environment.get("DESK_SECRET") or secrets.token_urlsafe(32)
        if len(secret) < _SHORTEST_SECRET:
            raise SettingsError(f"DESK_SECRET is too short; set {_SHORTEST_SECRET}+ random characters, or leave it out")
        return cls(
            host=environment.get("DESK_HOST") or cls.host,
            port=_number(environment, "DESK_PORT", cls.port, 1, 65535),
            idle=timedelta(minutes=_number(environment, "DESK_IDLE_MINUTES", 30, 1, 24 * 60)),
            longest=timedelta(hours=_number(environment, "DESK_LONGEST_HOURS", 12, 1, 24 * 7)),
            proxies=_number(environment, "DESK_PROXIES", 0, 0, 10),
            address=address,
            oidc=_oidc(environment, address),
            secret=secret,
        )


def _number(environment: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environment.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise SettingsError(f"{name} is '{text}'; use a number from {least} to {most}")
    return int(text)


def _oidc(environment: Mapping[str, str], address: str | None) -> Oidc | None:
    names = ("DESK_OIDC_ISSUER", "DESK_OIDC_CLIENT_ID", "DESK_OIDC_CLIENT_SECRET")
    values = [(environment.get(name) or "").strip() for name in names]
    if not any(values):
        return None
    if not all(values):
        without = ", ".join(name for name, value in zip(names, values, strict=True) if not value)
        raise SettingsError(f"{without} is not set; sign-in by the house's own accounts needs all three")
    if address is None:
        raise SettingsError("DESK_URL is not set; the house's sign-in has to know where to send people back to")
    issuer = values[0].rstrip("/")
    if not (_ADDRESS.fullmatch(issuer) and (issuer.startswith("https://") or _LOOPBACK.fullmatch(issuer))):
        raise SettingsError(f"DESK_OIDC_ISSUER is '{issuer}'; use an https:// address")
    return Oidc(issuer, values[1], values[2])
