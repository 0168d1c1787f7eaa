"""How many workers a load needs, from what `make bench` measured. Fills in the table of docs/sizing.md."""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass
from pathlib import Path

from companion.bench.figures import Results

__all__ = ["LOADS", "Need", "need", "sizing_table", "write_sizing"]

#: Conversations a day.
LOADS = (1_000, 100_000, 10_000_000)
#: Turns of one conversation: an assumption, to be replaced by what the deployer's own metrics say.
_TURNS = 8
#: Share of a day's turns in its busiest hour: an assumption, as for telephone lines that are quiet at night.
_PEAK = 0.12
#: Share of what a worker can do that is asked of it, so that a queue stays short.
_USED = 0.5
#: Cores that one worker and its action server keep busy: the measurement has both, and the one who asks, on two.
_CORES = 2
#: Euros a month for one core with four GB, rented: an assumption, a round figure for 2026.
_EUROS = 25
#: Database transactions of one turn: the message received and taken, the answer, its end, the tracker's events, seen.
_TRANSACTIONS = 6
_BEGIN, _END = "<!-- written by make bench: begin -->", "<!-- written by make bench: end -->"
_BOTTLENECKS = {
    1_000: "none: a restart of the one machine is the first thing that people notice",
    100_000: "the processor, in the Rasa workers: understanding a message is arithmetic",
    10_000_000: "PostgreSQL, which has to write every transaction to disk: one database for each part of the country",
}


@dataclass(frozen=True)
class Need:
    """What a number of conversations a day needs. `peak`: turns a second in the busiest hour; `transactions`: of the
    database a second; `euros`: a month, for the workers alone."""

    conversations: int
    peak: float
    workers: int
    cores: int
    gigabytes: float
    transactions: float
    euros: int


def need(conversations: int, *, rate: float, megabytes: float) -> Need:
    """`rate`: turns a second of one worker; `megabytes`: memory of one worker with its action server."""
    peak = conversations * _TURNS * _PEAK / 3600
    # One is never enough: the other goes on while it is restarted.
    workers = max(2, math.ceil(peak / (rate * _USED)))
    cores = workers * _CORES
    return Need(conversations, peak, workers, cores, workers * megabytes / 1024, peak * _TRANSACTIONS, cores * _EUROS)


def sizing_table(results: Results | None) -> str:
    """The table, in Markdown."""
    if results is None:
        return "Not measured yet: `make bench` fills this in."
    rate, megabytes = statistics.median(results.ours["rate_16"]), statistics.median(results.ours["memory"])
    lines = [
        f"One worker with its action server: {rate:.0f} turns a second with 16 people at once, {megabytes:.0f} MB "
        f"([benchmark](benchmark.md)).",
        "",
        "| conversations a day | turns a second, busiest hour | workers | cores | memory | transactions a second "
        "| € a month | first bottleneck |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for load in LOADS:
        one = need(load, rate=rate, megabytes=megabytes)
        lines.append(
            f"| {load:,} | {one.peak:,.1f} | {one.workers:,} | {one.cores:,} | {one.gigabytes:,.0f} GB "
            f"| {one.transactions:,.1f} | {one.euros:,} | {_BOTTLENECKS[load]} |"
        )
    return "\n".join(lines)


def write_sizing(results: Results | None, page: Path) -> None:
    """Puts the table between the page's marks; everything else there stays."""
    text = page.read_text(encoding="utf-8")
    before, _, rest = text.partition(_BEGIN)
    after = rest.partition(_END)[2]
    page.write_text(f"{before}{_BEGIN}\n{sizing_table(results)}\n{_END}{after}", encoding="utf-8")
