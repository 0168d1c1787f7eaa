"""What somebody who should not be here tries."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from starlette.types import ASGIApp

from companion.cases import Case, Cases
from companion.desk.app import create_app
from companion.desk.roles import MAY, Permission, Role
from companion.desk.settings import DeskSettings
from companion.settings import Settings
from companion.store import Journal
from tests.desk.conftest import Person, open_case

LOGINS = {Role.CALL_TAKER: "ben", Role.NURSE: "anna", Role.LEAD: "lea", Role.ADMIN: "ada"}
PAGES = {
    "/": Permission.CASES,
    "/cases/{case}": Permission.CASES,
    "/cases/{case}/print": Permission.CASES,
    "/cases/{case}/note.pdf": Permission.CASES,
    "/intake": Permission.INTAKE,
    "/figures": Permission.FIGURES,
    "/figures/volumes.csv": Permission.FIGURES,
    "/accounts": Permission.ACCOUNTS,
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_sees_its_own_pages_and_no_other(role: Role, person: Callable[[str], Person], case: Case) -> None:
    someone = person(LOGINS[role])
    for path, permission in PAGES.items():
        expected = 200 if permission in MAY[role] else 403
        assert someone.get(path.format(case=case.id)).status_code == expected, path


@pytest.mark.parametrize("step", ["take_over", "give_back", "write", "urgency", "reopen", "transfer", "close"])
def test_a_call_taker_cannot_do_a_nurses_steps(
    step: str, person: Callable[[str], Person], case: Case, cases: Cases
) -> None:
    answer = person("ben").post(f"/cases/{case.id}/{step}", text="hello", urgency="none", outcome="advice_given")
    assert answer.status_code == 409
    assert cases.get(case.id).state is case.state
    assert cases.get(case.id).urgency == case.urgency


def test_an_administrator_can_do_nothing_with_a_case(person: Callable[[str], Person], case: Case, cases: Cases) -> None:
    ada = person("ada")
    for step in ("claim", "note", "write"):
        assert ada.post(f"/cases/{case.id}/{step}", text="x").status_code == 403
    assert cases.get(case.id).version == case.version


def test_a_form_without_our_token_changes_nothing(anna: Person, case: Case, cases: Cases) -> None:
    for token in ("", "wrong", "ü"):
        answer = anna.browser.post(f"/cases/{case.id}/claim", data={"csrf": token})
        assert answer.status_code == 403
        assert "Nothing was changed" in answer.text
    assert cases.get(case.id).assignee is None


def test_another_ones_token_is_not_ours(anna: Person, person: Callable[[str], Person], case: Case) -> None:
    assert anna.browser.post(f"/cases/{case.id}/claim", data={"csrf": person("nina").token}).status_code == 403


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example.org"}, {"Sec-Fetch-Site": "cross-site"}])
def test_another_sites_form_is_refused(headers: dict[str, str], anna: Person, case: Case) -> None:
    answer = anna.browser.post(f"/cases/{case.id}/claim", data={"csrf": anna.token}, headers=headers)
    assert answer.status_code == 403


def test_signing_in_needs_the_form_too(app: ASGIApp) -> None:
    answer = Person(app).browser.post("/sign-in", data={"login": "anna", "password": "correct horse battery"})
    assert answer.status_code == 403


def test_what_is_no_form_or_too_large_is_refused(anna: Person, case: Case) -> None:
    path = f"/cases/{case.id}/note"
    assert anna.browser.post(path, json={"csrf": anna.token}).status_code == 415
    assert anna.post(path, text="x" * 200_000).status_code == 413


def test_a_forged_cookie_is_nobody(app: ASGIApp) -> None:
    someone = Person(app)
    someone.browser.cookies.set("desk", "x" * 43)
    assert someone.get("/").url.path == "/sign-in"


class _Inline(HTMLParser):
    """Finds what a strict policy forbids."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]


def test_every_page_is_strict_about_what_it_runs(person: Callable[[str], Person], case: Case) -> None:
    someone = person("lea")
    for path in ("/", f"/cases/{case.id}", f"/cases/{case.id}/print", "/intake", "/figures", "/nothing", "/sign-in"):
        page = someone.get(path)
        policy = page.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        inline = _Inline()
        inline.feed(page.text)
        assert not inline.found, path


def test_cookies_are_for_this_desk_alone(app: ASGIApp) -> None:
    someone = Person(app)
    someone.browser.follow_redirects = False
    cookies = someone.sign_in("anna").headers.get_list("set-cookie")
    ours = next(one for one in cookies if one.startswith("desk="))
    assert "HttpOnly" in ours
    assert "SameSite=strict" in ours


def test_in_production_cookies_need_tls(store: object, accounts: object, service: object, rules_only: object) -> None:
    app = create_app(
        database=store,  # type: ignore[arg-type]
        service=service,  # type: ignore[arg-type]
        settings=Settings(country="GB", care_line="020 7946 0000", production=True),
        desk=DeskSettings(),
        accounts=accounts,  # type: ignore[arg-type]
        danger=rules_only,  # type: ignore[arg-type]
    )
    page = Person(app).get("/sign-in")
    assert page.headers["set-cookie"].startswith("__Host-door=")
    assert "Secure" in page.headers["set-cookie"]
    assert "strict-transport-security" in page.headers


def test_html_in_every_field_stays_text(anna: Person, cases: Cases, journal: Journal) -> None:
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7 * 7 }}'
    journal.receive("web-9", "web", evil, key="a")
    case = open_case(
        cases,
        "evil",
        conversation="web-9",
        channel=evil[:30],
        reason=evil,
        name=evil,
        contact=evil,
        contact_when=evil,
        language=evil[:10],
        red_flags=[{"id": "chest_pain", "urgency": "emergency", "text": evil}],
        about={"treatment": evil, "answers": [{"question": evil, "answer": evil}]},
        consent={"given": ["case", "transcript"], "at": "2099-01-01T00:00:00+00:00"},
    )
    anna.post(f"/cases/{case.id}/note", text=evil)
    for path in ("/", f"/cases/{case.id}", f"/cases/{case.id}/print"):
        page = anna.get(path).text
        assert "<script>alert" not in page
        assert "<img" not in page
        assert not re.search(r"\b49\b", page)
    assert anna.get(f"/cases/{case.id}/note.pdf").content.startswith(b"%PDF")


@pytest.mark.parametrize(
    "text", ["\0", "a\0b", "\N{RIGHT-TO-LEFT OVERRIDE}abc", "\N{ZERO WIDTH JOINER}" * 50, "\ud83d"]
)
def test_odd_signs_are_stored_as_far_as_they_can_be(text: str, anna: Person, case: Case, cases: Cases) -> None:
    body = f"csrf={anna.token}&text=note+" + "".join(f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = anna.browser.post(f"/cases/{case.id}/note", content=body, headers=headers)
    assert answer.status_code == 200
    assert cases.notes(case.id)[0]["text"].startswith("note")
