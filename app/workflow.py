"""The one place that changes a state. Rows and a few lines, no machine library: a policy officer can read the table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.access.gate import Denial, Granted
from app.access.rights import Right
from app.errors import Conflict, Forbidden


@dataclass(eq=False)
class StateConflict(Conflict):
    """Where it stands now, this step is not open."""

    state: str
    step: str


@dataclass(eq=False)
class SamePerson(Conflict):
    """This needs two people, and you were the first."""


@dataclass(frozen=True)
class Step:
    """One row of a table of steps."""

    name: str
    leaves: frozenset[str]
    enters: str
    right: Right
    says: str
    """The sentence of the order, for people."""
    by_system: bool = False
    """The service itself may take it, on recusal, lapse or a further report."""


def refuse_unopened(held: Granted[Any], step: Step) -> None:
    """Raise Forbidden for another right than the step's, StateConflict where the state does not allow it."""
    if held.right != step.right:
        raise Forbidden from Denial(step.right, "case", held.record.id, "right")
    if held.record.state not in step.leaves:
        raise StateConflict(held.record.state, step.name)


def take(record: Any, step: Step, enters: str | None = None) -> tuple[str, str]:
    """Move a locked record; returns the state before and after. `enters` where the table leaves a choice.

    The caller has asked `refuse_unopened` (or acts for the system) and writes the entry in the same transaction.
    """
    before = record.state
    if before not in step.leaves:
        raise StateConflict(before, step.name)
    record.state = enters or step.enters
    record.version += 1
    return str(before), str(record.state)
