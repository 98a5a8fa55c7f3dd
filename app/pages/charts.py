"""Bar charts as SVG of our own: one bar a line, its words above it, so that they read on a phone as at a desk.

A chart is a picture of a table that stands beside it: its width stands for the total, and its description names every
value. What may not be shown has its words there and no bar.
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
    total: int
    bars: Sequence[Bar]

    @property
    def height(self) -> int:
        return LINE * len(self.placed)

    @property
    def description(self) -> str:
        """Every value in words, for whoever does not see the bars."""
        return "; ".join(bar.words for bar in self.bars)

    @property
    def placed(self) -> list[Placed]:
        told = [(bar, bar.amount) for bar in self.bars if bar.amount is not None]
        return [
            Placed(bar, n * LINE + 18, n * LINE + 26, f"{100 * amount / self.total:.2f}%")
            for n, (bar, amount) in enumerate(told)
        ]
