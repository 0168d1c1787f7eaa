"""A share of messages with its 95 % interval: how far a figure from so few messages can be trusted."""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.stats import beta

__all__ = ["Interval", "Rate"]

Interval = tuple[float, float]
#: The 97.5 % point of the normal distribution, for intervals that hold the truth 95 times in 100.
_Z = 1.959963984540054
_TAIL = 0.025


@dataclass(frozen=True)
class Rate:
    """`hits` out of `of` messages."""

    hits: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0 to 1; not a number where there were no messages."""
        return self.hits / self.of if self.of else math.nan

    def wilson(self) -> Interval:
        """Wilson's score interval (Wilson 1927, doi 10.1080/01621459.1927.10502953): near the truth on the average."""
        if not self.of:
            return 0.0, 1.0
        share, z2 = self.value, _Z * _Z
        middle = (share + z2 / (2 * self.of)) / (1 + z2 / self.of)
        half = _Z / (1 + z2 / self.of) * math.sqrt(share * (1 - share) / self.of + z2 / (4 * self.of**2))
        return max(middle - half, 0.0), min(middle + half, 1.0)

    def clopper_pearson(self) -> Interval:
        """The exact interval (Clopper and Pearson 1934, doi 10.1093/biomet/26.4.404): never too narrow."""
        low = float(beta.ppf(_TAIL, self.hits, self.of - self.hits + 1)) if self.hits else 0.0
        high = float(beta.ppf(1 - _TAIL, self.hits + 1, self.of - self.hits)) if self.hits < self.of else 1.0
        return low, high
