"""Command line: `python -m companion ask TEXT`, `chat`. The Makefile wraps them."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from companion.core.quiet import hush
from companion.settings import ROOT, SettingsError

if TYPE_CHECKING:
    from companion.core.assistant import Assistant

__all__ = ["main"]

_MODEL = ROOT / "var" / "models" / "companion.tar.gz"


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 when it went well, 2 with one line on standard error when it could not."""
    parser = argparse.ArgumentParser(prog="companion", description="Talk with the assistant, without a server.")
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help="what a patient would see for one message, and how it was understood")
    ask.add_argument("text")
    commands.add_parser("chat", help="a conversation in the terminal")
    for command in commands.choices.values():
        command.add_argument("--model", type=Path, default=_MODEL)
    chosen = parser.parse_args(arguments)
    try:
        return asyncio.run(_ask(chosen.model, chosen.text) if chosen.command == "ask" else _chat(chosen.model))
    except (FileNotFoundError, SettingsError) as error:
        print(error, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        return 0


async def _ask(model: Path, text: str) -> int:
    if not text.strip():
        print("nothing was asked; write for example: make ask TEXT='what is hormone therapy'", file=sys.stderr)
        return 2
    assistant = await _assistant(model)
    parsed = await assistant.understand(text)
    for message in await assistant.say(text):
        _show(message)
    flags = ", ".join(f"{flag['id']} ({flag['urgency']}: '{flag['text']}')" for flag in parsed["red_flags"])
    print(f"intent:     {parsed['intent']['name']}")
    print(f"confidence: {parsed['intent']['confidence']:.2f}")
    print(f"urgency:    {parsed['urgency']}")
    print(f"red flags:  {flags or 'none'}")
    return 0


async def _chat(model: Path) -> int:
    assistant = await _assistant(model)
    print("Write a message and press Enter; Ctrl-D ends.\n")
    while True:
        text = input("you> ")
        for message in await assistant.say(text):
            _show(message)


async def _assistant(model: Path) -> Assistant:
    # Rasa takes seconds to import; a wrong call should not wait for it.
    hush()
    from companion.core.assistant import Assistant

    return await Assistant.load(model)


def _show(message: dict[str, Any]) -> None:
    print(message.get("text", ""))
    titles = [button["title"] for button in message.get("buttons", ())]
    if titles:
        print("[" + "] [".join(titles) + "]")
    print()


if __name__ == "__main__":
    sys.exit(main())
