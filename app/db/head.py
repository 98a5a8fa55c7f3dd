"""Whether a database has the tables of this program: asked before a command works with it."""

from __future__ import annotations

from functools import cache

import psycopg
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL, make_url

from app.db.migrate import configuration
from app.db.roles import Roles


class NotMigrated(Exception):
    """The database has no tables, or not those of this program; the message says what to do."""


HAS_TABLES = text("""
    SELECT EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'audit' AND c.relname = 'log'
    )
""")
MAY_READ = text("""
    SELECT EXISTS (
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relname = 'alembic_version' AND has_table_privilege(c.oid, 'SELECT')
    )
""")
NO_TABLES = "The database has no tables yet. Run `upstander migrate`, then this again."
OTHER_TABLES = (
    "The tables of the database are at {found}, and this program needs {wanted}. "
    "Run `upstander migrate` of this program, then this again."
)
NOT_LET_IN = (
    "The database server answers, but does not let this command in: the database or its roles are not there, or their "
    "passwords are others. Run `upstander migrate`; if that was done, see that UPSTANDER_DATA is the folder it used."
)
SILENT = "The database does not answer at UPSTANDER_DATABASE_URL."


@cache
def wanted() -> str:
    """The revision that this program's migrations end with."""
    head: str = ScriptDirectory.from_config(configuration(Roles("any"))).get_current_head() or ""
    return head


def found(connection: Connection) -> str | None:
    """The revision of a database, as far as this role may see it: none without tables, "" before it could be read."""
    if not connection.scalar(HAS_TABLES):
        return None
    if not connection.scalar(MAY_READ):
        return ""
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision or ""


def refuse_without_tables(connection: Connection) -> None:
    """Raises NotMigrated; for a role that may not read the revision."""
    if not connection.scalar(HAS_TABLES):
        raise NotMigrated(NO_TABLES)


def refuse_unmigrated(connection: Connection) -> None:
    """Raises NotMigrated unless the tables are those of this program; for the app role."""
    revision = found(connection)
    if revision is None:
        raise NotMigrated(NO_TABLES)
    if revision != wanted():
        raise NotMigrated(OTHER_TABLES.format(found=f'"{revision}"' if revision else "an older state", wanted=wanted()))


def why_silent(url: str | URL) -> str:
    """One sentence for a connection that failed: nobody there, or somebody who does not let us in."""
    target = make_url(url).set(drivername="postgresql")
    state = psycopg.pq.PGconn.ping(target.render_as_string(hide_password=False).encode())
    return NOT_LET_IN if state == psycopg.pq.Ping.OK else SILENT
