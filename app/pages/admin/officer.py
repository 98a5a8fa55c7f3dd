"""One officer over time: postings, a new post, leaving, declared relatives."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies import actions, staff
from app.agencies.actions import today_in
from app.agencies.models import Officer, Posting
from app.agencies.units import tree
from app.audit.log import record
from app.errors import Stale
from app.http.route import Act, PathId, Transaction
from app.pages.admin.roster import FIELDS, NEEDED, on_form, said_post
from app.pages.admin.shared import (
    RANKS,
    Gathered,
    RosterKeeper,
    given_day,
    holder_of_badge,
    show,
    typed_day,
    unit_options,
)
from app.pages.fields import NO_DAY, options
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
DONE = {
    "added": N_("The officer is on the roster."),
    "post": N_("The new post is entered. The one before stays on file."),
    "left": N_("The officer is off the roster. All that they were stays on file."),
    "kin": N_("The kinship is declared. It counts from this moment."),
    "kin-ended": N_("The kinship is over from today on. What happened up to today stays closed."),
}
NO_RELATIVE = N_("Give the badge of another officer on the roster")


async def _officer(tx: Transaction, officer_id: PathId) -> Officer:
    return await staff.officer_of(tx, officer_id)


Held = Annotated[Officer, Depends(_officer)]


async def _postings(tx: AsyncSession, officer: Officer) -> list[Posting]:
    return list(await staff.postings_of(tx, officer.id))


def _version(postings: list[Posting]) -> str:
    """Tells whether a posting came or ended since the page was shown."""
    return f"{len(postings)}-{postings[-1].until_on or 'now'}" if postings else "0"


def _refuse_old(form: Form, postings: list[Posting]) -> None:
    if form.one("version") != _version(postings):
        raise Stale


@router.get("/admin/officers/{officer_id}")
async def officer(request: Request, page: OpenPage, actor: RosterKeeper, held: Held, tx: Transaction) -> Response:
    """What an officer was from when to when, whom they are kin to, whether they have an account."""
    return await _page(page, tx, held, done=DONE.get(request.query_params.get("done", ""), ""))


async def _page(
    page: Page, tx: AsyncSession, held: Officer, errors: dict[str, str] | None = None, **more: Any
) -> Response:
    postings = await _postings(tx, held)
    kin = await staff.kin_of(tx, held.id)
    asked = {each.supervisor_id for each in postings if each.supervisor_id} | {other for _, other in kin}
    account = await staff.account_of(tx, held.id)
    record(tx, "roster.read", ("agency", held.agency_id), count=len(postings))
    return show(
        page,
        "admin/officer.html",
        errors,
        officer_id=held.id,
        postings=list(reversed(postings)),
        last=postings[-1],
        is_here=postings[-1].until_on is None,
        last_day=staff.day_before,
        paths={each.unit.id: each.path for each in await tree(tx)},
        known=await staff.last_names(tx, asked),
        kin=kin,
        account=account,
        **{"done": "", "relative": "", **more},
    )


@router.get("/admin/officers/{officer_id}/post")
async def ask_post(page: OpenPage, actor: RosterKeeper, held: Held, tx: Transaction) -> Response:
    """A new rank, unit, supervisor, badge or name."""
    return await _post_form(page, tx, held)


async def _post_form(
    page: Page, tx: AsyncSession, held: Officer, form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    postings = await _postings(tx, held)
    last = postings[-1]
    above = (await actions.postings_now(tx, {last.supervisor_id})) if last.supervisor_id else {}
    stands = {
        "badge": last.badge,
        "name": last.name,
        "rank": last.rank,
        "unit_id": str(last.unit_id or ""),
        "supervisor": above[last.supervisor_id].badge if last.supervisor_id in above else "",
    }
    record(tx, "roster.read", ("agency", held.agency_id), count=len(postings))
    return show(
        page,
        "admin/post.html",
        errors,
        officer_id=held.id,
        last=last,
        version=form.one("version") if form else _version(postings),
        typed={name: form.one(name) if form else stands[name] for name in FIELDS},
        from_on=typed_day(form, "from_on", today_in(page.agency, tx)),
        rank_options=options(RANKS),
        units=await unit_options(tx),
        months=page.months(),
    )


@router.post("/admin/officers/{officer_id}/post")
async def change_post(
    page: OpenPage, actor: RosterKeeper, held: Held, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """A new posting from a day on; the one before ends that day."""
    _refuse_old(form, await _postings(tx, held))
    errors: dict[str, str] = {}
    said = await said_post(tx, form, errors)
    if said is not None and not errors:
        with Gathered(errors, NEEDED):
            await actions.change_posting(tx, actor.agency_id, held.id, said)
    if errors:
        return await _post_form(page, tx, held, form, on_form(errors))
    return go(f"/admin/officers/{held.id}?done=post")


@router.get("/admin/officers/{officer_id}/leave")
async def ask_leave(page: OpenPage, actor: RosterKeeper, held: Held, tx: Transaction) -> Response:
    """From which day on an officer is off the roster."""
    return await _leave_form(page, tx, held)


async def _leave_form(
    page: Page, tx: AsyncSession, held: Officer, form: Form | None = None, errors: dict[str, str] | None = None
) -> Response:
    postings = await _postings(tx, held)
    record(tx, "roster.read", ("agency", held.agency_id), count=len(postings))
    return show(
        page,
        "admin/leave.html",
        errors,
        officer_id=held.id,
        last=postings[-1],
        version=form.one("version") if form else _version(postings),
        on=typed_day(form, "on", today_in(page.agency, tx)),
        months=page.months(),
    )


@router.post("/admin/officers/{officer_id}/leave")
async def leave(
    page: OpenPage, actor: RosterKeeper, held: Held, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Take an officer off the roster from a day on."""
    _refuse_old(form, await _postings(tx, held))
    errors: dict[str, str] = {}
    on = given_day(form, "on", errors)
    if on is None:
        errors["on"] = NO_DAY
    else:
        with Gathered(errors, {"on": NO_DAY}):
            await staff.leave(tx, held, on)
    if errors:
        return await _leave_form(page, tx, held, form, errors)
    return go(f"/admin/officers/{held.id}?done=left")


@router.post("/admin/officers/{officer_id}/kin")
async def declare_kin(
    page: OpenPage, actor: RosterKeeper, held: Held, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Declare that two officers are relatives."""
    badge = form.one("relative").strip()
    relative: uuid.UUID | None = await holder_of_badge(tx, badge) if badge and "\0" not in badge else None
    errors: dict[str, str] = {}
    if relative is None:
        errors["relative"] = NO_RELATIVE
    else:
        with Gathered(errors, {"relative_id": NO_RELATIVE}):
            await actions.declare_kin(tx, actor.agency_id, held.id, relative)
    if errors:
        return await _page(page, tx, held, {"relative": next(iter(errors.values()))}, relative=badge)
    return go(f"/admin/officers/{held.id}?done=kin")


@router.post("/admin/officers/{officer_id}/kin/{kin_id}/end")
async def end_kin(
    actor: RosterKeeper, held: Held, kin_id: PathId, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Two officers are relatives no longer, from today on."""
    await staff.end_kin(tx, held.id, kin_id)
    return go(f"/admin/officers/{held.id}?done=kin-ended")
