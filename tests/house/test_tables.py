"""S11, S26: the fences in PostgreSQL, asked of the catalogue of a migrated database."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from app.db.session import as_role
from app.tables import Base
from tests.database import Database
from tests.world import World

WITHOUT_AGENCY = {"alembic_version", "sign_in_try"}
"""Hold nothing of any agency."""


class TestRowSecurity:
    """FORCE row security per agency on every table that has one; an empty context matches nothing."""

    def test_every_table_is_forced(self, database: Database) -> None:
        open_tables = database.sql(
            "SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE c.relkind IN ('r', 'p') AND n.nspname IN ('public', 'audit') "
            "AND NOT (c.relrowsecurity AND c.relforcerowsecurity)"
        )
        assert {str(name).removeprefix("public.") for (name,) in open_tables} == WITHOUT_AGENCY

    def test_every_policy_that_the_app_role_meets_asks_for_the_agency(self, database: Database) -> None:
        policies = database.sql(
            "SELECT tablename, roles::text, cmd, qual FROM pg_policies WHERE schemaname IN ('public', 'audit')"
        )
        wide = [(table, roles) for table, roles, _, condition in policies if "app.agency_id" not in str(condition)]
        assert wide
        assert not [table for table, roles in wide if database.roles.app in str(roles) or "public" in str(roles)]

    async def test_without_context_the_app_role_sees_no_row(self, world: World, database: Database) -> None:
        engine = create_engine(_app_url(database))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM agency")) == 0
            assert connection.scalar(text("SELECT count(*) FROM account")) == 0
        engine.dispose()

    async def test_the_app_role_cannot_write_for_another_agency(
        self, world: World, neighbours: World, database: Database
    ) -> None:
        engine = create_engine(_app_url(database))
        foreign = "INSERT INTO unit (id, agency_id, name, created_at) VALUES (gen_random_uuid(), :a, 'x', now())"
        with engine.connect() as connection:
            connection.execute(text("SELECT set_config('app.agency_id', :a, true)"), {"a": str(world.agency.id)})
            with pytest.raises(DBAPIError, match="row-level security"):
                connection.execute(text(foreign), {"a": neighbours.agency.id})
        engine.dispose()


class TestRoles:
    """The app role is no owner, has no DDL, passes no row security, and never changes the record."""

    def test_no_role_has_more_than_it_needs(self, database: Database) -> None:
        rights = database.sql(
            "SELECT bool_or(rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls OR rolreplication) "
            "FROM pg_roles WHERE rolname LIKE :p",
            p=f"{database.roles.prefix}%",
        )
        assert rights == [(False,)]

    def test_owner_cannot_sign_in_and_owns_every_table(self, database: Database) -> None:
        owners = database.sql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname IN ('public', 'audit')")
        assert owners == [(database.roles.owner,)]
        assert database.sql("SELECT rolcanlogin FROM pg_roles WHERE rolname = :r", r=database.roles.owner) == [(False,)]

    @pytest.mark.parametrize(
        "statement",
        [
            "CREATE TABLE stray (x int)",
            "ALTER TABLE report ADD COLUMN x int",
            "DROP TABLE report",
            "UPDATE report SET content = ''",
            "DELETE FROM report",
            "TRUNCATE report",
            "UPDATE filing_number SET number = 1",
            "DELETE FROM presence",
            "DELETE FROM finding",
            "UPDATE decision SET penalty = ''",
            "INSERT INTO audit.event (event_id, agency_id, leaf, ord) VALUES (NULL, NULL, '', 1)",
            "UPDATE audit.event SET leaf = leaf",
            "DELETE FROM audit.block",
            "SELECT * FROM audit.block",
            "DELETE FROM audit.pending",
            "TRUNCATE audit.entry",
            "SET session_replication_role = replica",
        ],
    )
    def test_the_app_role_may_not(self, database: Database, statement: str) -> None:
        engine = create_engine(_app_url(database))
        with engine.connect() as connection, pytest.raises(DBAPIError, match=r"permission denied|must be owner"):
            connection.execute(text(statement))
        engine.dispose()


def test_an_empty_database_migrated_to_head_equals_the_models(database: Database) -> None:
    engine = create_engine(database.admin_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def _app_url(database: Database) -> str:
    url = as_role(
        database.admin_url.render_as_string(hide_password=False), database.roles.app, database.secrets.app_password
    )
    return url.render_as_string(hide_password=False)
