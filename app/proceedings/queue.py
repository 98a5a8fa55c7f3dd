"""The queue: cases that the asker may see, the ones due first. What a wall closes is not in it, nor counted."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import false, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor, Role
from app.access.rights import Right
from app.agencies.models import Account
from app.audit.log import record
from app.cases.models import Case, State
from app.cases.rules import GATE
from app.db.session import time_of
from app.incidents.models import Incident
from app.proceedings.schemas import OverviewLine, QueueLine

TRIAGED_IN = frozenset({State.ROUTED, State.TRIAGE})
Position = tuple[datetime, uuid.UUID]


def is_late(case: Case, now: datetime) -> bool:
    """Triage is due and not done. A returned report waits for its author, not for triage."""
    return case.state in TRIAGED_IN and case.triage_due_at < now


async def queue(
    tx: AsyncSession, actor: Actor, states: Collection[State], *, after: Position | None, limit: int
) -> tuple[list[QueueLine | OverviewLine], Position | None]:
    """One page by (triage_due_at, id), and where the next begins, if there is one."""
    full = GATE.may(actor, Right.READ_CASE)
    overview = GATE.may(actor, Right.READ_OVERVIEW) if actor.has(Role.OVERSIGHT) else false()
    query = (
        select(Case, Incident, Account.name, full.label("full"))
        .join(Incident, Incident.id == Case.incident_id)
        .outerjoin(Account, Account.id == Case.holder_id)
        .where(or_(full, overview))
        .order_by(Case.triage_due_at, Case.id)
        .limit(limit + 1)
    )
    if states:
        query = query.where(Case.state.in_(states))
    if after is not None:
        query = query.where(tuple_(Case.triage_due_at, Case.id) > tuple_(*after))
    rows = (await tx.execute(query)).all()
    shown = [_line(*row, now=time_of(tx)) for row in rows[:limit]]
    ids = [line.id for line in shown]
    record(tx, "case.listed", ("case", None), ids=ids, count=len(ids), filter={"state": sorted(states)})
    last = rows[limit - 1][0] if len(rows) > limit else None
    return shown, (last.triage_due_at, last.id) if last else None


def _line(case: Case, incident: Incident, holder: str | None, full: bool, *, now: datetime) -> QueueLine | OverviewLine:
    scene: dict[str, Any] = {
        "occurred_at": incident.occurred_at,
        "precision": incident.precision,
        "has_injury": incident.has_injury,
        "is_late": is_late(case, now),
    }
    if full:
        line: QueueLine = QueueLine.of(case, place=incident.place, holder=holder, **scene)
        return line
    overview: OverviewLine = OverviewLine.of(case, **scene)
    return overview
