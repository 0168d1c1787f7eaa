"""The container files: what can be held without an engine to build them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from companion.run.production import nginx_config
from companion.settings import ROOT

DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text(encoding="utf-8"))
OURS = ["migrate", "rasa", "actions", "web", "desk", "worker"]
#: What of the development packages stays: Rasa itself needs it.
NEEDED_TOO = {"matplotlib"}


def lines(word: str) -> list[str]:
    return [line for line in DOCKERFILE.splitlines() if line.startswith(f"{word} ")]


def test_the_image_is_made_in_stages_and_the_last_compiles_nothing() -> None:
    stages = lines("FROM")
    assert len(stages) == 3
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "gcc" not in last
    assert "make" not in re.sub(r"#.*", "", last)


def test_every_image_is_of_one_release() -> None:
    used = [line.split()[1] for line in lines("FROM")] + [one["image"] for one in COMPOSE["services"].values()]
    for image in used:
        if image != "packages":
            assert re.search(r":\d+\.\d+(\.\d+)?(-[\w.-]+)?$", image), f"{image} may change meanwhile; name a release"


def test_it_runs_as_nobody_of_importance() -> None:
    assert lines("USER")[-1] == "USER 10001:10001"
    assert DOCKERFILE.rindex("\nUSER") > DOCKERFILE.rindex("\nCOPY")


def test_nothing_is_fetched_past_the_lock_file() -> None:
    assert not lines("ADD")
    assert "curl" not in DOCKERFILE
    assert "pip install" not in DOCKERFILE
    assert all("--no-install-recommends" in line for line in lines("RUN") if "apt-get install" in line)


def test_it_says_whether_it_lives() -> None:
    assert "/live" in DOCKERFILE[DOCKERFILE.index("HEALTHCHECK") :]


def test_every_copied_file_is_there_and_the_model_has_all_it_needs() -> None:
    for line in lines("COPY"):
        if "--from" not in line:
            for name in line.split()[1:-1]:
                assert (ROOT / name).exists(), name
    copied = {name.strip("./") for line in lines("COPY") for name in line.split()[1:-1]}
    top = {file.name for file in ROOT.glob("*.yml")}
    assert top <= copied, f"left out of the image: {top - copied}"


def test_what_only_tests_need_is_taken_out() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    part = project[project.index("\ndev = [") :]
    names = {re.split(r"[<>=]", name)[0].lower() for name in re.findall(r'"([^"]+)"', part[: part.index("]\n")])}
    removed = set(DOCKERFILE[DOCKERFILE.index("uninstall") :].split("\n")[0].split()) - {"uninstall"}
    assert names - NEEDED_TOO <= removed, f"stays in the image: {names - NEEDED_TOO - removed}"


def test_secrets_and_peoples_data_stay_out_of_the_image() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert {"var", ".git", "*.db", "*.env"} <= set(ignored)
    assert not re.search(r"(?i)(ENV|ARG)[^\n]*(token|secret|password)", DOCKERFILE)


@pytest.mark.parametrize("name", OURS)
def test_our_containers_can_change_nothing_and_gain_nothing(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["user"] == "10001:10001"
    assert "no-new-privileges:true" in service["security_opt"]


def test_only_nginx_is_reached_from_outside() -> None:
    open_ones = {name: one["ports"] for name, one in COMPOSE["services"].items() if one.get("ports")}
    assert set(open_ones) == {"nginx"}
    assert all(port.startswith("127.0.0.1:") for port in open_ones["nginx"])
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("rasa", "actions", "desk", "postgres", "redis"):
        assert COMPOSE["services"][name]["networks"] == ["inside"], f"{name} needs nothing outside"


def test_no_secret_is_in_the_compose_file() -> None:
    for name, service in COMPOSE["services"].items():
        for setting in service.get("environment") or {}:
            assert not re.search(r"TOKEN|SECRET|PASSWORD|DATABASE$", setting), f"{name}: {setting}"


def test_every_process_of_one_machine_is_in_the_compose_file() -> None:
    supervised = re.findall(r"\[program:(\w+)\]", (DEPLOY / "supervisord.conf").read_text(encoding="utf-8"))
    assert set(supervised) <= set(COMPOSE["services"])


def test_its_nginx_is_the_one_of_run_production() -> None:
    """Write it anew with: .venv/bin/python -m tests.deploy.test_containers"""
    assert (DEPLOY / "nginx.compose.conf").read_text(encoding="utf-8") == compose_nginx()


def compose_nginx() -> str:
    settings = {
        "WEB_HOST": "0.0.0.0",
        "DESK_HOST": "0.0.0.0",
        "INNER_HOST": "0.0.0.0",
        "WEB_PORT": "8080",
        "DESK_PORT": "8090",
        "RASA_PORT": "5005",
        "ACTIONS_PORT": "5055",
        # What ends TLS stands before it.
        "WEB_PROXIES": "1",
        "REQUESTS_PER_SECOND": "20",
    }
    pools = {name: (f"{name}:{settings[f'{name.upper()}_PORT']}",) for name in ("rasa", "actions", "web", "desk")}
    return nginx_config(settings, pools, Path("/tmp"))


if __name__ == "__main__":
    (DEPLOY / "nginx.compose.conf").write_text(compose_nginx(), encoding="utf-8")
