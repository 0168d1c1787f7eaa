"""What keeps production from starting is said in one line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from companion.run.production import _DEFAULTS, Plan, faults, nginx_config

PORTS = {"WEB_PORT": "39080", "DESK_PORT": "39090", "RASA_PORT": "39005", "ACTIONS_PORT": "39055"}
GOOD = {**_DEFAULTS, **PORTS, "COMPANION_CARE_LINE": "020 7946 0000"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"COMPANION_CARE_LINE": ""}, "COMPANION_CARE_LINE is not set"),
        ({"COMPANION_DATABASE": ""}, "COMPANION_DATABASE names no PostgreSQL database"),
        ({"COMPANION_DATABASE": "sqlite:///x.db"}, "COMPANION_DATABASE names no PostgreSQL database"),
        (
            {"COMPANION_DATABASE": "postgresql://ann:geheim@127.0.0.1:1/companion"},
            "PostgreSQL: no database 'companion' at 127.0.0.1:1 for 'ann'",
        ),
        ({"REDIS_URL": ""}, "REDIS_URL names no Redis server"),
        ({"REDIS_URL": "redis://:geheim@127.0.0.1:1/0"}, "Redis: no answer at 127.0.0.1:1"),
        ({"COMPANION_EVENTS": "private"}, "RABBITMQ_URL is not"),
        (
            {"COMPANION_EVENTS": "private", "RABBITMQ_URL": "amqp://x:geheim@127.0.0.1:1/"},
            "RabbitMQ: no answer at 127.0.0.1:1",
        ),
        ({"WORKERS": "0"}, "WORKERS is '0'"),
        ({"WORKERS": "many"}, "WORKERS is 'many'"),
        ({"WEB_PROXIES": "-1"}, "WEB_PROXIES is '-1'"),
        ({"TLS_KEY": "key.pem"}, "TLS_CERTIFICATE and TLS_KEY go together"),
        ({"WEB_PORT": "x"}, "WEB_PORT is 'x'"),
    ],
)
def test_each_fault_is_one_clear_line_without_a_password(changed: dict[str, str], said: str) -> None:
    found = list(faults({**GOOD, **changed}))
    assert [line for line in found if said in line], found
    assert all("\n" not in line and "geheim" not in line for line in found)


def test_all_faults_are_said_at_once() -> None:
    assert len(list(faults({**GOOD, "COMPANION_CARE_LINE": "", "WORKERS": "0"}))) >= 4


def test_every_process_has_ports_of_its_own() -> None:
    plan = Plan.of({**GOOD, "WORKERS": "4", "ACTION_SERVERS": "3", "WEB_SERVERS": "2", "DELIVERY_WORKERS": "2"})
    ports = [value for one in plan.programs for name, value in one.environment.items() if name.endswith("_PORT")]
    assert len(ports) == len(set(ports)) == 12 + 10
    assert {name: len(servers) for name, servers in plan.pools.items()} == {
        "rasa": 4,
        "actions": 3,
        "web": 2,
        "desk": 1,
    }


def test_nothing_but_nginx_listens_for_others() -> None:
    hosts = {
        value for one in Plan.of(GOOD).programs for name, value in one.environment.items() if name.endswith("_HOST")
    }
    assert hosts == {"127.0.0.1"}


def test_a_stream_is_not_held_back_and_clients_are_not_believed() -> None:
    text = nginx_config(GOOD, Plan.of(GOOD).pools, Path("/x"))
    events = text[text.index("location = /api/events") :].partition("}")[0]
    assert "proxy_buffering off" in events
    assert "X-Forwarded-For $remote_addr" in text
    assert "proxy_add_x_forwarded_for" not in text
    assert "access_log off" in text


def test_a_certificate_ends_tls_here() -> None:
    text = nginx_config({**GOOD, "TLS_CERTIFICATE": "/c.pem", "TLS_KEY": "/k.pem"}, Plan.of(GOOD).pools, Path("/x"))
    assert text.count("ssl_certificate /c.pem") == 2
    assert "TLSv1.2 TLSv1.3" in text
    assert "Strict-Transport-Security" in text
