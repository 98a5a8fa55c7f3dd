"""The desk of those who work cases: the queue, a case, its steps, triage, stepping aside."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import Door, PageActor, guard, listing, needs
from app.audit.log import record
from app.cases.models import Case, ImmediateKind, State
from app.cases.rules import GATE
from app.cases.schemas import ClassificationIn, ImmediateIn
from app.cases.steps import STEPS
from app.cases.timeline import read_timeline
from app.cases.triage import CLASSIFIED_IN, answer_immediate, classify, immediate_answers
from app.db.session import time_of
from app.errors import NotFound, Stale, Validation
from app.http.cursors import read_cursor, write_cursor
from app.http.route import Act, PathId, Transaction
from app.pages import labels
from app.pages.answers import day_of, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.questions import ROLES, STATEMENT, options
from app.pages.shell import OpenPage, Page, go, open_page
from app.pages.telling import Teller
from app.proceedings import actions, recusal
from app.proceedings.moves import MoveIn, refuse_unfitting
from app.proceedings.overview import read_overview
from app.proceedings.queue import TRIAGED_IN, Position, queue
from app.proceedings.schemas import CaseView, OpenStepView, ReportInCase
from app.proceedings.table import PROCEEDINGS
from app.proceedings.view import read_case
from app.provisions.packs import provision
from app.words import N_
from app.workflow import StateConflict

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
ROWS = 50
LINES = 100
SOON = timedelta(hours=24)
"""What is due within it is marked in the queue."""

Seen = Annotated[Granted[Case], needs(Right.READ_CASE, GATE, "case_id", page=True)]
SeenByAny = Annotated[Granted[Case], needs(Right.READ_CASE, GATE, "case_id", or_right=Right.READ_OVERVIEW, page=True)]
InTriage = Annotated[Granted[Case], needs(Right.TRIAGE, GATE, "case_id", page=True)]
Aside = Annotated[Granted[Case], needs(Right.RECUSE, GATE, "case_id", page=True)]

FIELDS = {
    "reason": N_("Reason"),
    "report_id": N_("Whose author is asked?"),
    "body": N_("Outside body, or who gave the order"),
    "forum": N_("Where it was brought"),
    "dated_on": N_("Date"),
    "outcome": N_("Outcome"),
}
"""Facts of a step that the pages ask for; new evidence is named over the API."""
MISSING = {
    "reason": N_("Give a reason"),
    "report_id": N_("Say whose author is asked"),
    "body": N_("Name the body"),
    "forum": N_("Say where it was brought"),
    "dated_on": N_("Give a day that exists: month, day and year"),
    "outcome": N_("Give the outcome"),
}
WHY_CHANGED = N_("Say why the classification changes")
WHY_NOT_NEEDED = N_("Say why it is not needed")
ANSWER_TOO = N_("Choose an answer to go with the note")


def refuse_old(form: Form, held: Granted[Case]) -> None:
    """Raise Stale for a form that shows the case as it no longer is: the page's If-Match (S50)."""
    if form.one("version") != str(held.record.version):
        raise Stale


# --- the queue ----------------------------------------------------------------------------------------------------


@router.get("/cases")
async def cases(
    request: Request, page: OpenPage, actor: Annotated[Actor, listing(Right.READ_CASE, page=True)], tx: Transaction
) -> Response:
    """Cases you may see, the ones due first."""
    asked = request.query_params.get("state", "")
    states = {State(asked)} if asked in set(State) else set()
    key, scope = request.app.state.secrets.cursor_key, f"case pages {actor.account_id}"
    cursor = request.query_params.get("after", "")
    after = _position(read_cursor(key, scope, cursor)) if cursor else None
    lines, last = await queue(tx, actor, states, after=after, limit=ROWS)
    return page.show(
        "cases.html",
        lines=lines,
        asked=asked,
        states=options(labels.STATES),
        labels=labels,
        more=write_cursor(key, scope, [last[0].isoformat(), str(last[1])]) if last else None,
        awaits=TRIAGED_IN,
        soon=time_of(tx) + SOON,
        aside=request.query_params.get("aside") == "yes",
    )


def _position(read: list[Any]) -> Position:
    return datetime.fromisoformat(read[0]), uuid.UUID(read[1])


# --- a case -------------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}")
async def one_case(page: OpenPage, held: SeenByAny, tx: Transaction) -> Response:
    """The case whole for those who work it; clocks, roles and dispositions for the board."""
    more = {"labels": labels, "roles": ROLES, "awaits": TRIAGED_IN, "done": page.request.query_params.get("done", "")}
    if held.right is Right.READ_OVERVIEW:
        overview = await read_overview(tx, held)
        return page.show("overview.html", case=overview, provisions=_provisions(overview.allegations), **more)
    case = await read_case(tx, held)
    may = await GATE.held(tx, held.actor, held.record.id)
    return page.show(
        "case.html",
        case=case,
        names={here.officer_id: here.name or here.badge for here in case.roster},
        told={report.id: _told(page, case, report) for report in case.reports},
        statements=STATEMENT,
        provisions=_provisions(case.allegations),
        may_triage=Right.TRIAGE in may and case.state not in (State.ROUTED, State.RETURNED),
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
        "timeline.html",
        case_id=held.record.id,
        lines=lines,
        labels=labels,
        more=write_cursor(key, scope, [more]) if more else None,
    )


# --- steps --------------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/steps/{step}")
async def ask_step(page: OpenPage, held: Seen, step: str, tx: Transaction) -> Response:
    """One step that is open, with what it needs and what it would still be refused for."""
    if step not in STEPS:
        raise NotFound
    return await _step_page(page, tx, held, await _open(tx, held, step))


async def _open(tx: AsyncSession, held: Granted[Case], name: str) -> OpenStepView:
    found = next((each for each in (await actions.read_steps(tx, held)).steps if each.step == name), None)
    if found is None:
        raise StateConflict(held.record.state, name)
    return found


async def _step_page(
    page: Page,
    tx: AsyncSession,
    held: Granted[Case],
    step: OpenStepView,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    asked = [*step.needs, *(name for group in step.one_of for name in group), *step.may]
    return page.show(
        "step.html",
        422 if errors else 200,
        step=step,
        name=labels.STEP_NAMES[step.step],
        version=held.record.version,
        case_id=held.record.id,
        asked=[name for name in dict.fromkeys(asked) if name in FIELDS],
        fields=FIELDS,
        typed=form,
        errors=errors or {},
        authors=await _authors(page, tx, held) if "report_id" in asked else [],
        months=page.months(),
        once=secrets.token_urlsafe(16),
    )


async def _authors(page: Page, tx: AsyncSession, held: Granted[Case]) -> list[dict[str, str]]:
    """The reports of a case to choose one of; nothing to choose where there is one."""
    reports = (await read_case(tx, held)).reports
    if len(reports) < 2:
        return []
    return [
        {"code": str(each.id), "says": f"{each.author}, {page.shown.value(each.filed_at)}", "hint": ""}
        for each in reports
    ]


async def moving(tx: Transaction, actor: PageActor, case_id: PathId, step: str) -> Granted[Case]:
    """The case, in the hand of someone with the right that the asked-for step names in the table."""
    await GATE.fetch(tx, actor, case_id, Right.READ_CASE)
    if step not in STEPS:
        raise NotFound
    return await GATE.fetch(tx, actor, case_id, STEPS[step].right)


@router.post("/cases/{case_id}/steps/{step}")
async def take_step(
    page: OpenPage,
    held: Annotated[Granted[Case], guard(Door("record"), moving)],
    step: str,
    form: SessionForm,
    once: Once,
    tx: Transaction,
) -> Response:
    """Take a step of the table."""
    refuse_old(form, held)
    try:
        move = _move(step, form)
        refuse_unfitting(move, PROCEEDINGS[step].takes)
    except ValidationError as error:
        faults = {str(each["loc"][0]): str(each["type"]) for each in error.errors(include_input=False)}
        return await _step_page(page, tx, held, await _open(tx, held, step), form, _in_words(faults))
    except Validation as refused:
        faults = {fault.pointer[1:]: fault.rule for fault in refused.errors}
        return await _step_page(page, tx, held, await _open(tx, held, step), form, _in_words(faults))
    await actions.take_step(tx, held, move)
    return go(f"/cases/{held.record.id}?done={step}")


def _move(step: str, form: Form) -> MoveIn:
    given: dict[str, Any] = {name: form.one(name) for name in FIELDS if form.one(name).strip()}
    if form.one("dated_on") or form.one("dated_on_day").strip() or form.one("dated_on_year").strip():
        given["dated_on"] = day_of(form.one("dated_on_year"), form.one("dated_on"), form.one("dated_on_day")) or ""
    return MoveIn.model_validate({"step": step, **given})


def _in_words(faults: dict[str, str]) -> dict[str, str]:
    return {
        name: MISSING[name] if name in ("dated_on", "report_id") else says_of(rule, MISSING[name])
        for name, rule in faults.items()
        if name in MISSING
    }


# --- triage -------------------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/triage")
async def ask_triage(page: OpenPage, held: InTriage, tx: Transaction) -> Response:
    """Classification and immediate steps on one screen."""
    return await _triage_page(page, tx, held)


async def _triage_page(
    page: Page, tx: AsyncSession, held: Granted[Case], form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    answered = await immediate_answers(tx, held.record.id)
    kept = {"classification": held.record.classification or "", "reason": ""}
    for kind in ImmediateKind:
        kept[kind] = answered[kind].answer if kind in answered else ""
        kept[f"{kind}_note"] = answered[kind].note if kind in answered else ""
    typed = {name: form.one(name) for name in kept} if form is not None else kept
    record(
        tx, "case.read", ("case", held.record.id), case_id=held.record.id, rev=held.record.version, fields=["triage"]
    )
    return page.show(
        "triage.html",
        422 if errors else 200,
        case_id=held.record.id,
        version=held.record.version,
        classified=held.record.classification,
        may_classify=held.record.state in CLASSIFIED_IN,
        classifications=[
            {"code": code, "says": says, "hint": labels.CLASSIFICATION_HINTS[code]}
            for code, says in labels.CLASSIFICATIONS.items()
        ],
        immediate=labels.IMMEDIATE,
        answers=options(labels.IMMEDIATE_ANSWERS),
        typed=typed,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/triage")
async def triage(page: OpenPage, held: InTriage, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Classify, and answer what is answered anew; each is an act of its own."""
    refuse_old(form, held)
    errors: dict[str, str] = {}
    said = _classification(held.record, form, errors)
    answered = await _immediate(tx, held.record, form, errors)
    if errors:
        return await _triage_page(page, tx, held, form, errors)
    if said is not None:
        await classify(tx, held, said)
    for each in answered:
        await answer_immediate(tx, held, each)
    return go(f"/cases/{held.record.id}?done=triage")


def _classification(case: Case, form: Form, errors: dict[str, str]) -> ClassificationIn | None:
    asked = form.one("classification")
    if not asked or asked == case.classification:
        return None
    if case.classification is not None and not form.one("reason").strip():
        errors["reason"] = WHY_CHANGED
    try:
        return ClassificationIn.model_validate({"classification": asked, "reason": form.one("reason")})
    except ValidationError as error:
        for each in error.errors(include_input=False):
            errors[str(each["loc"][0])] = says_of(str(each["type"]), WHY_CHANGED)
        return None


async def _immediate(tx: AsyncSession, case: Case, form: Form, errors: dict[str, str]) -> list[ImmediateIn]:
    before = await immediate_answers(tx, case.id)
    said = []
    for kind in ImmediateKind:
        answer, note = form.one(kind), form.one(f"{kind}_note").strip()
        if not answer:
            if note:
                errors[kind] = ANSWER_TOO
            continue
        if kind in before and (before[kind].answer, before[kind].note) == (answer, note):
            continue
        try:
            said.append(ImmediateIn.model_validate({"kind": kind, "answer": answer, "note": note}))
        except ValidationError as error:
            rule = str(error.errors(include_input=False)[0]["type"])
            errors[f"{kind}_note"] = WHY_NOT_NEEDED if rule == "note" else says_of(rule, WHY_NOT_NEEDED)
    return said


# --- stepping aside -----------------------------------------------------------------------------------------------


@router.get("/cases/{case_id}/step-aside")
async def ask_to_step_aside(page: OpenPage, held: Aside) -> Response:
    return page.show(
        "sure.html",
        title=N_("Step aside from this case?"),
        says=N_(
            "Do so if you are in any conflict. The case goes on with others; nobody is told why. "
            "From then on it is as absent for you, and that cannot be undone here."
        ),
        yes=N_("Step aside"),
        action=f"/cases/{held.record.id}/step-aside",
        back=f"/cases/{held.record.id}",
    )


@router.post("/cases/{case_id}/step-aside")
async def step_aside(page: OpenPage, held: Aside, form: SessionForm, tx: Transaction) -> Response:
    await recusal.step_aside(tx, held)
    return go("/cases?aside=yes")
