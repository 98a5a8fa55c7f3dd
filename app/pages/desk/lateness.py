"""How late something is, or when it is due: in words, beside the exact instant."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from babel.dates import format_timedelta

from app.pages.shell import Page
from app.proceedings.filters import SOON
from app.words import N_

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
WHOLE = 10**9
"""So that Babel counts in the unit it is given and in no larger one."""
LATE_BY = N_("late by %(span)s")
DUE_IN = N_("due in %(span)s")


@dataclass(frozen=True)
class Lateness:
    """`mark`: late, soon, or nothing to mark."""

    says: str
    mark: str


def span(page: Page, length: timedelta) -> str:
    """In whole minutes, hours up to two days, then days; rounded down, so that no time left is overstated."""
    if length < HOUR:
        return _in_whole(page, max(MINUTE, length), MINUTE, "minute")
    return _in_whole(page, length, HOUR, "hour") if length < 2 * DAY else _in_whole(page, length, DAY, "day")


def _in_whole(page: Page, length: timedelta, unit: timedelta, name: Literal["minute", "hour", "day"]) -> str:
    return format_timedelta(length - length % unit, granularity=name, threshold=WHOLE, locale=page.language)


def lateness(page: Page, due_at: datetime, now: datetime) -> Lateness:
    if due_at < now:
        return Lateness(page.t(LATE_BY) % {"span": span(page, now - due_at)}, "late")
    return Lateness(page.t(DUE_IN) % {"span": span(page, due_at - now)}, "soon" if due_at < now + SOON else "")
