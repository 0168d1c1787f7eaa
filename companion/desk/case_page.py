"""The page of one case: the note, the danger signs, the chat, private notes, what has happened."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from starlette.responses import Response

from companion.cases import Case, Cases
from companion.cases.sbar import sbar
from companion.desk.access import Visit
from companion.desk.accounts import Accounts
from companion.desk.chats import Chats
from companion.desk.doors import may_receive, open_doors
from companion.desk.notices import Notices
from companion.desk.pages import Pages
from companion.desk.pdf import note_as_pdf
from companion.desk.queue import Queue
from companion.desk.red_flags import RedFlags
from companion.desk.sign_ins import SignIns
from companion.safety.model import Urgency
from companion.store import utc_now

__all__ = ["CasePage"]

#: Whoever opens a case again so soon after has one look recorded, not twenty.
_ONE_LOOK = timedelta(minutes=10)
_PARTS = ("status", "alert", "flags", "note", "chat", "notes", "timeline")


class CasePage:
    """Shows a case; what changes it is in `companion.desk.case_steps`."""

    def __init__(
        self,
        *,
        cases: Cases,
        chats: Chats,
        queue: Queue,
        accounts: Accounts,
        sign_ins: SignIns,
        red_flags: RedFlags,
        notices: Notices,
        pages: Pages,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._cases = cases
        self._chats = chats
        self._queue = queue
        self._accounts = accounts
        self._sign_ins = sign_ins
        self._red_flags = red_flags
        self._notices = notices
        self._pages = pages
        self._clock = clock

    def show(self, visit: Visit) -> Response:
        """GET /cases/{case}: the whole page."""
        case = self._cases.get(visit.request.path_params["case"])
        self._looked(case, visit)
        return self.render(visit, case)

    def render(self, visit: Visit, case: Case, *, draft: str = "", problem: str = "", status: int = 200) -> Response:
        """The page, with what somebody had written and why it could not be done."""
        values = self._values(visit, case)
        chosen = self._pages.house.canned.get(visit.request.query_params.get("canned", ""))
        if chosen is not None and not draft:
            draft = self._notices.canned(case, chosen, visit.me.staff)
        canned = [
            (name, reply.title, self._notices.canned(case, reply, visit.me.staff))
            for name, reply in self._pages.house.canned.items()
        ]
        values |= {
            "live": f"/live/cases/{case.id}",
            "canned": canned if "write" in values["doors"] else [],
            "draft": draft,
            "problem": problem,
            "form_key": uuid.uuid4().hex,
            "parts": {name: self._part(name, values) for name in _PARTS},
        }
        return self._pages.page("case.html", values, status)

    def live(self, visit: Visit) -> Mapping[str, str]:
        """What of the page changes by itself. Nobody looks anew: nothing is recorded."""
        values = self._values(visit, self._cases.get(visit.request.path_params["case"]))
        return {f"case-{name}": self._part(name, values) for name in _PARTS}

    def print_view(self, visit: Visit) -> Response:
        """GET /cases/{case}/print: the note on paper."""
        case = self._cases.get(visit.request.path_params["case"])
        self._looked(case, visit)
        values = {"sign_in": visit.sign_in, "case": case, "note": sbar(case, self._pages.house.sbar)}
        return self._pages.page("print.html", {**values, "printed_at": self._clock()})

    def pdf(self, visit: Visit) -> Response:
        """GET /cases/{case}/note.pdf: the note as a PDF."""
        case = self._cases.get(visit.request.path_params["case"])
        self._looked(case, visit)
        words = self._pages.words["print"]
        footer = f"{words['printed']} {visit.me.staff.signature}, {self._pages.moment(self._clock())}"
        title = f"{words['title']} {case.reference}"
        content = note_as_pdf(sbar(case, self._pages.house.sbar), title=title, footer=footer, lacking=words["lacking"])
        headers = {"Content-Disposition": f'attachment; filename="{case.reference}.pdf"'}
        return Response(content, media_type="application/pdf", headers=headers)

    def _values(self, visit: Visit, case: Case) -> dict[str, Any]:
        row = self._queue.rows([case])[0]
        held = self._chats.held([case]).get(case.id)
        is_held = held is not None and held.held
        doors = open_doors(visit.me, row, held=is_held)
        timeline = self._cases.timeline(case.id)
        there = {member.id for member in self._sign_ins.on_duty()}
        others = [
            (member, member.id in there)
            for member in self._accounts.all()
            if member.id != case.assignee and may_receive(member, held=is_held)
        ]
        return {
            "sign_in": visit.sign_in,
            "case": case,
            "row": row,
            "held": is_held,
            "doors": doors,
            "note": sbar(case, self._pages.house.sbar),
            "flags": self._red_flags.of(case, timeline if is_held else ()),
            "lines": self._chats.lines(case),
            "transcript": "transcript" in (case.consent.get("given") or ()),
            "notes": self._cases.notes(case.id),
            "timeline": timeline,
            "others": others if "transfer" in doors else [],
            "outcomes": self._pages.house.outcomes,
            "levels": [level.value for level in Urgency],
            "names": {member.id: member.staff.signature for member in self._accounts.all()},
        }

    def _part(self, name: str, values: Mapping[str, Any]) -> str:
        return self._pages.html(f"case_{name}.html", values)

    def _looked(self, case: Case, visit: Visit) -> None:
        recent = self._clock() - _ONE_LOOK
        me = visit.me.staff
        known = any(
            entry["action"] == "looked" and entry["who"] == me.signature and entry["at"] > recent
            for entry in self._cases.timeline(case.id)
        )
        if not known:
            self._cases.looked_at(case.id, me)
