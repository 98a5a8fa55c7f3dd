"""Filing is one transaction: report, incident, roster, case, route, entries; the number last, or nothing was filed.

The filer never learns whether others reported the same event: what they get back follows from their own words alone.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from sqlalchemy import func, insert, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.gate import Granted
from app.agencies.models import Agency, Officer, Posting
from app.audit.log import digest, origin_of, record
from app.cases.models import Case, State
from app.cases.routing import apply_route, find_route, follow_wall, walled_officers
from app.cases.rules import TRIAGE_WITHIN
from app.cases.steps import STEPS
from app.cases.timeline import note, show
from app.db.base import new_salt
from app.db.session import time_of
from app.errors import Fault, Validation
from app.incidents.models import Incident, Precision, Presence, PresenceRole, Source
from app.incidents.scenes import facts_of
from app.provisions.packs import Applied, report_due, report_provision
from app.reports import actions
from app.reports.actions import canonical, new_locator
from app.reports.drafts import unseal
from app.reports.models import Draft, Receipt, Report
from app.reports.schemas import OfficerThere, ReceiptView, ReportIn, SupplementIn, SupplementView
from app.workflow import take

NEAR = timedelta(hours=2)
"""Reports whose times differ by no more may tell of one event, where they name one officer too."""

NUMBER = text(
    """
    WITH counter AS (
        INSERT INTO filing_counter (agency_id, number) VALUES (:agency, 1)
        ON CONFLICT (agency_id) DO UPDATE SET number = filing_counter.number + 1 RETURNING number
    )
    INSERT INTO filing_number (agency_id, report_id, number) SELECT :agency, :report, number FROM counter
    """
)
"""Runs as the last statement before the commit, so that the counter's row is held for one round trip."""

LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(key, 11)) FROM unnest(CAST(:keys AS text[])) AS key")


AskPromise = Callable[[uuid.UUID, bytes], Awaitable[str | None]]
"""Asks the signer to promise a leaf of an agency's log; None while the signer is away."""


@dataclass(frozen=True)
class Named:
    """An officer of the report who is on the roster, with role."""

    officer_id: uuid.UUID
    role: PresenceRole


async def file(tx: AsyncSession, actor: Actor, said: ReportIn, *, made_up: bool = False) -> Report:
    """File a report in named mode. Raises Validation for an officer id that is not on the roster."""
    agency = await tx.get(Agency, actor.agency_id)
    assert agency is not None
    at, day = time_of(tx), said.incident.occurred_at.astimezone(ZoneInfo(agency.time_zone)).date()
    named = await named_on_roster(tx, said.officers, day)
    if actor.officer_id is not None:
        named.append(Named(actor.officer_id, said.own_acts.role))
    await _take_turns(tx, agency.id, said, named)
    incident, is_certain = await _match(tx, agency, said, named, made_up)
    applied, due_at = duty_to_report(agency, said.incident.occurred_at, day)
    report = _report(actor, said, incident, is_certain, applied, due_at, at)
    tx.add(report)
    await tx.flush()
    await draw_roster(tx, incident, named, report.id)
    case = await tx.scalar(select(Case).where(Case.incident_id == incident.id).with_for_update())
    if case is None:
        case = await make_case(tx, actor.officer_id, incident)
    else:
        await join(tx, case, report)
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
    record(tx, "report.matched", ("report", report.id), case_id=case.id, incident=incident.id, is_certain=is_certain)
    _keep_receipt(tx, report, line.event_id)
    tx.info["last_statement"] = (NUMBER, {"agency": agency.id, "report": report.id})
    return report


def duty_to_report(agency: Agency, occurred_at: datetime, day: date) -> tuple[Applied, datetime | None]:
    """The provision in force at the agency on the day of the incident, and the last lawful instant under it.

    No clock runs for incidents from before the agency went live (product.md section 5).
    """
    applied = report_provision(agency.state, day)
    if day < agency.went_live_on:
        return applied, None
    return applied, report_due(applied, occurred_at, ZoneInfo(agency.time_zone)).at


async def named_on_roster(tx: AsyncSession, officers: list[OfficerThere], day: date) -> list[Named]:
    """Those whom the roster knows by id, badge or exact name; the rest stay in the report for intake to match."""
    ids = {o.officer_id for o in officers if o.officer_id}
    known = set((await tx.scalars(select(Officer.id).where(Officer.id.in_(ids)))).all()) if ids else set()
    faults = [
        Fault(f"/officers/{n}/officer_id", "unknown", "not on the roster")
        for n, officer in enumerate(officers)
        if officer.officer_id and officer.officer_id not in known
    ]
    if faults:
        raise Validation(tuple(faults))
    by_word = await _by_badge_or_name(tx, officers, day)
    found = []
    for officer in officers:
        officer_id = officer.officer_id or by_word.get(officer.badge) or by_word.get(officer.name.casefold())
        if officer_id is not None:
            found.append(Named(officer_id, officer.role))
    return found


async def _by_badge_or_name(tx: AsyncSession, officers: list[OfficerThere], day: date) -> dict[str, uuid.UUID]:
    badges = {o.badge for o in officers if o.badge and not o.officer_id}
    names = {o.name.casefold() for o in officers if o.name and not o.officer_id}
    if not badges | names:
        return {}
    held = (Posting.from_on <= day) & (or_(Posting.until_on.is_(None), Posting.until_on > day))
    query = select(Posting.officer_id, Posting.badge, Posting.name).where(
        held, or_(Posting.badge.in_(badges), func.lower(Posting.name).in_(names))
    )
    found: dict[str, uuid.UUID] = {}
    twice = set()
    for officer_id, badge, name in (await tx.execute(query)).all():
        found[badge] = officer_id
        if name.casefold() in found and found[name.casefold()] != officer_id:
            twice.add(name.casefold())
        found[name.casefold()] = officer_id
    return {word: officer_id for word, officer_id in found.items() if word not in twice}


async def _take_turns(tx: AsyncSession, agency_id: uuid.UUID, said: ReportIn, named: list[Named]) -> None:
    """Two who file about one event at once wait for each other, so that one incident is made, not two."""
    keys = {f"{agency_id}/{one.officer_id}" for one in named}
    if said.incident.agency_number:
        keys.add(f"{agency_id}#{said.incident.agency_number}")
    await tx.execute(LOCK, {"keys": sorted(keys)})


async def _match(
    tx: AsyncSession, agency: Agency, said: ReportIn, named: list[Named], made_up: bool
) -> tuple[Incident, bool]:
    """The incident this report tells of, and whether that is certain: by number it is, by time and people it is not."""
    number = said.incident.agency_number or None
    if number is not None:
        query = select(Incident).where(Incident.agency_id == agency.id, Incident.agency_number == number)
        found = await tx.scalar(query.order_by(Incident.created_at).limit(1))
        if found is not None:
            return await _learn(tx, found, said), True
    else:
        found = await tx.scalar(_near(agency.id, said, named))
        if found is not None:
            return await _learn(tx, found, said), False
    return make_incident(tx, agency, said, made_up), True


def _near(agency_id: uuid.UUID, said: ReportIn, named: list[Named]) -> Any:
    """The nearest incident within two hours (or on the day, where only the day is known) with an officer in common."""
    when = said.incident
    span = NEAR if when.precision is not Precision.DAY else timedelta(hours=24)
    gap = func.abs(func.extract("epoch", Incident.occurred_at - when.occurred_at))
    here = select(Presence.incident_id).where(Presence.officer_id.in_({one.officer_id for one in named}))
    return (
        select(Incident)
        .where(
            Incident.agency_id == agency_id,
            Incident.occurred_at.between(when.occurred_at - span, when.occurred_at + span),
            Incident.id.in_(here),
        )
        .order_by(gap, Incident.created_at)
        .limit(1)
    )


async def _learn(tx: AsyncSession, incident: Incident, said: ReportIn) -> Incident:
    """A later report may tell of an injury that the first did not."""
    if said.has_injury and not incident.has_injury:
        incident.has_injury = True
    if incident.agency_number is None and said.incident.agency_number:
        incident.agency_number = said.incident.agency_number
    return incident


def make_incident(tx: AsyncSession, agency: Agency, said: ReportIn, made_up: bool) -> Incident:
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
    tx.add(incident)
    record(tx, "incident.made", ("incident", incident.id), source=Source.REPORT, precision=when.precision)
    return incident


async def draw_roster(tx: AsyncSession, incident: Incident, named: list[Named], report_id: uuid.UUID) -> None:
    """Draw the roster: an officer may stand on it in several roles; what stands there stays."""
    rows = [
        {
            "id": uuid.uuid4(),
            "agency_id": incident.agency_id,
            "incident_id": incident.id,
            "officer_id": one.officer_id,
            "role": one.role,
            "source": Source.REPORT,
            "source_id": report_id,
            "created_at": time_of(tx),
        }
        for one in dict.fromkeys(named)
    ]
    if not rows:
        return
    added = await tx.execute(
        upsert(Presence).values(rows).on_conflict_do_nothing().returning(Presence.officer_id, Presence.role)
    )
    for officer_id, role in added.all():
        record(tx, "presence.added", ("incident", incident.id), officer=officer_id, role=role, source=Source.REPORT)


async def make_case(tx: AsyncSession, reporter_officer_id: uuid.UUID | None, incident: Incident) -> Case:
    at = time_of(tx)
    route = await find_route(tx, reporter_officer_id, await walled_officers(tx, incident.id), set())
    case = Case(
        id=uuid.uuid4(),
        agency_id=incident.agency_id,
        incident_id=incident.id,
        state=State.ROUTED,
        level=route.level,
        triage_due_at=at + TRIAGE_WITHIN,
        entered_at=at,
        version=1,
        made_up=incident.made_up,
    )
    tx.add(case)
    await tx.flush()
    await apply_route(tx, case, route)
    note(
        tx,
        case,
        "case.made",
        incident=incident.id,
        level=route.level,
        holder=route.holder_id,
        passed=list(route.passed),
    )
    return case


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
    incident: Incident,
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
        incident_id=incident.id,
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


def _keep_receipt(tx: AsyncSession, report: Report, event_id: uuid.UUID) -> None:
    """Store the author's own leaf and blocks beside the entry that the commit makes of them (S21)."""

    def keep(session: Session) -> None:
        entry = session.info["entries"][event_id]
        texts = dict(zip(("of", "on", "what", "who"), entry.texts, strict=True))
        session.execute(
            insert(Receipt).values(
                report_id=report.id,
                agency_id=report.agency_id,
                leaf=entry.leaf,
                what=texts["what"],
                of=texts["of"],
            )
        )

    tx.info["keep_receipt"] = keep


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
        Fault("/" + "/".join(str(step) for step in found["loc"]), found["type"], found["msg"])
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
