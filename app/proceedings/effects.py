"""What taking a step does besides moving the case, and what its entry and its line on the timeline hold."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.access.gate import Granted
from app.agencies.actions import today_in
from app.agencies.models import Account, Agency
from app.audit.log import sha256_of
from app.cases.evidence import evidence_of
from app.cases.models import Assignment, Case, Reference, ReferenceKind, State
from app.cases.outcome import standing_concurrences
from app.cases.routing import apply_route, find_new_route
from app.cases.rules import free_accounts
from app.cases.scene import reports_of
from app.cases.triage import give_office, open_assignments
from app.db.session import time_of
from app.errors import Conflict, Fault, Validation
from app.findings.models import Decision, Disposition
from app.proceedings.checks import proposers_and_approvers, standing_findings
from app.proceedings.moves import MoveIn
from app.reports.acknowledgements import acknowledge
from app.reports.models import SupplementRequest

NEXT_NUMBER = text(
    """
    INSERT INTO case_counter (agency_id, year, number) VALUES (:agency, :year, 1)
    ON CONFLICT (agency_id, year) DO UPDATE SET number = case_counter.number + 1 RETURNING number
    """
)
DECIDES = "Decides discipline: neither proposed nor approved a finding, and is on no wall."


@dataclass(eq=False)
class NobodyFreeToDecide(Conflict):
    """Nobody is free to decide discipline: give a discipline authority or an outside reviewer an account first."""


@dataclass
class Done:
    """What an effect did."""

    of: dict[str, Any] = field(default_factory=dict)
    """For the entry: codes, ids, hashes."""
    shown: dict[str, Any] = field(default_factory=dict)
    """For the timeline: words of the case."""
    enters: State | None = None
    """Where the table leaves a choice."""
    then: Callable[[], Awaitable[object]] | None = None
    """What follows once the case has moved."""


Effect = Callable[[AsyncSession, Granted[Case], MoveIn], Awaitable[Done]]


async def only_move(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    return Done()


async def acknowledge_reports(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    """Tell the authors, each for their own report."""
    case = held.record
    await acknowledge(tx, case.agency_id, [report.id for report in await reports_of(tx, case)])
    return Done()


async def ask_for_supplement(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    """Ask the author of one report. Raises Validation where it is not said which of several."""
    reports = await reports_of(tx, held.record)
    if move.report_id is None and len(reports) != 1:
        raise Validation((Fault("/report_id", "missing", "the case has several reports: say whose author is asked"),))
    report_id = move.report_id or reports[0].id
    if report_id not in {report.id for report in reports}:
        raise Validation((Fault("/report_id", "unknown", "no report of this case"),))
    asked = SupplementRequest(
        agency_id=held.record.agency_id,
        report_id=report_id,
        asks=move.reason or "",
        asked_by=held.actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(asked)
    return Done(of={"report": report_id}, shown={"report": str(report_id)})


async def route_anew(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    """Past whoever holds it now, and never lower."""
    case = held.record
    route = await find_new_route(tx, case, past=case.holder_id)
    await apply_route(tx, case, route)
    return Done(of={"level": route.level, "holder": route.holder_id, "because": "order"}, shown={"level": route.level})


async def give_number(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    """The human case number, once, when the case is accepted (S9)."""
    case = held.record
    if case.number is None:
        year = today_in(await tx.get_one(Agency, case.agency_id), tx).year
        number = await tx.scalar(NEXT_NUMBER, {"agency": case.agency_id, "year": year})
        case.number = f"{year}-{number:04d}"
    return Done(
        of={"classification": case.classification, "number": case.number},
        shown={"classification": case.classification, "number": case.number},
    )


async def use_concurrence(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    given = await standing_concurrences(tx, held.record, move.step)
    other = next(each for each in given if each.given_by != held.actor.account_id)
    other.used_at = time_of(tx)
    return Done(shown={"concurred_by": str(other.given_by), "concurred_because": other.reason})


async def refer_outside(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    await _refer_to(tx, held, move, ReferenceKind.REFERRAL, move.body or "", move.reason or "")
    return Done(of={"body_sha256": sha256_of(move.body or ""), **_dated(move)}, shown={"body": move.body})


async def take_back(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    said = move.outcome or move.reason or ""
    await _refer_to(tx, held, move, ReferenceKind.REFERRAL_OUTCOME, "", said)
    return Done(
        of={"outcome_sha256": sha256_of(move.outcome) if move.outcome else None, **_dated(move)},
        shown={"outcome": move.outcome},
    )


async def name_findings(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    return Done(of={"findings": [found.id for found in await standing_findings(tx, held.record)]})


async def enter_discipline_or_review(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    """Where anything is sustained somebody free is put in charge of discipline. Raises NobodyFreeToDecide."""
    findings = await standing_findings(tx, held.record)
    sustained = [found.id for found in findings if found.disposition == Disposition.SUSTAINED]
    done = Done(of={"findings": [found.id for found in findings], "sustained": sustained})
    if not sustained:
        done.enters = State.BOARD_REVIEW
        return done
    besides = await proposers_and_approvers(tx, held.record) | {held.actor.account_id}
    done.then = await appoint_authority(tx, held.record, besides)
    return done


async def appoint_authority(
    tx: AsyncSession, case: Case, besides: set[uuid.UUID]
) -> Callable[[], Awaitable[object]] | None:
    """How the free discipline authority with the fewest cases is put in charge; none where one is in charge already.

    Where the agency has none free it falls to an outside reviewer. Raises NobodyFreeToDecide.
    """
    for held in await open_assignments(tx, case.id):
        if held.office == Role.DISCIPLINE_AUTHORITY and held.account_id not in besides:
            return None
    worked = select(Assignment.account_id).where(Assignment.case_id == case.id, Assignment.office == Role.INVESTIGATOR)
    busy = (
        select(func.count())
        .where(
            Assignment.account_id == Account.id,
            Assignment.office == Role.DISCIPLINE_AUTHORITY,
            Assignment.ended_at.is_(None),
        )
        .scalar_subquery()
    )
    for role in (Role.DISCIPLINE_AUTHORITY, Role.OUTSIDE_REVIEWER):
        free = free_accounts(case.id, role).where(Account.id.not_in(besides), Account.id.not_in(worked))
        found = await tx.scalar(free.order_by(busy, Account.id).limit(1))
        if found is not None:
            account_id = found.id
            return lambda: give_office(tx, case, account_id, Role.DISCIPLINE_AUTHORITY, DECIDES, by=None)
    raise NobodyFreeToDecide


async def name_decisions(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    ids = [found.id for found in await standing_findings(tx, held.record)]
    decisions = (await tx.scalars(select(Decision.id).where(Decision.finding_id.in_(ids)))).all()
    return Done(of={"decisions": sorted(decisions)})


async def record_appeal(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    await _refer_to(tx, held, move, ReferenceKind.APPEAL, move.forum or "", move.reason or "")
    return Done(of={"forum_sha256": sha256_of(move.forum or ""), **_dated(move)}, shown={"forum": move.forum})


async def record_appeal_outcome(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    """Beside the first decision, which stays as it was."""
    await _refer_to(tx, held, move, ReferenceKind.APPEAL_OUTCOME, "", move.outcome or "")
    return Done(of={"outcome_sha256": sha256_of(move.outcome or ""), **_dated(move)}, shown={"outcome": move.outcome})


async def reopen_on(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Done:
    """On evidence entered since the case ended, or on an order. Raises Validation for other evidence."""
    case = held.record
    new = {item.id for item in await evidence_of(tx, case) if item.created_at >= case.entered_at}
    faults = [
        Fault(f"/evidence/{n}", "unknown", "not entered since the case ended")
        for n, cited in enumerate(move.evidence)
        if cited not in new
    ]
    if faults:
        raise Validation(tuple(faults))
    await _refer_to(tx, held, move, ReferenceKind.REOPENING, move.body or "", move.reason or "")
    return Done(
        of={
            "evidence": move.evidence,
            "body_sha256": sha256_of(move.body) if move.body else None,
            **(_dated(move) if move.dated_on else {}),
        },
        shown={"evidence": [str(cited) for cited in move.evidence], "body": move.body},
    )


def _dated(move: MoveIn) -> dict[str, Any]:
    return {"dated_on": move.dated_on}


async def _refer_to(
    tx: AsyncSession, held: Granted[Case], move: MoveIn, kind: ReferenceKind, body: str, says: str
) -> None:
    """Keep what the step rests on. Raises Validation for a date that has not come yet."""
    case = held.record
    today = today_in(await tx.get_one(Agency, case.agency_id), tx)
    if move.dated_on is not None and move.dated_on > today:
        raise Validation((Fault("/dated_on", "future", "must not be in the future"),))
    tx.add(
        Reference(
            agency_id=case.agency_id,
            case_id=case.id,
            kind=kind,
            body=body,
            dated_on=move.dated_on or today,
            says=says,
            given_by=held.actor.account_id,
            created_at=time_of(tx),
        )
    )
