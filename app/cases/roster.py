"""Who was there: entries are added and disputed, never removed. Each addition may move people behind the wall."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.agencies.models import Officer
from app.audit.log import sha256_of
from app.cases.models import Case, Identification
from app.cases.routing import follow_wall
from app.cases.rules import OPEN
from app.cases.scene import content_of
from app.cases.schemas import IdentificationIn, PresenceIn
from app.cases.timeline import note
from app.cases.triage import refuse_outside
from app.db.session import time_of
from app.errors import Conflict, Fault, NotFound, Validation
from app.incidents.models import Presence, PresenceRole, Source
from app.reports.models import Report


@dataclass(eq=False)
class OnRoster(Conflict):
    """The officer stands on the roster in this role."""


@dataclass(eq=False)
class DisputeStands(Conflict):
    """This entry is disputed already."""


async def add_presence(tx: AsyncSession, held: Granted[Case], said: PresenceIn) -> Presence:
    """Put an officer on the roster. Raises OnRoster; Validation for someone whom the agency does not know."""
    case = held.record
    refuse_outside(case, OPEN, "presence.added")
    await _refuse_unknown(tx, said.officer_id)
    added = await _enter(tx, case, said.officer_id, said.role, None)
    if added is None:
        raise OnRoster
    await follow_wall(tx, case)
    return added


async def _refuse_unknown(tx: AsyncSession, officer_id: uuid.UUID) -> None:
    if await tx.get(Officer, officer_id) is None:
        raise Validation((Fault("/officer_id", "unknown", "no such officer"),))


async def _enter(
    tx: AsyncSession, case: Case, officer_id: uuid.UUID, role: PresenceRole, report_id: uuid.UUID | None
) -> Presence | None:
    """The new entry; none where the officer stands on the roster in this role."""
    row = {
        "id": uuid.uuid4(),
        "agency_id": case.agency_id,
        "incident_id": case.incident_id,
        "officer_id": officer_id,
        "role": role,
        "source": Source.INTAKE,
        "source_id": report_id,
        "created_at": time_of(tx),
    }
    added: Presence | None = await tx.scalar(upsert(Presence).values(row).on_conflict_do_nothing().returning(Presence))
    if added is None:
        return None
    note(
        tx,
        case,
        "presence.added",
        on=("incident", case.incident_id),
        shown={"officer": str(officer_id), "role": role},
        officer=officer_id,
        role=role,
        source=Source.INTAKE,
    )
    return added


async def dispute(tx: AsyncSession, held: Granted[Case], presence_id: uuid.UUID, reason: str) -> Presence:
    """Dispute an entry. It stays, keeps its wall, and whoever it names is answered for all the same."""
    case = held.record
    refuse_outside(case, OPEN, "presence.disputed")
    query = select(Presence).where(Presence.id == presence_id, Presence.incident_id == case.incident_id)
    entry = await tx.scalar(query.with_for_update())
    if entry is None:
        raise NotFound
    if entry.disputed_at is not None:
        raise DisputeStands
    mark_disputed(tx, case, entry, reason, by=held.actor.account_id)
    return entry


def mark_disputed(tx: AsyncSession, case: Case, entry: Presence, reason: str, *, by: uuid.UUID) -> None:
    entry.disputed_at, entry.disputed_by, entry.dispute_reason = time_of(tx), by, reason
    note(
        tx,
        case,
        "presence.disputed",
        on=("incident", case.incident_id),
        shown={"officer": str(entry.officer_id), "role": entry.role, "reason": reason},
        officer=entry.officer_id,
        role=entry.role,
        reason_sha256=sha256_of(reason),
    )


async def identify(tx: AsyncSession, held: Granted[Case], said: IdentificationIn) -> Identification:
    """Say who someone in a report is: an officer, who then stands on the roster, or nobody of the agency."""
    case = held.record
    refuse_outside(case, OPEN, "person.identified")
    report = await tx.get(Report, said.report_id)
    if report is None or report.incident_id != case.incident_id:
        raise Validation((Fault("/report_id", "unknown", "no report of this case"),))
    officers = content_of(report)["officers"]
    if said.place >= len(officers):
        raise Validation((Fault("/place", "unknown", "the report names nobody there"),))
    role = PresenceRole(officers[said.place]["role"])
    if said.officer_id is not None:
        await _refuse_unknown(tx, said.officer_id)
        await _enter(tx, case, said.officer_id, role, report.id)
    known = Identification(
        agency_id=case.agency_id,
        case_id=case.id,
        report_id=report.id,
        place=said.place,
        officer_id=said.officer_id,
        reason=said.reason,
        identified_by=held.actor.account_id,
        created_at=time_of(tx),
    )
    tx.add(known)
    note(
        tx,
        case,
        "person.identified",
        on=("report", report.id),
        shown={"officer": str(said.officer_id) if said.officer_id else None, "role": role, "reason": said.reason},
        place=said.place,
        officer=said.officer_id,
        role=role,
        reason_sha256=sha256_of(said.reason),
    )
    await follow_wall(tx, case)
    return known
