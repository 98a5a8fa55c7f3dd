"""How often one person may do what is costly, or what a flood is made of (security section 5)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Denial
from app.access.rights import Right
from app.agencies.keeping import AgencyRate, Rate
from app.audit.log import record
from app.db.direct import ask
from app.db.session import time_of
from app.errors import Fault, RateLimited, Validation

TAKE_TURN = "SELECT take_turn(%(agency)s, %(account)s, %(what)s, %(usual)s, %(span)s)"
MOST = 1_000_000


@dataclass(frozen=True)
class Usual:
    """So many within a span that begins with the first of them, of what this right allows."""

    most: int
    span: timedelta
    right: Right


USUAL = {
    Rate.SEARCH: Usual(60, timedelta(minutes=1), Right.READ_CASE),
    Rate.REPORT: Usual(10, timedelta(hours=1), Right.FILE),
    Rate.EXPORT: Usual(5, timedelta(days=1), Right.EXPORT),
}


async def take_turn(tx: AsyncSession, actor: Actor, what: Rate) -> None:
    """Count one act of this person. Raises RateLimited with the time until the span is over.

    Counted in the transaction of the act: what is refused or fails does not count. A made-up agency, which people try
    out and programs fill, has only the rates that were set for it.
    """
    usual = USUAL[what]
    asked = {
        "agency": actor.agency_id,
        "account": actor.account_id,
        "what": what.value,
        "usual": usual.most,
        "span": usual.span,
    }
    [[seconds]] = await ask(tx, TAKE_TURN, asked)
    if seconds:
        raise RateLimited(seconds) from Denial(usual.right, "agency", actor.agency_id, "rate")


async def set_rate(tx: AsyncSession, agency_id: uuid.UUID, what: Rate, most: int) -> AgencyRate:
    """Another rate for an agency from now on. Raises Validation below the usual one: nobody is slowed down by it."""
    if not USUAL[what].most <= most <= MOST:
        raise Validation((Fault("/most", "range", f"between {USUAL[what].most} and {MOST}"),))
    rate = AgencyRate(id=uuid.uuid4(), agency_id=agency_id, what=what, most=most, created_at=time_of(tx))
    tx.add(rate)
    record(tx, "rate.set", ("agency", agency_id), what=what, most=most)
    return rate
