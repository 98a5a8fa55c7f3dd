"""Loads the demo's worked cases once; a start that was cut off goes on where it stood."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from sqlalchemy import select

from app.agencies.models import Account
from app.api.app import create_app
from app.db.session import Sessions
from app.demo.client import Client
from app.demo.people import AGENCIES
from app.demo.stories import STORIES, number_of, scene_of
from app.demo.walk import Cast
from app.incidents.models import Incident
from app.jobs.installation import agency_by_ori
from app.provisions.matrix import sample_matrix
from app.settings import Secrets, Settings

Say = Callable[[str], None]


async def load_stories(settings: Settings, secrets: Secrets, say: Say) -> None:
    """Tell every story that is not there yet, through the API."""
    app = create_app(settings, secrets)
    sessions: Sessions = app.state.sessions
    try:
        async with sessions() as tx:
            agency = await agency_by_ori(tx, AGENCIES[0][0].ori)
            known = set((await tx.scalars(select(Incident.agency_number))).all())
            accounts = (await tx.scalars(select(Account))).all()
        cast: Cast = {
            account.email.partition("@")[0]: Client(app, account.id, agency.id, account.officer_id)
            for account in accounts
        }
        waiting = [number for number in range(len(STORIES)) if number_of(number) not in known]
        if waiting:
            say(f"Working {len(waiting)} made-up cases ...")
            await load_matrix(cast["admin"])
        now = datetime.now(UTC)
        for number in waiting:
            await STORIES[number].tell(cast, scene_of(number, now))
    finally:
        await app.state.engine.dispose()


async def load_matrix(admin: Client) -> None:
    """The sample matrix, so that worksheets can be looked at; it can never back a real decision."""
    if not await admin.get("/v1/matrices"):
        await admin.post("/v1/matrices", sample_matrix().model_dump(mode="json", exclude_none=True))
