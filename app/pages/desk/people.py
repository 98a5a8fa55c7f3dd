"""Officers by name on the pages of one case: those on its roster, those accused, and anyone else who is looked for."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.actions import roster
from app.audit.log import record
from app.cases.models import Case
from app.cases.scene import postings_on, roster_of, scene_of
from app.pages.fields import Option
from app.pages.officer.roster import shown
from app.pages.shell import Page
from app.words import N_

MOST = 10
"""More than these are no help to choose from."""
LONGEST = 100
NAMELESS = N_("An officer known from a force form alone")


async def names_in(page: Page, tx: AsyncSession, case: Case, others: Iterable[uuid.UUID] = ()) -> dict[uuid.UUID, str]:
    """Officer -> name (else badge), for everyone on the roster and the `others`, as they were on the day."""
    scene = await scene_of(tx, case)
    names = {here.officer_id: here.name or here.badge for here in await roster_of(tx, scene)}
    missing = set(others) - names.keys()
    posted = await postings_on(tx, missing, scene.day)
    names |= {officer_id: posted[officer_id].name if officer_id in posted else "" for officer_id in missing}
    return {officer_id: name or page.t(NAMELESS) for officer_id, name in names.items()}


async def sought(tx: AsyncSession, page: Page, day: date, words: str) -> tuple[Option, ...]:
    """Officers on the agency's roster of a day whose badge begins with these words or whose name holds them."""
    asked = words.strip()
    if not asked or len(asked) > LONGEST or "\0" in asked:
        return ()
    found = await roster(tx, day, badge=asked, most=MOST) or await roster(tx, day, name=asked, most=MOST)
    record(tx, "roster.read", ("agency", page.actor.agency_id), count=len(found))
    return tuple(Option(str(each.officer_id), shown(page, each)) for each in found)


async def chosen(tx: AsyncSession, page: Page, day: date, officer_id: str) -> tuple[Option, ...]:
    """The officer that a form came back with, so that what was chosen stays chosen."""
    try:
        asked = uuid.UUID(officer_id)
    except ValueError:
        return ()
    posted = (await postings_on(tx, [asked], day)).get(asked)
    record(tx, "roster.read", ("agency", page.actor.agency_id), count=1 if posted else 0)
    return (Option(str(asked), shown(page, posted)),) if posted else ()
