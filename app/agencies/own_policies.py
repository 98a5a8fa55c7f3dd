"""The agency's own texts on the duty: entered whole, never changed, the version of a day is the last that had begun."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.keeping import OwnPolicy
from app.agencies.keeping_schemas import OwnPolicyIn
from app.agencies.models import Agency
from app.audit.log import record
from app.errors import Fault, Validation


async def enter(tx: AsyncSession, agency_id: uuid.UUID, said: OwnPolicyIn) -> OwnPolicy:
    """Enter a text, or a later version of one. Raises Validation where the last one of its citation begins later."""
    await tx.get_one(Agency, agency_id, with_for_update=True)
    last = await tx.scalar(select(func.max(OwnPolicy.in_force_from)).where(OwnPolicy.citation == said.citation))
    if last is not None and said.in_force_from <= last:
        raise Validation((Fault("/in_force_from", "order", "must be after the version that stands began"),))
    content = json.dumps([said.citation, said.title, said.text], ensure_ascii=False)
    entered = OwnPolicy(
        id=uuid.uuid4(),
        agency_id=agency_id,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        **said.model_dump(),
    )
    tx.add(entered)
    record(
        tx,
        "own_policy.entered",
        ("policy", entered.id),
        content_sha256=entered.sha256,
        in_force_from=str(said.in_force_from),
    )
    return entered


async def own_policies(tx: AsyncSession, agency_id: uuid.UUID) -> Sequence[OwnPolicy]:
    """All versions of all texts, the latest of each first."""
    query = select(OwnPolicy).order_by(OwnPolicy.citation, OwnPolicy.in_force_from.desc()).limit(500)
    found = (await tx.scalars(query)).all()
    record(tx, "own_policy.read", ("agency", agency_id), ids=[each.id for each in found], count=len(found))
    return found
