"""Any grant, no wall: access is `agency AND (own OR (office AND NOT wall))`, one SQL condition for row, list and count.

Walls close what an office opens, never a person's own words. Someone on a wall and someone asking for what does not
exist get the same answer by the same path (S1, S3); what the answer hides, the cause keeps for the record.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Select, and_, false, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.rights import OFFICES, READS, Right
from app.errors import Forbidden, NotFound

R = TypeVar("R")
C = TypeVar("C")
Condition = Callable[[Actor], ColumnElement[bool]]


@dataclass(eq=False)
class Denial(Exception):
    """What really happened when someone was refused; goes into the record, never into the answer."""

    right: Right
    kind: str
    object_id: uuid.UUID | None = None
    because: str = "absent"


@dataclass(frozen=True)
class Grant:
    """Who may do what, in a sentence and as a condition. `to` answers false() for those it does not concern."""

    says: str
    to: Condition
    may: frozenset[Right]


@dataclass(frozen=True)
class Wall:
    """Who must not learn that the record exists, in a sentence and as a condition."""

    says: str
    around: Condition


@dataclass(frozen=True)
class Granted(Generic[R]):
    """A record in the hand of someone who may do this one thing with it. Only a gate makes one."""

    record: R
    actor: Actor
    right: Right


@dataclass(frozen=True)
class Inside(Generic[C, R]):
    """A record without a gate of its own, reached through the one that holds it."""

    record: C
    around: Granted[R]


@dataclass(frozen=True)
class Gate(Generic[R]):
    """Who may see and touch one kind of record. A gate that lists nothing opens to nobody."""

    of: type[R]
    kind: str
    own: tuple[Grant, ...] = ()
    office: tuple[Grant, ...] = ()
    walls: tuple[Wall, ...] = ()
    is_fixed: bool = False
    """Rows that are never changed: there is nothing to lock, and no right of the app role to lock it with."""

    def walled(self, actor: Actor) -> ColumnElement[bool]:
        return or_(false(), *(wall.around(actor) for wall in self.walls))

    def _granted(self, grants: tuple[Grant, ...], actor: Actor, right: Right | None) -> ColumnElement[bool]:
        fitting = [
            grant.to(actor)
            for grant in grants
            if any(actor.is_within_scope(each) for each in grant.may if right is None or right == each)
        ]
        return or_(false(), *fitting)

    def may(self, actor: Actor, right: Right | None = None) -> ColumnElement[bool]:
        """The condition under which `actor` holds `right` (None: any right, that is, may know of it)."""
        of: Any = self.of
        own = self._granted(self.own, actor, right)
        office = self._granted(self.office, actor, right)
        return and_(of.agency_id == actor.agency_id, or_(own, and_(office, ~self.walled(actor))))

    def readable(self, actor: Actor, right: Right) -> Select[R]:
        """A SELECT of those records on which `actor` holds `right`; every list and count starts here."""
        return select(self.of).where(self.may(actor, right))

    def rights(self) -> set[Right]:
        return {right for grant in (*self.own, *self.office) for right in grant.may}

    async def held(self, tx: AsyncSession, actor: Actor, object_id: uuid.UUID) -> frozenset[Right]:
        """All rights `actor` holds on one record: to tell which steps are open to the asker."""
        of: Any = self.of
        asked = sorted(self.rights())
        columns = [self.may(actor, right).label(f"r{n}") for n, right in enumerate(asked)]
        row = (await tx.execute(select(*columns).where(of.id == object_id))).first()
        return frozenset(right for right, held in zip(asked, row or (), strict=False) if held)

    async def fetch(self, tx: AsyncSession, actor: Actor, object_id: uuid.UUID, right: Right) -> Granted[R]:
        """The record, locked unless the right only reads. Raises NotFound or Forbidden, each from a Denial."""
        of: Any = self.of
        query = select(self.of, self.may(actor, right).label("may")).where(of.id == object_id, self.may(actor))
        if right not in READS and not self.is_fixed:
            query = query.with_for_update(of=of)
        row = (await tx.execute(query.execution_options(populate_existing=True))).first()
        if row is None:
            raise NotFound from Denial(right, self.kind, object_id, await self._why(tx, actor, object_id))
        if not row.may:
            raise Forbidden from Denial(right, self.kind, object_id, "right")
        return Granted(row[0], actor, right)

    async def _why(self, tx: AsyncSession, actor: Actor, object_id: uuid.UUID) -> str:
        """Always one query, whether the record is walled, foreign or absent (S3)."""
        of: Any = self.of
        query = select(self.walled(actor)).where(of.id == object_id)
        walled = (await tx.execute(query)).scalar()
        return {None: "absent", True: "wall", False: "office"}[walled]


def nobody() -> ColumnElement[bool]:
    """The condition of a grant that does not concern the asker."""
    return false()


def everything() -> ColumnElement[bool]:
    return literal(True)


def refuse_without_office(actor: Actor, right: Right) -> None:
    """Raise Forbidden unless one of the actor's offices holds this right over the agency."""
    if not may_over_agency(actor, right):
        raise Forbidden from Denial(right, "agency", actor.agency_id, "right")


def may_over_agency(actor: Actor, right: Right) -> bool:
    """Whether a person's offices hold this right over the agency, or an API client was registered for it."""
    return right in actor.scopes if actor.scopes is not None else actor.has(*OFFICES.get(right, frozenset()))


def refuse_out_of_scope(actor: Actor, right: Right) -> None:
    """Raise Forbidden to an API client that was not registered for this right, whatever a gate would say."""
    if not actor.is_within_scope(right):
        raise Forbidden from Denial(right, "agency", actor.agency_id, "scope")
