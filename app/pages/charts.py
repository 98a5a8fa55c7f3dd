"""Bar charts as SVG of our own: one bar a line, its words above it, so that they read on a phone as at a desk.

A chart is a picture of a table that stands beside it; its description names every value. What may not be shown has
words and no bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LINE = 52
"""Pixels of one bar with its words."""


@dataclass(frozen=True)
class Bar:
    says: str
    value: str
    """As it is written: a number, or words in its place."""
    amount: int | None

    @property
    def words(self) -> str:
        return f"{self.says}: {self.value}"


@dataclass(frozen=True)
class Placed:
    """A bar where it is drawn; lengths down in pixels, across in per cent of the chart."""

    bar: Bar
    text_y: int
    bar_y: int
    across: str


@dataclass(frozen=True)
class Chart:
    id: str
    title: str
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return LINE * len(self.bars)

    @property
    def description(self) -> str:
        """Every value in words, for whoever does not see the bars."""
        return "; ".join(bar.words for bar in self.bars)

    @property
    def placed(self) -> list[Placed]:
        longest = max((bar.amount or 0 for bar in self.bars), default=0) or 1
        return [
            Placed(bar, n * LINE + 18, n * LINE + 26, f"{100 * (bar.amount or 0) / longest:.2f}%")
            for n, bar in enumerate(self.bars)
        ]
