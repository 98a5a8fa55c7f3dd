"""A roster file: tried first if wanted, every row refused with its reason, all rows or none."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from app.agencies.models import Posting
from app.jobs.refused import Refused
from app.jobs.rosters import import_roster_file
from tests.world import World

HEADER = "badge,name,rank,unit,supervisor_badge\n"
THREE = HEADER + (
    "R1,Ann Chief,chief,Head Office,\n"
    "R2,Ben Sergeant,Sgt.,Patrol / North,R1\n"
    "R3,Cid Officer,police officer,Patrol / North,R2\n"
)


class Desk:
    """An operator at the command line of one agency."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.file = folder / "roster.csv"

    async def bring(self, content: str | bytes, *, dry_run: bool = False) -> tuple[bool, list[str]]:
        self.file.write_bytes(content if isinstance(content, bytes) else content.encode())
        said: list[str] = []
        taken = await import_roster_file(
            self.world.database.settings(), self.world.agency.ori, str(self.file), dry_run=dry_run, say=said.append
        )
        return taken, said

    async def held(self) -> dict[str, Any]:
        async with self.world.transaction() as tx:
            query = select(Posting).where(Posting.until_on.is_(None), Posting.badge.startswith("R"))
            return {posting.badge: posting for posting in (await tx.scalars(query)).all()}


@pytest.fixture
def desk(world: World, tmp_path: Path) -> Desk:
    # A command reads the passwords of the installation from its folder.
    folder = world.database.settings().secrets_folder
    folder.mkdir(parents=True, exist_ok=True)
    for name, secret in vars(world.database.secrets).items():
        if isinstance(secret, str):
            (folder / name).write_text(secret)
    (folder / "token").mkdir(exist_ok=True)
    (folder / "token" / "test.pem").write_text(next(iter(world.database.secrets.token_keys.values())))
    return Desk(world, tmp_path)


class TestAllOrNothing:
    async def test_a_dry_run_tells_and_changes_nothing(self, desk: Desk) -> None:
        assert await desk.bring(THREE, dry_run=True) == (
            True,
            ["3 officers would be added, 0 would be changed, 0 as before, 3 units would be added."],
        )
        assert await desk.held() == {}
        assert "roster.imported" not in desk.world.kinds()

    async def test_officers_come_with_rank_unit_and_supervisor(self, desk: Desk) -> None:
        taken, _ = await desk.bring(THREE)
        held = await desk.held()
        assert taken
        assert {badge: posting.rank for badge, posting in held.items()} == {
            "R1": "chief",
            "R2": "sergeant",
            "R3": "officer",
        }
        assert held["R3"].supervisor_id == held["R2"].officer_id
        assert held["R3"].unit_id == held["R2"].unit_id != held["R1"].unit_id
        assert desk.world.kinds().count("roster.imported") == 1

    async def test_the_same_file_again_changes_nothing(self, desk: Desk) -> None:
        await desk.bring(THREE)
        before = {badge: posting.id for badge, posting in (await desk.held()).items()}
        assert await desk.bring(THREE) == (True, ["0 officers added, 0 changed, 3 as before, 0 units added."])
        assert {badge: posting.id for badge, posting in (await desk.held()).items()} == before

    async def test_one_bad_row_keeps_all_others_out(self, desk: Desk) -> None:
        taken, said = await desk.bring(THREE + "R4,Dee Officer,admiral,,R2\n")
        assert not taken
        assert said[0].startswith("row 5, rank: This rank is not on the list: officer, detective,")
        assert said[-1] == "1 refusal; nothing was changed."
        assert await desk.held() == {}


class TestRefusals:
    """Each row that does not fit is named in one go, with its reason."""

    async def test_every_kind_of_slip_is_told_at_once_in_the_order_of_the_file(self, desk: Desk) -> None:
        rows = [
            "R4,,officer,,",
            "R5,Eve,officer,,R99",
            "R6,=cmd(),officer,,",
            "R7,Gil,officer,,R7",
            "R8,Hal,officer",
            "R1,Ann again,officer,,",
            "bad badge,Ida,officer,,",
            "R10,Jo,officer,,R11",
            "R11,Kai,officer,,R10",
        ]
        taken, said = await desk.bring(THREE + "\n".join(rows) + "\n")
        assert not taken
        assert said == [
            "row 5, name: Give a name of at most 200 characters.",
            "row 6, supervisor_badge: No officer has this badge.",
            "row 7, name: A spreadsheet would run this cell as a formula.",
            "row 8, supervisor_badge: Nobody supervises themselves.",
            "row 9: The row has more or fewer cells than the header.",
            "row 10, badge: This badge stands in row 2 too.",
            "row 11, badge: Give 1 to 20 letters, digits or hyphens.",
            "row 12, supervisor_badge: These officers would supervise each other in a circle.",
            "row 13, supervisor_badge: These officers would supervise each other in a circle.",
            "9 refusals; nothing was changed.",
        ]

    @pytest.mark.parametrize("unit", ["U" * 201, f"Patrol / {'U' * 201}", " / ".join(f"U{n}" for n in range(21))])
    async def test_a_unit_that_could_not_be_kept_is_refused(self, desk: Desk, unit: str) -> None:
        _, said = await desk.bring(HEADER + f"R1,Ann,chief,{unit},\n", dry_run=True)
        assert said[0] == "row 2, unit: Give a unit by names of at most 200 characters, at most 20 of them."

    async def test_a_supervisor_whose_own_row_is_refused_counts_as_somebody(self, desk: Desk) -> None:
        _, said = await desk.bring(HEADER + "R1,Ann,admiral,,\nR2,Ben,officer,,R1\n")
        assert len(said) == 2
        assert said[0].startswith("row 2, rank:")

    async def test_a_circle_with_the_roster_as_it_stands_is_refused(self, desk: Desk) -> None:
        await desk.bring(THREE)
        taken, said = await desk.bring(HEADER + "R1,Ann Chief,chief,Head Office,R3\n")
        assert not taken
        assert said[0] == "row 2, supervisor_badge: These officers would supervise each other in a circle."

    async def test_one_chain_of_thousands_is_looked_through_in_no_time(self, desk: Desk) -> None:
        """While it is looked at nobody is answered: the square of its length would be a minute."""
        rows = [f"{n},Officer {n},officer,,{n + 1}" for n in range(20_000, 34_000)]
        started = time.process_time()
        _, said = await desk.bring(HEADER + "\n".join(rows), dry_run=True)
        assert said[0] == "row 14001, supervisor_badge: No officer has this badge."
        assert time.process_time() - started < 5

    async def test_a_column_nobody_knows_is_refused_and_the_known_ones_are_named(self, desk: Desk) -> None:
        taken, said = await desk.bring("badge,name,rank,salary\nR1,Ann,chief,1\n")
        assert not taken
        assert said == [
            "row 1, salary: Nothing says what this column means.",
            "The columns are: badge, name, rank, supervisor_badge (may be left out), unit (may be left out).",
            "1 refusal; nothing was changed.",
        ]

    @pytest.mark.parametrize(
        ("content", "says"),
        [
            (b"", "row 1: The file has no header row."),
            (
                b"\xef\xbb\xbfbadge,name,rank\n",
                "row 1: The file begins with a byte order mark. Save it as plain UTF-8.",
            ),
            (b"badge,name,rank\nR1,Jos\xe9,chief\n", "row 2: This is not UTF-8. Save the file as UTF-8."),
            (b"badge,name,rank\n", "The file has no rows under its header; nothing was changed."),
        ],
    )
    async def test_a_file_that_is_no_roster_is_refused_in_a_sentence(
        self, desk: Desk, content: bytes, says: str
    ) -> None:
        taken, said = await desk.bring(content)
        assert not taken
        assert said[0] == says

    async def test_a_file_for_an_agency_that_is_not_there_is_refused(self, desk: Desk) -> None:
        desk.file.write_text(THREE)
        with pytest.raises(Refused, match="No agency has the ORI XX0000000"):
            await import_roster_file(
                desk.world.database.settings(), "XX0000000", str(desk.file), dry_run=False, say=lambda _: None
            )
