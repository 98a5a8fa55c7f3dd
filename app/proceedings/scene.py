"""The timeline of the scene as its reader may see it, and over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.audit.log import record
from app.cases import marks
from app.cases.models import Case
from app.cases.routes import case_for
from app.cases.rules import GATE
from app.cases.scene import reports_of
from app.cases.schemas import SceneMarkIn, SceneMarkView, SceneView
from app.http.route import Act, Transaction
from app.proceedings.view import SEES_COMPELLED
from app.reports.models import StatementClass

router = APIRouter(prefix="/v1/cases", tags=["cases"], route_class=Act)


async def read_scene(tx: AsyncSession, held: Granted[Case]) -> SceneView:
    """Marks with their evidence, and what officers say in reports that are open to the reader (S12)."""
    case = held.record
    rights = await GATE.held(tx, held.actor, case.id)
    sees_compelled = not SEES_COMPELLED.isdisjoint(rights)
    open_to_reader = [
        report
        for report in await reports_of(tx, case)
        if sees_compelled or report.statement_class != StatementClass.COMPELLED
    ]
    found, claims = await marks.marks_of(tx, case), marks.claims_in(open_to_reader)
    ids = [mark.id for mark in found] + list(dict.fromkeys(claim.report_id for claim in claims))
    record(tx, "scene.read", ("case", case.id), case_id=case.id, ids=ids, count=len(found) + len(claims))
    return SceneView(marks=found, claims=claims)


@router.get("/{case_id}/scene")
async def scene(held: Annotated[Granted[Case], case_for(Right.READ_CASE)], tx: Transaction) -> SceneView:
    """Moments of the scene for each officer: what was entered on evidence, and what their reports say."""
    return await read_scene(tx, held)


@router.post("/{case_id}/scene", status_code=201)
async def enter_mark(
    held: Annotated[Granted[Case], case_for(Right.WORK, once=True)], said: SceneMarkIn, tx: Transaction
) -> SceneMarkView:
    """Enter a moment of the scene with its evidence. It is never edited; a later one takes its place, with a reason."""
    return marks.view_of(await marks.enter(tx, held, said))
