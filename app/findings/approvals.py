"""Another person's yes or no to a proposed finding, after opening what it rests on (product.md section 6)."""

from __future__ import annotations

import uuid

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Inside
from app.audit.log import sha256_of
from app.cases.models import Allegation, Assessment, Case, State
from app.cases.opened import unopened
from app.cases.timeline import note
from app.db.session import time_of
from app.findings.findings import about, moved_away, refuse_outdated, state_of, to_open
from app.findings.models import Approval, Finding
from app.findings.rules import APPROVE, SEND_BACK, GroundMoved, NotOpened, refuse_unless
from app.findings.schemas import ApprovalIn
from app.workflow import SamePerson, StateConflict, take


async def give(tx: AsyncSession, held: Inside[Finding, Case], said: ApprovalIn) -> Approval:
    """Approve a proposed finding, or send it back; of two at once the lock on the case lets one through.

    Raises StateConflict, SamePerson for whoever proposed it, NotOpened with what is still to open, AssessmentOutdated,
    GroundMoved.
    """
    finding, case, actor = held.record, held.around.record, held.around.actor
    step = APPROVE if said.approves else SEND_BACK
    refuse_unless(case, State.FINDINGS_REVIEW, step.name)
    if finding.proposed_by == actor.account_id:
        raise SamePerson
    if finding.state not in step.leaves:
        raise StateConflict(finding.state, step.name)
    if said.approves and await moved_away(tx, finding):
        raise GroundMoved
    if said.approves and finding.assessment_id is not None:
        await refuse_outdated(tx, await tx.get_one(Assessment, finding.assessment_id))
    missing = await unopened(tx, actor.account_id, await to_open(tx, finding))
    if missing:
        raise NotOpened(tuple(missing))
    approval = Approval(
        id=uuid.uuid4(),
        agency_id=finding.agency_id,
        finding_id=finding.id,
        approves=said.approves,
        reason=said.reason,
        given_by=actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(approval)
    take(finding, step)
    await _note(tx, case, finding, said)
    await tx.flush()
    return approval


async def _note(tx: AsyncSession, case: Case, finding: Finding, said: ApprovalIn) -> None:
    allegation = await tx.get_one(Allegation, finding.allegation_id)
    more = {"proof": finding.proof, "provision": finding.provision_id} if said.approves else {}
    note(
        tx,
        case,
        APPROVE.name if said.approves else SEND_BACK.name,
        on=("finding", finding.id),
        shown={"officer": str(allegation.officer_id), "duty": allegation.duty, "disposition": finding.disposition},
        rev=finding.version,
        state=state_of(finding),
        **about(case, allegation, finding),
        **more,
        reason_sha256=sha256_of(said.reason),
    )
