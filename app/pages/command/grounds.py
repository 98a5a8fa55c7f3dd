"""Opening what a finding rests on: an evidence item, a report, an assessment beside the revision one saw before."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Inside
from app.cases.assessments import compare, newest, open_revision, view_of
from app.cases.evidence import evidence_of, open_item
from app.cases.models import Assessment, Case
from app.cases.scene import reports_of
from app.cases.schemas import AssessmentView
from app.errors import NotFound
from app.evidence.schemas import EvidenceView
from app.findings.findings import moved_away
from app.findings.grounds import grounds_of
from app.findings.models import Finding
from app.findings.schemas import GroundView
from app.http.route import Act, PathId, Transaction
from app.pages import labels
from app.pages.command import words
from app.pages.command.doors import FindingSeen
from app.pages.command.side_by_side import MARKS, Naming, assessment_rows
from app.pages.officer.questions import STATEMENT
from app.pages.officer.telling import Teller
from app.pages.shell import OpenPage, Page, open_page
from app.proceedings.review import officers_named
from app.proceedings.view import read_case
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])


@router.get("/findings/{finding_id}/grounds/{ground_id}")
async def one_ground(page: OpenPage, held: FindingSeen, ground_id: PathId, tx: Transaction) -> Response:
    """One thing that the finding rests on; from now on this person has opened it."""
    found = next((each for each in await grounds_of(tx, held.record, ()) if each.id == ground_id), None)
    if found is None or ground_id in await moved_away(tx, held.record):
        raise NotFound
    return await _SHOW[found.kind](page, tx, held, found)


async def _evidence(page: Page, tx: AsyncSession, held: Inside[Finding, Case], ground: GroundView) -> Response:
    item = EvidenceView.of_item(await open_item(tx, held.around, ground.id))
    return page.show("command/ground_evidence.html", finding=held.record, item=item, kinds=words.EVIDENCE_KINDS)


async def _report(page: Page, tx: AsyncSession, held: Inside[Finding, Case], ground: GroundView) -> Response:
    case = await read_case(tx, held.around)
    report = next(each for each in case.reports if each.id == ground.id)
    roster = {str(here.officer_id): f"{here.name}, {page.t(N_('badge'))} {here.badge}" for here in case.roster}
    told = Teller(page.shown, page.t, roster).sections(report.content) if report.content is not None else []
    return page.show(
        "command/ground_report.html", finding=held.record, report=report, sections=told, statements=STATEMENT
    )


async def _assessment(page: Page, tx: AsyncSession, held: Inside[Finding, Case], ground: GroundView) -> Response:
    case = held.around.record
    cited = await tx.get_one(Assessment, ground.id)
    latest = await newest(tx, case.id, cited.officer_id)
    is_newest = latest is not None and latest.id == cited.id
    changes = await compare(tx, held.around, cited.officer_id) if is_newest else None
    now = changes.now if changes else view_of(await open_revision(tx, held.around, cited.id))
    before = changes.before if changes else None
    naming = await _naming(page, tx, case)
    return page.show(
        "command/ground_assessment.html",
        finding=held.record,
        assessment=now,
        officer=(await officers_named(tx, case, [cited.officer_id])).get(cited.officer_id, ""),
        parts_of=_parts(now, naming),
        is_newest=is_newest,
        before=before,
        opened_at=changes.opened_at if changes else None,
        rows=assessment_rows(before, now, naming) if before else [],
        marks=MARKS,
        labels=labels,
    )


async def _naming(page: Page, tx: AsyncSession, case: Case) -> Naming:
    """Evidence items by title, reports by the order in which they came; the texts of none."""
    things = {str(each.id): each.title for each in await evidence_of(tx, case)}
    for n, report in enumerate(await reports_of(tx, case), start=1):
        things[str(report.id)] = page.t(N_("Report, number %(n)s of this case")) % {"n": n}
    return Naming(page.t, things)


def _parts(now: AssessmentView, naming: Naming) -> list[dict[str, Any]]:
    """Element by element, for reading."""
    return [
        {
            "says": says,
            "answer": words.ELEMENT_ANSWERS.get(now.elements[element]["answer"]),
            "standard": now.elements[element]["standard"],
            "reasoning": now.elements[element]["reasoning"],
            "evidence": [naming.cited([each]) for each in now.elements[element]["evidence"]],
        }
        for element, says in words.ELEMENTS.items()
    ]


_SHOW = {"evidence": _evidence, "report": _report, "assessment": _assessment}
