"""Telling staff: everybody who is meant, nothing about anybody's health, and what is down is tried again."""

from __future__ import annotations

import http.server
import json
import logging
import threading
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from companion.cases import Case, Cases
from companion.cases.notify import Notifier, require_addresses, send_by_apprise
from companion.cases.outbox import Outbox
from companion.cases.service import Service
from companion.cases.staff_texts import StaffTexts
from companion.platforms import DeliveryError
from companion.settings import SettingsError
from companion.store import Database
from companion.store.tables import outbox as rows
from tests.cases.conftest import ANNA, request_of
from tests.clock import Clock

ENVIRONMENT = {
    "COMPANION_NOTIFY_TEAM": "json://team.example.org",
    "COMPANION_NOTIFY_ONCALL": "json://one.example.org json://two.example.org",
    "COMPANION_NOTIFY_LEAD": "json://lead.example.org",
    "DESK_URL": "https://desk.example.org/",
}
TEAM, ONE, TWO, LEAD = (f"json://{name}.example.org" for name in ("team", "one", "two", "lead"))


class Pagers:
    """What stands in for apprise. `down`: addresses that take nothing."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, str]] = []
        self.down: set[str] = set()

    def __call__(self, address: str, title: str, text: str) -> bool:
        """Takes a notification."""
        if address in self.down:
            return False
        self.got.append((address, title, text))
        return True

    @property
    def addresses(self) -> list[str]:
        """Who heard, sorted."""
        return sorted(address for address, _, _ in self.got)


@pytest.fixture
def pagers() -> Pagers:
    """All up."""
    return Pagers()


@pytest.fixture
def notifier(cases: Cases, outbox: Outbox, pagers: Pagers, clock: Clock) -> Notifier:
    """With four addresses."""
    return Notifier(
        cases, outbox, Service.load({}), StaffTexts.load(), environment=ENVIRONMENT, send=pagers, clock=clock
    )


def deliver_all(outbox: Outbox, notifier: Notifier) -> None:
    """Sends what is due now, as the worker does."""
    while parcels := outbox.take("staff", 8):
        for parcel in parcels:
            try:
                notifier.deliver(parcel)
            except DeliveryError as error:
                outbox.failed(parcel, str(error), permanent=error.permanent, retry_after=error.retry_after)


def test_every_target_of_the_urgency_hears_once(
    cases: Cases, outbox: Outbox, notifier: Notifier, pagers: Pagers
) -> None:
    cases.open(request_of())
    deliver_all(outbox, notifier)
    assert pagers.addresses == sorted([TEAM, ONE, TWO])
    pagers.got.clear()
    cases.open(request_of("two", urgency="support"))
    deliver_all(outbox, notifier)
    assert pagers.addresses == [TEAM]


def test_a_notification_tells_how_urgent_how_long_and_where_and_no_more(
    cases: Cases, outbox: Outbox, notifier: Notifier, pagers: Pagers, clock: Clock
) -> None:
    flags = [{"id": "fever_on_treatment", "urgency": "urgent", "text": "marked 38.5"}]
    personal = {"reason": "marked", "name": "marked", "contact": "marked", "contact_when": "marked"}
    case = cases.open(request_of(red_flags=flags, about={"caller": "marked"}, **personal))
    clock.wait(minutes=7)
    deliver_all(outbox, notifier)
    _, title, text = pagers.got[0]
    assert text.splitlines() == [
        "Urgency: urgent",
        "Waiting: 7 min",
        f"Reference: {case.reference}",
        f"https://desk.example.org/cases/{case.id}",
    ]
    for forbidden in ("marked", "fever", "telegram"):
        assert forbidden not in title + text


def test_a_target_that_is_down_for_an_hour_hears_afterwards_and_the_others_hear_once(
    cases: Cases, case: Case, outbox: Outbox, notifier: Notifier, pagers: Pagers, clock: Clock
) -> None:
    pagers.down = {TEAM}
    for _ in range(120):
        deliver_all(outbox, notifier)
        clock.wait(seconds=30)
    assert pagers.addresses == sorted([ONE, TWO])
    pagers.down = set()
    clock.wait(seconds=60)
    deliver_all(outbox, notifier)
    assert pagers.addresses == sorted([TEAM, ONE, TWO])
    assert "60 min" in pagers.got[-1][2] or "61 min" in pagers.got[-1][2]


def test_nobody_is_called_for_a_case_that_somebody_has(
    cases: Cases, case: Case, outbox: Outbox, notifier: Notifier, pagers: Pagers
) -> None:
    cases.claim(case.id, ANNA)
    deliver_all(outbox, notifier)
    assert pagers.got == []
    # But whoever has it, and everybody else, hears when it gets worse.
    cases.set_urgency(case.id, ANNA, "crisis")
    deliver_all(outbox, notifier)
    assert len(pagers.got) == 3
    assert "more urgent" in pagers.got[0][1]


def test_without_any_target_the_case_waits_at_the_desk_alone(
    cases: Cases, case: Case, outbox: Outbox, pagers: Pagers, database: Database
) -> None:
    nobody = Notifier(cases, outbox, Service.load({}), StaffTexts.load(), environment={}, send=pagers)
    deliver_all(outbox, nobody)
    assert pagers.got == []
    with database.reading() as connection:
        row = connection.execute(sa.select(rows)).one()
    assert (row.state, row.fault) == ("sent", "no target")


def test_a_setting_that_is_no_address_is_told_without_its_value() -> None:
    require_addresses(ENVIRONMENT)
    with pytest.raises(SettingsError, match="number 2 of COMPANION_NOTIFY_TEAM") as error:
        require_addresses({"COMPANION_NOTIFY_TEAM": "json://ok.example.org secret-nonsense"})
    assert "secret" not in str(error.value)


@pytest.fixture
def webhook() -> Iterator[tuple[str, list[dict[str, str]], list[int]]]:
    """A real HTTP server: its address in apprise's form, what it got, and the status it answers with."""
    got: list[dict[str, str]] = []
    status = [200]

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status[0])
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://secret:token@127.0.0.1:{server.server_port}", got, status
    server.shutdown()
    server.server_close()


def test_apprise_sends_for_real_and_says_so_when_it_could_not(
    webhook: tuple[str, list[dict[str, str]], list[int]], caplog: pytest.LogCaptureFixture
) -> None:
    address, got, status = webhook
    with caplog.at_level(logging.DEBUG):
        assert send_by_apprise(address, "A title", "A text\nof two lines")
        status[0] = 500
        assert not send_by_apprise(address, "A title", "A text")
    assert (got[0]["title"], got[0]["message"]) == ("A title", "A text\nof two lines")
    assert "secret" not in caplog.text
    assert "A text" not in caplog.text
    with pytest.raises(DeliveryError) as error:
        send_by_apprise("nonsense", "A title", "A text")
    assert error.value.permanent
