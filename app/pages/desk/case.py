"""A case on one page, and its timeline."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.access.gate import Granted
from app.access.rights import Right
from app.cases.allegations import OPENED_IN
from app.cases.evidence import evidence_of
from app.cases.models import Case, State
from app.cases.rules import GATE, OPEN, WORKED
from app.cases.timeline import latest, read_timeline
from app.http.cursors import read_cursor, write_cursor
from app.http.route import Act, Transaction
from app.incidents.models import Source
from app.pages import labels
from app.pages.command.links import links_on
from app.pages.desk.cited import citable
from app.pages.desk.doors import Seen, SeenByAny
from app.pages.desk.grid import COLUMNS, grid_of
from app.pages.desk.people import names_in
from app.pages.desk.scene import drawn_of
from app.pages.desk.waiting import Desk, missing
from app.pages.desk.words import EVIDENCE, SOURCES
from app.pages.officer.questions import ROLES, STATEMENT
from app.pages.officer.telling import Teller
from app.pages.shell import OpenPage, Page, open_page
from app.proceedings.ahead import Ahead, ahead_of
from app.proceedings.checks import BOARD_VIEW_WITHIN
from app.proceedings.overview import read_overview
from app.proceedings.queue import TRIAGED_IN
from app.proceedings.schemas import CaseView, ReportInCase
from app.proceedings.view import read_case
from app.provisions.packs import provision
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
LINES = 100
PREVIEW = 5
"""Lines of the timeline on the case's own page."""
INVESTIGATED = WORKED | {State.CLOSED}
WAITS_FOR = {
    State.INVESTIGATION: Role.INVESTIGATOR,
    State.REFERRED: Role.COMMANDER,
    State.FINDINGS_REVIEW: Role.COMMANDER,
    State.DISCIPLINE: Role.DISCIPLINE_AUTHORITY,
    State.BOARD_REVIEW: Role.OVERSIGHT,
    State.APPEAL: Role.COMMANDER,
}
"""Whose turn it is; before the investigation, whoever it was routed to."""
OFFICES = {
    Role.INVESTIGATOR: N_("the investigator, once one is assigned"),
    Role.COMMANDER: N_("a commander"),
    Role.DISCIPLINE_AUTHORITY: N_("the discipline authority, once one is assigned"),
    Role.OVERSIGHT: N_("the oversight board"),
}


@router.get("/cases/{case_id}")
async def one_case(page: OpenPage, held: SeenByAny, tx: Transaction) -> Response:
    """The case whole for those who work it; clocks, roles and dispositions for the board."""
    more = {"labels": labels, "roles": ROLES, "awaits": TRIAGED_IN, "done": page.request.query_params.get("done", "")}
    if held.right is Right.READ_OVERVIEW:
        overview = await read_overview(tx, held)
        return page.show("desk/overview.html", case=overview, provisions=_provisions(overview.allegations), **more)
    return page.show("desk/case.html", **await _whole(page, tx, held), **more)


async def _whole(page: Page, tx: AsyncSession, held: Granted[Case]) -> dict[str, Any]:
    """Everything that stands on the page of those who work the case, each part read by its own door."""
    case = await read_case(tx, held)
    may = await GATE.held(tx, held.actor, case.id)
    names = await names_in(page, tx, held.record, (line.officer_id for line in case.allegations))
    ahead = await ahead_of(tx, held)
    items, cited = await evidence_of(tx, held.record), await citable(tx, page, held.record)
    there = {here.officer_id: names[here.officer_id] for here in case.roster}
    return {
        "case": case,
        "names": names,
        "ahead": ahead,
        "waits_for": _waits_for(page, case, ahead),
        "missing": missing(ahead.missing, Desk(case, names, may)) if ahead else [],
        "board_until": case.entered_at + BOARD_VIEW_WITHIN if case.state is State.BOARD_REVIEW else None,
        "grid": await grid_of(tx, held.record, case.roster, names) if case.state in INVESTIGATED else [],
        "columns": COLUMNS,
        "scene": await drawn_of(page, tx, held, there, cited),
        "items": items,
        "kinds": EVIDENCE,
        "sources": SOURCES,
        "from_forms": any(entry.source is Source.FORCE_FORM for here in case.roster for entry in here.entries),
        "latest": await latest(tx, held.record, limit=PREVIEW),
        "told": {report.id: _told(page, case, report) for report in case.reports},
        "statements": STATEMENT,
        "provisions": _provisions(case.allegations),
        "may_triage": Right.TRIAGE in may and case.state not in (State.ROUTED, State.RETURNED),
        "command": links_on(case.id, case.state, may),
        "may_step_aside": Right.RECUSE in may,
        "may_rostering": Right.ROSTER in may and case.state in OPEN,
        "may_enter": not may.isdisjoint({Right.WORK, Right.TRIAGE}),
        "may_work": Right.WORK in may and case.state in WORKED,
        "may_allege": Right.WORK in may and case.state in OPENED_IN,
    }


def _waits_for(page: Page, case: CaseView, ahead: Ahead | None) -> str:
    """Who has the case in hand now: a person where one is named, else an office."""
    if ahead is None:
        return ""
    office = WAITS_FOR.get(State(case.state))
    if office in (Role.INVESTIGATOR, Role.DISCIPLINE_AUTHORITY):
        return next((each.name for each in case.assignments if each.office == office), page.t(OFFICES[office]))
    if office is None:
        return case.holder or page.t(labels.LEVELS[case.level])
    return page.t(OFFICES[office])


def _provisions(allegations: Any) -> dict[str, str]:
    return {line.provision_id: "; ".join(provision(line.provision_id).citations) for line in allegations}


def _told(page: Page, case: CaseView, report: ReportInCase) -> Any:
    roster = {str(here.officer_id): f"{here.name}, {page.t(N_('badge'))} {here.badge}" for here in case.roster}
    return Teller(page.shown, page.t, roster).sections(report.content) if report.content is not None else []


@router.get("/cases/{case_id}/timeline")
async def timeline(page: OpenPage, held: Seen, tx: Transaction, request: Request) -> Response:
    """What happened in the case, first things first."""
    key, scope = request.app.state.secrets.cursor_key, f"timeline pages {held.record.id} {held.actor.account_id}"
    cursor = request.query_params.get("after", "")
    seen = read_cursor(key, scope, cursor)[0] if cursor else 0
    lines, more = await read_timeline(tx, held.record, seen=seen, limit=LINES)
    return page.show(
        "desk/timeline.html",
        case_id=held.record.id,
        lines=lines,
        labels=labels,
        more=write_cursor(key, scope, [more]) if more else None,
    )
