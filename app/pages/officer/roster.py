"""An officer who is named in a report, looked for on the roster: a wall can stand only around someone who is found."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.actions import postings_now, roster, today_in
from app.agencies.models import Posting
from app.audit.log import record
from app.incidents.codes import RANK
from app.pages.guard import Form
from app.pages.officer.answers import Typed
from app.pages.shell import Page
from app.words import N_

MOST = 10
"""More than these are no help to choose from; the name is kept as it was written."""
BADGE_CHARACTERS = 20
NAME_CHARACTERS = 100
NONE_OF_THESE = "none"
FOUND_LATER = N_("Not found on the roster; internal affairs will look for this officer.")


@dataclass(frozen=True)
class Sought:
    """Officers whom the words of the reporter may mean."""

    candidates: tuple[tuple[str, str], ...]


def shown(page: Page, posting: Posting) -> str:
    rank, badge = page.t(RANK.label(posting.rank)), f"{page.t(N_('badge'))} {posting.badge}"
    return f"{posting.name}, {badge}" if rank in posting.name else f"{posting.name}, {rank}, {badge}"


async def seek(tx: AsyncSession, page: Page, before: Typed, typed: Typed, form: Form) -> Sought | None:
    """Fill in who it is where that is clear or was chosen; else whom it may be. None once that was answered."""
    chosen = form.one("officer_id")
    if chosen and chosen != NONE_OF_THESE:
        await _take(tx, page, typed, chosen)
        return None
    if chosen == NONE_OF_THESE:
        return None
    words = (typed["badge"].strip(), typed["name"].strip())
    if words == (before["badge"].strip(), before["name"].strip()) and before["officer_id"]:
        typed["officer_id"], typed["found"] = before["officer_id"], before["found"]
        return None
    return await _search(tx, page, typed, *words)


async def _take(tx: AsyncSession, page: Page, typed: Typed, chosen: str) -> None:
    try:
        officer_id = uuid.UUID(chosen)
    except ValueError:
        return
    posting = (await postings_now(tx, {officer_id})).get(officer_id)
    record(tx, "roster.read", ("agency", page.actor.agency_id), count=1 if posting else 0)
    if posting is not None:
        typed["officer_id"], typed["found"] = str(officer_id), shown(page, posting)


async def _search(tx: AsyncSession, page: Page, typed: Typed, badge: str, name: str) -> Sought | None:
    day = today_in(page.agency, tx)
    found: list[Posting] = []
    if badge and len(badge) <= BADGE_CHARACTERS and "\0" not in badge:
        found = [p for p in await roster(tx, day, badge=badge) if p.badge.casefold() == badge.casefold()]
    by_name = not found and bool(name) and len(name) <= NAME_CHARACTERS and "\0" not in name
    if by_name:
        found = await roster(tx, day, name=name, most=MOST + 1) or await roster(
            tx, day, name=name.rsplit(maxsplit=1)[-1], most=MOST + 1
        )
    record(tx, "roster.read", ("agency", page.actor.agency_id), count=len(found))
    if by_name:
        return Sought(tuple((str(p.officer_id), shown(page, p)) for p in found)) if len(found) <= MOST else None
    if found:
        typed["officer_id"], typed["found"] = str(found[0].officer_id), shown(page, found[0])
    return None
