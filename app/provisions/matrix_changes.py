"""Two versions of a matrix side by side, cell by cell: what an administrator reads before one is put in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from app.provisions.matrix import Matrix, Penalty, Range


class Fate(StrEnum):
    SAME = "same"
    CHANGED = "changed"
    ADDED = "added"
    GONE = "gone"


@dataclass(frozen=True)
class Amount:
    """A penalty in the words of its own ladder."""

    says: str
    amount: int | None
    unit: str | None


@dataclass(frozen=True)
class Span:
    lowest: Amount
    highest: Amount


@dataclass(frozen=True)
class Cell:
    """One category and occurrence in both versions; none where a version has no such cell."""

    category: str
    level: int
    before: Span | None
    after: Span | None

    @property
    def fate(self) -> Fate:
        if self.before == self.after:
            return Fate.SAME
        if self.before is None:
            return Fate.ADDED
        return Fate.GONE if self.after is None else Fate.CHANGED


@dataclass(frozen=True)
class Row:
    category: str
    says_before: str | None
    says_after: str | None
    cells: tuple[Cell, ...]

    @property
    def says(self) -> str:
        return self.says_after or self.says_before or ""

    @property
    def is_reworded(self) -> bool:
        return None not in (self.says_before, self.says_after) and self.says_before != self.says_after


@dataclass(frozen=True)
class Comparison:
    rows: tuple[Row, ...]
    look_back: tuple[int, int]
    """Months, before and after."""
    ladder_changed: bool
    factors_added: tuple[str, ...]
    factors_gone: tuple[str, ...]

    @property
    def levels(self) -> int:
        return max(len(row.cells) for row in self.rows)

    @property
    def changed(self) -> tuple[Cell, ...]:
        return tuple(cell for row in self.rows for cell in row.cells if cell.fate is not Fate.SAME)


def compare(before: Matrix, after: Matrix) -> Comparison:
    """Everything by which `after` differs from `before`, and the cells that stayed."""
    was, now = _factors(before), _factors(after)
    return Comparison(
        rows=tuple(_rows(before, after)),
        look_back=(before.look_back_months, after.look_back_months),
        ladder_changed=before.ladder != after.ladder,
        factors_added=tuple(says for code, says in now.items() if was.get(code) != says),
        factors_gone=tuple(says for code, says in was.items() if now.get(code) != says),
    )


def spans(matrix: Matrix) -> tuple[Row, ...]:
    """One matrix alone, in the same shape."""
    return tuple(_rows(matrix, matrix))


def _rows(before: Matrix, after: Matrix) -> Iterator[Row]:
    was = {each.code: each for each in before.categories}
    now = {each.code: each for each in after.categories}
    for code in sorted(was.keys() | now.keys()):
        old, new = was.get(code), now.get(code)
        old_cells = old.levels if old else ()
        new_cells = new.levels if new else ()
        cells = tuple(
            Cell(
                code,
                n + 1,
                _span(before, old_cells[n]) if n < len(old_cells) else None,
                _span(after, new_cells[n]) if n < len(new_cells) else None,
            )
            for n in range(max(len(old_cells), len(new_cells)))
        )
        yield Row(code, old.says if old else None, new.says if new else None, cells)


def _span(matrix: Matrix, cell: Range) -> Span:
    return Span(_amount(matrix, cell.lowest), _amount(matrix, cell.highest))


def _amount(matrix: Matrix, penalty: Penalty) -> Amount:
    rung = matrix.rung(penalty.penalty)
    return Amount(rung.says, penalty.amount, rung.unit)


def _factors(matrix: Matrix) -> dict[tuple[str, str], str]:
    sides = (("more", matrix.aggravating), ("less", matrix.mitigating))
    return {(side, each.factor): each.says for side, factors in sides for each in factors}
