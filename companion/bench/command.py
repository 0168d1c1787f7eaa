"""`make bench`."""

from __future__ import annotations

import datetime
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from companion.bench.asking import NoAnswerError, converse, crowd
from companion.bench.figures import Results, percentile
from companion.bench.report import table, write_report
from companion.bench.servers import BenchError, Ours, Project, Stock
from companion.bench.sizing import write_sizing
from companion.run.training import MODEL
from companion.settings import ROOT

__all__ = ["Size", "bench"]


@dataclass(frozen=True)
class Size:
    """How much is asked. `turns`: of each person, for each size of the crowd; `long`: turns of a long conversation, of
    which there are `longs`; `kept`: conversations that are kept, in the first `kept_rounds` rounds."""

    rounds: int
    trainings: int
    turns: dict[int, int]
    long: int
    longs: int
    kept: int
    kept_rounds: int


_FULL = Size(rounds=5, trainings=3, turns={1: 100, 4: 50, 16: 30}, long=200, longs=3, kept=1000, kept_rounds=3)
_QUICK = Size(rounds=1, trainings=0, turns={1: 20, 4: 10, 16: 5}, long=50, longs=1, kept=50, kept_rounds=1)
#: Turns before anything is timed: the first ones load what is read once.
_WARM = 10
#: Of a long conversation, looked at together: a single turn may be an outlier.
_AROUND = 2
_MB = 1024 * 1024


def bench(*, quick: bool) -> int:
    """Measures and prints; without `quick` also writes docs/benchmark.*. 0 when all was measured, else 2."""
    size = _QUICK if quick else _FULL
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="companion-bench-") as folder:
        ours, stock = Ours(_made(folder, "ours")), Stock(_made(folder, "stock"))
        try:
            results = _measure(size, ours, stock)
        except (BenchError, NoAnswerError) as error:
            print(error, file=sys.stderr)
            return 2
        finally:
            ours.stop()
            stock.stop()
    results.about = _about(size)
    print(f"\n{table(results)}\n\nin {(time.monotonic() - begun) / 60:.0f} minutes")
    if quick:
        print("a short run: its figures prove nothing, and no report was written")
    else:
        docs = ROOT / "docs"
        write_sizing(results, docs / "sizing.md")
        print("written: " + ", ".join(str(file.relative_to(ROOT)) for file in write_report(results, docs)))
    return 0


def _measure(size: Size, ours: Ours, stock: Stock) -> Results:
    results = Results()
    stock.make()
    for number in range(max(1, size.trainings)):
        for project in _in_turns(number, ours, stock):
            # The short run takes our model as it is; the other has none before it is trained.
            if size.trainings or project is stock:
                _say(f"training {project.name} ({number + 1} of {max(1, size.trainings)})")
                seconds = project.train()
                if size.trainings:
                    results.add(_side(project), {"train": seconds})
    if not size.trainings and not MODEL.exists():
        raise BenchError(f"{MODEL} is missing; train it with 'make train'")
    for number in range(size.rounds):
        for project in _in_turns(number, ours, stock):
            results.add(_side(project), _round(size, project, number, size.rounds))
    return results


def _round(size: Size, project: Project, number: int, rounds: int) -> dict[str, float]:
    """Starts one, asks it everything, stops it."""
    name = f"{project.name}, round {number + 1} of {rounds}"
    found: dict[str, float] = {}
    messages = project.messages()
    try:
        _say(f"{name}: start")
        found["start"] = project.start()
        converse(project.address, messages, turns=_WARM, name="warm")
        for people, turns in size.turns.items():
            _say(f"{name}: {people} at once")
            load = crowd(project.address, messages, people=people, turns=turns, name=f"crowd{people}-{number}")
            found[f"rate_{people}"] = load.rate
            for share in (50, 95, 99):
                found[f"p{share}_{people}"] = percentile(load.turns, share / 100) * 1000
        found["memory"] = project.memory() / _MB
        _say(f"{name}: long conversations")
        talks = [
            converse(project.address, messages, turns=size.long, name=f"long{number}-{talk}")
            for talk in range(size.longs)
        ]
        found |= {f"turn_{turn}": _around(talks, turn) for turn in (5, 50, 200) if turn <= size.long}
        if number < size.kept_rounds:
            _say(f"{name}: {size.kept} conversations kept")
            found |= _kept(size.kept, project, messages, number)
    finally:
        project.stop()
    return found


def _kept(count: int, project: Project, messages: Sequence[str], number: int) -> dict[str, float]:
    before, begun, people = project.memory(), time.perf_counter(), 16
    for batch in range(-(-count // people)):
        crowd(project.address, messages, people=people, turns=1, name=f"kept{number}-{batch}")
    seconds = time.perf_counter() - begun
    grown = project.memory() - before
    after = converse(project.address, messages, turns=50, name=f"after{number}")
    return {"kept_seconds": seconds, "kept_memory": grown / _MB, "kept_p50": percentile(after, 0.5) * 1000}


def _around(talks: Sequence[Sequence[float]], turn: int) -> float:
    """The median, in ms, of the turns about `turn` (1 is the first) of all these conversations."""
    last = min(turn + _AROUND, len(talks[0]))
    return statistics.median(second for talk in talks for second in talk[last - 2 * _AROUND - 1 : last]) * 1000


def _in_turns(number: int, ours: Ours, stock: Stock) -> tuple[Project, Project]:
    """Who begins changes: the first of a round may find a cooler machine."""
    return (ours, stock) if number % 2 == 0 else (stock, ours)


def _side(project: Project) -> str:
    return "ours" if isinstance(project, Ours) else "other"


def _made(folder: str, name: str) -> Path:
    made = Path(folder, name)
    made.mkdir()
    return made


def _about(size: Size) -> dict[str, object]:
    return {
        "processor cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
        "date": datetime.date.today().isoformat(),
        "repetitions": size.rounds,
        "trainings": size.trainings,
    }


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what} ...", flush=True)
