"""Reload, lost network, killed server, several tabs: every message once, in order, in every tab."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect
from starlette.types import ASGIApp

from companion.store import Journal
from tests.web.browser.conftest import Program, Screen, Visit
from tests.web.conftest import Site
from tests.web.standin import Served, StandIn


def test_a_reload_in_the_middle_keeps_the_conversation(screen: Screen, rasa: StandIn) -> None:
    screen.open()
    screen.write("first")
    expect(screen.last()).to_contain_text("You wrote: first")
    rasa.delay = 1.0
    screen.write("second")
    screen.page.reload()
    expect(screen.panel).to_be_visible()
    expect(screen.last()).to_contain_text("You wrote: second")
    assert screen.texts()[1:] == ["first", "You wrote: first", "second", "You wrote: second"]


def test_a_reload_before_the_message_was_sent_sends_it_once(visit: Visit, server: Served, rasa: StandIn) -> None:
    screen = visit.tab(server.address)
    screen.open()
    screen.write("first")
    expect(screen.last()).to_contain_text("You wrote: first")
    # The server stores it, and the answer to that is lost on the way.
    screen.page.route("**/api/messages", lambda route: (route.fetch(), route.abort())[1])
    screen.write("second")
    expect(screen.last()).to_contain_text("You wrote: second")
    screen.page.unroute("**/api/messages")
    screen.page.reload()
    expect(screen.last()).to_contain_text("You wrote: second")
    expect(screen.page.locator(".waiting")).to_have_count(0)
    screen.page.wait_for_timeout(500)
    assert screen.texts()[1:] == ["first", "You wrote: first", "second", "You wrote: second"]
    assert len(set(rasa.turns)) == 2


def test_a_server_killed_and_started_again_loses_and_doubles_nothing(
    visit: Visit, program: Program, journal: Journal
) -> None:
    screen = visit.tab(program.address)
    screen.open()
    screen.write("first")
    expect(screen.last()).to_contain_text("You wrote: first")
    program.kill()
    screen.write("second")
    screen.write("third")
    expect(screen.page.locator(".writing")).to_contain_text("Not sent yet")
    expect(screen.page.locator(".banner")).to_contain_text("If you need help now, call")
    expect(screen.page.locator(".banner").get_by_role("link", name="999")).to_be_visible()
    program.start()
    expect(screen.page.get_by_text("You wrote: third")).to_be_visible(timeout=30_000)
    expect(screen.page.get_by_text("You wrote: second")).to_have_count(1)
    expect(screen.page.locator(".banner")).to_be_empty()
    conversation = screen.page.evaluate("JSON.parse(sessionStorage['companion-chat']).token.split('.')[0]")
    stored = [entry.text for entry in journal.since(conversation) if entry.sender == "patient"]
    assert stored == ["first", "second", "third"]
    assert sorted(screen.texts()[1:]) == sorted(stored + [f"You wrote: {text}" for text in stored])


def test_a_server_killed_after_it_stored_the_message_still_has_it_answered(
    visit: Visit, program: Program, rasa: StandIn, journal: Journal
) -> None:
    rasa.delay = 1.5
    screen = visit.tab(program.address)
    screen.open()
    screen.write("hello")
    expect(screen.page.locator(".waiting")).to_have_count(0)
    program.kill()
    program.start()
    expect(screen.page.get_by_text("You wrote: hello")).to_be_visible(timeout=40_000)
    expect(screen.messages).to_have_count(3)


def test_a_lost_network_is_told_with_numbers_and_made_good(visit: Visit, server: Served) -> None:
    screen = visit.tab(server.address)
    screen.open()
    visit.context.set_offline(True)
    screen.write("are you there?")
    expect(screen.page.locator(".banner")).to_contain_text("There is no connection")
    expect(screen.page.locator(".banner")).to_contain_text("020 7946 0000")
    expect(screen.last("patient")).to_have_class("message patient waiting")
    visit.context.set_offline(False)
    expect(screen.last()).to_contain_text("You wrote: are you there?")
    expect(screen.page.locator(".banner")).to_be_empty()
    expect(screen.messages).to_have_count(3)


def test_another_server_goes_on_where_the_first_left_off(
    visit: Visit, serve: Callable[[ASGIApp], Served], site: Site
) -> None:
    one = serve(site.app())
    other = serve(site.app(origins=frozenset({one.address})))
    screen = visit.tab(one.address)
    screen.open()
    screen.write("first")
    expect(screen.last()).to_contain_text("You wrote: first")
    # As a load balancer that sends every request wherever it likes.
    screen.page.route(
        "**/api/messages", lambda route: route.continue_(url=route.request.url.replace(one.address, other.address))
    )
    screen.write("second")
    expect(screen.last()).to_contain_text("You wrote: second")


def test_two_tabs_show_the_same_chat(visit: Visit, server: Served) -> None:
    first = visit.tab(server.address)
    first.open()
    first.write("from the first tab")
    expect(first.last()).to_contain_text("You wrote")
    second = visit.tab(server.address)
    second.open()
    expect(second.last()).to_contain_text("You wrote: from the first tab")
    second.write("from the second tab")
    expect(first.last()).to_contain_text("You wrote: from the second tab")
    expect(second.messages).to_have_count(5)
    assert first.texts() == second.texts()


def test_two_tabs_opened_before_the_chat_began_share_it(visit: Visit, server: Served, rasa: StandIn) -> None:
    first, second = visit.tab(server.address), visit.tab(server.address)
    first.open()
    second.open()
    first.write("hello")
    expect(second.last()).to_contain_text("You wrote: hello")
    second.write("me too")
    expect(first.last()).to_contain_text("You wrote: me too")
    assert len({conversation for conversation, _ in rasa.turns}) == 1


def test_two_people_do_not_share_anything(visit_with: Callable[..., Visit], server: Served) -> None:
    one, other = visit_with().tab(server.address), visit_with().tab(server.address)
    for screen, text in ((one, "mine"), (other, "theirs")):
        screen.open()
        screen.write(text)
        expect(screen.last()).to_contain_text(f"You wrote: {text}")
    assert one.texts()[1:] == ["mine", "You wrote: mine"]
    assert other.texts()[1:] == ["theirs", "You wrote: theirs"]


def test_a_session_that_is_over_leads_to_a_new_chat_and_says_so(screen: Screen) -> None:
    screen.open()
    screen.write("first")
    expect(screen.last()).to_contain_text("You wrote: first")
    screen.page.evaluate(
        "() => { const kept = JSON.parse(sessionStorage['companion-chat']);"
        " kept.token = kept.token.replace(/.$/, c => c === '0' ? '1' : '0');"
        " sessionStorage['companion-chat'] = JSON.stringify(kept); }"
    )
    screen.page.reload()
    expect(screen.page.get_by_text("Your earlier chat has ended")).to_be_visible()
    screen.write("second")
    expect(screen.last()).to_contain_text("You wrote: second")
    assert screen.texts()[1:] == ["second", "You wrote: second"]


def test_too_many_messages_are_kept_and_sent_later(visit: Visit, server: Served) -> None:
    screen = visit.tab(server.address)
    refusals = iter([1, 1])

    def refuse(route: object) -> None:
        if next(refusals, None):
            headers = {"Retry-After": "1", "Access-Control-Expose-Headers": "Retry-After"}
            route.fulfill(status=429, headers=headers, json={"error": "too_many"})  # type: ignore[attr-defined]
        else:
            route.continue_()  # type: ignore[attr-defined]

    screen.page.route("**/api/messages", refuse)
    screen.open()
    screen.write("hello")
    expect(screen.page.locator(".banner")).to_contain_text("You have written a lot in a short time")
    expect(screen.last()).to_contain_text("You wrote: hello")
    expect(screen.page.locator(".banner")).to_be_empty()
