"""To whom a case goes: the lowest supervisor outside its wall, else internal affairs, else the outside reviewer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.agencies.models import Account, AccountRole, Kin
from app.cases.models import Case, Level, Passed, Recusal
from app.cases.steps import STEPS
from app.cases.timeline import note
from app.db.session import time_of
from app.incidents.models import Presence
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


@dataclass(frozen=True)
class Route:
    level: Level
    holder_id: uuid.UUID | None
    passed: tuple[uuid.UUID, ...]
    """Supervisors below the level it was routed at; they are on the wall from now on."""


async def walled_officers(tx: AsyncSession, incident_id: uuid.UUID) -> set[uuid.UUID]:
    """Everyone present, and their declared kin."""
    here = select(Presence.officer_id).where(Presence.incident_id == incident_id)
    kin = (
        select(Kin.relative_id)
        .where(Kin.officer_id.in_(here))
        .union(select(Kin.officer_id).where(Kin.relative_id.in_(here)))
    )
    return set((await tx.scalars(here.union(kin))).all())


async def find_route(
    tx: AsyncSession, reporter_officer_id: uuid.UUID | None, walled: set[uuid.UUID], recused: set[uuid.UUID]
) -> Route:
    """Walk up from the reporter's supervisor; `walled` are officers, `recused` accounts."""
    passed: list[uuid.UUID] = []
    if reporter_officer_id is not None:
        chain = list((await tx.scalars(CHAIN, {"officer": reporter_officer_id})).all())
        accounts = await _supervisors(tx, chain)
        for officer_id in chain:
            account_id = accounts.get(officer_id)
            if officer_id not in walled and account_id is not None and account_id not in recused:
                return Route(Level.SUPERVISOR, account_id, tuple(passed))
            passed.append(officer_id)
    if await _internal_affairs_is_free(tx, walled | set(passed), recused):
        return Route(Level.INTERNAL_AFFAIRS, None, tuple(passed))
    return Route(Level.OUTSIDE, None, tuple(passed))


def _holding(*roles: Role) -> ColumnElement[bool]:
    return exists().where(
        AccountRole.account_id == Account.id, AccountRole.role.in_(roles), AccountRole.ended_at.is_(None)
    )


async def _supervisors(tx: AsyncSession, officers: list[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    query = select(Account.officer_id, Account.id).where(
        Account.officer_id.in_(officers), Account.disabled_at.is_(None), _holding(Role.SUPERVISOR)
    )
    return {row.officer_id: row.id for row in (await tx.execute(query)).all()}


async def _internal_affairs_is_free(tx: AsyncSession, walled: set[uuid.UUID], recused: set[uuid.UUID]) -> bool:
    query = select(Account.id).where(
        Account.disabled_at.is_(None),
        _holding(Role.INTAKE, Role.COMMANDER),
        or_(Account.officer_id.is_(None), Account.officer_id.not_in(walled)),
        Account.id.not_in(recused),
    )
    return await tx.scalar(query.limit(1)) is not None


async def reroute(tx: AsyncSession, case: Case, reporter_officer_id: uuid.UUID | None, because: str) -> None:
    """The system routes a case anew: its holder is on the wall now, or let it lie. Nobody learns why."""
    walled = await walled_officers(tx, case.incident_id)
    recused = set((await tx.scalars(select(Recusal.account_id).where(Recusal.case_id == case.id))).all())
    route = await find_route(tx, reporter_officer_id, walled, recused)
    step = STEPS["case.reroute"]
    before, after = take(case, step) if case.state in step.leaves else (case.state, case.state)
    await apply_route(tx, case, route)
    note(
        tx,
        case,
        "case.reroute",
        before=before,
        after=after,
        level=route.level,
        holder=route.holder_id,
        because=because,
    )


async def apply_route(tx: AsyncSession, case: Case, route: Route) -> None:
    """Set level and holder; those passed over come onto the wall."""
    case.level, case.holder_id, case.entered_at = route.level, route.holder_id, time_of(tx)
    known = set((await tx.scalars(select(Passed.officer_id).where(Passed.case_id == case.id))).all())
    for officer_id in route.passed:
        if officer_id not in known:
            tx.add(Passed(agency_id=case.agency_id, case_id=case.id, officer_id=officer_id))


async def holder_is_walled(tx: AsyncSession, case: Case) -> bool:
    """Whether the supervisor who holds it has come onto its wall."""
    if case.holder_id is None:
        return False
    holder = await tx.get(Account, case.holder_id)
    if holder is None or holder.disabled_at is not None:
        return True
    recused = select(Recusal.id).where(and_(Recusal.case_id == case.id, Recusal.account_id == holder.id))
    if await tx.scalar(recused) is not None:
        return True
    return holder.officer_id in await walled_officers(tx, case.incident_id)
