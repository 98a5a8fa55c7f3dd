"""Matrices: loaded by the administrator, read by those who discipline, never changed under a case."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.findings.matter import load, matrix
from tests.proceedings.walk import problem
from tests.world import NOWHERE, World, today


class TestLoading:
    async def test_a_version_is_loaded_whole_and_the_record_has_its_hash(self, world: World) -> None:
        loaded = await world.admin.post("/v1/matrices", matrix())
        assert loaded.status_code == 201, loaded.text
        entry = next(e for e in world.entries() if e["what"]["kind"] == "matrix.loaded")
        assert (entry["of"]["matrix_sha256"], entry["of"]["is_sample"]) == (loaded.json()["sha256"], True)
        read = (await world.commander.get(f"/v1/matrices/{loaded.json()['id']}")).json()
        assert read["matrix"] == json.loads(json.dumps(matrix()))

    @pytest.mark.parametrize("who", ["commander", "authority", "investigator", "board", "chief", "reporter"])
    async def test_nobody_but_the_administrator_loads_one(self, world: World, who: str) -> None:
        assert problem(await world.cast[who].post("/v1/matrices", matrix())) == (403, "forbidden")

    async def test_a_second_of_one_name_or_day_is_refused(self, world: World) -> None:
        await load(world)
        assert problem(await world.admin.post("/v1/matrices", matrix(in_force_from="2024-01-01"))) == (
            409,
            "matrix-stands",
        )
        assert problem(await world.admin.post("/v1/matrices", matrix(name="Another"))) == (409, "matrix-stands")

    async def test_figures_do_not_change_under_a_case_and_tell_nothing_of_one(self, world: World) -> None:
        await load(world, name="Ours", is_sample=False, in_force_from="2023-01-01")
        for day in ("2023-06-01", str(today())):
            milder = matrix(name="Milder", is_sample=False, in_force_from=day)
            assert problem(await world.admin.post("/v1/matrices", milder)) == (409, "matrix-in-use")
        await load(world, name="Older", is_sample=False, in_force_from="2019-01-01")
        await load(world, name="Next", is_sample=False, in_force_from="2099-01-01")

    @pytest.mark.parametrize(
        "unfit",
        [{"ladder": []}, {"categories": []}, {"surprise-8f21": 1}, {"is_sample": "no"}, {"in_force_from": "soon"}],
    )
    async def test_what_is_no_matrix_is_refused_without_an_echo(self, world: World, unfit: dict[str, Any]) -> None:
        refused = await world.admin.post("/v1/matrices", matrix(**unfit))
        assert problem(refused) == (422, "validation")
        assert "8f21" not in refused.text

    @pytest.mark.parametrize("body", [[], "matrix", 5, None])
    async def test_what_is_no_object_is_refused(self, world: World, body: Any) -> None:
        assert problem(await world.admin.post("/v1/matrices", body)) == (422, "validation")


class TestReading:
    async def test_they_are_listed_by_the_day_they_began(self, world: World) -> None:
        await load(world, name="B", in_force_from="2024-01-01")
        await load(world, name="A", in_force_from="2022-01-01")
        listed = (await world.authority.get("/v1/matrices")).json()
        assert [line["name"] for line in listed] == ["A", "B"]
        assert {"matrix.listed", "matrix.loaded"} <= set(world.kinds())

    @pytest.mark.parametrize("who", ["reporter", "sergeant", "intake", "inspector"])
    async def test_others_do_not_read_them(self, world: World, who: str) -> None:
        assert problem(await world.cast[who].get("/v1/matrices")) == (403, "forbidden")

    async def test_a_neighbours_is_as_absent_as_none(self, world: World, neighbours: World) -> None:
        loaded = await load(neighbours)
        assert (await world.commander.get("/v1/matrices")).json() == []
        for absent in (loaded, str(NOWHERE), "nonsense"):
            assert problem(await world.commander.get(f"/v1/matrices/{absent}")) == (404, "not-found")


class TestComparing:
    async def test_a_version_is_compared_with_the_one_before_it_or_another(self, world: World) -> None:
        first = await load(world, name="A", in_force_from="2022-01-01")
        harsher = matrix(name="B", in_force_from="2024-01-01")
        harsher["categories"][0]["levels"][0]["highest"] = harsher["categories"][0]["levels"][1]["highest"]
        second = (await world.admin.post("/v1/matrices", harsher)).json()["id"]
        for query in ("", f"?since={first}"):
            found = (await world.commander.get(f"/v1/matrices/{second}/changes{query}")).json()
            cells = [cell for row in found["rows"] for cell in row["cells"] if cell["before"] != cell["after"]]
            assert [(cell["category"], cell["level"]) for cell in cells] == [("A", 1)]
        alone = (await world.commander.get(f"/v1/matrices/{first}/changes")).json()
        assert all(cell["before"] == cell["after"] for row in alone["rows"] for cell in row["cells"])
        assert "matrix.compared" in world.kinds()

    async def test_what_is_not_there_is_compared_with_nothing(self, world: World, neighbours: World) -> None:
        here, there = await load(world), await load(neighbours)
        for path in (f"{there}/changes", f"{here}/changes?since={there}", f"{NOWHERE}/changes"):
            assert problem(await world.commander.get(f"/v1/matrices/{path}")) == (404, "not-found")
        assert problem(await world.reporter.get(f"/v1/matrices/{here}/changes")) == (403, "forbidden")
