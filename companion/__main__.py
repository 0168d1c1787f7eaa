"""Command line: `python -m companion COMMAND`. The Makefile wraps it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from companion.content import ContentError
from companion.core.quiet import hush
from companion.desk import staff_command as staff
from companion.encoder import EncoderMissingError
from companion.run.backup import back_up, restore
from companion.run.local import local_environment, run
from companion.run.servers import serve_actions, serve_rasa
from companion.run.training import MODEL, TrainingError, train
from companion.run.validation import validate
from companion.settings import ROOT, SettingsError
from companion.store import Database, StoreError

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
    webhook = commands.add_parser("telegram-webhook", help="where Telegram sends what people write to the bot")
    webhook.add_argument("action", choices=["set", "delete", "info"])
    webhook.add_argument("url", nargs="?", help="for 'set': the public address, such as https://chat.example.org")
    commands.add_parser("run-production", help="start several of everything, on PostgreSQL and Redis, behind nginx")
    bench = commands.add_parser("bench", help="measure speed and memory beside Rasa's own starter project")
    bench.add_argument("--quick", action="store_true", help="a short run that shows that it works; writes no report")
    bench.add_argument("--workers", action="store_true", help="two Rasa workers against one, on PostgreSQL and Redis")
    for name, what in (("backup", "write a copy of the SQLite database to FILE"), ("restore", "bring that copy back")):
        commands.add_parser(name, help=what).add_argument("file", type=Path)
    commands.add_parser("serve-desk", help="start the staff desk alone")
    staff.add_arguments(commands.add_parser("staff", help="accounts of the staff desk"))
    commands.add_parser("migrate", help="make the database's tables, or bring them to what this release needs")
    commands.add_parser("work", help="start a worker alone: sends messages and notifications, watches deadlines")
    outbox = commands.add_parser("outbox", help="what could not be sent and was given up")
    retry = outbox.add_subparsers(dest="step").add_parser("retry", help="have one of them tried again")
    retry.add_argument("id", type=int)
    unanswered = commands.add_parser("unanswered", help="what people asked of late that found no answer, counted")
    unanswered.add_argument("--days", type=int, default=30, help="how many days back; 30 where it is not said")
    unanswered.add_argument("--texts", action="store_true", help="the messages too, where they are kept")
    commands.add_parser("hazards", help="write docs/safety/hazards.md from the hazard log")
    chosen = parser.parse_args(arguments)
    try:
        return _COMMANDS[chosen.command](chosen)
    except (ContentError, EncoderMissingError, FileNotFoundError, SettingsError, StoreError, TrainingError) as error:
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


def _telegram_webhook(chosen: argparse.Namespace) -> int:
    from companion.platforms.webhook import manage

    print("\n".join(manage(chosen.action, chosen.url, environment=local_environment())))
    return 0


def _run_production(chosen: argparse.Namespace) -> int:
    from companion.run.production import run_production

    return run_production()


def _bench(chosen: argparse.Namespace) -> int:
    if chosen.workers:
        from companion.bench.workers import bench_workers

        return bench_workers()
    from companion.bench.command import bench

    return bench(quick=chosen.quick)


def _backup(chosen: argparse.Namespace) -> int:
    back_up(Database.from_environment(local_environment()), chosen.file)
    print(f"written: {chosen.file}")
    return 0


def _restore(chosen: argparse.Namespace) -> int:
    before = restore(Database.from_environment(local_environment()), chosen.file)
    print(f"brought back: {chosen.file}; what was there before: {before}")
    return 0


def _serve_desk(chosen: argparse.Namespace) -> int:
    from companion.desk.__main__ import main as serve_desk

    return serve_desk()


def _staff(chosen: argparse.Namespace) -> int:
    return staff.run(chosen, Database.from_environment(local_environment()))


def _migrate(chosen: argparse.Namespace) -> int:
    Database.from_environment(local_environment()).migrate()
    return 0


def _work(chosen: argparse.Namespace) -> int:
    # What it sends with takes a second to import.
    from companion.cases.worker import work

    return work(local_environment())


def _outbox(chosen: argparse.Namespace) -> int:
    from companion.cases.dead_letters import retry, show

    database = Database.from_environment(local_environment())
    return retry(database, chosen.id) if chosen.step == "retry" else show(database)


def _unanswered(chosen: argparse.Namespace) -> int:
    from companion.run.unanswered import show

    return show(Database.from_environment(local_environment()), days=chosen.days, texts=chosen.texts)


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
    "serve-desk": _serve_desk,
    "staff": _staff,
    "telegram-webhook": _telegram_webhook,
    "run-production": _run_production,
    "bench": _bench,
    "backup": _backup,
    "restore": _restore,
    "migrate": _migrate,
    "work": _work,
    "outbox": _outbox,
    "unanswered": _unanswered,
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
