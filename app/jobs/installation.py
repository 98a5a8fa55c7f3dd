"""Setting up an installation: secrets, database, a real agency with its first administrator."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from pydantic import ValidationError
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

import app.audit.log  # noqa: F401 - its hooks append what a command does
from app.access.actor import Role
from app.agencies.actions import AgencyFacts, add_account, make_agency
from app.agencies.models import Agency
from app.agencies.schemas import AccountIn
from app.agencies.token_keys import new_kid, new_token_key
from app.db.head import refuse_unmigrated
from app.db.migrate import migrate, prepare
from app.db.roles import Roles
from app.db.session import Sessions, as_role, make_engine, make_sessions, speak_for
from app.errors import Validation
from app.jobs.refused import Refused
from app.settings import Secrets, Settings, make_secrets, read_secrets

OF_ADMINISTRATOR = {
    "email": "admin_email: an address such as ada.keller@city.example.",
    "name": "admin_name: one line of 1 to 200 characters.",
    "password": "admin password: 15 to 128 characters.",
}
"""What is asked of the first administrator, where it was not given."""
AGENCY_OF_ORI = text("SELECT agency_of_ori(:ori)")


def passwords_of(secrets: Secrets) -> dict[str, str]:
    """Passwords of the database roles, by short name."""
    return {
        "app": secrets.app_password,
        "log": secrets.log_password,
        "signer": secrets.signer_password,
        "export": secrets.export_password,
    }


def install(settings: Settings) -> None:
    """Secrets that are missing, roles, database, tables: safe to run again and again."""
    make_secrets(settings.secrets_folder, new_kid(datetime.now(UTC)), new_token_key())
    roles = Roles(settings.role_prefix)
    prepare(settings.database_url, roles, passwords_of(read_secrets(settings.secrets_folder)))
    migrate(settings.database_url, roles, settings.log_origin)


@asynccontextmanager
async def app_sessions(settings: Settings) -> AsyncIterator[Sessions]:
    """Sessions of the app role for one command. Raises NotMigrated."""
    secrets = read_secrets(settings.secrets_folder)
    url = as_role(settings.database_url, Roles(settings.role_prefix).app, secrets.app_password)
    engine = make_engine(url, pool_size=2)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(refuse_unmigrated)
        yield make_sessions(engine)
    finally:
        await engine.dispose()


def slug_of(name: str) -> str:
    """The last part of a log's origin: lower-case words of the agency's name."""
    return "-".join(re.findall(r"[a-z0-9]+", name.lower()))[:40] or "agency"


async def make_real_agency(settings: Settings, agency: dict[str, Any], admin: dict[str, str]) -> str:
    """Make an agency and its first administrator; returns the origin of its log."""
    facts = AgencyFacts(slug=slug_of(agency["name"]), **agency)
    try:
        account = AccountIn.model_validate({**admin, "roles": [Role.AGENCY_ADMIN]})
        async with app_sessions(settings) as sessions, sessions.begin() as tx:
            made = await make_agency(tx, facts, settings.log_origin)
            await add_account(tx, made.id, account, None)
    except IntegrityError:
        raise Refused("An agency of this name or ORI is there already.") from None
    except Validation as refused:
        raise Refused(" ".join(f"{fault.pointer[1:]}: {fault.says}." for fault in refused.errors)) from None
    except ValidationError as refused:
        wrong = {str(error["loc"][0]) for error in refused.errors()}
        raise Refused(" ".join(OF_ADMINISTRATOR[name] for name in OF_ADMINISTRATOR if name in wrong)) from None
    return f"{settings.log_origin}/{facts.slug}"


async def agency_by_ori(tx: AsyncSession, ori: str) -> Agency:
    """The agency of an ORI; the transaction speaks for it from here on. Raises Refused."""
    agency_id = await tx.scalar(AGENCY_OF_ORI, {"ori": ori.upper()})
    if agency_id is None:
        raise Refused(f"No agency has the ORI {ori}.")
    await speak_for(tx, agency_id)
    agency = await tx.get(Agency, agency_id)
    assert agency is not None
    return agency
