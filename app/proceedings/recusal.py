"""Stepping aside in one act. The case goes on with others, and nobody is told why."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.access.gate import Granted
from app.cases.models import Case, Recusal, State
from app.cases.routing import follow_wall
from app.cases.timeline import note
from app.cases.triage import open_assignments
from app.db.session import time_of
from app.proceedings.checks import proposers_and_approvers
from app.proceedings.effects import NobodyFreeToDecide, appoint_authority


async def step_aside(tx: AsyncSession, held: Granted[Case]) -> None:
    """From now on the case answers this person as if it did not exist."""
    case, actor = held.record, held.actor
    tx.add(Recusal(agency_id=case.agency_id, case_id=case.id, account_id=actor.account_id, created_at=time_of(tx)))
    note(tx, case, "case.recused")
    decided_by = {
        each.account_id for each in await open_assignments(tx, case.id) if each.office == Role.DISCIPLINE_AUTHORITY
    }
    await follow_wall(tx, case, "recusal")
    if case.state == State.DISCIPLINE and actor.account_id in decided_by:
        await _replace_authority(tx, case)


async def _replace_authority(tx: AsyncSession, case: Case) -> None:
    """Where nobody else is free a commander has to assign someone: that is no reason to hold anybody to the case."""
    try:
        appoint = await appoint_authority(tx, case, await proposers_and_approvers(tx, case))
    except NobodyFreeToDecide:
        return
    if appoint is not None:
        await appoint()
