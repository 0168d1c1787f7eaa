"""Settings, and the command that makes accounts."""

from __future__ import annotations

import io
import sys
from datetime import timedelta

import pytest

from companion.__main__ import main
from companion.desk.__main__ import main as serve
from companion.desk.accounts import Accounts
from companion.desk.guessing import address_of
from companion.desk.settings import DeskSettings
from companion.settings import SettingsError
from companion.store import Database

OIDC = {
    "DESK_URL": "https://desk.example.org/",
    "DESK_OIDC_ISSUER": "https://id.example.org/",
    "DESK_OIDC_CLIENT_ID": "desk",
    "DESK_OIDC_CLIENT_SECRET": "secret",
}


def test_settings_have_safe_defaults() -> None:
    settings = DeskSettings.from_environment({})
    assert (settings.host, settings.port, settings.oidc) == ("127.0.0.1", 8090, None)
    assert (settings.idle, settings.longest) == (timedelta(minutes=30), timedelta(hours=12))
    assert settings.secret != DeskSettings.from_environment({}).secret


def test_a_secret_is_never_printed() -> None:
    settings = DeskSettings.from_environment({**OIDC, "DESK_SECRET": "a very long secret indeed"})
    assert "secret indeed" not in repr(settings)
    assert "client_secret" not in repr(settings)


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        ({"DESK_PORT": "eighty"}, "DESK_PORT is 'eighty'"),
        ({"DESK_IDLE_MINUTES": "0"}, "DESK_IDLE_MINUTES"),
        ({"DESK_SECRET": "short"}, "DESK_SECRET is too short"),
        ({"DESK_URL": "desk"}, "DESK_URL is 'desk'"),
        ({**OIDC, "DESK_OIDC_CLIENT_SECRET": ""}, "DESK_OIDC_CLIENT_SECRET is not set"),
        ({**OIDC, "DESK_URL": ""}, "DESK_URL is not set"),
        ({**OIDC, "DESK_OIDC_ISSUER": "http://id.example.org"}, "use an https"),
    ],
)
def test_a_wrong_setting_is_one_line(values: dict[str, str], fault: str) -> None:
    with pytest.raises(SettingsError, match=fault):
        DeskSettings.from_environment(values)


def test_a_wrong_setting_stops_the_desk_with_that_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DESK_PORT", "no")
    assert serve() == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("proxies", "seen"), [(0, "192.0.2.9"), (1, "203.0.113.7"), (2, "198.51.100.1"), (3, "192.0.2.9")]
)
def test_only_the_houses_own_proxies_are_believed(proxies: int, seen: str) -> None:
    from starlette.requests import Request

    scope = {
        "type": "http",
        "client": ("192.0.2.9", 1),
        "headers": [(b"x-forwarded-for", b"198.51.100.1, 203.0.113.7")],
    }
    assert address_of(Request(scope), proxies) == seen


@pytest.fixture
def here(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The command's own database."""
    url = f"sqlite:///{tmp_path}/made.db"
    monkeypatch.setenv("COMPANION_DATABASE", url)
    return Database(url)


def staff(monkeypatch: pytest.MonkeyPatch, *arguments: str, typed: str = "") -> int:
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    return main(["staff", *arguments])


NEW = ("add", "zoe", "--name", "Zoe", "--title", "nurse", "--role", "nurse")


def test_the_first_account_is_made_by_command(
    here: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert staff(monkeypatch, *NEW, typed="a long password\n") == 0
    assert Accounts(here).verify("zoe", "a long password") is not None
    assert staff(monkeypatch, "list") == 0
    out = capsys.readouterr().out
    assert "zoe" in out
    assert "a long password" not in out
    assert staff(monkeypatch, "disable", "zoe") == 0
    assert Accounts(here).verify("zoe", "a long password") is None
    assert staff(monkeypatch, "enable", "zoe") == 0
    assert staff(monkeypatch, "reset-password", "zoe", typed="another password\n") == 0
    assert Accounts(here).verify("zoe", "another password") is not None


@pytest.mark.parametrize("typed", ["", "short\n"])
def test_a_password_too_short_makes_no_account(
    typed: str, here: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert staff(monkeypatch, *NEW, typed=typed) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert Accounts(here).all() == []


def test_what_is_not_there_is_one_line(
    here: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert staff(monkeypatch, "disable", "nobody") == 2
    assert capsys.readouterr().err == "there is no account 'nobody'\n"
