"""My reports: the list, one report, adding to it, and the receipt to keep."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.actions import postings_now
from app.agencies.doors import listing, needs
from app.audit.log import record
from app.cases import filing
from app.cases.rules import TRIAGE_WITHIN
from app.http.route import Act, Transaction
from app.pages.fields import NOT_DECLARED, says_of
from app.pages.guard import Once, SessionForm
from app.pages.officer.after import SOURCES, Next, Source, qr_of
from app.pages.officer.roster import shown
from app.pages.officer.scene import filed_scene
from app.pages.officer.telling import Teller
from app.pages.shell import OpenPage, Page, go, open_page
from app.provisions.packs import provision
from app.reports import actions as reports
from app.reports.acknowledgements import acknowledged
from app.reports.models import Report
from app.reports.rules import GATE
from app.reports.schemas import ReceiptView, SupplementIn
from app.reports.warnings import WARNINGS
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
Own = Annotated[Granted[Report], needs(Right.READ_REPORT, GATE, "report_id", page=True)]
OwnToAdd = Annotated[Granted[Report], needs(Right.SUPPLEMENT, GATE, "report_id", page=True)]
WRITE = N_("Write what you want to add")


async def names_of(tx: AsyncSession, page: Page, ids: set[str]) -> dict[str, str]:
    """Officer id -> who that is now, for showing beside what a report says."""
    known = await postings_now(tx, {uuid.UUID(each) for each in ids})
    if known:
        record(tx, "roster.read", ("agency", page.actor.agency_id), count=len(known))
    return {str(officer_id): shown(page, posting) for officer_id, posting in known.items()}


def officers_in(content: dict[str, Any]) -> set[str]:
    return {officer["officer_id"] for officer in content["officers"] if officer.get("officer_id")}


@router.get("/reports")
async def my_reports(
    page: OpenPage, actor: Annotated[Actor, listing(Right.READ_REPORT, page=True)], tx: Transaction
) -> Response:
    """Newest first."""
    own, _ = await reports.own_reports(tx, actor)
    return page.show("officer/reports.html", reports=own, within=TRIAGE_WITHIN)


@router.get("/reports/{report_id}")
async def one_report(page: OpenPage, held: Own, tx: Transaction, request: Request) -> Response:
    """As it was filed, with what was added."""
    report = await reports.read_own(tx, held)
    roster = await names_of(tx, page, officers_in(report.content))
    return page.show(
        "officer/report.html",
        report=report,
        sections=Teller(page.shown, page.t, roster).sections(report.content),
        warning=WARNINGS[report.warning].says,
        scene=filed_scene(report.content, roster, page.t),
        rule=provision(report.provision_id),
        next=_next(held.record, report.acknowledged_at),
        sources=SOURCES,
        added=request.query_params.get("added") == "yes",
    )


def _next(report: Report, acknowledged_at: datetime | None) -> Next:
    source = Source.LAW if provision(report.provision_id).is_law else Source.POLICY
    return Next(report.filed_at, report.due_at, source, acknowledged_at)


@router.get("/reports/{report_id}/supplement")
async def ask_supplement(page: OpenPage, held: OwnToAdd) -> Response:
    return _supplement_form(page, held.record)


def _supplement_form(
    page: Page, report: Report, narrative: str = "", errors: dict[str, str] | None = None, status: int = 200
) -> Response:
    return page.show(
        "officer/supplement.html",
        status,
        report=report,
        narrative=narrative,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/reports/{report_id}/supplement")
async def supplement(page: OpenPage, held: OwnToAdd, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Add to a filed report; the report itself is never edited."""
    errors = {}
    if form.one("declares") != "yes":
        errors["declares"] = NOT_DECLARED
    try:
        more = SupplementIn.model_validate({"narrative": form.one("narrative"), "declares_accuracy": True})
    except ValidationError as error:
        errors["narrative"] = says_of(str(error.errors(include_url=False, include_input=False)[0]["type"]), WRITE)
        return _supplement_form(page, held.record, form.one("narrative"), errors, 422)
    if errors:
        return _supplement_form(page, held.record, form.one("narrative"), errors, 422)
    await filing.supplement(tx, held, more)
    return go(f"/reports/{held.record.id}?added=yes")


@router.get("/reports/{report_id}/receipt")
async def receipt(page: OpenPage, held: Own, tx: Transaction, request: Request) -> Response:
    """To print and keep: what proves that and what was reported, without asking the agency."""
    kept = await filing.receipt(tx, held, request.app.state.ask_promise)
    report = held.record
    return page.show(
        "officer/receipt.html",
        receipt=kept,
        filed=request.query_params.get("filed") == "yes",
        code=qr_of(kept.locator),
        rule=provision(report.provision_id),
        next=_next(report, (await acknowledged(tx, [report.id])).get(report.id)),
        sources=SOURCES,
    )


@router.get("/reports/{report_id}/receipt.json")
async def receipt_file(held: Own, tx: Transaction, request: Request) -> Response:
    """The receipt for programs: what POST /v1/receipts/verify takes."""
    kept: ReceiptView = await filing.receipt(tx, held, request.app.state.ask_promise)
    name = f'attachment; filename="receipt-{kept.locator}.json"'
    return Response(
        kept.model_dump_json(indent=1), media_type="application/json", headers={"Content-Disposition": name}
    )
