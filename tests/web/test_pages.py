"""The pages and the widget's files as they are served."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from companion.content import Library
from companion.settings import ROOT, Settings
from companion.web.assets import WIDGET, Assets
from companion.web.pages import Pages

_MOST = 40 * 1024  # bytes of the whole widget, packed


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def pages(library: Library, settings: Settings) -> str:
    shown = Pages(library, settings)
    return shown._demo + shown._help


@pytest.mark.parametrize("path", ["/", "/numbers"])
def test_without_javascript_the_page_says_whom_to_call(client: TestClient, path: str) -> None:
    page = client.get(path)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    text = text_of(re.sub(r"<script.*?</script>", "", page.text, flags=re.DOTALL))
    for number in ("999", "020 7946 0000", "116 123", "0808 800 6000"):
        assert number in text
        assert f'href="tel:{number.replace(" ", "")}"' in page.text
    assert "This is a demonstration page. Fernhollow Trust is not a real charity." in text


def test_the_page_with_the_numbers_has_those_for_abuse_and_how_to_call_silently(client: TestClient) -> None:
    text = text_of(client.get("/numbers").text)
    assert "0808 2000 247" in text
    assert "press 55 when asked" in text
    assert "text SHOUT to 85258" in text


def test_where_the_country_is_not_known_none_is_guessed(library: Library) -> None:
    page = pages(library, Settings())
    assert "your local emergency number (112, 999 or 911 in many countries)" in page
    assert "116 123" not in page
    assert 'href="https://findahelpline.com"' in page


def test_a_deployers_setting_is_text_and_never_html(library: Library) -> None:
    page = pages(library, Settings(care_line="<i>Line</i>", care_team='"><script>'))
    assert "<i>Line</i>" not in page
    assert '"><script>' not in page


def test_american_pages_are_spelt_american(library: Library) -> None:
    assert '<html lang="en-US">' in pages(library, Settings(country="US", locale="en-US"))


def test_the_pages_hold_no_script_or_style_of_their_own(client: TestClient) -> None:
    for path in ("/", "/numbers"):
        page = re.sub(r"<pre.*?</pre>", "", client.get(path).text, flags=re.DOTALL)
        assert not re.search(r"<style|\sstyle=|\son\w+=", page)
        scripts = re.findall(r"<script\b(.*?)>(.*?)</script>", page, flags=re.DOTALL)
        assert all("src=" in start and not body for start, body in scripts)
        assert not re.search(r'(src|rel="stylesheet" href)="(https?:)?//', page), "something is loaded from elsewhere"


@pytest.mark.parametrize(
    "path", ["/", "/numbers", "/health", "/widget.js", "/static/site.css", "/nothing", "/api/words", "/api/messages"]
)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["require-trusted-types-for"] == "'script'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def test_what_is_about_a_person_is_kept_by_no_cache(client: TestClient) -> None:
    assert client.post("/api/session").headers["cache-control"] == "no-store"


def test_health_tells_what_works(client: TestClient) -> None:
    assert client.get("/health").json() == {"page": "up", "rasa": "up", "store": "up"}


def test_the_one_line_leads_to_the_files_of_this_release(client: TestClient) -> None:
    entry = client.get("/widget.js")
    assert entry.headers["access-control-allow-origin"] == "*"
    assert entry.headers["cross-origin-resource-policy"] == "cross-origin"
    assert entry.headers["cache-control"] == "public, max-age=300"
    again = client.get("/widget.js", headers={"If-None-Match": entry.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    path = re.fullmatch(r'import "\.(/widget/[0-9a-f]{16}/main\.js)";\n', entry.text).group(1)
    for name in [file.name for file in WIDGET.iterdir()]:
        file = client.get(path.replace("main.js", name))
        assert file.status_code == 200, name
        assert "immutable" in file.headers["cache-control"]
        assert file.headers["content-type"].startswith("text/css" if name.endswith("css") else "text/javascript")
        assert file.headers["content-encoding"] == "gzip"
    assert client.get("/widget/0000000000000000/main.js").headers["cache-control"] == "no-store", "of an old release"


@pytest.mark.parametrize("name", ["../../pyproject.toml", "%2e%2e/app.py", "none.js", ".", ""])
def test_only_the_widgets_own_files_are_given(client: TestClient, name: str) -> None:
    assert client.get(f"/widget/0000000000000000/{name}").status_code == 404


def test_a_changed_file_changes_the_address(tmp_path: Path) -> None:
    (tmp_path / "main.js").write_text("1", encoding="utf-8")
    before = Assets(tmp_path)._version
    (tmp_path / "main.js").write_text("2", encoding="utf-8")
    assert Assets(tmp_path)._version != before


def test_the_whole_widget_is_small() -> None:
    packed = sum(len(gzip.compress(file.read_bytes())) for file in WIDGET.iterdir())
    assert packed <= _MOST, f"{packed} bytes"


def test_the_widget_never_reads_text_as_html_and_asks_nobody_else() -> None:
    for file in WIDGET.glob("*.js"):
        code = file.read_text(encoding="utf-8")
        for danger in (
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
            "srcdoc",
        ):
            assert danger not in code, f"{file.name}: {danger}"
        assert "cookie" not in code
    assert "url(" not in (WIDGET / "widget.css").read_text(encoding="utf-8")


def test_the_documents_name_every_variable_of_the_theme() -> None:
    used = set(re.findall(r"var\((--companion-[\w-]+)", (WIDGET / "widget.css").read_text(encoding="utf-8")))
    named = set(re.findall(r"--companion-[\w-]+", (ROOT / "docs" / "webmasters.md").read_text(encoding="utf-8")))
    assert used == named
