"""The one line on somebody else's website."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.web.browser.conftest import Screen, Visit
from tests.web.conftest import Site
from tests.web.standin import Served


def hospital(chat: str, attributes: str = "") -> ASGIApp:
    """A website with a strict policy, small letters at its root, and rules that would spoil everything they reach."""
    policy = (
        f"default-src 'none'; script-src {chat}; connect-src {chat}; style-src 'self'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )
    page = f"""<!doctype html><html lang="de-AT"><title>Hospital</title><link rel="stylesheet" href="/style.css">
        <body><h1>Hospital</h1><companion-chat {attributes}><p>Call 999. Our line: 020 7946 0000.</p></companion-chat>
        <script type="module" src="{chat}/widget.js" data-server="{chat}"></script>"""
    style = "html { font-size: 62.5% } button, p, dialog { display: none; color: red; font-size: 5px !important }"

    async def show(request: Request) -> Response:
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})

    async def rules(request: Request) -> Response:
        return Response(style, media_type="text/css")

    return Starlette(routes=[Route("/", show), Route("/style.css", rules)])


@pytest.fixture
def neighbours(serve: Callable[[ASGIApp], Served], site: Site, free_port: Callable[[], int]) -> Callable[..., str]:
    def build(*, allowed: bool, attributes: str = "") -> str:
        port = free_port()
        website = f"http://localhost:{port}"
        chat = serve(site.app(origins=frozenset({website} if allowed else ())))
        Served(hospital(chat.address, attributes), port)
        return website

    return build


def test_a_whole_conversation_under_a_strict_policy(visit: Visit, neighbours: Callable[..., str]) -> None:
    website = neighbours(allowed=True)
    screen = Screen(visit.context.new_page(), website)
    page = screen.page
    page.get_by_role("button", name="Frage stellen").click()
    expect(page.get_by_text("Der Assistent schreibt Englisch.")).to_be_visible()
    page.get_by_label("Ihre Nachricht").fill("hormone therapy")
    page.get_by_role("button", name="Senden").click()
    expect(screen.last()).to_contain_text("Hormone therapy treats breast cancer")
    assert screen.complaints == []
    size = page.locator(".bubble p").first.evaluate("e => parseFloat(getComputedStyle(e).fontSize)")
    assert size >= 16, "the website's small letters do not reach the chat"


def test_what_the_website_sets_is_taken(visit: Visit, neighbours: Callable[..., str]) -> None:
    website = neighbours(
        allowed=True, attributes='data-locale="pl" data-title="Mercy Hospital" data-exit="javascript:1"'
    )
    page = Screen(visit.context.new_page(), website).page
    page.get_by_role("button", name="Zadaj pytanie").click()
    expect(page.get_by_role("dialog", name="Mercy Hospital")).to_be_visible()
    page.route("https://www.wikipedia.org/", lambda route: route.fulfill(body="harmless"))
    page.get_by_role("button", name="Wyjdź szybko").click()
    page.wait_for_url("https://www.wikipedia.org/")


def test_on_a_website_that_is_not_on_the_list_its_own_numbers_stay(
    visit: Visit, neighbours: Callable[..., str]
) -> None:
    page = visit.context.new_page()
    with page.expect_console_message(lambda message: "The chat cannot start yet" in message.text):
        page.goto(neighbours(allowed=False))
    assert page.locator("companion-chat p").text_content() == "Call 999. Our line: 020 7946 0000."
    assert page.evaluate("document.querySelector('companion-chat').shadowRoot") is None
