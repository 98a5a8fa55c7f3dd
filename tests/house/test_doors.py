"""S4: a route without a declared door stops the program at start."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from app.agencies.doors import open_to_all
from app.api.app import UnguardedRoute, doors_of, refuse_unguarded


async def nothing() -> None:
    return None


class TestDoors:
    def test_every_route_of_the_house_has_exactly_one(self, app: FastAPI) -> None:
        routes = [r for r in iter_route_contexts(app.routes) if getattr(r, "dependant", None) is not None]
        assert len(routes) > 20
        assert all(len(doors_of(route)) == 1 for route in routes)

    def test_an_included_route_without_one_stops_the_start(self) -> None:
        app, router = FastAPI(), APIRouter(prefix="/inner")
        router.get("/bare")(nothing)
        app.include_router(router)
        with pytest.raises(UnguardedRoute, match="/inner/bare"):
            refuse_unguarded(app)

    def test_two_doors_stop_it_too(self) -> None:
        app = FastAPI()
        app.get("/both", dependencies=[open_to_all("one"), open_to_all("two")])(nothing)
        with pytest.raises(UnguardedRoute, match="/both"):
            refuse_unguarded(app)
