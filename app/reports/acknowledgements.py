"""That a report is in someone's hands, told to its author for that report alone.

A case may have been taken up before a further report joined it. To tell the author so would tell that others had
reported, so each report is acknowledged on its own: with the case where it was there first, else when it is opened.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.session import time_of
from app.reports.models import Acknowledgement


async def acknowledge(tx: AsyncSession, agency_id: uuid.UUID, report_ids: Collection[uuid.UUID]) -> None:
    """The first time counts. The caller records the act or the read in which it happens."""
    rows = [{"report_id": report_id, "agency_id": agency_id, "at": time_of(tx)} for report_id in report_ids]
    if rows:
        await tx.execute(upsert(Acknowledgement).values(rows).on_conflict_do_nothing())


async def acknowledged(tx: AsyncSession, report_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, datetime]:
    query = select(Acknowledgement.report_id, Acknowledgement.at).where(Acknowledgement.report_id.in_(report_ids))
    return {row.report_id: row.at for row in (await tx.execute(query)).all()}
