"""The library of law and policy: what is held, what was in force where and when."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.actions import agency_of, today_in
from app.agencies.doors import ONCE, holds
from app.audit.log import record
from app.db.session import time_of
from app.http.route import Act, Transaction
from app.provisions.clocks import WORKING_HOURS
from app.provisions.packs import (
    Standing,
    jurisdiction,
    library,
    of_state,
    provision,
    related,
    report_provision,
    standing,
)
from app.provisions.schemas import (
    PoliciesView,
    ProvisionView,
    ReportRuleView,
    WorkingValueIn,
    WorkingValuesView,
    WorkingValueView,
)
from app.provisions.working_values import enter_value, hours_for, hours_on, values_read

router = APIRouter(route_class=Act, tags=["policies"])
READER = holds(Right.READ_POLICIES)
State = Annotated[
    str | None, Query(pattern="^(US-)?[A-Za-z]{2}$", description="`CO` or `US-CO`; `US` for federal texts")
]
PAST = {Standing.NOT_YET, Standing.ENDED}


@router.get("/v1/policies", dependencies=[READER])
async def policies(
    tx: Transaction,
    state: State = None,
    on: Annotated[date | None, Query(description="only what held, or may have held, on this day")] = None,
) -> PoliciesView:
    """Provisions of law and the model standard; without a day all of them, with their standing today."""
    day = on or time_of(tx).date()
    found = [
        each
        for each in (library().by_id.values() if state is None else of_state(state))
        if on is None or standing(each, on) not in PAST
    ]
    place = jurisdiction(state) if state else None
    record(tx, "policies.read", ("policies", None), place=place, on=day, ids=[each.id for each in found])
    return PoliciesView(
        on=day,
        provisions=[ProvisionView.on(each, day) for each in found],
        report=ReportRuleView.from_rule(report_provision(state, day), await hours_for(tx, day)) if state else None,
        related=list(related(state)) if state else [],
    )


@router.get("/v1/policies/{provision_id}", dependencies=[READER])
async def policy(
    tx: Transaction,
    provision_id: Annotated[str, Path(max_length=60, examples=["US-CO"])],
    on: Annotated[date | None, Query(description="the day its standing is told for; today where not given")] = None,
) -> ProvisionView:
    """One provision by the name under which findings cite it."""
    found = provision(provision_id)
    day = on or time_of(tx).date()
    record(tx, "policies.read", ("policies", None), place=found.jurisdiction, on=day, ids=[found.id])
    return ProvisionView.on(found, day)


@router.get("/v1/agency/working-values", tags=["agency"])
async def working_values(actor: Annotated[Actor, READER], tx: Transaction) -> WorkingValuesView:
    """How many hours the agency takes words such as "promptly" for, today and on other days."""
    agency = await agency_of(tx, actor.agency_id)
    entered = await values_read(tx, agency.id)
    own = hours_on(((each.word, each.hours, each.in_force_from) for each in entered), today_in(agency, tx))
    return WorkingValuesView(hours={**WORKING_HOURS, **own}, entered=[WorkingValueView.of(each) for each in entered])


@router.post("/v1/agency/working-values", tags=["agency"], status_code=201, dependencies=[ONCE])
async def enter_working_value(
    actor: Annotated[Actor, holds(Right.KEEP_SETTINGS)], said: WorkingValueIn, tx: Transaction
) -> WorkingValueView:
    """Set the hours of a word that names none, from a day ahead on; no date that was told or computed moves by it."""
    entered = await enter_value(tx, await agency_of(tx, actor.agency_id), said)
    view: WorkingValueView = WorkingValueView.of(entered)
    return view
