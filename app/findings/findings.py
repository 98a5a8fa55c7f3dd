"""Proposing and reading findings. One finding speaks of one officer and one duty; a later one supersedes it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import rfc8785
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Inside
from app.audit.log import digest, record, sha256_of
from app.cases.allegations import provision_on
from app.cases.assessments import newest
from app.cases.models import Allegation, Assessment, Case, Duty, State
from app.cases.opened import last_opened, mark_opened, unopened
from app.cases.scene import scene_of
from app.cases.timeline import note
from app.db.base import new_salt
from app.db.session import time_of
from app.errors import Fault, Validation
from app.evidence.models import EvidenceItem
from app.findings.grounds import grounds_of, required_of
from app.findings.models import Approval, Disposition, Finding, FindingState
from app.findings.rules import (
    SUPERSEDE,
    WITHIN_POLICY,
    AssessmentMissing,
    AssessmentOutdated,
    FailureSustained,
    ForceNotLinked,
    ProvisionNotInForce,
    refuse_against_force,
    refuse_unless,
)
from app.findings.schemas import ApprovalView, FindingChanges, FindingIn, FindingLine, FindingView
from app.provisions.packs import Standing, library, of_state, standing
from app.provisions.provision import Provision
from app.reports.models import Report
from app.workflow import take

STANDING = (FindingState.PROPOSED, FindingState.APPROVED)


def canonical(content: dict[str, Any]) -> str:
    """RFC 8785 text: what is hashed into the record."""
    return rfc8785.dumps(content).decode()


async def propose(tx: AsyncSession, held: Inside[Allegation, Case], said: FindingIn) -> Finding:
    """Propose what was found; the finding that stood is superseded.

    Raises StateConflict outside the investigation, ProvisionNotInForce, Validation for evidence of elsewhere, and what
    the duty to intervene asks for: AssessmentMissing, AssessmentOutdated, ForceNotLinked, ForceWithinPolicy.
    """
    allegation, case, actor = held.record, held.around.record, held.around.actor
    refuse_unless(case, State.INVESTIGATION, "finding.proposed")
    provision = await _provision(tx, case, allegation, said.provision_id)
    await refuse_foreign_evidence(tx, case, said.evidence, "/evidence")
    await _refuse_unassessed(tx, allegation, said)
    await _refuse_against_other(tx, allegation, said.disposition, provision)
    finding = _finding(actor, allegation, said, 1 + await _last_revision(tx, allegation.id), time_of(tx))
    await _supersede(tx, case, allegation, finding.id)
    tx.add(finding)
    content = canonical(said.model_dump(mode="json"))
    note(
        tx,
        case,
        "finding.proposed",
        on=("finding", finding.id),
        shown={"officer": str(allegation.officer_id), "duty": allegation.duty, "disposition": finding.disposition},
        rev=finding.version,
        state=state_of(finding),
        **about(case, allegation, finding),
        proof=finding.proof,
        provision=finding.provision_id,
        evidence=finding.evidence,
        assessment=finding.assessment_id,
        content_sha256=sha256_of(content),
    )
    await tx.flush()
    return finding


def about(case: Case, allegation: Allegation, finding: Finding) -> dict[str, Any]:
    """What every entry of a finding says, so that a board can follow one duty through the record."""
    return {
        "case": case.id,
        "allegation": allegation.id,
        "officer": allegation.officer_id,
        "duty": allegation.duty,
        "disposition": finding.disposition,
        "revision": finding.revision,
    }


def state_of(finding: Finding) -> str:
    """Digest of the finding as it stands, under its own salt."""
    content = {
        "allegation_id": str(finding.allegation_id),
        "assessment_id": str(finding.assessment_id) if finding.assessment_id else None,
        "disposition": finding.disposition,
        "evidence": finding.evidence,
        "not_completed_because": finding.not_completed_because,
        "proof": finding.proof,
        "proposed_by": str(finding.proposed_by),
        "provision_id": finding.provision_id,
        "rationale": finding.rationale,
        "revision": finding.revision,
        "state": finding.state,
    }
    return digest(finding.salt, canonical(content))


async def standing_on(tx: AsyncSession, allegation_id: uuid.UUID) -> Finding | None:
    """The finding on an allegation that is proposed or approved; at most one is."""
    query = select(Finding).where(Finding.allegation_id == allegation_id, Finding.state.in_(STANDING))
    found: Finding | None = await tx.scalar(query)
    return found


async def refuse_foreign_evidence(tx: AsyncSession, case: Case, cited: Sequence[uuid.UUID], pointer: str) -> None:
    """Raise Validation for what is no evidence item, report or assessment revision of this case (S5)."""
    if not cited:
        return
    of_case = (
        select(EvidenceItem.id)
        .where(EvidenceItem.incident_id == case.incident_id, EvidenceItem.id.in_(cited))
        .union_all(
            select(Report.id).where(Report.incident_id == case.incident_id, Report.id.in_(cited)),
            select(Assessment.id).where(Assessment.case_id == case.id, Assessment.id.in_(cited)),
        )
    )
    known = set((await tx.scalars(of_case)).all())
    faults = [
        Fault(f"{pointer}/{n}", "unknown", "not of this case") for n, each in enumerate(cited) if each not in known
    ]
    if faults:
        raise Validation(tuple(faults))


def holding(state: str, duty: Duty, on: date) -> dict[str, Provision]:
    """The provisions on which conduct of a day may be judged in an agency's state, by id.

    The state's own where in force beyond doubt; the model standard, as the agency's policy, where it stands in for a
    law that is not there or does not hold this duty. No federal crime: a finding never states guilt.
    """
    cited = provision_on(state, duty, on)
    return {
        each.id: each for each in (*of_state(state), cited) if each is cited or standing(each, on) is Standing.IN_FORCE
    }


async def _provision(tx: AsyncSession, case: Case, allegation: Allegation, provision_id: str) -> Provision:
    scene = await scene_of(tx, case)
    found = holding(scene.agency.state, allegation.duty, scene.day).get(provision_id)
    if found is None:
        raise ProvisionNotInForce(scene.day)
    return found


async def _refuse_unassessed(tx: AsyncSession, allegation: Allegation, said: FindingIn) -> None:
    """The six elements stand before a finding on the duty to intervene, for this officer and no group."""
    is_needed = allegation.duty is Duty.FAILURE_TO_INTERVENE
    if said.assessment_id is None:
        if is_needed:
            raise AssessmentMissing
        return
    cited = await tx.get(Assessment, said.assessment_id)
    if cited is None or cited.case_id != allegation.case_id or cited.officer_id != allegation.officer_id:
        raise Validation((Fault("/assessment_id", "unknown", "not an assessment of this officer in this case"),))
    await refuse_outdated(tx, cited)
    if is_needed and not cited.is_complete:
        raise AssessmentMissing


async def is_outdated(tx: AsyncSession, cited: Assessment) -> bool:
    """Whether a later revision stands in its place."""
    latest = await newest(tx, cited.case_id, cited.officer_id)
    return latest is not None and latest.id != cited.id


async def to_open(tx: AsyncSession, finding: Finding) -> list[uuid.UUID]:
    """What an approver opens first.

    Neither an assessment that a later one replaced nor a report that was moved: on these one can only send back.
    """
    gone = await moved_away(tx, finding)
    required = [each for each in required_of(finding) if each not in gone]
    if finding.assessment_id and await is_outdated(tx, await tx.get_one(Assessment, finding.assessment_id)):
        return [each for each in required if each != finding.assessment_id]
    return required


async def moved_away(tx: AsyncSession, finding: Finding) -> set[uuid.UUID]:
    """Cited reports that are no longer of its case: whoever reads the one may be walled off from the other (S1)."""
    here = (
        select(Case.incident_id)
        .join(Allegation, Allegation.case_id == Case.id)
        .where(Allegation.id == finding.allegation_id)
        .scalar_subquery()
    )
    cited = [uuid.UUID(each) for each in finding.evidence]
    return set((await tx.scalars(select(Report.id).where(Report.id.in_(cited), Report.incident_id != here))).all())


async def refuse_outdated(tx: AsyncSession, cited: Assessment) -> None:
    """Raise AssessmentOutdated where a later revision says otherwise."""
    if await is_outdated(tx, cited):
        raise AssessmentOutdated


async def _refuse_against_other(
    tx: AsyncSession, allegation: Allegation, disposition: Disposition, provision: Provision
) -> None:
    """Keep force and failures to step in against it from contradicting each other, whichever is found last."""
    if allegation.duty is Duty.FAILURE_TO_INTERVENE:
        if allegation.force_allegation_id is None:
            if disposition is not Disposition.NOT_COMPLETED:
                raise ForceNotLinked
            return
        force = await standing_on(tx, allegation.force_allegation_id)
        refuse_against_force(disposition, provision, force.disposition if force else None)
    elif disposition in WITHIN_POLICY:
        query = (
            select(Finding.provision_id)
            .join(Allegation, Finding.allegation_id == Allegation.id)
            .where(
                Allegation.force_allegation_id == allegation.id,
                Finding.state.in_(STANDING),
                Finding.disposition == Disposition.SUSTAINED,
            )
        )
        if any(not library().by_id[each].turns_on_belief for each in (await tx.scalars(query)).all()):
            raise FailureSustained


async def _last_revision(tx: AsyncSession, allegation_id: uuid.UUID) -> int:
    query = select(func.max(Finding.revision)).where(Finding.allegation_id == allegation_id)
    return await tx.scalar(query) or 0


async def _supersede(tx: AsyncSession, case: Case, allegation: Allegation, by: uuid.UUID) -> None:
    earlier = await standing_on(tx, allegation.id)
    if earlier is None:
        return
    take(earlier, SUPERSEDE)
    note(
        tx,
        case,
        SUPERSEDE.name,
        on=("finding", earlier.id),
        rev=earlier.version,
        state=state_of(earlier),
        **about(case, allegation, earlier),
        by=by,
    )
    await tx.flush()  # one finding stands at a time, also in the middle of this


def _finding(actor: Actor, allegation: Allegation, said: FindingIn, revision: int, at: datetime) -> Finding:
    return Finding(
        id=uuid.uuid4(),
        agency_id=allegation.agency_id,
        allegation_id=allegation.id,
        revision=revision,
        state=FindingState.PROPOSED,
        disposition=said.disposition,
        proof=said.proof,
        rationale=said.rationale,
        provision_id=said.provision_id,
        evidence=[str(each) for each in said.evidence],
        assessment_id=said.assessment_id,
        not_completed_because=said.not_completed_because,
        proposed_by=actor.account_id,
        version=1,
        salt=new_salt(),
        created_at=at,
    )


async def lines(tx: AsyncSession, held: Inside[Allegation, Case]) -> list[FindingLine]:
    """All findings on an allegation, first to last, without their texts; the board reads this too."""
    allegation, case = held.record, held.around.record
    query = select(Finding).where(Finding.allegation_id == allegation.id).order_by(Finding.revision)
    found = (await tx.scalars(query)).all()
    record(tx, "finding.listed", ("case", case.id), case_id=case.id, ids=[f.id for f in found], count=len(found))
    return [FindingLine.of(each, officer_id=allegation.officer_id, duty=allegation.duty) for each in found]


async def read(tx: AsyncSession, held: Inside[Finding, Case]) -> FindingView:
    """A finding with its texts; from now on this person has opened this revision."""
    case, actor = held.around.record, held.around.actor
    _record_read(tx, case, held.record)
    await mark_opened(tx, case.id, held.record.id)
    return await view_of(tx, held.record, actor)


def _record_read(tx: AsyncSession, case: Case, finding: Finding) -> None:
    record(tx, "finding.read", ("finding", finding.id), case_id=case.id, rev=finding.version, case=case.id)


async def compare(tx: AsyncSession, held: Inside[Finding, Case]) -> FindingChanges:
    """A finding beside the earlier one on its allegation that this person opened last, if any; reads both."""
    finding, actor = held.record, held.around.actor
    earlier = select(Finding.id).where(
        Finding.allegation_id == finding.allegation_id, Finding.revision < finding.revision
    )
    seen = await last_opened(tx, (await tx.scalars(earlier)).all())
    before = None
    if seen is not None:
        found = await tx.get_one(Finding, seen.object_id)
        _record_read(tx, held.around.record, found)
        before = await view_of(tx, found, actor)
    return FindingChanges(before=before, opened_at=seen.at if seen else None, now=await read(tx, held))


async def view_of(tx: AsyncSession, finding: Finding, actor: Actor) -> FindingView:
    allegation = await tx.get_one(Allegation, finding.allegation_id)
    unread = await unopened(tx, actor.account_id, required_of(finding))
    needed = await to_open(tx, finding)
    query = select(Approval).where(Approval.finding_id == finding.id).order_by(Approval.created_at)
    view: FindingView = FindingView.of(
        finding,
        officer_id=allegation.officer_id,
        duty=allegation.duty,
        approvals=[ApprovalView.of(each) for each in (await tx.scalars(query)).all()],
        unopened=[each for each in unread if each in needed],
        grounds=await grounds_of(tx, finding, unread),
    )
    return view
