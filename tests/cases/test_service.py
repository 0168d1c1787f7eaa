"""Opening hours told truthfully, and a file that says in one line what is wrong with it."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from companion.cases.service import Service
from companion.cases.staff_texts import StaffTexts
from companion.cases.targets import addresses
from companion.content import ContentError, Library
from companion.content.readability import MAX_GRADE, measure
from companion.safety.model import Urgency
from companion.settings import ROOT

FILE = ROOT / "content" / "service.yml"


def london(day: int, clock: str, month: int = 11) -> datetime:
    """A time in 2026, in UTC: London's own in winter. 23 November is a Monday."""
    hours, minutes = map(int, clock.split(":"))
    return datetime(2026, month, day, hours, minutes, tzinfo=timezone.utc)


@pytest.fixture
def service() -> Service:
    """As it is in content/: weekdays from 9 to 5 in London."""
    return Service.load({})


def changed(folder: Path, **values: object) -> Service:
    """The same with other values."""
    data = yaml.safe_load(FILE.read_text(encoding="utf-8")) | values
    (folder / "ours.yml").write_text(yaml.safe_dump(data), encoding="utf-8")
    return Service.load({"COMPANION_SERVICE": str(folder / "ours.yml")})


@pytest.mark.parametrize(
    ("at", "is_open"),
    [
        (london(23, "08:59"), False),
        (london(23, "09:00"), True),
        (london(23, "16:59"), True),
        (london(23, "17:00"), False),
        (london(22, "12:00"), False),
        (london(25, "12:00", month=12), False),
        # An hour is added in summer: 16:30 in UTC is 17:30 there.
        (london(1, "16:30", month=7), False),
        (london(1, "08:30", month=7), True),
    ],
)
def test_it_is_open_when_it_says(service: Service, at: datetime, is_open: bool) -> None:
    assert service.is_open(at) == is_open


@pytest.mark.parametrize(
    ("urgency", "at", "words"),
    [
        ("urgent", london(23, "10:00"), "within 30 minutes"),
        ("urgent", london(23, "16:45"), "until 17:00. After that, they are back tomorrow at 09:00"),
        ("urgent", london(23, "07:00"), "back today at 09:00"),
        ("urgent", london(23, "20:00"), "back tomorrow at 09:00"),
        ("urgent", london(27, "20:00"), "back on Monday at 09:00"),
        ("soon", london(23, "10:00"), "until 17:00. If they cannot answer by then, they go on tomorrow at 09:00"),
        ("soon", london(24, "18:00", month=12), "back on Tuesday at 09:00"),
    ],
)
def test_what_is_expected_is_told_truthfully(service: Service, urgency: str, at: datetime, words: str) -> None:
    assert words in service.expectation(urgency, at)


def test_somebody_in_danger_is_never_told_to_wait(service: Service) -> None:
    for urgency in ("emergency", "crisis", "safeguarding", "urgent"):
        for at in (london(23, "10:00"), london(23, "16:55"), london(22, "10:00")):
            assert "call now" in service.expectation(urgency, at)


def test_round_the_clock_never_closes(tmp_path: Path) -> None:
    week = {day: ["00:00-24:00"] for day in yaml.safe_load(FILE.read_text(encoding="utf-8"))["hours"]}
    service = changed(tmp_path, hours=week, closed_days=[])
    assert "within 24 hours" in service.expectation("soon", london(22, "23:30"))


def test_a_night_is_one_time_although_it_is_two_spans(tmp_path: Path) -> None:
    week = {day: ["00:00-08:00", "20:00-24:00"] for day in yaml.safe_load(FILE.read_text(encoding="utf-8"))["hours"]}
    service = changed(tmp_path, hours=week, closed_days=[])
    assert service.is_open(london(23, "23:59"))
    assert "within 30 minutes" in service.expectation("urgent", london(23, "23:50"))
    assert "until tomorrow at 08:00" in service.expectation("soon", london(23, "22:00"))


def test_a_service_that_never_opens_says_so(tmp_path: Path) -> None:
    week = {day: [] for day in yaml.safe_load(FILE.read_text(encoding="utf-8"))["hours"]}
    assert "when the service opens again" in changed(tmp_path, hours=week).expectation("soon", london(23, "10:00"))


def test_an_opening_far_away_is_told_with_its_date(tmp_path: Path) -> None:
    days = [(london(1, "00:00", month=12) + timedelta(days=day)).date() for day in range(20)]
    service = changed(tmp_path, closed_days=days)
    assert "on Monday 21 December at 09:00" in service.expectation("soon", london(30, "18:00"))


def test_what_is_told_can_be_read_by_anybody(service: Service) -> None:
    known = Library.load().easy_words
    for urgency in service.targets:
        for at in (london(23, "10:00"), london(23, "16:55"), london(22, "10:00"), london(24, "18:00", month=12)):
            told = service.expectation(urgency, at)
            assert measure(told, known_words=known).grade <= MAX_GRADE, told


def test_every_urgency_has_its_target(service: Service) -> None:
    assert service.targets["crisis"] == service.targets["safeguarding"] == timedelta(minutes=10)
    assert set(service.targets) == {level.value for level in Urgency}
    assert service.retention.cases == timedelta(days=30)
    assert service.outcomes["advice_given"] == "Advice given"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"time_zone": "Europe/Atlantis"}, "ours.yml:5: 'time_zone': 'Europe/Atlantis' is not known"),
        ({"targets": {"urgent": "soonish"}}, "'soonish' is no time span; write for example 30 min, 24 h or 30 days"),
        ({"targets": {"urgent": "30 min"}}, "must have all of emergency, crisis"),
        ({"hours": {"monday": ["9-5"]}}, "must have all of monday"),
        ({"outcomes": {}}, "a case needs an outcome"),
        ({"outcomes": {"Not An Id": "x"}}, "'Not An Id' is no id"),
        ({"wider": ["on call"]}, "'on call' is no id"),
        ({"closed_days": ["tomorrow"]}, "'closed_days.0'"),
        ({"nonsense": 1}, "'nonsense'"),
        ({"retention": {"conversations": "24 h"}}, "'retention.cases': field required"),
    ],
)
def test_what_is_wrong_is_told_in_one_line_each(tmp_path: Path, values: dict[str, object], told: str) -> None:
    with pytest.raises(ContentError) as error:
        changed(tmp_path, **values)
    lines = str(error.value).splitlines()
    assert any(told.partition(":5")[2] in line and told.partition(":5")[0] in line for line in lines), lines
    assert all(line.startswith("ours.yml") for line in lines)


@pytest.mark.parametrize("spans", [["9:00-17:00"], ["17:00-09:00"], ["09:00-13:00", "12:00-17:00"], ["09:00-25:00"]])
def test_hours_that_cannot_be_are_told(tmp_path: Path, spans: list[str]) -> None:
    week = yaml.safe_load(FILE.read_text(encoding="utf-8"))["hours"] | {"monday": spans}
    with pytest.raises(ContentError, match="'hours'"):
        changed(tmp_path, hours=week)


def test_a_text_with_a_name_that_nothing_fills_is_told(tmp_path: Path) -> None:
    waiting = yaml.safe_load(FILE.read_text(encoding="utf-8"))["waiting"]
    waiting = waiting | {"soon": waiting["soon"] | {"open": "Somebody comes {{ whenever }}."}}
    with pytest.raises(ContentError, match=r"waiting.soon.open cannot be filled in .*'whenever'"):
        changed(tmp_path, waiting=waiting)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="there is no such file"):
        Service.load({"COMPANION_SERVICE": str(tmp_path / "nowhere.yml")})


def test_who_is_told_comes_from_the_file_and_where_from_the_environment(service: Service) -> None:
    environment = {
        "COMPANION_NOTIFY_TEAM": "mailto://team",
        "COMPANION_NOTIFY_ONCALL": "json://a  json://b",
        "COMPANION_NOTIFY_LEAD": " ",
    }
    assert addresses(service, "soon", environment) == {"team": "mailto://team"}
    assert addresses(service, "soon", environment, wider=True) == {
        "team": "mailto://team",
        "oncall": "json://a",
        "oncall.2": "json://b",
    }
    assert addresses(service, "urgent", {}) == {}


def test_waiting_times_are_rounded_down() -> None:
    texts = StaffTexts.load()
    spans = [
        (-5, "0 min"),
        (59, "0 min"),
        (60 * 119, "119 min"),
        (7200, "2 h"),
        (3600 * 47, "47 h"),
        (86400 * 2, "2 days"),
    ]
    assert [texts.waited(timedelta(seconds=seconds)) for seconds, _ in spans] == [words for _, words in spans]
