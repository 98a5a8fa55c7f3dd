"""Evidence of a case: references to its incident's items, entered once and never changed."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.audit.log import record
from app.cases.models import Case
from app.cases.opened import mark_opened
from app.cases.timeline import note
from app.db.session import time_of
from app.errors import NotFound
from app.evidence.models import EvidenceItem
from app.evidence.schemas import EvidenceIn


async def enter(tx: AsyncSession, held: Granted[Case], said: EvidenceIn) -> EvidenceItem:
    """Enter a reference, in any state: a closed case is reopened on evidence that came to light."""
    case = held.record
    item = EvidenceItem(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        incident_id=case.incident_id,
        kind=said.kind,
        title=said.title,
        sha256=bytes.fromhex(said.sha256),
        held_at=said.held_at,
        entered_by=held.actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(item)
    note(
        tx,
        case,
        "evidence.added",
        on=("evidence", item.id),
        shown={"evidence": str(item.id), "kind": item.kind, "title": item.title},
        rev=1,
        case=case.id,
        kind=item.kind,
        sha256=item.sha256,
    )
    return item


async def evidence_of(tx: AsyncSession, case: Case) -> list[EvidenceItem]:
    """All items, first entered first."""
    query = select(EvidenceItem).where(EvidenceItem.incident_id == case.incident_id)
    return list((await tx.scalars(query.order_by(EvidenceItem.created_at, EvidenceItem.id))).all())


async def open_item(tx: AsyncSession, held: Granted[Case], evidence_id: uuid.UUID) -> EvidenceItem:
    """One item; from now on this person has opened it. Raises NotFound."""
    case = held.record
    item = await tx.get(EvidenceItem, evidence_id)
    if item is None or item.incident_id != case.incident_id:
        raise NotFound
    await mark_opened(tx, case.id, item.id)
    record(tx, "evidence.read", ("evidence", item.id), case_id=case.id, case=case.id)
    return item
