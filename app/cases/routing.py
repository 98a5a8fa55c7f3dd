"""To whom a case goes: the lowest supervisor outside its wall, else internal affairs, else the outside reviewer."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, literal, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.agencies.models import Account, AccountRole, Kin
from app.cases.models import Allegation, Assignment, Case, Level, Passed, Recusal, State
from app.cases.rules import MAY_BE, free_accounts, kinship_holds
from app.cases.steps import STEPS
from app.cases.timeline import note
from app.db.session import time_of
from app.incidents.models import Presence
from app.reports.models import Report
from app.workflow import take

CHAIN = text(
    """
    WITH RECURSIVE chain (officer_id, height) AS (
        SELECT supervisor_id, 1 FROM posting
        WHERE officer_id = :officer AND until_on IS NULL AND supervisor_id IS NOT NULL
        UNION
        SELECT p.supervisor_id, chain.height + 1 FROM posting p JOIN chain ON p.officer_id = chain.officer_id
        WHERE p.until_on IS NULL AND p.supervisor_id IS NOT NULL AND chain.height < 20
    )
    SELECT officer_id FROM chain GROUP BY officer_id ORDER BY min(height)
    """
)
"""Supervisors above an officer now, nearest first; a circle in the roster ends it."""


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


async def find_route(
    tx: AsyncSession, reporter_officer_id: uuid.UUID | None, walled: set[uuid.UUID], recused: set[uuid.UUID]
) -> Route:
    """Walk up from the reporter's supervisor; `walled` are officers, `recused` accounts.

    Where nobody in command is outside the wall the case leaves the agency, whoever else may be free: it could not be
    worked there.
    """
    chain: list[uuid.UUID] = []
    if reporter_officer_id is not None:
        chain = list((await tx.scalars(CHAIN, {"officer": reporter_officer_id})).all())
    accounts = await _supervisors(tx, chain)
    free = [officer not in walled and officer in accounts and accounts[officer] not in recused for officer in chain]
    height = free.index(True) if True in free else len(chain)
    passed = tuple(chain[:height])
    if not await _command_is_free(tx, walled | set(passed), recused):
        return Route(Level.OUTSIDE, None, tuple(chain))
    if height < len(chain):
        return Route(Level.SUPERVISOR, accounts[chain[height]], passed)
    return Route(Level.INTERNAL_AFFAIRS, None, passed)


async def _supervisors(tx: AsyncSession, officers: list[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    if not officers:
        return {}
    query = select(Account.officer_id, Account.id).where(
        Account.officer_id.in_(officers), Account.disabled_at.is_(None), _holding(Role.SUPERVISOR)
    )
    return {row.officer_id: row.id for row in (await tx.execute(query)).all()}


async def _command_is_free(tx: AsyncSession, walled: set[uuid.UUID], recused: set[uuid.UUID]) -> bool:
    query = select(Account.id).where(
        Account.disabled_at.is_(None),
        _holding(Role.COMMANDER),
        or_(Account.officer_id.is_(None), Account.officer_id.not_in(walled)),
        Account.id.not_in(recused),
    )
    return await tx.scalar(query.limit(1)) is not None


def _holding(*roles: Role) -> ColumnElement[bool]:
    return exists().where(
        AccountRole.account_id == Account.id, AccountRole.role.in_(roles), AccountRole.ended_at.is_(None)
    )


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
