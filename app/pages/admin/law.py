"""The provisions that hold for the agency, and its own texts beside them."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from app.agencies.actions import today_in
from app.agencies.keeping_schemas import OwnPolicyIn
from app.agencies.own_policies import enter, own_policies
from app.audit.log import record
from app.http.route import Act, Transaction
from app.pages.admin.shared import Gathered, SettingsKeeper, given_day, show, typed_day
from app.pages.fields import NO_DAY
from app.pages.guard import Form, Once, SessionForm
from app.pages.shell import OpenPage, Page, go, open_page
from app.provisions.packs import MODEL_ID, Standing, jurisdiction, of_state, provision, report_provision, standing
from app.provisions.plain import asks, by_when, doubts
from app.provisions.provision import Confidence
from app.provisions.working_values import hours_for
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
STANDINGS = {
    Standing.NOT_YET: N_("not in force yet"),
    Standing.IN_DOUBT: N_("in doubt"),
    Standing.IN_FORCE: N_("in force"),
    Standing.ENDED: N_("no longer in force"),
    Standing.BY_ADOPTION: N_("a model, no law"),
}
CONFIDENCES = {
    Confidence.SEEN_IN_SOURCE: N_("read in its source"),
    Confidence.PARTLY_SEEN: N_("partly read in its source"),
    Confidence.GENERAL_KNOWLEDGE: N_("from general knowledge, not read in a source"),
    Confidence.OURS: N_("our own text"),
}
FIELDS = ("citation", "title", "text")
NEEDED = {
    "citation": N_("Give the name it is cited by, such as General Order 300.5"),
    "title": N_("Give it a title"),
    "text": N_("Enter the text"),
    "in_force_from": N_("Give the day from which it holds"),
}


@router.get("/admin/law")
async def law(request: Request, page: OpenPage, actor: SettingsKeeper, tx: Transaction) -> Response:
    """What the law asks here, how sure that is, and what the agency asks itself."""
    today = today_in(page.agency, tx)
    state = page.agency.state
    held = [*of_state(state), *of_state("US"), provision(MODEL_ID)]
    record(tx, "policies.read", ("policies", None), place=jurisdiction(state), on=today, ids=[each.id for each in held])
    return show(
        page,
        "admin/law.html",
        held=[(each, standing(each, today), asks(each), doubts(each)) for each in held],
        applied=by_when(report_provision(state, today), await hours_for(tx, today)),
        own=await own_policies(tx, actor.agency_id),
        today=today,
        standings=STANDINGS,
        confidences=CONFIDENCES,
        is_done=request.query_params.get("done") == "yes",
    )


@router.get("/admin/law/new")
async def ask_policy(page: OpenPage, actor: SettingsKeeper) -> Response:
    """A text of the agency's own."""
    return _form(page)


def _form(page: Page, form: Form | None = None, errors: dict[str, str] | None = None) -> Response:
    return show(
        page,
        "admin/policy_new.html",
        errors,
        typed={name: form.one(name) if form else "" for name in FIELDS},
        in_force_from=typed_day(form, "in_force_from"),
        months=page.months(),
    )


@router.post("/admin/law/new")
async def enter_policy(
    page: OpenPage, actor: SettingsKeeper, form: SessionForm, once: Once, tx: Transaction
) -> Response:
    """Enter a text, or a later version of one."""
    errors: dict[str, str] = {}
    day = given_day(form, "in_force_from", errors)
    if day is None and "in_force_from" not in errors:
        errors["in_force_from"] = NEEDED["in_force_from"]
    with Gathered(errors, {**NEEDED, "in_force_from": NO_DAY}):
        said = OwnPolicyIn.model_validate({**{name: form.one(name) for name in FIELDS}, "in_force_from": day})
        await enter(tx, actor.agency_id, said)
    return _form(page, form, errors) if errors else go("/admin/law?done=yes")
