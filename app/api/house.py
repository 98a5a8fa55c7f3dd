"""What machines ask of the service itself: alive, ready, measures, token keys."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import text

from app.agencies.doors import open_to_all
from app.errors import Unavailable

router = APIRouter(tags=["house"])
SAME_FOR_ALL = "the same for everyone who asks"


@router.get("/livez", dependencies=[open_to_all(SAME_FOR_ALL)])
async def livez() -> dict[str, str]:
    """The process answers."""
    return {"status": "alive"}


@router.get("/readyz", dependencies=[open_to_all(SAME_FOR_ALL)])
async def readyz(request: Request) -> dict[str, str]:
    """The database answers and is migrated."""
    try:
        async with request.app.state.sessions() as session:
            await session.execute(text("SELECT 1 FROM agency LIMIT 1"))
    except Exception as error:
        raise Unavailable from error
    return {"status": "ready"}


@router.get("/metrics", response_class=PlainTextResponse, dependencies=[open_to_all(SAME_FOR_ALL)])
async def metrics(request: Request) -> Response:
    """Prometheus text; counts of requests, nothing of cases."""
    return Response(generate_latest(request.app.state.measures.registry), media_type=CONTENT_TYPE_LATEST)


@router.get("/.well-known/jwks.json", dependencies=[open_to_all("public keys")])
async def jwks(request: Request) -> dict[str, list[dict[str, Any]]]:
    """Keys that verify bearer tokens."""
    keys: dict[str, list[dict[str, Any]]] = request.app.state.tokens.jwks()
    return keys
