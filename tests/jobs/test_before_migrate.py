"""Commands of an installation that is not set up yet, or is of another time, say so and what to run."""

from __future__ import annotations

import pytest

from tests.database import Database
from tests.jobs.conftest import Run


class TestBeforeMigrate:
    """A command says whether nobody answers, nobody lets it in, or the tables are missing or others."""

    ROSTER = ("import", "roster", __file__, "--agency", "CO0990000")

    def test_nobody_answers(self, run: Run) -> None:
        told = run(*self.ROSTER, database_url="postgresql://127.0.0.1:9/nothing")
        assert (told.exit_code, told.stderr) == (1, "The database does not answer at UPSTANDER_DATABASE_URL.\n")

    def test_there_is_no_database_and_no_role(self, run: Run, installation: Database) -> None:
        for changes in (
            {"database_url": installation.admin_url.set(database="nowhere").render_as_string(hide_password=False)},
            {"role_prefix": "nobody"},
        ):
            told = run(*self.ROSTER, **changes)
            assert told.exit_code == 1
            assert told.stderr.startswith("The database server answers, but does not let this command in")
            assert "upstander migrate" in told.stderr

    @pytest.mark.parametrize("command", [ROSTER, ("keys", "make"), ("keys", "show")])
    def test_there_are_no_tables(self, run: Run, installation: Database, command: tuple[str, ...]) -> None:
        installation.sql("DROP SCHEMA audit CASCADE")
        installation.sql("DROP SCHEMA public CASCADE")
        told = run(*command)
        assert told.stderr == "The database has no tables yet. Run `upstander migrate`, then this again.\n"
        assert told.exit_code == 1

    def test_the_tables_are_of_another_time(self, run: Run, installation: Database) -> None:
        installation.sql("UPDATE alembic_version SET version_num = 'record'")
        told = run(*self.ROSTER)
        assert told.stderr.startswith('The tables of the database are at "record", and this program needs ')
        installation.sql(f"REVOKE SELECT ON alembic_version FROM {installation.roles.app}")
        assert "are at an older state" in run(*self.ROSTER).stderr
