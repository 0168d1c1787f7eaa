"""What an operator watches, as Prometheus counts it. No label holds what a person wrote, who they are or which chat it
is: every label is one of a few known words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import sqlalchemy as sa
from prometheus_client import REGISTRY, Counter, Histogram
from prometheus_client.core import CollectorRegistry, GaugeMetricFamily
from prometheus_client.registry import Collector

from companion.cases.model import OPEN
from companion.safety.model import Urgency
from companion.store.database import Database, StoreError, utc_now
from companion.store.tables import cases, messages, outbox

__all__ = ["StoreCollector", "action_ran", "channel_failed", "turn_ended", "turn_started_again", "urgency_answered"]

_CHANNELS = frozenset({"web", "rest", "telegram", "slack", "phone", "turn", "terminal", "staff"})
_URGENCIES = frozenset(level.value for level in Urgency)
_OTHER = "other"
#: Seconds. A turn is given up after eight; the finest steps are where a good turn lies.
_STEPS = (0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2, 4, 8, 12)

_turns = Counter("companion_turns", "Turns that ended, by how", ["channel", "outcome"])
_seconds = Histogram(
    "companion_turn_seconds", "Time from a message to the end of its turn", ["channel"], buckets=_STEPS
)
_urgencies = Counter("companion_escalations", "Replies to a danger sign, by urgency", ["urgency"])
_actions = Counter(
    "companion_actions", "Custom actions that ran; action_fallback: not understood", ["action", "outcome"]
)
_errors = Counter("companion_channel_errors", "Faults on the way to or from a channel, by kind", ["channel", "kind"])
_again = Counter("companion_turns_started_again", "Turns that nobody had finished")


def turn_ended(channel: str | None, outcome: str, seconds: float) -> None:
    """One turn is over. `outcome`: "answered", "held" (a person answers), "trouble" or "slow"; `seconds` it took."""
    name = _known(channel, _CHANNELS)
    _turns.labels(name, outcome).inc()
    _seconds.labels(name).observe(seconds)


def urgency_answered(urgency: str) -> None:
    """An escalation went out."""
    _urgencies.labels(_known(urgency, _URGENCIES)).inc()


def action_ran(action: str, *, failed: bool) -> None:
    """A custom action of domain.yml ended."""
    _actions.labels(action, "failed" if failed else "done").inc()


def channel_failed(channel: str | None, kind: str) -> None:
    """A channel did not do what was asked. `kind`: the kind of fault, such as the name of an exception."""
    _errors.labels(_known(channel, _CHANNELS), kind if kind.isidentifier() and len(kind) <= 40 else _OTHER).inc()


def turn_started_again() -> None:
    """A sweep found a message without an answer."""
    _again.inc()


def _known(word: str | None, words: frozenset[str]) -> str:
    return word if word in words else _OTHER


class StoreCollector(Collector):
    """Asks the database at each scrape: cases, outbox, messages without an answer. One process of a kind is enough;
    where several are asked they say the same (take the maximum, not the sum)."""

    def __init__(self, database: Database, *, registry: CollectorRegistry | None = REGISTRY) -> None:
        """Registers itself with `registry`, if any."""
        self._database = database
        if registry is not None:
            registry.register(self)

    def describe(self) -> Iterable[GaugeMetricFamily]:
        """The families, without asking the database: it may not be there yet."""
        return list(_families().values())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures; only `companion_store_up` 0 where the database does not answer."""
        families = _families()
        try:
            self._fill(families)
        except StoreError:
            up = _families()["up"]
            up.add_metric([], 0)
            yield up
            return
        families["up"].add_metric([], 1)
        yield from families.values()

    def _fill(self, families: dict[str, GaugeMetricFamily]) -> None:
        now = utc_now()
        count, oldest = sa.func.count().label("count"), sa.func.min
        with self._database.reading() as connection:
            by_state = (cases.c.state, cases.c.urgency)
            for row in connection.execute(
                sa.select(*by_state, count, oldest(cases.c.created_at).label("oldest")).group_by(*by_state)
            ):
                families["cases"].add_metric([row.state, row.urgency], row.count)
                if row.state in OPEN:
                    families["case_age"].add_metric([row.state, row.urgency], _age(row.oldest, now))
            by_kind = (outbox.c.kind, outbox.c.state)
            for row in connection.execute(
                sa.select(*by_kind, count, oldest(outbox.c.created_at).label("oldest")).group_by(*by_kind)
            ):
                families["outbox"].add_metric([row.kind, row.state], row.count)
                if row.state == "waiting":
                    families["outbox_age"].add_metric([row.kind], _age(row.oldest, now))
            waiting = sa.select(count, oldest(messages.c.at).label("oldest")).where(
                messages.c.sender == "patient", messages.c.answered_at.is_(None)
            )
            row = connection.execute(waiting).one()
            families["unanswered"].add_metric([], row.count)
            families["unanswered_age"].add_metric([], _age(row.oldest, now) if row.count else 0)


def _families() -> dict[str, GaugeMetricFamily]:
    family = GaugeMetricFamily
    return {
        "up": family("companion_store_up", "Whether the database answers", labels=[]),
        "cases": family("companion_cases", "Cases that are stored", labels=["state", "urgency"]),
        "case_age": family("companion_case_oldest_seconds", "Age of the oldest open case", labels=["state", "urgency"]),
        "outbox": family("companion_outbox", "Rows of the outbox", labels=["kind", "state"]),
        "outbox_age": family("companion_outbox_oldest_seconds", "Age of the oldest row that waits", labels=["kind"]),
        "unanswered": family("companion_unanswered_messages", "Patients' messages without an answer", labels=[]),
        "unanswered_age": family("companion_unanswered_oldest_seconds", "Age of the oldest of these", labels=[]),
    }


def _age(since: datetime, now: datetime) -> float:
    # A clock that was set back must not give a negative age.
    return max(0.0, (now - since).total_seconds())
