"""Bring a database to the newest tables: roles, database, migrations. The only work done with a superuser's URL."""

from __future__ import annotations

import uuid
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from app.db.roles import Roles, make_roles

MIGRATIONS = Path(__file__).parents[2] / "migrations"
FLOOR = 150000
"""PostgreSQL 15."""


class TooOld(Exception):
    """The server is older than the floor."""


def prepare(url: str | URL, roles: Roles, passwords: dict[str, str]) -> None:
    """Make the database if it is missing, and its roles; then hand it to owner. Needs a role that may create both.

    `passwords` is keyed app, log, signer, export. Raises TooOld below PostgreSQL 15.
    """
    target = make_url(url).set(drivername="postgresql+psycopg")
    outside = create_engine(target.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with outside.connect() as connection:
        if int(connection.scalar(text("SHOW server_version_num")) or 0) < FLOOR:
            raise TooOld("Upstander needs PostgreSQL 15 or later.")
        make_roles(connection, roles, passwords)
        known = text("SELECT 1 FROM pg_database WHERE datname = :name")
        if not connection.scalar(known, {"name": target.database}):
            connection.execute(text(f"CREATE DATABASE \"{target.database}\" TEMPLATE template0 ENCODING 'UTF8'"))
    outside.dispose()
    inside = create_engine(target, isolation_level="AUTOCOMMIT")
    with inside.connect() as connection:
        connection.execute(text(f'GRANT CREATE, CONNECT ON DATABASE "{target.database}" TO {roles.owner}'))
        connection.execute(text(f"ALTER SCHEMA public OWNER TO {roles.owner}"))
        connection.execute(text("REVOKE ALL ON SCHEMA public FROM PUBLIC"))
    inside.dispose()


def configuration(roles: Roles) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["roles"] = roles
    return config


OPERATOR_LOG = text("""
    SELECT audit.open_log(agency, :origin) FROM set_config('app.agency_id', :nil, false), CAST(:nil AS uuid) AS agency
    WHERE NOT EXISTS (SELECT 1 FROM audit.log WHERE agency_id = agency)
""")


def migrate(url: str | URL, roles: Roles, origin: str, revision: str = "head") -> None:
    """Run the migrations up to `revision` as owner, and open the log of what belongs to no agency."""
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    config = configuration(roles)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.execute(OPERATOR_LOG, {"origin": f"{origin}/operator", "nil": str(uuid.UUID(int=0))})
        connection.commit()
    engine.dispose()
