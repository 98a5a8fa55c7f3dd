"""A case's timeline for reading, written beside its entry in the record."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.audit.log import Line, record
from app.cases.models import Case, CaseEvent
from app.cases.scene import names_of
from app.cases.schemas import TimelineLine
from app.cases.steps import STEPS
from app.db.session import time_of

COUNTED = frozenset({*STEPS, "case.made"})
"""`take` counts steps itself."""


def note(
    tx: AsyncSession,
    case: Case,
    kind: str,
    /,
    *,
    on: tuple[str, Any] | None = None,
    shown: dict[str, Any] | None = None,
    rev: int | None = None,
    state: str | None = None,
    **of: Any,
) -> Line:
    """One act on a locked case: its entry (`of`: codes, ids, hashes) and its line on the timeline (`shown`).

    Counts as a change of the case, so that nobody acts on what they saw before it. `rev` counts the changes of the
    object that the entry is `on`; the case's own version where it is on the case.
    """
    if kind not in COUNTED:
        case.version += 1
    show(tx, case, kind, shown or {})
    counted = rev if on else case.version
    return record(tx, kind, on or ("case", case.id), case_id=case.id, rev=counted, state=state, **of)


def show(tx: AsyncSession, case: Case, kind: str, shown: dict[str, Any]) -> None:
    """A line on the timeline alone, where the entry is written elsewhere."""
    tx.add(line_of(tx, case, kind, shown))


def line_of(tx: AsyncSession, case: Case, kind: str, shown: dict[str, Any]) -> CaseEvent:
    actor: Actor | None = tx.info.get("actor")
    return CaseEvent(
        agency_id=case.agency_id,
        case_id=case.id,
        kind=kind,
        at=time_of(tx),
        account_id=actor.account_id if actor else None,
        facts=shown,
    )


async def read_timeline(
    tx: AsyncSession, case: Case, *, seen: int, limit: int
) -> tuple[list[TimelineLine], int | None]:
    """Lines after the first `seen`, and how many will have been seen then, if more follow.

    Counted within the case: the row's own number would tell how much goes on elsewhere (S9).
    """
    query = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)
    found = list((await tx.scalars(query.offset(seen).limit(limit + 1))).all())
    return await _shown(tx, case, found[:limit]), seen + limit if len(found) > limit else None


async def latest(tx: AsyncSession, case: Case, *, limit: int) -> list[TimelineLine]:
    """The last lines, the newest first."""
    query = select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id.desc()).limit(limit)
    return await _shown(tx, case, list((await tx.scalars(query)).all()))


async def _shown(tx: AsyncSession, case: Case, lines: list[CaseEvent]) -> list[TimelineLine]:
    names = await names_of(tx, (line.account_id for line in lines))
    record(tx, "timeline.read", ("case", case.id), case_id=case.id, count=len(lines))
    return [
        TimelineLine(
            kind=line.kind, at=line.at, by=names.get(line.account_id) if line.account_id else None, facts=line.facts
        )
        for line in lines
    ]
