"""Filing is one transaction: report, incident, roster, case, route, entries; the number last, or nothing was filed.

The filer never learns whether others reported the same event: what they get back follows from their own words alone.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.agencies.keeping import Rate
from app.agencies.models import Agency
from app.agencies.rates import take_turn
from app.audit.entries import BLOCKS, Entry
from app.audit.log import digest, origin_of, record
from app.cases.ground import Ground, Named, find_event, read_ground
from app.cases.models import Case, Passed, State
from app.cases.routing import Route, apply_route, choose_route, find_route, follow_wall, walled_officers
from app.cases.rules import TRIAGE_WITHIN
from app.cases.steps import STEPS
from app.cases.timeline import line_of, note, show
from app.db.base import new_salt
from app.db.direct import add_last, insert_together, send_last
from app.db.session import time_of
from app.errors import Fault, Validation
from app.http.text import in_plain_words
from app.incidents.models import Incident, Presence, PresenceRole, Source
from app.incidents.scenes import facts_of
from app.provisions.clocks import Unit
from app.provisions.packs import Applied, report_due, report_provision
from app.reports import actions
from app.reports.actions import canonical, new_locator
from app.reports.drafts import unseal
from app.reports.models import Draft, Receipt, Report
from app.reports.schemas import ReceiptView, ReportIn, SupplementIn, SupplementView
from app.workflow import take

NUMBER = """
    WITH counter AS (
        INSERT INTO filing_counter (agency_id, number) VALUES (%(agency)s, 1)
        ON CONFLICT (agency_id) DO UPDATE SET number = filing_counter.number + 1 RETURNING number
    )
    INSERT INTO filing_number (agency_id, report_id, number) SELECT %(agency)s, %(report)s, number FROM counter
"""
"""Runs as the last statement before the commit, so that the counter's row is held for one round trip."""

AskPromise = Callable[[uuid.UUID, bytes], Awaitable[str | None]]
"""Asks the signer to promise a leaf of an agency's log; None while the signer is away."""


async def file(tx: AsyncSession, actor: Actor, said: ReportIn, *, made_up: bool = False) -> Report:
    """File a report in named mode. Raises Validation for an officer id that is not on the roster, and RateLimited."""
    await take_turn(tx, actor, Rate.REPORT)
    ground = await read_ground(tx, actor, said)
    agency = ground.agency
    incident_id, walled = await find_event(tx, agency.id, said, ground.named)
    is_certain = incident_id is None or bool(said.incident.agency_number)
    applied, due_at = duty_to_report(agency, said.incident.occurred_at, ground.day, ground.hours)
    report = _report(actor, said, is_certain, applied, due_at, time_of(tx))
    if incident_id is None:
        report.incident_id = (incident := new_incident(tx, agency, said, made_up)).id
        case = await _file_new_event(tx, report, incident, ground, walled)
    else:
        report.incident_id = incident_id
        case = await _file_known_event(tx, report, said, ground.named)
    line = record(
        tx,
        "report.filed",
        ("report", report.id),
        case_id=case.id,
        rev=1,
        state=digest(report.salt, report.content),
        content_sha256=report.content_sha256,
        mode=report.mode,
        statement_class=report.statement_class,
        warning=report.warning,
        provision=report.provision_id,
        due_at=due_at,
    )
    # An entry of its own: the filer's receipt holds the one above, and must not tell whether others reported.
    record(
        tx, "report.matched", ("report", report.id), case_id=case.id, incident=report.incident_id, is_certain=is_certain
    )
    add_last(tx, lambda session: _receipt(report, session.info["entries"][line.event_id]))
    send_last(tx, (NUMBER, {"agency": agency.id, "report": report.id}))
    return report


async def _file_new_event(
    tx: AsyncSession, report: Report, incident: Incident, ground: Ground, walled: set[uuid.UUID]
) -> Case:
    """Nobody has told of it before: what is made follows from what was read, and goes out in one statement."""
    present = _presences(tx, incident, ground.named, report.id)
    for one in present:
        _tell_presence(tx, incident, one.officer_id, one.role)
    route = choose_route(ground.ladder, walled, set())
    case = _new_case(tx, incident, route)
    passed = [
        Passed(id=uuid.uuid4(), agency_id=case.agency_id, case_id=case.id, officer_id=officer_id)
        for officer_id in route.passed
    ]
    made = line_of(tx, case, "case.made", {})
    await insert_together(tx, incident, report, *present, case, *passed, made)
    record(tx, "case.made", ("case", case.id), case_id=case.id, rev=case.version, **_made(incident, route))
    return case


async def _file_known_event(tx: AsyncSession, report: Report, said: ReportIn, named: list[Named]) -> Case:
    incident = await _learn(tx, await tx.get_one(Incident, report.incident_id), said)
    tx.add(report)
    await tx.flush()
    await draw_roster(tx, incident, named, report.id)
    case = await tx.scalar(select(Case).where(Case.incident_id == incident.id).with_for_update())
    if case is None:
        return await make_case(tx, report.author_officer_id, incident)
    await join(tx, case, report)
    return case


def duty_to_report(
    agency: Agency, occurred_at: datetime, day: date, hours: Mapping[Unit, int]
) -> tuple[Applied, datetime | None]:
    """The provision in force at the agency on the day of the incident, and the last lawful instant under it.

    `hours` are the agency's own for words without a number, of that day (`working_values.hours_for`).

    No clock runs for incidents from before the agency went live (product.md section 5).
    """
    applied = report_provision(agency.state, day)
    if day < agency.went_live_on:
        return applied, None
    return applied, report_due(applied, occurred_at, ZoneInfo(agency.time_zone), agency_hours=hours).at


async def _learn(tx: AsyncSession, incident: Incident, said: ReportIn) -> Incident:
    """A later report may tell of an injury that the first did not."""
    if said.has_injury and not incident.has_injury:
        incident.has_injury = True
    if incident.agency_number is None and said.incident.agency_number:
        incident.agency_number = said.incident.agency_number
    return incident


def make_incident(tx: AsyncSession, agency: Agency, said: ReportIn, made_up: bool) -> Incident:
    incident = new_incident(tx, agency, said, made_up)
    tx.add(incident)
    return incident


def new_incident(tx: AsyncSession, agency: Agency, said: ReportIn, made_up: bool) -> Incident:
    """An incident with its entry; the caller inserts it."""
    when = said.incident
    incident = Incident(
        id=uuid.uuid4(),
        agency_id=agency.id,
        agency_number=when.agency_number or None,
        occurred_at=when.occurred_at,
        precision=when.precision,
        place=when.place,
        source=Source.REPORT,
        facts=facts_of({"encounter_types": [when.encounter_type], "location_types": [when.location_type]}),
        has_injury=said.has_injury,
        made_up=made_up or agency.made_up,
    )
    record(tx, "incident.made", ("incident", incident.id), source=Source.REPORT, precision=when.precision)
    return incident


def _presences(tx: AsyncSession, incident: Incident, named: list[Named], report_id: uuid.UUID) -> list[Presence]:
    return [
        Presence(
            id=uuid.uuid4(),
            agency_id=incident.agency_id,
            incident_id=incident.id,
            officer_id=one.officer_id,
            role=one.role,
            source=Source.REPORT,
            source_id=report_id,
            created_at=time_of(tx),
        )
        for one in dict.fromkeys(named)
    ]


def _tell_presence(tx: AsyncSession, incident: Incident, officer_id: uuid.UUID, role: PresenceRole) -> None:
    record(tx, "presence.added", ("incident", incident.id), officer=officer_id, role=role, source=Source.REPORT)


async def draw_roster(tx: AsyncSession, incident: Incident, named: list[Named], report_id: uuid.UUID) -> None:
    """Draw the roster: an officer may stand on it in several roles; what stands there stays."""
    names = ("id", "agency_id", "incident_id", "officer_id", "role", "source", "source_id", "created_at")
    present = _presences(tx, incident, named, report_id)
    if not present:
        return
    rows = [{name: getattr(one, name) for name in names} for one in present]
    added = await tx.execute(
        upsert(Presence).values(rows).on_conflict_do_nothing().returning(Presence.officer_id, Presence.role)
    )
    for officer_id, role in added.all():
        _tell_presence(tx, incident, officer_id, role)


async def make_case(tx: AsyncSession, reporter_officer_id: uuid.UUID | None, incident: Incident) -> Case:
    route = await find_route(tx, reporter_officer_id, await walled_officers(tx, incident.id), set())
    case = _new_case(tx, incident, route)
    tx.add(case)
    await tx.flush()
    await apply_route(tx, case, route)
    note(tx, case, "case.made", **_made(incident, route))
    return case


def _new_case(tx: AsyncSession, incident: Incident, route: Route) -> Case:
    at = time_of(tx)
    return Case(
        id=uuid.uuid4(),
        agency_id=incident.agency_id,
        incident_id=incident.id,
        state=State.ROUTED,
        level=route.level,
        holder_id=route.holder_id,
        triage_due_at=at + TRIAGE_WITHIN,
        entered_at=at,
        version=1,
        made_up=incident.made_up,
    )


def _made(incident: Incident, route: Route) -> dict[str, Any]:
    """What the entry of a new case holds."""
    return {"incident": incident.id, "level": route.level, "holder": route.holder_id, "passed": list(route.passed)}


async def join(tx: AsyncSession, case: Case, report: Report) -> None:
    """A further report of the same event: new people may wall off who holds the case, or open what was closed."""
    note(tx, case, "case.joined", shown={"report": str(report.id)}, report=report.id)
    step = STEPS["case.reopen"]
    if case.state in step.leaves:
        before, after = take(case, step)
        case.closed_at, case.entered_at = None, time_of(tx)
        note(tx, case, step.name, before=before, after=after)
    await follow_wall(tx, case)


def _report(
    actor: Actor,
    said: ReportIn,
    is_certain: bool,
    applied: Applied,
    due_at: datetime | None,
    at: datetime,
) -> Report:
    content = canonical(said.model_dump(mode="json"))
    return Report(
        id=uuid.uuid4(),
        agency_id=actor.agency_id,
        author_id=actor.account_id,
        author_officer_id=actor.officer_id,
        locator=new_locator(),
        mode=said.mode,
        statement_class=said.statement_class,
        warning=said.warning,
        content=content,
        content_sha256=hashlib.sha256(content.encode()).digest(),
        salt=new_salt(),
        match_is_certain=is_certain,
        provision_id=applied.provision.id,
        due_at=due_at,
        filed_at=at.astimezone(UTC),
    )


def _receipt(report: Report, entry: Entry) -> Receipt:
    """The author's own leaf and blocks, beside the entry that the commit makes of them (S21)."""
    texts = dict(zip(BLOCKS, entry.texts, strict=True))
    return Receipt(report_id=report.id, agency_id=report.agency_id, leaf=entry.leaf, what=texts["what"], of=texts["of"])


async def file_draft(tx: AsyncSession, held: Granted[Draft], key: str) -> Report:
    """File what a draft holds; a draft that was filed before gives the same report again."""
    draft = held.record
    if draft.filed_as is not None:
        filed = await tx.get(Report, draft.filed_as)
        assert filed is not None
        record(tx, "report.read", ("report", filed.id), fields=["receipt"])
        return filed
    content = unseal(key, draft.author_id, draft.id, draft.sealed)
    try:
        said = ReportIn.model_validate(content)
    except ValidationError as error:
        raise Validation(faults_of(error)) from None
    report = await file(tx, held.actor, said)
    draft.filed_as, draft.sealed = report.id, b""
    draft.version += 1
    return report


def faults_of(error: ValidationError) -> tuple[Fault, ...]:
    """Where and which rule, never the value (S43)."""
    return tuple(
        Fault("/" + "/".join(str(step) for step in found["loc"]), found["type"], in_plain_words(found["msg"]))
        for found in error.errors(include_url=False, include_input=False, include_context=False)[:100]
    )


async def supplement(tx: AsyncSession, held: Granted[Report], more: SupplementIn) -> SupplementView:
    """Add to a filed report, inside its case; the case may go on with it."""
    case = await tx.scalar(select(Case).where(Case.incident_id == held.record.incident_id).with_for_update())
    assert case is not None
    added = await actions.supplement(tx, held, more, case.id)
    case.version += 1
    show(tx, case, "report.supplemented", {"report": str(held.record.id)})
    return SupplementView(
        id=added.id,
        filed_at=added.filed_at,
        content_sha256=added.content_sha256.hex(),
        content=more.model_dump(mode="json"),
    )


async def receipt(tx: AsyncSession, held: Granted[Report], ask: AskPromise) -> ReceiptView:
    """The receipt; asks the signer for its promise where there is none yet (S21)."""
    report = held.record
    kept = await tx.get(Receipt, report.id)
    assert kept is not None
    if kept.promise is None:
        kept.promise = await ask(report.agency_id, kept.leaf)
    record(tx, "receipt.read", ("report", report.id))
    return actions.receipt_view(report, kept, await origin_of(tx, report.agency_id))
