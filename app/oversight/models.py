"""What a board pulled: exports of the record, each with its range, its digest and who asked."""

from __future__ import annotations

import uuid
from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Record, word


class Profile(StrEnum):
    """Which blocks a reader may see (audit-log.md section 9)."""

    BOARD = "board"


class ExportState(StrEnum):
    ASKED = "asked"
    MADE = "made"
    FAILED = "failed"


class Export(Record, Base):
    """One audit export, made by a job with the rights of the person who asked, re-checked when it runs (S8, S51)."""

    __tablename__ = "export"

    asked_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    profile: Mapped[Profile] = mapped_column(word(Profile))
    purpose: Mapped[str]
    since_size: Mapped[int] = mapped_column(BigInteger)
    """Size of the checkpoint the reader already holds; 0 for the whole record."""
    asked_event_id: Mapped[uuid.UUID]
    """The entry `export.asked`: the export waits until a signed checkpoint covers it."""
    state: Mapped[ExportState] = mapped_column(word(ExportState))
    size: Mapped[int | None] = mapped_column(BigInteger)
    """Tree size at its end."""
    bytes_total: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[bytes | None]
    """SHA-256 of its bundle.json, which is also in the record."""
    failed_because: Mapped[str | None]
    made_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    file_sha256: Mapped[bytes | None]
    downloaded_at: Mapped[datetime | None]
    """When its reader first had it in hand."""
