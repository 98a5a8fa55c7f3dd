"""The agency's own hours for words of law that name none: what holds, what is ahead, and a new one from a day on."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.actions import today_in
from app.http.route import Act, Transaction
from app.pages.admin.shared import Gathered, SettingsKeeper, given_day, show, typed_day
from app.pages.fields import CHOOSE, NO_DAY, options
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.provisions.clocks import UNIT_WORDS, WORKING_HOURS
from app.provisions.schemas import WorkingValueIn
from app.provisions.working_values import enter_value, hours_on, values_read
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
AT = "/admin/settings/hours"
WORDS = {word: str(UNIT_WORDS[word]) for word in WORKING_HOURS}
NEEDED = {"word": CHOOSE, "hours": N_("Give whole hours, from 1 to 720"), "in_force_from": NO_DAY}


@router.get(AT)
async def ask_hours(request: Request, page: OpenPage, actor: SettingsKeeper, tx: Transaction) -> Response:
    """What each word stands for today, and how it came to be."""
    return await _page(page, tx, is_done=request.query_params.get("done") == "yes")


async def _page(
    page: Page,
    tx: AsyncSession,
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    is_done: bool = False,
) -> Response:
    today = today_in(page.agency, tx)
    entered = await values_read(tx, page.agency.id)
    own = hours_on(((each.word, each.hours, each.in_force_from) for each in entered), today)
    return show(
        page,
        "admin/working_values.html",
        errors,
        holds=[(says, own.get(word, WORKING_HOURS[word]), word in own) for word, says in WORDS.items()],
        entered=list(reversed(entered)),
        words=WORDS,
        choices=options(WORDS),
        typed={name: form.one(name) if form else "" for name in ("word", "hours")},
        in_force_from=typed_day(form, "in_force_from"),
        today=today,
        months=page.months(),
        is_done=is_done,
    )


@router.post(AT)
async def enter_hours(
    page: OpenPage, actor: SettingsKeeper, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Set the hours of a word, from a day ahead on."""
    errors: dict[str, str] = {}
    day = given_day(form, "in_force_from", errors)
    with Gathered(errors, NEEDED):
        said = WorkingValueIn.model_validate(
            {"word": form.one("word"), "hours": form.one("hours").strip(), "in_force_from": day}
        )
        await enter_value(tx, page.agency, said)
    return await _page(page, tx, form, errors) if errors else go(f"{AT}?done=yes")
