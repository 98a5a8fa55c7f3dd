"""A case on one page, and its timeline."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from app.access.rights import Right
from app.cases.models import State
from app.cases.rules import GATE
from app.cases.timeline import read_timeline
from app.http.cursors import read_cursor, write_cursor
from app.http.route import Act, Transaction
from app.pages import labels
from app.pages.command.links import links_on
from app.pages.desk.doors import Seen, SeenByAny
from app.pages.officer.questions import ROLES, STATEMENT
from app.pages.officer.telling import Teller
from app.pages.shell import OpenPage, Page, open_page
from app.proceedings.overview import read_overview
from app.proceedings.queue import TRIAGED_IN
from app.proceedings.schemas import CaseView, ReportInCase
from app.proceedings.view import read_case
from app.provisions.packs import provision
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
LINES = 100


@router.get("/cases/{case_id}")
async def one_case(page: OpenPage, held: SeenByAny, tx: Transaction) -> Response:
    """The case whole for those who work it; clocks, roles and dispositions for the board."""
    more = {"labels": labels, "roles": ROLES, "awaits": TRIAGED_IN, "done": page.request.query_params.get("done", "")}
    if held.right is Right.READ_OVERVIEW:
        overview = await read_overview(tx, held)
        return page.show("desk/overview.html", case=overview, provisions=_provisions(overview.allegations), **more)
    case = await read_case(tx, held)
    may = await GATE.held(tx, held.actor, held.record.id)
    return page.show(
        "desk/case.html",
        case=case,
        names={here.officer_id: here.name or here.badge for here in case.roster},
        told={report.id: _told(page, case, report) for report in case.reports},
        statements=STATEMENT,
        provisions=_provisions(case.allegations),
        may_triage=Right.TRIAGE in may and case.state not in (State.ROUTED, State.RETURNED),
        command=links_on(case.id, case.state, may),
        may_step_aside=Right.RECUSE in may,
        **more,
    )


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
