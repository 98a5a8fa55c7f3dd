"""`upstander export`: an export at the command line, asked for in the name of an account that may have it.

Whoever sits at the machine is not signed in, so the record names the service as the one who asked and the account it
was asked for; the export stands in that account's own list, where its holder sees it.
"""

from __future__ import annotations

import asyncio
import shutil
import time
import uuid
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.agencies.models import Account, AccountRole
from app.audit.sequencer import number_all
from app.audit.signer_client import SignerClient
from app.db.roles import Roles
from app.db.session import Sessions, as_role, make_engine, speak_for
from app.errors import Validation
from app.jobs.exports import NOTE_SECONDS, Exporter
from app.jobs.installation import agency_by_ori, app_sessions
from app.jobs.refused import Refused
from app.oversight.actions import ask_for_export, file_of, note_download
from app.oversight.models import Export, ExportState
from app.oversight.rules import may_export
from app.oversight.schemas import ExportIn, Purpose
from app.settings import Settings, read_secret

LOOK_SECONDS = 0.2


async def export_to_file(
    settings: Settings, ori: str, email: str, purpose: Purpose, since: int | None, to: Path, wait_seconds: float
) -> Export:
    """Ask for an export, number and make it here unless a worker does, and copy it. Raises Refused."""
    async with app_sessions(settings) as sessions:
        export = await _ask(sessions, ori, email, purpose, since)
        made = await _make(settings, sessions, export, wait_seconds)
        async with sessions.begin() as tx:
            await speak_for(tx, made.agency_id)
            note_download(tx, await tx.get_one(Export, made.id))
    await asyncio.to_thread(shutil.copyfile, file_of(settings.exports_folder, made.id), to)
    return made


async def _ask(sessions: Sessions, ori: str, email: str, purpose: Purpose, since: int | None) -> Export:
    async with sessions.begin() as tx:
        agency = await agency_by_ori(tx, ori)
        asker = await _account(tx, agency.id, email)
        try:
            return await ask_for_export(tx, asker, ExportIn(purpose=purpose, since_size=since), by_operator=True)
        except Validation:
            raise Refused(f"No checkpoint of size {since} was signed for this agency.") from None


async def _account(tx: AsyncSession, agency_id: uuid.UUID, email: str) -> Actor:
    account = await tx.scalar(
        select(Account).where(func.lower(Account.email) == email.strip().lower(), Account.disabled_at.is_(None))
    )
    if account is None:
        raise Refused("No account of this agency has that email.")
    held = select(AccountRole.role).where(AccountRole.account_id == account.id, AccountRole.ended_at.is_(None))
    roles = frozenset(await tx.scalars(held))
    actor = Actor(account.id, agency_id, account.pseudonym, account.name, roles, account.officer_id)
    if not may_export(actor):
        raise Refused("That account holds no office that may export the record.")
    return actor


async def _make(settings: Settings, sessions: Sessions, export: Export, wait_seconds: float) -> Export:
    """Wait for the export, doing the worker's part here as well; it is harmless where a worker runs."""
    roles = Roles(settings.role_prefix)
    log_url = as_role(settings.database_url, roles.log, read_secret(settings.secrets_folder, "log_password"))
    url = as_role(settings.database_url, roles.export, read_secret(settings.secrets_folder, "export_password"))
    numbering, exporting = make_engine(log_url, pool_size=1), make_engine(url, pool_size=3)
    exporter = Exporter(settings, url, exporting, SignerClient(settings.signer_socket, NOTE_SECONDS))
    give_up = time.monotonic() + wait_seconds
    try:
        while time.monotonic() < give_up:
            await number_all(numbering)
            await exporter.make_all()
            found = await _look(sessions, export)
            if found.state is ExportState.FAILED:
                raise Refused(f"The export could not be made: {found.failed_because}.")
            if found.state is ExportState.MADE:
                return found
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await numbering.dispose()
        await exporting.dispose()
    raise Refused("The export waits for a signed checkpoint; is the signer running? It will be made as soon as it is.")


async def _look(sessions: Sessions, export: Export) -> Export:
    async with sessions() as tx:
        await speak_for(tx, export.agency_id)
        found = await tx.get(Export, export.id)
        assert found is not None
        return found
