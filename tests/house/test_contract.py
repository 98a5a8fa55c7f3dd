"""The published contract: what is served is what is frozen, valid OpenAPI, and no input breaks it (S43)."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from openapi_spec_validator import validate

from app.api.app import create_app
from app.incidents import codes
from app.reports.warnings import WARNINGS
from tests.database import Database
from tests.faults.serving import free_port, web
from tests.shared import PROJECT
from tests.world import make_world

FROZEN = PROJECT / "openapi"
EXAMPLES = 12
"""Per operation; enough to try each rule of a schema, quick enough for every run."""


class TestFrozen:
    def test_what_is_served_is_what_is_frozen(self, app: FastAPI) -> None:
        assert json.loads((FROZEN / "openapi.json").read_text()) == json.loads(json.dumps(app.openapi()))

    def test_the_list_of_problems_is_as_written(self, tmp_path: Path) -> None:
        command = [sys.executable, "-m", "app.cli", "openapi", "--to", str(tmp_path)]
        subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
        assert (FROZEN / "problems.md").read_text() == (tmp_path / "problems.md").read_text()

    def test_it_is_valid(self, app: FastAPI) -> None:
        validate(app.openapi())

    def test_every_coded_member_of_a_report_shows_its_list(self, app: FastAPI) -> None:
        schemas = app.openapi()["components"]["schemas"]
        told = {
            ("OfficerThere", "force"): codes.FORCE,
            ("OwnActs", "force"): codes.FORCE,
            ("PersonHarmed", "resistance"): codes.RESISTANCE,
            ("PersonHarmed", "actions"): codes.SUBJECT_ACTION,
            ("PersonHarmed", "injuries"): codes.INJURY,
            ("PersonHarmed", "treatment"): codes.TREATMENT,
        }
        for (shape, member), table in told.items():
            assert schemas[shape]["properties"][member]["items"]["enum"] == list(table.codes), (shape, member)
        for (shape, member), table in {
            ("WhereWhen", "location_type"): codes.LOCATION,
            ("WhereWhen", "encounter_type"): codes.ENCOUNTER,
            ("PersonHarmed", "race"): codes.RACE,
            ("PersonHarmed", "gender"): codes.GENDER,
        }.items():
            assert schemas[shape]["properties"][member]["anyOf"][0]["enum"] == list(table.codes), (shape, member)
        assert schemas["Camera"]["properties"]["kind"]["enum"] == list(codes.VIDEO.codes)
        assert schemas["ReportIn"]["properties"]["warning"]["enum"] == list(WARNINGS)

    def test_codes_of_the_agencys_own_name_the_route_that_lists_them(self, app: FastAPI) -> None:
        contract = app.openapi()
        for shape, member in (("FactorIn", "factor"), ("PenaltyIn", "penalty"), ("WorksheetIn", "category")):
            told = contract["components"]["schemas"][shape]["properties"][member]
            assert "pattern" in told, (shape, member)
            assert "`GET /v1/matrices/{matrix_id}`" in told["description"], (shape, member)
        assert "get" in contract["paths"]["/v1/matrices/{matrix_id}"]

    def test_every_operation_has_its_own_id_and_words(self, app: FastAPI) -> None:
        operations = [op for path in app.openapi()["paths"].values() for op in path.values()]
        ids = [op["operationId"] for op in operations]
        assert len(ids) == len(set(ids))
        assert all(op.get("description") or op.get("summary") for op in operations)


@pytest.mark.timeout(1000)
@pytest.mark.parametrize("who", ["commander"])
async def test_fuzzed_by_its_own_contract_it_never_fails(own_database: Database, who: str) -> None:
    """Schemathesis on every operation, signed in as different offices: no 5xx, no answer that the contract lacks."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    app = create_app(own_database.settings(base_url=base), own_database.secrets)
    world = await make_world(app, own_database)
    with web(own_database, port=port):
        token, _ = app.state.tokens.issue(str(world.cast[who].account_id), str(world.agency.id), datetime.now(UTC), 10)
        done = subprocess.run(
            [str(Path(sys.executable).with_name("schemathesis")), "run", f"{base}/openapi.json"]
            + ["--header", f"Authorization: Bearer {token}", "--workers", "1", "--max-examples", str(EXAMPLES)]
            + ["--checks", "not_a_server_error,status_code_conformance,content_type_conformance"]
            + ["--checks", "response_schema_conformance", "--phases", "examples,coverage,fuzzing"]
            + ["--exclude-path-regex", "^/v1/auth/token$", "--seed", "20261124", "--continue-on-failure", "--no-color"],
            capture_output=True,
            text=True,
            timeout=900,
            cwd=own_database.folder,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
