"""A discipline matrix: categories, levels, a ladder of penalties and a range in each cell, checked before it is used.

After the public statewide matrix of Maryland (COMAR 12.04.10): factors move a penalty within its cell, a departure from
the cell needs a reason. Holds no figure of its own; a sample says of itself that it is one. Decides nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from itertools import pairwise
from typing import Annotated, Self

import rfc8785
from pydantic import Field, StringConstraints, ValidationError, model_validator
from pydantic_core import ErrorDetails

from app.errors import Fault, Invalid, Validation
from app.provisions.clocks import months_later
from app.provisions.provision import ONE_LINE, Strict, Text

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
MATRIX_BYTES = 256 * 1024  # a matrix is a few pages; more is no matrix


class Weighs(StrEnum):
    AGGRAVATING = "aggravating"
    MITIGATING = "mitigating"


class Against(StrEnum):
    """Where a penalty lies against the range of its cell."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"


@dataclass(eq=False)
class UnknownCell(Invalid):
    """The matrix has no such category and level."""


@dataclass(eq=False)
class UnknownPenalty(Invalid):
    """The ladder of the matrix has no such penalty, or not in this amount."""


@dataclass(eq=False)
class UnknownFactor(Invalid):
    """The matrix does not list this factor on this side."""


@dataclass(eq=False)
class DepartureNeedsReason(Invalid):
    """A penalty outside the range needs a reason."""

    lies: Against


class Rung(Strict):
    """One step of the ladder. With a unit, a penalty on it has an amount from 1 to `most`."""

    penalty: Code
    says: Text
    unit: Code | None = None
    most: Annotated[int, Field(ge=1, le=3650)] | None = None

    @model_validator(mode="after")
    def _unit_has_most(self) -> Self:
        if (self.unit is None) != (self.most is None):
            raise ValueError("a unit and its largest amount go together")
        return self


class Penalty(Strict):
    """A rung, and how much of it."""

    penalty: Code
    amount: Annotated[int, Field(ge=1, le=3650)] | None = None


class Range(Strict):
    """The presumptive range of a cell, both ends included."""

    lowest: Penalty
    highest: Penalty


class Category(Strict):
    """A class of conduct; `levels` holds its cells from the first sustained occurrence on."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z]$")]
    says: Text
    duties: tuple[Code, ...] = ()
    """Duties whose breach may fall here; people choose, by the description."""
    levels: Annotated[tuple[Range, ...], Field(min_length=1, max_length=10)]


class Factor(Strict):
    factor: Code
    says: Text


class Matrix(Strict):
    """One version of an agency's matrix. The version of the incident's day applies."""

    name: Annotated[str, StringConstraints(max_length=120, pattern=ONE_LINE)]
    in_force_from: date
    is_sample: bool
    """Invented figures: to look at and to practise on, never to decide by."""
    basis: Text
    """The order, contract or regulation it stands in."""
    look_back_months: Annotated[int, Field(ge=1, le=600)]
    """Earlier sustained findings older than this do not raise the level."""
    ladder: Annotated[tuple[Rung, ...], Field(min_length=2, max_length=40)]
    """From the mildest to the most severe."""
    categories: Annotated[tuple[Category, ...], Field(min_length=1, max_length=26)]
    """From the lowest to the highest."""
    aggravating: Annotated[tuple[Factor, ...], Field(max_length=100)]
    mitigating: Annotated[tuple[Factor, ...], Field(max_length=100)]

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        _once("penalty", (rung.penalty for rung in self.ladder))
        _once("category", (category.code for category in self.categories))
        _once("factor", (each.factor for each in (*self.aggravating, *self.mitigating)))
        for category in self.categories:
            for cell in category.levels:
                if self._weight(cell.lowest) > self._weight(cell.highest):
                    raise ValueError(f"in category {category.code} a range runs downward")
            for first, again in pairwise(category.levels):
                if self._weight(again.lowest) < self._weight(first.lowest) or self._weight(
                    again.highest
                ) < self._weight(first.highest):
                    raise ValueError(f"in category {category.code} a repetition is milder than the first time")
        return self

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of its canonical JSON (RFC 8785): which figures a worksheet was made on."""
        return hashlib.sha256(rfc8785.dumps(self.model_dump(mode="json"))).hexdigest()

    def cell(self, category: str, level: int) -> Range:
        """The range of a category (`A`) and level (1 is the first occurrence). Raises UnknownCell."""
        found = self._category(category)
        if not 1 <= level <= len(found.levels):
            raise UnknownCell
        return found.levels[level - 1]

    def level(self, category: str, earlier: Iterable[date], on: date) -> int:
        """The occurrence level on a day, from the days of earlier sustained conduct inside the look-back; never more
        than the category's last level. Raises UnknownCell.
        """
        counted = sum(1 for each in earlier if each <= on <= months_later(each, self.look_back_months))
        return min(counted + 1, len(self._category(category).levels))

    def against(self, cell: Range, proposed: Penalty) -> Against:
        """Raises UnknownPenalty where the ladder has no such rung or amount."""
        weight = self.weight(proposed)
        if weight < self._weight(cell.lowest):
            return Against.BELOW
        return Against.ABOVE if weight > self._weight(cell.highest) else Against.WITHIN

    def check(self, category: str, level: int, proposed: Penalty, departure_reason: str | None = None) -> Against:
        """Where a proposal lies. Raises UnknownCell, UnknownPenalty, and DepartureNeedsReason outside the range."""
        lies = self.against(self.cell(category, level), proposed)
        if lies is not Against.WITHIN and not (departure_reason or "").strip():
            raise DepartureNeedsReason(lies)
        return lies

    def factor(self, weighs: Weighs, factor: str) -> Factor:
        """Raises UnknownFactor."""
        for each in self.aggravating if weighs is Weighs.AGGRAVATING else self.mitigating:
            if each.factor == factor:
                return each
        raise UnknownFactor

    def rung(self, penalty: str) -> Rung:
        """Raises UnknownPenalty."""
        for rung in self.ladder:
            if rung.penalty == penalty:
                return rung
        raise UnknownPenalty

    def categories_for(self, duty: str) -> tuple[Category, ...]:
        return tuple(category for category in self.categories if duty in category.duties)

    def weight(self, penalty: Penalty) -> tuple[int, int]:
        """How severe a penalty is, to compare with others of this matrix. Raises UnknownPenalty."""
        rung = self.rung(penalty.penalty)
        if (rung.most is None) != (penalty.amount is None) or (penalty.amount or 0) > (rung.most or 0):
            raise UnknownPenalty
        return self.ladder.index(rung), penalty.amount or 0

    def _weight(self, penalty: Penalty) -> tuple[int, int]:
        """As `weight`, for the matrix's own cells while they are checked."""
        try:
            return self.weight(penalty)
        except UnknownPenalty:
            raise ValueError("a cell holds a penalty or amount that the ladder does not") from None

    def _category(self, code: str) -> Category:
        for category in self.categories:
            if category.code == code:
                return category
        raise UnknownCell


def read_matrix(given: bytes | Mapping[str, object]) -> Matrix:
    """An agency's matrix, as JSON or as what JSON was read into. Raises Validation, which says where and what but never
    repeats the input (S43).
    """
    try:
        raw = given if isinstance(given, bytes) else json.dumps(given).encode()
    except RecursionError:
        raise Validation((Fault("", "too_deep"),)) from None
    if len(raw) > MATRIX_BYTES:
        raise Validation((Fault("", "too_long"),))
    try:
        return Matrix.model_validate_json(raw)
    except ValidationError as error:
        raise Validation(tuple(_fault(each) for each in error.errors(include_url=False, include_input=False))) from None


def stored_matrix(stored: Mapping[str, object]) -> Matrix:
    """A matrix as the database kept it; it was checked when it was loaded."""
    return Matrix.model_validate(stored, strict=False)


@cache
def sample_matrix() -> Matrix:
    """The matrix that ships with the program. Its figures are invented."""
    return read_matrix(files("app.provisions").joinpath("matrices", "sample.json").read_bytes())


def _fault(error: ErrorDetails) -> Fault:
    # The name of a field we do not know is input too, so the place is then the object it stood in.
    place = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    says = str(error.get("ctx", {}).get("error", "")) if error["type"] == "value_error" else ""
    return Fault("".join(f"/{part}" for part in place), error["type"], says)


def _once(what: str, codes: Iterable[str]) -> None:
    seen = list(codes)
    if len(set(seen)) != len(seen):
        raise ValueError(f"a {what} stands twice")
