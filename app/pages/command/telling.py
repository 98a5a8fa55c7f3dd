"""Telling people the outcome: who has to be told, that they were, and the letter to someone harmed."""

from __future__ import annotations

import secrets
import uuid

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.cases.models import Case, State
from app.cases.outcome import tell
from app.cases.schemas import ToldIn
from app.http.route import Act, Transaction
from app.pages.command.doors import ToTell, refuse_old
from app.pages.fields import Option, says_of
from app.pages.guard import Form, MalformedForm, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.proceedings.letters import MADE_IN, make_letter
from app.proceedings.review import telling
from app.proceedings.schemas import LetterIn
from app.words import LANGUAGES, N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

HOW = N_("Say when and how they were told, or what was tried to reach them")
SPOKEN = {"en": N_("English"), "es": N_("Spanish")}


@router.get("/cases/{case_id}/telling")
async def ask(page: OpenPage, held: ToTell, tx: Transaction) -> Response:
    """Everyone who has to be told, with a form for each who is not yet."""
    return await _page(page, tx, held)


def _outcome(held: Granted[Case]) -> str:
    """What a form here is about: since when the outcome stands. Telling one person makes no other form old."""
    return held.record.entered_at.isoformat()


async def _page(
    page: Page, tx: AsyncSession, held: Granted[Case], form: Form | None = None, error: str = ""
) -> Response:
    return page.show(
        "command/telling.html",
        422 if error else 200,
        case=held.record,
        version=_outcome(held),
        people=await telling(tx, held),
        may_tell=held.record.state == State.BOARD_REVIEW,
        may_write=held.record.state in MADE_IN,
        typed=form,
        error=error,
        done=page.request.query_params.get("done") == "told",
        languages=[Option(each, SPOKEN.get(each, each)) for each in LANGUAGES],
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/telling")
async def told(page: OpenPage, held: ToTell, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Record that someone was told."""
    refuse_old(form, _outcome(held))
    try:
        officer = uuid.UUID(form.one("officer")) if form.one("officer") else None
        said = ToldIn.model_validate(
            {"officer_id": officer, "harmed": form.one("harmed") or None, "how": form.one("how")}
        )
    except ValidationError as error:
        broken = error.errors(include_input=False, include_url=False)[0]
        return await _page(page, tx, held, form, says_of(str(broken["type"]), HOW))
    except ValueError:
        raise MalformedForm from None
    await tell(tx, held, said)
    return go(f"/cases/{held.record.id}/telling?done=told")


@router.post("/cases/{case_id}/letter")
async def letter(page: OpenPage, request: Request, held: ToTell, form: SessionForm, tx: Transaction) -> Response:
    """The letter as a file. It holds the only copy of its secret, so it is not kept to be sent again."""
    refuse_old(form, _outcome(held))
    try:
        said = LetterIn.model_validate({"harmed": form.one("harmed"), "language": form.one("language") or LANGUAGES[0]})
    except ValidationError:
        raise MalformedForm from None
    made = await make_letter(tx, held, said, f"{request.app.state.settings.base_url}/outcome")
    name = f'attachment; filename="outcome-{made.locator[:4].lower()}.pdf"'
    return Response(made.pdf, media_type="application/pdf", headers={"Content-Disposition": name})
