"""All tables, in one place. A change here needs a step in migrations/versions/."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa

__all__ = [
    "accounts",
    "audit",
    "cases",
    "conversations",
    "gap_messages",
    "gaps",
    "marks",
    "messages",
    "metadata",
    "notes",
    "outbox",
    "sign_ins",
]

metadata = sa.MetaData()

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class Moment(sa.types.TypeDecorator):
    """A time with its zone; stored in UTC. SQLite knows no zones."""

    impl = sa.DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """To UTC; a time without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        return value.astimezone(timezone.utc).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """With its zone again."""
        return None if value is None else value.replace(tzinfo=timezone.utc)


class _Clean(sa.types.TypeDecorator):
    """What no database of ours can hold, or nobody could send on (NUL, half of an emoji), becomes "\ufffd"."""

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        """Cleaned, at any depth."""
        return _cleaned(value)


class Words(_Clean):
    """What a person wrote, of any length."""

    impl = sa.Text
    cache_ok = True


class Key(_Clean):
    """A short text that may come from outside: an id, a platform's key."""

    impl = sa.String
    cache_ok = True


class Facts(_Clean):
    """Anything JSON can hold."""

    impl = sa.JSON
    cache_ok = True


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Mapping):
        return {_cleaned(name): _cleaned(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_cleaned(one) for one in value]
    return value


#: One row a chat. `last_seq` counts its messages, never backwards; `seen_seq` is the last one its channel has shown.
#: `address` is what the channel needs to reach it. `held_by` is the case whose assignee holds the chat instead of the
#: assistant; `typing_until`: that person is writing.
conversations = sa.Table(
    "conversations",
    metadata,
    sa.Column("id", Key(200), primary_key=True),
    sa.Column("channel", sa.String(30), nullable=False),
    sa.Column("address", Facts, nullable=False, default=dict),
    sa.Column("last_seq", sa.BigInteger, nullable=False),
    sa.Column("seen_seq", sa.BigInteger, nullable=False, default=0),
    sa.Column("held_by", sa.String(32)),
    sa.Column("typing_until", Moment),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("last_at", Moment, nullable=False, index=True),
)

#: Every message both ways, in order. `sender`: patient, assistant, person (staff; `name` says who) or notice.
#: `key`: the platform's or browser's id of what a patient sent, or our own of what is said; the same one twice is one
#: message. It is stored with its side before it: what a patient sends cannot take the place of what is said to them.
#: `answered_at` and `taken_until`: only for a patient's: whether its turn is over, and until when somebody works on it.
messages = sa.Table(
    "messages",
    metadata,
    sa.Column("conversation", Key(200), sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("sender", sa.String(20), nullable=False),
    sa.Column("name", Key(250)),
    sa.Column("text", Words, nullable=False),
    sa.Column("content", Facts, nullable=False, default=dict),
    sa.Column("key", Key(250)),
    sa.Column("at", Moment, nullable=False),
    sa.Column("answered_at", Moment),
    sa.Column("taken_until", Moment),
    sa.UniqueConstraint("conversation", "key"),
)
_OPEN = sa.and_(messages.c.sender == "patient", messages.c.answered_at.is_(None))
#: What waits for an answer is looked for every few seconds, among all that was ever said.
sa.Index("ix_messages_unanswered", messages.c.at, sqlite_where=_OPEN, postgresql_where=_OPEN)

#: What is to be sent out and may fail: `kind` "staff" (a notification) or "patient" (a message to a chat whose channel
#: pushes). `state`: waiting, sent or dead. The same `key` is sent once. `taken_by`: the worker that is sending it;
#: `beat` grows while that worker lives; `tried_at`: when it was tried last; `fault`: the kind of error, no contents.
outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.String(20), nullable=False),
    sa.Column("key", Key(250), nullable=False, unique=True),
    sa.Column("conversation", Key(200), index=True),
    sa.Column("case_id", sa.String(32)),
    sa.Column("payload", Facts, nullable=False),
    sa.Column("state", sa.String(20), nullable=False, default="waiting", index=True),
    sa.Column("attempts", sa.Integer, nullable=False, default=0),
    sa.Column("next_at", Moment, nullable=False),
    sa.Column("tried_at", Moment),
    sa.Column("taken_by", sa.String(32)),
    sa.Column("beat", sa.Integer, nullable=False, default=0),
    sa.Column("fault", sa.String(200)),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("sent_at", Moment),
)

#: `request_key`: the same request twice is one case. `told_at`: when staff were first told; `claimed_at`: when it was
#: first claimed; `due_at`: by when it is to be claimed; `overdue_at`: when that was found to have passed, once for each
#: `due_at`. `version` grows with every change: two people cannot both win.
cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("reference", sa.String(12), nullable=False, unique=True),
    sa.Column("request_key", Key(250), nullable=False, unique=True),
    sa.Column("conversation", Key(200), index=True),
    sa.Column("channel", sa.String(30), nullable=False),
    sa.Column("state", sa.String(30), nullable=False, index=True),
    sa.Column("urgency", sa.String(20), nullable=False),
    sa.Column("red_flags", Facts, nullable=False, default=list),
    sa.Column("reason", Words, nullable=False, default=""),
    sa.Column("name", Words),
    sa.Column("contact", Words),
    sa.Column("contact_when", Words),
    sa.Column("about", Facts, nullable=False, default=dict),
    sa.Column("consent", Facts, nullable=False, default=dict),
    sa.Column("language", sa.String(10), nullable=False, default="en"),
    sa.Column("country", sa.String(2)),
    sa.Column("assignee", sa.String(32)),
    sa.Column("outcome", sa.String(40)),
    sa.Column("version", sa.Integer, nullable=False, default=1),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sa.Column("due_at", Moment, nullable=False, index=True),
    sa.Column("claimed_at", Moment),
    sa.Column("closed_at", Moment),
    sa.Column("told_at", Moment),
    sa.Column("overdue_at", Moment),
    sa.Column("erased_at", Moment),
)

#: What staff write for each other about a case.
notes = sa.Table(
    "notes",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("case_id", sa.String(32), sa.ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    sa.Column("author", Key(250), nullable=False),
    sa.Column("text", Words, nullable=False),
    sa.Column("at", Moment, nullable=False),
)

#: Who did what to which case, and who looked. Rows are only ever added; `details` holds no health data.
audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("who", Key(250), nullable=False),
    sa.Column("case_id", sa.String(32), index=True),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("details", Facts, nullable=False, default=dict),
)

#: How many questions near to a topic got no answer on a day (UTC). No contents.
gaps = sa.Table(
    "gaps",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("theme", sa.String(60), primary_key=True),
    sa.Column("count", sa.Integer, nullable=False),
)

#: Which messages those were, where the deployer keeps that; they go with the messages.
gap_messages = sa.Table(
    "gap_messages",
    metadata,
    sa.Column("conversation", Key(200), primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("theme", sa.String(60), nullable=False),
    sa.ForeignKeyConstraint(["conversation", "seq"], ["messages.conversation", "messages.seq"], ondelete="CASCADE"),
)

#: Numbers that outlive what they were counted from.
marks = sa.Table(
    "marks",
    metadata,
    sa.Column("name", sa.String(40), primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

#: Staff. `password` is an argon2 hash; None for those who come through the house's own sign-in.
accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("login", sa.String(100), nullable=False, unique=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("title", sa.String(100), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("password", sa.String(200)),
    sa.Column("disabled", sa.Boolean, nullable=False, default=False),
    sa.Column("failures", sa.Integer, nullable=False, default=0),
    sa.Column("locked_until", Moment),
    sa.Column("created_at", Moment, nullable=False),
)

#: Who is signed in at the desk. `token` is a hash; the cookie holds what it was made from.
sign_ins = sa.Table(
    "sign_ins",
    metadata,
    sa.Column("token", sa.String(64), primary_key=True),
    sa.Column("account", sa.String(32), sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    sa.Column("on_duty", sa.Boolean, nullable=False, default=True),
)
