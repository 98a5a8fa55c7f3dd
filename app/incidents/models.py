"""What happened and who was there: the facts that walls are computed from."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Record, word


class Precision(StrEnum):
    """How exactly the time of an event is known; a day is never shown as a midnight."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"


class Source(StrEnum):
    REPORT = "report"
    FORCE_FORM = "force_form"
    DISPATCH = "dispatch"
    INTAKE = "intake"


class PresenceRole(StrEnum):
    """What an officer was at an incident (product.md section 2)."""

    USED_FORCE = "used_force"
    INTERVENED = "intervened"
    PRESENT = "present"
    SUPERVISED = "supervised"
    ARRIVED_AFTER = "arrived_after"


class Incident(Record, Base):
    """The event. Reports of several officers may be about one incident."""

    __tablename__ = "incident"

    agency_number: Mapped[str | None]
    """The agency's own number of the event, as its dispatch or records system gives it."""
    occurred_at: Mapped[datetime]
    precision: Mapped[Precision] = mapped_column(word(Precision))
    place: Mapped[str]
    source: Mapped[Source] = mapped_column(word(Source))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Codes of the scene in the shape that `scenes.facts_of` gives; no names, no narrative."""
    has_injury: Mapped[bool] = mapped_column(default=False)
    made_up: Mapped[bool] = mapped_column(default=False)
    """Belongs to the demo; every page says so."""

    __table_args__ = (
        Index("ix_incident_number", "agency_id", "agency_number"),
        Index("ix_incident_occurred", "agency_id", "occurred_at"),
        Index(
            "uq_incident_imported",
            "agency_id",
            "agency_number",
            unique=True,
            postgresql_where=text("source = 'force_form'"),
        ),
    )


class Presence(Record, Base):
    """An officer at an incident with a role. Can be disputed with a reason, never removed."""

    __tablename__ = "presence"

    incident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("incident.id"))
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"))
    role: Mapped[PresenceRole] = mapped_column(word(PresenceRole))
    source: Mapped[Source] = mapped_column(word(Source))
    source_id: Mapped[uuid.UUID | None]
    """The report or force form that says so."""
    disputed_at: Mapped[datetime | None]
    disputed_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    dispute_reason: Mapped[str | None]

    __table_args__ = (
        UniqueConstraint("incident_id", "officer_id", "role"),
        Index("ix_presence_officer", "officer_id", "incident_id"),
    )


class ForceForm(Record, Base):
    """One officer's force form as the agency had it, in codes."""

    __tablename__ = "force_form"

    incident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("incident.id"), index=True)
    officer_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("officer.id"))
    form: Mapped[dict[str, Any]]
    line: Mapped[int]
    """Line of the imported file."""


class FormConflict(Record, Base):
    """Where the forms of one incident disagree: kept, never averaged."""

    __tablename__ = "form_conflict"

    incident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("incident.id"), index=True)
    what: Mapped[str]
    values: Mapped[list[Any]]
