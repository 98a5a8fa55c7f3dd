"""Filing and following one's own reports over the API. Filing makes a case, so its routes stand on this floor."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import ONCE, holds, listing, needs
from app.cases import filing
from app.http.conditions import tag
from app.http.cursors import LIMIT, BadCursor, Cursor, Limit, link_next, read_cursor, write_cursor
from app.http.route import Act, Transaction
from app.reports import actions
from app.reports.models import Draft, Report
from app.reports.rules import DRAFTS, GATE
from app.reports.schemas import (
    DraftIn,
    DraftLine,
    DraftView,
    Filed,
    OwnReports,
    ReceiptView,
    ReportIn,
    ReportView,
    SupplementIn,
    SupplementView,
)

router = APIRouter(prefix="/v1", tags=["reports"], route_class=Act)
Filer = Annotated[Actor, holds(Right.FILE)]
OwnReport = Annotated[Granted[Report], needs(Right.READ_REPORT, GATE, "report_id")]
OwnDraft = Annotated[Granted[Draft], needs(Right.READ_REPORT, DRAFTS, "draft_id")]


def filed_view(report: Report) -> Filed:
    return Filed(
        id=report.id,
        locator=report.locator,
        filed_at=report.filed_at,
        due_at=report.due_at,
        provision_id=report.provision_id,
        content_sha256=report.content_sha256.hex(),
        receipt=f"/v1/reports/{report.id}/receipt",
    )


@router.post("/reports", status_code=201, dependencies=[ONCE])
async def file_report(request: Request, actor: Filer, said: ReportIn, tx: Transaction) -> Filed:
    """File a report of witnessed force. Its receipt is at `receipt`: fetch it to hold proof of what was filed."""
    return filed_view(await filing.file(tx, actor, said))


@router.get("/reports")
async def my_reports(
    request: Request,
    response: Response,
    actor: Annotated[Actor, listing(Right.READ_REPORT)],
    tx: Transaction,
    limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> OwnReports:
    """My reports, newest first."""
    key, scope = request.app.state.secrets.cursor_key, f"reports {actor.account_id}"
    after = _position(read_cursor(key, scope, cursor)) if cursor else None
    reports, last = await actions.own_reports(tx, actor, after=after, limit=limit)
    position = [last[0].isoformat(), str(last[1])] if last else None
    link_next(request, response, write_cursor(key, scope, position) if position else None, limit)
    return OwnReports(reports=reports)


def _position(read: list[Any]) -> actions.Position:
    """Raise BadCursor for what is no position of this list."""
    try:
        filed_at, report_id = read
        return datetime.fromisoformat(str(filed_at)), uuid.UUID(str(report_id))
    except ValueError:
        raise BadCursor from None


@router.get("/reports/{report_id}")
async def read_report(held: OwnReport, tx: Transaction) -> ReportView:
    """My report as it was filed, with what I added to it."""
    return await actions.read_own(tx, held)


@router.post("/reports/{report_id}/supplements", status_code=201, dependencies=[ONCE])
async def supplement(
    held: Annotated[Granted[Report], needs(Right.SUPPLEMENT, GATE, "report_id")], more: SupplementIn, tx: Transaction
) -> SupplementView:
    """Add to a filed report; a report itself is never edited."""
    return await filing.supplement(tx, held, more)


@router.get("/reports/{report_id}/receipt")
async def receipt(request: Request, held: OwnReport, tx: Transaction) -> ReceiptView:
    """What proves, to anyone, that and what I reported; the signer's promise joins it as soon as there is one."""
    return await filing.receipt(tx, held, request.app.state.ask_promise)


@router.post("/drafts", status_code=201, dependencies=[ONCE])
async def start_draft(request: Request, response: Response, actor: Filer, draft: DraftIn, tx: Transaction) -> DraftView:
    """Keep what was written so far on the server, sealed for its author alone."""
    key = request.app.state.secrets.draft_key
    kept = await actions.start_draft(tx, actor, draft.content, key)
    tag(response, kept.version)
    return DraftView(id=kept.id, version=kept.version, updated_at=kept.updated_at, content=draft.content)


@router.get("/drafts")
async def my_drafts(actor: Annotated[Actor, listing(Right.READ_REPORT)], tx: Transaction) -> list[DraftLine]:
    """My unfiled drafts, the last one worked on first."""
    return [DraftLine.of(draft) for draft in await actions.own_drafts(tx, actor)]


@router.get("/drafts/{draft_id}")
async def read_draft(request: Request, response: Response, held: OwnDraft, tx: Transaction) -> DraftView:
    """A draft of mine."""
    tag(response, held.record.version)
    return actions.read_draft(tx, held.record, request.app.state.secrets.draft_key)


@router.put("/drafts/{draft_id}")
async def save_draft(
    request: Request,
    response: Response,
    held: Annotated[Granted[Draft], needs(Right.FILE, DRAFTS, "draft_id", match=True)],
    draft: DraftIn,
    tx: Transaction,
) -> DraftView:
    """Save a draft over its last version."""
    kept = await actions.save_draft(tx, held, draft.content, request.app.state.secrets.draft_key)
    tag(response, kept.version)
    return DraftView(id=kept.id, version=kept.version, updated_at=kept.updated_at, content=draft.content)


@router.delete("/drafts/{draft_id}", status_code=204)
async def drop_draft(
    held: Annotated[Granted[Draft], needs(Right.FILE, DRAFTS, "draft_id", match=True)], tx: Transaction
) -> None:
    """Drop a draft; what was filed stays."""
    await actions.drop_draft(tx, held)


@router.post("/drafts/{draft_id}/filing", status_code=201, dependencies=[ONCE])
async def file_draft(
    request: Request, held: Annotated[Granted[Draft], needs(Right.FILE, DRAFTS, "draft_id")], tx: Transaction
) -> Filed:
    """File a draft as it stands. Sent twice, it is filed once."""
    report = await filing.file_draft(tx, held, request.app.state.secrets.draft_key)
    return filed_view(report)
