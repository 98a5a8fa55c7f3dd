"""The timeline of the scene: moments of each officer, each on its evidence. A later mark supersedes an earlier one."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.audit.log import sha256_of
from app.cases.models import Case, MarkKind, SceneMark
from app.cases.rules import WORKED
from app.cases.scene import content_of, officers_on_roster
from app.cases.schemas import ClaimView, SceneMarkIn, SceneMarkView
from app.cases.timeline import note
from app.cases.triage import refuse_outside
from app.db.session import time_of
from app.errors import Conflict, Fault, Validation
from app.evidence.models import EvidenceItem
from app.reports.models import Report

CLAIMED = {
    "arrived_at": MarkKind.ARRIVAL,
    "first_saw_at": MarkKind.FIRST_SIGHT,
    "last_force_at": MarkKind.LAST_FORCE,
}
"""Times that a report gives of its author's own view."""


@dataclass(eq=False)
class MarkSuperseded(Conflict):
    """A later mark has taken the place of this one."""


async def enter(tx: AsyncSession, held: Granted[Case], said: SceneMarkIn) -> SceneMark:
    """Enter a mark. Raises StateConflict, MarkSuperseded; Validation for who was not there and what is of elsewhere."""
    case = held.record
    refuse_outside(case, WORKED, "scene.marked")
    await _refuse_foreign(tx, case, said)
    added = SceneMark(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        case_id=case.id,
        entered_by=held.actor.account_id,
        created_at=time_of(tx),
        **said.model_dump(),
    )
    tx.add(added)
    note(
        tx,
        case,
        "scene.marked",
        on=("scene_mark", added.id),
        shown={"officer": str(added.officer_id), "kind": added.kind, "note": added.says, "reason": added.reason},
        rev=1,
        case=case.id,
        officer=added.officer_id,
        kind=added.kind,
        at=added.at,
        exactness=added.exactness,
        source=added.source_id,
        supersedes=added.supersedes_id,
        says_sha256=sha256_of(added.says) if added.says else None,
        reason_sha256=sha256_of(added.reason) if added.reason else None,
    )
    return added


async def _refuse_foreign(tx: AsyncSession, case: Case, said: SceneMarkIn) -> None:
    faults = []
    if said.officer_id not in await officers_on_roster(tx, case):
        faults.append(Fault("/officer_id", "not_on_roster", "put the officer on the roster first"))
    item, report = await tx.get(EvidenceItem, said.source_id), await tx.get(Report, said.source_id)
    if case.incident_id not in {source.incident_id for source in (item, report) if source is not None}:
        faults.append(Fault("/source_id", "unknown", "no evidence or report of this case"))
    earlier = await tx.get(SceneMark, said.supersedes_id) if said.supersedes_id else None
    if said.supersedes_id and (earlier is None or earlier.case_id != case.id):
        faults.append(Fault("/supersedes_id", "unknown", "no mark of this case"))
    if faults:
        raise Validation(tuple(faults))
    query = select(SceneMark.id).where(SceneMark.supersedes_id == said.supersedes_id)
    if said.supersedes_id and await tx.scalar(query) is not None:
        raise MarkSuperseded


async def marks_of(tx: AsyncSession, case: Case) -> list[SceneMarkView]:
    """All marks by time, the superseded too; each knows what took its place."""
    query = select(SceneMark).where(SceneMark.case_id == case.id).order_by(SceneMark.at, SceneMark.created_at)
    found = list((await tx.scalars(query)).all())
    later = {mark.supersedes_id: mark.id for mark in found if mark.supersedes_id}
    return [view_of(mark, later.get(mark.id)) for mark in found]


def view_of(mark: SceneMark, superseded_by: uuid.UUID | None = None) -> SceneMarkView:
    view: SceneMarkView = SceneMarkView.of(mark, superseded_by=superseded_by)
    return view


def claims_in(reports: Iterable[Report]) -> list[ClaimView]:
    """What officers say of their own times. The caller passes only reports whose words the reader may read."""
    claims = []
    for report in reports:
        if report.author_officer_id is None:
            continue
        view = content_of(report)["own_view"]
        claims += [
            ClaimView(
                officer_id=report.author_officer_id,
                kind=kind,
                at=datetime.fromisoformat(view[name]),
                report_id=report.id,
            )
            for name, kind in CLAIMED.items()
            if view.get(name)
        ]
    return sorted(claims, key=lambda claim: claim.at)
