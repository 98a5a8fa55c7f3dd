"""The queue of those who work cases: filters, order, counts, and views that a person saved."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import OFFICES, Right
from app.agencies.doors import holds, listing, needs
from app.audit.log import record
from app.cases.matching import count_to_match
from app.db.session import time_of
from app.http.cursors import read_cursor, write_cursor
from app.http.route import Act, Transaction
from app.pages import labels
from app.pages.desk.lateness import lateness, span
from app.pages.fields import options, says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.proceedings import saved_views
from app.proceedings.filters import TRIAGED_IN, Due, QueueFilters, Sort
from app.proceedings.models import SavedView
from app.proceedings.queue import count_queue, holders, queue
from app.proceedings.routes import read_position, written
from app.proceedings.saved_views import VIEWS, SavedViewIn, ViewNameIn, ViewNameTaken, ViewsFull
from app.words import N_

HeldView = Annotated[Granted[SavedView], needs(Right.KEEP_VIEWS, VIEWS, "view_id", page=True)]
router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
ROWS = 50

DUES = {Due.LATE: N_("Late"), Due.SOON: N_("Due within 24 hours")}
SORTS = {
    Sort.DUE: N_("What is due first"),
    Sort.NEWEST: N_("Newest incident first"),
    Sort.LONGEST: N_("Longest where it stands first"),
}
KINDS: dict[Any, str] = {**labels.CLASSIFICATIONS, "none": N_("Not classified yet")}
INJURIES = {"true": N_("Someone was injured"), "false": N_("Nobody is known to be injured")}
NAME_IT = N_("Give the view a name of at most 60 characters")
NAME_TAKEN = N_("You have a view of this name already")
FULL = N_("You keep 20 views, as many as there is room for; remove one first")


def read_filters(pairs: Iterable[tuple[str, str]]) -> QueueFilters:
    """What an address or a form asks for; what is not known there asks for nothing."""
    asked: dict[str, Any] = {}
    for name, value in pairs:
        if name in QueueFilters.model_fields and value:
            found = [*asked.get("state", []), value] if name == "state" else value
            try:
                QueueFilters.model_validate({name: found})
            except ValidationError:
                continue
            asked[name] = found
    return QueueFilters.model_validate(asked)


def address(asked: QueueFilters, **more: str) -> str:
    """The queue under these filters."""
    told = asked.model_dump(mode="json", exclude_defaults=True)
    pairs = [
        (name, str(each).lower() if isinstance(each, bool) else str(each))
        for name, value in told.items()
        for each in (value if isinstance(value, list) else [value])
    ]
    query = urlencode([*pairs, *more.items()])
    return f"/cases?{query}" if query else "/cases"


@router.get("/cases")
async def cases(
    request: Request, page: OpenPage, actor: Annotated[Actor, listing(Right.READ_CASE, page=True)], tx: Transaction
) -> Response:
    """Cases you may see, the ones due first."""
    return await _queue_page(page, tx, actor, read_filters(request.query_params.multi_items()))


async def _queue_page(
    page: Page,
    tx: AsyncSession,
    actor: Actor,
    asked: QueueFilters,
    typed: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    request, now = page.request, time_of(tx)
    key, scope = request.app.state.secrets.cursor_key, f"case pages {asked.sort} {actor.account_id}"
    cursor = request.query_params.get("after", "")
    after = read_position(read_cursor(key, scope, cursor)) if cursor else None
    lines, last = await queue(tx, actor, asked, after=after, limit=ROWS)
    names = await holders(tx, actor)
    counts = _counts(await count_queue(tx, actor), asked)
    if waiting := await count_to_match(tx, actor):
        counts.append({"says": N_("Reports to match"), "count": waiting, "to": "/matches", "is_here": False})
    views = await saved_views.own_views(tx, actor)
    return page.show(
        "desk/cases.html",
        422 if errors else 200,
        lines=lines,
        due={line.id: lateness(page, line.triage_due_at, now) for line in lines if line.state in TRIAGED_IN},
        stands={line.id: span(page, now - line.entered_at) for line in lines},
        asked=asked,
        pairs=_pairs(asked),
        is_asked=asked != QueueFilters(),
        counts=counts,
        views=[(view, address(view.filters)) for view in views],
        is_linked=any(each["is_here"] for each in counts) or any(view.filters == asked for view in views),
        keeps_views=not actor.roles.isdisjoint(OFFICES[Right.KEEP_VIEWS]),
        sees_names=not actor.roles.isdisjoint(OFFICES[Right.READ_CASE]),
        states=options(labels.STATES),
        selects=_selects(asked, names),
        labels=labels,
        more=address(asked, after=write_cursor(key, scope, written(last))) if last else None,
        aside=request.query_params.get("aside") == "yes",
        name=typed,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


def _pairs(asked: QueueFilters) -> list[tuple[str, str]]:
    """The filters as hidden fields of a form."""
    return parse_qsl(address(asked).partition("?")[2])


def _counts(counts: Any, asked: QueueFilters) -> list[dict[str, Any]]:
    """Links above the table, each with its number and whether it is what is shown."""
    wanted = [
        (N_("Late"), counts.late, QueueFilters(due=Due.LATE)),
        (N_("Due within 24 hours"), counts.soon, QueueFilters(due=Due.SOON)),
        (N_("With me"), counts.mine, QueueFilters(held_by="me")),
        *((labels.STATES[state], count, QueueFilters(state=[state])) for state, count in counts.state.items()),
    ]
    return [
        {"says": says, "count": count, "to": address(to), "is_here": to == asked} for says, count, to in wanted if count
    ]


def _selects(asked: QueueFilters, names: list[tuple[Any, str]]) -> list[tuple[str, str, Any, str]]:
    """Name, label, choices and what is chosen of each select; the first choice of all but the order is "any"."""
    held = {"me": N_("With me"), "nobody": N_("With nobody yet"), **{str(account): name for account, name in names}}
    return [
        ("held_by", N_("With whom"), options(held), str(asked.held_by or "")),
        ("due", N_("When triage is due"), options(DUES), asked.due or ""),
        ("classification", N_("Classified as"), options(KINDS), asked.classification or ""),
        ("injury", N_("Injury"), options(INJURIES), "" if asked.injury is None else str(asked.injury).lower()),
        ("sort", N_("In what order"), options(SORTS), asked.sort),
    ]


@router.post("/queue-views")
async def save_view(
    page: OpenPage,
    actor: Annotated[Actor, holds(Right.KEEP_VIEWS, page=True)],
    form: SessionForm,
    once: Once,
    tx: Transaction,
) -> Response:
    """Keep the filters that are set under a name."""
    asked = read_filters(form.pairs)
    try:
        said = SavedViewIn(name=form.one("name"), filters=asked)
        await saved_views.save_view(tx, actor, said)
    except ValidationError as error:
        return await _refused(page, tx, actor, asked, form, _why_no_name(error))
    except ViewNameTaken:
        return await _refused(page, tx, actor, asked, form, NAME_TAKEN)
    except ViewsFull:
        return await _refused(page, tx, actor, asked, form, FULL)
    return go(address(asked))


def _why_no_name(error: ValidationError) -> str:
    rule = str(error.errors(include_input=False)[0]["type"])
    return says_of(rule, NAME_IT) if rule == "characters" else NAME_IT


async def _refused(page: Page, tx: AsyncSession, actor: Actor, asked: QueueFilters, form: Form, why: str) -> Response:
    return await _queue_page(page, tx, actor, asked, form.one("name"), {"name": why})


@router.get("/queue-views/{view_id}/rename")
async def ask_name(page: OpenPage, held: HeldView, tx: Transaction) -> Response:
    """Another name for a saved view."""
    record(tx, "queue_view.listed", ("queue_view", None), ids=[held.record.id], count=1)
    return _name_page(page, held.record, held.record.name)


def _name_page(page: Page, view: SavedView, typed: str, why: str = "") -> Response:
    errors = {"name": why} if why else {}
    return page.show(
        "desk/view_name.html",
        422 if errors else 200,
        view=view,
        typed=typed,
        errors=errors,
        back=address(QueueFilters.model_validate(view.filters)),
        once=secrets.token_urlsafe(16),
    )


@router.post("/queue-views/{view_id}/rename")
async def rename_view(page: OpenPage, held: HeldView, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Give a saved view another name; its filters stay."""
    typed = form.one("name")
    try:
        await saved_views.rename_view(tx, held, ViewNameIn(name=typed).name)
    except ValidationError as error:
        return _name_page(page, held.record, typed, _why_no_name(error))
    except ViewNameTaken:
        return _name_page(page, held.record, typed, NAME_TAKEN)
    return go(address(QueueFilters.model_validate(held.record.filters)))


@router.post("/queue-views/{view_id}/remove")
async def remove_view(held: HeldView, form: SessionForm, tx: Transaction) -> Response:
    """Remove a saved view; no case changes by it."""
    await saved_views.remove_view(tx, held)
    return go("/cases")
