"""The database: chats with their messages, cases, what is still to be sent. SQLite or PostgreSQL. No Rasa import."""

from companion.store.database import Database, StoreError, utc_now
from companion.store.journal import PULLED, Entry, Head, Holder, Journal, Received, Unanswered

__all__ = [
    "PULLED",
    "Database",
    "Entry",
    "Head",
    "Holder",
    "Journal",
    "Received",
    "StoreError",
    "Unanswered",
    "utc_now",
]
