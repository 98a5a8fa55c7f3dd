"""Discipline on one finding: where it stands, the notice, the worksheet on the matrix, the decision."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Inside
from app.access.rights import Right
from app.cases.evidence import evidence_of
from app.cases.models import Allegation, Case
from app.cases.rules import GATE
from app.cases.scene import names_of
from app.db.session import time_of
from app.findings import discipline
from app.findings.rules import MatrixMissing
from app.findings.schemas import DisciplineView, WorksheetView
from app.http.route import Act, Transaction
from app.pages import labels
from app.pages.command import words
from app.pages.command.doors import AllegationSeen
from app.pages.command.figures import Figures
from app.pages.shell import OpenPage, Page, open_page
from app.proceedings.review import officers_named
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

DONE = {
    "served": N_("The notice is served. The accused finds it on their first page."),
    "proposed": N_("The worksheet is made."),
    "decided": N_("The decision is recorded."),
}


@router.get("/discipline/{allegation_id}")
async def one(page: OpenPage, held: AllegationSeen, tx: Transaction) -> Response:
    """Notice, answer, worksheets and decision, each with what comes next."""
    case = held.around.record
    may = await GATE.held(tx, held.around.actor, case.id)
    shown = await seen(page, tx, held)
    view: DisciplineView = shown["discipline"]
    return page.show(
        "command/discipline.html",
        **shown,
        may_serve=Right.SERVE in may and case.state == "discipline",
        may_propose=Right.COMMAND in may and case.state == "discipline" and not view.decisions,
        may_decide=Right.DECIDE in may and case.state == "discipline" and not view.decisions,
        done=DONE.get(page.request.query_params.get("done", ""), ""),
    )


async def seen(page: Page, tx: AsyncSession, held: Inside[Allegation, Case]) -> dict[str, Any]:
    """What every page of discipline shows: read with the right to read the case, whatever else one may do here."""
    case, actor = held.around.record, held.around.actor
    around = await GATE.fetch(tx, actor, case.id, Right.READ_CASE)
    view = await discipline.read(tx, Inside(held.record, around))
    assert isinstance(view, DisciplineView)
    accounts = [each.proposed_by for each in view.worksheets] + [each.decided_by for each in view.decisions]
    people = await names_of(tx, [*accounts, *(each.served_by for each in view.notices)])
    figures = await _figures(page, tx, held)
    titles = {item.id: item.title for item in await evidence_of(tx, case)}
    return {
        "allegation": held.record,
        "case": case,
        "version": case.version,
        "officer": (await officers_named(tx, case, [held.record.officer_id])).get(held.record.officer_id, ""),
        "discipline": view,
        "notice": view.notices[-1] if view.notices else None,
        "sheet": view.worksheets[-1] if view.worksheets else None,
        "factors": _factors(view.worksheets[-1], figures, titles) if view.worksheets and figures else [],
        "decision": view.decisions[-1] if view.decisions else None,
        "people": people,
        "figures": figures,
        "labels": labels,
        "words": words,
        "now": time_of(tx),
        "once": secrets.token_urlsafe(16),
    }


async def _figures(page: Page, tx: AsyncSession, held: Inside[Allegation, Case]) -> Figures | None:
    try:
        return Figures(page.t, await discipline.matrix_for(tx, held))
    except MatrixMissing:
        return None


def _factors(sheet: WorksheetView, figures: Figures, titles: dict[uuid.UUID, str]) -> list[dict[str, Any]]:
    return [
        {
            "says": figures.factor(each.factor),
            "weighs": each.weighs,
            "reasoning": each.reasoning,
            "evidence": [titles[cited] for cited in each.evidence if cited in titles],
        }
        for each in sheet.factors
    ]
