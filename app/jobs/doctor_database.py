"""What the doctor asks of the database as the app role: version, settings, clock, tables, and what each role may do."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from app.db.head import found, wanted
from app.db.migrate import FLOOR
from app.db.roles import Roles
from app.jobs.doctor import Finding, connected, fail, graded, ok, warn
from app.settings import Secrets, Settings

WITHOUT_AGENCY = ("alembic_version", "sign_in_try")
"""Tables that hold nothing of any agency, and so have no row security."""
NEEDED = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "data_checksums": ("on",),
    "synchronous_commit": ("on", "remote_write", "remote_apply"),
}
"""Settings without which an answered act may be lost, or damage go unseen (audit-log 4)."""
MOST_APART = timedelta(seconds=5)
"""The record refuses an entry whose time is further from the server's."""
NOTED_APART = timedelta(seconds=1)

TOO_MIGHTY = text("""
    SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication,
        rolname <> :owner AND pg_has_role(oid, :owner, 'MEMBER') AS is_owner
    FROM pg_roles WHERE rolname = ANY (:roles)
""")
OWNS = text("""
    SELECT DISTINCT pg_get_userbyid(c.relowner) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname IN ('public', 'audit') AND pg_get_userbyid(c.relowner) = ANY (:roles)
""")
MAKES = text("""
    SELECT r.rolname FROM pg_roles r, pg_namespace n
    WHERE r.rolname = ANY (:roles) AND n.nspname IN ('public', 'audit') AND has_schema_privilege(r.oid, n.oid, 'CREATE')
""")
UNFORCED = text("""
    SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'audit') AND NOT c.relname = ANY (:without)
        AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    ORDER BY 1
""")
CHANGES_RECORD = text("""
    SELECT DISTINCT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
        unnest(ARRAY['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE']) AS right_of
    WHERE c.relkind IN ('r', 'p') AND n.nspname = 'audit' AND has_table_privilege(:app, c.oid, right_of)
    ORDER BY 1
""")
UNFROZEN = text("""
    SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = 'audit' AND c.relname IN ('log', 'event', 'block', 'entry', 'checkpoint') AND 2 > (
        SELECT count(*) FROM pg_trigger t
        WHERE t.tgrelid = c.oid AND t.tgname IN ('frozen_row', 'frozen_table') AND t.tgenabled = 'A'
    )
    ORDER BY 1
""")


def of_database(settings: Settings, secrets: Secrets) -> Generator[Finding, None, bool]:
    """Whether the tables are those of this program is the answer: what lies in them is asked only then."""
    with connected(settings, "app", secrets.app_password) as connection:
        yield from of_server(connection, settings)
        if (revision := found(connection)) != wanted():
            what = (
                "The database has no tables yet." if revision is None else "The tables are not those of this program."
            )
            yield fail(what, f"Run `upstander migrate`: it brings them to {wanted()}.")
            return False
        yield ok(f"The tables are at {wanted()}, as this program needs them.")
        yield from of_rights(connection, Roles(settings.role_prefix))
    return True


def of_server(connection: Connection, settings: Settings) -> Iterator[Finding]:
    version = int(connection.scalar(text("SHOW server_version_num")) or 0)
    told = connection.scalar(text("SHOW server_version"))
    if version < FLOOR:
        yield fail(f"PostgreSQL {told} is too old.", f"Use {FLOOR // 10_000} or later.")
    else:
        yield ok(f"PostgreSQL {told} is recent enough.")
    weak = [name for name, good in NEEDED.items() if connection.scalar(text(f"SHOW {name}")) not in good]
    for name in weak:
        yield from graded(True, settings, f"PostgreSQL runs with {name} off.", "Turn it on: what is filed may be lost.")
    if not weak:
        yield ok("PostgreSQL keeps what it has answered for: durability and checksums are on.")
    asked = datetime.now(UTC)
    theirs = connection.scalar(text("SELECT clock_timestamp()"))
    apart = abs(theirs - (asked + (datetime.now(UTC) - asked) / 2))
    says = f"The clocks of this machine and of the database are {apart.total_seconds():.1f} s apart."
    if apart >= MOST_APART:
        yield fail(says, "Every act would be refused. Set both by one time server.")
    elif apart >= NOTED_APART:
        yield warn(says, "Set both by one time server.")
    else:
        yield ok("The clocks of this machine and of the database agree.")


def of_rights(connection: Connection, roles: Roles) -> Iterator[Finding]:
    """No role passes row security or changes a table, and the app role adds to the record through one function."""
    processes = [roles.app, roles.log, roles.signer, roles.export]
    sound = True
    for name, *mighty in connection.execute(TOO_MIGHTY, {"roles": [*processes, roles.owner], "owner": roles.owner}):
        if any(mighty):
            sound = False
            yield fail(f"The role {name} may do more than its work needs.", f"ALTER ROLE {name} back: {LIMITED}")
    for query, says in ((OWNS, "owns tables"), (MAKES, "may make tables")):
        for name in connection.scalars(query, {"roles": processes}).all():
            sound = False
            yield fail(f"The role {name} {says}.", f"Only {roles.owner} may; take it away.")
    for table in connection.scalars(UNFORCED, {"without": list(WITHOUT_AGENCY)}).all():
        sound = False
        yield fail(f"{table} is open across agencies.", f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY, enabled too.")
    for table in connection.scalars(CHANGES_RECORD, {"app": roles.app}).all():
        sound = False
        yield fail(f"The role {roles.app} may change {table}.", f"REVOKE ALL ON {table} FROM {roles.app}, but SELECT.")
    for table in connection.scalars(UNFROZEN).all():
        sound = False
        yield fail(f"The guards of audit.{table} are off.", f"ALTER TABLE audit.{table} ENABLE ALWAYS TRIGGER, both.")
    if sound:
        yield ok("Roles and row security are as the migrations made them.")


LIMITED = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION, and no member of the owner."
