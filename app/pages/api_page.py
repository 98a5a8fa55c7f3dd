"""The API as a page: the published contract, tried out in the browser, without any foreign host."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from app.agencies.doors import open_to_all
from app.pages.shell import render

router = APIRouter(include_in_schema=False)


@router.get("/api", dependencies=[open_to_all("the published contract")])
async def api(request: Request) -> Response:
    """The contract of /openapi.json, readable."""
    return render(request, "api.html")
