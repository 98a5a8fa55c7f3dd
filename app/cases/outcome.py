"""What stands around an outcome: a second person's yes, the board's view, and who was told."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.audit.log import sha256_of
from app.cases.models import Allegation, BoardView, Case, Concurrence, State, Told
from app.cases.scene import harmed_in, reports_of
from app.cases.schemas import BoardViewIn, ConcurrenceIn, ToldIn
from app.cases.steps import STEPS
from app.cases.timeline import note
from app.cases.triage import refuse_outside
from app.db.session import time_of
from app.errors import Conflict, Fault, Validation

VIEWED_IN = frozenset({State.BOARD_REVIEW, State.CLOSED, State.SCREENED_OUT, State.APPEAL})


@dataclass(eq=False)
class AlreadyConcurred(Conflict):
    """You have said yes to this already; it waits for another person."""


async def concur(tx: AsyncSession, held: Granted[Case], said: ConcurrenceIn) -> Concurrence:
    """Say yes to a step that needs two people; another one takes it. Lapses when the case moves."""
    case, step = held.record, STEPS[said.step]
    refuse_outside(case, frozenset(State(state) for state in step.leaves), step.name)
    if any(given.given_by == held.actor.account_id for given in await standing_concurrences(tx, case, step.name)):
        raise AlreadyConcurred
    given = Concurrence(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        case_id=case.id,
        step=step.name,
        reason=said.reason,
        given_by=held.actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(given)
    note(
        tx,
        case,
        "case.concur",
        shown={"step": step.name, "reason": said.reason},
        step=step.name,
        reason_sha256=sha256_of(said.reason),
    )
    return given


async def standing_concurrences(tx: AsyncSession, case: Case, step: str) -> list[Concurrence]:
    """Those given since the case entered its state, and not used."""
    query = select(Concurrence).where(
        Concurrence.case_id == case.id,
        Concurrence.step == step,
        Concurrence.used_at.is_(None),
        Concurrence.created_at >= case.entered_at,
    )
    return list((await tx.scalars(query.order_by(Concurrence.created_at))).all())


async def tell(tx: AsyncSession, held: Granted[Case], said: ToldIn) -> Told:
    """Record that someone was told the outcome; counts for the closing that follows."""
    case = held.record
    refuse_outside(case, frozenset({State.BOARD_REVIEW}), "person.told")
    await _refuse_stranger(tx, case, said)
    told = Told(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        case_id=case.id,
        officer_id=said.officer_id,
        harmed=said.harmed,
        how=said.how,
        told_by=held.actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(told)
    note(
        tx,
        case,
        "person.told",
        shown={"officer": str(said.officer_id) if said.officer_id else None, "harmed": said.harmed, "how": said.how},
        officer=said.officer_id,
        harmed_sha256=sha256_of(said.harmed) if said.harmed else None,
        how_sha256=sha256_of(said.how),
    )
    return told


async def _refuse_stranger(tx: AsyncSession, case: Case, said: ToldIn) -> None:
    if said.officer_id is not None:
        accused = select(Allegation.id).where(Allegation.case_id == case.id, Allegation.officer_id == said.officer_id)
        if await tx.scalar(accused.limit(1)) is None:
            raise Validation((Fault("/officer_id", "unknown", "nothing is alleged against this officer here"),))
    elif said.harmed not in harmed_in(await reports_of(tx, case)):
        raise Validation((Fault("/harmed", "unknown", "write it as the case view does"),))


async def view(tx: AsyncSession, held: Granted[Case], said: BoardViewIn) -> BoardView:
    """The board's view of an outcome; dissent travels with the case."""
    case = held.record
    refuse_outside(case, VIEWED_IN, "board.viewed")
    given = BoardView(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        case_id=case.id,
        view=said.view,
        reasons=said.reasons,
        given_by=held.actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(given)
    note(
        tx,
        case,
        "board.viewed",
        shown={"view": said.view, "reasons": said.reasons},
        view=said.view,
        reasons_sha256=sha256_of(said.reasons) if said.reasons else None,
    )
    return given


async def board_views(tx: AsyncSession, case_id: uuid.UUID) -> list[BoardView]:
    query = select(BoardView).where(BoardView.case_id == case_id).order_by(BoardView.created_at, BoardView.id)
    return list((await tx.scalars(query)).all())


async def told_of(tx: AsyncSession, case_id: uuid.UUID) -> list[Told]:
    query = select(Told).where(Told.case_id == case_id).order_by(Told.created_at, Told.id)
    return list((await tx.scalars(query)).all())
