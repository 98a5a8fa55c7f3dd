"""References to evidence: enter one, read one."""

from __future__ import annotations

import secrets

from fastapi import APIRouter, Depends, Response
from pydantic import ValidationError

from app.cases import evidence
from app.cases.scene import names_of
from app.evidence.schemas import EvidenceIn
from app.http.route import Act, PathId, Transaction
from app.pages.desk.doors import Entering, Seen
from app.pages.desk.words import EVIDENCE
from app.pages.desk.wrong import in_words
from app.pages.fields import options
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])

NEEDED = {
    "kind": N_("Choose what kind of evidence it is"),
    "title": N_("Say in a few words what it is"),
    "sha256": N_("Give the SHA-256 of the original: 64 characters, 0 to 9 and a to f"),
    "held_at": N_("Say where the original lies"),
}


@router.get("/cases/{case_id}/evidence/new")
async def ask_evidence(page: OpenPage, held: Entering) -> Response:
    """What it is, its hash, and where the original lies."""
    return _new_page(page, held.record.id)


def _new_page(page: Page, case_id: object, form: Form | None = None, errors: dict[str, str] | None = None) -> Response:
    return page.show(
        "desk/evidence_new.html",
        422 if errors else 200,
        case_id=case_id,
        kinds=options(EVIDENCE),
        typed=form,
        errors=errors or {},
        once=secrets.token_urlsafe(16),
    )


@router.post("/cases/{case_id}/evidence")
async def enter(page: OpenPage, held: Entering, form: SessionForm, once: Once, tx: Transaction) -> Response:
    """Enter a reference; entered once, it is never changed."""
    given = {name: form.one(name) for name in NEEDED}
    given["sha256"] = "".join(given["sha256"].split()).lower()
    try:
        said = EvidenceIn.model_validate(given)
    except ValidationError as refused:
        wrong = in_words(refused, NEEDED, "title")
        if "sha256" in wrong:
            wrong["sha256"] = NEEDED["sha256"]
        return _new_page(page, held.record.id, form, wrong)
    await evidence.enter(tx, held, said)
    return go(f"/cases/{held.record.id}?done=evidence.added#evidence")


@router.get("/cases/{case_id}/evidence/{evidence_id}")
async def one_item(page: OpenPage, held: Seen, evidence_id: PathId, tx: Transaction) -> Response:
    """One reference; reading it counts as having opened it."""
    item = await evidence.open_item(tx, held, evidence_id)
    return page.show(
        "desk/evidence_item.html",
        case_id=held.record.id,
        item=item,
        kind=EVIDENCE[item.kind],
        entered_by=(await names_of(tx, [item.entered_by])).get(item.entered_by, ""),
    )
