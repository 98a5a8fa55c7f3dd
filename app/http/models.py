"""Answers kept so that a retry gets the first one again (S49)."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Small, Tenant, now_in_utc


class KeptAnswer(Tenant, Base):
    """The answer to one Idempotency-Key of one principal on one route; kept for 30 days."""

    __tablename__ = "kept_answer"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_sha256: Mapped[bytes]
    status: Mapped[int] = mapped_column(Small)
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes]
    at: Mapped[datetime] = mapped_column(default=now_in_utc, index=True)
