"""What a deployer sets, once, by environment variables (`make run` reads them from var/local.env)."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ROOT", "Settings", "SettingsError"]

ROOT = Path(__file__).resolve().parents[1]

_LOCALES = ("en-GB", "en-US")


class SettingsError(ValueError):
    """A setting that cannot be used; the message is one line and says what would be right."""


@dataclass(frozen=True)
class Settings:
    """The deployer's choices.

    `country`: ISO 3166 two-letter code as in content/helplines.yml, or None: then no country is guessed.
    `care_line`: the care team's 24-hour telephone number, or None. `care_team`: what the team is called.
    `locale`: spelling of the texts, "en-GB" or "en-US". `production`: whether patients use it.
    """

    country: str | None = None
    care_line: str | None = None
    care_team: str = "your care team"
    locale: str = "en-GB"
    production: bool = False

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings in the variables COMPANION_COUNTRY, _CARE_LINE, _CARE_TEAM, _LOCALE and _ENVIRONMENT.

        Raises `SettingsError` for a value that cannot be used, and for a production setting without a care-team line.
        """
        locale = environment.get("COMPANION_LOCALE") or cls.locale
        if locale not in _LOCALES:
            raise SettingsError(f"COMPANION_LOCALE is '{locale}'; use one of {', '.join(_LOCALES)}")
        where = environment.get("COMPANION_ENVIRONMENT") or "local"
        if where not in ("local", "production"):
            raise SettingsError(f"COMPANION_ENVIRONMENT is '{where}'; use 'local' or 'production'")
        settings = cls(
            country=(environment.get("COMPANION_COUNTRY") or "").strip().upper() or None,
            care_line=(environment.get("COMPANION_CARE_LINE") or "").strip() or None,
            care_team=environment.get("COMPANION_CARE_TEAM") or cls.care_team,
            locale=locale,
            production=where == "production",
        )
        if settings.production and not settings.care_line:
            raise SettingsError(
                "COMPANION_ENVIRONMENT is 'production' but COMPANION_CARE_LINE is not set; "
                "give the care team's 24-hour number, people in danger are told to call it"
            )
        return settings
