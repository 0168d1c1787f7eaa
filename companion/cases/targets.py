"""Whom staff's notifications go to: names in content/service.yml, addresses in the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping

from companion.cases.service import Service

__all__ = ["addresses"]


def addresses(
    service: Service, urgency: str, environment: Mapping[str, str] = os.environ, *, wider: bool = False
) -> dict[str, str]:
    """Who is told of a case of this urgency: target -> address in apprise's form, a secret. `wider`: those too who are
    told when nobody has claimed it in time.

    The target "oncall" is what COMPANION_NOTIFY_ONCALL is set to, left out where it is not. Of several addresses,
    divided by blanks, each is a target of its own: "oncall", "oncall.2" ...
    """
    found: dict[str, str] = {}
    for name in [*service.notify[urgency], *(service.wider if wider else ())]:
        for number, address in enumerate((environment.get(f"COMPANION_NOTIFY_{name.upper()}") or "").split(), start=1):
            found[name if number == 1 else f"{name}.{number}"] = address
    return found
