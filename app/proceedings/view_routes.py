"""Saved views of the queue over the API."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from app.access.actor import Actor
from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.doors import ONCE, holds, needs
from app.audit.log import record
from app.http.route import Act, Transaction
from app.proceedings import saved_views
from app.proceedings.models import SavedView
from app.proceedings.saved_views import VIEWS, SavedViewIn, SavedViewList, SavedViewView, ViewNameIn

router = APIRouter(prefix="/v1/queue-views", tags=["cases"], route_class=Act)
Keeper = Annotated[Actor, holds(Right.KEEP_VIEWS)]
Held = Annotated[Granted[SavedView], needs(Right.KEEP_VIEWS, VIEWS, "view_id")]


@router.get("")
async def read_views(actor: Keeper, tx: Transaction) -> SavedViewList:
    """Your saved views of the queue, by name."""
    views = await saved_views.own_views(tx, actor)
    record(tx, "queue_view.listed", ("queue_view", None), ids=[view.id for view in views], count=len(views))
    return SavedViewList(views=views)


@router.post("", status_code=201, dependencies=[ONCE])
async def save_view(actor: Keeper, said: SavedViewIn, tx: Transaction) -> SavedViewView:
    """Save filters of the queue under a name; at most 20."""
    return saved_views.view_of(await saved_views.save_view(tx, actor, said))


@router.post("/{view_id}/rename", dependencies=[ONCE])
async def rename_view(held: Held, said: ViewNameIn, tx: Transaction) -> SavedViewView:
    """Give a saved view another name; its filters stay."""
    return saved_views.view_of(await saved_views.rename_view(tx, held, said.name))


@router.delete("/{view_id}", status_code=204)
async def remove_view(held: Held, tx: Transaction) -> None:
    """Remove a saved view; no case changes by it."""
    await saved_views.remove_view(tx, held)
