"""`upstander import incidents FILE.csv`: what a person at the console sees, and what is there afterwards."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from app.jobs.force_forms import import_force_forms_file
from app.jobs.refused import Refused
from tests.incidents.samples import real_incidents, row, sheet
from tests.record import PROJECT, environment, write_secrets
from tests.shared import needs_shared
from tests.world import World

Console = Callable[..., subprocess.CompletedProcess[str]]
Saying = Callable[..., Awaitable[list[str]]]


@pytest.fixture
def console(world: World, tmp_path: Path) -> Console:
    """The command in a process of its own, on this world's agency."""
    write_secrets(world.database)

    def run(content: bytes | Path, *options: str, agency: str = world.agency.ori) -> subprocess.CompletedProcess[str]:
        file = content if isinstance(content, Path) else tmp_path / "forms.csv"
        if isinstance(content, bytes):
            file.write_bytes(content)
        return subprocess.run(
            [sys.executable, "-m", "app.cli", "import", "incidents", str(file), "--agency", agency, *options],
            cwd=PROJECT,
            env=environment(world.database),
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def told(world: World, tmp_path: Path) -> Saying:
    """What the command would say, without the cost of a process."""
    write_secrets(world.database)

    async def run(content: bytes, **options: Any) -> list[str]:
        file, said = tmp_path / "forms.csv", []
        file.write_bytes(content)
        settings = world.database.settings()
        await import_force_forms_file(settings, world.agency.ori, file, say=said.append, **options)
        return said

    return run


def incidents(world: World) -> int:
    return len(world.database.sql("SELECT 1 FROM incident WHERE agency_id = :a", a=world.agency.id))


class TestImport:
    async def test_forms_are_imported_and_conflicts_told(self, world: World, console: Console) -> None:
        done = console(sheet(row(), row(officer="O2", subject_count="2"), row(incident="T-2")))
        assert (done.returncode, done.stdout.splitlines()) == (
            0,
            [
                "The forms count different numbers of subjects. 1 incident: T-1.",
                "3 forms of 2 incidents imported, 0 incidents as before; 3 officers known from their forms only.",
                "These forms name users of force only: whoever else was there is not on them.",
            ],
        )
        assert done.stderr.strip() == "2 of 2 incidents"
        assert incidents(world) == 2
        assert world.kinds().count("force_forms.imported") == 1

    async def test_a_dry_run_says_what_would_be_and_changes_nothing(self, world: World, told: Saying) -> None:
        said = await told(sheet(row()), dry_run=True)
        assert said[0].startswith("1 form of 1 incident would be imported")
        assert incidents(world) == 0
        assert "force_forms.imported" not in world.kinds()

    async def test_one_refused_row_refuses_the_file(self, world: World, console: Console) -> None:
        done = console(sheet(row(), row(officer="O2", force_type="Hug"), row(officer="O3", date="=1+1")))
        assert (done.returncode, done.stdout.splitlines()) == (
            1,
            [
                "row 3, force_type: Nothing says what this value means.",
                "row 4, date: A spreadsheet would run this cell as a formula.",
                "2 refusals; nothing was changed.",
            ],
        )
        assert incidents(world) == 0

    async def test_many_refusals_are_counted(self, told: Saying) -> None:
        said = await told(sheet(*[row(indoors="perhaps")] * 60))
        assert said[-2:] == ["... and 10 more.", "60 refusals; nothing was changed."]

    async def test_ranks_not_in_the_mapping_are_told(self, told: Saying) -> None:
        said = await told(sheet(row(officer_rank_as_entered="Grand Vizier")))
        assert said[0] == "The rank Grand Vizier is not in the mapping; kept as entered on 1 form."

    async def test_an_unknown_agency_is_one_sentence(self, console: Console) -> None:
        done = console(sheet(row()), agency="ZZ0000000")
        assert (done.returncode, done.stderr) == (1, "No agency has the ORI ZZ0000000.\n")

    async def test_a_mapping_that_does_not_fit_is_one_sentence(self, told: Saying, tmp_path: Path) -> None:
        mapping = tmp_path / "own.json"
        mapping.write_text("{}")
        with pytest.raises(Refused, match=r"^own\.json: format: Field required\.$"):
            await told(sheet(row()), mapping_file=mapping)

    async def test_an_empty_file_is_refused(self, told: Saying) -> None:
        assert (await told(b""))[0] == "row 1: The file has no header row."


@needs_shared
class TestRealIncidents:
    async def test_four_hundred_incidents_come_in_and_then_nothing_more(self, world: World, console: Console) -> None:
        first = console(real_incidents())
        assert first.returncode == 0
        assert "The forms count different numbers of subjects. 20 incidents: " in first.stdout
        assert "One officer has more than one form. 13 incidents: " in first.stdout
        assert "1,029 forms of 400 incidents imported" in first.stdout
        assert incidents(world) == 400
        again = console(real_incidents())
        assert "0 forms of 0 incidents imported, 400 incidents as before" in again.stdout
