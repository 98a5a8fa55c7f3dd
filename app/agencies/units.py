"""Units over time: what a unit was called and where it stood stays on file."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.actions import agency_of, today_in
from app.agencies.keeping import UnitPast
from app.agencies.models import Posting, Unit
from app.agencies.schemas import UnitIn
from app.audit.log import record, sha256_of
from app.errors import Conflict, Fault, Validation

DEPTH_MOST = 20


@dataclass(eq=False)
class UnitInUse(Conflict):
    """Officers are posted to this unit, or other units stand under it."""


@dataclass(frozen=True)
class Branch:
    """A unit in the tree, with who is posted there now."""

    unit: Unit
    depth: int
    path: str
    officers: int


async def open_units(tx: AsyncSession) -> Sequence[Unit]:
    query = select(Unit).where(Unit.closed_on.is_(None)).order_by(Unit.name, Unit.id)
    return (await tx.scalars(query.limit(2000))).all()


async def tree(tx: AsyncSession) -> list[Branch]:
    """All units that are, parents before children, by name."""
    units = await open_units(tx)
    counted = select(Posting.unit_id, func.count()).where(Posting.until_on.is_(None)).group_by(Posting.unit_id)
    officers = {unit_id: count for unit_id, count in (await tx.execute(counted)).all() if unit_id is not None}
    below: dict[uuid.UUID | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent_id, []).append(unit)
    return list(_branches(below, None, (), officers))


def _branches(
    below: Mapping[uuid.UUID | None, list[Unit]],
    parent_id: uuid.UUID | None,
    above: tuple[str, ...],
    officers: Mapping[uuid.UUID, int],
) -> Iterator[Branch]:
    if len(above) >= DEPTH_MOST:
        return
    for unit in below.get(parent_id, []):
        path = (*above, unit.name)
        yield Branch(unit, len(above), " / ".join(path), officers.get(unit.id, 0))
        yield from _branches(below, unit.id, path, officers)


async def past_of(tx: AsyncSession, unit_id: uuid.UUID) -> Sequence[UnitPast]:
    """What a unit was before, the latest first."""
    query = select(UnitPast).where(UnitPast.unit_id == unit_id)
    return (await tx.scalars(query.order_by(UnitPast.until_on.desc(), UnitPast.created_at.desc()))).all()


async def closed_units(tx: AsyncSession) -> Sequence[Unit]:
    query = select(Unit).where(Unit.closed_on.is_not(None))
    return (await tx.scalars(query.order_by(Unit.closed_on.desc(), Unit.name).limit(500))).all()


async def change_unit(tx: AsyncSession, unit: Unit, to: UnitIn) -> Unit:
    """A new name or place from today on; the former stays on file. Raises Validation for a place below itself."""
    if unit.closed_on is not None:
        raise Validation((Fault("", "closed", "this unit is no more"),))
    if to.parent_id is not None:
        await _refuse_parent(tx, unit, to.parent_id)
    if (unit.name, unit.parent_id) == (to.name, to.parent_id):
        return unit
    today = today_in(await agency_of(tx, unit.agency_id), tx)
    former = UnitPast(
        agency_id=unit.agency_id, unit_id=unit.id, name=unit.name, parent_id=unit.parent_id, until_on=today
    )
    tx.add(former)
    unit.name, unit.parent_id = to.name, to.parent_id
    record(tx, "unit.changed", ("unit", unit.id), parent=to.parent_id, name_sha256=sha256_of(to.name))
    return unit


async def _refuse_parent(tx: AsyncSession, unit: Unit, parent_id: uuid.UUID) -> None:
    parent = await tx.get(Unit, parent_id)
    if parent is None or parent.closed_on is not None:
        raise Validation((Fault("/parent_id", "unknown", "no such unit"),))
    above: Unit | None = parent
    for _ in range(DEPTH_MOST):
        if above is None:
            return
        if above.id == unit.id:
            break
        above = await tx.get(Unit, above.parent_id) if above.parent_id is not None else None
    raise Validation((Fault("/parent_id", "below", "a unit cannot stand below itself"),))


async def close_unit(tx: AsyncSession, unit: Unit) -> Unit:
    """The unit is no more from today on. Raises UnitInUse while anyone is posted there or a unit stands under it."""
    posted = select(Posting.id).where(Posting.unit_id == unit.id, Posting.until_on.is_(None))
    under = select(Unit.id).where(Unit.parent_id == unit.id, Unit.closed_on.is_(None))
    if await tx.scalar(posted.limit(1)) is not None or await tx.scalar(under.limit(1)) is not None:
        raise UnitInUse
    if unit.closed_on is None:
        unit.closed_on = today_in(await agency_of(tx, unit.agency_id), tx)
        record(tx, "unit.closed", ("unit", unit.id), closed_on=str(unit.closed_on))
    return unit
