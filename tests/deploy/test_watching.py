"""The dashboard and the alarms ask for nothing that is not measured."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from companion import metrics
from companion.cases.model import CaseState
from companion.safety.model import Urgency
from companion.settings import ROOT

DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8"))
ALERTS: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8"))
QUERIES = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
QUERIES += [rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]]


def measured() -> set[str]:
    """The names of all series of ours."""
    counted = [metrics._turns, metrics._urgencies, metrics._actions, metrics._errors, metrics._again]
    names = {f"{one._name}_total" for one in counted}
    names |= {f"{metrics._seconds._name}_{part}" for part in ("bucket", "count", "sum")}
    return names | {family.name for family in metrics._families().values()} | {"process_resident_memory_bytes"}


@pytest.mark.parametrize("query", QUERIES)
def test_what_is_asked_for_is_measured(query: str) -> None:
    asked = set(re.findall(r"\b(?:companion|process)_\w+", query))
    assert asked
    assert asked <= measured(), f"nobody measures {asked - measured()}"


@pytest.mark.parametrize("query", QUERIES)
def test_its_words_are_words_of_ours(query: str) -> None:
    words = {"state": {one.value for one in CaseState} | {"waiting", "dead", "sent"}}
    words["urgency"] = {one.value for one in Urgency}
    words["outcome"] = {"trouble", "slow", "failed"}
    for label, given in re.findall(r'(state|urgency|outcome)[!=~]+"([^"]+)"', query):
        assert set(given.split("|")) <= words[label]


def test_every_series_is_shown_somewhere() -> None:
    shown = " ".join(QUERIES)
    left_out = {name for name in measured() if name not in shown and not name.endswith(("_count", "_sum"))}
    assert not left_out


def test_every_alarm_says_what_is_wrong_and_how_bad_it_is() -> None:
    for group in ALERTS["groups"]:
        for rule in group["rules"]:
            assert rule["labels"]["severity"] in ("page", "ticket")
            assert rule["annotations"]["summary"]
