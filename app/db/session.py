"""Engine and session: every transaction starts by telling PostgreSQL for which agency it speaks (S11)."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, SessionTransaction

Sessions = async_sessionmaker[AsyncSession]

SET_AGENCY = text("SELECT set_config('app.agency_id', :agency, true)")


class AppSession(Session):
    """The session whose hooks hold the house rules: context at begin, entries before commit."""


@event.listens_for(AppSession, "after_begin")
def _tell_agency(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    agency_id = session.info.get("agency_id")
    if agency_id is not None:
        connection.execute(SET_AGENCY, {"agency": str(agency_id)})


async def speak_for(tx: AsyncSession, agency_id: uuid.UUID) -> None:
    """Make this transaction, and no other, speak for an agency."""
    tx.info["agency_id"] = agency_id
    await tx.execute(SET_AGENCY, {"agency": str(agency_id)})


def time_of(tx: AsyncSession) -> datetime:
    """The server's time of this act, taken once (UTC)."""
    at: datetime = tx.info.setdefault("at", datetime.now(UTC))
    return at


def as_role(url: str, role: str, password: str) -> URL:
    """The same server and database, entered as another role."""
    return make_url(url).set(drivername="postgresql+psycopg", username=role, password=password)


BY_INDEX = "-c enable_seqscan=off -c jit=off"
"""For sessions that live long and look up single rows.

A session that meets a table while it is nearly empty and freshly analysed keeps checking foreign keys by reading all of
it, long after it has grown; a filing then takes five times as long until the next analyse. Where only a sequential scan
can answer, it is still taken; its mock cost must not call the compiler.
"""


def make_engine(url: URL, *, pool_size: int = 5, wait_seconds: float = 3.0, options: str = "") -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=wait_seconds,
        pool_pre_ping=False,
        connect_args={"prepare_threshold": 2, "application_name": "upstander", "options": options},
    )


def make_sessions(engine: AsyncEngine) -> Sessions:
    """Sessions of one engine; they share `origins`, the never-changing names of the logs."""
    return async_sessionmaker(engine, sync_session_class=AppSession, expire_on_commit=False, info={"origins": {}})
