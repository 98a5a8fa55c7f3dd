"""Statements that go straight to the driver, in the transaction of a session: for the hot path of filing alone.

There a statement costs PostgreSQL less than SQLAlchemy's way to it, and an object of the unit of work more than its
row. What is asked here runs on the session's own connection, so context, row security and rollback are the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import Column, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from app.db.base import Base, Record

Statement = tuple[str, Mapping[str, Any]]
"""SQL with `%(name)s` for its values. One text for all calls, so that the server plans it once a connection."""

ONE_TRIP = 32 * 1024
"""Bytes of what is sent without waiting: a filing needs about 12 KiB.

Far below a socket's buffer, because the driver's pipeline was seen to wait for ever over one of some megabytes.
"""


async def ask(tx: AsyncSession, statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of one statement. What the session has not yet written is written before, as for its own queries."""
    if tx.new or tx.dirty or tx.deleted:
        await tx.flush()
    driver: Any = (await tx.connection()).sync_connection.connection.driver_connection  # type: ignore[union-attr]
    with _errors_of(statement):
        found = await driver.execute(statement, values, prepare=True)
        rows: list[tuple[Any, ...]] = await found.fetchall() if found.description else []
    return rows


async def insert_together(tx: AsyncSession, *rows: Base) -> None:
    """Insert new rows of one or several tables by one statement; they stay outside the unit of work."""
    if any(isinstance(row, Record) for row in rows):
        tx.info["changed"] = True
    await ask(tx, *insert_of(rows))


def send_together(session: Session, statements: Sequence[Statement], *, commits: bool = False) -> None:
    """Send statements in one round trip, in this order; the first that fails stops those after it.

    `commits`: the commit is sent with them, so that what the last one locks is held for no round trip at all. For the
    hook before the commit alone; the session's own commit then finds nothing left to do. What is larger than ONE_TRIP
    goes one by one, and its commit is the session's.
    """

    async def pipelined(driver: Any) -> None:
        async with driver.pipeline():
            await one_by_one(driver)
            if commits:
                await driver.commit()

    async def one_by_one(driver: Any) -> None:
        for statement, values in statements:
            await driver.execute(statement, values, prepare=True)

    is_small = sum(_size(value) for _, values in statements for value in values.values()) <= ONE_TRIP
    connection: Any = session.connection().connection
    with _errors_of("; ".join(statement for statement, _ in statements)):
        connection.run_async(pipelined if is_small else one_by_one)


def _size(value: Any) -> int:
    """About the bytes of a value."""
    if isinstance(value, (str, bytes)):
        return len(value)
    return sum(map(_size, value)) if isinstance(value, list) else 16


def add_last(tx: AsyncSession, make: Callable[[Session], Base]) -> None:
    """Insert what `make` gives after this transaction's entries are made; it finds them in the session's info."""
    tx.info.setdefault("last_rows", []).append(make)


def send_last(tx: AsyncSession, statement: Statement) -> None:
    """Send this as the last statement before the commit: what it locks is held for one round trip."""
    tx.info["last_statement"] = statement


def take_last(session: Session) -> list[Statement]:
    """What is to be sent last, in order; asked once, when the entries are made."""
    rows = [make(session) for make in session.info.pop("last_rows", ())]
    finish: Statement | None = session.info.pop("last_statement", None)
    return [*([insert_of(rows)] if rows else ()), *([finish] if finish else ())]


def forget_last(session: Session) -> None:
    for name in ("last_rows", "last_statement"):
        session.info.pop(name, None)


def insert_of(rows: Sequence[Base]) -> Statement:
    """One statement for new rows of whatever tables, with the defaults of their models.

    Each table's rows travel as one JSON value: the text is the same for any number of them, and short enough for the
    driver to remember. Foreign keys are checked at its end, so the order of the rows is free.
    """
    by_kind: dict[type[Base], list[dict[str, Any]]] = {}
    for row in rows:
        by_kind.setdefault(type(row), []).append({column.key: _value(row, column) for column in _columns(type(row))})
    return _insert_text(tuple(by_kind)), {kind.__tablename__: WRITE(found) for kind, found in by_kind.items()}


@lru_cache(maxsize=256)
def _insert_text(kinds: tuple[type[Base], ...]) -> str:
    inserts: list[str] = []
    for kind in kinds:
        table, columns = kind.__tablename__, ", ".join(f'"{column.key}"' for column in _columns(kind))
        rows = f'json_populate_recordset(NULL::"{table}", %({table})s::json)'
        inserts.append(f'row_{len(inserts)} AS (INSERT INTO "{table}" ({columns}) SELECT {columns} FROM {rows})')  # noqa: S608 - names of ours
    return f"WITH {', '.join(inserts)} SELECT"


@lru_cache(maxsize=256)
def _columns(kind: type[Base]) -> tuple[Column[Any], ...]:
    """All but those whose value the server gives."""
    table: Table = kind.__table__  # type: ignore[assignment]
    return tuple(column for column in table.columns if column.identity is None and column.computed is None)


def _value(row: Base, column: Column[Any]) -> Any:
    value = getattr(row, column.key)
    if value is None and column.default is not None:
        default: Any = column.default
        value = default.arg(None) if default.is_callable else default.arg
        setattr(row, column.key, value)
    return value


def _as_text(value: Any) -> str:
    """As PostgreSQL reads it: bytes in hex, an instant with its offset."""
    if isinstance(value, bytes):
        return rf"\x{value.hex()}"
    return value.isoformat() if isinstance(value, datetime) else str(value)


WRITE = json.JSONEncoder(ensure_ascii=False, default=_as_text, check_circular=False).encode


@contextmanager
def _errors_of(statement: str) -> Iterator[None]:
    """The driver's errors as SQLAlchemy's, which the rest of the house knows."""
    try:
        yield
    except psycopg.Error as error:
        raise DBAPIError.instance(statement, None, error, psycopg.Error) from error
