"""The page as it is served, its headers, and how the program starts."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest
from starlette.testclient import TestClient

from companion.settings import ROOT, Settings
from companion.web.__main__ import main
from companion.web.app import create_app
from companion.web.conversation import RateLimit
from companion.web.rasa import Rasa

SECRET = "a secret that only the tests know"


def _page(settings: Settings) -> str:
    return TestClient(create_app(secret=SECRET, settings=settings, rasa=Rasa("http://rasa.example.org"))).get("/").text


def _visible_without_script(html: str) -> str:
    html = re.sub(r'<section id="chat".*?</section>', "", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_without_javascript_the_page_says_so_and_whom_to_call(visitor: TestClient) -> None:
    text = _visible_without_script(visitor.get("/").text)
    assert "The chat does not run in this browser" in text
    for number in ("Call 999", "020 7946 0000", "116 123", "0808 800 6000"):
        assert number in text


def test_where_the_country_is_not_known_none_is_guessed() -> None:
    text = _visible_without_script(_page(Settings()))
    assert "your local emergency number (112, 999 or 911 in many countries)" in text
    assert "see your alert card" in text
    assert "116 123" not in text


def test_a_deployers_setting_is_text_and_never_html() -> None:
    assert "<i>Line</i>" not in _page(Settings(care_line="<i>Line</i>", care_team='"><script>'))


def test_american_pages_are_spelt_american() -> None:
    assert '<html lang="en-US">' in _page(Settings(country="US", locale="en-US"))


@pytest.mark.parametrize("path", ["/", "/chat", "/health", "/static/page.js", "/static/page.css", "/nothing"])
def test_every_answer_carries_the_security_headers(visitor: TestClient, path: str) -> None:
    headers = visitor.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "microphone=()" in headers["permissions-policy"]
    assert headers["cache-control"] == ("no-cache" if path.startswith("/static/") else "no-store")


def test_a_crash_shows_no_trace_and_keeps_the_headers(visitor: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RateLimit, "wait", lambda self, conversation: 1 / 0)
    answer = visitor.post("/chat", json={"message": "hello"})
    assert answer.status_code == 500
    assert "Traceback" not in answer.text
    assert "Zero" not in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_page_asks_nothing_of_other_sites_and_has_nothing_inline(visitor: TestClient) -> None:
    html = visitor.get("/").text
    assert not re.findall(r'(?:src|href|action)="(?!/static/|#)[^"]*"', html)
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)


def test_the_script_never_writes_html() -> None:
    script = (ROOT / "companion/web/static/page.js").read_text()
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|setHTML", script)


def test_the_rate_limit_forgets_the_oldest_conversations() -> None:
    limit = RateLimit(most=1, kept=2, clock=lambda: 0.0)
    assert [limit.wait(name) for name in ("a", "b", "c")] == [0, 0, 0]
    assert limit.wait("c") == 60
    assert limit.wait("a") == 0, "'a' was the oldest of three where two are kept"


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("WEB_SECRET", "", "WEB_SECRET is not set"),
        ("WEB_SECRET", "short", "WEB_SECRET is too short"),
        ("WEB_PORT", "eighty", "WEB_PORT is 'eighty'"),
        ("WEB_PORT", "70000", "WEB_PORT is '70000'"),
        ("RASA_URL", "localhost:5005", "RASA_URL is 'localhost:5005'"),
        ("COMPANION_LOCALE", "xx", "COMPANION_LOCALE is 'xx'"),
    ],
)
def test_a_setting_that_cannot_be_used_is_one_line_and_exit_code_2(
    variable: str, value: str, complaint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEB_SECRET", SECRET)
    monkeypatch.setenv(variable, value)
    assert main() == 2
    line = capsys.readouterr().err
    assert line.startswith(complaint)
    assert line.count("\n") == 1


def test_the_program_serves_answers_and_stops_and_logs_no_words() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Port 9 (discard): no Rasa there.
    settings = {"WEB_SECRET": SECRET, "WEB_PORT": str(port), "RASA_URL": "http://127.0.0.1:9"}
    with subprocess.Popen(
        [sys.executable, "-m", "companion.web"],
        cwd=ROOT,
        env={**os.environ, **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as program:
        try:
            address = f"http://127.0.0.1:{port}"
            assert _health(address) == {"page": "up", "rasa": "down"}
            answer = httpx.post(f"{address}/chat?secret-fear", json={"message": "my secret-fear"}, trust_env=False)
            assert "something on our side is not working" in answer.json()["messages"][0]["text"]
        finally:
            program.send_signal(signal.SIGINT)
            printed, _ = program.communicate(timeout=10)
    assert program.returncode in (0, -signal.SIGINT, 130)
    assert "secret-fear" not in printed
    assert "Traceback" not in printed


def _health(address: str) -> dict[str, str]:
    until = time.monotonic() + 20
    while True:
        try:
            return httpx.get(f"{address}/health", trust_env=False).json()
        except httpx.TransportError:
            assert time.monotonic() < until, "the page did not come up within 20 s"
            time.sleep(0.1)
