"""The page in a real browser: what a person with a keyboard, a small screen or a screen reader meets."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Route, expect, sync_playwright
from starlette import routing
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from companion.content import Library
from companion.dialogue.replies import Reply, Writer
from companion.dialogue.subject import Lookup
from companion.settings import Settings
from companion.web.app import create_app
from companion.web.rasa import Rasa

_CHROMIUM = Path("/usr/bin/chromium")
if not _CHROMIUM.exists() and os.environ.get("REQUIRE_ALL") != "1":
    pytest.skip("install Debian's chromium", allow_module_level=True)

_BRITISH = Settings(country="GB", care_line="020 7946 0000")


class Served:
    """An application on a port of its own, in a thread; can be killed and started again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        self._server = uvicorn.Server(uvicorn.Config(self._app, port=self._port, log_level="error", ws="none"))
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        until = time.monotonic() + 10
        while not self._server.started:
            assert time.monotonic() < until, "the server did not come up within 10 s"
            time.sleep(0.02)

    def kill(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(10)


def _fake_rasa(writer: Writer) -> ASGIApp:
    async def webhook(request: Request) -> JSONResponse:
        text = (await request.json())["message"]
        if "chest pain" in text:
            reply = writer.escalation("emergency", "chest_pain")
        elif "more" in text:
            reply = writer.more("hormone_therapy")
        elif "hormone" in text:
            reply = writer.answer(Lookup("hormone_therapy"), first=True)
        else:
            reply = Reply(f"You wrote: {text}")
        return JSONResponse([{"recipient_id": "x", "text": reply.text, "buttons": reply.as_buttons()}])

    return Starlette(routes=[routing.Route("/webhooks/rest/webhook", webhook, methods=["POST"])])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    assert _CHROMIUM.exists(), "install Debian's chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def rasa(chromium: Browser, library: Library) -> Iterator[Served]:
    served = Served(_fake_rasa(Writer(library, _BRITISH)))
    yield served
    served.kill()


@pytest.fixture(scope="module")
def site(rasa: Served) -> Iterator[Served]:
    served = Served(create_app(secret="s" * 32, settings=_BRITISH, rasa=Rasa(rasa.address, patience=2.0)))
    yield served
    served.kill()


@pytest.fixture
def visit(chromium: Browser, site: Served) -> Iterator[BrowserContext]:
    """A visitor on a phone 320 pixels wide, or a desktop window at 400 %."""
    with chromium.new_context(viewport={"width": 320, "height": 640}, reduced_motion="reduce") as context:
        context.set_default_timeout(5000)
        yield context


@pytest.fixture
def page(visit: BrowserContext, site: Served) -> Iterator[Page]:
    page = visit.new_page()
    complaints: list[str] = []
    elsewhere: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # A refused message (too long) is no fault of the page.
        if message.type == "error" and not message.location["url"].endswith("/chat"):
            complaints.append(message.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda asked: None if asked.url.startswith(site.address) else elsewhere.append(asked.url))
    page.goto(site.address)
    yield page
    assert complaints == [], "the browser complained"
    assert elsewhere == [], "the page asked another site"


def _type(page: Page, text: str) -> None:
    page.get_by_label("Your message").focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def _tab_to(page: Page, name: str, *, back: bool = False) -> None:
    for _ in range(40):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate("e => (e.labels?.[0] ?? e).textContent.trim()") == name:
            assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none", f"no visible focus on '{name}'"
            return
    raise AssertionError(f"'{name}' cannot be reached with the Tab key")


def _last(page: Page, sender: str = "Assistant") -> Locator:
    return page.locator(".message").filter(has=page.get_by_text(sender, exact=True)).last


def test_a_conversation_by_keyboard_only(page: Page) -> None:
    _tab_to(page, "Your message")
    page.keyboard.type("What is hormone therapy?")
    page.keyboard.press("Enter")
    expect(_last(page)).to_contain_text("Hormone therapy treats breast cancer")
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_value("")

    _tab_to(page, "Tell me more", back=True)
    page.keyboard.press("Enter")
    expect(_last(page, "You")).to_contain_text("Tell me more")
    expect(_last(page, "You")).to_be_focused()
    expect(_last(page)).to_contain_text("It is also called endocrine therapy")
    page.keyboard.press("Tab")
    assert page.locator(":focus").evaluate("e => e.closest('.message') !== null"), "Tab leads into the answer"

    _tab_to(page, "Your message")
    page.keyboard.type("one line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("another")
    _tab_to(page, "Send")
    page.keyboard.press("Space")
    expect(_last(page)).to_contain_text("You wrote: one line\nanother", use_inner_text=True)


def test_at_320_pixels_nothing_is_cut_off_and_every_button_is_large_enough(page: Page) -> None:
    _type(page, "hormone therapy")
    expect(_last(page)).to_contain_text("https://")
    _type(page, "w" * 200)
    expect(_last(page)).to_contain_text("You wrote: www")
    _type(page, "hormone therapy")
    expect(page.locator("#suggestions button")).not_to_have_count(0)
    assert page.evaluate("document.documentElement.scrollWidth") == 320, "one must scroll sideways to read"
    for target in page.locator("button:visible, textarea:visible").all():
        size = target.bounding_box()
        assert size["width"] >= 44, target.text_content()
        assert size["height"] >= 44, target.text_content()
        assert size["x"] >= 0, target.text_content()
        assert size["x"] + size["width"] <= 320, target.text_content()


def test_html_is_shown_as_the_text_it_is(page: Page) -> None:
    typed = "<img src=x onerror=alert(1)><b>bold</b> &amp;"
    _type(page, typed)
    expect(_last(page, "You").locator(".bubble")).to_have_text(typed)
    expect(_last(page).locator(".bubble")).to_have_text(f"You wrote: {typed}")
    assert page.locator("#log b, #log img").count() == 0


def test_sources_are_a_list_of_links_that_keep_the_chat_open(page: Page) -> None:
    _type(page, "hormone therapy")
    expect(_last(page).locator("li")).not_to_have_count(0)
    link = _last(page).locator("li a").first
    assert re.fullmatch(r"https://\S+[^.,)]", link.get_attribute("href"))
    assert link.get_attribute("target") == "_blank"
    expect(link).to_contain_text("(opens in a new tab)")


@pytest.mark.parametrize(
    ("typed", "links"),
    [
        (
            "see https://example.org/a?b=c#d, or (https://example.org/c).",
            ["https://example.org/a?b=c#d", "https://example.org/c"],
        ),
        (
            "call 112 or 999. Line on 020 7946 0000, or 1-800-799-7233",
            ["tel:112", "tel:999", "tel:02079460000", "tel:18007997233"],
        ),
        ("javascript:alert(1) http://example.org data:text/html,x 5-FU 2025, on 3 May", []),
    ],
)
def test_only_web_addresses_and_numbers_to_call_become_links(page: Page, typed: str, links: list[str]) -> None:
    _type(page, typed)
    expect(_last(page)).to_contain_text("You wrote:")
    assert [link.get_attribute("href") for link in _last(page).locator("a").all()] == links


def test_danger_stands_out_by_words_and_not_by_colour_alone(page: Page) -> None:
    _type(page, "I have chest pain")
    expect(_last(page)).to_contain_text("Important: please call")
    expect(_last(page).locator(".first")).to_have_text("Call 999 now.")
    expect(_last(page).get_by_role("link", name="999")).to_have_attribute("href", "tel:999")
    expect(_last(page)).to_be_in_viewport()


def test_a_screen_reader_hears_who_wrote_and_that_an_answer_is_coming(page: Page) -> None:
    log = page.get_by_role("log", name="Chat with the assistant")
    expect(log).to_have_attribute("aria-live", "polite")
    held: list[Route] = []
    page.route("**/chat", lambda route: held.append(route))
    with page.expect_request("**/chat"):
        _type(page, "hello")
    expect(page.get_by_role("status")).to_have_text("The assistant is writing")
    held[0].continue_()
    expect(log.locator(".message .sender")).to_have_text(["Assistant", "You", "Assistant"])
    expect(page.get_by_role("status")).to_have_text("")


def test_a_person_need_not_wait_for_the_answer_to_write_on(page: Page) -> None:
    for text in ("first", "second", "third"):
        _type(page, text)
    expect(page.locator(".message .bubble")).to_have_count(7)
    expect(_last(page)).to_contain_text("You wrote: third")


def test_a_reload_keeps_the_conversation(page: Page, visit: BrowserContext) -> None:
    _type(page, "hello")
    expect(_last(page)).to_contain_text("You wrote")
    before = visit.cookies()
    page.reload()
    _type(page, "hello again")
    expect(_last(page)).to_contain_text("You wrote")
    assert [cookie["value"] for cookie in visit.cookies()] == [cookie["value"] for cookie in before]
    assert before[0]["httpOnly"]
    assert before[0]["sameSite"] == "Strict"


def test_too_long_a_message_is_kept_to_be_shortened(page: Page) -> None:
    page.get_by_label("Your message").fill("long " * 2000)
    page.keyboard.press("Enter")
    expect(_last(page)).to_contain_text("too long")
    expect(page.get_by_label("Your message")).to_have_value(("long " * 2000).strip())


def test_when_rasa_dies_the_person_sees_numbers_and_can_send_again(page: Page, rasa: Served) -> None:
    rasa.kill()
    try:
        _type(page, "are you there?")
        expect(_last(page)).to_contain_text("something on our side is not working")
        expect(_last(page)).to_contain_text("020 7946 0000")
        expect(_last(page).get_by_role("link", name="999")).to_be_visible()
    finally:
        rasa.start()
    page.get_by_role("button", name="Send it again").click()
    expect(_last(page)).to_contain_text("You wrote: are you there?")


def test_when_the_network_is_gone_the_person_sees_numbers_too(visit: BrowserContext, site: Served) -> None:
    page = visit.new_page()
    page.goto(site.address)
    visit.set_offline(True)
    _type(page, "hello?")
    expect(_last(page)).to_contain_text("020 7946 0000")
    expect(page.get_by_role("status")).to_have_text("")


def test_without_javascript_the_numbers_are_there_and_no_dead_form(chromium: Browser, site: Served) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(site.address)
        expect(page.get_by_text("The chat does not run in this browser")).to_be_visible()
        expect(page.get_by_role("complementary")).to_contain_text("Call 999")
        expect(page.locator("form")).to_be_hidden()
