"""What an administrator keeps beside roster and accounts: history of units, invitations, calendar, own policies."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Record, Tenant, now_in_utc, word


class UnitPast(Record, Base):
    """What a unit was called and where it stood in the tree, until a day."""

    __tablename__ = "unit_past"

    unit_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    until_on: Mapped[date]
    """First day that it no longer held."""


class Invitation(Tenant, Base):
    """A secret, shown once, with which the holder of an account sets their first password. Kept as a hash."""

    __tablename__ = "invitation"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    created_at: Mapped[datetime] = mapped_column(default=now_in_utc)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    """Used, or replaced by a later one."""


class RosterFile(Record, Base):
    """A roster as it was uploaded, kept until it is applied or left."""

    __tablename__ = "roster_file"

    content: Mapped[bytes]
    sha256: Mapped[str]
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))


class CalendarYear(Record, Base):
    """A year whose holidays the agency has taken over: working days can be counted in it."""

    __tablename__ = "calendar_year"

    year: Mapped[int]

    __table_args__ = (UniqueConstraint("agency_id", "year"),)


class CalendarDay(Record, Base):
    """A day on which nobody works. Removed days stay on file with the moment of their removal."""

    __tablename__ = "calendar_day"

    day: Mapped[date]
    name: Mapped[str]
    removed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_calendar_day", "agency_id", "day", unique=True, postgresql_where=text("removed_at IS NULL")),
    )


class OwnPolicy(Record, Base):
    """A text of the agency's own, from the day it holds. Never changed; a later version begins on a later day."""

    __tablename__ = "own_policy"

    citation: Mapped[str]
    title: Mapped[str]
    text: Mapped[str]
    in_force_from: Mapped[date]
    sha256: Mapped[str]

    __table_args__ = (UniqueConstraint("agency_id", "citation", "in_force_from"),)


class Rate(StrEnum):
    """What one person may do only so often."""

    SEARCH = "search"
    REPORT = "report"
    EXPORT = "export"


class AgencyRate(Record, Base):
    """How often in this agency, where that is more than usual. Never changed; a later one takes over."""

    __tablename__ = "agency_rate"

    what: Mapped[Rate] = mapped_column(word(Rate))
    most: Mapped[int]

    __table_args__ = (CheckConstraint("most > 0", name="most"),)


class ApiClient(Record, Base):
    """A machine account: a program of the agency's with rights of its own and no office. Revoked, never changed."""

    __tablename__ = "api_client"

    id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    """Of its account too, which can neither hold an office nor sign in."""
    name: Mapped[str]
    scopes: Mapped[list[str]]
    secret_hash: Mapped[str]
    """Argon2id in PHC form; the secret was shown once."""
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    last_used_at: Mapped[datetime | None]
    """When it last asked for a token."""
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_api_client_name", "agency_id", "name", unique=True, postgresql_where=text("revoked_at IS NULL")),
    )
