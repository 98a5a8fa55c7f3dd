"""A file of force forms into an agency: dry run, every row refused with its reason, all or nothing.

What is said at the end counts forms and names conflicts between them; it is the same whether or not anyone reported one
of the incidents (S1).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from app.agencies.actions import today_in
from app.agencies.sheets import Refusal
from app.cases.force_forms import import_force_forms
from app.incidents.force_forms import read_forms
from app.incidents.imports import Imported, Progress
from app.incidents.mapping import BadMapping, FormMapping, new_jersey, read_mapping
from app.incidents.scenes import CONFLICTS, Gathered, gather
from app.jobs.installation import agency_by_ori, app_sessions
from app.jobs.refused import Refused
from app.settings import Settings

Say = Callable[[str], None]
MOST_SHOWN = 50
INCIDENTS_SHOWN = 8


async def import_force_forms_file(
    settings: Settings,
    ori: str,
    file: Path,
    *,
    mapping_file: Path | None = None,
    dry_run: bool = False,
    say: Say,
    progress: Progress | None = None,
) -> bool:
    """True where all rows fit; what was refused is said row by row, and then nothing is written."""
    mapping = mapping_from(mapping_file)
    async with app_sessions(settings) as sessions, sessions() as tx, tx.begin() as transaction:
        agency = await agency_by_ori(tx, ori)
        with file.open("rb") as source:
            file_sha256 = hashlib.file_digest(source, "sha256").hexdigest()
            source.seek(0)
            found = gather(read_forms(source, mapping, today=today_in(agency, tx)))
        done = None
        if not found.refusals:
            done = await import_force_forms(tx, agency, found.scenes, file_sha256=file_sha256, progress=progress)
        if done is None or dry_run:
            await transaction.rollback()
    for line in told_refusals(found.refusals) if done is None else told(found, done, dry_run=dry_run):
        say(line)
    return done is not None


def mapping_from(file: Path | None) -> FormMapping:
    """The mapping in a file, else the one that ships with the product. Raises Refused."""
    if file is None:
        return new_jersey()
    try:
        return read_mapping(file)
    except BadMapping as bad:
        raise Refused(f"{bad}.") from None


def told_refusals(refusals: tuple[Refusal, ...]) -> Iterator[str]:
    for refusal in refusals[:MOST_SHOWN]:
        place = f"row {refusal.row}, {refusal.column}" if refusal.column else f"row {refusal.row}"
        yield f"{place}: {refusal.sentence}"
    if len(refusals) > MOST_SHOWN:
        yield f"... and {len(refusals) - MOST_SHOWN:,} more."
    yield f"{_count(len(refusals), 'refusal')}; nothing was changed."


def told(found: Gathered, done: Imported, *, dry_run: bool) -> Iterator[str]:
    by_kind = defaultdict(list)
    for scene in found.scenes:
        for what in dict.fromkeys(conflict.what for conflict in scene.conflicts):
            by_kind[what].append(scene.incident)
    for what, sentence in CONFLICTS.items():
        if incidents := by_kind.get(what):
            more = f" and {len(incidents) - INCIDENTS_SHOWN:,} more" if len(incidents) > INCIDENTS_SHOWN else ""
            yield f"{sentence} {_count(incidents, 'incident')}: {', '.join(incidents[:INCIDENTS_SHOWN])}{more}."
    for rank, forms in found.ranks_unlisted.most_common(MOST_SHOWN):
        yield f"The rank {rank} is not in the mapping; kept as entered on {_count(forms, 'form')}."
    would = "would be " if dry_run else ""
    yield (
        f"{_count(done.forms, 'form')} of {_count(done.incidents, 'incident')} {would}imported, "
        f"{_count(done.unchanged, 'incident')} as before; "
        f"{_count(done.officers, 'officer')} known from their forms only."
    )
    yield "These forms name users of force only: whoever else was there is not on them."


def _count(of: int | list[str], thing: str) -> str:
    number = of if isinstance(of, int) else len(of)
    return f"{number:,} {thing}{'' if number == 1 else 's'}"
