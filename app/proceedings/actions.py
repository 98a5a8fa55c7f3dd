"""Taking a step: the one way a person moves a case."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.audit.log import record, sha256_of
from app.cases.models import Case, State
from app.cases.rules import GATE
from app.cases.steps import STEPS
from app.cases.timeline import note
from app.db.session import time_of
from app.errors import Conflict
from app.proceedings.checks import what_is_missing
from app.proceedings.moves import MoveIn
from app.proceedings.schemas import Missing, OpenStepView, StepsView
from app.proceedings.table import PROCEEDINGS
from app.proceedings.view import open_steps
from app.workflow import refuse_unopened, take


async def take_step(tx: AsyncSession, held: Granted[Case], move: MoveIn) -> Case:
    """Move the case by a row of the table. Raises StateConflict, and the refusal of the first need that is not met."""
    case, step, proceeding = held.record, STEPS[move.step], PROCEEDINGS[move.step]
    refuse_unopened(held, step)
    for check in proceeding.needs:
        await check(tx, held, move)
    done = await proceeding.does(tx, held, move)
    before, after = take(case, step, done.enters)
    case.entered_at = time_of(tx)
    if after == State.CLOSED:
        case.closed_at = time_of(tx)
    elif before == State.CLOSED:
        case.closed_at = None
    note(
        tx,
        case,
        step.name,
        shown={"before": before, "after": after, "reason": move.reason, **done.shown},
        before=before,
        after=after,
        reason_sha256=sha256_of(move.reason) if move.reason else None,
        **done.of,
    )
    if done.then is not None:
        await done.then()
    return case


async def read_steps(tx: AsyncSession, held: Granted[Case]) -> StepsView:
    """The steps open to this person, each with the refusals it would meet now."""
    case = held.record
    rights = await GATE.held(tx, held.actor, case.id)
    record(tx, "steps.read", ("case", case.id), case_id=case.id, rev=case.version)
    steps = []
    for step in open_steps(case, rights):
        refusals = await what_is_missing(tx, held, MoveIn(step=step.step), PROCEEDINGS[step.step].needs)
        steps.append(OpenStepView(**step.model_dump(), missing=[_missing(refusal) for refusal in refusals]))
    return StepsView(state=case.state, version=case.version, steps=steps)


def _missing(refusal: Conflict) -> Missing:
    return Missing(type=f"/problems/{refusal.slug()}", title=refusal.title(), facts=refusal.facts())
