"""The agency's calendar as the arithmetic of limits wants it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.calendars import years_taken
from app.agencies.keeping import CalendarDay
from app.provisions.clocks import UnknownCalendar, WorkingDays


async def working_days(tx: AsyncSession, since: date) -> WorkingDays:
    """The calendar that covers a day, and all years after it without a gap. Raises UnknownCalendar."""
    taken = set(await years_taken(tx))
    last = since.year
    if last not in taken:
        raise UnknownCalendar
    while last + 1 in taken:
        last += 1
    ends = date(last, 12, 31)
    query = select(CalendarDay.day).where(CalendarDay.day.between(since, ends), CalendarDay.removed_at.is_(None))
    return WorkingDays(since, ends, frozenset((await tx.scalars(query)).all()))
