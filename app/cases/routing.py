"""To whom a case goes: the lowest supervisor outside its wall, else internal affairs, else the outside reviewer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.agencies.models import Account, Kin
from app.cases.models import Allegation, Assignment, Case, Level, Passed, Recusal, State
from app.cases.rules import MAY_BE, free_accounts, kinship_holds
from app.cases.steps import STEPS
from app.cases.timeline import note
from app.db.direct import ask
from app.db.session import time_of
from app.incidents.models import Presence
from app.reports.models import Report
from app.workflow import take

LADDER = """
    WITH RECURSIVE chain (officer_id, height) AS (
        SELECT supervisor_id, 1 FROM posting
        WHERE officer_id = %(officer)s::uuid AND until_on IS NULL AND supervisor_id IS NOT NULL
        UNION
        SELECT p.supervisor_id, chain.height + 1 FROM posting p JOIN chain ON p.officer_id = chain.officer_id
        WHERE p.until_on IS NULL AND p.supervisor_id IS NOT NULL AND chain.height < 20
    ), above AS (
        SELECT officer_id, min(height) AS height FROM chain GROUP BY officer_id
    ), command AS (
        SELECT a.id, a.officer_id FROM account_role r JOIN account a ON a.id = r.account_id
        WHERE r.role = 'commander' AND r.ended_at IS NULL AND a.disabled_at IS NULL
    )
    SELECT ARRAY(SELECT officer_id FROM above ORDER BY height, officer_id),
        ARRAY(
            SELECT (
                SELECT a.id FROM account a JOIN account_role r ON r.account_id = a.id
                WHERE a.officer_id = above.officer_id AND a.disabled_at IS NULL
                    AND r.role = 'supervisor' AND r.ended_at IS NULL
                LIMIT 1
            )
            FROM above ORDER BY height, officer_id
        ),
        ARRAY(SELECT id FROM command ORDER BY id),
        ARRAY(SELECT officer_id FROM command ORDER BY id)
"""
"""Supervisors above an officer now, nearest first, with the account of those in office; then who commands.

A circle in the roster ends the way up.
"""

HEIGHTS = {Level.SUPERVISOR: 0, Level.INTERNAL_AFFAIRS: 1, Level.OUTSIDE: 2}


@dataclass(frozen=True)
class Route:
    level: Level
    holder_id: uuid.UUID | None
    passed: tuple[uuid.UUID, ...]
    """Supervisors below the level it was routed at; they are on the wall from now on."""


async def walled_officers(tx: AsyncSession, incident_id: uuid.UUID) -> set[uuid.UUID]:
    """Everyone present, and their declared kin."""
    return await _with_kin(tx, incident_id, select(Presence.officer_id).where(Presence.incident_id == incident_id))


async def _with_kin(tx: AsyncSession, incident_id: uuid.UUID, officers: Select[uuid.UUID]) -> set[uuid.UUID]:
    holds = kinship_holds(literal(incident_id))
    kin = (
        select(Kin.relative_id)
        .where(Kin.officer_id.in_(officers), holds)
        .union(select(Kin.officer_id).where(Kin.relative_id.in_(officers), holds))
    )
    found: Iterable[uuid.UUID] = (await tx.execute(officers.union(kin))).scalars().all()
    return set(found)


@dataclass(frozen=True)
class Ladder:
    """Whom a case may go to: the way up from an officer, and the commanders of the agency."""

    above: tuple[uuid.UUID, ...]
    """Officers, nearest first."""
    holders: tuple[uuid.UUID | None, ...]
    """Their accounts, where they hold the office of a supervisor."""
    commanders: tuple[tuple[uuid.UUID, uuid.UUID | None], ...]
    """Accounts, and the officers they belong to."""

    @classmethod
    def of(cls, row: Sequence[Any]) -> Ladder:
        """From a row of LADDER."""
        above, holders, commanders, their_officers = row
        return cls(tuple(above), tuple(holders), tuple(zip(commanders, their_officers, strict=True)))


def choose_route(ladder: Ladder, walled: set[uuid.UUID], recused: set[uuid.UUID]) -> Route:
    """Walk up from the reporter's supervisor; `walled` are officers, `recused` accounts.

    Where nobody in command is outside the wall the case leaves the agency, whoever else may be free: it could not be
    worked there.
    """
    ways = zip(ladder.above, ladder.holders, strict=True)
    free = [account is not None and officer not in walled and account not in recused for officer, account in ways]
    height = free.index(True) if True in free else len(free)
    passed = ladder.above[:height]
    shut = walled | set(passed)
    if not any(account not in recused and officer not in shut for account, officer in ladder.commanders):
        return Route(Level.OUTSIDE, None, ladder.above)
    if height < len(free):
        return Route(Level.SUPERVISOR, ladder.holders[height], passed)
    return Route(Level.INTERNAL_AFFAIRS, None, passed)


async def find_route(
    tx: AsyncSession, reporter_officer_id: uuid.UUID | None, walled: set[uuid.UUID], recused: set[uuid.UUID]
) -> Route:
    """The route by the roster and offices as they are now."""
    rows = await ask(tx, LADDER, {"officer": reporter_officer_id})
    return choose_route(Ladder.of(rows[0]), walled, recused)


async def find_new_route(tx: AsyncSession, case: Case, past: uuid.UUID | None = None) -> Route:
    """Where the case goes when it is routed anew: never lower than it has been, and past the account `past`."""
    involved = select(Presence.officer_id).where(Presence.incident_id == case.incident_id)
    accused = select(Allegation.officer_id).where(Allegation.case_id == case.id)
    walled = await _with_kin(tx, case.incident_id, involved) | await _with_kin(tx, case.incident_id, accused)
    walled |= set((await tx.scalars(select(Passed.officer_id).where(Passed.case_id == case.id))).all())
    recused = set((await tx.scalars(select(Recusal.account_id).where(Recusal.case_id == case.id))).all())
    route = await find_route(
        tx, await _first_author(tx, case.incident_id), walled, recused | ({past} if past else set())
    )
    if HEIGHTS[route.level] < HEIGHTS[case.level]:
        return Route(case.level, None, route.passed)
    return route


async def _first_author(tx: AsyncSession, incident_id: uuid.UUID) -> uuid.UUID | None:
    query = select(Report.author_officer_id).where(Report.incident_id == incident_id)
    return await tx.scalar(query.order_by(Report.filed_at, Report.id).limit(1))


async def apply_route(tx: AsyncSession, case: Case, route: Route) -> None:
    """Set level and holder; those passed over come onto the wall."""
    case.level, case.holder_id = route.level, route.holder_id
    known = set((await tx.scalars(select(Passed.officer_id).where(Passed.case_id == case.id))).all())
    for officer_id in route.passed:
        if officer_id not in known:
            tx.add(Passed(agency_id=case.agency_id, case_id=case.id, officer_id=officer_id))


async def reroute(tx: AsyncSession, case: Case, because: str) -> None:
    """The system routes a case anew. Nobody learns why from the answer."""
    route = await find_new_route(tx, case)
    step = STEPS["case.reroute"]
    before = after = str(case.state)
    if case.state in step.leaves:
        before, after = take(case, step)
        case.entered_at = time_of(tx)
    else:
        case.version += 1
    await apply_route(tx, case, route)
    note(
        tx,
        case,
        "case.reroute",
        shown={"level": route.level},
        before=before,
        after=after,
        level=route.level,
        holder=route.holder_id,
        because=because,
    )


async def follow_wall(tx: AsyncSession, case: Case, because: str = "wall") -> None:
    """After the wall has grown: nobody on it goes on holding, working or commanding the case."""
    relieved = await _relieve_walled(tx, case)
    lost_work = Role.INVESTIGATOR in relieved and case.state == State.INVESTIGATION
    if lost_work or await _is_left_alone(tx, case):
        await reroute(tx, case, because)


async def _relieve_walled(tx: AsyncSession, case: Case) -> set[Role]:
    """End the assignments of those who are no longer free; the offices they held."""
    held = select(Assignment).where(Assignment.case_id == case.id, Assignment.ended_at.is_(None))
    relieved = set()
    for assignment in (await tx.scalars(held)).all():
        free = free_accounts(case.id, *MAY_BE[assignment.office]).where(Account.id == assignment.account_id)
        if await tx.scalar(free) is None:
            assignment.ended_at = time_of(tx)
            relieved.add(assignment.office)
            note(tx, case, "case.relieved", office=assignment.office, account=assignment.account_id)
    return relieved


async def _is_left_alone(tx: AsyncSession, case: Case) -> bool:
    """Its holder is on the wall, or nobody inside the agency may command it any more."""
    if case.level == Level.OUTSIDE:
        return False
    if case.holder_id is not None:
        holder = free_accounts(case.id, Role.SUPERVISOR).where(Account.id == case.holder_id)
        if await tx.scalar(holder) is None:
            return True
    return await tx.scalar(free_accounts(case.id, Role.COMMANDER).limit(1)) is None
