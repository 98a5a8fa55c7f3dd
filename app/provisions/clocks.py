"""When a limit runs out: pure arithmetic over stored facts, and the arithmetic in words.

Knows no `now`, no session and no agency: start, zone, tollings, calendar and shift end are handed in, so that the same
facts give the same date years later. Units follow the rule at hand: hours are counted as they pass, through changes of
the clock; days, working days and months end with the local day, and the day of the start is not counted. A last day
that falls on a weekend is not moved: where a law moves it, that gives time which nobody here may promise.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol, Self, TypeVar
from zoneinfo import ZoneInfo

from app.errors import Conflict, Invalid
from app.provisions.wording import NN_, Phrase, Plural
from app.words import N_

INSTANT = timedelta(microseconds=1)  # what a timestamp in PostgreSQL can tell apart
DAY = timedelta(days=1)
YEARS = range(1900, 2201)  # outside them a date is a slip of the keyboard, and counting could leave the calendar
LONGEST_YEARS = 100


class Unit(StrEnum):
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    MONTHS = "months"
    # Words of law that carry no number:
    END_OF_SHIFT = "end_of_shift"
    IMMEDIATELY = "immediately"
    PROMPTLY = "promptly"
    AS_SOON_AS_PRACTICABLE = "as_soon_as_practicable"
    AGENCY_POLICY = "agency_policy"


MOST = {
    Unit.HOURS: LONGEST_YEARS * 366 * 24,
    Unit.CALENDAR_DAYS: LONGEST_YEARS * 366,
    Unit.WORKING_DAYS: LONGEST_YEARS * 366,
    Unit.MONTHS: LONGEST_YEARS * 12,
}

BY_THE_DAY = frozenset({Unit.CALENDAR_DAYS, Unit.WORKING_DAYS, Unit.MONTHS})

WORKING_HOURS: Mapping[Unit, int] = {
    Unit.IMMEDIATELY: 1,
    Unit.END_OF_SHIFT: 12,
    Unit.PROMPTLY: 24,
    Unit.AS_SOON_AS_PRACTICABLE: 24,
    Unit.AGENCY_POLICY: 24,
}
"""Hours for words without a number: this service's settings until an agency sets its own, never law."""

NONE_SET: Mapping[Unit, int] = {}
"""The hours of an agency that has set none of its own."""

_ISO = re.compile(r"P(?:(?P<years>\d{1,4})Y|(?P<months>\d{1,4})M|(?P<days>\d{1,5})D|T(?P<hours>\d{1,6})H)", re.ASCII)


@dataclass(eq=False)
class UnknownCalendar(Conflict):
    """No calendar of working days covers this time."""


@dataclass(eq=False)
class ClockStands(Conflict):
    """The clock is stopped, so it has no last day yet."""

    since: datetime


@dataclass(eq=False)
class OutsideCalendar(Invalid):
    """The date is too far from today to count from."""


@dataclass(frozen=True)
class Limit:
    """How long something may take. `amount` stands with units that are counted, and with no other."""

    unit: Unit
    amount: int | None = None

    def __post_init__(self) -> None:
        most = MOST.get(self.unit)
        if most is None and self.amount is not None:
            raise ValueError(f"{self.unit} takes no number")
        if most is not None and (self.amount is None or not 1 <= self.amount <= most):
            raise ValueError(f"{self.unit} takes a number from 1 to {most}")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an ISO 8601 duration of one part (`PT72H`, `P10D`, `P3M`, `P1Y`) or a word without a number.

        Raises ValueError for anything else. Working days have no ISO form.
        """
        found = _ISO.fullmatch(text)
        if found is None:
            return cls(Unit(text))
        part, amount = next((name, int(number)) for name, number in found.groupdict().items() if number)
        if part == "years":
            return cls(Unit.MONTHS, amount * 12)
        return cls(Unit.CALENDAR_DAYS if part == "days" else Unit(part), amount)

    @property
    def is_counted(self) -> bool:
        return self.amount is not None

    def words(self) -> Phrase:
        """The limit as a part of a sentence."""
        said = UNIT_WORDS[self.unit]
        return Phrase(said) if self.amount is None else Phrase(said, {"n": self.amount})


UNIT_WORDS: Mapping[Unit, str | Plural] = {
    Unit.HOURS: NN_("within {n} hour", "within {n} hours"),
    Unit.CALENDAR_DAYS: NN_("within {n} day", "within {n} days"),
    Unit.WORKING_DAYS: NN_("within {n} working day", "within {n} working days"),
    Unit.MONTHS: NN_("within {n} month", "within {n} months"),
    Unit.END_OF_SHIFT: N_("by the end of the shift"),
    Unit.IMMEDIATELY: N_("immediately"),
    Unit.PROMPTLY: N_("promptly"),
    Unit.AS_SOON_AS_PRACTICABLE: N_("as soon as practicable"),
    Unit.AGENCY_POLICY: N_("by the time the agency's policy sets"),
}

RUNS_FOR = {
    Unit.HOURS: NN_("It runs for {n} hour.", "It runs for {n} hours."),
    Unit.CALENDAR_DAYS: NN_("It runs for {n} day.", "It runs for {n} days."),
    Unit.WORKING_DAYS: NN_("It runs for {n} working day.", "It runs for {n} working days."),
    Unit.MONTHS: NN_("It runs for {n} month.", "It runs for {n} months."),
}

OUR_VALUE = N_('The rule says "{words}" and names no hours: {hours} is a setting of this service, not law.')
THEIR_VALUE = N_('The rule says "{words}" and names no hours: {hours} is the working value of this agency, not law.')


@dataclass(frozen=True)
class Tolling:
    """A time in which the clock stands; `until` is None while it still does. Both ends carry a zone."""

    since: datetime
    until: datetime | None
    reason: str

    def __post_init__(self) -> None:
        # In UTC from here on: Python compares and subtracts two times of one zone by the wall, not by what passed.
        object.__setattr__(self, "since", _utc(self.since))
        if self.until is not None:
            object.__setattr__(self, "until", _utc(self.until))
            if self.until < self.since:
                raise ValueError("a tolling ends after it begins")


@dataclass(frozen=True)
class WorkingDays:
    """An agency's calendar. Outside `first` to `last` it knows nothing, so nothing is counted there."""

    first: date
    last: date
    holidays: frozenset[date] = frozenset()
    rest_days: frozenset[int] = frozenset({5, 6})
    """As `date.weekday`: Monday is 0."""

    def is_worked(self, day: date) -> bool:
        """Raises UnknownCalendar outside the time this calendar covers."""
        if not self.first <= day <= self.last:
            raise UnknownCalendar
        return day.weekday() not in self.rest_days and day not in self.holidays


@dataclass(frozen=True)
class Due:
    """The end of a limit. What happens at `at` is in time; the next microsecond is late."""

    at: datetime
    """Last lawful instant, UTC."""
    day: date
    """Last lawful day, local."""
    limit: Limit
    started: datetime
    is_our_setting: bool
    """The hours are a working value, the agency's or this service's, and not law."""
    steps: tuple[Phrase, ...] = field(compare=False)
    """The arithmetic in words, in order."""

    def is_late(self, done: datetime) -> bool:
        return done > self.at


def due(
    limit: Limit,
    started: datetime,
    zone: ZoneInfo,
    *,
    tolled: Sequence[Tolling] = (),
    working_days: WorkingDays | None = None,
    shift_ends: datetime | None = None,
    agency_hours: Mapping[Unit, int] = NONE_SET,
) -> Due:
    """The last lawful instant and day of a limit, with its arithmetic.

    Overlapping tollings count once. A tolled day is one whose closing midnight lies in a tolling. Where the law says
    end of shift, `shift_ends` counts if it is known and after the start, whatever is tolled; otherwise, as for the
    other words without a number, the agency's own hours do, or WORKING_HOURS where it set none; the answer says whose.
    Raises UnknownCalendar for working days without a calendar that covers them, ClockStands while an open tolling
    holds the end back, OutsideCalendar for a start before 1900 or after 2200.
    """
    started = _utc(started)
    shift_ends = shift_ends and _utc(shift_ends)
    steps = [Phrase(N_("The clock starts on {started}."), {"started": started.astimezone(zone)})]
    if limit.unit in BY_THE_DAY:
        last = _last_day(limit, started.astimezone(zone).date(), tolled, zone, working_days, steps)
        steps.append(Phrase(N_("The last day is {day}, until midnight."), {"day": last}))
        at = closing_midnight(last, zone) - INSTANT
        return Due(at, last, limit, started, is_our_setting=False, steps=tuple(steps))
    hours = timedelta(hours=limit.amount or {**WORKING_HOURS, **agency_hours}[limit.unit])
    is_set = not limit.is_counted
    if limit.unit is Unit.END_OF_SHIFT and shift_ends is not None and shift_ends >= started:
        at, is_set = shift_ends, False
        steps.append(Phrase(N_("It runs to the end of the shift.")))
    else:
        at = _after_hours(started, hours, tolled, zone, steps)
    steps.append(Phrase(N_("The last moment is {at}."), {"at": at.astimezone(zone)}))
    if is_set:
        said = THEIR_VALUE if limit.unit in agency_hours else OUR_VALUE
        steps.append(Phrase(said, {"words": limit.words(), "hours": hours}))
    return Due(at, at.astimezone(zone).date(), limit, started, is_our_setting=is_set, steps=tuple(steps))


def closing_midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant (UTC) at which a local day is over; where the clock skips midnight, the instant of the change."""
    return datetime.combine(day + DAY, time.min, zone).astimezone(UTC)


def _after_hours(
    started: datetime, length: timedelta, tolled: Sequence[Tolling], zone: ZoneInfo, steps: list[Phrase]
) -> datetime:
    at = started + length
    stood = timedelta()
    for stopped, until in _merged((t.since, t.until) for t in tolled):
        since = max(stopped, started)
        if since >= at:
            break
        if until is None:
            raise ClockStands(since)
        if until > since:
            stood += until - since
            at += until - since
    steps.append(Phrase(RUNS_FOR[Unit.HOURS], {"n": length // timedelta(hours=1)}))
    if stood:
        steps.append(Phrase(N_("It stood for {time} in between; times that overlap count once."), {"time": stood}))
    if started.astimezone(zone).utcoffset() != at.astimezone(zone).utcoffset():
        steps.append(Phrase(N_("The clocks change in between; hours are counted as they pass.")))
    return at


def _last_day(
    limit: Limit,
    start: date,
    tolled: Sequence[Tolling],
    zone: ZoneInfo,
    working_days: WorkingDays | None,
    steps: list[Phrase],
) -> date:
    amount = limit.amount or 0
    # A tolling takes away the days whose closing midnight lies in it: from its first local day to before its last.
    ranges = _merged(
        (t.since.astimezone(zone).date(), t.until.astimezone(zone).date() if t.until else None) for t in tolled
    )
    steps.append(Phrase(RUNS_FOR[limit.unit], {"n": amount}))
    steps.append(Phrase(N_("The day of the start is not counted.")))
    if limit.unit is Unit.WORKING_DAYS:
        if working_days is None:
            raise UnknownCalendar
        last, stood, rested = _count_working(start, amount, ranges, working_days, zone)
        if rested:
            steps.append(
                Phrase(
                    NN_(
                        "{n} day is skipped as a holiday or day of rest.",
                        "{n} days are skipped as holidays or days of rest.",
                    ),
                    {"n": rested},
                )
            )
    else:
        first = start + timedelta(days=amount) if limit.unit is Unit.CALENDAR_DAYS else months_later(start, amount)
        last, stood = _push(start, first, ranges, zone)
    if stood:
        steps.append(
            Phrase(
                NN_(
                    "{n} day is not counted because the clock stood; days that overlap count once.",
                    "{n} days are not counted because the clock stood; days that overlap count once.",
                ),
                {"n": stood},
            )
        )
    return last


def _push(start: date, last: date, ranges: Iterable[tuple[date, date | None]], zone: ZoneInfo) -> tuple[date, int]:
    stood = 0
    for stopped, until in ranges:
        since = max(stopped, start)
        if since > last:
            break
        if until is None:
            raise ClockStands(closing_midnight(since - DAY, zone))
        if until > since:
            stood += (until - since).days
            last += until - since
    return last, stood


def _count_working(
    start: date,
    amount: int,
    ranges: Iterable[tuple[date, date | None]],
    working_days: WorkingDays,
    zone: ZoneInfo,
) -> tuple[date, int, int]:
    """Last day, days tolled, days of rest. The first day that is not tolled is the start, worked or not."""
    day, stood, rested = start, 0, 0
    left = amount + 1
    waiting = iter(ranges)
    current = next(waiting, None)
    while True:
        while current is not None and current[1] is not None and current[1] <= day:
            current = next(waiting, None)
        if current is not None and current[0] <= day:
            if current[1] is None:
                raise ClockStands(closing_midnight(day - DAY, zone))
            stood += (current[1] - day).days
            day = current[1]
            continue
        if left > amount or working_days.is_worked(day):
            left -= 1
        else:
            rested += 1
        if left == 0:
            return day, stood, rested
        day += DAY


def months_later(start: date, months: int) -> date:
    """The same day of a later month, or its last day: a year from February 29 ends on February 28."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))


class _Ordered(Protocol):
    def __lt__(self, other: Self, /) -> bool: ...


_Point = TypeVar("_Point", bound=_Ordered)


def _merged(ranges: Iterable[tuple[_Point, _Point | None]]) -> list[tuple[_Point, _Point | None]]:
    """Sorted, without overlap; a range without an end takes in all that follow."""
    merged: list[tuple[_Point, _Point | None]] = []
    for since, until in sorted(ranges, key=lambda each: each[0]):
        if merged:
            before, end = merged[-1]
            if end is None:
                break
            if not end < since:
                merged[-1] = (before, None if until is None else max(end, until))
                continue
        merged.append((since, until))
    return merged


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs its zone")
    if instant.year not in YEARS:
        raise OutsideCalendar
    return instant.astimezone(UTC)
