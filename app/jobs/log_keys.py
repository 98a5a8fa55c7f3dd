"""Keys of an installation: its secrets, and the signer's keys of every log that has none."""

from __future__ import annotations

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.agencies.token_keys import new_kid, new_token_key
from app.audit.keys import KeysLost, KeysMissing, load_keys, make_log_keys, read_policy
from app.db.head import refuse_without_tables
from app.db.roles import Roles
from app.db.session import SET_AGENCY, as_role, make_engine
from app.jobs.installation import agency_by_ori, app_sessions
from app.jobs.refused import Refused
from app.settings import Settings, make_secrets, read_secret

LOGS = text("SELECT agency_id, origin FROM audit.log ORDER BY opened_at, origin")
IS_SIGNED = text("SELECT EXISTS (SELECT 1 FROM audit.checkpoint WHERE agency_id = :agency)")


@dataclass(frozen=True)
class Log:
    agency_id: uuid.UUID
    origin: str
    is_signed: bool


def make_missing_secrets(settings: Settings) -> list[str]:
    """Secret files that were missing; their names. Where others keep the secrets and only hand them in, none."""
    if settings.secrets_folder.exists() and not os.access(settings.secrets_folder, os.W_OK):
        return []
    return make_secrets(settings.secrets_folder, new_kid(datetime.now(UTC)), new_token_key())


async def make_missing_log_keys(settings: Settings) -> list[str]:
    """Keys for every log that has none, in the signer's folder; their origins. Raises Refused where keys were lost."""
    async with _signer_role(settings) as connection:
        logs = await _logs(connection)
    made = []
    for log in logs:
        try:
            if make_log_keys(
                settings.signer_folder, settings.policies_folder, log.agency_id, log.origin, is_signed=log.is_signed
            ):
                made.append(log.origin)
        except (KeysLost, KeysMissing) as refused:
            raise Refused(str(refused)) from refused
    return made


async def public_keys(settings: Settings) -> list[str]:
    """The vkeys of every log for which this machine holds the secret keys. Raises Refused."""
    async with _signer_role(settings) as connection:
        logs = await _logs(connection)
    lines = []
    for log in logs:
        try:
            keys = load_keys(settings.signer_folder / "keys", log.agency_id, log.origin)
        except KeysMissing as missing:
            raise Refused(f"{missing} Run `upstander keys make`.") from missing
        lines += [key.vkey for key in keys.public]
    return lines


async def policy_of(settings: Settings, ori: str) -> str:
    """The policy file of an agency's log. Raises Refused."""
    async with app_sessions(settings) as sessions, sessions.begin() as tx:
        agency = await agency_by_ori(tx, ori)
        try:
            return read_policy(settings.policies_folder, agency.id)
        except KeysMissing as missing:
            raise Refused(str(missing)) from missing


@asynccontextmanager
async def _signer_role(settings: Settings) -> AsyncIterator[AsyncConnection]:
    password = read_secret(settings.secrets_folder, "signer_password")
    engine = make_engine(as_role(settings.database_url, Roles(settings.role_prefix).signer, password), pool_size=1)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(refuse_without_tables)
            yield connection
    finally:
        await engine.dispose()


async def _logs(connection: AsyncConnection) -> list[Log]:
    found = []
    for agency_id, origin in (await connection.execute(LOGS)).all():
        await connection.execute(SET_AGENCY, {"agency": str(agency_id)})
        found.append(Log(agency_id, origin, bool(await connection.scalar(IS_SIGNED, {"agency": agency_id}))))
    return found
