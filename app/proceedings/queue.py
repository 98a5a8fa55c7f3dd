"""The queue: cases that the asker may see, in the order they ask for. What a wall closes is not in it, nor counted."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, false, func, or_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor, Role
from app.access.rights import Right
from app.agencies.models import Account
from app.audit.log import record
from app.cases.models import Assignment, Case, State
from app.cases.rules import GATE, OPEN
from app.db.session import time_of
from app.incidents.models import Incident
from app.proceedings.filters import (
    FINISHED,
    TRIAGED_IN,
    QueueFilters,
    Sort,
    is_due_soon,
    is_held_by,
    is_late_now,
    narrowed,
)
from app.proceedings.schemas import OverviewLine, QueueCounts, QueueLine

__all__ = ["TRIAGED_IN", "Position", "count_queue", "holders", "is_late", "queue"]

HOLDERS_MOST = 100


@dataclass(frozen=True)
class Position:
    """The row after which the next page begins: its stretch of the order, its time, its id."""

    stretch: int
    at: datetime
    case_id: uuid.UUID


@dataclass(frozen=True)
class Stretch:
    """A part of the queue that comes as a whole before the next: each is one walk along an index."""

    of: ColumnElement[bool]
    by: Any
    newest_first: bool = False


STRETCHES: dict[Sort, tuple[Stretch, ...]] = {
    Sort.DUE: (
        Stretch(Case.state.in_(TRIAGED_IN), Case.triage_due_at),
        Stretch(Case.state.not_in(TRIAGED_IN), Case.triage_due_at),
    ),
    Sort.NEWEST: (Stretch(Case.id.is_not(None), Incident.occurred_at, newest_first=True),),
    Sort.LONGEST: (
        Stretch(Case.state.not_in(FINISHED), Case.entered_at),
        Stretch(Case.state.in_(FINISHED), Case.entered_at),
    ),
}


def is_late(case: Case, now: datetime) -> bool:
    """Triage is due and not done. A returned report waits for its author, not for triage."""
    return case.state in TRIAGED_IN and case.triage_due_at < now


def _full(actor: Actor) -> ColumnElement[bool]:
    return GATE.may(actor, Right.READ_CASE)


def _seen(actor: Actor) -> ColumnElement[bool]:
    """The gate's condition for being in the queue at all; every row and every count starts here."""
    overview = GATE.may(actor, Right.READ_OVERVIEW) if actor.has(Role.OVERSIGHT) else false()
    return or_(_full(actor), overview)


async def queue(
    tx: AsyncSession, actor: Actor, asked: QueueFilters, *, after: Position | None, limit: int
) -> tuple[list[QueueLine | OverviewLine], Position | None]:
    """One page, and where the next begins, if there is one."""
    full, now = _full(actor), time_of(tx)
    query = (
        select(Case, Incident, Account.name, full.label("full"))
        .join(Incident, Incident.id == Case.incident_id)
        .outerjoin(Account, Account.id == Case.holder_id)
        .where(_seen(actor), *narrowed(asked, actor, full, now))
    )
    rows: list[tuple[int, Any]] = []
    begin = after.stretch if after else 0
    for number, stretch in list(enumerate(STRETCHES[asked.sort]))[begin:]:
        wanted = limit + 1 - len(rows)
        if wanted == 0:
            break
        walked = _walk(query, stretch, after if after and after.stretch == number else None).limit(wanted)
        rows += [(number, row) for row in (await tx.execute(walked)).all()]
    shown = [_line(*row, now=now) for _, row in rows[:limit]]
    ids = [line.id for line in shown]
    record(tx, "case.listed", ("case", None), ids=ids, count=len(ids), filter=asked.told())
    return shown, _position(asked.sort, *rows[limit - 1]) if len(rows) > limit else None


def _walk(query: Any, stretch: Stretch, after: Position | None) -> Any:
    order = (stretch.by.desc(), Case.id.desc()) if stretch.newest_first else (stretch.by, Case.id)
    query = query.where(stretch.of).order_by(*order)
    if after is None:
        return query
    here, there = tuple_(stretch.by, Case.id), tuple_(after.at, after.case_id)
    return query.where(here < there if stretch.newest_first else here > there)


def _position(sort: Sort, number: int, row: Any) -> Position:
    case, incident = row[0], row[1]
    at = {Sort.DUE: case.triage_due_at, Sort.NEWEST: incident.occurred_at, Sort.LONGEST: case.entered_at}[sort]
    return Position(number, at, case.id)


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


async def count_queue(tx: AsyncSession, actor: Actor) -> QueueCounts:
    """How many cases that are not finished stand where, of those the asker may see. Part of reading the queue."""
    now = time_of(tx)
    query = (
        select(
            Case.state,
            func.count(),
            func.count().filter(is_late_now(now)),
            func.count().filter(is_due_soon(now)),
            func.count().filter(is_held_by("me", actor)),
        )
        .where(_seen(actor), Case.state.in_(OPEN))
        .group_by(Case.state)
    )
    rows = (await tx.execute(query)).all()
    return QueueCounts(
        state={State(row[0]): row[1] for row in sorted(rows, key=lambda row: list(State).index(row[0]))},
        late=sum(row[2] for row in rows),
        soon=sum(row[3] for row in rows),
        mine=sum(row[4] for row in rows),
    )


async def holders(tx: AsyncSession, actor: Actor) -> list[tuple[uuid.UUID, str]]:
    """Who holds or works the unfinished cases whose names the asker may see, by name."""
    mine = select(Case.id, Case.holder_id).where(_full(actor), Case.state.in_(OPEN)).subquery()
    assigned = select(Assignment.account_id).where(
        Assignment.case_id.in_(select(mine.c.id)), Assignment.ended_at.is_(None)
    )
    query = select(Account.id, Account.name).where(
        or_(Account.id.in_(select(mine.c.holder_id)), Account.id.in_(assigned))
    )
    rows = (await tx.execute(query.order_by(Account.name, Account.id).limit(HOLDERS_MOST))).all()
    return [(row.id, row.name) for row in rows]
