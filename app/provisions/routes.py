"""The library of law and policy: what is held, what was in force where and when."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.access.rights import Right
from app.agencies.doors import holds
from app.audit.log import record
from app.db.session import time_of
from app.http.route import Act, Transaction
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
from app.provisions.schemas import PoliciesView, ProvisionView, ReportRuleView

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
        report=ReportRuleView.from_rule(report_provision(state, day)) if state else None,
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
