"""What an agency sets beside the law: hours for words of law that name none."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, Record, word
from app.provisions.clocks import Unit


class WorkingValue(Record, Base):
    """How many hours a word such as "promptly" stands for, from a day on. Never changed; a later one takes over."""

    __tablename__ = "working_value"

    word: Mapped[Unit] = mapped_column(word(Unit, name="word"))
    hours: Mapped[int]
    in_force_from: Mapped[date]
    """First day, local to the agency, on which a clock that starts runs by it. Of one day, the one entered last."""

    __table_args__ = (
        CheckConstraint("hours > 0", name="hours"),
        Index("ix_working_value_order", "agency_id", "in_force_from", "created_at"),
    )
