"""Who has opened what: written with the entry of a read, asked by the gate of approvals."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.cases.models import Opened
from app.db.session import time_of
from app.reports.models import Supplement


async def mark_opened(tx: AsyncSession, case_id: uuid.UUID, *object_ids: uuid.UUID) -> None:
    """The signed-in person has been shown these; the last time counts. The caller records the read."""
    actor: Actor = tx.info["actor"]
    rows = [
        {
            "agency_id": actor.agency_id,
            "account_id": actor.account_id,
            "object_id": object_id,
            "case_id": case_id,
            "at": time_of(tx),
        }
        for object_id in dict.fromkeys(object_ids)
    ]
    if rows:
        same = [Opened.account_id, Opened.object_id]
        await tx.execute(
            upsert(Opened).values(rows).on_conflict_do_update(index_elements=same, set_={"at": time_of(tx)})
        )


async def last_opened(tx: AsyncSession, object_ids: Iterable[uuid.UUID]) -> Opened | None:
    """Which of `object_ids` the signed-in person opened last, and when."""
    actor: Actor = tx.info["actor"]
    query = select(Opened).where(Opened.account_id == actor.account_id, Opened.object_id.in_(list(object_ids)))
    found: Opened | None = await tx.scalar(query.order_by(Opened.at.desc(), Opened.object_id).limit(1))
    return found


async def unopened(tx: AsyncSession, account_id: uuid.UUID, object_ids: Iterable[uuid.UUID]) -> list[uuid.UUID]:
    """Those of `object_ids` that this person has not opened yet, in their order.

    A report to which a supplement came since counts as unopened again.
    """
    asked = list(dict.fromkeys(object_ids))
    added = exists().where(Supplement.report_id == Opened.object_id, Supplement.filed_at > Opened.at)
    query = select(Opened.object_id).where(Opened.account_id == account_id, Opened.object_id.in_(asked), ~added)
    known = set((await tx.scalars(query)).all()) if asked else set()
    return [object_id for object_id in asked if object_id not in known]
