"""Rows of security section 6 that need more than one request: sent again, asked for in part, without a record."""

from __future__ import annotations

import pytest

from app.api.app import create_app
from tests.database import Database
from tests.house.test_refusals import Scene, scene
from tests.proceedings.walk import problem
from tests.world import World, fresh_key, make_world, report_body

__all__ = ["scene"]


class TestTheSameAgain:
    """Same key, same body: the first answer once more, and nothing is done twice."""

    async def test_it_is_a_replay(self, world: World) -> None:
        key, body = fresh_key(), report_body(world)
        scene = Scene(world, {}, "", {})
        first = await world.reporter.post("/v1/reports", body, key=key)
        before = scene.everything()
        again = await world.reporter.post("/v1/reports", body, key=key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert again.content == first.content
        assert "idempotency-replayed" not in first.headers
        assert again.headers["idempotency-replayed"] == "true"
        assert scene.everything() == before


class TestRanges:
    """Private answers come whole: parts and conditions tell nobody more than the answer itself."""

    @pytest.mark.parametrize("asked", ["bytes=0-0", "bytes=0-1,2-3,4-5", "bytes=-1", "bytes=5-1", "lines=1-2"])
    async def test_parts_are_not_cut(self, scene: Scene, asked: str) -> None:
        whole = await scene.world.reporter.get(f"/v1/reports/{scene.case['id']}")
        part = await scene.world.reporter.get(f"/v1/reports/{scene.case['id']}", headers={"Range": asked})
        assert (part.status_code, part.content) == (200, whole.content)

    async def test_what_is_unchanged_is_told_again(self, scene: Scene) -> None:
        first = await scene.world.commander.get(scene.path)
        for condition in (first.headers["etag"], "*"):
            again = await scene.world.commander.get(scene.path, headers={"If-None-Match": condition})
            assert again.status_code == 200


class TestTheRecord:
    """S26: where the entry cannot be written the act does not happen."""

    async def test_nothing_is_done_without_its_entry(self, own_database: Database) -> None:
        app = create_app(own_database.settings(), own_database.secrets)
        async with app.router.lifespan_context(app):
            world = await make_world(app, own_database)
            append = "audit.append(uuid[], bytea[], text[], uuid[], timestamptz)"
            own_database.sql(f"REVOKE EXECUTE ON FUNCTION {append} FROM {own_database.roles.app}")
            scene = Scene(world, {}, "", {})
            before, body = scene.everything(), report_body(world)
            for answer in (await world.reporter.post("/v1/reports", body), await world.commander.get("/v1/cases")):
                assert problem(answer) == (503, "audit-unavailable")
                assert int(answer.headers["retry-after"]) > 0
            assert scene.everything() == before
            own_database.sql(f"GRANT EXECUTE ON FUNCTION {append} TO {own_database.roles.app}")
            assert (await world.reporter.post("/v1/reports", body)).status_code == 201
