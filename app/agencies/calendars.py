"""Days on which an agency does not work: taken over year by year, changed day by day, and never behind us.

A day that has passed stays as it was counted, or a deadline could be moved by hand.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.actions import AlreadyThere, today_in
from app.agencies.keeping import CalendarDay, CalendarYear
from app.agencies.models import Agency
from app.audit.log import record
from app.db.session import time_of
from app.errors import Fault, NotFound, Validation

AHEAD = 10
"""Years; nobody plans further."""


@dataclass(frozen=True)
class Year:
    """One year of an agency's calendar."""

    year: int
    is_taken: bool
    """Whether working days can be counted in it."""
    days: Sequence[CalendarDay]


def public_holidays(state: str, year: int) -> dict[date, str]:
    """What the state keeps as public holidays, by law as the `holidays` package holds it; federal for any other."""
    import holidays  # a library of the whole world's calendars: not in every start

    known = holidays.list_supported_countries()["US"]
    found = holidays.country_holidays("US", subdiv=state if state in known else None, years=year)
    return dict(sorted((day, name) for day, name in found.items() if day.year == year))


def refuse_year(agency: Agency, tx: AsyncSession, year: int) -> None:
    first = agency.went_live_on.year
    if not first <= year <= today_in(agency, tx).year + AHEAD:
        raise Validation((Fault("/year", "range", "from the year of going live to ten years ahead"),))


async def year_of(tx: AsyncSession, agency: Agency, year: int) -> Year:
    """Raises Validation outside the years that may be kept."""
    refuse_year(agency, tx, year)
    taken = await tx.scalar(select(CalendarYear.id).where(CalendarYear.year == year))
    record(tx, "calendar.read", ("agency", agency.id), year=year)
    return Year(year, taken is not None, await _days(tx, date(year, 1, 1), date(year, 12, 31)))


async def years_taken(tx: AsyncSession) -> list[int]:
    return list((await tx.scalars(select(CalendarYear.year).order_by(CalendarYear.year))).all())


async def _days(tx: AsyncSession, first: date, last: date) -> Sequence[CalendarDay]:
    query = select(CalendarDay).where(CalendarDay.day.between(first, last), CalendarDay.removed_at.is_(None))
    return (await tx.scalars(query.order_by(CalendarDay.day))).all()


async def take_year(tx: AsyncSession, agency: Agency, year: int) -> Year:
    """Take over the public holidays of a year; from then on working days can be counted in it. Raises AlreadyThere."""
    refuse_year(agency, tx, year)
    await tx.get_one(Agency, agency.id, with_for_update=True)
    if await tx.scalar(select(CalendarYear.id).where(CalendarYear.year == year)) is not None:
        raise AlreadyThere("year")
    there = {each.day for each in await _days(tx, date(year, 1, 1), date(year, 12, 31))}
    found = {day: name for day, name in public_holidays(agency.state, year).items() if day not in there}
    tx.add(CalendarYear(agency_id=agency.id, year=year))
    tx.add_all(CalendarDay(agency_id=agency.id, day=day, name=name) for day, name in found.items())
    record(tx, "calendar.taken", ("agency", agency.id), year=year, count=len(found))
    await tx.flush()
    return Year(year, True, await _days(tx, date(year, 1, 1), date(year, 12, 31)))


async def add_day(tx: AsyncSession, agency: Agency, day: date, name: str) -> CalendarDay:
    """A further day on which nobody works. Raises Validation for one that is not ahead, AlreadyThere."""
    _refuse_past(agency, tx, day)
    await tx.get_one(Agency, agency.id, with_for_update=True)
    if await _days(tx, day, day):
        raise AlreadyThere("day")
    added = CalendarDay(id=uuid.uuid4(), agency_id=agency.id, day=day, name=name)
    tx.add(added)
    record(tx, "calendar.day_added", ("agency", agency.id), day=str(day))
    return added


async def remove_day(tx: AsyncSession, agency: Agency, day_id: uuid.UUID) -> CalendarDay:
    """The day is worked after all; that it once was a holiday stays on file. Raises NotFound, Validation."""
    found = await tx.get(CalendarDay, day_id, with_for_update=True)
    if found is None or found.removed_at is not None:
        raise NotFound
    _refuse_past(agency, tx, found.day)
    found.removed_at = time_of(tx)
    record(tx, "calendar.day_removed", ("agency", agency.id), day=str(found.day))
    return found


def _refuse_past(agency: Agency, tx: AsyncSession, day: date) -> None:
    if day <= today_in(agency, tx):
        raise Validation((Fault("/day", "past", "must be a day ahead of us"),))
    if day.year > today_in(agency, tx).year + AHEAD:
        raise Validation((Fault("/day", "range", "at most ten years ahead"),))
