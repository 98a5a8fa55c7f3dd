"""What may be changed of an agency itself.

The time zone is not among it: days and deadlines that were told were counted in it, and whether there are any is
nothing an administrator may learn. The day of going live can be put off while it is ahead and never once it has come,
or clocks that run could be stopped by moving it.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.agencies.actions import today_in
from app.agencies.models import Agency
from app.audit.log import record, sha256_of
from app.errors import Fault, Validation


def is_live(agency: Agency, tx: AsyncSession) -> bool:
    return agency.went_live_on <= today_in(agency, tx)


async def change_agency(tx: AsyncSession, agency: Agency, name: str, went_live_on: date) -> Agency:
    """A new name, or another day of going live while it is ahead. Raises Validation."""
    if went_live_on != agency.went_live_on:
        if is_live(agency, tx):
            raise Validation((Fault("/went_live_on", "live", "the agency is live; this day is fixed"),))
        if went_live_on < today_in(agency, tx):
            raise Validation((Fault("/went_live_on", "past", "must not be before today"),))
    if (name, went_live_on) == (agency.name, agency.went_live_on):
        return agency
    agency.name, agency.went_live_on = name, went_live_on
    agency.version += 1
    record(
        tx,
        "agency.changed",
        ("agency", agency.id),
        rev=agency.version,
        name_sha256=sha256_of(name),
        went_live_on=str(went_live_on),
    )
    return agency
