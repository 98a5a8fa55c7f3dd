"""A roster from a file: looked at first, row by row, and applied by a second press, all rows or none."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.actions import agency_of
from app.agencies.doors import PageActor
from app.agencies.keeping import RosterFile
from app.agencies.roster_preview import apply_kept, drop_file, keep_file, kept_file, preview
from app.http.route import Act, PathId, Transaction
from app.pages.admin.shared import Gathered, RosterKeeper, show
from app.pages.guard import Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.pages.uploads import SessionUpload
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
NEEDED = {"file": N_("Choose the file with the roster")}
SHOWN_MOST = 500
"""Rows of one list: more is read in the file itself."""


async def _kept(tx: Transaction, actor: PageActor, file_id: PathId) -> RosterFile:
    return await kept_file(tx, file_id, actor.account_id)


Kept = Annotated[RosterFile, Depends(_kept)]


@router.get("/admin/roster/import")
async def ask_file(request: Request, page: OpenPage, actor: RosterKeeper) -> Response:
    """What the file has to hold."""
    applied = request.query_params.get("applied", "")
    counts = [int(part) for part in applied.split("-")] if _is_counts(applied) else []
    return show(page, "admin/import.html", applied=counts)


def _is_counts(applied: str) -> bool:
    parts = applied.split("-")
    return len(parts) == 3 and all(part.isascii() and part.isdigit() and len(part) < 8 for part in parts)


@router.post("/admin/roster/import")
async def upload(page: OpenPage, actor: RosterKeeper, sent: SessionUpload, tx: Transaction) -> Response:
    """Keep the file and look at it. Nothing of it is applied."""
    errors: dict[str, str] = {}
    kept = None
    with Gathered(errors, NEEDED):
        kept = await keep_file(tx, await agency_of(tx, actor.agency_id), sent.content, actor.account_id)
    if kept is None:
        return show(page, "admin/import.html", errors, applied=[])
    return go(f"/admin/roster/import/{kept.id}")


@router.get("/admin/roster/import/{file_id}")
async def look(page: OpenPage, actor: RosterKeeper, kept: Kept, tx: Transaction) -> Response:
    """What applying the file would do now."""
    return await _preview_page(page, tx, kept)


async def _preview_page(page: Page, tx: AsyncSession, kept: RosterFile) -> Response:
    found = await preview(tx, await agency_of(tx, page.actor.agency_id), kept)
    return show(
        page,
        "admin/import_preview.html",
        file_id=kept.id,
        sha256=kept.sha256,
        found=found,
        refused=found.refused,
        most=SHOWN_MOST,
    )


@router.post("/admin/roster/import/{file_id}")
async def apply(actor: RosterKeeper, kept: Kept, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Apply exactly the file that was looked at."""
    agency = await agency_of(tx, actor.agency_id)
    assert hashlib.sha256(kept.content).hexdigest() == kept.sha256
    change = await apply_kept(tx, agency, kept, form.one("sha256"))
    return go(f"/admin/roster/import?applied={change.added}-{change.changed}-{change.same}")


@router.post("/admin/roster/import/{file_id}/drop")
async def drop(actor: RosterKeeper, kept: Kept, form: SessionForm, tx: Transaction) -> Response:
    """Leave the file; nothing of it was applied."""
    await drop_file(tx, kept)
    return go("/admin/roster/import")
