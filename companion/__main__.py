"""Command line: `python -m companion COMMAND`. The Makefile wraps it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from companion.content import ContentError
from companion.core.quiet import hush
from companion.encoder import EncoderMissingError
from companion.run.local import run
from companion.run.servers import serve_actions, serve_rasa
from companion.run.training import MODEL, TrainingError, train
from companion.run.validation import validate
from companion.settings import ROOT, SettingsError

if TYPE_CHECKING:
    from companion.core.assistant import Assistant

__all__ = ["main"]


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; 0 when it went well, else 1 or 2 with one line for each problem on standard error."""
    parser = argparse.ArgumentParser(prog="companion", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    ask = commands.add_parser("ask", help="what a patient would see for one message, and how it was understood")
    ask.add_argument("text")
    commands.add_parser("chat", help="a conversation in the terminal")
    check = commands.add_parser("check", help="check the content: one line a problem")
    check.add_argument("--grades", action="store_true", help="print how long and how hard to read each text is")
    commands.add_parser("train", help="train the model")
    commands.add_parser("run", help="start everything on this machine")
    commands.add_parser("validate", help="Rasa's own check of the training data")
    commands.add_parser("serve-rasa", help="start the Rasa server alone")
    commands.add_parser("serve-actions", help="start the action server alone")
    evaluate = commands.add_parser("evaluate", help="measure how well messages are understood; writes a report")
    evaluate.add_argument("--file", type=Path, help="score this CSV file (text,label[,alt_labels]) instead")
    evaluate.add_argument("--baseline", action="store_true", help="keep the figures as what later ones are held to")
    evaluate.add_argument("--compare", action="store_true", help="train and score other pipelines too; takes an hour")
    safety = commands.add_parser("evaluate-safety", help="measure how surely danger is seen; writes a report")
    safety.add_argument("--baseline", action="store_true", help="keep the figures as what later ones are held to")
    commands.add_parser("hazards", help="write docs/safety/hazards.md from the hazard log")
    chosen = parser.parse_args(arguments)
    try:
        return _COMMANDS[chosen.command](chosen)
    except (ContentError, EncoderMissingError, FileNotFoundError, SettingsError, TrainingError) as error:
        print(error, file=sys.stderr)
        return 2
    except (KeyboardInterrupt, EOFError):
        return 0


def _ask(chosen: argparse.Namespace) -> int:
    if not chosen.text.strip():
        print("nothing was asked; write for example: make ask TEXT='what is hormone therapy'", file=sys.stderr)
        return 2
    return asyncio.run(_answer(chosen.text))


def _chat(chosen: argparse.Namespace) -> int:
    return asyncio.run(_converse())


def _check(chosen: argparse.Namespace) -> int:
    # The rules read much that no other command needs.
    from companion.content.check import run as run_check

    return run_check(grades=chosen.grades)


def _train(chosen: argparse.Namespace) -> int:
    train()
    return 0


def _run(chosen: argparse.Namespace) -> int:
    return run()


def _validate(chosen: argparse.Namespace) -> int:
    return 0 if validate() else 1


def _serve_rasa(chosen: argparse.Namespace) -> int:
    serve_rasa()
    return 0


def _serve_actions(chosen: argparse.Namespace) -> int:
    serve_actions()
    return 0


def _evaluate(chosen: argparse.Namespace) -> int:
    if chosen.file and (chosen.baseline or chosen.compare):
        print("BASELINE and COMPARE are about the project's own sets; give them without FILE", file=sys.stderr)
        return 2
    hush()
    from companion.evaluation.command import evaluate

    return evaluate(chosen.file, baseline=chosen.baseline, compared=chosen.compare)


def _evaluate_safety(chosen: argparse.Namespace) -> int:
    hush()
    from companion.evaluation.safety_command import evaluate_safety

    return evaluate_safety(baseline=chosen.baseline)


def _hazards(chosen: argparse.Namespace) -> int:
    from companion.hazards import write_page

    print(f"written: {write_page().relative_to(ROOT)}")
    return 0


_COMMANDS = {
    "ask": _ask,
    "chat": _chat,
    "check": _check,
    "evaluate": _evaluate,
    "evaluate-safety": _evaluate_safety,
    "train": _train,
    "run": _run,
    "validate": _validate,
    "serve-rasa": _serve_rasa,
    "serve-actions": _serve_actions,
    "hazards": _hazards,
}


async def _answer(text: str) -> int:
    assistant = await _assistant()
    parsed = await assistant.understand(text)
    for message in await assistant.say(text):
        _show(message)
    flags = ", ".join(f"{flag['id']} ({flag['urgency']}: '{flag['text']}')" for flag in parsed["red_flags"])
    print(f"intent:     {parsed['intent']['name']}")
    print(f"confidence: {parsed['intent']['confidence']:.2f}")
    print(f"urgency:    {parsed['urgency']}")
    print(f"red flags:  {flags or 'none'}")
    return 0


async def _converse() -> int:
    assistant = await _assistant()
    print("Write a message and press Enter; Ctrl-D ends.\n")
    while True:
        for message in await assistant.say(input("you> ")):
            _show(message)


async def _assistant() -> Assistant:
    # Rasa takes seconds to import; a wrong call should not wait for it.
    hush()
    from companion.core.assistant import Assistant

    return await Assistant.load(MODEL)


def _show(message: dict[str, Any]) -> None:
    print(message.get("text", ""))
    titles = [button["title"] for button in message.get("buttons", ())]
    if titles:
        print("[" + "] [".join(titles) + "]")
    print()


if __name__ == "__main__":
    sys.exit(main())
