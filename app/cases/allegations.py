"""Allegations: officer x duty, each with the provision in force on the day of the incident."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.agencies.models import Officer
from app.audit.log import sha256_of
from app.cases.models import Allegation, Case, Duty, State
from app.cases.routing import follow_wall
from app.cases.scene import officers_on_roster, scene_of
from app.cases.schemas import AllegationIn
from app.cases.timeline import note
from app.cases.triage import refuse_outside
from app.db.session import time_of
from app.errors import Conflict, Fault, Validation
from app.provisions.packs import MODEL_ID, in_force, provision, report_provision
from app.provisions.provision import Intervention, Provision

OPENED_IN = frozenset({State.INVESTIGATION})
ADMINISTRATIVE = frozenset({Duty.FAILURE_TO_SUPERVISE, Duty.FAILURE_TO_ACT, Duty.RETALIATION, Duty.UNTRUTHFULNESS})
"""Duties that people fail who were not at the scene."""


@dataclass(eq=False)
class AllegationStands(Conflict):
    """This officer is accused of this in the case."""

    allegation: uuid.UUID


def provision_on(state: str, duty: Duty, on: date) -> Provision:
    """What an allegation cites: the law in force on the day, where it holds the duty; else the model standard."""
    if duty is Duty.FAILURE_TO_REPORT:
        return report_provision(state, on).provision
    law, model = in_force(state, on), provision(MODEL_ID)
    if law is None:
        return model
    if duty is Duty.FAILURE_TO_INTERVENE and law.intervene.duty is Intervention.NONE:
        return model
    if duty is Duty.FAILURE_TO_RENDER_AID and not law.aid_is_owed:
        return model
    return law


async def open_allegation(tx: AsyncSession, held: Granted[Case], said: AllegationIn) -> Allegation:
    """Accuse an officer of failing one duty; from now on they and their kin are on the wall.

    Raises StateConflict outside the investigation, AllegationStands, Validation for who was not there.
    """
    case, scene = held.record, await scene_of(tx, held.record)
    refuse_outside(case, OPENED_IN, "allegation.opened")
    await _refuse_unfitting(tx, case, said)
    stands = select(Allegation.id).where(
        Allegation.case_id == case.id, Allegation.officer_id == said.officer_id, Allegation.duty == said.duty
    )
    same = await tx.scalar(stands)
    if same is not None:
        raise AllegationStands(same)
    opened = Allegation(
        id=uuid.uuid4(),
        agency_id=case.agency_id,
        case_id=case.id,
        officer_id=said.officer_id,
        duty=said.duty,
        basis=said.basis,
        provision_id=provision_on(scene.agency.state, said.duty, scene.day).id,
        force_allegation_id=said.force_allegation_id,
        opened_by=held.actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(opened)
    note(
        tx,
        case,
        "allegation.opened",
        on=("allegation", opened.id),
        shown={"officer": str(opened.officer_id), "duty": opened.duty, "provision": opened.provision_id},
        rev=1,
        case=case.id,
        officer=opened.officer_id,
        duty=opened.duty,
        provision=opened.provision_id,
        basis_sha256=sha256_of(opened.basis),
    )
    await follow_wall(tx, case)
    return opened


async def _refuse_unfitting(tx: AsyncSession, case: Case, said: AllegationIn) -> None:
    faults = []
    if said.duty in ADMINISTRATIVE:
        if await tx.get(Officer, said.officer_id) is None:
            faults.append(Fault("/officer_id", "unknown", "no such officer"))
    elif said.officer_id not in await officers_on_roster(tx, case):
        faults.append(Fault("/officer_id", "not_on_roster", "put the officer on the roster first"))
    if said.force_allegation_id is not None:
        force = await tx.get(Allegation, said.force_allegation_id)
        if force is None or force.case_id != case.id or force.duty is not Duty.EXCESSIVE_FORCE:
            faults.append(Fault("/force_allegation_id", "unknown", "no allegation of excessive force in this case"))
        elif force.officer_id == said.officer_id:
            faults.append(Fault("/force_allegation_id", "self", "nobody intervenes against themselves"))
    if faults:
        raise Validation(tuple(faults))


async def allegations_of(tx: AsyncSession, case_id: uuid.UUID) -> list[Allegation]:
    """All allegations of a case, first opened first."""
    query = select(Allegation).where(Allegation.case_id == case_id).order_by(Allegation.created_at, Allegation.id)
    return list((await tx.scalars(query)).all())
