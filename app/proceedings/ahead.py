"""What a case waits for: the step that carries it on, and what that would still be refused for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.cases.models import Case, State
from app.cases.rules import GATE
from app.cases.steps import STEPS
from app.errors import Conflict
from app.findings.rules import NotOpened
from app.proceedings.checks import what_is_missing
from app.proceedings.moves import MoveIn
from app.proceedings.table import PROCEEDINGS
from app.workflow import SamePerson

ONWARD = {
    State.ROUTED: "case.acknowledge",
    State.TRIAGE: "case.open",
    State.RETURNED: "case.resume",
    State.INVESTIGATION: "case.submit_findings",
    State.REFERRED: "case.return_from_referral",
    State.FINDINGS_REVIEW: "case.approve_findings",
    State.DISCIPLINE: "case.decide",
    State.BOARD_REVIEW: "case.close",
    State.APPEAL: "case.conclude_appeal",
}
"""The step that most cases take from each state; a case that is closed or screened out waits for nothing."""
OF_THE_ASKER = (SamePerson, NotOpened)
"""Refusals that speak of who asks, not of the case."""


@dataclass(frozen=True)
class Ahead:
    step: str
    is_open: bool
    """To the asker."""
    missing: tuple[Conflict, ...]


async def ahead_of(tx: AsyncSession, held: Granted[Case]) -> Ahead | None:
    """The step ahead and what is missing for it; what is missing of the asker, only where the step is theirs."""
    name = ONWARD.get(State(held.record.state))
    if name is None:
        return None
    rights: frozenset[Right] = await GATE.held(tx, held.actor, held.record.id)
    is_open = STEPS[name].right in rights
    refusals = await what_is_missing(tx, held, MoveIn(step=name), PROCEEDINGS[name].needs)
    missing = [each for each in refusals if is_open or not isinstance(each, OF_THE_ASKER)]
    return Ahead(name, is_open, tuple(missing))
