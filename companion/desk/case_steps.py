"""What staff do with a case: each step is one form."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from companion.cases import Case, CaseConflictError, Cases, Staff
from companion.desk.access import Visit, see_other
from companion.desk.accounts import Accounts
from companion.desk.case_page import CasePage
from companion.desk.chats import Chats
from companion.desk.doors import may_receive, open_doors
from companion.desk.notices import Notices
from companion.desk.pages import Pages
from companion.desk.queue import Queue
from companion.store import Journal

__all__ = ["CaseSteps"]

#: How long "is writing" stays on the patient's screen after a key was pressed.
_TYPING_SECONDS = 6.0
_LONGEST_MESSAGE = 4000
_QUEUE = "/"


class _RefusedError(Exception):
    """The form cannot be done so; the words say why."""


class CaseSteps:
    """Handles POST /cases/{case}/{step}."""

    def __init__(
        self,
        *,
        cases: Cases,
        journal: Journal,
        chats: Chats,
        queue: Queue,
        accounts: Accounts,
        notices: Notices,
        pages: Pages,
        case_page: CasePage,
    ) -> None:
        self._cases = cases
        self._journal = journal
        self._chats = chats
        self._queue = queue
        self._accounts = accounts
        self._notices = notices
        self._pages = pages
        self._case_page = case_page
        self._steps: dict[str, Callable[[Visit, Case, Staff], object]] = {
            "claim": lambda _, case, me: self._cases.claim(case.id, me),
            "release": lambda _, case, me: self._cases.release(case.id, me, notice=self._notices.left(case, me)),
            "take_over": lambda _, case, me: self._cases.take_over(case.id, me, notice=self._notices.joined(case, me)),
            "give_back": lambda _, case, me: self._cases.give_back(case.id, me, notice=self._notices.left(case, me)),
            "wait": lambda _, case, me: self._cases.wait_for_patient(case.id, me),
            "reopen": lambda _, case, me: self._cases.reopen(case.id, me),
            "close": self._close,
            "transfer": self._transfer,
            "urgency": self._urgency,
            "note": self._note,
            "write": self._write,
        }

    def step(self, visit: Visit) -> Response:
        """Does the step, and shows the case; where somebody was faster, the case as it is now, and why not."""
        name = visit.request.path_params["step"]
        if name not in self._steps:
            raise HTTPException(404, "no_such_page")
        case = self._cases.get(visit.request.path_params["case"])
        draft = visit.form.get("text", "") if name == "write" else ""
        problem = ""
        try:
            if name not in self._doors(visit, case):
                raise _RefusedError(self._pages.words["case"]["not_now"])
            self._steps[name](visit, case, visit.me.staff)
        except CaseConflictError as error:
            problem = self._pages.words["case"]["conflict"].format(reason=error)
        except _RefusedError as error:
            problem = str(error)
        if visit.by_script:
            return JSONResponse({"problem": problem}, 409 if problem else 200)
        if problem:
            return self._case_page.render(visit, self._cases.get(case.id), draft=draft, problem=problem, status=409)
        return see_other(_QUEUE if name == "release" else f"/cases/{case.id}")

    def typing(self, visit: Visit) -> Response:
        """POST /cases/{case}/typing: the holder presses keys; the patient is shown that somebody writes."""
        case = self._cases.get(visit.request.path_params["case"])
        if case.conversation is not None and "write" in self._doors(visit, case):
            self._journal.typing(case.conversation, seconds=_TYPING_SECONDS)
        return Response(status_code=204)

    def _doors(self, visit: Visit, case: Case) -> frozenset[str]:
        held = self._chats.held([case]).get(case.id)
        return open_doors(visit.me, self._queue.rows([case])[0], held=held is not None and held.held)

    def _close(self, visit: Visit, case: Case, me: Staff) -> None:
        outcome = visit.form.get("outcome", "")
        if outcome not in self._pages.house.outcomes:
            raise _RefusedError(self._pages.words["case"]["choose_outcome"])
        self._cases.close(case.id, me, outcome, notice=self._notices.closed(case, me))

    def _transfer(self, visit: Visit, case: Case, me: Staff) -> None:
        to = self._accounts.get(visit.form.get("to", ""))
        held = self._chats.held([case]).get(case.id)
        if to is None or to.id == case.assignee or not may_receive(to, held=held is not None and held.held):
            raise _RefusedError(self._pages.words["case"]["choose_colleague"])
        self._cases.transfer(case.id, me, to.staff, notice=self._notices.changed(case, to.staff), version=case.version)

    def _urgency(self, visit: Visit, case: Case, me: Staff) -> None:
        urgency = visit.form.get("urgency", "")
        if urgency not in self._pages.house.targets:
            raise _RefusedError(self._pages.words["case"]["choose_urgency"])
        if urgency != case.urgency:
            self._cases.set_urgency(case.id, me, urgency)

    def _note(self, visit: Visit, case: Case, me: Staff) -> None:
        self._cases.add_note(case.id, me, self._words(visit))

    def _write(self, visit: Visit, case: Case, me: Staff) -> None:
        text = self._words(visit)
        # The same form sent twice is one message; other words in it, after going back, are another.
        digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        self._cases.write_to_patient(case.id, me, text, key=f"desk-{visit.form.get('key', '')[:64]}-{digest}")

    def _words(self, visit: Visit) -> str:
        text = visit.form.get("text", "")
        if not text:
            raise _RefusedError(self._pages.words["case"]["nothing_written"])
        if len(text) > _LONGEST_MESSAGE:
            raise _RefusedError(self._pages.words["case"]["too_long"].format(most=_LONGEST_MESSAGE))
        return text
