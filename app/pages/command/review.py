"""Reviewing findings: what each rests on, what changed since one last looked, and a yes or no with its reason."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Inside
from app.access.rights import Right
from app.cases.models import Case, State
from app.cases.rules import GATE
from app.cases.scene import names_of
from app.db.session import time_of
from app.errors import Conflict
from app.findings import approvals, findings
from app.findings.models import Finding, FindingState
from app.findings.rules import AssessmentOutdated, GroundMoved, NotOpened
from app.findings.schemas import ApprovalIn, GroundView
from app.http.route import Act, Transaction
from app.pages import labels
from app.pages.command.doors import FindingSeen, Seen, ToApprove, refuse_old
from app.pages.command.side_by_side import MARKS, Naming, finding_rows
from app.pages.fields import CHOOSE, Option, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.proceedings.review import officers_named, review
from app.provisions.packs import provision
from app.words import N_
from app.workflow import SamePerson

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

ANSWERS = (
    Option("yes", N_("Approve the finding"), N_("It follows from what it rests on.")),
    Option("no", N_("Send the finding back"), N_("The investigator reads your reasons and finds anew.")),
)
WHY = N_("Give your reasons")
REFUSED: dict[type[Conflict], str] = {
    SamePerson: N_("You proposed this finding. Another person has to approve it or send it back."),
    NotOpened: N_("Open everything it rests on first: what you have not opened yet is marked below."),
    AssessmentOutdated: N_(
        "The assessment it rests on has a newer revision. Send the finding back, so that it is made on the newest."
    ),
    GroundMoved: N_(
        "A report it rests on was moved to another incident. Send the finding back, to be made without it."
    ),
}


@router.get("/cases/{case_id}/findings")
async def all_findings(page: OpenPage, held: Seen, tx: Transaction) -> Response:
    """Every allegation with the finding that stands on it, and what is left to do."""
    lines = await review(tx, held)
    may = await GATE.held(tx, held.actor, held.record.id)
    return page.show(
        "command/findings.html",
        case=held.record,
        lines=lines,
        now=time_of(tx),
        labels=labels,
        may={
            "approve": Right.APPROVE in may,
            "serve": Right.SERVE in may,
            "decide": Right.DECIDE in may,
        },
        done=page.request.query_params.get("done", ""),
    )


@router.get("/findings/{finding_id}")
async def one_finding(page: OpenPage, held: FindingSeen, tx: Transaction) -> Response:
    """A finding with its texts; from now on this person has opened this revision."""
    return await _page(page, tx, held)


async def _page(
    page: Page,
    tx: AsyncSession,
    held: Inside[Finding, Case],
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    refused: Conflict | None = None,
) -> Response:
    case, actor = held.around.record, held.around.actor
    changes = await findings.compare(tx, held)
    now = changes.now
    grounds = [*now.grounds, *(changes.before.grounds if changes.before else ())]
    officers = await officers_named(
        tx, case, [now.officer_id, *(each.officer_id for each in grounds if each.officer_id)]
    )
    naming = Naming(page.t, {str(each.id): named(page, each, officers) for each in grounds})
    people = await names_of(tx, [now.proposed_by, *(each.given_by for each in now.approvals)])
    may = await GATE.held(tx, actor, case.id)
    is_open = now.state is FindingState.PROPOSED and case.state == State.FINDINGS_REVIEW and Right.APPROVE in may
    is_own = now.proposed_by == actor.account_id
    return page.show(
        "command/finding.html",
        409 if refused else 422 if errors else 200,
        case=case,
        finding=now,
        version=held.record.version,
        officer=officers.get(now.officer_id, ""),
        rule="; ".join(provision(now.provision_id).citations),
        grounds=[(each, naming.things[str(each.id)]) for each in now.grounds],
        moved=await findings.moved_away(tx, held.record),
        left=len(now.unopened),
        people=people,
        before=changes.before,
        opened_at=changes.opened_at,
        rows=finding_rows(changes.before, now, naming) if changes.before else [],
        marks=MARKS,
        labels=labels,
        is_open=is_open,
        is_own=is_own,
        answers=ANSWERS,
        refused=REFUSED[type(refused)] if refused else "",
        own_words=REFUSED[SamePerson],
        answer=form.one("answer") if form else "",
        reason=form.one("reason") if form else "",
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


def named(page: Page, ground: GroundView, officers: dict[uuid.UUID, str]) -> str:
    """What a ground is called on the page."""
    if ground.kind == "evidence":
        return ground.title
    if ground.kind == "report":
        return page.t(N_("Report %(number)s")) % {"number": ground.number or ""}
    name = officers.get(ground.officer_id, "") if ground.officer_id else ""
    return page.t(N_("Assessment of %(name)s, revision %(number)s")) % {"name": name, "number": ground.number}


@router.post("/findings/{finding_id}")
async def answer(page: OpenPage, held: ToApprove, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Approve, or send back with reasons."""
    refuse_old(form, held.record.version)
    said, errors = _read(form)
    if said is None:
        return await _page(page, tx, held, form, errors)
    try:
        await approvals.give(tx, held, said)
    except (SamePerson, NotOpened, AssessmentOutdated, GroundMoved) as refused:
        return await _page(page, tx, held, form, refused=refused)
    return go(f"/cases/{held.around.record.id}/findings?done={'approved' if said.approves else 'sent_back'}")


def _read(form: Form) -> tuple[ApprovalIn | None, dict[str, str]]:
    errors: dict[str, str] = {}
    chosen = form.one("answer")
    if chosen not in {each.code for each in ANSWERS}:
        errors["answer"] = CHOOSE
    said: dict[str, Any] = {"approves": chosen == "yes", "reason": form.one("reason")}
    try:
        read = ApprovalIn.model_validate(said)
    except ValidationError as error:
        errors["reason"] = says_of(str(error.errors(include_input=False, include_url=False)[0]["type"]), WHY)
        return None, errors
    return (None if errors else read), errors
