"""Agencies, their units and officers over time, and the accounts that sign in."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.access.actor import Role
from app.db.base import Base, Instant, Keyed, Record, Tenant, Versioned, now_in_utc, word


class Rank(StrEnum):
    """A controlled list, lowest first; free-text ranks are mapped to it on import (practice.md 2.2)."""

    OFFICER = "officer"
    DETECTIVE = "detective"
    CORPORAL = "corporal"
    SERGEANT = "sergeant"
    LIEUTENANT = "lieutenant"
    CAPTAIN = "captain"
    MAJOR = "major"
    DEPUTY_CHIEF = "deputy_chief"
    CHIEF = "chief"
    OTHER = "other"
    NOT_GIVEN = "not_given"


class Agency(Keyed, Versioned, Base):
    """A tenant. Its ORI and state decide which law applies."""

    __tablename__ = "agency"

    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    """Last part of the origin of its log; never changes."""
    ori: Mapped[str] = mapped_column(unique=True)
    state: Mapped[str]
    """Two letters."""
    time_zone: Mapped[str]
    went_live_on: Mapped[date]
    """Incidents from before this day start no clocks."""
    made_up: Mapped[bool] = mapped_column(default=False)
    """A demo agency: every page says so."""
    created_at: Mapped[datetime] = mapped_column(default=now_in_utc)

    __table_args__ = (
        CheckConstraint("ori ~ '^[A-Z0-9]{9}$'", name="ori"),
        CheckConstraint("state ~ '^[A-Z]{2}$'", name="state"),
    )


class Unit(Record, Base):
    """A part of the agency; a tree."""

    __tablename__ = "unit"

    name: Mapped[str]
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    closed_on: Mapped[date | None]
    """First day that it was no more. What it was called before stands in `UnitPast`."""


class Officer(Record, Base):
    """A person on the roster. What changes over time stands in the postings."""

    __tablename__ = "officer"

    source: Mapped[str] = mapped_column(default="roster")
    """roster, or force_form for someone known only from an imported form."""


class Posting(Record, Base):
    """What an officer was from one day to another: badge, name, rank, unit, supervisor."""

    __tablename__ = "posting"

    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"))
    badge: Mapped[str]
    name: Mapped[str]
    rank: Mapped[Rank] = mapped_column(word(Rank))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("unit.id"))
    supervisor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("officer.id"))
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    """First day that it no longer held; none while it holds."""

    __table_args__ = (
        CheckConstraint("until_on IS NULL OR until_on > from_on", name="order"),
        Index("uq_posting_current", "officer_id", unique=True, postgresql_where=text("until_on IS NULL")),
        Index("uq_posting_badge", "agency_id", "badge", unique=True, postgresql_where=text("until_on IS NULL")),
        Index("ix_posting_supervisor", "supervisor_id"),
    )


class Kin(Record, Base):
    """A declared relative: on every wall that the officer is on (S2)."""

    __tablename__ = "kin"

    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"), index=True)
    relative_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"), index=True)
    ended_on: Mapped[date | None]
    """The day it was declared over; incidents up to that day keep the walls that it raised."""


class Account(Record, Versioned, Base):
    """Signs in; has roles in one agency; may be an officer."""

    __tablename__ = "account"

    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    """Argon2id in PHC form (S38)."""
    pseudonym: Mapped[uuid.UUID] = mapped_column(default=uuid.uuid4, unique=True)
    """Stands for the person in the record; meaningless once this row is gone."""
    officer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("officer.id"))
    language: Mapped[str] = mapped_column(default="en")
    disabled_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_account_email", "agency_id", text("lower(email)"), unique=True),
        Index("ix_account_email", text("lower(email)")),
        UniqueConstraint("agency_id", "officer_id"),
    )


class AccountRole(Tenant, Base):
    """An office held from one moment to another."""

    __tablename__ = "account_role"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    role: Mapped[Role] = mapped_column(word(Role), primary_key=True)
    granted_at: Mapped[datetime] = mapped_column(default=now_in_utc, primary_key=True)
    granted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_account_role_held", "agency_id", "role", postgresql_where=text("ended_at IS NULL")),)
    """Each filing asks who commands; without it that would cost more with every account."""


class Session(Tenant, Base):
    """A signed-in browser. The token itself is never kept (S34)."""

    __tablename__ = "session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant())
    seen_at: Mapped[datetime] = mapped_column(Instant())
    ended_at: Mapped[datetime | None]


class SignInTry(Base):
    """Bad tries of one pair of account and source, hashed together (S39). Of no agency: nobody is signed in yet."""

    __tablename__ = "sign_in_try"

    pair: Mapped[str] = mapped_column(primary_key=True)
    tries: Mapped[int]
    since: Mapped[datetime]
