"""Tells staff that a case waits, through apprise: mail, Slack, SMS, pagers and a hundred more."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from datetime import datetime

import apprise

from companion.cases.model import UNCLAIMED, Case, UnknownCaseError
from companion.cases.outbox import Outbox, Parcel
from companion.cases.records import Records
from companion.cases.service import Service
from companion.cases.staff_texts import StaffText, StaffTexts
from companion.cases.targets import addresses
from companion.content.wording import render
from companion.platforms import DeliveryError
from companion.settings import SettingsError
from companion.store import utc_now

__all__ = ["Notifier", "require_addresses", "send_by_apprise"]

_DESK = "http://localhost:8090"
_PREFIX = "COMPANION_NOTIFY_"
#: Reasons that are none any more once somebody has the case.
_UNTIL_CLAIMED = frozenset({"new", "back", "overdue"})

#: Sends to an address, given a title and a text; whether it was taken.
Send = Callable[[str, str, str], bool]


def require_addresses(environment: Mapping[str, str] = os.environ) -> None:
    """Raises `SettingsError` for a COMPANION_NOTIFY_... that apprise cannot send to. The value is not shown."""
    _hush()
    for name, value in sorted(environment.items()):
        if name.startswith(_PREFIX):
            for number, address in enumerate(value.split(), start=1):
                if apprise.Apprise.instantiate(address, suppress_exceptions=True) is None:
                    place = name if len(value.split()) == 1 else f"number {number} of {name}"
                    raise SettingsError(
                        f"{place} is no address that apprise can send to; see its list of services for the form"
                    )


def send_by_apprise(address: str, title: str, text: str) -> bool:
    """Whether the service at `address` took it. Raises `DeliveryError` for an address that is none."""
    _hush()
    # Nothing is remembered on disk, and nothing runs on after the call.
    asset = apprise.AppriseAsset(app_id="Companion", async_mode=False, secure_logging=True)
    service = apprise.Apprise(asset=asset)
    if not service.add(address):
        raise DeliveryError("not an address", permanent=True)
    return bool(service.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT))


class Notifier:
    """Sends the parcels of kind "staff"."""

    def __init__(
        self,
        records: Records,
        outbox: Outbox,
        service: Service,
        texts: StaffTexts,
        *,
        environment: Mapping[str, str] = os.environ,
        send: Send = send_by_apprise,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        """Reads COMPANION_NOTIFY_... and DESK_URL of `environment`."""
        self._records = records
        self._outbox = outbox
        self._service = service
        self._texts = texts
        self._environment = environment
        self._send = send
        self._clock = clock

    def deliver(self, parcel: Parcel) -> None:
        """Sends it, and has the outbox know. A parcel without a target becomes one for each target first: one that is
        down does not make the others hear twice. Raises `DeliveryError`."""
        why, target = str(parcel.payload["why"]), parcel.payload.get("target")
        try:
            case = self._records.get(parcel.case_id or "")
        except UnknownCaseError:
            raise DeliveryError("unknown case", permanent=True) from None
        if not self._still_matters(case, why):
            self._outbox.sent(parcel, fault="no longer needed")
            return
        known = addresses(self._service, case.urgency, self._environment, wider=why == "overdue")
        if target is None:
            self._outbox.split(parcel, {name: {"why": why, "target": name} for name in known})
            return
        everybody = addresses(self._service, case.urgency, self._environment, wider=True)
        if target not in everybody:
            # A case whose urgency was changed meanwhile may have other targets, which have been told of that.
            raise DeliveryError("target is not set any more", permanent=True)
        title, text = self._words(case, why)
        if not self._send(everybody[target], title, text):
            raise DeliveryError("not taken")
        self._outbox.sent(parcel)

    @staticmethod
    def _still_matters(case: Case, why: str) -> bool:
        return case.closed_at is None and (case.state in UNCLAIMED or why not in _UNTIL_CLAIMED)

    def _words(self, case: Case, why: str) -> tuple[str, str]:
        text: StaffText = getattr(self._texts, why)
        desk = (self._environment.get("DESK_URL") or _DESK).rstrip("/")
        names = {
            "urgency": self._texts.urgency[case.urgency],
            "waiting": self._texts.waited(self._clock() - case.created_at),
            "reference": case.reference,
            "link": f"{desk}/cases/{case.id}",
        }
        return render(text.title, names), render(text.text, names)


def _hush() -> None:
    """Its log quotes addresses, which are secrets."""
    for name in ("apprise", "urllib3"):
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
