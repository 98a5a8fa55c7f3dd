"""What people do with exports of the record: ask, follow, download."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.keeping import Rate
from app.agencies.rates import take_turn
from app.audit.log import record
from app.db.session import time_of
from app.errors import Conflict, Fault, NotFound, Validation
from app.oversight.continuity import held_by
from app.oversight.models import Export, ExportState
from app.oversight.rules import GATE
from app.oversight.schemas import ExportIn

IS_SIGNED = text("SELECT EXISTS (SELECT 1 FROM audit.checkpoint WHERE agency_id = :agency AND size = :size)")


@dataclass(eq=False)
class ExportNotReady(Conflict):
    """The export is not made yet, or could not be made; its state says which."""

    state: str


@dataclass(eq=False)
class ExportGone(NotFound):
    """The export was kept for a day and is gone; ask for another."""


async def ask_for_export(tx: AsyncSession, asker: Actor, asked: ExportIn, *, by_operator: bool = False) -> Export:
    """Ask for an export since a checkpoint; a job makes it, with the asker's rights as they are then (S8).

    `by_operator`: asked for at the command line, in the account's name; the record then says so. Raises Validation
    where no checkpoint of that size was signed, and RateLimited.
    """
    if not by_operator:
        await take_turn(tx, asker, Rate.EXPORT)
    since = asked.since_size if asked.since_size is not None else await last_size(tx, asker.account_id)
    if since and not await tx.scalar(IS_SIGNED, {"agency": asker.agency_id, "size": since}):
        raise Validation((Fault("/since_size", "unknown", "no checkpoint of that size was signed"),))
    more: dict[str, Any] = {"for_account": asker.account_id} if by_operator else {}
    export_id = uuid.uuid4()
    line = record(
        tx,
        "export.asked",
        ("export", export_id),
        profile=asked.profile,
        purpose=asked.purpose,
        since_size=since,
        **more,
    )
    export = Export(
        id=export_id,
        agency_id=asker.agency_id,
        asked_by=asker.account_id,
        profile=asked.profile,
        purpose=asked.purpose,
        since_size=since,
        asked_event_id=line.event_id,
        state=ExportState.ASKED,
        created_at=time_of(tx),
    )
    tx.add(export)
    return export


async def last_size(tx: AsyncSession, account_id: uuid.UUID) -> int:
    """Up to where this reader holds the record: where their last downloaded export ended; 0 before the first.

    One that was made and never downloaded does not count, or the next would begin after entries they never had.
    """
    return held_by(await exports_of(tx, account_id))


async def exports_of(tx: AsyncSession, account_id: uuid.UUID) -> list[Export]:
    """All exports that a reader ever asked for, for what they tell together."""
    return list(await tx.scalars(select(Export).where(Export.asked_by == account_id)))


async def list_exports(
    tx: AsyncSession, actor: Actor, limit: int, after: tuple[object, uuid.UUID] | None
) -> list[Export]:
    """The asker's own exports, newest first; one more than `limit` where there are more."""
    query = GATE.readable(actor, Right.READ_EXPORT)
    if after is not None:
        query = query.where(tuple_(Export.created_at, Export.id) < tuple_(*after))
    found = list(await tx.scalars(query.order_by(Export.created_at.desc(), Export.id.desc()).limit(limit + 1)))
    record(tx, "export.listed", ("export", None), ids=[each.id for each in found[:limit]], count=len(found[:limit]))
    return found


def read_export(tx: AsyncSession, held: Granted[Export]) -> Export:
    record(tx, "export.read", ("export", held.record.id))
    return held.record


def download_export(tx: AsyncSession, held: Granted[Export]) -> Export:
    """Let the asker have the file. Raises ExportNotReady or ExportGone."""
    export = held.record
    if export.state is not ExportState.MADE:
        raise ExportNotReady(export.state)
    if export.expires_at is None or export.expires_at <= time_of(tx):
        raise ExportGone
    note_download(tx, export)
    return export


def note_download(tx: AsyncSession, export: Export) -> None:
    """Its reader has it from now on."""
    if export.downloaded_at is None:
        export.downloaded_at = time_of(tx)
    record(tx, "export.downloaded", ("export", export.id), digest=export.digest)


def file_of(folder: Path, export_id: uuid.UUID) -> Path:
    """Where the file of a made export lies."""
    return folder / f"{export_id}.zip"
