"""A real Chromium, the widget on the demonstration page, and what visitors do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Playwright, sync_playwright
from starlette.types import ASGIApp

from companion.settings import ROOT
from companion.store import Database
from tests.conftest import missing
from tests.web.conftest import SECRET, Site
from tests.web.standin import TOKEN, Served, StandIn

_CHROMIUM = Path("/usr/bin/chromium")


# For this folder alone: while it runs, no other event loop can be started in the same thread.
@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    if not _CHROMIUM.exists():
        missing("install Debian's chromium")
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    yield browser
    browser.close()


@pytest.fixture
def server(serve: Callable[[ASGIApp], Served], site: Site) -> Served:
    """The whole edge on a port, in a thread."""
    return serve(site.app())


class Program:
    """The web server as a process of its own, which can be killed as processes are."""

    def __init__(self, port: int, rasa: str, database: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        settings = {"WEB_SECRET": SECRET, "WEB_PORT": str(port), "RASA_URL": rasa, "RASA_TOKEN": TOKEN}
        country = {"COMPANION_COUNTRY": "GB", "COMPANION_CARE_LINE": "020 7946 0000", "COMPANION_DATABASE": database}
        self._environment = {**os.environ, **settings, **country}
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "companion.web"], cwd=ROOT, env=self._environment)
        until = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"{self.address}/health", trust_env=False)
                return
            except httpx.TransportError:
                assert time.monotonic() < until, "the server did not come up within 30 s"
                time.sleep(0.1)

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)


@pytest.fixture
def program(
    free_port: Callable[[], int], serve: Callable[[ASGIApp], Served], rasa: StandIn, database: Database
) -> Iterator[Program]:
    program = Program(free_port(), serve(rasa.app).address, str(database.url))
    yield program
    program.kill()


class Screen:
    """One tab, and what a person does and sees in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(address) else self.elsewhere.append(asked.url))
        page.goto(address)

    def _hear(self, message: ConsoleMessage) -> None:
        # A network that is gone, and a refusal, are no fault of the page.
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    @property
    def launcher(self) -> Locator:
        return self.page.get_by_role("button", name="Ask a question")

    @property
    def panel(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def box(self) -> Locator:
        return self.page.get_by_label("Your message")

    @property
    def messages(self) -> Locator:
        return self.page.locator(".message")

    def last(self, sender: str = "assistant") -> Locator:
        return self.page.locator(f".message.{sender}").last

    def open(self) -> None:
        self.launcher.click()

    def write(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def texts(self) -> list[str]:
        return [text.strip() for text in self.page.locator(".message .bubble").all_inner_texts()]

    def storage(self) -> str:
        return str(self.page.evaluate("JSON.stringify([{...sessionStorage}, {...localStorage}])"))


class Visit:
    """A browser of one person: opens tabs that share what a browser keeps."""

    def __init__(self, context: BrowserContext) -> None:
        self.context = context
        self.screens: list[Screen] = []

    def tab(self, address: str) -> Screen:
        self.screens.append(Screen(self.context.new_page(), address))
        return self.screens[-1]


@pytest.fixture
def visit_with(chromium: Browser) -> Iterator[Callable[..., Visit]]:
    """Makes a visitor with a window, languages and habits of their own; the pages must not complain."""
    visits: list[Visit] = []

    def make(**how: Any) -> Visit:
        context = chromium.new_context(
            **{"viewport": {"width": 1100, "height": 800}, "reduced_motion": "reduce", **how}
        )
        context.set_default_timeout(10_000)
        visits.append(Visit(context))
        return visits[-1]

    yield make
    for visit in visits:
        for screen in visit.screens:
            assert screen.complaints == [], "the browser complained"
            assert screen.elsewhere == [], "the page asked another site"
        visit.context.close()


@pytest.fixture
def visit(visit_with: Callable[..., Visit]) -> Visit:
    return visit_with()


@pytest.fixture
def screen(visit: Visit, server: Served) -> Screen:
    """A tab with the demonstration page, on a desktop."""
    return visit.tab(server.address)
