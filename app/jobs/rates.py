"""`upstander rate`: an operator lets an agency do more at a time than is usual."""

from __future__ import annotations

from app.agencies.keeping import Rate
from app.agencies.rates import set_rate
from app.errors import Validation
from app.jobs.installation import agency_by_ori, app_sessions
from app.jobs.refused import Refused
from app.settings import Settings


async def set_agency_rate(settings: Settings, ori: str, what: str, most: int) -> None:
    """Set it, with its entry in the agency's record. Raises Refused."""
    if what not in set(Rate):
        raise Refused(f"A rate is one of: {', '.join(Rate)}.")
    async with app_sessions(settings) as sessions, sessions.begin() as tx:
        agency = await agency_by_ori(tx, ori)
        try:
            await set_rate(tx, agency.id, Rate(what), most)
        except Validation as refused:
            raise Refused(f"The rate of {what} lies {refused.errors[0].says}.") from None
