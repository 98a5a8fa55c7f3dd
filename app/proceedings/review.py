"""The findings of a case as those see them who review and discipline: what stands, and what is left to do."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.audit.log import record
from app.cases.models import Case, OutcomeLetter
from app.cases.opened import unopened
from app.cases.outcome import told_of
from app.cases.scene import harmed_in, postings_on, reports_of, scene_of
from app.findings.grounds import required_of
from app.findings.models import Decision, Disposition, Finding, FindingState, Notice, Worksheet
from app.proceedings.checks import findings_of
from app.proceedings.schemas import (
    DisciplineMark,
    FindingMark,
    FindingReviewLine,
    HarmedToTell,
    OfficerToTell,
    TellingView,
)


async def review(tx: AsyncSession, held: Granted[Case]) -> list[FindingReviewLine]:
    """Every allegation with the finding that stands; texts of none, so nothing counts as opened by it."""
    case, found = held.record, await findings_of(tx, held.record)
    names = await officers_named(tx, case, (allegation.officer_id for allegation, _ in found))
    lines = [
        FindingReviewLine(
            allegation_id=allegation.id,
            officer_id=allegation.officer_id,
            officer=names.get(allegation.officer_id, ""),
            duty=allegation.duty,
            finding=FindingMark.of(finding) if finding else None,
            unopened=len(await unopened(tx, held.actor.account_id, required_of(finding))) if finding else 0,
            discipline=await _discipline(tx, finding) if finding else None,
        )
        for allegation, finding in found
    ]
    ids = [line.finding.id for line in lines if line.finding]
    record(tx, "finding.listed", ("case", case.id), case_id=case.id, ids=ids, count=len(ids))
    return lines


async def _discipline(tx: AsyncSession, finding: Finding) -> DisciplineMark | None:
    if finding.disposition is not Disposition.SUSTAINED or finding.state is not FindingState.APPROVED:
        return None
    notice = await tx.scalar(select(Notice).where(Notice.finding_id == finding.id))
    sheet = await tx.scalar(select(Worksheet.id).where(Worksheet.finding_id == finding.id).limit(1))
    decided = await tx.scalar(select(Decision.id).where(Decision.finding_id == finding.id))
    return DisciplineMark(
        notice_id=notice.id if notice else None,
        answer_due_at=notice.answer_due_at if notice else None,
        is_answered=notice is not None and notice.answered_at is not None,
        has_worksheet=sheet is not None,
        is_decided=decided is not None,
    )


async def telling(tx: AsyncSession, held: Granted[Case]) -> TellingView:
    """Each officer of whom something was not sustained, and each person harmed."""
    case, reports = held.record, await reports_of(tx, held.record)
    told = [each for each in await told_of(tx, case.id) if each.created_at >= case.entered_at]
    cleared = dict.fromkeys(
        allegation.officer_id
        for allegation, found in await findings_of(tx, case)
        if found is not None and found.disposition is not Disposition.SUSTAINED
    )
    names = await officers_named(tx, case, cleared)
    officers, harmed = {each.officer_id for each in told}, {each.harmed for each in told}
    query = select(OutcomeLetter).where(OutcomeLetter.case_id == case.id, OutcomeLetter.ended_at.is_(None))
    letters = {each.harmed: each.created_at for each in (await tx.scalars(query)).all()}
    record(tx, "case.read", ("case", case.id), case_id=case.id, rev=case.version, fields=["telling"])
    return TellingView(
        officers=[
            OfficerToTell(officer_id=each, name=names.get(each, ""), is_told=each in officers) for each in cleared
        ],
        harmed=[
            HarmedToTell(label=label, is_told=label in harmed, letter_at=letters.get(label))
            for label in harmed_in(reports)
        ],
    )


async def officers_named(tx: AsyncSession, case: Case, officers: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Names that officers had on the day of the incident."""
    posted = await postings_on(tx, dict.fromkeys(officers), (await scene_of(tx, case)).day)
    return {officer_id: posting.name or posting.badge for officer_id, posting in posted.items()}
