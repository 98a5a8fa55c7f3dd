"""The duty grid: officers down, the six elements of the duty across, and whether each of them reported."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.log import record
from app.cases.assessments import missing_in, newest_of_all
from app.cases.models import Assessment, Case, Element, ElementAnswer, ReportedAnswer
from app.pages.desk.words import ANSWERS, ELEMENTS, REPORTED, standard
from app.proceedings.schemas import OfficerHere
from app.words import N_

LACKS = {
    "standard": N_("no standard yet"),
    "reasoning": N_("no reasoning yet"),
    "evidence": N_("no evidence yet"),
}
REPORTED_COLUMN = N_("Did they report?")


@dataclass(frozen=True)
class Cell:
    """One answer as the grid shows it; `says` empty where there is none yet."""

    column: str
    says: str
    citation: str = ""
    standard: str = ""
    evidence: int = 0
    lacks: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        return not self.says or bool(self.lacks)


@dataclass(frozen=True)
class Line:
    """One officer's row."""

    officer_id: uuid.UUID
    name: str
    is_disputed: bool
    cells: tuple[Cell, ...]

    @property
    def open_cells(self) -> int:
        return sum(cell.is_open for cell in self.cells)


async def grid_of(
    tx: AsyncSession, case: Case, roster: Collection[OfficerHere], names: Mapping[uuid.UUID, str]
) -> list[Line]:
    """A row for everyone on the roster, assessed or not."""
    newest = await newest_of_all(tx, case.id)
    ids = [found.id for found in newest.values()]
    record(tx, "assessment.listed", ("case", case.id), case_id=case.id, ids=ids, count=len(ids))
    return [_line(here, names[here.officer_id], newest.get(here.officer_id)) for here in roster]


def _line(here: OfficerHere, name: str, found: Assessment | None) -> Line:
    cells = cells_of(found.elements, found.reported) if found else tuple(Cell(each, "") for each in COLUMNS)
    return Line(here.officer_id, name, here.is_disputed, cells)


COLUMNS = (*ELEMENTS.values(), REPORTED_COLUMN)


def cells_of(elements: Mapping[str, Any], reported: Mapping[str, Any]) -> tuple[Cell, ...]:
    """The seven cells of one assessment, each with what it still lacks."""
    missing = set(missing_in(elements, reported))
    cells = [_cell(element, elements[element], missing) for element in Element]
    answer = reported["answer"]
    lacks = (LACKS["reasoning"],) if answer and "/reported/reasoning" in missing else ()
    said = REPORTED[ReportedAnswer(answer)] if answer else ""
    return (*cells, Cell(REPORTED_COLUMN, said, evidence=1 if reported["report_id"] else 0, lacks=lacks))


def _cell(element: Element, held: Mapping[str, Any], missing: Collection[str]) -> Cell:
    if not held["answer"]:
        return Cell(ELEMENTS[element], "")
    citation, words = standard(held["standard"])
    return Cell(
        ELEMENTS[element],
        ANSWERS[ElementAnswer(held["answer"])],
        citation,
        words,
        len(held["evidence"]),
        tuple(says for part, says in LACKS.items() if f"/elements/{element}/{part}" in missing),
    )
