"""What a platform posts to us, read without trust in its shape."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

__all__ = ["as_object", "child", "legible", "read_body", "string", "whole"]

#: Bytes. Slack's longest message is 40,000 characters, sent twice over and perhaps six bytes each.
_LARGEST = 1024 * 1024
#: Characters. The gate reads no further, and nobody types more in one go.
_MOST_CHARACTERS = 20_000
# Invisible signs that hide or turn round what is written: zero width, direction, tags. The joiners that Persian, Hindi
# and many emoji are written with stay.
_INVISIBLE = [0x00AD, 0x180E, 0x200B, *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF, *range(0xE0000, 0xE0080)]
_CONTROLS = [code for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"]
_CLEANED = {**dict.fromkeys(_INVISIBLE), **dict.fromkeys(_CONTROLS, " ")}


async def read_body(request: Request) -> bytes:
    """The body as it came. Raises `HTTPException` (413) for more than a platform ever sends."""
    body = b""
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LARGEST:
                raise HTTPException(413, "too_large")
    except ClientDisconnect:
        raise HTTPException(400, "cut_off") from None
    return body


def as_object(body: bytes | str) -> dict[str, Any]:
    """The JSON object in `body`; empty where there is none."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}


def child(data: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """The object found by going down `names`; empty where there is none."""
    found: Any = data
    for name in names:
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, dict) else {}


def whole(data: Mapping[str, Any], name: str) -> int | None:
    """The whole number `name`, of at most 63 bits; None where there is none."""
    value = data.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def string(data: Mapping[str, Any], name: str) -> str:
    """The text `name`; empty where there is none."""
    value = data.get(name)
    return value if isinstance(value, str) else ""


def legible(text: str) -> str:
    """What a person wrote, without the signs that nobody can see, and halves of emoji."""
    return text[:_MOST_CHARACTERS].translate(_CLEANED).encode("utf-8", "ignore").decode().strip()
