"""The page on which a call-taker writes down a call, and the case it becomes."""

from __future__ import annotations

import contextlib
import uuid
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from starlette.responses import HTMLResponse, Response

from companion.cases import CaseConflictError, CaseRequest, Cases
from companion.content import Library
from companion.desk.access import Visit, see_other
from companion.desk.danger import Danger
from companion.desk.intake import Intake, Question, Suggestion
from companion.desk.notices import Notices
from companion.desk.pages import Pages
from companion.desk.red_flags import RedFlags
from companion.dialogue.replies import Writer
from companion.safety import Assessment
from companion.safety.model import Urgency
from companion.settings import Settings
from companion.store import StoreError

__all__ = ["IntakePage"]

_CHANNEL = "phone"
_ANSWER = "answer-"
#: What the note tells about the person, as `companion.cases.sbar` reads it.
_ABOUT = ("caller", "relation", "patient", "treatment", "last_treatment", "spread", "illnesses", "allergies")
_AFTER = ("will_do", "advice")


class IntakePage:
    """Nothing is stored before the case is opened; what was typed stays on the page whatever happens."""

    def __init__(
        self,
        *,
        cases: Cases,
        danger: Danger,
        library: Library,
        settings: Settings,
        red_flags: RedFlags,
        notices: Notices,
        pages: Pages,
    ) -> None:
        """Raises `ContentError`."""
        self._cases = cases
        self._danger = danger
        self._writer = Writer(library, settings)
        self._countries = {code: country.name for code, country in library.helplines.countries.items()}
        self._country = settings.country
        self._red_flags = red_flags
        self._notices = notices
        self._pages = pages
        self._intake = Intake.load()

    def show(self, visit: Visit) -> Response:
        """GET /intake: an empty page for a new call."""
        return self._render(visit, {"key": uuid.uuid4().hex, "country": self._country or ""})

    def check(self, visit: Visit) -> Response:
        """POST /intake/check: the same page with what the words raise; for the page's script only that part."""
        if visit.by_script:
            return HTMLResponse(self._pages.html("intake_danger.html", self._values(visit.form)))
        return self._render(visit, visit.form)

    def open(self, visit: Visit) -> Response:
        """POST /intake: opens the case, once for each call, however often the form is sent."""
        form, values = visit.form, self._values(visit.form)
        problem = self._missing(form, values["suggestion"])
        if problem:
            return self._render(visit, form, problem=self._pages.words["intake"][problem], status=422)
        try:
            case = self._cases.open(self._request(visit, values), by=visit.me.staff.signature)
            if form.get("take"):
                # Somebody who was faster has it, then.
                with contextlib.suppress(CaseConflictError):
                    self._cases.claim(case.id, visit.me.staff)
        except (StoreError, CaseConflictError):
            # The caller is on the line: nothing of what was typed may be lost.
            return self._render(visit, form, problem=self._pages.words["messages"]["no_database"], status=503)
        return see_other(f"/cases/{case.id}")

    def _missing(self, form: Mapping[str, str], suggestion: Suggestion) -> str:
        """The word for what is still missing before a case can be opened; empty where nothing is."""
        chosen = form.get("urgency", "")
        if not form.get("words"):
            return "needs_words"
        if chosen not in self._pages.house.targets:
            return "needs_urgency"
        if Urgency(chosen).rank > suggestion.urgency.rank and not form.get("chosen_why"):
            return "needs_reason"
        return ""

    def _request(self, visit: Visit, values: Mapping[str, Any]) -> CaseRequest:
        form, suggestion = visit.form, values["suggestion"]
        about: dict[str, Any] = {name: form[name] for name in (*_ABOUT, *_AFTER, "chosen_why") if form.get(name)}
        answers = [
            {"id": name, "question": question.ask, "answer": self._spoken(question, form[_ANSWER + name])}
            for name, question in values["questions"].items()
            if form.get(_ANSWER + name)
        ]
        return CaseRequest(
            key=f"phone-{form.get('key', '')[:64] or uuid.uuid4().hex}",
            channel=_CHANNEL,
            urgency=form["urgency"],
            red_flags=_flags(values["assessment"]),
            reason=form["words"],
            name=form.get("patient") or None,
            contact=form.get("contact") or None,
            contact_when=form.get("contact_when") or None,
            about={
                **about,
                "answers": answers,
                "suggested": {"urgency": suggestion.urgency.value, "why": self._why(suggestion, values["questions"])},
                "decided_by": visit.me.staff.signature,
                "by_detector": self._danger.by_detector,
            },
            country=form.get("country") if form.get("country") in self._countries else None,
        )

    def _render(self, visit: Visit, form: Mapping[str, str], *, problem: str = "", status: int = 200) -> Response:
        values = self._values(form)
        values |= {
            "sign_in": visit.sign_in,
            "problem": problem,
            "relations": self._pages.house.sbar.relations,
            "countries": self._countries,
            "levels": [level.value for level in Urgency],
            "danger": self._pages.html("intake_danger.html", values),
        }
        return self._pages.page("intake.html", values, status)

    def _values(self, form: Mapping[str, str]) -> dict[str, Any]:
        words = form.get("words", "")
        assessment = self._danger.assess(words)
        ids = [hit.id for hit in assessment.hits]
        questions = self._intake.next_questions(ids)
        answers = {name: form.get(_ANSWER + name, "") for name in questions}
        suggestion = Suggestion.of(assessment, questions, answers)
        return {
            "form": defaultdict(str, form),
            "checked": bool(words),
            "assessment": assessment,
            "flags": self._red_flags.views(_flags(assessment)),
            "by_detector": self._danger.by_detector,
            "first": self._first_words(assessment, suggestion, form.get("country") or None),
            "how": self._intake.urgency.get(suggestion.urgency.value, ""),
            "questions": questions,
            "sources": self._intake.sources,
            "answers": answers,
            "suggestion": suggestion,
            "why": self._why(suggestion, questions),
        }

    def _first_words(self, assessment: Assessment, suggestion: Suggestion, country: str | None) -> str:
        """What to tell the caller before anything is asked: as the assistant would. Empty where nothing is raised."""
        if suggestion.urgency is Urgency.none:
            return ""
        same = [hit.id for hit in assessment.hits if hit.urgency is suggestion.urgency]
        flag = same[0] if same else None
        if flag is None and suggestion.urgency is not Urgency.urgent:
            return self._notices.first_words(suggestion.urgency.value, country)
        return self._writer.escalation(suggestion.urgency.value, flag, country=country).text

    def _why(self, suggestion: Suggestion, questions: Mapping[str, Question]) -> str:
        words = self._pages.words["intake"]
        names = self._pages.house.sbar.red_flags
        reasons = [names.get(flag, flag) for flag in suggestion.red_flags]
        reasons += [f"{words['yes_to']} {questions[name].ask}" for name in suggestion.answers]
        if suggestion.together:
            reasons.append(words["together"])
        return "; ".join(reasons)

    def _spoken(self, question: Question, answer: str) -> str:
        return self._pages.words["intake"]["answers"].get(answer, answer) if question.kind == "yes_no" else answer


def _flags(assessment: Assessment) -> list[dict[str, str]]:
    return [{"id": hit.id, "urgency": hit.urgency.value, "text": hit.text} for hit in assessment.hits]
