"""Whole conversations in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect
from starlette.responses import Response

from companion.cases import CaseRequest, Cases, Staff
from companion.cases.service import Service
from companion.store import Database, Journal
from tests.web.browser.conftest import Screen
from tests.web.standin import StandIn


def test_a_conversation_from_greeting_to_more(screen: Screen) -> None:
    screen.open()
    expect(screen.last()).to_contain_text("Hello. I am an automated assistant")
    expect(screen.page.get_by_role("button", name="Talk to a person")).to_be_visible()
    screen.write("What is hormone therapy?")
    expect(screen.last("patient")).to_contain_text("What is hormone therapy?")
    expect(screen.last()).to_contain_text("Hormone therapy treats breast cancer")
    screen.page.get_by_role("button", name="Tell me more").click()
    expect(screen.last("patient")).to_contain_text("Tell me more")
    expect(screen.last("patient")).to_be_focused()
    expect(screen.last()).to_contain_text("It is also called endocrine therapy")
    expect(screen.messages).to_have_count(5)


def test_before_the_person_writes_nothing_is_stored_and_no_session_begun(screen: Screen, database: Database) -> None:
    asked: list[str] = []
    screen.page.on("request", lambda request: asked.append(request.url))
    screen.open()
    expect(screen.last()).to_contain_text("Hello")
    assert not [url for url in asked if "/api/" in url]
    assert "token" not in screen.storage()


def test_sources_fold_out_and_only_web_addresses_become_links(screen: Screen) -> None:
    screen.open()
    screen.write("parts please")
    sources = screen.last().locator("details")
    expect(sources).not_to_have_attribute("open", "")
    sources.locator("summary").click()
    link = sources.get_by_role("link")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", "https://www.example.org/hormone")
    expect(link).to_have_attribute("target", "_blank")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_contain_text("(opens in a new tab)")
    expect(sources).to_contain_text("Example Press, checked 22/11/2026")
    expect(sources).to_contain_text("<b>Bad</b>")
    expect(screen.last().locator(".disclaimer")).to_have_text("General information, not medical advice.")


@pytest.mark.parametrize(
    ("typed", "links"),
    [
        ("see https://example.org/a?b=c#d, or (https://example.org/c).", ["https://example.org/a?b=c#d", "https://example.org/c"]),
        ("call 112 or 999. Line on 020 7946 0000", ["tel:112", "tel:999", "tel:02079460000"]),
        ("javascript:alert(1) http://example.org data:text/html,x 5-FU 2025, on 3 May", []),
    ],
)  # fmt: skip
def test_only_web_addresses_and_numbers_to_call_become_links(screen: Screen, typed: str, links: list[str]) -> None:
    screen.open()
    screen.write(typed)
    expect(screen.last()).to_contain_text("You wrote:")
    assert [link.get_attribute("href") for link in screen.last().locator("a").all()] == links
    assert screen.last("patient").locator("a").count() == 0


def test_html_and_tricks_are_shown_as_the_text_they_are(screen: Screen) -> None:
    typed = "<img src=x onerror=alert(1)><b>bold</b> &amp; <script>alert(2)</script> {{7*7}}"
    screen.open()
    screen.write(typed)
    expect(screen.last("patient").locator(".bubble")).to_have_text(typed)
    expect(screen.last().locator(".bubble")).to_have_text(f"You wrote: {typed}")
    assert screen.page.locator(".list b, .list img, .list script").count() == 0


def test_danger_is_an_alert_and_stands_out_by_words_and_not_by_colour_alone(screen: Screen) -> None:
    screen.open()
    screen.write("I have chest pain")
    alert = screen.page.get_by_role("alert")
    expect(alert).to_contain_text("Important")
    expect(alert.locator(".first")).to_have_text("Call 999 now.")
    expect(alert.locator(".first").get_by_role("link", name="999")).to_have_attribute("href", "tel:999")
    expect(alert).to_be_in_viewport()
    screen.page.reload()
    expect(screen.last()).to_contain_text("Call 999 now.")
    expect(screen.page.get_by_role("alert")).to_have_count(0)


def test_a_screen_reader_hears_what_comes_and_that_it_is_coming(screen: Screen, rasa: StandIn) -> None:
    rasa.delay = 1.0
    screen.open()
    log = screen.page.get_by_role("log", name="Chat")
    expect(log).to_have_attribute("aria-live", "polite")
    expect(log).not_to_have_attribute("aria-busy", "true")
    screen.write("hello")
    status = screen.page.locator(".writing")
    expect(status).to_have_attribute("role", "status")
    expect(status).to_have_text("The assistant is writing")
    expect(log.locator(".sender bdi")).to_have_text(["Assistant", "You", "Assistant"])
    expect(status).to_have_text("")


def test_a_person_need_not_wait_for_the_answer_to_write_on(screen: Screen, rasa: StandIn) -> None:
    rasa.delay = 0.3
    screen.open()
    for text in ("first", "second", "third"):
        screen.write(text)
    expect(screen.messages).to_have_count(7)
    mine = [text for text in screen.texts() if text in ("first", "second", "third")]
    assert mine == ["first", "second", "third"]


def test_when_rasa_fails_the_person_reads_numbers_and_can_send_again(screen: Screen, rasa: StandIn) -> None:
    rasa.fault = lambda: Response("broken", 500)
    screen.open()
    screen.write("are you there?")
    expect(screen.last()).to_contain_text("something on our side is not working")
    expect(screen.last().get_by_role("link", name="020 7946 0000")).to_be_visible()
    rasa.fault = None
    screen.page.get_by_role("button", name="Send it again").click()
    expect(screen.last()).to_contain_text("You wrote: are you there?")


def test_a_nurse_in_the_chat_is_seen_by_name(screen: Screen, database: Database) -> None:
    cases, nurse = Cases(database, Service.load().targets), Staff("n1", "Ann Example", "breast care nurse")
    screen.open()
    screen.write("Talk to a person")
    expect(screen.last()).to_contain_text("You wrote")
    conversation = screen.page.evaluate("JSON.parse(sessionStorage['companion-chat']).token.split('.')[0]")
    case = cases.open(CaseRequest(key="k", conversation=conversation, channel="web", urgency="support"))
    cases.claim(case.id, nurse)
    cases.take_over(case.id, nurse)
    expect(screen.page.locator(".holder")).to_have_text("Care team is in this chat and reads what you write.")
    Journal(database).typing(conversation, seconds=3)
    expect(screen.page.locator(".writing")).to_have_text("Care team is writing")
    cases.write_to_patient(case.id, nurse, "Hello, this is Ann.\n<b>How are you?</b>", key="1")
    expect(screen.last("person")).to_contain_text("Ann Example, breast care nurse")
    expect(screen.last("person")).to_contain_text("<b>How are you?</b>")
    expect(screen.page.locator(".holder")).to_contain_text("Ann Example, breast care nurse is in this chat")
    screen.write("Better, thank you")
    expect(screen.last("patient")).to_contain_text("Better, thank you")
    cases.give_back(case.id, nurse)
    expect(screen.page.locator(".holder")).to_have_text("")


def test_a_message_that_comes_while_the_chat_is_closed_is_counted(screen: Screen, rasa: StandIn) -> None:
    rasa.delay = 1.0
    screen.open()
    screen.write("hello")
    screen.page.keyboard.press("Escape")
    expect(screen.panel).to_be_hidden()
    expect(screen.page.locator(".badge")).to_have_text("1")
    expect(screen.page.get_by_role("status").filter(has_text="New messages: 1")).to_be_attached()
    screen.open()
    expect(screen.page.locator(".badge")).to_be_hidden()


def test_too_long_a_message_is_put_back_to_be_shortened(screen: Screen) -> None:
    screen.open()
    screen.write("long " * 2000)
    expect(screen.page.get_by_text("That message is too long")).to_be_visible()
    expect(screen.box).to_have_value(("long " * 2000).strip())
    expect(screen.messages).to_have_count(1)
    screen.write("short")
    expect(screen.last()).to_contain_text("You wrote: short")
    expect(screen.page.get_by_text("That message is too long")).to_be_hidden()


def test_a_question_on_the_page_opens_the_chat_with_it_unsent(screen: Screen) -> None:
    screen.page.get_by_role("link", name=re.compile("What is a clinical trial")).click()
    expect(screen.box).to_have_value("What is a clinical trial?")
    expect(screen.box).to_be_focused()
    screen.page.keyboard.press("Escape")
    expect(screen.page.get_by_role("link", name=re.compile("What is a clinical trial"))).to_be_focused()
