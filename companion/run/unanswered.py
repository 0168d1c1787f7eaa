"""The command `unanswered`: for editors, what people asked that found no answer."""

from __future__ import annotations

from companion.content import Library
from companion.store import Database
from companion.store.gaps import Gaps

__all__ = ["show"]


def show(database: Database, *, days: int = 30, texts: bool = False) -> int:
    """Prints how many there were near to each topic in the last `days` days, with `texts` the messages too; 0.

    Raises `StoreError` where the database does not answer.
    """
    answers = Library.load().answers
    found = Gaps(database).since(days)
    for gap in found:
        label = f" ({answers[gap.theme].label})" if gap.theme in answers else ""
        print(f"{gap.count:6d}  {gap.theme}{label}")
        for text in gap.texts if texts else ():
            print(f"        - {' '.join(text.split())}")
    if not found:
        print(f"no question was left without an answer in the last {days} days")
    elif texts and not any(gap.texts for gap in found):
        print("no messages are kept: COMPANION_KEEP_UNANSWERED is not 1, or their chats are gone")
    return 0
