"""A roster from a CSV file: badge, name, rank, unit, supervisor. What changed gets a new posting from today on.

Units are named by their path from the top, parts divided by " / ". Ranks are those of the list, or usual spellings.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.actions import add_officer, add_unit, change_posting, today_in
from app.agencies.models import Agency, Posting, Rank, Unit
from app.agencies.schemas import OfficerIn, UnitIn
from app.agencies.sheets import Columns, Refusal, read_sheet
from app.audit.log import record
from app.words import N_

COLUMNS = Columns(
    known=frozenset({"badge", "name", "rank", "unit", "supervisor_badge"}),
    required=frozenset({"badge", "name", "rank"}),
)
BADGE = re.compile(r"[A-Za-z0-9-]{1,20}")
NAME_CHARACTERS = 200
UNIT_LEVELS = 20
UNIT_SAYS = N_("Give a unit by names of at most 200 characters, at most 20 of them.")
SPELLINGS = {
    "ofc": Rank.OFFICER,
    "patrol officer": Rank.OFFICER,
    "police officer": Rank.OFFICER,
    "po": Rank.OFFICER,
    "deputy": Rank.OFFICER,
    "trooper": Rank.OFFICER,
    "det": Rank.DETECTIVE,
    "cpl": Rank.CORPORAL,
    "sgt": Rank.SERGEANT,
    "sergeant first class": Rank.SERGEANT,
    "lt": Rank.LIEUTENANT,
    "capt": Rank.CAPTAIN,
    "cpt": Rank.CAPTAIN,
    "maj": Rank.MAJOR,
    "commander": Rank.MAJOR,
    "deputy chief": Rank.DEPUTY_CHIEF,
    "assistant chief": Rank.DEPUTY_CHIEF,
    "chief of police": Rank.CHIEF,
    "sheriff": Rank.CHIEF,
}


@dataclass(frozen=True)
class Entry:
    row: int
    badge: str
    name: str
    rank: Rank
    unit: tuple[str, ...]
    supervisor_badge: str


@dataclass(frozen=True)
class Refused:
    """One row that does not fit, and why, in a sentence."""

    row: int
    column: str | None
    says: str
    """English source text, to be translated where it is shown; `values` go into its braces."""
    badge: str = ""
    """Whose row it is, where it says: someone whom other rows may well name as supervisor."""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """In English."""
        return self.says.format(**self.values)


@dataclass
class Change:
    """What a roster file did, in counts."""

    added: int = 0
    changed: int = 0
    same: int = 0
    units: int = 0
    refused: list[Refused] = field(default_factory=list)


def rank_of(said: str) -> Rank | None:
    plain = re.sub(r"[.\s_]+", " ", said.casefold()).strip()
    word = plain.replace(" ", "_")
    return Rank(word) if word in set(Rank) else SPELLINGS.get(plain)


def read_roster(source: BinaryIO) -> tuple[list[Entry], list[Refused]]:
    """All rows that fit on their own, and every reason against the others."""
    entries: list[Entry] = []
    refused: list[Refused] = []
    badges: dict[str, int] = {}
    for row in read_sheet(source, COLUMNS):
        if isinstance(row, Refusal):
            refused.append(Refused(row.row, row.column, row.sentence))
            continue
        cells, number = row.cells, row.number
        rank = rank_of(cells["rank"])
        unit = tuple(part.strip() for part in cells.get("unit", "").split(" / ") if part.strip())
        faults = [
            ("badge", N_("Give 1 to 20 letters, digits or hyphens."), BADGE.fullmatch(cells["badge"]) is None),
            ("badge", N_("This badge stands in row {row} too."), cells["badge"] in badges),
            ("name", N_("Give a name of at most 200 characters."), not 0 < len(cells["name"]) <= NAME_CHARACTERS),
            ("rank", N_("This rank is not on the list: {ranks}."), rank is None),
            ("unit", UNIT_SAYS, len(unit) > UNIT_LEVELS or any(len(part) > NAME_CHARACTERS for part in unit)),
            ("supervisor_badge", N_("Nobody supervises themselves."), cells.get("supervisor_badge") == cells["badge"]),
        ]
        values = {"row": badges.get(cells["badge"]), "ranks": ", ".join(Rank)}
        found = [Refused(number, column, says, cells["badge"], values) for column, says, is_wrong in faults if is_wrong]
        badges.setdefault(cells["badge"], number)
        refused += found
        if not found and rank is not None:
            entries.append(Entry(number, cells["badge"], cells["name"], rank, unit, cells.get("supervisor_badge", "")))
    return entries, refused


async def refused_supervisors(tx: AsyncSession, entries: list[Entry], refused: Sequence[Refused] = ()) -> list[Refused]:
    """Rows whose supervisor is nobody, or who would in the end supervise themselves.

    Someone whose own row is refused is somebody all the same: one slip gets one sentence.
    """
    held = (await tx.scalars(select(Posting).where(Posting.until_on.is_(None)))).all()
    badge_of = {posting.officer_id: posting.badge for posting in held}
    above = {
        posting.badge: badge_of.get(posting.supervisor_id, "") if posting.supervisor_id else "" for posting in held
    }
    above |= {row.badge: "" for row in refused if row.badge}
    above |= {entry.badge: entry.supervisor_badge for entry in entries}
    circling = _in_circles(above)
    found = []
    for entry in entries:
        if entry.supervisor_badge and entry.supervisor_badge not in above:
            found.append(Refused(entry.row, "supervisor_badge", N_("No officer has this badge.")))
        elif entry.badge in circling:
            found.append(
                Refused(entry.row, "supervisor_badge", N_("These officers would supervise each other in a circle."))
            )
    return found


def _in_circles(above: Mapping[str, str]) -> set[str]:
    """Badges from which the way up comes back to them. Each is passed once: a file may be one chain of thousands."""
    passed: set[str] = set()
    circling: set[str] = set()
    for start in above:
        badge, way = start, dict[str, int]()
        while badge and badge not in passed and badge not in way:
            way[badge] = len(way)
            badge = above.get(badge, "")
        if badge in way:
            circling.update(list(way)[way[badge] :])
        passed.update(way)
    return circling


async def apply_roster(tx: AsyncSession, agency: Agency, entries: list[Entry], file_sha256: str) -> Change:
    """Write a whole roster; with refusals in the result the caller rolls back. The roster's absent stay as they are."""
    change = Change(refused=await refused_supervisors(tx, entries))
    if change.refused:
        return change
    units = await _units(tx, agency, entries, change)
    held = {p.badge: p for p in (await tx.scalars(select(Posting).where(Posting.until_on.is_(None)))).all()}
    known = {badge: posting.officer_id for badge, posting in held.items()}
    today = today_in(agency, tx)
    for entry in entries:
        if entry.badge not in held:
            officer = OfficerIn(badge=entry.badge, name=entry.name, rank=entry.rank, from_on=today)
            known[entry.badge] = (await add_officer(tx, agency.id, officer)).officer_id
    await tx.flush()
    for entry in entries:
        supervisor_id = known[entry.supervisor_badge] if entry.supervisor_badge else None
        await _settle(tx, agency, entry, held.get(entry.badge), known, units.get(entry.unit), supervisor_id, change)
    record(
        tx,
        "roster.imported",
        ("agency", agency.id),
        file_sha256=file_sha256,
        added=change.added,
        changed=change.changed,
        left=0,
    )
    return change


async def _settle(
    tx: AsyncSession,
    agency: Agency,
    entry: Entry,
    held: Posting | None,
    known: dict[str, uuid.UUID],
    unit_id: uuid.UUID | None,
    supervisor_id: uuid.UUID | None,
    change: Change,
) -> None:
    """Bring one officer to what the row says; a change from an earlier day gets a posting of its own."""
    wanted = (entry.name, entry.rank, unit_id, supervisor_id)
    if held is None:
        first = await tx.scalar(select(Posting).where(Posting.officer_id == known[entry.badge]))
        assert first is not None
        first.unit_id, first.supervisor_id = unit_id, supervisor_id
        change.added += 1
    elif (held.name, held.rank, held.unit_id, held.supervisor_id) == wanted:
        change.same += 1
    elif held.from_on >= today_in(agency, tx):
        held.name, held.rank, held.unit_id, held.supervisor_id = wanted
        record(
            tx,
            "posting.changed",
            ("officer", held.officer_id),
            rank=entry.rank,
            unit=unit_id,
            supervisor=supervisor_id,
            from_on=held.from_on,
        )
        change.changed += 1
    else:
        to = OfficerIn(
            badge=entry.badge,
            name=entry.name,
            rank=entry.rank,
            unit_id=unit_id,
            supervisor_id=supervisor_id,
            from_on=today_in(agency, tx),
        )
        await change_posting(tx, agency.id, held.officer_id, to)
        change.changed += 1


async def _units(
    tx: AsyncSession, agency: Agency, entries: list[Entry], change: Change
) -> dict[tuple[str, ...], uuid.UUID]:
    """Ids of all units by path; those missing are made, parents first."""
    rows = {unit.id: unit for unit in (await tx.scalars(select(Unit).where(Unit.closed_on.is_(None)))).all()}
    paths: dict[tuple[str, ...], uuid.UUID] = {}
    for unit in rows.values():
        path, above = [unit.name], unit.parent_id
        while above is not None and len(path) < UNIT_LEVELS:
            path.append(rows[above].name)
            above = rows[above].parent_id
        paths[tuple(reversed(path))] = unit.id
    for entry in entries:
        for depth in range(1, len(entry.unit) + 1):
            path_here = entry.unit[:depth]
            if path_here not in paths:
                made = await add_unit(tx, agency.id, UnitIn(name=path_here[-1], parent_id=paths.get(path_here[:-1])))
                await tx.flush()
                paths[path_here] = made.id
                change.units += 1
    return paths
