"""How the program starts, stops, and what it prints."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from companion.settings import ROOT
from companion.store import Database
from companion.web.__main__ import main
from tests.web.conftest import SECRET


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("WEB_SECRET", "", "WEB_SECRET is not set"),
        ("WEB_SECRET", "short", "WEB_SECRET is too short"),
        ("RASA_TOKEN", "", "RASA_TOKEN is not set"),
        ("WEB_PORT", "eighty", "WEB_PORT is 'eighty'"),
        ("WEB_PORT", "70000", "WEB_PORT is '70000'"),
        ("WEB_PROXIES", "-1", "WEB_PROXIES is '-1'; use a number from 0 to 9"),
        ("WEB_SESSIONS_PER_ADDRESS", "0", "WEB_SESSIONS_PER_ADDRESS is '0'"),
        ("RASA_URL", "localhost:5005", "RASA_URL is 'localhost:5005'"),
        ("COMPANION_ORIGINS", "*", "COMPANION_ORIGINS has '*'"),
        ("COMPANION_LOCALE", "xx", "COMPANION_LOCALE is 'xx'"),
        ("COMPANION_COUNTRY", "XX", "COMPANION_COUNTRY is 'XX'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line_and_exit_code_2(
    variable: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEB_SECRET", SECRET)
    monkeypatch.setenv("RASA_TOKEN", "t")
    monkeypatch.setenv(variable, value)
    assert main() == 2
    line = capsys.readouterr().err
    assert line.startswith(complaint)
    assert line.count("\n") == 1


def test_the_program_serves_stops_at_once_with_a_stream_open_and_logs_no_words(
    free_port: Callable[[], int], database: Database, tmp_path: Path
) -> None:
    # Port 9 (discard): no Rasa there.
    settings = {
        "WEB_SECRET": SECRET,
        "WEB_PORT": str(free_port()),
        "RASA_URL": "http://127.0.0.1:9",
        "RASA_TOKEN": "t",
        "COMPANION_DATABASE": str(database.url),
        "COMPANION_COUNTRY": "GB",
    }
    with subprocess.Popen(
        [sys.executable, "-m", "companion.web"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{settings['WEB_PORT']}", trust_env=False) as client:
                assert _health(client) == {"page": "up", "rasa": "down", "store": "up"}
                token = client.post("/api/session").json()["token"]
                headers = {"Authorization": f"Bearer {token}"}
                message = {"id": "x" * 16, "text": "my secret-fear"}
                assert client.post("/api/messages", json=message, headers=headers).status_code == 202
                with client.stream("GET", "/api/events", headers=headers) as stream:
                    lines = stream.iter_lines()
                    data = (json.loads(line[6:]) for line in lines if line.startswith("data: "))
                    told = next(one for one in data if one.get("content", {}).get("trouble"))
                    assert "something on our side is not working" in told["text"]
                    begun = time.monotonic()
                    program.send_signal(signal.SIGTERM)
                    list(lines)  # until its end
                program.wait(10)
                assert time.monotonic() - begun < 4, "it waited for the open stream"
        finally:
            program.kill()
            printed, _ = program.communicate(timeout=10)
    assert program.returncode in (0, -signal.SIGTERM, 143)
    assert "secret-fear" not in printed
    assert token.split(".")[0] not in printed
    assert "Traceback" not in printed


def _health(client: httpx.Client) -> dict[str, str]:
    until = time.monotonic() + 20
    while True:
        try:
            return dict(client.get("/health").json())
        except httpx.TransportError:
            assert time.monotonic() < until, "the server did not come up within 20 s"
            time.sleep(0.1)
