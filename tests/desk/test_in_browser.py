"""The desk in a real browser: a whole case, by mouse and by keyboard, on a phone, with a screen reader's eyes."""

from __future__ import annotations

import os
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright
from starlette.types import ASGIApp

from companion.cases import Case, Cases, CaseState
from companion.desk.accounts import Accounts
from companion.store import Database, Journal
from tests.desk.conftest import PASSWORD, open_case

_CHROMIUM = Path("/usr/bin/chromium")
if not _CHROMIUM.exists() and os.environ.get("REQUIRE_ALL") != "1":
    pytest.skip("install Debian's chromium", allow_module_level=True)

#: A 404 page, a refused step and a line that a test cuts are meant; the browser notes them all the same.
_REFUSALS = re.compile(r"status of (403|404|409|422|429)|net::ERR_FAILED")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    assert _CHROMIUM.exists(), "install Debian's chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture
def address(app: ASGIApp) -> Iterator[str]:
    """The desk on a port of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(app, port=port, log_level="error", ws="none", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 10
    while not server.started:
        assert time.monotonic() < until, "the desk did not come up within 10 s"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


Enter = Callable[..., Page]


@pytest.fixture
def enter(chromium: Browser, address: str) -> Iterator[Enter]:
    """Opens a browser of one's own, signed in; whatever it complains about fails the test."""
    complaints: list[str] = []
    contexts = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error" and not _REFUSALS.search(message.text):
            complaints.append(message.text)

    def open_one(login: str = "anna", **options: object) -> Page:
        context = chromium.new_context(base_url=address, **options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", heard)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto("/sign-in")
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def accessible(page: Page) -> None:
    """Nothing that axe-core knows to be in somebody's way."""
    found = Axe().run(page).response["violations"]
    told = [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
    assert told == [], page.url


def test_a_case_from_sign_in_to_close(
    enter: Enter, case: Case, cases: Cases, journal: Journal, database: Database
) -> None:
    page = enter()
    page.get_by_role("link", name=case.reference).click()
    expect(page.get_by_text("my secret question before")).to_have_count(0)
    page.get_by_role("button", name="Take this case on").click()
    page.get_by_role("button", name="Take over the chat").click()
    box = page.get_by_label("Your message to the patient")
    box.fill("Hello, this is Anna. How are you?")
    expect(page.get_by_text("has joined this chat")).to_be_visible()
    page.get_by_role("button", name="Send").click()
    log = page.get_by_role("log")
    expect(log.get_by_text("Hello, this is Anna. How are you?")).to_be_visible()
    expect(box).to_have_value("")
    expect(log.get_by_text("on its way")).to_be_visible()

    box.fill("half a sentence")
    journal.receive("web-1", "web", "I am shivering now", key="p1")
    expect(log.get_by_text("I am shivering now")).to_be_visible()
    expect(box).to_have_value("half a sentence")
    journal.seen("web-1", journal.since("web-1")[-1].seq)
    expect(log.get_by_text("on their screen")).to_be_visible()
    cases.red_flags_raised(case.id, [{"id": "sepsis_severe", "urgency": "emergency", "text": "shivering now"}])
    expect(page.get_by_role("alert").get_by_text("signs of a severe infection")).to_be_visible()
    accessible(page)

    box.fill("")
    page.get_by_label("Ready answers").select_option("emergency")
    page.get_by_role("button", name="Put into the message").click()
    expect(box).to_have_value(re.compile("Please call 999 now"))
    page.get_by_role("button", name="Send").click()
    expect(log.get_by_text("Please call 999 now")).to_be_visible()
    page.get_by_label("Outcome").select_option("sent_to_emergency")
    page.get_by_role("button", name="Close the case").click()
    expect(page.get_by_text("Sent to emergency care").first).to_be_visible()
    assert cases.get(case.id).state is CaseState.CLOSED
    texts = [entry.text for entry in journal.since("web-1")]
    assert "has left this chat and closed your request" in texts[-1]
    assert sum("How are you?" in text for text in texts) == 1


def test_two_nurses_write_and_see_each_others_steps(enter: Enter, case: Case, cases: Cases) -> None:
    anna, nina = enter("anna"), enter("nina")
    for page in (anna, nina):
        page.goto(f"/cases/{case.id}")
    anna.get_by_role("button", name="Take this case on").click()
    expect(nina.locator("#case-status").get_by_text("Anna, breast care nurse")).to_be_visible()
    expect(nina.get_by_role("button", name="Take this case on")).to_have_count(0)


def test_the_queue_tells_of_a_new_urgent_case(enter: Enter, cases: Cases) -> None:
    page = enter()
    expect(page.get_by_text("No cases to show here.")).to_be_visible()
    page.get_by_role("button", name="Sound is off").click()
    expect(page.get_by_role("button", name="Sound is on")).to_have_attribute("aria-pressed", "true")
    case = open_case(cases, conversation=None)
    expect(page.get_by_role("link", name=case.reference)).to_be_visible()
    expect(page).to_have_title(re.compile(r"^\(1\) new urgent"))
    expect(page.locator("#new-urgent")).to_have_text("New urgent case in the queue")
    open_case(cases, "soon", urgency="soon", conversation=None)
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page).to_have_title(re.compile(r"^\(1\)"))
    page.keyboard.press("Shift")
    expect(page).to_have_title(re.compile("^Queue"))


def test_what_is_typed_and_opened_outlives_every_update(enter: Enter, case: Case, cases: Cases) -> None:
    page = enter()
    page.goto(f"/cases/{case.id}")
    page.get_by_role("button", name="Take this case on").click()
    note = page.get_by_label("New note")
    note.fill("not finished")
    page.get_by_label("Outcome").select_option("advice_given")
    page.get_by_text("Why it matters").click()
    why = page.locator("#flags-list details")
    cases.red_flags_raised(case.id, [{"id": "dvt", "urgency": "urgent", "text": "leg is swollen"}])
    expect(page.locator("#case-flags").get_by_text("leg is swollen")).to_be_visible()
    expect(note).to_have_value("not finished")
    expect(page.get_by_label("Outcome")).to_have_value("advice_given")
    expect(why.first).to_have_attribute("open", "")


def test_a_message_goes_out_once_though_the_answer_was_lost(enter: Enter, case: Case, journal: Journal) -> None:
    page = enter()
    page.goto(f"/cases/{case.id}")
    page.get_by_role("button", name="Take this case on").click()
    page.get_by_role("button", name="Take over the chat").click()
    box = page.get_by_label("Your message to the patient")
    lost = []

    def lose(route: object) -> None:
        lost.append(route.fetch().status)  # type: ignore[attr-defined]
        route.abort()  # type: ignore[attr-defined]

    page.route("**/write", lose)
    box.fill("only once, please")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your words are still here")).to_be_visible()
    expect(box).to_have_value("only once, please")
    page.unroute("**/write")
    page.get_by_role("button", name="Send").click()
    expect(box).to_have_value("")
    assert lost == [200]
    assert [entry.text for entry in journal.since("web-1")].count("only once, please") == 1


def test_a_call_becomes_a_case_while_the_caller_speaks(enter: Enter, cases: Cases) -> None:
    page = enter("ben")
    page.get_by_role("link", name="New call").click()
    accessible(page)
    words = page.get_by_label("The caller's words")
    words.press_sequentially("she has a fever of 39 after chemo", delay=5)
    raised = page.locator("#intake-raised")
    expect(raised.get_by_text("fever, low temperature or shivering").first).to_be_visible()
    page.get_by_label("What is the temperature, and when was it taken?").fill("39 at noon")
    page.get_by_role("group", name=re.compile("^Are they confused")).get_by_label("yes").check()
    expect(raised.get_by_text("Call 999 now.")).to_be_visible()
    words.press_sequentially(" and she is muddled", delay=5)
    expect(raised.get_by_text("new confusion or drowsiness").first).to_be_visible()
    expect(page.get_by_label("What is the temperature, and when was it taken?")).to_have_value("39 at noon")
    accessible(page)
    page.get_by_role("group", name="Urgency").get_by_label("Emergency").check()
    page.get_by_label("I keep this case myself").check()
    page.get_by_role("button", name="Open the case").click()
    page.get_by_role("heading", name=re.compile("^Case ")).wait_for()
    (case,) = cases.queue()
    assert (case.urgency, case.state) == ("emergency", CaseState.CLAIMED)
    assert "39 at noon" in page.content()
    accessible(page)


def test_every_page_is_accessible(enter: Enter, case: Case, chromium: Browser, address: str) -> None:
    lea = enter("lea")
    for path in ("/", f"/cases/{case.id}", f"/cases/{case.id}/print", "/figures", "/intake", "/nothing"):
        lea.goto(path)
        accessible(lea)
    ada = enter("ada")
    accessible(ada)
    dark = enter("anna", color_scheme="dark")
    for path in ("/", f"/cases/{case.id}", "/intake"):
        dark.goto(path)
        accessible(dark)
    ada.get_by_role("button", name="Sign out").click()
    accessible(ada)


def test_it_can_be_worked_by_keyboard_alone(enter: Enter, case: Case, cases: Cases, journal: Journal) -> None:
    page = enter()

    def tab_to(name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            focused = page.evaluate("document.activeElement.innerText || document.activeElement.id")
            if focused and name in focused:
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", f"nobody sees that '{name}' has the focus"
                return
        raise AssertionError(f"'{name}' is not reached by Tab")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Skip to the content"
    page.keyboard.press("Enter")
    tab_to(case.reference)
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/*")
    tab_to("Take this case on")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Take over the chat")).to_be_visible()
    tab_to("Take over the chat")
    page.keyboard.press("Enter")
    expect(page.get_by_label("Your message to the patient")).to_be_visible()
    tab_to("text")
    page.keyboard.type("Hello there")
    tab_to("Send")
    page.keyboard.press("Enter")
    expect(page.get_by_role("log").get_by_text("Hello there")).to_be_visible()
    assert journal.since("web-1")[-1].text == "Hello there"


@pytest.mark.parametrize("width", [360, 320])
def test_it_fits_a_phone(width: int, enter: Enter, case: Case, cases: Cases) -> None:
    open_case(cases, "long", reason="word" * 60, conversation=None, name="n" * 90)
    page = enter("lea", viewport={"width": width, "height": 740})
    for path in ("/", f"/cases/{case.id}", "/intake", "/figures", f"/cases/{case.id}/print"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        small = page.evaluate(
            """[...document.querySelectorAll("button, select, nav a")]
               .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.5)
               .map((one) => one.outerHTML.slice(0, 80))"""
        )
        assert small == [], path


def test_without_script_every_step_works(enter: Enter, case: Case, cases: Cases, journal: Journal) -> None:
    page = enter("anna", java_script_enabled=False)
    page.get_by_role("link", name=case.reference).click()
    page.get_by_role("button", name="Take this case on").click()
    page.get_by_role("button", name="Take over the chat").click()
    page.get_by_label("Your message to the patient").fill("Hello without script")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Hello without script")).to_be_visible()
    assert journal.since("web-1")[-1].text == "Hello without script"
    page.goto("/intake")
    page.get_by_label("The caller's words").fill("a fever of 39 after chemo")
    page.get_by_role("button", name="Look for danger signs").click()
    expect(page.get_by_text("fever, low temperature or shivering").first).to_be_visible()


def test_a_page_says_when_its_sign_in_has_ended(enter: Enter, accounts: Accounts) -> None:
    page = enter()
    accounts.disable("anna")
    expect(page.locator("#banner")).to_contain_text("You are signed out")
