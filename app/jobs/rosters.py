"""A roster file into an agency: dry run, every row refused with its reason, all rows or none."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from io import BytesIO

from anyio import Path

from app.agencies.roster_import import COLUMNS, apply_roster, read_roster, refused_supervisors
from app.jobs.installation import agency_by_ori, app_sessions
from app.settings import Settings

Say = Callable[[str], None]
MOST_SHOWN = 50
HEADER_ROW = 1
COLUMNS_IN_WORDS = ", ".join(
    sorted(COLUMNS.required) + [f"{name} (may be left out)" for name in sorted(COLUMNS.known - COLUMNS.required)]
)


async def import_roster_file(settings: Settings, ori: str, file: str, *, dry_run: bool, say: Say) -> bool:
    """True where all rows fit; what was refused is said row by row, and then nothing is written."""
    content = await Path(file).read_bytes()
    rows, refused = read_roster(BytesIO(content))
    digest = hashlib.sha256(content).hexdigest()
    async with app_sessions(settings) as sessions, sessions() as tx, tx.begin() as transaction:
        agency = await agency_by_ori(tx, ori)
        refused = sorted(refused + await refused_supervisors(tx, rows, refused), key=lambda each: each.row)
        change = await apply_roster(tx, agency, rows, digest) if not refused else None
        if refused or dry_run:
            await transaction.rollback()
    for line in refused[:MOST_SHOWN]:
        say(f"row {line.row}{f', {line.column}' if line.column else ''}: {line.sentence}")
    if refused:
        if len(refused) > MOST_SHOWN:
            say(f"... and {len(refused) - MOST_SHOWN:,} more.")
        if any(line.row == HEADER_ROW for line in refused):
            say(f"The columns are: {COLUMNS_IN_WORDS}.")
        say(f"{len(refused):,} {'refusal' if len(refused) == 1 else 'refusals'}; nothing was changed.")
        return False
    if not rows:
        say("The file has no rows under its header; nothing was changed.")
        return False
    assert change is not None
    would = "would be " if dry_run else ""
    say(
        f"{change.added} officers {would}added, {change.changed} {would}changed, {change.same} as before, "
        f"{change.units} units {would}added."
    )
    return True
