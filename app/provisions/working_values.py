"""An agency's own hours for words of law without a number, each from a day that was ahead when it was entered.

A clock runs by what was in force on the day it started. As nothing can be entered for a day that has come, no date that
was told or computed can move by it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.actions import today_in
from app.agencies.calendars import AHEAD
from app.agencies.models import Agency
from app.audit.log import record
from app.errors import Fault, Validation
from app.provisions.clocks import Unit
from app.provisions.models import WorkingValue
from app.provisions.schemas import WorkingValueIn

Entered = tuple[Unit, int, date]
"""Word, hours, first day; in the order of their days, then of their entry."""


def hours_on(entered: Iterable[Entered], day: date) -> dict[Unit, int]:
    """The agency's own hours by word on a day; a word that it set nothing for is missing."""
    return {word: hours for word, hours, since in entered if since <= day}


async def hours_for(tx: AsyncSession, day: date) -> Mapping[Unit, int]:
    """What a clock runs by that starts on this day at the agency."""
    return hours_on(((each.word, each.hours, each.in_force_from) for each in await values_entered(tx)), day)


async def values_entered(tx: AsyncSession) -> Sequence[WorkingValue]:
    """All that were ever entered, in the order in which they take over."""
    query = select(WorkingValue).order_by(WorkingValue.in_force_from, WorkingValue.created_at)
    return (await tx.scalars(query)).all()


async def values_read(tx: AsyncSession, agency_id: uuid.UUID) -> Sequence[WorkingValue]:
    """The same for someone who reads them."""
    found = await values_entered(tx)
    record(tx, "working_value.read", ("agency", agency_id), count=len(found))
    return found


async def enter_value(tx: AsyncSession, agency: Agency, said: WorkingValueIn) -> WorkingValue:
    """Set the hours of a word from a day on. Raises Validation for a day that has come or is out of reach."""
    today = today_in(agency, tx)
    if said.in_force_from <= today:
        raise Validation((Fault("/in_force_from", "past", "must be a day ahead of us"),))
    if said.in_force_from.year > today.year + AHEAD:
        raise Validation((Fault("/in_force_from", "range", "at most ten years ahead"),))
    await tx.get_one(Agency, agency.id, with_for_update=True)
    entered = WorkingValue(
        id=uuid.uuid4(),
        agency_id=agency.id,
        word=Unit(said.word),
        hours=said.hours,
        in_force_from=said.in_force_from,
    )
    tx.add(entered)
    record(
        tx,
        "working_value.entered",
        ("agency", agency.id),
        word=said.word,
        hours=said.hours,
        in_force_from=str(said.in_force_from),
    )
    await tx.flush()
    return entered
