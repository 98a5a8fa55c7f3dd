"""Figures of an agency, by calendar year: reports filed, where cases stand, what was found.

Whole calendar years of the agency's zone and nothing else: no free windows and no filter (S13), and no quarters, since
a year beside its quarters would give away by subtraction what is hidden in one of them. A year that is over is told as
it stood at its end. Holds the queries; what may be shown is `suppression`'s to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.actions import agency_of, today_in
from app.audit.log import record
from app.cases.models import Allegation, Case, CaseEvent, Duty, State
from app.cases.steps import STEPS
from app.errors import Fault, NotFound, Validation
from app.findings.models import Approval, Disposition, Finding
from app.oversight.rules import COUNTED, sees_each
from app.oversight.schemas import DutyFigures, Figure, FindingFigures, MedianStay, ReportFigures, StageFigures
from app.oversight.suppression import LEAST, Counted, suppress, suppress_tree
from app.reports.models import Report

SECONDS_OF_A_DAY = 86_400
MOVED = aliased(CaseEvent)


class Stage(StrEnum):
    """States of a case that belong together: few enough that figures are left to be shown."""

    TRIAGE = "triage"
    INVESTIGATION = "investigation"
    DECISION = "decision"
    BOARD = "board"
    CLOSED = "closed"
    SCREENED_OUT = "screened_out"


STAGE_OF = {
    State.ROUTED: Stage.TRIAGE,
    State.TRIAGE: Stage.TRIAGE,
    State.RETURNED: Stage.TRIAGE,
    State.INVESTIGATION: Stage.INVESTIGATION,
    State.REFERRED: Stage.INVESTIGATION,
    State.FINDINGS_REVIEW: Stage.DECISION,
    State.DISCIPLINE: Stage.DECISION,
    State.BOARD_REVIEW: Stage.BOARD,
    State.CLOSED: Stage.CLOSED,
    State.APPEAL: Stage.CLOSED,
    State.SCREENED_OUT: Stage.SCREENED_OUT,
}
PASSED = (Stage.TRIAGE, Stage.INVESTIGATION, Stage.DECISION, Stage.BOARD)
"""Stages that a case is meant to leave, so that the time in them means something."""


class InTime(StrEnum):
    IN_TIME = "in_time"
    LATE = "late"
    UNDATED = "undated"
    LATE_OR_UNDATED = "late_or_undated"
    """Told as one where few had no due date: beside the total, that few would be plain."""


@dataclass(eq=False)
class NoFiguresYet(NotFound):
    """No year is over yet that could be told in figures."""


@dataclass(frozen=True)
class Year:
    """One calendar year at the agency; `until` is the moment after its end."""

    number: int
    since: datetime
    until: datetime
    is_over: bool

    def holds(self, at: Any) -> ColumnElement[bool]:
        return and_(at >= self.since, at < self.until)


async def years_for(tx: AsyncSession, actor: Actor) -> list[Year]:
    """The years that this reader may ask for, newest first."""
    agency = await agency_of(tx, actor.agency_id)
    zone, now = ZoneInfo(agency.time_zone), today_in(agency, tx).year
    return [
        Year(number, datetime(number, 1, 1, tzinfo=zone), datetime(number + 1, 1, 1, tzinfo=zone), number < now)
        for number in range(now if sees_each(actor) else now - 1, agency.went_live_on.year - 1, -1)
    ]


async def year_for(tx: AsyncSession, actor: Actor, asked: int | None) -> Year:
    """The year that was asked for, or the newest. Raises Validation for one that is not offered, NoFiguresYet."""
    years = await years_for(tx, actor)
    if not years:
        raise NoFiguresYet
    found = next((year for year in years if asked in (None, year.number)), None)
    if found is None:
        raise Validation((Fault("/query/year", "unknown", "no figures are given for that year"),))
    return found


def _counted(actor: Actor, column: Any) -> Select[Any]:
    """That column of the cases which this reader's figures are made of."""
    return COUNTED.readable(actor, Right.STATISTICS).with_only_columns(column)


def _note_reading(tx: AsyncSession, actor: Actor, which: str, year: Year) -> None:
    record(tx, "statistics.read", ("agency", actor.agency_id), which=which, year=year.number)


def _figures(counted: Counted[Any]) -> list[Figure]:
    return [Figure(code=code, count=count) for code, count in counted.parts.items()]


async def count_reports(tx: AsyncSession, actor: Actor, year: Year) -> ReportFigures:
    """Reports filed in the year, and how many of them in time."""
    is_dated = Report.due_at.is_not(None)
    query = (
        select(
            func.count().filter(is_dated, Report.filed_at <= Report.due_at),
            func.count().filter(is_dated, Report.filed_at > Report.due_at),
            func.count().filter(~is_dated),
        )
        .select_from(Report)
        .where(Report.incident_id.in_(_counted(actor, Case.incident_id)), year.holds(Report.filed_at))
    )
    in_time, late, undated = (await tx.execute(query)).one()
    _note_reading(tx, actor, "reports", year)
    counted = suppress(in_time_or_not(in_time, late, undated))
    return ReportFigures(year=year.number, is_over=year.is_over, total=counted.total, parts=_figures(counted))


def in_time_or_not(in_time: int, late: int, undated: int) -> dict[InTime, int]:
    if undated < LEAST:
        return {InTime.IN_TIME: in_time, InTime.LATE_OR_UNDATED: late + undated}
    return {InTime.IN_TIME: in_time, InTime.LATE: late, InTime.UNDATED: undated}


async def count_findings(tx: AsyncSession, actor: Actor, year: Year) -> FindingFigures:
    """Findings approved in the year, by duty, and each duty by disposition; superseded later or not."""
    query = (
        select(Allegation.duty, Finding.disposition, func.count())
        .select_from(Approval)
        .join(Finding, Finding.id == Approval.finding_id)
        .join(Allegation, Allegation.id == Finding.allegation_id)
        .where(Allegation.case_id.in_(_counted(actor, Case.id)), Approval.approves, year.holds(Approval.created_at))
        .group_by(Allegation.duty, Finding.disposition)
    )
    counts = {duty: dict.fromkeys(Disposition, 0) for duty in Duty}
    for duty, disposition, count in (await tx.execute(query)).all():
        counts[duty][disposition] = count
    _note_reading(tx, actor, "findings", year)
    by_duty, within = suppress_tree(counts)
    duties = [
        DutyFigures(duty=duty, count=count, dispositions=_figures(inner) if (inner := within[duty]) else None)
        for duty, count in by_duty.parts.items()
    ]
    return FindingFigures(year=year.number, is_over=year.is_over, total=by_duty.total, duties=duties)


# --- stages ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stay:
    """A case in one stage, from when to when; None while it is there."""

    stage: Stage
    since: datetime
    until: datetime | None


async def count_stages(tx: AsyncSession, actor: Actor, year: Year) -> StageFigures:
    """Where the cases opened in the year stood at its end (now, if it is not over), and how long stages took."""
    query = (
        select(CaseEvent.case_id, CaseEvent.kind, CaseEvent.at, CaseEvent.facts["after"].astext)
        .where(
            CaseEvent.case_id.in_(_counted(actor, Case.id)),
            CaseEvent.case_id.in_(select(MOVED.case_id).where(year.holds(MOVED.at))),
            CaseEvent.kind.in_([*STEPS, "case.made"]),
            CaseEvent.at < year.until,
        )
        .order_by(CaseEvent.case_id, CaseEvent.id)
    )
    stood = dict.fromkeys(Stage, 0)
    took: dict[Stage, list[float]] = {stage: [] for stage in PASSED}
    for _, steps in groupby((await tx.execute(query)).all(), key=lambda row: row[0]):
        stays = stays_of([(kind, at, after) for _, kind, at, after in steps])
        if stays[0].since >= year.since:
            stood[stays[-1].stage] += 1
        for stay in stays:
            if stay.stage in took and stay.until is not None and stay.until >= year.since:
                took[stay.stage].append((stay.until - stay.since).total_seconds() / SECONDS_OF_A_DAY)
    _note_reading(tx, actor, "stages", year)
    counted = suppress(stood)
    return StageFigures(
        year=year.number,
        is_over=year.is_over,
        total=counted.total,
        parts=_figures(counted),
        stays=[MedianStay(stage=stage, median_days=typical(days)) for stage, days in took.items()],
    )


def stays_of(steps: Iterable[tuple[str, datetime, str | None]]) -> list[Stay]:
    """The stages of one case from its steps (kind, when, state entered where the timeline says it), first things first.

    Steps inside a stage do not end it. Routing a case anew moves it only where the table lets it.
    """
    stays: list[Stay] = []
    state = State.ROUTED
    for kind, at, after in steps:
        state = _entered(kind, after, state)
        stage = STAGE_OF[state]
        if stays and stays[-1].stage == stage:
            continue
        if stays:
            stays[-1] = Stay(stays[-1].stage, stays[-1].since, at)
        stays.append(Stay(stage, at, None))
    return stays


def _entered(kind: str, after: str | None, before: State) -> State:
    if after is not None:
        return State(after)
    step = STEPS.get(kind)
    return State(step.enters) if step is not None and before in step.leaves else before


def typical(days: Sequence[float], least: int = LEAST) -> int | None:
    """The median in whole days; None where it would tell of fewer than `least`."""
    return round(median(days)) if len(days) >= least else None
