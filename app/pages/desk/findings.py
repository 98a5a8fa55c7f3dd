"""Findings, written beside the evidence they cite; and one finding told back with all it rests on."""

from __future__ import annotations

import secrets
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted, Inside
from app.cases import assessments
from app.cases.allegations import OPENED_IN
from app.cases.models import Allegation, Assessment, Case, Duty
from app.cases.scene import names_of, scene_of
from app.errors import Conflict, Invalid, Validation
from app.findings import findings
from app.findings.models import Disposition, Finding, Proof
from app.findings.rules import (
    AssessmentMissing,
    AssessmentOutdated,
    FailureSustained,
    ForceNotLinked,
    ForceWithinPolicy,
    ProvisionNotInForce,
)
from app.findings.schemas import FindingIn
from app.http.route import Act, PathId, Transaction
from app.pages import labels
from app.pages.desk.cited import citable
from app.pages.desk.doors import FindingOn, Found, refuse_elsewhere
from app.pages.desk.grid import cells_of
from app.pages.desk.people import names_in
from app.pages.desk.words import ELEMENTS, QUESTIONS
from app.pages.desk.wrong import in_words
from app.pages.fields import Option, options
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.proceedings.view import read_case
from app.provisions.packs import provision
from app.words import N_
from app.workflow import StateConflict

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

NEEDED = {
    "disposition": N_("Choose what was found"),
    "proof": N_("Choose the standard of proof"),
    "rationale": N_("Say why: what was found, and how the evidence shows it"),
    "provision_id": N_("Choose the rule by which it is judged"),
    "evidence": N_("A sustained finding rests on evidence: choose it"),
    "assessment_id": N_("Choose whether it rests on the assessment"),
    "not_completed_because": N_("With “not completed”, and only with it, say why"),
}
FIELD_OF = {
    AssessmentMissing: "assessment_id",
    AssessmentOutdated: "assessment_id",
    ForceNotLinked: "disposition",
    ForceWithinPolicy: "disposition",
    FailureSustained: "disposition",
    ProvisionNotInForce: "provision_id",
}
"""Where on the page a refusal of the rules stands."""
MEANS = {
    Disposition.SUSTAINED: N_("It happened, and it failed the duty."),
    Disposition.NOT_SUSTAINED: N_("The evidence shows neither that it did nor that it did not."),
    Disposition.EXONERATED: N_("It happened, and it was proper."),
    Disposition.UNFOUNDED: N_("It did not happen."),
    Disposition.POLICY_FAILURE: N_("The officer kept to a policy that is wrong."),
    Disposition.TRAINING_FAILURE: N_("The officer was not trained for it."),
    Disposition.NOT_COMPLETED: N_("It could not be investigated to the end."),
}
Typed = dict[str, Any]


@router.get("/cases/{case_id}/allegations/{allegation_id}/finding")
async def ask_finding(page: OpenPage, held: FindingOn, case_id: PathId, tx: Transaction) -> Response:
    """The form beside what it can cite; a finding that stands is where the next one begins."""
    refuse_elsewhere(held, case_id)
    if held.around.record.state not in OPENED_IN:
        raise StateConflict(held.around.record.state, "finding.proposed")
    return await _form_page(page, tx, held, await _begin(tx, held))


async def _begin(tx: AsyncSession, held: Inside[Allegation, Case]) -> Typed:
    standing = await findings.standing_on(tx, held.record.id)
    if standing is None:
        return {
            "disposition": "",
            "proof": Proof.PREPONDERANCE.value,
            "rationale": "",
            "provision_id": held.record.provision_id,
            "evidence": [],
            "assessment_id": "yes" if held.record.duty is Duty.FAILURE_TO_INTERVENE else "",
            "not_completed_because": "",
        }
    view = await findings.read(tx, Inside(standing, held.around))
    return {
        "disposition": view.disposition.value,
        "proof": view.proof.value,
        "rationale": view.rationale,
        "provision_id": view.provision_id,
        "evidence": [str(each) for each in view.evidence],
        "assessment_id": "yes" if view.assessment_id else "",
        "not_completed_because": view.not_completed_because or "",
    }


async def _form_page(
    page: Page,
    tx: AsyncSession,
    held: Inside[Allegation, Case],
    typed: Typed,
    errors: dict[str, str] | None = None,
) -> Response:
    allegation, around = held.record, held.around
    case, scene = around.record, await scene_of(tx, around.record)
    view = await read_case(tx, around)
    names = await names_in(page, tx, case, (line.officer_id for line in view.allegations))
    force = next((line for line in view.allegations if line.id == allegation.force_allegation_id), None)
    rules = findings.holding(scene.agency.state, allegation.duty, scene.day)
    cited = await citable(tx, page, case)
    assessed = await _assessed(tx, around, allegation)
    return page.show(
        "desk/finding_form.html",
        422 if errors else 200,
        case_id=case.id,
        allegation=allegation,
        name=names[allegation.officer_id],
        force=force,
        force_name=names[force.officer_id] if force else "",
        rule=provision(allegation.provision_id),
        rules=[Option(each.id, each.title, "; ".join(each.citations)) for each in rules.values()],
        dispositions=[Option(code, says, MEANS[code]) for code, says in labels.DISPOSITIONS.items()],
        proofs=options(labels.PROOFS),
        cited=cited,
        by_id={str(each.id): each for each in cited},
        reports=view.reports,
        labels=labels,
        typed=typed,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
        **assessed,
    )


async def _assessed(tx: AsyncSession, held: Granted[Case], allegation: Allegation) -> dict[str, Any]:
    """The officer's newest assessment for reading beside the form; from now on it counts as opened."""
    found: Assessment | None = None
    if await assessments.newest(tx, held.record.id, allegation.officer_id) is not None:
        found = await assessments.open_assessment(tx, held, allegation.officer_id)
    return {
        "found": found,
        "cells": cells_of(found.elements, found.reported) if found else (),
        "elements": ELEMENTS,
        "questions": QUESTIONS,
    }


@router.post("/cases/{case_id}/allegations/{allegation_id}/finding")
async def propose(
    page: OpenPage, held: FindingOn, case_id: PathId, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Propose what was found; the finding that stood is superseded, never changed."""
    refuse_elsewhere(held, case_id)
    typed = _typed(form)
    try:
        await findings.propose(tx, held, FindingIn.model_validate(_said(form, typed)))
    except (ValidationError, Validation) as refused:
        return await _form_page(page, tx, held, typed, _in_words(refused))
    except (Conflict, Invalid) as refused:
        if type(refused) not in FIELD_OF:
            raise
        return await _form_page(page, tx, held, typed, {FIELD_OF[type(refused)]: refused.title()})
    return go(f"/cases/{case_id}?done=finding.proposed#allegations")


def _typed(form: Form) -> Typed:
    return {name: form.all(name) if name == "evidence" else form.one(name) for name in NEEDED}


def _said(form: Form, typed: Typed) -> dict[str, Any]:
    """As the API would be sent it. The assessment is the revision that the page showed, so a later one is noticed."""
    assessment_id = form.one("assessment_shown") if typed["assessment_id"] else None
    return {
        **typed,
        "assessment_id": assessment_id or None,
        "not_completed_because": typed["not_completed_because"].strip() or None,
    }


def _in_words(refused: ValidationError | Validation) -> dict[str, str]:
    """`not_completed` and `repeated` are rules of the whole; each has its field."""
    wrong = in_words(refused, NEEDED, "evidence")
    if isinstance(refused, ValidationError):
        rules = {str(each["type"]) for each in refused.errors(include_input=False)}
        if "not_completed" in rules:
            wrong.pop("evidence", None)
            wrong["not_completed_because"] = NEEDED["not_completed_because"]
        elif rules & {"evidence", "repeated"}:
            wrong["evidence"] = NEEDED["evidence"]
    return wrong


@router.get("/cases/{case_id}/findings/{finding_id}")
async def one_finding(page: OpenPage, held: Found, case_id: PathId, tx: Transaction) -> Response:
    """One finding with its texts; from now on the reader has opened this revision."""
    refuse_elsewhere(held, case_id)
    case, finding = held.around.record, held.record
    view = await findings.read(tx, held)
    names = await names_in(page, tx, case, [view.officer_id])
    people = await names_of(tx, [finding.proposed_by, *(each.given_by for each in view.approvals)])
    return page.show(
        "desk/finding.html",
        case_id=case.id,
        finding=view,
        name=names[view.officer_id],
        people=people,
        rule=provision(view.provision_id),
        cited=await _cited(tx, page, held, view.evidence),
        labels=labels,
    )


async def _cited(tx: AsyncSession, page: Page, held: Inside[Finding, Case], ids: list[Any]) -> list[Any]:
    """What it cites, as far as it is of the case: items and reports with their links."""
    return [each for each in await citable(tx, page, held.around.record) if each.id in set(ids)]
