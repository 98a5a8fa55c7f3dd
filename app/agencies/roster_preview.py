"""A roster file looked at before it is applied: the very act of the import, done and undone, and what it changed."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from io import BytesIO

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.keeping import RosterFile
from app.agencies.models import Agency, Posting, Rank, Unit
from app.agencies.roster_import import Change, Entry, Refused, apply_roster, read_roster
from app.audit.log import record
from app.errors import Conflict, Fault, NotFound, Validation

FILE_BYTES = 768 * 1024
"""About ten thousand officers; the body of a request ends at 1 MiB (S41)."""


@dataclass(eq=False)
class AnotherFile(Conflict):
    """This is not the file that was looked at; look at it again before it is applied."""


@dataclass(eq=False)
class RosterRefused(Conflict):
    """The roster changed since this file was looked at, and rows of it no longer fit. Nothing was written."""


@dataclass(frozen=True)
class Post:
    """What an officer is, as a row of a roster says it."""

    name: str
    rank: Rank
    unit: str
    supervisor_badge: str


@dataclass(frozen=True)
class Line:
    """One officer of the file whom it adds or changes."""

    row: int
    badge: str
    before: Post | None
    after: Post


@dataclass
class Preview:
    change: Change
    added: list[Line] = field(default_factory=list)
    changed: list[Line] = field(default_factory=list)
    new_units: list[str] = field(default_factory=list)

    @property
    def refused(self) -> list[Refused]:
        return self.change.refused


async def keep_file(tx: AsyncSession, agency: Agency, content: bytes, by: uuid.UUID) -> RosterFile:
    """Keep a file until it is applied or left; the one before it is dropped. Raises Validation for none or too much."""
    if not content:
        raise Validation((Fault("/file", "empty", "choose a file"),))
    if len(content) > FILE_BYTES:
        raise Validation((Fault("/file", "too_large", f"at most {FILE_BYTES} bytes"),))
    kept = RosterFile(
        id=uuid.uuid4(),
        agency_id=agency.id,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        made_by=by,
    )
    await tx.execute(delete(RosterFile).where(RosterFile.made_by == by))
    tx.add(kept)
    record(tx, "roster.previewed", ("agency", agency.id), file_sha256=kept.sha256)
    return kept


async def kept_file(tx: AsyncSession, file_id: uuid.UUID, by: uuid.UUID) -> RosterFile:
    """A file that this account uploaded, locked. Raises NotFound."""
    kept = await tx.get(RosterFile, file_id, with_for_update=True)
    if kept is None or kept.made_by != by:
        raise NotFound
    return kept


async def preview(tx: AsyncSession, agency: Agency, kept: RosterFile) -> Preview:
    """What applying the file would do now. Nothing of it stays, and no entry says it was done."""
    entries, refused = read_roster(BytesIO(kept.content))
    record(tx, "roster.previewed", ("agency", agency.id), file_sha256=kept.sha256)
    if refused:
        return Preview(Change(refused=refused))
    lines = list(tx.info["lines"])
    before, units_before = await _posts(tx), await _paths(tx)
    trial = await tx.begin_nested()
    change = await apply_roster(tx, agency, entries, kept.sha256)
    await tx.flush()
    after, units_after = await _posts(tx), await _paths(tx)
    await trial.rollback()
    tx.info["lines"] = lines
    found = Preview(change, new_units=sorted(set(units_after.values()) - set(units_before.values())))
    if not change.refused:
        _compare(found, entries, before, after)
    return found


def _compare(found: Preview, entries: list[Entry], before: dict[str, Post], after: dict[str, Post]) -> None:
    for entry in entries:
        line = Line(entry.row, entry.badge, before.get(entry.badge), after[entry.badge])
        if line.before is None:
            found.added.append(line)
        elif line.before != line.after:
            found.changed.append(line)


async def apply_kept(tx: AsyncSession, agency: Agency, kept: RosterFile, seen_sha256: str) -> Change:
    """Apply exactly the file that was looked at, all rows or none. Raises AnotherFile, RosterRefused."""
    if seen_sha256 != kept.sha256:
        raise AnotherFile
    entries, refused = read_roster(BytesIO(kept.content))
    if refused:
        raise RosterRefused
    change = await apply_roster(tx, agency, entries, kept.sha256)
    if change.refused:
        raise RosterRefused
    await tx.delete(kept)
    return change


async def drop_file(tx: AsyncSession, kept: RosterFile) -> None:
    record(tx, "roster.dropped", ("agency", kept.agency_id), file_sha256=kept.sha256)
    await tx.delete(kept)


async def _posts(tx: AsyncSession) -> dict[str, Post]:
    """Everyone's post now, by badge; read as columns, so that nothing of a trial stays in the session."""
    paths = await _paths(tx)
    query = select(
        Posting.officer_id, Posting.badge, Posting.name, Posting.rank, Posting.unit_id, Posting.supervisor_id
    ).where(Posting.until_on.is_(None))
    rows = (await tx.execute(query)).all()
    badges = {row.officer_id: row.badge for row in rows}
    return {
        row.badge: Post(row.name, row.rank, paths.get(row.unit_id, ""), badges.get(row.supervisor_id, ""))
        for row in rows
    }


async def _paths(tx: AsyncSession) -> dict[uuid.UUID, str]:
    rows = {row.id: row for row in (await tx.execute(select(Unit.id, Unit.name, Unit.parent_id))).all()}
    paths = {}
    for unit_id, row in rows.items():
        names, above = [row.name], row.parent_id
        while above is not None and len(names) < 20:
            names.append(rows[above].name)
            above = rows[above].parent_id
        paths[unit_id] = " / ".join(reversed(names))
    return paths
