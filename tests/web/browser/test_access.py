"""Keyboard, small screens, screen readers, right to left, no JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.browser.conftest import Screen, Visit
from tests.web.standin import Served

_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def complaints(page: Page) -> list[str]:
    found: list[dict[str, Any]] = Axe().run(page, options=_RULES).response["violations"]
    return [f"{one['id']}: {one['help']}: {[node['target'] for node in one['nodes']]}" for one in found]


def name_of_focused(page: Page) -> str:
    return str(
        page.evaluate(
            """() => {
                let focused = document.activeElement;
                while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
                if (focused === document.body) return "";
                const label = focused.getAttribute("aria-label") ?? focused.labels?.[0]?.textContent;
                const seen = getComputedStyle(focused).outlineStyle !== "none";
                return (seen ? "" : "INVISIBLE ") + (label ?? focused.textContent).trim();
            }"""
        )
    )


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    passed = []
    for _ in range(60):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        passed.append(name_of_focused(page))
        assert not passed[-1].startswith("INVISIBLE"), f"no visible focus on '{passed[-1]}'"
        if passed[-1] == name:
            return
    raise AssertionError(f"'{name}' cannot be reached with the Tab key; passed {passed}")


def test_a_conversation_by_keyboard_only(screen: Screen) -> None:
    page = screen.page
    expect(screen.launcher).to_be_visible()
    # The link in the page's own text comes first.
    tab_to(page, "Ask a question")
    page.keyboard.press("Enter")
    expect(screen.box).to_be_focused()
    page.keyboard.type("What is hormone therapy?")
    page.keyboard.press("Enter")
    expect(screen.last()).to_contain_text("Hormone therapy treats breast cancer")
    expect(screen.box).to_be_focused()
    expect(screen.box).to_have_value("")
    tab_to(page, "Tell me more", back=True)
    page.keyboard.press("Enter")
    expect(screen.last("patient")).to_be_focused()
    expect(screen.last()).to_contain_text("It is also called endocrine therapy")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "document.querySelector('companion-chat').shadowRoot.activeElement.closest('.message') !== null"
    ), "Tab leads into the answer"
    tab_to(page, "Your message")
    page.keyboard.type("one line")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("another")
    tab_to(page, "Send")
    page.keyboard.press("Space")
    expect(screen.last()).to_contain_text("You wrote: one line\nanother", use_inner_text=True)
    page.keyboard.press("Escape")
    expect(screen.panel).to_be_hidden()
    expect(page.get_by_role("link", name="Ask a question")).to_be_focused()
    tab_to(page, "Ask a question")
    expect(screen.launcher).to_be_focused()
    page.keyboard.press("Enter")
    expect(screen.box).to_be_focused()
    page.keyboard.press("Escape")
    expect(screen.launcher).to_be_focused()


def test_the_options_by_keyboard(screen: Screen) -> None:
    page = screen.page
    screen.open()
    tab_to(page, "Options", back=True)
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Options")).to_have_attribute("aria-expanded", "true")
    tab_to(page, "Save as text")
    tab_to(page, "Keep this chat on this device")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Options")).to_be_focused()
    expect(screen.panel).to_be_visible()


def test_on_a_phone_the_focus_stays_in_the_chat(visit_with: Callable[..., Visit], server: Served) -> None:
    screen = visit_with(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True).tab(server.address)
    screen.launcher.tap()
    expect(screen.page.get_by_role("heading", name="Breast cancer assistant")).to_be_focused()
    box = screen.panel.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 390, "height": 844}
    inside = "document.activeElement === document.body || document.activeElement.localName === 'companion-chat'"
    for _ in range(25):
        screen.page.keyboard.press("Tab")
        assert screen.page.evaluate(inside), "the focus went behind the chat"


@pytest.mark.parametrize(("width", "height"), [(320, 640), (320, 256), (280, 653), (844, 390)])
def test_on_a_small_screen_or_at_400_percent_nothing_is_cut_off(
    visit_with: Callable[..., Visit], server: Served, width: int, height: int
) -> None:
    screen = visit_with(viewport={"width": width, "height": height}).tab(server.address)
    screen.open()
    screen.write("hormone therapy")
    screen.last().locator("summary").click()
    screen.write("w" * 200)
    expect(screen.last()).to_contain_text("You wrote: www")
    screen.write("I have chest pain")
    expect(screen.last().locator(".first")).to_be_in_viewport(ratio=1)
    screen.page.get_by_role("button", name="Options").click()
    wide = screen.page.evaluate(
        """() => [...document.querySelector('companion-chat').shadowRoot.querySelectorAll('.panel *')]
            .filter(e => e.checkVisibility() && !e.closest('.unseen'))
            .filter(e => e.getBoundingClientRect().right > innerWidth + 1)
            .map(e => e.outerHTML.slice(0, 60))"""
    )
    assert wide == [], "one must scroll sideways to read"
    assert screen.page.evaluate("document.documentElement.scrollWidth") <= width
    for target in screen.page.locator(".panel").locator("button:visible, textarea:visible, summary:visible").all():
        size = target.bounding_box()
        assert size is not None
        assert size["width"] >= 44, target.text_content()
        assert size["height"] >= 43.9, target.text_content()


@pytest.mark.parametrize("width", [390, 1100])
def test_axe_finds_nothing(visit_with: Callable[..., Visit], server: Served, width: int) -> None:
    screen = visit_with(viewport={"width": width, "height": 900}).tab(server.address)
    expect(screen.launcher).to_be_visible()
    assert complaints(screen.page) == []
    screen.open()
    screen.write("parts please")
    expect(screen.last()).to_contain_text("Hormone therapy blocks")
    screen.last().locator("summary").click()
    screen.write("I have chest pain")
    expect(screen.last()).to_contain_text("Call 999")
    screen.page.get_by_text("Whom to call", exact=True).last.click()
    screen.page.get_by_role("button", name="Options").click()
    screen.page.get_by_role("button", name="Clear this chat").click()
    assert complaints(screen.page) == []


def test_axe_finds_nothing_while_the_network_is_gone(visit: Visit, server: Served) -> None:
    screen = visit.tab(server.address)
    screen.open()
    visit.context.set_offline(True)
    screen.write("hello?")
    expect(screen.page.locator(".banner")).to_contain_text("There is no connection")
    assert complaints(screen.page) == []


def test_axe_finds_nothing_on_the_page_with_the_numbers(screen: Screen, server: Served) -> None:
    screen.page.goto(f"{server.address}/numbers")
    assert complaints(screen.page) == []


def test_right_to_left(visit_with: Callable[..., Visit], server: Served) -> None:
    visit = visit_with()
    page = visit.context.new_page()
    in_arabic = httpx.get(server.address, trust_env=False).text.replace('lang="en-GB"', 'lang="ar"')
    page.route(f"{server.address}/", lambda route: route.fulfill(body=in_arabic, content_type="text/html"))
    screen = Screen(page, server.address)
    page.get_by_role("button", name="اطرح سؤالًا").click()
    box = page.get_by_label("رسالتك")
    box.fill("hormone therapy")
    box.press("Enter")
    expect(screen.last()).to_contain_text("Hormone therapy treats")
    panel, own = screen.panel.bounding_box(), screen.last("patient").bounding_box()
    assert panel is not None
    assert own is not None
    assert panel["x"] < 100, "the chat is on the left"
    assert own["x"] - panel["x"] < 60, "the person's own words are on the left"
    assert screen.last().locator("p[dir=auto]").first.evaluate("e => getComputedStyle(e).direction") == "ltr"
    assert page.locator(".names").evaluate("e => getComputedStyle(e).direction") == "rtl"
    expect(page.get_by_role("link", name="999").first).to_be_attached()
    assert complaints(page) == []


@pytest.mark.parametrize("how", [{"forced_colors": "active"}, {"color_scheme": "dark"}, {"contrast": "more"}])
def test_in_the_persons_own_colours_everything_is_there(
    visit_with: Callable[..., Visit], server: Served, how: dict[str, str]
) -> None:
    screen = visit_with(**how).tab(server.address)
    screen.open()
    screen.write("I have chest pain")
    expect(screen.page.get_by_role("alert")).to_contain_text("Call 999 now.")
    border = screen.page.locator(".important .bubble").evaluate("e => getComputedStyle(e).borderInlineStartWidth")
    assert float(border.removesuffix("px")) >= 8, "danger is not told by colour alone"


def test_nothing_moves_for_people_who_asked_for_that(visit: Visit, server: Served) -> None:
    screen = visit.tab(server.address)
    screen.open()
    moving = (
        "document.getAnimations().length + document.querySelector('companion-chat').shadowRoot.getAnimations().length"
    )
    visit.context.set_offline(True)
    screen.write("hello")
    expect(screen.page.locator(".writing")).not_to_be_empty()
    assert screen.page.evaluate(moving) == 0


def test_without_javascript_there_are_numbers_and_nothing_dead(chromium: Browser, server: Served) -> None:
    with chromium.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(server.address)
        expect(page.get_by_text("The chat needs JavaScript")).to_be_visible()
        expect(page.get_by_role("link", name="999").first).to_have_attribute("href", "tel:999")
        expect(page.get_by_role("button")).to_have_count(0)
        page.get_by_role("link", name="Ask a question").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Whom to call")
        expect(page.get_by_role("link", name="116 123")).to_be_visible()
