"""One person's sealed statement, what was added to it, and the drafts before it."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Computed, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Record, Tenant, Versioned, new_salt, now_in_utc, word


class Mode(StrEnum):
    """How far the reporter's identity is protected (S15)."""

    NAMED = "named"


class StatementClass(StrEnum):
    """Whether the statement counts as compelled (law.md section 4); stored with the warning that was shown."""

    VOLUNTARY = "voluntary"
    COMPELLED = "compelled"
    DUTY_REPORT = "duty_report"


class Draft(Record, Versioned, Base):
    """A report being written. Sealed under a server secret for its author alone."""

    __tablename__ = "draft"

    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    sealed: Mapped[bytes]
    updated_at: Mapped[datetime] = mapped_column(default=now_in_utc)
    filed_as: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("report.id"))
    """Set once, by filing: a second sending of the same draft finds the first report."""


class Report(Record, Base):
    """A filed report. Nothing that was said is ever edited; supplements add to it.

    Which incident it tells of is the agency's reading: intake may move a report, and the record says so.
    """

    __tablename__ = "report"

    author_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    author_officer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("officer.id"), index=True)
    incident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("incident.id"), index=True)
    locator: Mapped[str] = mapped_column(unique=True)
    mode: Mapped[Mode] = mapped_column(word(Mode))
    statement_class: Mapped[StatementClass] = mapped_column(word(StatementClass))
    warning: Mapped[str]
    """Version of the warning text that was shown."""
    content: Mapped[str]
    """RFC 8785 canonical JSON of what was said."""
    content_sha256: Mapped[bytes]
    salt: Mapped[bytes] = mapped_column(default=new_salt)
    match_is_certain: Mapped[bool]
    """False: the incident was matched by time, place and people, and intake has to confirm."""
    provision_id: Mapped[str]
    due_at: Mapped[datetime | None]
    filed_at: Mapped[datetime]
    words: Mapped[Any] = mapped_column(TSVECTOR, Computed("told_words(content)", persisted=True), deferred=True)
    """What is searched: all that was told but for the fear of retaliation, in the same compartment as the content."""
    fear: Mapped[Any] = mapped_column(TSVECTOR, Computed("fear_words(content)", persisted=True), deferred=True)

    __mapper_args__ = {"eager_defaults": False}
    __table_args__ = (
        Index("ix_report_to_match", "agency_id", "filed_at", "id", postgresql_where=text("NOT match_is_certain")),
    )


class Supplement(Record, Base):
    """What the author adds to a filed report."""

    __tablename__ = "supplement"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"), index=True)
    content: Mapped[str]
    content_sha256: Mapped[bytes]
    salt: Mapped[bytes] = mapped_column(default=new_salt)
    filed_at: Mapped[datetime]
    words: Mapped[Any] = mapped_column(TSVECTOR, Computed("told_words(content)", persisted=True), deferred=True)

    __mapper_args__ = {"eager_defaults": False}


class SupplementRequest(Record, Base):
    """What the agency asked the author to add when it returned a report."""

    __tablename__ = "supplement_request"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"), index=True)
    asks: Mapped[str]
    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))


class FilingNumber(Tenant, Base):
    """Numbers without gaps, one per report; shown inside the case only."""

    __tablename__ = "filing_number"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (Index("uq_filing_number", "agency_id", "number", unique=True),)


class FilingCounter(Base):
    """Last number given; its row is taken last before the commit, so that it is held for one round trip."""

    __tablename__ = "filing_counter"

    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, default=0)


class Receipt(Tenant, Base):
    """What the author can later prove with: own leaf and the two blocks that name what was filed (S21)."""

    __tablename__ = "receipt"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    leaf: Mapped[bytes]
    what: Mapped[str]
    of: Mapped[str]
    promise: Mapped[str | None]
    """Signed note; none until the signer gave one."""


class Acknowledgement(Tenant, Base):
    """When someone who works on it first had this report in hand; kept for each report, whatever case it is in."""

    __tablename__ = "acknowledgement"

    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"), primary_key=True)
    at: Mapped[datetime]
