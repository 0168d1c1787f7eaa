"""A clock that only the test moves."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

__all__ = ["BEGINNING", "Clock"]

#: A Monday morning.
BEGINNING = datetime(2026, 11, 23, 10, 0, tzinfo=timezone.utc)


class Clock:
    """Call it for the time of day; `monotonic` is steady, whatever the time of day is set to."""

    def __init__(self, at: datetime = BEGINNING) -> None:
        self.at = at
        self.steady = 1000.0

    def __call__(self) -> datetime:
        """The time of day."""
        return self.at

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return self.steady

    def wait(self, **span: float) -> None:
        """Time goes by."""
        passed = timedelta(**span)
        self.at += passed
        self.steady += passed.total_seconds()

    def set(self, **span: float) -> None:
        """Somebody sets the time of day forward, or back."""
        self.at += timedelta(**span)
