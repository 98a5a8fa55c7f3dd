"""The application: routers in order, what lives as long as the process, and the refusal to start unguarded (S4)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts

from app.agencies import client_routes, keeping_routes
from app.agencies import routes as agencies
from app.agencies.doors import DOORS, Door
from app.agencies.tokens import Tokens
from app.api import house
from app.api.middleware import Around, Measures
from app.api.openapi import describe
from app.api.problems import answer_problems
from app.audit.signer_client import SignerClient
from app.cases import filing_routes, match_routes, work_routes
from app.cases import routes as cases
from app.db.roles import Roles
from app.db.session import BY_INDEX, as_role, make_engine, make_sessions
from app.findings import routes as findings
from app.oversight import record_routes, statistics_routes
from app.oversight import routes as exports
from app.pages import routes as pages
from app.proceedings import review_routes, scene, search_routes, view_routes
from app.proceedings import routes as proceedings
from app.provisions import routes as provisions
from app.provisions.packs import library
from app.settings import Secrets, Settings, read_token_keys
from app.version import VERSION

ROUTERS: tuple[APIRouter, ...] = (
    house.router,
    agencies.router,
    keeping_routes.router,
    client_routes.router,
    provisions.router,
    filing_routes.router,
    proceedings.router,
    scene.router,
    review_routes.router,
    view_routes.router,
    search_routes.router,
    cases.router,
    match_routes.router,
    work_routes.router,
    findings.router,
    exports.router,
    record_routes.router,
    statistics_routes.router,
    *pages.ROUTERS,
)


class UnguardedRoute(Exception):
    """A route declares no door; the program does not start."""


def create_app(settings: Settings, secrets: Secrets) -> FastAPI:
    """The server's application. Opens no connection before its first request."""
    library()  # a broken rule pack stops the start, not a report
    engine = make_engine(
        as_role(settings.database_url, Roles(settings.role_prefix).app, secrets.app_password),
        pool_size=settings.pool_size,
        wait_seconds=settings.pool_wait_seconds,
        options=BY_INDEX,
    )

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    app = FastAPI(
        title="Upstander",
        version=VERSION,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        middleware=[],
    )
    app.state.settings = settings
    app.state.secrets = secrets
    app.state.tokens = Tokens.load(
        settings.base_url, secrets.token_keys, reread=partial(read_token_keys, settings.secrets_folder)
    )
    app.state.engine = engine
    app.state.sessions = make_sessions(engine)
    app.state.measures = Measures()
    app.state.ask_promise = SignerClient(settings.signer_socket, settings.promise_wait_seconds).promise_for
    for router in ROUTERS:
        app.include_router(router)
    answer_problems(app)
    describe(app)
    refuse_unguarded(app)
    app.add_middleware(Around, settings=settings, measures=app.state.measures)
    return app


def doors_of(route: Any) -> list[Door]:
    """The doors a route declares, in its own dependencies or its router's."""
    return [DOORS[call] for call in _calls(route.dependant) if call in DOORS]


def _calls(dependant: Any) -> Iterator[Any]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def refuse_unguarded(app: FastAPI) -> None:
    """Raise UnguardedRoute, naming all routes without exactly one door."""
    bare = [
        f"{sorted(route.methods or ())} {route.path}"
        for route in iter_route_contexts(app.routes)
        if getattr(route, "dependant", None) is not None and len(doors_of(route)) != 1
    ]
    if bare:
        raise UnguardedRoute(f"These routes declare no door, or more than one: {', '.join(bare)}")
