"""A roster file into an agency: dry run, every row refused with its reason, all rows or none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO

from anyio import Path

from app.agencies.roster_import import apply_roster, read_roster
from app.jobs.installation import agency_by_ori, app_sessions
from app.settings import Settings

Say = Callable[[str], None]
MOST_SHOWN = 50


async def import_roster_file(settings: Settings, ori: str, file: str, *, dry_run: bool, say: Say) -> bool:
    """True where all rows fit; what was refused is said row by row, and then nothing is written."""
    content = await Path(file).read_bytes()
    rows, refused = read_roster(BytesIO(content))
    digest = hashlib.sha256(content).hexdigest()
    async with app_sessions(settings) as sessions, sessions() as tx, tx.begin() as transaction:
        agency = await agency_by_ori(tx, ori)
        change = await apply_roster(tx, agency, rows, digest) if not refused else None
        refused = refused or (change.refused if change else [])
        if refused or dry_run:
            await transaction.rollback()
    for line in refused[:MOST_SHOWN]:
        say(f"row {line.row}{f', {line.column}' if line.column else ''}: {line.says}")
    if refused:
        say(f"{len(refused)} refusals; nothing was changed.")
        return False
    assert change is not None
    would = "would be " if dry_run else ""
    say(
        f"{change.added} officers {would}added, {change.changed} {would}changed, {change.same} as before, "
        f"{change.units} units {would}added."
    )
    return True
