"""One officer's assessment: the six elements of the duty, each with its evidence, and whether they reported."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.cases import assessments
from app.cases.models import Assessment, Case, Element
from app.cases.rules import GATE, WORKED
from app.cases.scene import names_of
from app.cases.schemas import AssessmentIn
from app.errors import NotFound, Validation
from app.http.route import Act, PathId, Transaction
from app.pages.desk.cited import citable
from app.pages.desk.doors import Seen, Worked
from app.pages.desk.grid import cells_of
from app.pages.desk.people import names_in
from app.pages.desk.scene import drawn_of
from app.pages.desk.words import ANSWERS, ELEMENTS, HINTS, QUESTIONS, REPORTED, standard
from app.pages.desk.wrong import faults_in
from app.pages.fields import options, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

PARTS = ("answer", "standard", "reasoning", "evidence")
REPORTED_PARTS = ("answer", "to_whom", "reasoning")
CONTRADICTED = N_("This officer's report is on file: say whether it came in time or late")
FOREIGN = N_("One of these is not evidence of this case")
CHOOSE = N_("Choose one of the answers")

Typed = dict[str, Any]
"""Field -> text, or for evidence the ids that are ticked."""


@router.get("/cases/{case_id}/assessments/{officer_id}")
async def one_assessment(page: OpenPage, held: Seen, officer_id: PathId, tx: Transaction) -> Response:
    """The newest assessment of one officer; a form for the investigator, told back to everyone else."""
    may = await GATE.held(tx, held.actor, held.record.id)
    found = await _newest(tx, held, officer_id)
    if Right.WORK in may and held.record.state in WORKED:
        applied = await assessments.standard_for(tx, held, officer_id)
        return await _form_page(page, tx, held, officer_id, found, _as_typed(found, applied))
    return await _told_page(page, tx, held, officer_id, found)


async def _newest(tx: AsyncSession, held: Granted[Case], officer_id: uuid.UUID) -> Assessment | None:
    """The newest revision, which this person has now opened; none where there is none yet."""
    if await assessments.newest(tx, held.record.id, officer_id) is None:
        return None
    return await assessments.open_assessment(tx, held, officer_id)


async def _names(page: Page, tx: AsyncSession, case: Case, officer_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Names of everyone on the roster. Raises NotFound for an officer who is not on it."""
    names = await names_in(page, tx, case)
    if officer_id not in names:
        raise NotFound
    return names


def _as_typed(found: Assessment | None, applied: str = "") -> Typed:
    """What stands, as fields; the standard that applies by itself is left empty, so that it goes on doing so."""
    typed: Typed = {f"reported_{part}": "" for part in REPORTED_PARTS}
    for element in Element:
        typed |= {f"{element}_answer": "", f"{element}_standard": "", f"{element}_reasoning": ""}
        typed[f"{element}_evidence"] = []
    if found is not None:
        for element in Element:
            cell = found.elements[element]
            typed |= {f"{element}_{part}": cell[part] or typed[f"{element}_{part}"] for part in PARTS}
            if cell["standard"] == applied:
                typed[f"{element}_standard"] = ""
        typed |= {f"reported_{part}": found.reported[part] or "" for part in REPORTED_PARTS}
    return typed


def _typed(form: Form) -> Typed:
    empty = _as_typed(None)
    return {name: form.all(name) if isinstance(value, list) else form.one(name) for name, value in empty.items()}


async def _form_page(
    page: Page,
    tx: AsyncSession,
    held: Granted[Case],
    officer_id: uuid.UUID,
    found: Assessment | None,
    typed: Typed,
    errors: Mapping[str, str] | None = None,
    status: int = 200,
) -> Response:
    case = held.record
    names, cited = await _names(page, tx, case, officer_id), await citable(tx, page, case)
    return page.show(
        "desk/assessment_form.html",
        status,
        case_id=case.id,
        officer_id=officer_id,
        name=names[officer_id],
        found=found,
        cells=cells_of(found.elements, found.reported) if found else (),
        elements=ELEMENTS,
        questions=QUESTIONS,
        hints=HINTS,
        answers=options(ANSWERS),
        reported=options(REPORTED),
        applied=standard(await assessments.standard_for(tx, held, officer_id)),
        cited=cited,
        scene=await drawn_of(page, tx, held, names, cited),
        typed=typed,
        errors=errors or {},
        is_stale=status == 412,
        once=secrets.token_urlsafe(16),
    )


async def _told_page(
    page: Page, tx: AsyncSession, held: Granted[Case], officer_id: uuid.UUID, found: Assessment | None
) -> Response:
    case = held.record
    names, cited = await _names(page, tx, case, officer_id), await citable(tx, page, case)
    by = await names_of(tx, [found.assessed_by]) if found else {}
    return page.show(
        "desk/assessment.html",
        case_id=case.id,
        name=names[officer_id],
        found=found,
        assessed_by=by.get(found.assessed_by, "") if found else "",
        cells=cells_of(found.elements, found.reported) if found else (),
        elements=ELEMENTS,
        questions=QUESTIONS,
        scene=await drawn_of(page, tx, held, names, cited),
        by_id={str(each.id): each for each in cited},
    )


@router.post("/cases/{case_id}/assessments/{officer_id}")
async def assess(
    page: OpenPage, held: Worked, officer_id: PathId, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Record the next revision, whole or in part. The form names the one it builds on."""
    await _names(page, tx, held.record, officer_id)
    typed = _typed(form)
    found = await _newest(tx, held, officer_id)
    if form.one("revision") != (str(found.revision) if found else "0"):
        return await _form_page(page, tx, held, officer_id, found, typed, status=412)
    try:
        await assessments.assess(tx, held, officer_id, AssessmentIn.model_validate(_said(typed)))
    except (ValidationError, Validation) as refused:
        return await _form_page(page, tx, held, officer_id, found, typed, _in_words(refused), 422)
    return go(f"/cases/{held.record.id}?done=assessment.recorded#grid")


def _said(typed: Typed) -> dict[str, Any]:
    elements = {
        element.value: {part: typed[f"{element}_{part}"] or ([] if part == "evidence" else "") for part in PARTS}
        for element in Element
    }
    reported = {part: typed[f"reported_{part}"] for part in REPORTED_PARTS}
    for cell in (*elements.values(), reported):
        cell["answer"] = cell["answer"] or None
    return {"elements": elements, "reported": reported}


def _in_words(refused: ValidationError | Validation) -> dict[str, str]:
    """`elements/presence/reasoning` stands on the page as `presence_reasoning`."""
    wrong: dict[str, str] = {}
    for place, rule in faults_in(refused):
        names = place.removeprefix("elements/").split("/")[:2]
        name = "_".join(names)
        if name.endswith("_evidence"):
            wrong.setdefault(name, FOREIGN)
        elif rule == "contradicted":
            wrong.setdefault(name, CONTRADICTED)
        else:
            wrong.setdefault(name, says_of(rule, CHOOSE))
    return wrong
