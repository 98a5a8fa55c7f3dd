"""Acts write their entries here; the commit carries them, or there is no commit (S26).

`record` gathers. The commit hook appends everything in one statement, and sends with it, in one round trip, what else
comes last: kept answers, receipts, the number that others wait for, and the commit itself. A transaction that changed a
Record and gathered nothing is refused: what people forget, the commit does not.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from app.access.actor import Actor
from app.audit.entries import Entry, make_entry
from app.audit.kinds import refuse_unknown
from app.db.base import Record
from app.db.direct import Statement, forget_last, send_together, take_last
from app.db.session import AppSession
from app.version import VERSION

OPERATOR_LOG = uuid.UUID(int=0)
"""The log of what belongs to no agency."""

AT_ONCE = 2000
"""Entries of one statement: an import has tens of thousands, and each states a time the server holds for its own."""
APPEND = """
    SELECT audit.append(
        %(ids)b::uuid[], %(leaves)b::bytea[], %(blocks)b::text[], %(cases)b::uuid[], %(at)s::timestamptz
    )
"""
"""In binary: as text each quotation mark of a block would be escaped one by one."""
ORIGIN = text("SELECT origin FROM audit.log WHERE agency_id = nullif(current_setting('app.agency_id', true), '')::uuid")


class UnloggedChange(Exception):
    """A transaction changed a record and wrote no entry: a fault of ours."""


@dataclass
class Line:
    """One entry to be, in plain members."""

    kind: str
    on: tuple[str, uuid.UUID | None]
    of: dict[str, Any]
    rev: int | None = None
    state: str | None = None
    out: str = "ok"
    code: str = ""
    case_id: uuid.UUID | None = None
    event_id: uuid.UUID = field(default_factory=uuid.uuid4)
    actor: Actor | None = None


def say_who(tx: AsyncSession, actor: Actor) -> None:
    """From here on this transaction's entries carry this actor."""
    tx.info["actor"] = actor


def record(
    tx: AsyncSession,
    kind: str,
    on: tuple[str, uuid.UUID | None],
    /,
    *,
    case_id: uuid.UUID | None = None,
    rev: int | None = None,
    state: str | None = None,
    out: str = "ok",
    code: str = "",
    **of: Any,
) -> Line:
    """Gather one entry for this transaction. `case_id` names the case whose wall closes the entry to a reader.

    Ids, times and hashes in `of` are written as text. Raises UnknownKind for what the table of kinds does not hold.
    """
    plain = {name: _plain(value) for name, value in of.items()}
    refuse_unknown(kind, plain)
    line = Line(kind, on, plain, rev, state, out, code, case_id, actor=tx.info.get("actor"))
    tx.info.setdefault("lines", []).append(line)
    return line


async def origin_of(tx: AsyncSession, agency_id: uuid.UUID) -> str:
    """The never-changing name of an agency's log; the transaction speaks for that agency."""
    origins: dict[uuid.UUID, str] = tx.info["origins"]
    if agency_id not in origins:
        origins[agency_id] = (await tx.execute(ORIGIN)).scalar_one()
    return origins[agency_id]


def sha256_of(words: str) -> str:
    """Hash of free text for an `of` block; the block's salt keeps it from being guessed (S29)."""
    return hashlib.sha256(words.encode()).hexdigest()


def digest(salt: bytes, content: str) -> str:
    """State digest of an object: SHA-256 over its salt and its canonical content, in hex."""
    return hashlib.sha256(salt + content.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, datetime):
        return write_time(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if value is None or isinstance(value, (bool, int, str)):
        return str(value) if isinstance(value, str) else value
    return str(value)


def write_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _entry(origin: str, agency_id: uuid.UUID, line: Line, at: datetime, request_id: str) -> Entry:
    actor = line.actor
    step = int((at - actor.stepped_up_at).total_seconds()) if actor and actor.stepped_up_at else None
    return make_entry(
        origin,
        what={
            "kind": line.kind,
            "at": write_time(at),
            "out": line.out,
            "code": line.code,
            "req": request_id,
            "app": VERSION,
        },
        who={
            "actor": str(actor.pseudonym) if actor else "service",
            "role": actor.office if actor else "service",
            "sess": actor.session if actor else "",
            "step": step,
        },
        on={
            "agency": str(agency_id),
            "type": line.on[0],
            "id": str(line.on[1]) if line.on[1] else None,
            "rev": line.rev,
            "state": line.state,
        },
        of=line.of,
    )


@event.listens_for(AppSession, "after_flush")
def _notice_changes(session: Session, context: UOWTransaction) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    if any(isinstance(row, Record) for row in changed):
        session.info["changed"] = True


@event.listens_for(AppSession, "do_orm_execute")
def _notice_bulk(state: ORMExecuteState) -> None:
    changes = state.is_insert or state.is_update or state.is_delete
    if changes and state.bind_mapper is not None and issubclass(state.bind_mapper.class_, Record):
        state.session.info["changed"] = True


@event.listens_for(AppSession, "before_commit")
def _append_lines(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    lines: list[Line] = session.info.pop("lines", [])
    changed = session.info.pop("changed", False)
    if changed and not lines and not session.info.get("unlogged"):
        raise UnloggedChange
    last = [*(_append(session, lines) if lines else ()), *take_last(session)]
    if last:
        send_together(session, last, commits=True)


def _append(session: Session, lines: list[Line]) -> list[Statement]:
    """Append all but the last of very many; the statement of these is returned, to be sent with what follows it."""
    agency_id = session.info["agency_id"]
    origins: dict[uuid.UUID, str] = session.info["origins"]
    if agency_id not in origins:
        origins[agency_id] = session.execute(ORIGIN).scalar_one()
    session.info["entries"] = {}
    whole = (len(lines) - 1) // AT_ONCE * AT_ONCE
    for start in range(0, whole, AT_ONCE):
        send_together(session, [_append_some(session, origins[agency_id], agency_id, lines[start : start + AT_ONCE])])
    return [_append_some(session, origins[agency_id], agency_id, lines[whole:])]


def _append_some(session: Session, origin: str, agency_id: uuid.UUID, lines: list[Line]) -> Statement:
    at = datetime.now(UTC)
    request_id = session.info.get("request_id", "")
    entries = [_entry(origin, agency_id, line, at, request_id) for line in lines]
    session.info["entries"].update((line.event_id, entry) for line, entry in zip(lines, entries, strict=True))
    return APPEND, {
        "ids": [line.event_id for line in lines],
        "leaves": [entry.leaf for entry in entries],
        "blocks": [block for entry in entries for block in entry.texts],
        "cases": [line.case_id for line in lines],
        "at": at,
    }


@event.listens_for(AppSession, "after_rollback")
def _forget_lines(session: Session) -> None:
    forget_last(session)
    for name in ("lines", "changed"):
        session.info.pop(name, None)
