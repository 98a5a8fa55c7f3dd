"""Triage: classify, answer the immediate steps, put someone in charge of the work."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.access.gate import Granted
from app.agencies.models import Account
from app.audit.log import record, sha256_of
from app.cases.models import Assignment, Case, ImmediateKind, ImmediateStep, State
from app.cases.rules import MAY_BE, OPEN, free_accounts
from app.cases.schemas import AssignmentIn, CandidateView, ClassificationIn, ImmediateIn
from app.cases.timeline import note
from app.db.session import time_of
from app.errors import Conflict, Fault, Validation
from app.workflow import SamePerson, StateConflict

CLASSIFIED_IN = frozenset({State.TRIAGE, State.INVESTIGATION})


@dataclass(eq=False)
class NotFree(Conflict):
    """This person cannot be given this office in this case."""


@dataclass(eq=False)
class AlreadyAssigned(Conflict):
    """This person holds this office already."""


def refuse_outside(case: Case, states: frozenset[State], act: str) -> None:
    """Raise StateConflict, naming the act, where the case stands in none of these states."""
    if case.state not in states:
        raise StateConflict(case.state, act)


async def classify(tx: AsyncSession, held: Granted[Case], said: ClassificationIn) -> Case:
    """Say what kind of case it is. To change that needs a reason (S31)."""
    case = held.record
    refuse_outside(case, CLASSIFIED_IN, "case.classified")
    before = case.classification
    if before not in (None, said.classification) and not said.reason:
        raise Validation((Fault("/reason", "missing", "say why the classification changes"),))
    case.classification = said.classification
    note(
        tx,
        case,
        "case.classified",
        shown={"classification": said.classification, "before": before, "reason": said.reason},
        classification=said.classification,
        before=before,
        reason_sha256=sha256_of(said.reason) if said.reason else None,
    )
    return case


async def answer_immediate(tx: AsyncSession, held: Granted[Case], said: ImmediateIn) -> ImmediateStep:
    """Answer one immediate step; a later answer holds, the earlier stays."""
    case = held.record
    refuse_outside(case, OPEN - {State.ROUTED, State.RETURNED}, "immediate.answered")
    answered = ImmediateStep(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        case_id=case.id,
        kind=said.kind,
        answer=said.answer,
        note=said.note,
        answered_by=held.actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(answered)
    note(
        tx,
        case,
        "immediate.answered",
        shown={"step": said.kind, "answer": said.answer, "note": said.note},
        step=said.kind,
        answer=said.answer,
        note_sha256=sha256_of(said.note) if said.note else None,
    )
    return answered


async def immediate_answers(tx: AsyncSession, case_id: uuid.UUID) -> dict[ImmediateKind, ImmediateStep]:
    """The answer that holds for each kind of immediate step."""
    return {kind: given[-1] for kind, given in (await immediate_history(tx, case_id)).items()}


async def immediate_history(tx: AsyncSession, case_id: uuid.UUID) -> dict[ImmediateKind, list[ImmediateStep]]:
    """Every answer given to each kind of immediate step, the earlier ones first."""
    query = select(ImmediateStep).where(ImmediateStep.case_id == case_id)
    given: dict[ImmediateKind, list[ImmediateStep]] = {}
    for row in (await tx.scalars(query.order_by(ImmediateStep.created_at, ImmediateStep.id))).all():
        given.setdefault(row.kind, []).append(row)
    return given


async def open_assignments(tx: AsyncSession, case_id: uuid.UUID) -> list[Assignment]:
    query = select(Assignment).where(Assignment.case_id == case_id, Assignment.ended_at.is_(None))
    return list((await tx.scalars(query.order_by(Assignment.office))).all())


async def candidates(tx: AsyncSession, held: Granted[Case]) -> list[CandidateView]:
    """Who can be given an office in the case now, by office and name.

    Whoever is on the wall, has left, or has held the other office here is not in it, nor counted (S1, S40).
    """
    case, found = held.record, []
    assigned = {(each.account_id, each.office) for each in await open_assignments(tx, case.id)}
    for office, roles in MAY_BE.items():
        other = exists().where(
            Assignment.case_id == case.id, Assignment.account_id == Account.id, Assignment.office != office
        )
        free = free_accounts(case.id, *roles).where(~other).order_by(func.lower(Account.name), Account.id)
        found += [
            CandidateView(account_id=each.id, name=each.name, office=office, is_assigned=(each.id, office) in assigned)
            for each in (await tx.scalars(free)).all()
        ]
    ids = [each.account_id for each in found]
    record(tx, "candidate.listed", ("case", case.id), case_id=case.id, ids=ids, count=len(ids))
    return found


async def assign(tx: AsyncSession, held: Granted[Case], said: AssignmentIn) -> tuple[Assignment, Account]:
    """Give someone free of conflict an office in the case; who held it is relieved.

    Raises NotFree alike for who is on the wall, does not hold the office, has left, or does not exist;
    SamePerson for whoever has held the other office in this case (S40).
    """
    case, office = held.record, Role(said.office)
    refuse_outside(case, OPEN, "case.assign")
    person = await tx.scalar(free_accounts(case.id, *MAY_BE[office]).where(Account.id == said.account_id))
    if person is None:
        raise NotFree
    other = select(Assignment.id).where(
        Assignment.case_id == case.id, Assignment.account_id == person.id, Assignment.office != office
    )
    if await tx.scalar(other.limit(1)) is not None:
        raise SamePerson
    return await give_office(tx, case, person.id, office, said.reason, by=held.actor.account_id), person


async def give_office(
    tx: AsyncSession, case: Case, account_id: uuid.UUID, office: Role, reason: str, *, by: uuid.UUID | None
) -> Assignment:
    """Relieve who holds the office and put `account_id` in their place; `by` nobody: the service itself."""
    for earlier in await open_assignments(tx, case.id):
        if earlier.office == office:
            if earlier.account_id == account_id:
                raise AlreadyAssigned
            earlier.ended_at = time_of(tx)
            note(tx, case, "case.relieved", office=office, account=earlier.account_id)
            await tx.flush()
    given = Assignment(
        agency_id=case.agency_id,
        case_id=case.id,
        account_id=account_id,
        office=office,
        assigned_by=by,
        reason=reason,
        created_at=time_of(tx),
    )
    tx.add(given)
    note(
        tx,
        case,
        "case.assign",
        shown={"office": office, "account": str(account_id), "reason": reason},
        office=office,
        account=account_id,
        reason_sha256=sha256_of(reason),
    )
    return given
