"""Finding per allegation, its approvals, the notice to the accused, the worksheet and the decision."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.cases.models import Duty
from app.db.base import Base, Record, Versioned, new_salt, word


class Disposition(StrEnum):
    """Neutral words; local labels stand beside them (practice.md section 4)."""

    SUSTAINED = "sustained"
    NOT_SUSTAINED = "not_sustained"
    EXONERATED = "exonerated"
    UNFOUNDED = "unfounded"
    POLICY_FAILURE = "policy_failure"
    TRAINING_FAILURE = "training_failure"
    NOT_COMPLETED = "not_completed"


class Proof(StrEnum):
    PREPONDERANCE = "preponderance"
    CLEAR_AND_CONVINCING = "clear_and_convincing"


class FindingState(StrEnum):
    PROPOSED = "proposed"
    APPROVED = "approved"
    SENT_BACK = "sent_back"
    SUPERSEDED = "superseded"


class Answered(StrEnum):
    """How the accused met the notice before a decision."""

    ANSWERED = "answered"
    WAIVED = "waived"
    LAPSED = "lapsed"
    """The time to answer ran out without a word."""


class Finding(Record, Versioned, Base):
    """What was found on one allegation. Superseded by a later one, never changed; workflow.take assigns `state`."""

    __tablename__ = "finding"

    allegation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("allegation.id"), index=True)
    revision: Mapped[int]
    state: Mapped[FindingState] = mapped_column(word(FindingState))
    disposition: Mapped[Disposition] = mapped_column(word(Disposition))
    proof: Mapped[Proof] = mapped_column(word(Proof))
    rationale: Mapped[str]
    provision_id: Mapped[str]
    evidence: Mapped[list[str]]
    """Ids of evidence items, reports and assessments that it rests on."""
    assessment_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("assessment.id"))
    """The revision of the six elements it rests on; required where the duty is to intervene."""
    not_completed_because: Mapped[str | None]
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    salt: Mapped[bytes] = mapped_column(default=new_salt)

    __table_args__ = (
        UniqueConstraint("allegation_id", "revision"),
        Index(
            "uq_finding_standing",
            "allegation_id",
            unique=True,
            postgresql_where=text("state IN ('proposed', 'approved')"),
        ),
    )


class Approval(Record, Base):
    """Another person's yes or no to a proposed finding, after opening what it rests on."""

    __tablename__ = "approval"

    finding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("finding.id"), index=True)
    approves: Mapped[bool]
    reason: Mapped[str]
    given_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (UniqueConstraint("finding_id", "given_by"),)


class Notice(Record, Versioned, Base):
    """Charges and packet served on the accused, and their answer or waiver (Loudermill). All they see (S14)."""

    __tablename__ = "notice"

    allegation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("allegation.id"), index=True)
    finding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("finding.id"), unique=True)
    """The sustained finding it is about; a reopened case that sustains anew serves anew."""
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"), index=True)
    duty: Mapped[Duty] = mapped_column(word(Duty))
    """Duty and provision stand in the notice itself, so that showing it reads nothing of the case."""
    provision_id: Mapped[str]
    charges: Mapped[str]
    packet: Mapped[list[Any]]
    """What was delivered: title and SHA-256 of each item; reporters' names withheld."""
    served_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    served_at: Mapped[datetime]
    answer_due_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answer: Mapped[str | None]
    is_waived: Mapped[bool] = mapped_column(default=False)
    representative: Mapped[str | None]
    """Who stands by the accused, as they named them: of a union, or counsel."""
    representative_contact: Mapped[str | None]
    salt: Mapped[bytes] = mapped_column(default=new_salt)


class MatrixVersion(Record, Base):
    """A discipline matrix of the agency. A sample may be looked at and worked with in a demo, never decided on."""

    __tablename__ = "matrix_version"

    name: Mapped[str]
    in_force_from: Mapped[date]
    is_sample: Mapped[bool]
    matrix: Mapped[dict[str, Any]]

    __table_args__ = (
        UniqueConstraint("agency_id", "name"),
        UniqueConstraint("agency_id", "is_sample", "in_force_from"),
    )


class Worksheet(Record, Base):
    """Cell, factors and proposal for one sustained allegation, on the matrix of the incident's day."""

    __tablename__ = "worksheet"

    allegation_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("allegation.id"), index=True)
    finding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("finding.id"))
    revision: Mapped[int]
    matrix_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matrix_version.id"))
    category: Mapped[str]
    level: Mapped[int]
    presumptive: Mapped[dict[str, Any]]
    """The cell's range as the matrix had it."""
    factors: Mapped[list[Any]]
    """{factor, weighs: aggravating | mitigating, evidence, reasoning}."""
    proposal: Mapped[dict[str, Any]]
    """{penalty, amount, departure_reason}."""
    proposed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    salt: Mapped[bytes] = mapped_column(default=new_salt)

    __table_args__ = (UniqueConstraint("finding_id", "revision"),)


class Decision(Record, Base):
    """What was decided on one worksheet, by someone who neither proposed nor approved. Appeals stand beside it."""

    __tablename__ = "decision"

    worksheet_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("worksheet.id"), unique=True)
    finding_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("finding.id"), unique=True)
    penalty: Mapped[str]
    amount: Mapped[int | None]
    """In the unit of the matrix's ladder, for example days."""
    departure_reason: Mapped[str | None]
    considered: Mapped[str]
    """How the answer of the accused was considered."""
    answered: Mapped[Answered] = mapped_column(word(Answered))
    decided_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    salt: Mapped[bytes] = mapped_column(default=new_salt)
