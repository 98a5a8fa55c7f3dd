"""How a migration runs: as owner, with a lock timeout, on a connection that the command brings along."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from app.db.roles import Roles
from app.tables import Base

LOCK_TIMEOUT = "5s"
"""A migration that waits longer behind a running transaction would make everyone else wait too."""


def include_name(name: str | None, kind: str, parents: dict[str, str | None]) -> bool:
    """The record's schema has no models: its tables are written and read by SQL alone."""
    return not (kind == "schema" and name not in (None, "public"))


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    roles: Roles = context.config.attributes["roles"]
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text(f"SET ROLE {roles.owner}"))
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=include_name,
        compare_type=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("RESET ROLE"))


run()
