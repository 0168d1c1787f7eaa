"""What a patient is told when a person joins or leaves their chat, and the ready answers staff may send."""

from __future__ import annotations

from companion.cases import Case, Staff
from companion.content import Library, contact_phrases, render, spell
from companion.content.model import Entry
from companion.content.shaped_file import read_shaped
from companion.desk.house import CannedReply
from companion.settings import Settings

__all__ = ["Notices", "StaffInChat"]


class StaffInChat(Entry):
    """The whole of content/staff_in_chat.yml."""

    person_joined: str
    person_changed: str
    person_left: str
    person_gone_case_closed: str

    @classmethod
    def load(cls) -> StaffInChat:
        """Raises `ContentError`."""
        return read_shaped("content/staff_in_chat.yml", cls)


class Notices:
    """Fills in texts of content/ for one patient's country."""

    def __init__(self, library: Library, settings: Settings) -> None:
        """Raises `ContentError`."""
        self._texts = StaffInChat.load()
        self._library = library
        self._settings = settings

    def joined(self, case: Case, who: Staff) -> str:
        """`who` holds the chat from now on."""
        return self._fill(self._texts.person_joined, case, who)

    def changed(self, case: Case, who: Staff) -> str:
        """`who` holds the chat instead of a colleague."""
        return self._fill(self._texts.person_changed, case, who)

    def left(self, case: Case, who: Staff) -> str:
        """The assistant is back; the case goes on."""
        return self._fill(self._texts.person_left, case, who)

    def closed(self, case: Case, who: Staff) -> str:
        """The assistant is back; the case is over."""
        return self._fill(self._texts.person_gone_case_closed, case, who)

    def canned(self, case: Case, reply: CannedReply, who: Staff) -> str:
        """A ready answer."""
        return self._fill(reply.text, case, who)

    def first_words(self, urgency: str, country: str | None) -> str:
        """What a caller is told first where only the urgency is known."""
        level = self._library.escalations.urgency[urgency]
        return self._rendered(f"{level.first} {level.then}", country)

    def _fill(self, text: str, case: Case, who: Staff) -> str:
        return self._rendered(text, case.country, person=who.signature)

    def _rendered(self, text: str, country: str | None, **more: str) -> str:
        phrases = contact_phrases(self._library.helplines, self._settings, country)
        return spell(render(text, {**phrases, **more}), self._library.american, self._settings.locale)
