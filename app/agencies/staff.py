"""One officer over time: postings, leaving, declared relatives. Knows nothing of reports and cases."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.agencies.actions import agency_of, refuse_future, today_in
from app.agencies.models import Account, Kin, Officer, Posting
from app.audit.log import record
from app.errors import Conflict, Fault, NotFound, Validation


@dataclass(eq=False)
class NotOnRoster(Conflict):
    """This officer holds no posting now."""


async def officer_of(tx: AsyncSession, officer_id: uuid.UUID) -> Officer:
    """An officer of the staff, locked. Raises NotFound, also for someone known from a force form alone."""
    found = await tx.get(Officer, officer_id, with_for_update=True)
    if found is None or found.source != "roster":
        raise NotFound
    return found


async def postings_of(tx: AsyncSession, officer_id: uuid.UUID) -> Sequence[Posting]:
    """What an officer was, from first to last."""
    return (await tx.scalars(select(Posting).where(Posting.officer_id == officer_id).order_by(Posting.from_on))).all()


async def leave(tx: AsyncSession, officer: Officer, on: date) -> Posting:
    """The officer is off the roster from a day on that is not in the future; all postings stay on file.

    Raises NotOnRoster, Validation.
    """
    await refuse_future(tx, officer.agency_id, "/on", on)
    query = select(Posting).where(Posting.officer_id == officer.id, Posting.until_on.is_(None))
    held = await tx.scalar(query.with_for_update())
    if held is None:
        raise NotOnRoster
    if on <= held.from_on:
        raise Validation((Fault("/on", "order", "must be after the posting that holds now began"),))
    held.until_on = on
    record(tx, "officer.left", ("officer", officer.id), until_on=str(on))
    return held


async def kin_of(tx: AsyncSession, officer_id: uuid.UUID) -> list[tuple[Kin, uuid.UUID]]:
    """Declared relatives of an officer, whoever declared it, each with the other one's id."""
    query = select(Kin).where(or_(Kin.officer_id == officer_id, Kin.relative_id == officer_id))
    found = (await tx.scalars(query.order_by(Kin.created_at, Kin.id))).all()
    record(tx, "kin.read", ("officer", officer_id), count=len(found))
    return [(kin, kin.relative_id if kin.officer_id == officer_id else kin.officer_id) for kin in found]


async def end_kin(tx: AsyncSession, officer_id: uuid.UUID, kin_id: uuid.UUID) -> Kin:
    """Two officers are relatives no longer, from today on. Incidents up to today keep the walls. Raises NotFound."""
    kin = await tx.get(Kin, kin_id, with_for_update=True)
    if kin is None or officer_id not in (kin.officer_id, kin.relative_id) or kin.ended_on is not None:
        raise NotFound
    kin.ended_on = today_in(await agency_of(tx, kin.agency_id), tx)
    relative = kin.relative_id if kin.officer_id == officer_id else kin.officer_id
    record(tx, "kin.ended", ("officer", officer_id), relative=relative, ended_on=str(kin.ended_on))
    return kin


async def last_names(tx: AsyncSession, officer_ids: set[uuid.UUID]) -> dict[uuid.UUID, Posting]:
    """The last posting of each of these officers, also of those who left."""
    if not officer_ids:
        return {}
    query = select(Posting).where(Posting.officer_id.in_(officer_ids)).order_by(Posting.from_on)
    return {posting.officer_id: posting for posting in (await tx.scalars(query)).all()}


async def account_of(tx: AsyncSession, officer_id: uuid.UUID) -> Account | None:
    found: Account | None = await tx.scalar(select(Account).where(Account.officer_id == officer_id))
    return found


async def led_by_nobody(tx: AsyncSession) -> Sequence[Posting]:
    """Officers whose supervisor has left the roster: a report of theirs would find no supervisor above them."""
    above = aliased(Posting)
    holds = select(above.id).where(above.officer_id == Posting.supervisor_id, above.until_on.is_(None)).exists()
    query = staff_now().where(Posting.supervisor_id.is_not(None), ~holds)
    return (await tx.scalars(query.order_by(Posting.badge).limit(100))).all()


def staff_now() -> Select[Posting]:
    """Postings that hold now, without those known from a force form alone: a form is a fact of a case."""
    held = select(Posting).join(Officer, Officer.id == Posting.officer_id)
    return held.where(Officer.source == "roster", Posting.until_on.is_(None))


def day_before(day: date) -> date:
    """The last day that something held whose end is written as the first day it no longer did."""
    return day - timedelta(days=1)
