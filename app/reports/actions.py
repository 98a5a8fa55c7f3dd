"""What an author does with drafts and filed reports. Filing itself makes a case too: `cases/filing.py`."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import exists, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.audit import entries
from app.audit.log import digest, record
from app.db.base import new_salt
from app.db.session import time_of
from app.reports.acknowledgements import acknowledged
from app.reports.drafts import seal, unseal
from app.reports.models import Draft, Receipt, Report, Supplement, SupplementRequest
from app.reports.rules import GATE
from app.reports.schemas import (
    DraftView,
    OwnReport,
    ReceiptView,
    ReportView,
    RequestView,
    SupplementIn,
    SupplementView,
)

LOCATOR_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without letters and digits that look alike on paper."""
MOST_OWN = 200
Position = tuple[datetime, uuid.UUID]
"""Of the last row of a page of reports: when it was filed, and its id."""
DRAFTS_OPEN = select(Draft).where(Draft.filed_as.is_(None)).order_by(Draft.updated_at.desc()).limit(50)


def new_locator() -> str:
    """Four groups of four, about 79 random bits: tells nothing of how many reports there are."""
    return "-".join("".join(secrets.choice(LOCATOR_ALPHABET) for _ in range(4)) for _ in range(4))


def canonical(content: dict[str, Any]) -> str:
    """RFC 8785 text: what is hashed, stored and shown are the same bytes."""
    return entries.canonical(content).decode()


async def start_draft(
    tx: AsyncSession, actor: Actor, content: dict[str, Any], key: str, draft_id: uuid.UUID | None = None
) -> Draft:
    draft_id = draft_id or uuid.uuid4()
    draft = Draft(
        id=draft_id,
        agency_id=actor.agency_id,
        author_id=actor.account_id,
        sealed=seal(key, actor.account_id, draft_id, content),
        updated_at=time_of(tx),
    )
    tx.add(draft)
    record(tx, "draft.saved", ("draft", draft_id), rev=1)
    await tx.flush()
    return draft


async def save_draft(tx: AsyncSession, held: Granted[Draft], content: dict[str, Any], key: str) -> Draft:
    draft = held.record
    draft.sealed = seal(key, draft.author_id, draft.id, content)
    draft.version += 1
    draft.updated_at = time_of(tx)
    record(tx, "draft.saved", ("draft", draft.id), rev=draft.version)
    return draft


async def drop_draft(tx: AsyncSession, held: Granted[Draft]) -> None:
    """Only a draft can be dropped; what was filed stays."""
    await tx.delete(held.record)
    record(tx, "draft.dropped", ("draft", held.record.id))


def read_draft(tx: AsyncSession, draft: Draft, key: str) -> DraftView:
    record(tx, "draft.read", ("draft", draft.id), rev=draft.version)
    content = unseal(key, draft.author_id, draft.id, draft.sealed)
    return DraftView(id=draft.id, version=draft.version, updated_at=draft.updated_at, content=content)


async def own_drafts(tx: AsyncSession, actor: Actor) -> list[Draft]:
    query = DRAFTS_OPEN.where(Draft.author_id == actor.account_id, Draft.agency_id == actor.agency_id)
    found = list((await tx.scalars(query)).all())
    record(tx, "draft.listed", ("draft", None), ids=[draft.id for draft in found], count=len(found))
    return found


async def own_reports(
    tx: AsyncSession, actor: Actor, *, after: Position | None = None, limit: int = MOST_OWN
) -> tuple[list[OwnReport], Position | None]:
    """One page of my reports, newest first, and the position of its last row where more follow."""
    query = GATE.readable(actor, Right.READ_REPORT).order_by(Report.filed_at.desc(), Report.id.desc())
    if after is not None:
        query = query.where(tuple_(Report.filed_at, Report.id) < tuple_(*after))
    rows = (await tx.scalars(query.limit(limit + 1))).all()
    found = rows[:limit]
    record(tx, "report.listed", ("report", None), ids=[report.id for report in found], count=len(found))
    ids = [report.id for report in found]
    known, asked = await acknowledged(tx, ids), await _asked(tx, ids)
    told = [OwnReport.of(report, acknowledged_at=known.get(report.id), is_asked=report.id in asked) for report in found]
    return told, (found[-1].filed_at, found[-1].id) if len(rows) > limit else None


async def _asked(tx: AsyncSession, report_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Those whose author was asked to add something, and added nothing since."""
    since = exists().where(
        Supplement.report_id == SupplementRequest.report_id, Supplement.filed_at > SupplementRequest.created_at
    )
    query = select(SupplementRequest.report_id).where(SupplementRequest.report_id.in_(report_ids), ~since)
    return set((await tx.scalars(query)).all())


async def read_own(tx: AsyncSession, held: Granted[Report]) -> ReportView:
    report = held.record
    record(tx, "report.read", ("report", report.id), fields=["all"])
    return ReportView(
        id=report.id,
        locator=report.locator,
        mode=report.mode,
        statement_class=report.statement_class,
        warning=report.warning,
        filed_at=report.filed_at,
        provision_id=report.provision_id,
        due_at=report.due_at,
        is_late=is_late(report.due_at, report.filed_at),
        acknowledged_at=(await acknowledged(tx, [report.id])).get(report.id),
        content_sha256=report.content_sha256.hex(),
        content=json.loads(report.content),
        supplements=await supplements_of(tx, report.id),
        requests=await requests_of(tx, report.id),
    )


def is_late(due_at: datetime | None, filed_at: datetime) -> bool | None:
    """None where no clock ran; a late report is still taken and is no charge on its own."""
    return None if due_at is None else filed_at > due_at


async def supplements_of(tx: AsyncSession, report_id: uuid.UUID) -> list[SupplementView]:
    query = select(Supplement).where(Supplement.report_id == report_id).order_by(Supplement.filed_at, Supplement.id)
    return [
        SupplementView(
            id=found.id,
            filed_at=found.filed_at,
            content_sha256=found.content_sha256.hex(),
            content=json.loads(found.content),
        )
        for found in (await tx.scalars(query)).all()
    ]


async def requests_of(tx: AsyncSession, report_id: uuid.UUID) -> list[RequestView]:
    query = select(SupplementRequest).where(SupplementRequest.report_id == report_id)
    found = (await tx.scalars(query.order_by(SupplementRequest.created_at, SupplementRequest.id))).all()
    return [RequestView(asks=asked.asks, asked_at=asked.created_at) for asked in found]


async def supplement(
    tx: AsyncSession, held: Granted[Report], more: SupplementIn, case_id: uuid.UUID | None = None
) -> Supplement:
    """Add to a filed report; the report itself is never edited."""
    report = held.record
    content = canonical(more.model_dump(mode="json"))
    added = Supplement(
        id=uuid.uuid4(),
        agency_id=report.agency_id,
        report_id=report.id,
        content=content,
        content_sha256=hashlib.sha256(content.encode()).digest(),
        salt=new_salt(),
        filed_at=time_of(tx),
    )
    tx.add(added)
    record(
        tx,
        "report.supplemented",
        ("report", report.id),
        case_id=case_id,
        state=digest(added.salt, content),
        supplement=added.id,
        content_sha256=added.content_sha256,
    )
    return added


def receipt_view(report: Report, receipt: Receipt, origin: str) -> ReceiptView:
    return ReceiptView(
        locator=report.locator,
        report_id=report.id,
        filed_at=report.filed_at,
        content_sha256=report.content_sha256.hex(),
        origin=origin,
        leaf=receipt.leaf.decode(),
        blocks=[receipt.of, receipt.what],
        promise=receipt.promise,
        promise_to_follow=receipt.promise is None,
    )
