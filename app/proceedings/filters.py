"""What may be asked of the queue. Filters narrow what the gate lets through; none of them opens anything."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field
from sqlalchemy import ColumnElement, and_, exists, or_

from app.access.actor import Actor
from app.cases.models import Assignment, Case, Classification, Level, State
from app.http.text import In
from app.incidents.models import Incident

TRIAGED_IN = frozenset({State.ROUTED, State.TRIAGE})
"""Where the clock of triage runs; a returned report waits for its author."""
FINISHED = frozenset({State.CLOSED, State.SCREENED_OUT})
SOON = timedelta(hours=24)
"""What is due within it is called due soon."""


class Sort(StrEnum):
    DUE = "due"
    """What waits for triage by its due time, then all else."""
    NEWEST = "newest"
    """By the time of the incident, the newest first."""
    LONGEST = "longest"
    """By the time a case entered its state, the longest first; what is finished comes last."""


class Due(StrEnum):
    LATE = "late"
    SOON = "soon"


class QueueFilters(In):
    """Kept as it stands in a saved view; every member narrows."""

    state: list[State] = Field(default_factory=list, max_length=len(State), description="these states only")
    held_by: Literal["me", "nobody"] | uuid.UUID | None = Field(
        None, description="`me`, `nobody`, or an account: who it was routed to, or who is assigned to it"
    )
    due: Due | None = Field(None, description="triage is late, or due within 24 hours")
    classification: Classification | Literal["none"] | None = Field(None, description="`none`: not classified yet")
    injury: bool | None = Field(None, description="whether someone was injured")
    sort: Sort = Sort.DUE

    def told(self) -> dict[str, Any]:
        """What was asked, in codes and ids, for the record."""
        said: dict[str, Any] = self.model_dump(mode="json", exclude_defaults=True)
        return {**said, "state": sorted(self.state)}


def narrowed(asked: QueueFilters, actor: Actor, full: ColumnElement[bool], now: datetime) -> list[ColumnElement[bool]]:
    """The conditions that `asked` adds to the gate's. `full`: the asker sees names in this row.

    Who holds a case is asked of those rows alone: the board, from whom names are kept, must not find them by asking.
    """
    found: list[ColumnElement[bool]] = []
    if asked.state:
        found.append(Case.state.in_(asked.state))
    if asked.held_by is not None:
        found += [full, is_held_by(asked.held_by, actor)]
    if asked.due is Due.LATE:
        found.append(is_late_now(now))
    if asked.due is Due.SOON:
        found.append(is_due_soon(now))
    if asked.classification is not None:
        kind = asked.classification
        found.append(Case.classification.is_(None) if kind == "none" else Case.classification == kind)
    if asked.injury is not None:
        found.append(Incident.has_injury.is_(asked.injury))
    return found


def is_late_now(now: datetime) -> ColumnElement[bool]:
    return and_(Case.state.in_(TRIAGED_IN), Case.triage_due_at < now)


def is_due_soon(now: datetime) -> ColumnElement[bool]:
    return and_(Case.state.in_(TRIAGED_IN), Case.triage_due_at >= now, Case.triage_due_at < now + SOON)


def is_held_by(who: str | uuid.UUID, actor: Actor) -> ColumnElement[bool]:
    """Routed or assigned to `me` or an account; `nobody`: to no one yet."""
    assigned = exists().where(Assignment.case_id == Case.id, Assignment.ended_at.is_(None))
    if who == "nobody":
        return and_(Case.holder_id.is_(None), ~assigned)
    account_id = actor.account_id if who == "me" else who
    return or_(
        and_(Case.holder_id == account_id, Case.level == Level.SUPERVISOR),
        assigned.where(Assignment.account_id == account_id),
    )
