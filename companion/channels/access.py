"""Who may use the Rasa server's channels."""

from __future__ import annotations

import functools
import hmac
import ipaddress
import os
from collections.abc import Awaitable, Callable
from typing import Any

from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as as_json

from companion.settings import Settings

__all__ = ["requires_token", "requires_token_unless_local"]

Route = Callable[..., Awaitable[HTTPResponse]]


def requires_token(route: Route) -> Route:
    """Only requests with `Authorization: Bearer <RASA_TOKEN>` or `?token=` as the Rasa HTTP API takes it; 401 else."""

    @functools.wraps(route)
    async def guarded(request: Request, *arguments: Any, **named: Any) -> HTTPResponse:
        wanted = os.environ.get("RASA_TOKEN") or ""
        given = request.token or request.args.get("token") or ""
        if not wanted or not hmac.compare_digest(given.encode(), wanted.encode()):
            return as_json({"error": "give the server's token: Authorization: Bearer ..."}, 401)
        return await route(request, *arguments, **named)

    return guarded


def requires_token_unless_local(route: Route) -> Route:
    """As `requires_token`, where the server is in production or listens for other machines; else anybody may."""
    guarded = requires_token(route)

    @functools.wraps(route)
    async def chosen(request: Request, *arguments: Any, **named: Any) -> HTTPResponse:
        return await (guarded if _others_reach_it() else route)(request, *arguments, **named)

    return chosen


def _others_reach_it() -> bool:
    host = os.environ.get("RASA_HOST") or "127.0.0.1"
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = host == "localhost"
    return Settings.from_environment().production or not local
