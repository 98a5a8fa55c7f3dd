"""Where an administrator begins: what there is, and what to do next."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response
from sqlalchemy import func, select

from app.agencies.accounts import of_people
from app.agencies.actions import today_in
from app.agencies.calendars import years_taken
from app.agencies.models import Account, AccountRole
from app.agencies.passwords import UNSET
from app.agencies.staff import led_by_nobody, staff_now
from app.audit.log import record
from app.findings.models import MatrixVersion
from app.http.route import Act, Transaction
from app.pages.admin.shared import RosterKeeper, show
from app.pages.shell import OpenPage, open_page

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])


@router.get("/admin")
async def home(page: OpenPage, actor: RosterKeeper, tx: Transaction) -> Response:
    """What is kept here, and what is still missing."""
    record(tx, "agency.read", ("agency", actor.agency_id))
    today = today_in(page.agency, tx)
    posted = await tx.scalar(select(func.count()).select_from(staff_now().subquery()))
    people = of_people().where(Account.disabled_at.is_(None))
    accounts = await tx.scalar(select(func.count()).select_from(people.subquery()))
    waiting = select(func.count()).select_from(people.where(Account.password_hash == UNSET).subquery())
    held = select(AccountRole.role).where(AccountRole.ended_at.is_(None)).distinct()
    own = select(MatrixVersion.id).where(~MatrixVersion.is_sample, MatrixVersion.in_force_from <= today)
    return show(
        page,
        "admin/home.html",
        posted=posted or 0,
        accounts=accounts or 0,
        waiting=await tx.scalar(waiting) or 0,
        unfilled=[role for role in NEEDED if role not in set((await tx.scalars(held)).all())],
        led_by_nobody=await led_by_nobody(tx),
        has_matrix=await tx.scalar(own.limit(1)) is not None,
        this_year=today.year,
        missing_years=[year for year in (today.year, today.year + 1) if year not in await years_taken(tx)],
    )


NEEDED = ("intake", "investigator", "commander", "discipline_authority", "oversight", "outside_reviewer", "inspector")
"""Offices without which a case comes to a stop on its way."""
