"""`upstander doctor`: what is sound is said, what is not is named with what to do."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from tests.database import ORIGIN, Database
from tests.jobs.conftest import Run


def failures(told: Result) -> list[str]:
    return [line for line in told.stdout.splitlines() if line.startswith("FAIL")]


class TestDoctor:
    def test_a_sound_installation_has_no_failure(self, run: Run) -> None:
        assert run("keys", "make").exit_code == 0
        told = run("doctor")
        assert failures(told) == []
        assert told.exit_code == 0
        for says in (
            "ok   The database answers, and lets every process in with its own role.",
            "ok   Roles and row security are as the migrations made them.",
            "ok   No other user of this machine may read secrets or keys.",
            "ok   The clocks of this machine and of the database agree.",
            "warn The signer does not answer. Start `upstander signer`",
        ):
            assert says in told.stdout

    @pytest.mark.parametrize(
        ("spoiled", "says"),
        [
            ("ALTER ROLE {app} BYPASSRLS", "The role {app} may do more than its work needs."),
            ("GRANT {owner} TO {app}", "The role {app} may do more than its work needs."),
            ("GRANT CREATE ON SCHEMA public TO {app}", "The role {app} may make tables."),
            ("ALTER TABLE report OWNER TO {app}", "The role {app} owns tables."),
            ("ALTER TABLE report NO FORCE ROW LEVEL SECURITY", "public.report is open across agencies."),
            ("GRANT UPDATE ON audit.event TO {app}", "The role {app} may change audit.event."),
            ("ALTER TABLE audit.event DISABLE TRIGGER frozen_row", "The guards of audit.event are off."),
            ("UPDATE alembic_version SET version_num = 'record'", "The tables are not those of this program."),
            ("UPDATE audit.head SET size = 7", "the tree and its entries do not agree."),
        ],
    )
    def test_what_is_spoiled_in_the_database_is_named(
        self, run: Run, installation: Database, spoiled: str, says: str
    ) -> None:
        roles = installation.roles
        run("keys", "make")
        installation.sql(roles.fill(spoiled))
        try:
            told = run("doctor")
        finally:
            installation.sql(f"ALTER ROLE {roles.app} NOBYPASSRLS")
            installation.sql(f"REVOKE {roles.owner} FROM {roles.app}")
        assert any(roles.fill(says) in line for line in failures(told)), told.stdout
        assert told.exit_code == 1

    def test_what_is_spoiled_in_the_folder_is_named(self, run: Run, installation: Database) -> None:
        run("keys", "make")
        data = installation.settings().data
        (data / "secrets" / "draft_key").chmod(0o644)
        [key] = (data / "signer" / "keys").glob("*/log.key")
        [state] = (data / "signer" / "state").glob("*.json")
        key.unlink()
        told = run("doctor")
        assert f"Others may read {data / 'secrets' / 'draft_key'}." in told.stdout
        assert f"There is no log key of {ORIGIN}/operator" in told.stdout
        state.unlink()
        (data / "secrets" / "draft_key").unlink()
        assert "is missing or shorter than 32 characters" in run("doctor").stdout

    def test_a_database_that_was_set_back_behind_the_signer_is_named(self, run: Run, installation: Database) -> None:
        run("keys", "make")
        [state] = (installation.settings().signer_folder / "state").glob("*.json")
        leaf = "A" * 43 + "="
        state.write_text(json.dumps({"size": 1, "frontier": [leaf], "root": leaf, "note": "signed"}))
        assert "the signer has signed 1 entries and the database holds 0." in run("doctor").stdout

    def test_production_refuses_what_a_test_only_notes(self, run: Run) -> None:
        plain = {"base_url": "http://127.0.0.1:8000", "log_origin": "upstander.invalid/ia"}
        noted = run("doctor", **plain).stdout
        assert "warn People reach the pages at http://127.0.0.1:8000, unencrypted." in noted
        refused = run("doctor", mode="production", **plain)
        assert "FAIL People reach the pages at http://127.0.0.1:8000, unencrypted." in refused.stdout
        assert "FAIL The logs have no name of your own." in refused.stdout
        assert refused.exit_code == 1

    def test_a_database_that_is_away_or_has_no_tables_is_named(self, run: Run, installation: Database) -> None:
        away = run("doctor", database_url="postgresql://127.0.0.1:9/nothing")
        assert "The database does not answer at UPSTANDER_DATABASE_URL." in away.stdout
        installation.sql("DROP SCHEMA audit CASCADE")
        told = run("doctor")
        assert "FAIL The database has no tables yet. Run `upstander migrate`" in told.stdout
        assert (away.exit_code, told.exit_code) == (1, 1)

    def test_a_setting_that_does_not_fit_is_named(self, run: Run) -> None:
        told = run("doctor", pool_size="many")
        assert "FAIL The setting UPSTANDER_POOL_SIZE does not fit" in told.stdout
        assert told.exit_code == 1


def test_the_help_names_it() -> None:
    assert "doctor" in CliRunner().invoke(app, ["--help"]).stdout
