"""Exports of the record, and how to check them without us."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import FileResponse
from pydantic import ValidationError

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import holds, needs, open_to_all
from app.http.route import Act, Transaction
from app.oversight import actions
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
NO_PURPOSE = N_("Choose what the export is for")


@router.get("/exports")
async def exports(page: OpenPage, actor: Exporter, tx: Transaction) -> Response:
    """The exports you asked for, newest first, and the form to ask for one."""
    return await _exports_page(page, actor, tx)


async def _exports_page(page: Page, actor: Actor, tx: Transaction, error: str = "", since: str = "last") -> Response:
    found = await actions.list_exports(tx, actor, MOST, None)
    return page.show(
        "board/exports.html",
        422 if error else 200,
        exports=found[:MOST],
        last=await actions.last_size(tx, actor.account_id),
        purposes=options(labels.PURPOSES),
        labels=labels,
        error=error,
        since=since,
        once=secrets.token_urlsafe(16),
    )


@router.post("/exports")
async def ask_for_export(page: OpenPage, actor: Exporter, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Ask for an export; it is made in the background with the asker's rights."""
    since = 0 if form.one("since") == "whole" else None
    try:
        asked = ExportIn.model_validate({"purpose": form.one("purpose"), "since_size": since})
    except ValidationError:
        return await _exports_page(page, actor, tx, NO_PURPOSE, form.one("since"))
    export = await actions.ask_for_export(tx, actor, asked)
    return go(f"/exports/{export.id}")


@router.get("/exports/{export_id}")
async def one_export(page: OpenPage, held: OwnExport, tx: Transaction) -> Response:
    """Whether it is made, its digests, and how to check it."""
    return page.show("board/export.html", export=actions.read_export(tx, held), labels=labels, name=_name(held.record))


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
    return render(request, "verify.html")
