"""Base of all tables: names of constraints, column types, the mix-ins every record shares."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    LargeBinary,
    MetaData,
    SmallInteger,
    Text,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """A moment in UTC with microseconds; a naive datetime is refused, never guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return value.astimezone(UTC) if value is not None else None


def word(kind: type[StrEnum], **columns: Any) -> Enum:
    """Column type of an enum: text with a check constraint, so that a new word needs no new type."""
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        validate_strings=True,
        length=40,
        values_callable=lambda words: [w.value for w in words],
        name=columns.pop("name", kind.__name__.lower()),
        **columns,
    )


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=CONVENTION)
    type_annotation_map = {
        datetime: Instant(),
        uuid.UUID: Uuid(),
        str: Text(),
        bytes: LargeBinary(),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
        list[str]: JSONB(),
    }


def now_in_utc() -> datetime:
    return datetime.now(UTC)


def new_salt() -> bytes:
    """128 random bits, so that a digest in the record tells nothing of a short value (S29)."""
    return os.urandom(16)


class Keyed:
    """A random 128-bit id, never ordered by time (S9)."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)


class Tenant:
    """Belongs to one agency; row security keeps it there (S11)."""

    agency_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("agency.id"), index=True)


class Record(Keyed, Tenant):
    """A row that people act on. A transaction that changes one and writes no entry is refused at commit (S26)."""

    created_at: Mapped[datetime] = mapped_column(default=now_in_utc)


class Versioned:
    """Counts its own changes; the number is the ETag (S50)."""

    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__: dict[str, Any] = {}


Small = SmallInteger
