"""References to evidence: what it is, its hash, and where the original lies."""

from __future__ import annotations

import uuid
from enum import StrEnum

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Record, word


class EvidenceKind(StrEnum):
    BODY_WORN_VIDEO = "body_worn_video"
    VEHICLE_VIDEO = "vehicle_video"
    STATION_VIDEO = "station_video"
    OTHER_VIDEO = "other_video"
    PHOTO = "photo"
    AUDIO = "audio"
    DISPATCH_RECORD = "dispatch_record"
    FORCE_FORM = "force_form"
    MEDICAL_RECORD = "medical_record"
    INTERVIEW = "interview"
    REPORT = "report"
    DOCUMENT = "document"
    OTHER = "other"


class EvidenceItem(Record, Base):
    """A reference to one item of evidence about an incident; never changed once entered."""

    __tablename__ = "evidence_item"

    incident_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("incident.id"), index=True)
    kind: Mapped[EvidenceKind] = mapped_column(word(EvidenceKind))
    title: Mapped[str]
    sha256: Mapped[bytes]
    held_at: Mapped[str]
    """Where the original lies: system and identifier there."""
    entered_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
