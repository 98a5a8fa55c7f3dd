"""How one reader's exports join: what they hold of the record, and where a gap would come. Pure functions.

Only what was downloaded counts: an export that was made and never fetched is no part of what the reader can check.
Whether two exports really continue one tree is the verifier's business, never our word (audit-log.md section 9).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from app.oversight.models import Export, ExportState


class Joins(StrEnum):
    WHOLE = "whole"
    """Begins at the first entry."""
    JOINS = "joins"
    """Begins where the reader's last downloaded one ended."""
    OVERLAPS = "overlaps"
    """Begins before that: harmless, it repeats a part."""
    GAP = "gap"
    """Begins after that: entries in between are in no export that the reader holds."""


@dataclass(frozen=True)
class Joint:
    """How one export stands to what its reader held before it."""

    how: Joins
    held: int
    """Where the ones downloaded before it end."""


def joints_of(exports: Iterable[Export]) -> dict[uuid.UUID, Joint]:
    """Each of one reader's exports by id, judged in the order in which they were asked for."""
    found, held = {}, 0
    for export in sorted(exports, key=lambda each: (each.created_at, each.id)):
        found[export.id] = Joint(_how(export.since_size, held), held)
        if export.downloaded_at is not None and found[export.id].how is not Joins.GAP:
            held = max(held, export.size or 0)
    return found


def _how(since: int, held: int) -> Joins:
    if since == 0:
        return Joins.WHOLE
    if since == held:
        return Joins.JOINS
    return Joins.OVERLAPS if since < held else Joins.GAP


def held_by(exports: Sequence[Export]) -> int:
    """Up to where the reader holds the record without a gap; 0 before the first download."""
    joints = joints_of(exports)
    return max(
        (each.size or 0 for each in exports if each.downloaded_at and joints[each.id].how is not Joins.GAP), default=0
    )


def skipped_by(exports: Sequence[Export]) -> tuple[int, int] | None:
    """First and last entry that the reader's downloads pass over, where one of them begins after the held part."""
    held = held_by(exports)
    later = [each.since_size for each in exports if each.downloaded_at and each.since_size > held]
    return (held, min(later) - 1) if later else None


def waiting_for(exports: Sequence[Export]) -> Export | None:
    """The newest export that is made and not downloaded, where it would join what the reader holds."""
    joints = joints_of(exports)
    ready = [
        each
        for each in exports
        if each.state is ExportState.MADE and each.downloaded_at is None and joints[each.id].how is not Joins.GAP
    ]
    return max(ready, key=lambda each: (each.created_at, each.id), default=None)
