"""Exports of the record: ask for one, follow it, download it."""

from __future__ import annotations

import uuid
from base64 import b64encode
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import ONCE, holds, listing, needs
from app.http.cursors import LIMIT, BadCursor, Cursor, Limit, link_next, read_cursor, write_cursor
from app.http.route import Act, Transaction
from app.oversight import actions
from app.oversight.models import Export
from app.oversight.rules import GATE
from app.oversight.schemas import ExportIn, ExportView

router = APIRouter(route_class=Act, prefix="/v1/audit/exports", tags=["record"])
Exporter = Annotated[Actor, holds(Right.EXPORT)]
OwnExport = Annotated[Granted[Export], needs(Right.READ_EXPORT, GATE, "export_id")]


@router.post("", status_code=201, dependencies=[ONCE])
async def ask_for_export(actor: Exporter, asked: ExportIn, response: Response, tx: Transaction) -> ExportView:
    """Ask for an export of the record since a checkpoint. It is made in the background: follow `Location`."""
    export = await actions.ask_for_export(tx, actor, asked)
    response.headers["Location"] = f"/v1/audit/exports/{export.id}"
    return view_of(export)


@router.get("")
async def list_exports(
    request: Request,
    response: Response,
    actor: Annotated[Actor, listing(Right.READ_EXPORT)],
    tx: Transaction,
    limit: Limit = LIMIT,
    cursor: Cursor = None,
) -> list[ExportView]:
    """The exports you asked for, newest first."""
    key, scope = request.app.state.secrets.cursor_key, f"exports:{actor.account_id}"
    after = _position(read_cursor(key, scope, cursor)) if cursor is not None else None
    found = await actions.list_exports(tx, actor, limit, after)
    if len(found) > limit:
        last = found[limit - 1]
        link_next(request, response, write_cursor(key, scope, [last.created_at.isoformat(), str(last.id)]), limit)
    return [view_of(export) for export in found[:limit]]


def _position(kept: list[Any]) -> tuple[datetime, uuid.UUID]:
    try:
        at, export_id = kept
        return datetime.fromisoformat(at), uuid.UUID(export_id)
    except (ValueError, TypeError, AttributeError):
        raise BadCursor from None


@router.get("/{export_id}")
async def read_export(held: OwnExport, tx: Transaction) -> ExportView:
    """One of your exports: whether it is made, up to which checkpoint, and its digests."""
    return view_of(actions.read_export(tx, held))


@router.get(
    "/{export_id}/content",
    response_class=FileResponse,
    responses={200: {"content": {"application/zip": {}}, "description": "The bundle; ranges are served"}},
)
async def download_export(request: Request, held: OwnExport, tx: Transaction) -> FileResponse:
    """Download the bundle, to be checked with `verify.py` on your own machine."""
    export = actions.download_export(tx, held)
    path = actions.file_of(request.app.state.settings.exports_folder, export.id)
    try:
        facts = path.stat()
    except OSError:
        raise actions.ExportGone from None
    digest = b64encode(export.file_sha256 or b"").decode()
    return FileResponse(
        path,
        media_type="application/zip",
        filename=f"record-{export.since_size}-{export.size}.zip",
        stat_result=facts,
        headers={"Repr-Digest": f"sha-256=:{digest}:"},
    )


def view_of(export: Export) -> ExportView:
    view: ExportView = ExportView.of(
        export,
        asked_at=export.created_at,
        digest=export.digest and export.digest.hex(),
        file_sha256=export.file_sha256 and export.file_sha256.hex(),
    )
    return view
