"""A case as the board sees it. Built from its own queries of codes and dates, so that no text can slip through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from string import ascii_uppercase

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.audit.log import record
from app.cases.assessments import newest_of_all
from app.cases.models import BoardAnswer, Case, CaseEvent, State
from app.cases.outcome import VIEWED_IN, board_views
from app.cases.scene import Here, reports_of, roster_of, scene_of
from app.cases.schemas import BoardViewView
from app.cases.steps import STEPS
from app.db.session import time_of
from app.proceedings.checks import BOARD_VIEW_WITHIN
from app.proceedings.queue import is_late
from app.proceedings.schemas import (
    AllegationOverview,
    CaseOverview,
    IncidentOverview,
    OfficerOverview,
    ReportOverview,
    ScreenedOut,
    StageView,
)
from app.proceedings.view import allegation_lines
from app.reports.actions import is_late as is_filed_late


async def read_overview(tx: AsyncSession, held: Granted[Case]) -> CaseOverview:
    """Clocks, roles and dispositions; of texts the board's own, and the reason where a case was screened out."""
    case = held.record
    scene = await scene_of(tx, case)
    assessed = await newest_of_all(tx, case.id)
    steps = await _steps_taken(tx, case)
    record(tx, "case.read", ("case", case.id), case_id=case.id, rev=case.version, fields=["overview"])
    view: CaseOverview = CaseOverview.of(
        case,
        is_late=is_late(case, time_of(tx)),
        board_view_until=_until(case),
        incident=IncidentOverview.of(scene.incident),
        reports=[
            ReportOverview.of(report, is_late=is_filed_late(report.due_at, report.filed_at))
            for report in await reports_of(tx, case)
        ],
        reported=dict(Counter(found.reported["answer"] or "open" for found in assessed.values())),
        officers=[
            _officer(number, here, here.officer_id in assessed and assessed[here.officer_id].is_complete)
            for number, here in enumerate(_by_id(await roster_of(tx, scene)))
        ],
        allegations=[AllegationOverview.of(line) for line in await allegation_lines(tx, case)],
        stages=[StageView(step=taken.kind, at=taken.at) for taken in steps],
        screened_out=_screened_out(case, steps),
        board_views=[BoardViewView.of(each) for each in await board_views(tx, case.id)],
        may_give=list(BoardAnswer) if case.state in VIEWED_IN else [],
    )
    return view


def _until(case: Case) -> datetime | None:
    return case.entered_at + BOARD_VIEW_WITHIN if case.state == State.BOARD_REVIEW else None


def _by_id(roster: Sequence[Here]) -> list[Here]:
    """In an order that says nothing of names."""
    return sorted(roster, key=lambda here: here.officer_id)


def label(number: int) -> str:
    """Officer A to Officer Z, then Officer AA and on."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, len(ascii_uppercase))
        letters = ascii_uppercase[rest] + letters
    return f"Officer {letters}"


def _officer(number: int, here: Here, is_answered: bool) -> OfficerOverview:
    return OfficerOverview(
        officer_id=here.officer_id,
        label=label(number),
        roles=sorted(entry.role for entry in here.entries),
        is_disputed=all(entry.disputed_at for entry in here.entries),
        is_answered=is_answered,
    )


async def _steps_taken(tx: AsyncSession, case: Case) -> list[CaseEvent]:
    query = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind.in_([*STEPS, "case.made"]))
    return list((await tx.scalars(query.order_by(CaseEvent.id))).all())


def _screened_out(case: Case, steps: Sequence[CaseEvent]) -> ScreenedOut | None:
    """Only while it is: reopened, the case speaks for itself."""
    taken = [each for each in steps if each.kind == "case.screen_out"]
    if case.state != State.SCREENED_OUT or not taken:
        return None
    facts = taken[-1].facts
    return ScreenedOut(at=taken[-1].at, reason=facts["reason"], concurred_because=facts["concurred_because"])
