"""What a step needs beyond its row of the table: each check is a sentence of the order, and names what is missing.

Asked under the lock on the case, so that what is judged is what stands when the step is taken.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.access.gate import Granted
from app.cases.allegations import allegations_of
from app.cases.assessments import newest_of_all
from app.cases.models import Allegation, Case, ImmediateKind
from app.cases.opened import unopened
from app.cases.outcome import board_views, standing_concurrences, told_of
from app.cases.scene import harmed_in, officers_on_roster, reports_of, roster_of, scene_of, unidentified
from app.cases.triage import immediate_answers, open_assignments
from app.db.session import time_of
from app.errors import Conflict
from app.findings.findings import STANDING
from app.findings.grounds import required_of
from app.findings.models import Approval, Decision, Disposition, Finding, FindingState, Notice, Worksheet
from app.findings.rules import NotOpened
from app.incidents.models import Incident
from app.proceedings.moves import MoveIn
from app.reports.models import Supplement
from app.workflow import SamePerson

BOARD_VIEW_WITHIN = timedelta(days=30)
"""The board has so long from the day the case comes to it; our setting, not law."""

Check = Callable[[AsyncSession, Granted[Case], MoveIn], Awaitable[None]]


@dataclass(eq=False)
class NeedsClassification(Conflict):
    """Classify the case first."""


@dataclass(eq=False)
class ImmediateStepsOpen(Conflict):
    """Some immediate steps are not answered."""

    steps: tuple[str, ...]


@dataclass(eq=False)
class NeedsInvestigator(Conflict):
    """A commander assigns an investigator first."""


@dataclass(eq=False)
class NoSupplement(Conflict):
    """No supplement has come yet; give a reason to go on without one."""


@dataclass(eq=False)
class InjuryNotScreenedOut(Conflict):
    """A case in which someone was injured is never screened out."""


@dataclass(eq=False)
class NeedsSecondPerson(Conflict):
    """Another person has to concur first."""


@dataclass(eq=False)
class EveryoneNotAnswered(Conflict):
    """Not everyone on the roster has a complete assessment."""

    officers: tuple[uuid.UUID, ...]


@dataclass(eq=False)
class EveryoneNotIdentified(Conflict):
    """A report puts people at the scene whom nobody has identified."""

    reports: tuple[uuid.UUID, ...]


@dataclass(eq=False)
class NothingAlleged(Conflict):
    """There is no allegation to find on."""


@dataclass(eq=False)
class FindingMissing(Conflict):
    """Not every allegation has a finding."""

    allegations: tuple[uuid.UUID, ...]


@dataclass(eq=False)
class FindingsNotApproved(Conflict):
    """Not every finding is approved by another person than its proposer."""

    findings: tuple[uuid.UUID, ...]


@dataclass(eq=False)
class DisciplineOpen(Conflict):
    """Discipline is open on some sustained allegations."""

    notice: tuple[uuid.UUID, ...]
    answer: tuple[uuid.UUID, ...]
    worksheet: tuple[uuid.UUID, ...]
    decision: tuple[uuid.UUID, ...]


@dataclass(eq=False)
class BoardViewMissing(Conflict):
    """The board has not given its view, and still has time to."""

    until: str


@dataclass(eq=False)
class EveryoneNotTold(Conflict):
    """Not everyone has been told the outcome."""

    officers: tuple[uuid.UUID, ...]
    harmed: tuple[str, ...]


# --- triage -------------------------------------------------------------------------------------------------------


async def is_classified(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    if held.record.classification is None:
        raise NeedsClassification


async def immediate_steps_are_answered(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    answered = await immediate_answers(tx, held.record.id)
    missing = tuple(kind.value for kind in ImmediateKind if kind not in answered)
    if missing:
        raise ImmediateStepsOpen(missing)


async def an_investigator_is_assigned(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    """Whoever comes onto the wall is relieved at that moment, so an open assignment is one of somebody free."""
    if all(each.office != Role.INVESTIGATOR for each in await open_assignments(tx, held.record.id)):
        raise NeedsInvestigator


async def a_supplement_or_reason(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    ids = [report.id for report in await reports_of(tx, held.record)]
    query = select(Supplement.id).where(Supplement.report_id.in_(ids), Supplement.filed_at >= held.record.entered_at)
    if move.reason is None and await tx.scalar(query.limit(1)) is None:
        raise NoSupplement


async def nobody_was_injured(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    """A case from which every report was moved away has nobody left to tell of."""
    incident = await tx.get_one(Incident, held.record.incident_id)
    if incident.has_injury and await reports_of(tx, held.record):
        raise InjuryNotScreenedOut


async def another_person_concurs(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    given = await standing_concurrences(tx, held.record, move.step)
    if given and all(each.given_by == held.actor.account_id for each in given):
        raise SamePerson
    if not given:
        raise NeedsSecondPerson


# --- answers and findings -----------------------------------------------------------------------------------------


async def everyone_is_identified(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    case = held.record
    roster = await roster_of(tx, await scene_of(tx, case))
    unknown = await unidentified(tx, case, await reports_of(tx, case), roster)
    if unknown:
        raise EveryoneNotIdentified(tuple(dict.fromkeys(each.report_id for each in unknown)))


async def everyone_is_answered(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    """Disputed entries too: that somebody was not there is an answer with evidence like any other."""
    answered = await newest_of_all(tx, held.record.id)
    complete = {officer_id for officer_id, found in answered.items() if found.is_complete}
    missing = await officers_on_roster(tx, held.record) - complete
    if missing:
        raise EveryoneNotAnswered(tuple(sorted(missing)))


async def findings_of(tx: AsyncSession, case: Case) -> list[tuple[Allegation, Finding | None]]:
    """Every allegation with the finding that stands on it."""
    allegations = await allegations_of(tx, case.id)
    query = select(Finding).where(
        Finding.allegation_id.in_([each.id for each in allegations]), Finding.state.in_(STANDING)
    )
    standing = {found.allegation_id: found for found in (await tx.scalars(query)).all()}
    return [(allegation, standing.get(allegation.id)) for allegation in allegations]


async def standing_findings(tx: AsyncSession, case: Case) -> list[Finding]:
    return [found for _, found in await findings_of(tx, case) if found is not None]


async def something_is_alleged(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    if not await allegations_of(tx, held.record.id):
        raise NothingAlleged


async def every_allegation_is_found(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    missing = tuple(allegation.id for allegation, found in await findings_of(tx, held.record) if found is None)
    if missing:
        raise FindingMissing(missing)


async def every_finding_is_approved(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    findings = await standing_findings(tx, held.record)
    yes = await _approvals(tx, findings)
    missing = tuple(
        found.id
        for found in findings
        if found.state != FindingState.APPROVED
        or not any(each.finding_id == found.id and each.given_by != found.proposed_by for each in yes)
    )
    if missing:
        raise FindingsNotApproved(missing)


async def _approvals(tx: AsyncSession, findings: Sequence[Finding]) -> list[Approval]:
    query = select(Approval).where(Approval.finding_id.in_([found.id for found in findings]), Approval.approves)
    return list((await tx.scalars(query)).all())


async def not_by_the_proposer(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    if any(found.proposed_by == held.actor.account_id for found in await standing_findings(tx, held.record)):
        raise SamePerson


async def everything_is_opened(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    required = [each for found in await standing_findings(tx, held.record) for each in required_of(found)]
    missing = await unopened(tx, held.actor.account_id, required)
    if missing:
        raise NotOpened(tuple(missing))


# --- discipline and closing ---------------------------------------------------------------------------------------


async def proposers_and_approvers(tx: AsyncSession, case: Case) -> set[uuid.UUID]:
    """Accounts that proposed or approved a finding that stands."""
    findings = await standing_findings(tx, case)
    return {found.proposed_by for found in findings} | {each.given_by for each in await _approvals(tx, findings)}


async def by_neither_proposer_nor_approver(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    if held.actor.account_id in await proposers_and_approvers(tx, held.record):
        raise SamePerson


async def discipline_is_done(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    """For each sustained allegation: notice, answer or waiver or time run out, worksheet, decision."""
    sustained = [each for each in await standing_findings(tx, held.record) if each.disposition == Disposition.SUSTAINED]
    ids = [found.id for found in sustained]
    notices = {each.finding_id: each for each in await tx.scalars(select(Notice).where(Notice.finding_id.in_(ids)))}
    worksheets = set(await tx.scalars(select(Worksheet.finding_id).where(Worksheet.finding_id.in_(ids))))
    decided = set(await tx.scalars(select(Decision.finding_id).where(Decision.finding_id.in_(ids))))
    now = time_of(tx)

    def without(has: Callable[[uuid.UUID], bool]) -> tuple[uuid.UUID, ...]:
        return tuple(found.allegation_id for found in sustained if not has(found.id))

    def answered(finding_id: uuid.UUID) -> bool:
        notice = notices.get(finding_id)
        return notice is not None and (
            notice.answered_at is not None or notice.is_waived or notice.answer_due_at <= now
        )

    open_on = DisciplineOpen(
        without(notices.__contains__),
        without(answered),
        without(worksheets.__contains__),
        without(decided.__contains__),
    )
    if any((open_on.notice, open_on.answer, open_on.worksheet, open_on.decision)):
        raise open_on


async def the_board_has_spoken(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    """Its view is recorded since the case came to it, or its time has run out."""
    case = held.record
    until = case.entered_at + BOARD_VIEW_WITHIN
    given = any(each.created_at >= case.entered_at for each in await board_views(tx, case.id))
    if not given and time_of(tx) < until:
        raise BoardViewMissing(until.isoformat())


async def everyone_is_told(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> None:
    """Each officer of whom something was not sustained, and each person harmed, since the outcome stood."""
    case = held.record
    told = [each for each in await told_of(tx, case.id) if each.created_at >= case.entered_at]
    cleared = {
        allegation.officer_id
        for allegation, found in await findings_of(tx, case)
        if found is not None and found.disposition != Disposition.SUSTAINED
    }
    officers = cleared - {each.officer_id for each in told}
    known = {each.harmed for each in told}
    harmed = tuple(label for label in harmed_in(await reports_of(tx, case)) if label not in known)
    if officers or harmed:
        raise EveryoneNotTold(tuple(sorted(officers)), harmed)


NOTHING_OPEN: tuple[Check, ...] = (
    everyone_is_identified,
    everyone_is_answered,
    every_allegation_is_found,
    every_finding_is_approved,
    discipline_is_done,
)
"""No case ends with a person present unanswered, an allegation without a finding, or discipline undecided."""


async def what_is_missing(
    tx: AsyncSession, held: Granted[Case], move: MoveIn, checks: Sequence[Check]
) -> list[Conflict]:
    """The refusals that a step would meet now."""
    found = []
    for check in checks:
        try:
            await check(tx, held, move)
        except Conflict as refusal:
            found.append(refusal)
    return found
