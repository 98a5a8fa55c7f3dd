"""The first page: what someone in this office can do here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from app.access.actor import Actor
from app.agencies.doors import signed_in
from app.http.route import Act
from app.pages.shell import OpenPage, open_page

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])


@router.get("/")
async def home(page: OpenPage, actor: Annotated[Actor, signed_in("the frame alone", page=True)]) -> Response:
    """What to do here, by office."""
    return page.show("home.html")
