"""Leaving quickly, clearing, keeping, saving: what is left in the browser, and what is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from companion.store import Journal
from tests.web.browser.conftest import Screen, Visit
from tests.web.standin import Served

HARMLESS = "https://www.wikipedia.org/"


@pytest.fixture
def chatting(screen: Screen) -> Screen:
    screen.page.route(HARMLESS, lambda route: route.fulfill(body="<title>harmless</title>", content_type="text/html"))
    screen.open()
    screen.write("something private")
    expect(screen.last()).to_contain_text("You wrote: something private")
    return screen


def test_leaving_leaves_no_trace_in_the_tab(chatting: Screen, visit: Visit, server: Served) -> None:
    page = chatting.page
    entries = page.evaluate("history.length")
    page.get_by_role("button", name="Leave now").click()
    page.wait_for_url(HARMLESS)
    assert page.evaluate("history.length") == entries, "the page's place in the history was taken"
    page.go_back()
    assert server.address not in page.url, "the back button does not lead to the chat"
    page.goto(server.address)
    assert "token" not in chatting.storage()
    chatting.open()
    expect(chatting.messages).to_have_count(1)
    chatting.elsewhere.clear()


def test_leaving_empties_the_other_tabs_and_what_was_kept(chatting: Screen, visit: Visit, server: Served) -> None:
    other = visit.tab(server.address)
    other.open()
    expect(other.messages).to_have_count(3)
    chatting.page.get_by_role("button", name="Options").click()
    chatting.page.get_by_label("Keep this chat on this device").check()
    chatting.page.get_by_role("button", name="Leave now").click()
    expect(other.messages).to_have_count(1)
    assert "token" not in other.storage()
    chatting.elsewhere.clear()


def test_a_page_out_of_the_browsers_cache_does_not_show_a_chat_that_was_left(chatting: Screen, server: Served) -> None:
    page = chatting.page
    page.goto(f"{server.address}/numbers")
    page.evaluate("sessionStorage.clear()")
    page.go_back()
    expect(chatting.launcher).to_be_visible()
    assert chatting.page.get_by_text("something private").count() == 0


def test_the_way_out_is_in_reach_everywhere(chatting: Screen) -> None:
    way_out = chatting.page.get_by_role("button", name="Leave now")
    for width, height in ((1100, 800), (390, 844), (320, 256), (844, 390)):
        chatting.page.set_viewport_size({"width": width, "height": height})
        chatting.page.locator(".message").last.scroll_into_view_if_needed()
        expect(way_out).to_be_in_viewport(ratio=1)


def test_clearing_asks_first_then_deletes_everywhere(
    chatting: Screen, visit: Visit, server: Served, journal: Journal
) -> None:
    conversation = chatting.page.evaluate("JSON.parse(sessionStorage['companion-chat']).token.split('.')[0]")
    other = visit.tab(server.address)
    expect(other.messages).to_have_count(3)
    page = chatting.page
    page.get_by_role("button", name="Options").click()
    page.get_by_role("button", name="Clear this chat").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Clear this chat")).to_be_focused()
    assert journal.since(conversation) != []
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_text("The chat was deleted.")).to_be_visible()
    expect(chatting.messages).to_have_count(1)
    expect(chatting.box).to_be_focused()
    assert journal.since(conversation) == []
    assert "token" not in chatting.storage()
    expect(other.messages).to_have_count(1)
    chatting.write("a new beginning")
    expect(chatting.last()).to_contain_text("You wrote: a new beginning")
    assert chatting.texts()[1:] == ["a new beginning", "You wrote: a new beginning"]


def test_a_chat_that_could_not_be_cleared_is_not_said_to_be(chatting: Screen, visit: Visit) -> None:
    visit.context.set_offline(True)
    chatting.page.get_by_role("button", name="Options").click()
    chatting.page.get_by_role("button", name="Clear this chat").click()
    chatting.page.get_by_role("button", name="Yes, delete it").click()
    expect(chatting.page.get_by_text("The chat was not deleted")).to_be_visible()
    expect(chatting.messages).to_have_count(3)


def test_only_the_tick_keeps_the_chat_beyond_the_tab(chatting: Screen, visit: Visit, server: Served) -> None:
    assert chatting.page.evaluate("localStorage.length") == 0
    keep = chatting.page.get_by_label("Keep this chat on this device")
    chatting.page.get_by_role("button", name="Options").click()
    keep.check()
    chatting.page.close()
    back = visit.tab(server.address)
    back.open()
    expect(back.last()).to_contain_text("You wrote: something private")
    back.page.get_by_role("button", name="Options").click()
    expect(back.page.get_by_label("Keep this chat on this device")).to_be_checked()
    back.page.get_by_label("Keep this chat on this device").uncheck()
    assert back.page.evaluate("localStorage.length") == 0
    back.page.close()
    gone = visit.tab(server.address)
    gone.open()
    expect(gone.messages).to_have_count(1)


def test_no_cookie_and_no_words_in_the_browsers_storage(chatting: Screen, visit: Visit) -> None:
    assert visit.context.cookies() == []
    assert "private" not in chatting.storage()


def test_the_token_is_in_no_address(visit: Visit, server: Served) -> None:
    screen = visit.tab(server.address)
    addresses: list[str] = []
    screen.page.on("request", lambda request: addresses.append(request.url))
    screen.open()
    screen.write("hello")
    expect(screen.last()).to_contain_text("You wrote")
    token = screen.page.evaluate("JSON.parse(sessionStorage['companion-chat']).token")
    assert any("/api/events" in address for address in addresses)
    assert not [address for address in addresses if token.split(".")[0] in address]


def test_the_chat_can_be_saved_as_text(chatting: Screen, tmp_path: Path) -> None:
    chatting.page.get_by_role("button", name="Options").click()
    with chatting.page.expect_download() as download:
        chatting.page.get_by_role("button", name="Save as text").click()
    assert download.value.suggested_filename == "chat.txt"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("Chat with the assistant\n")
    assert "\nYou (" in text
    assert "something private\n" in text
    assert "You wrote: something private\n" in text


def test_printing_shows_the_chat_alone_with_its_sources(chatting: Screen) -> None:
    chatting.write("parts please")
    expect(chatting.last()).to_contain_text("Hormone therapy blocks")
    page = chatting.page
    page.evaluate("window.print = () => {}")
    page.get_by_role("button", name="Options").click()
    page.get_by_role("button", name="Print or save as PDF").click()
    page.emulate_media(media="print")
    expect(page.get_by_text("You wrote: something private")).to_be_visible()
    expect(page.get_by_text("Example Press")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_be_hidden()
    expect(chatting.box).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_storage_that_is_switched_off_does_not_stop_the_chat(visit_with: Callable[..., Visit], server: Served) -> None:
    visit = visit_with()
    visit.context.add_init_script(
        "for (const name of ['sessionStorage', 'localStorage'])"
        " Object.defineProperty(window, name, {get() { throw new DOMException('denied', 'SecurityError'); }});"
    )
    screen = visit.tab(server.address)
    screen.open()
    screen.write("hello")
    expect(screen.last()).to_contain_text("You wrote: hello")
