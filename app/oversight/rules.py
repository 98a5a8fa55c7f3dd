"""Who may have an export, for how long it is kept, what is withheld from it, and what is counted for whom."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, Select, select

from app.access.actor import Actor, Role
from app.access.gate import Gate, Grant, nobody
from app.access.rights import OFFICES, Right
from app.audit.kinds import KINDS
from app.cases.models import Case, Level
from app.cases.rules import WALLS, walled_cases
from app.oversight.models import Export
from app.reports.models import Report

KEPT = timedelta(hours=24)
"""A made export can be downloaded for so long (S51)."""


def _asker(actor: Actor) -> ColumnElement[bool]:
    return Export.asked_by == actor.account_id if may_export(actor) else nobody()


def may_export(actor: Actor) -> bool:
    return actor.has(*OFFICES[Right.EXPORT])


def exporting_office(actor: Actor) -> str:
    """The office under which an export is handed out, as one word for its cover."""
    return "+".join(sorted(actor.roles & OFFICES[Right.EXPORT]))


GATE: Gate[Export] = Gate(
    of=Export,
    kind="export",
    own=(
        Grant(
            "whoever asked for an export, and nobody else, follows and downloads it while in an office that exports",
            to=_asker,
            may=frozenset({Right.READ_EXPORT}),
        ),
    ),
)

# --- what is counted ------------------------------------------------------------------------------------------------


def _agency_counts(actor: Actor) -> ColumnElement[bool]:
    offices = OFFICES[Right.STATISTICS] - {Role.OVERSIGHT}
    return Case.level != Level.OUTSIDE if actor.has(*offices) else nobody()


def _board_counts(actor: Actor) -> ColumnElement[bool]:
    return Case.id.is_not(None) if actor.has(Role.OVERSIGHT) else nobody()


COUNTED: Gate[Case] = Gate(
    of=Case,
    kind="case",
    office=(
        Grant(
            "offices of the agency that get statistics count its cases, without those routed past the whole of it",
            to=_agency_counts,
            may=frozenset({Right.STATISTICS}),
        ),
        Grant("the board counts every case", to=_board_counts, may=frozenset({Right.STATISTICS})),
    ),
    walls=WALLS,
)
"""Which cases a reader's statistics are made of. A gate of its own: to be counted in a sum lets nobody open a case.

For whoever is on the wall of a case it is not in the sum, as it is in no list: suppression alone would let a figure
above the least move by one (S1). So two readers may be given different figures, and their page says so to everyone.
"""


def sees_each(actor: Actor) -> bool:
    """Whether the cases that are counted for this reader stand one by one in their list of cases as well.

    To them a year that is not over tells nothing new. For others its figures, asked for today and again tomorrow, would
    come to a window of one day (S13): they get the years that are over.
    """
    return actor.has(Role.INTAKE, Role.COMMANDER, Role.OVERSIGHT)


# --- what is withheld -----------------------------------------------------------------------------------------------

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def walled_incidents(actor: Actor) -> Select[uuid.UUID, uuid.UUID]:
    """Cases with their incidents on whose wall the actor is, by the case gate's own condition."""
    return select(Case.id, Case.incident_id).where(Case.id.in_(walled_cases(actor)))


def reports_about(incidents: Iterable[uuid.UUID]) -> Select[uuid.UUID]:
    return select(Report.id).where(Report.incident_id.in_(list(incidents)))


def is_withheld(texts: Sequence[str], case_ids: Iterable[uuid.UUID | None], walled: frozenset[str]) -> bool:
    """Whether a reader in profile `board` sees none of these blocks of one entry; all four are withheld or none (S1).

    `walled` are the ids of the cases on whose wall the reader is, of their incidents and reports: an entry that only
    names one of them, in a list of search results say, would tell as much as an entry about it. An entry that cannot
    be read is shown, so that the verifier names it.
    """
    if walled and (
        any(str(case_id) in walled for case_id in case_ids)
        or any(found in walled for text in texts for found in _UUID.findall(text))
    ):
        return True
    kind = KINDS.get(_kind(texts))
    return kind is not None and not kind.board


def _kind(texts: Sequence[str]) -> str:
    for text in texts:
        try:
            _, name, members = json.loads(text)
            if name == "what":
                return str(members["kind"])
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
    return ""
