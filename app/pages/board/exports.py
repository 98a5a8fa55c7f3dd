"""Exports of the record, and how to check them without us."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from pydantic import ValidationError

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import holds, needs, open_to_all
from app.db.session import time_of
from app.http.route import Act, Transaction
from app.oversight import actions
from app.oversight.continuity import held_by, joints_of, skipped_by, waiting_for
from app.oversight.models import Export
from app.oversight.rules import GATE
from app.oversight.schemas import ExportIn
from app.pages import labels
from app.pages.fields import options
from app.pages.guard import Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page, render
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
unseen = APIRouter(include_in_schema=False)
Exporter = Annotated[Actor, holds(Right.EXPORT, page=True)]
OwnExport = Annotated[Granted[Export], needs(Right.READ_EXPORT, GATE, "export_id", page=True)]
MOST = 50
VERIFIER = Path(__file__).parents[2] / "verify.py"
"""Read as a file: nothing of the service may import what checks it."""
NO_PURPOSE = N_("Choose what the export is for")


@router.get("/exports")
async def exports(page: OpenPage, actor: Exporter, tx: Transaction) -> Response:
    """The exports you asked for, newest first, and the form to ask for one."""
    return await _exports_page(page, actor, tx)


async def _exports_page(
    page: Page, actor: Actor, tx: Transaction, error: str = "", since: str = "last", purpose: str = ""
) -> Response:
    found = await actions.list_exports(tx, actor, MOST, None)
    ever = await actions.exports_of(tx, actor.account_id)
    return page.show(
        "board/exports.html",
        422 if error else 200,
        exports=found[:MOST],
        last=held_by(ever),
        joints=joints_of(ever),
        skipped=skipped_by(ever),
        waiting=waiting_for([each for each in ever if is_kept(each, time_of(tx))]),
        now=time_of(tx),
        purposes=options(labels.PURPOSES),
        labels=labels,
        error=error,
        since=since,
        purpose=purpose,
        once=secrets.token_urlsafe(16),
    )


@router.post("/exports")
async def ask_for_export(page: OpenPage, actor: Exporter, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Ask for an export; it is made in the background with the asker's rights."""
    since = 0 if form.one("since") == "whole" else None
    try:
        asked = ExportIn.model_validate({"purpose": form.one("purpose"), "since_size": since})
    except ValidationError:
        return await _exports_page(page, actor, tx, NO_PURPOSE, form.one("since"), form.one("purpose"))
    export = await actions.ask_for_export(tx, actor, asked)
    return go(f"/exports/{export.id}")


@router.get("/exports/{export_id}")
async def one_export(page: OpenPage, held: OwnExport, tx: Transaction) -> Response:
    """Whether it is made, its digests, how it joins the last one, and how to check it."""
    export = actions.read_export(tx, held)
    joints = joints_of(await actions.exports_of(tx, held.actor.account_id))
    return page.show(
        "board/export.html",
        export=export,
        joint=joints[export.id],
        is_kept=is_kept(export, time_of(tx)),
        labels=labels,
        name=_name(export),
    )


def is_kept(export: Export, now: datetime) -> bool:
    """Whether it can still be downloaded."""
    return export.expires_at is not None and export.expires_at > now


def _name(export: Export) -> str:
    return f"record-{export.since_size}-{export.size}.zip"


@router.get("/exports/{export_id}/content")
async def download(request: Request, page: OpenPage, held: OwnExport, tx: Transaction) -> Response:
    """The bundle, to be checked with verify.py on the reader's own machine."""
    export = actions.download_export(tx, held)
    path = actions.file_of(request.app.state.settings.exports_folder, export.id)
    try:
        facts = path.stat()
    except OSError:
        raise actions.ExportGone from None
    return FileResponse(path, media_type="application/zip", filename=_name(export), stat_result=facts)


@unseen.get("/verify", dependencies=[open_to_all("how to check the record is for everyone")])
async def verify(request: Request) -> Response:
    """The steps of a check, for people who never ran one."""
    return render(request, "verify.html", verifier_sha256=_verifier_sha256())


@unseen.get("/verify/verify.py", dependencies=[open_to_all("whoever checks the record needs the program, unseen")])
async def verifier() -> Response:
    """The verifier as this service holds it; good for use once its SHA-256 is the one that the reader was given."""
    named = {"Content-Disposition": 'attachment; filename="verify.py"'}
    return Response(VERIFIER.read_bytes(), media_type="text/x-python", headers=named)


@cache
def _verifier_sha256() -> str:
    return hashlib.sha256(VERIFIER.read_bytes()).hexdigest()
