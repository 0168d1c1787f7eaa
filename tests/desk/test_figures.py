"""What the team lead sees in numbers."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest

from companion.cases import Cases
from companion.desk.accounts import Member
from companion.desk.figures import Figures, Table
from companion.desk.plots import columns, rows
from companion.store import Database, Journal
from tests.clock import Clock
from tests.desk.conftest import Person, open_case


@pytest.fixture
def a_day(cases: Cases, clock: Clock, members: dict[str, Member], journal: Journal) -> None:
    """Three urgent cases, claimed after 10, 20 and 60 minutes; one of them twice; one nobody took on."""
    nina = members["nina"].staff
    for number, minutes in enumerate((10, 20, 60)):
        case = open_case(cases, f"urgent {number}", conversation=None)
        clock.wait(minutes=minutes)
        cases.claim(case.id, nina)
        if number == 0:
            cases.release(case.id, nina)
            clock.wait(hours=1)
            cases.claim(case.id, nina)
        cases.close(case.id, nina, "advice_given")
    open_case(cases, "soon", urgency="soon", channel="telegram", conversation=None)
    journal.say("web-5", "assistant", "x", channel="web", content={"topic": "hormone_therapy"})
    journal.say("web-5", "assistant", "x", content={"topic": "hormone_therapy"})
    journal.say("web-5", "assistant", "x", content={"topic": "care_team"})


def tables(database: Database, clock: Clock, days: int = 7) -> dict[str, Table]:
    return {table.name: table for table in Figures(database, ZoneInfo("Europe/London"), clock=clock).tables(days)}


def test_waiting_is_counted_until_somebody_first_took_it_on(a_day: None, database: Database, clock: Clock) -> None:
    waits = {row[0]: row[1:] for row in tables(database, clock)["waits"].rows}
    claimed, half, _, longest, in_time = waits["urgent"]
    assert (claimed, half, longest, in_time) == (3, 20.0, 60.0, 67)
    assert waits["soon"] == (0, None, None, None, None)


def test_volumes_outcomes_channels_and_topics_are_counted(a_day: None, database: Database, clock: Clock) -> None:
    found = tables(database, clock)
    assert found["volumes"].rows[-1] == ("2026-11-23", 4)
    assert len(found["volumes"].rows) == 7
    assert found["outcomes"].rows == [("advice_given", 3)]
    assert dict(found["channels"].rows) == {"web": 3, "telegram": 1}
    assert found["topics"].rows == [("hormone_therapy", 2), ("care_team", 1)]


def test_what_is_older_is_left_out(a_day: None, store: Database, clock: Clock) -> None:
    clock.wait(days=8)
    found = tables(store, clock)
    assert sum(count for _, count in found["volumes"].rows) == 0
    assert sum(count for _, count in tables(store, clock, 30)["volumes"].rows) == 4


def test_the_page_shows_tables_and_pictures_and_nobodys_words(a_day: None, person: Callable[[str], Person]) -> None:
    page = person("lea").get("/figures?days=7").text
    assert "Advice given" in page
    assert "<svg" in page
    assert "temperature of 38.2" not in page


def test_every_table_can_be_taken_as_csv(a_day: None, person: Callable[[str], Person]) -> None:
    lea = person("lea")
    for name in ("volumes", "urgencies", "waits", "outcomes", "channels", "topics"):
        answer = lea.get(f"/figures/{name}.csv?days=7")
        assert answer.headers["content-type"].startswith("text/csv")
        assert len(list(csv.reader(io.StringIO(answer.text)))) > 1, name
    assert lea.get("/figures/nothing.csv").status_code == 404


def test_an_empty_desk_has_figures_too(person: Callable[[str], Person]) -> None:
    assert "Nothing in this time." in person("lea").get("/figures").text


def test_bars_are_as_long_as_their_numbers() -> None:
    assert [bar.height for bar in columns([("a", 0), ("b", 1), ("c", 2)]).bars] == [0, 85.0, 170.0]
    long, short = rows([("a", 4), ("b", 1)]).bars
    assert long.width == pytest.approx(4 * short.width, abs=0.3)
    assert columns([]).bars == []
