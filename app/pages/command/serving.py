"""Serving the accused the charges and the evidence packet."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Inside
from app.cases.models import Allegation, Case
from app.errors import Validation
from app.findings import notices
from app.findings.schemas import ANSWER_DAYS, ANSWER_DAYS_MOST, NoticeIn
from app.http.route import Act, Transaction
from app.pages.command.discipline import seen
from app.pages.command.doors import ToServe, refuse_old
from app.pages.fields import says_of
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

ROWS = 3
"""Items of a packet that a form shows at once; what is filled in there makes room for as many again."""
MOST_ROWS = 200
CHARGES = N_("Write the charges")
TITLE = N_("Say what this item is")
HASH = N_("SHA-256 has 64 figures, 0 to 9 and a to f")
ITEMS = N_("List at least one item of the packet")
DAYS = N_("Give a number of days from 10 to 180")
NAMES = N_("This names who reported, by name or locator: withhold it")
IS_REPORT = N_("This is a report itself: deliver a redacted copy, which has a fingerprint of its own")


@router.get("/discipline/{allegation_id}/notice")
async def ask(page: OpenPage, held: ToServe, tx: Transaction) -> Response:
    return await _page(page, tx, held)


async def _page(
    page: Page,
    tx: AsyncSession,
    held: Inside[Allegation, Case],
    form: Form | None = None,
    errors: dict[str, str] | None = None,
    *,
    is_more: bool = False,
) -> Response:
    items = _items(form) if form else []
    room = ROWS if not items else min(MOST_ROWS, len(items) + (ROWS if is_more else 2))
    return page.show(
        "command/serve.html",
        422 if errors else 200,
        **await seen(page, tx, held),
        charges=form.one("charges") if form else "",
        days=form.one("days") if form else str(ANSWER_DAYS),
        least=ANSWER_DAYS,
        most=ANSWER_DAYS_MOST,
        items=[items[n] if n < len(items) else ("", "") for n in range(room)],
        errors=errors or {},
    )


def _items(form: Form) -> list[tuple[str, str]]:
    """Title and hash of each row of which something was filled in."""
    rows = zip(form.all("title"), form.all("sha256"), strict=False)
    return [(title, sha256) for title, sha256 in rows if title.strip() or sha256.strip()]


@router.post("/discipline/{allegation_id}/notice")
async def serve(page: OpenPage, held: ToServe, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Serve, or make room for more items of the packet."""
    refuse_old(form, held.around.record.version)
    if form.one("more"):
        return await _page(page, tx, held, form, is_more=True)
    try:
        said = NoticeIn.model_validate(_said(form))
        await notices.serve(tx, held, said)
    except ValidationError as error:
        faults = [("/".join(map(str, each["loc"])), str(each["type"])) for each in error.errors(include_input=False)]
        return await _page(page, tx, held, form, dict(_in_words(*fault) for fault in faults))
    except Validation as refused:
        faults = [(each.pointer[1:], each.rule) for each in refused.errors]
        return await _page(page, tx, held, form, dict(_in_words(*fault) for fault in faults))
    return go(f"/discipline/{held.record.id}?done=served")


def _said(form: Form) -> dict[str, Any]:
    days = form.one("days").strip()
    packet = [{"title": title, "sha256": sha256.strip().lower()} for title, sha256 in _items(form)]
    return {
        "charges": form.one("charges"),
        "packet": packet,
        "answer_due_in_days": int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
    }


def _in_words(where: str, rule: str) -> tuple[str, str]:
    """Field of the page and sentence for a broken rule."""
    match where.split("/"):
        case ["packet", n, "title"]:
            return f"title_{n}", NAMES if rule == "names_reporter" else says_of(rule, TITLE)
        case ["packet", n, _]:
            return f"sha256_{n}", IS_REPORT if rule == "names_reporter" else HASH
        case ["packet"]:
            return "title_0", ITEMS
        case ["answer_due_in_days"]:
            return "days", DAYS
        case _:
            return "charges", NAMES if rule == "names_reporter" else says_of(rule, CHARGES)
