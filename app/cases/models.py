"""The agency's work on an incident: where it stands, who holds it, what is alleged, what was assessed."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.access.actor import Role
from app.db.base import Base, Record, Tenant, Versioned, new_salt, now_in_utc, word


class State(StrEnum):
    """Where a case stands (product.md 4a)."""

    ROUTED = "routed"
    TRIAGE = "triage"
    RETURNED = "returned"
    INVESTIGATION = "investigation"
    SCREENED_OUT = "screened_out"
    REFERRED = "referred"
    FINDINGS_REVIEW = "findings_review"
    DISCIPLINE = "discipline"
    BOARD_REVIEW = "board_review"
    CLOSED = "closed"
    APPEAL = "appeal"


class Level(StrEnum):
    """How high a case was routed, past everyone in conflict."""

    SUPERVISOR = "supervisor"
    INTERNAL_AFFAIRS = "internal_affairs"
    OUTSIDE = "outside"


class Classification(StrEnum):
    CRIMINAL = "criminal"
    ADMINISTRATIVE = "administrative"
    ABEYANCE = "abeyance"


class Duty(StrEnum):
    """What an allegation is about (product.md section 3)."""

    EXCESSIVE_FORCE = "excessive_force"
    FAILURE_TO_INTERVENE = "failure_to_intervene"
    FAILURE_TO_REPORT = "failure_to_report"
    FAILURE_TO_RENDER_AID = "failure_to_render_aid"
    FAILURE_TO_SUPERVISE = "failure_to_supervise"
    FAILURE_TO_ACT = "failure_to_act"
    RETALIATION = "retaliation"
    UNTRUTHFULNESS = "untruthfulness"


class ImmediateKind(StrEnum):
    """What triage has to answer at once (product.md section 2, step 4)."""

    PRESERVE_VIDEO = "preserve_video"
    SEPARATE_OFFICERS = "separate_officers"
    MEDICAL_CHECK = "medical_check"
    CRIMINAL_REFERRAL = "criminal_referral"
    PROTECT_REPORTER = "protect_reporter"


class ImmediateAnswer(StrEnum):
    DONE = "done"
    ORDERED = "ordered"
    NOT_NEEDED = "not_needed"


class Element(StrEnum):
    """The six elements of the duty to intervene (law.md section 1)."""

    PRESENCE = "presence"
    UNDERLYING_VIOLATION = "underlying_violation"
    KNOWLEDGE = "knowledge"
    REALISTIC_OPPORTUNITY = "realistic_opportunity"
    RESPONSE = "response"
    HARM_AFTER_OPPORTUNITY = "harm_after_opportunity"


class ElementAnswer(StrEnum):
    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"
    NOT_APPLICABLE = "not_applicable"


class ReportedAnswer(StrEnum):
    """Whether an officer reported what they saw."""

    YES = "yes"
    LATE = "late"
    NO = "no"
    NOT_OWED = "not_owed"


class MarkKind(StrEnum):
    """A moment of the scene for one officer (law.md section 1: the per-officer timeline)."""

    ARRIVAL = "arrival"
    FIRST_SIGHT = "first_sight"
    FIRST_FORCE = "first_force"
    ACT = "act"
    INTERVENTION = "intervention"
    LAST_FORCE = "last_force"
    DEPARTURE = "departure"


class Exactness(StrEnum):
    """How exactly the time of a mark is known."""

    SECOND = "second"
    MINUTE = "minute"
    ABOUT = "about"


class BoardAnswer(StrEnum):
    CONCUR = "concur"
    DISSENT = "dissent"
    NO_VIEW = "no_view"


class ReferenceKind(StrEnum):
    REFERRAL = "referral"
    REFERRAL_OUTCOME = "referral_outcome"
    APPEAL = "appeal"
    APPEAL_OUTCOME = "appeal_outcome"
    REOPENING = "reopening"


class Case(Record, Versioned, Base):
    """`state` is assigned by workflow.take alone."""

    __tablename__ = "case"

    incident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("incident.id"), unique=True)
    number: Mapped[str | None]
    """Human case number, given after triage, shown inside the wall only (S9)."""
    state: Mapped[State] = mapped_column(word(State))
    level: Mapped[Level] = mapped_column(word(Level))
    holder_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    """The supervisor it was routed to; none where internal affairs or the outside reviewer holds it."""
    classification: Mapped[Classification | None] = mapped_column(word(Classification))
    triage_due_at: Mapped[datetime]
    """Never moved: a case routed anew is as late as it was."""
    entered_at: Mapped[datetime] = mapped_column(default=now_in_utc)
    """When it entered its present state."""
    closed_at: Mapped[datetime | None]
    made_up: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        Index("ix_case_queue", "agency_id", "triage_due_at", "id"),
        Index(
            "ix_case_waiting",
            "agency_id",
            "triage_due_at",
            "id",
            postgresql_where=text("state IN ('routed', 'triage')"),
        ),
        Index("ix_case_entered", "agency_id", "entered_at", "id"),
        Index("ix_case_state", "agency_id", "state", "triage_due_at", "id"),
        Index("uq_case_number", "agency_id", "number", unique=True),
    )


class CaseCounter(Base):
    """Last case number of a year."""

    __tablename__ = "case_counter"

    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, default=0)


class Passed(Record, Base):
    """A supervisor below the level at which a case was routed: passed over, and so on its wall (S2)."""

    __tablename__ = "passed"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"), index=True)

    __table_args__ = (UniqueConstraint("case_id", "officer_id"),)


class Recusal(Record, Base):
    """Someone who stepped aside, or was told to."""

    __tablename__ = "recusal"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)

    __table_args__ = (UniqueConstraint("case_id", "account_id"),)


class Assignment(Record, Base):
    """Who works a case in which office, from when to when."""

    __tablename__ = "assignment"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    office: Mapped[Role] = mapped_column(word(Role))
    assigned_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        Index("uq_assignment_open", "case_id", "office", unique=True, postgresql_where=text("ended_at IS NULL")),
    )


class ImmediateStep(Record, Base):
    """One immediate step of triage and its answer; the latest row of a kind holds."""

    __tablename__ = "immediate_step"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[ImmediateKind] = mapped_column(word(ImmediateKind))
    answer: Mapped[ImmediateAnswer] = mapped_column(word(ImmediateAnswer))
    note: Mapped[str]
    answered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))


class Allegation(Record, Base):
    """Officer x duty. Opened with the provision in force on the day of the incident."""

    __tablename__ = "allegation"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"), index=True)
    duty: Mapped[Duty] = mapped_column(word(Duty))
    basis: Mapped[str]
    provision_id: Mapped[str]
    force_allegation_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("allegation.id"))
    """For failures to intervene: the force they are about (law.md section 1, element 2)."""
    opened_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))

    __table_args__ = (UniqueConstraint("case_id", "officer_id", "duty"),)


class Assessment(Record, Base):
    """Six elements for one officer present, and whether they reported. A new revision never changes an old one."""

    __tablename__ = "assessment"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"), index=True)
    revision: Mapped[int]
    elements: Mapped[dict[str, Any]]
    """element -> {answer, standard, reasoning, evidence: [evidence item or report id]}."""
    reported: Mapped[dict[str, Any]]
    """{answer: yes | late | no | not_owed, report_id, due_at, to_whom, reasoning}."""
    is_complete: Mapped[bool]
    """Every element answered with its standard and reasoning."""
    assessed_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    salt: Mapped[bytes] = mapped_column(default=new_salt)

    __table_args__ = (UniqueConstraint("case_id", "officer_id", "revision"),)


class SceneMark(Record, Base):
    """A timed fact of the scene about one officer, with its evidence. A later one supersedes it; it is never edited."""

    __tablename__ = "scene_mark"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"))
    kind: Mapped[MarkKind] = mapped_column(word(MarkKind))
    at: Mapped[datetime]
    exactness: Mapped[Exactness] = mapped_column(word(Exactness))
    says: Mapped[str]
    source_id: Mapped[uuid.UUID]
    """Evidence item or report of this case."""
    place: Mapped[str]
    """Where in the source it stands: a minute of the video, a line of the report."""
    supersedes_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("scene_mark.id"), unique=True)
    reason: Mapped[str]
    """Why the earlier one is superseded."""
    entered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))


class Identification(Record, Base):
    """Who someone is whom a report names or describes without the roster knowing them; the latest row holds."""

    __tablename__ = "identification"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    report_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("report.id"))
    place: Mapped[int]
    """Position among the officers of the report, from 0."""
    officer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("officer.id"))
    """None: nobody of this agency, or nobody who could be found."""
    reason: Mapped[str]
    identified_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))


class CaseEvent(Tenant, Base):
    """One line of a case's timeline, for reading. The record is the evidence, this is its index card."""

    __tablename__ = "case_event"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str]
    at: Mapped[datetime]
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    facts: Mapped[dict[str, Any]]

    __table_args__ = (Index("ix_case_event_case", "case_id", "id"),)


class Opened(Tenant, Base):
    """Who has opened which revision of what: read by the gate of approvals, written with the read's entry."""

    __tablename__ = "opened"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    object_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    """Report, assessment revision, evidence item, finding or worksheet."""
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    at: Mapped[datetime]


class BoardView(Record, Base):
    """What the oversight board said of a case; dissent travels with it."""

    __tablename__ = "board_view"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    view: Mapped[BoardAnswer] = mapped_column(word(BoardAnswer))
    reasons: Mapped[str]
    given_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))


class Reference(Record, Base):
    """Something a step rests on: a referral to an outside body, an appeal's forum, an order to reopen."""

    __tablename__ = "reference"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    kind: Mapped[ReferenceKind] = mapped_column(word(ReferenceKind))
    body: Mapped[str]
    dated_on: Mapped[date]
    says: Mapped[str]
    given_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))


class Concurrence(Record, Base):
    """One person's yes to a step that needs two: the proposal, waiting for another person."""

    __tablename__ = "concurrence"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    step: Mapped[str]
    reason: Mapped[str]
    given_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    used_at: Mapped[datetime | None]


class OutcomeLetter(Record, Base):
    """A letter to someone harmed, with the locator and secret by which they see how the matter stands."""

    __tablename__ = "outcome_letter"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    harmed: Mapped[str]
    """To whom, as the reports name or describe them."""
    language: Mapped[str]
    locator: Mapped[str] = mapped_column(unique=True)
    secret_hash: Mapped[str]
    """Argon2id; the secret itself stands in the letter alone."""
    made_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None]
    """A later letter to the same person takes its place."""


class Told(Record, Base):
    """Someone told the outcome before a case closes: a cleared officer, or a person harmed."""

    __tablename__ = "told"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case.id"), index=True)
    officer_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("officer.id"))
    harmed: Mapped[str | None]
    """Which person harmed, as the reports name or describe them."""
    how: Mapped[str]
    told_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
