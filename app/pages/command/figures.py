"""A discipline matrix in words: penalties, ranges, cells and factors as a reader is shown them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.findings.schemas import MatrixView
from app.pages.command import words
from app.pages.fields import Option
from app.provisions.matrix import Against, Category, Matrix, Penalty, Range, Rung
from app.words import N_

LEVELS = (N_("First time"), N_("Second time"), N_("Third time"), N_("Fourth time"))
AMOUNT = N_("%(penalty)s, %(amount)s %(unit)s")
AMOUNTS = N_("%(penalty)s, %(least)s to %(most)s %(unit)s")
LATER = N_("Time number %(n)s")


@dataclass(frozen=True)
class Figures:
    """One version of a matrix, for one reader."""

    t: Callable[[str], str]
    version: MatrixView

    @property
    def matrix(self) -> Matrix:
        return self.version.matrix

    def penalty(self, penalty: str, amount: int | None = None) -> str:
        """`Suspension without pay, 5 days`; of another matrix, its code."""
        found = self._rung(penalty)
        says = self.t(found.says) if found else penalty
        if amount is None or found is None or found.unit is None:
            return says
        return self.t(AMOUNT) % {"penalty": says, "amount": amount, "unit": self._unit(found)}

    def _rung(self, penalty: str) -> Rung | None:
        return next((rung for rung in self.matrix.ladder if rung.penalty == penalty), None)

    def _unit(self, rung: Rung) -> str:
        return self.t(words.UNITS.get(rung.unit or "", rung.unit or ""))

    def range(self, cell: Any) -> str:
        """From the mildest to the most severe, both included."""
        low, high = cell.lowest, cell.highest
        rung = self._rung(low.penalty)
        if rung is not None and low.penalty == high.penalty and low.amount != high.amount:
            facts = {"penalty": self.t(rung.says), "unit": self._unit(rung), "least": low.amount, "most": high.amount}
            return self.t(AMOUNTS) % facts
        ends = [self.penalty(end.penalty, end.amount) for end in (low, high)]
        return ends[0] if ends[0] == ends[1] else self.t(N_("%(low)s to %(high)s")) % {"low": ends[0], "high": ends[1]}

    def level(self, level: int) -> str:
        return self.t(LEVELS[level - 1]) if level <= len(LEVELS) else self.t(LATER) % {"n": level}

    def factor(self, code: str) -> str:
        sides = (*self.matrix.aggravating, *self.matrix.mitigating)
        return next((self.t(each.says) for each in sides if each.factor == code), code)

    def categories(self, duty: str) -> tuple[Category, ...]:
        """Those that name the duty first; a person chooses by the description."""
        fitting = self.matrix.categories_for(duty)
        return (*fitting, *(each for each in self.matrix.categories if each not in fitting))

    def category(self, code: str) -> Category | None:
        return next((each for each in self.matrix.categories if each.code == code), None)

    def penalties(self, cell: Range) -> list[Option]:
        """Every rung, each with how it lies against a cell."""
        return [Option(rung.penalty, self.t(rung.says), self._lies(rung, cell)) for rung in self.matrix.ladder]

    def against(self, cell: Range, penalty: str, amount: int | None) -> Against:
        """Raises UnknownPenalty."""
        return self.matrix.against(cell, Penalty(penalty=penalty, amount=amount))

    def _lies(self, rung: Rung, cell: Range) -> str:
        ends = {self.matrix.against(cell, Penalty(penalty=rung.penalty, amount=each)) for each in _amounts(rung)}
        if len(ends) == 1:
            return words.LIES[ends.pop()]
        return N_("partly within the range")


def _amounts(rung: Rung) -> tuple[int | None, ...]:
    return (None,) if rung.most is None else tuple(range(1, rung.most + 1))
