"""What a person keeps of the queue for themselves."""

from __future__ import annotations

import uuid
from typing import Any

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Record


class SavedView(Record, Base):
    """A name for filters of the queue. It holds no case: what it shows is asked of the gate each time."""

    __tablename__ = "saved_view"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]
    filters: Mapped[dict[str, Any]]

    __table_args__ = (UniqueConstraint("account_id", "name"),)
