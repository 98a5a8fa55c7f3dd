"""Who was there: put an officer on the roster, dispute an entry, say who someone is whom a report describes."""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.audit.log import record
from app.cases import roster
from app.cases.models import Case
from app.cases.scene import Unidentified, reports_of, roster_of, scene_of, unidentified
from app.cases.schemas import DisputeIn, IdentificationIn, PresenceIn
from app.errors import Conflict, NotFound, Validation
from app.http.route import Act, PathId, Transaction
from app.incidents.models import Presence
from app.pages.desk.doors import Rostering
from app.pages.desk.people import chosen, names_in, sought
from app.pages.desk.words import SOURCES
from app.pages.desk.wrong import in_words
from app.pages.fields import Option, options
from app.pages.guard import Form, Once, SessionForm
from app.pages.officer.questions import ROLES
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

NOBODY = "nobody"
WHO = N_("Look for the officer first, then choose one of those found")
NEEDED = {"officer_id": WHO, "role": N_("Say what their part was"), "reason": N_("Give a reason")}


async def _to_choose(tx: AsyncSession, page: Page, held: Granted[Case], form: Form | None) -> dict[str, Any]:
    """The officers that were looked for, and the words they were looked for with."""
    scene = await scene_of(tx, held.record)
    asked = page.request.query_params.get("who", "")
    found = await sought(tx, page, scene.day, asked)
    if form is not None and not found:
        found = await chosen(tx, page, scene.day, form.one("officer_id"))
    return {"asked": asked, "found": found}


@router.get("/cases/{case_id}/roster/new")
async def ask_presence(page: OpenPage, held: Rostering, tx: Transaction) -> Response:
    """Look for an officer and say what their part was."""
    return await _presence_page(page, tx, held)


async def _presence_page(
    page: Page, tx: AsyncSession, held: Granted[Case], form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    return page.show(
        "desk/presence.html",
        422 if errors else 200,
        case_id=held.record.id,
        roles=options(ROLES),
        typed=form,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
        **await _to_choose(tx, page, held, form),
    )


@router.post("/cases/{case_id}/roster")
async def add_presence(page: OpenPage, held: Rostering, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Put an officer on the roster; what stands on it stays."""
    try:
        said = PresenceIn.model_validate({"officer_id": form.one("officer_id"), "role": form.one("role")})
        await roster.add_presence(tx, held, said)
    except (ValidationError, Validation) as refused:
        return await _presence_page(page, tx, held, form, in_words(refused, NEEDED, "officer_id"))
    except roster.OnRoster as refused:
        return await _presence_page(page, tx, held, form, {"officer_id": refused.title()})
    return go(f"/cases/{held.record.id}?done=presence.added#people")


@router.get("/cases/{case_id}/roster/{presence_id}/dispute")
async def ask_dispute(page: OpenPage, held: Rostering, presence_id: PathId, tx: Transaction) -> Response:
    """One entry of the roster, and why it would be wrong."""
    return await _dispute_page(page, tx, held, await _entry(tx, held, presence_id))


async def _entry(tx: AsyncSession, held: Granted[Case], presence_id: uuid.UUID) -> Presence:
    entry = await tx.get(Presence, presence_id)
    if entry is None or entry.incident_id != held.record.incident_id:
        raise NotFound
    return entry


async def _dispute_page(
    page: Page,
    tx: AsyncSession,
    held: Granted[Case],
    entry: Presence,
    reason: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    names = await names_in(page, tx, held.record)
    record(tx, "roster.read", ("agency", page.actor.agency_id), count=1)
    return page.show(
        "desk/dispute.html",
        422 if errors else 200,
        case_id=held.record.id,
        entry=entry,
        name=names[entry.officer_id],
        role=ROLES[entry.role],
        source=SOURCES[entry.source],
        reason=reason,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/roster/{presence_id}/dispute")
async def dispute(
    page: OpenPage, held: Rostering, presence_id: PathId, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Dispute an entry; it stays, and so does its wall."""
    entry = await _entry(tx, held, presence_id)
    try:
        said = DisputeIn.model_validate({"reason": form.one("reason")})
        await roster.dispute(tx, held, presence_id, said.reason)
    except ValidationError as refused:
        return await _dispute_page(page, tx, held, entry, form.one("reason"), in_words(refused, NEEDED, "reason"))
    except Conflict as refused:
        return await _dispute_page(page, tx, held, entry, form.one("reason"), {"reason": refused.title()})
    return go(f"/cases/{held.record.id}?done=presence.disputed#people")


@router.get("/cases/{case_id}/identify/{report_id}/{place}")
async def ask_identity(page: OpenPage, held: Rostering, report_id: PathId, place: int, tx: Transaction) -> Response:
    """Someone whom a report describes, and who it may be."""
    return await _identity_page(page, tx, held, await _described(tx, held, report_id, place))


async def _described(tx: AsyncSession, held: Granted[Case], report_id: uuid.UUID, place: int) -> Unidentified:
    case = held.record
    there = await roster_of(tx, await scene_of(tx, case))
    unknown = await unidentified(tx, case, await reports_of(tx, case), there)
    found = next((each for each in unknown if (each.report_id, each.place) == (report_id, place)), None)
    if found is None:
        raise NotFound
    return found


async def _identity_page(
    page: Page,
    tx: AsyncSession,
    held: Granted[Case],
    described: Unidentified,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
) -> Response:
    known = await _to_choose(tx, page, held, form)
    there = [Option(str(officer_id), name) for officer_id, name in (await names_in(page, tx, held.record)).items()]
    record(tx, "report.read", ("report", described.report_id), case_id=held.record.id, fields=["officers"])
    return page.show(
        "desk/identify.html",
        422 if errors else 200,
        case_id=held.record.id,
        described=described,
        role=ROLES[described.role],
        there=[each for each in there if each.code not in {one.code for one in known["found"]}],
        nobody=NOBODY,
        typed=form,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
        **known,
    )


@router.post("/cases/{case_id}/identify/{report_id}/{place}")
async def identify(
    page: OpenPage, held: Rostering, report_id: PathId, place: int, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Say who it is; an officer then stands on the roster."""
    described = await _described(tx, held, report_id, place)
    who = form.one("officer_id")
    try:
        said = IdentificationIn.model_validate(
            {
                "report_id": report_id,
                "place": place,
                "officer_id": None if who == NOBODY else who,
                "reason": form.one("reason"),
            }
        )
        await roster.identify(tx, held, said)
    except (ValidationError, Validation) as refused:
        return await _identity_page(page, tx, held, described, form, in_words(refused, NEEDED, "officer_id"))
    return go(f"/cases/{held.record.id}?done=person.identified#people")
