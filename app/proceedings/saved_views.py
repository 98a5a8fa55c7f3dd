"""Saved views of the queue: a person's own, few, and nothing but filters."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, StringConstraints
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Actor
from app.access.gate import Gate, Grant, Granted
from app.access.rights import Right
from app.audit.log import record
from app.db.session import time_of
from app.errors import Conflict
from app.http.text import In, Short, View
from app.proceedings.filters import QueueFilters
from app.proceedings.models import SavedView

VIEWS_MOST = 20
"""More would be a second queue."""
NAME_CHARACTERS = 60

VIEWS = Gate(
    of=SavedView,
    kind="saved_view",
    own=(
        Grant(
            "whoever saved a view uses, renames and removes it",
            to=lambda actor: SavedView.account_id == actor.account_id,
            may=frozenset({Right.KEEP_VIEWS}),
        ),
    ),
)


@dataclass(eq=False)
class ViewsFull(Conflict):
    """You keep as many views as there is room for; remove one first."""

    most: int


@dataclass(eq=False)
class ViewNameTaken(Conflict):
    """You have a view of this name already."""


ViewName = Annotated[Short, StringConstraints(max_length=NAME_CHARACTERS)]


class SavedViewIn(In):
    name: ViewName
    filters: QueueFilters = Field(default_factory=QueueFilters)


class ViewNameIn(In):
    name: ViewName


class SavedViewView(View):
    id: uuid.UUID
    name: str
    filters: QueueFilters


class SavedViewList(View):
    views: list[SavedViewView]


def view_of(saved: SavedView) -> SavedViewView:
    return SavedViewView(id=saved.id, name=saved.name, filters=QueueFilters.model_validate(saved.filters))


async def own_views(tx: AsyncSession, actor: Actor) -> list[SavedViewView]:
    """A person's own views by name; the entry is the caller's."""
    query = VIEWS.readable(actor, Right.KEEP_VIEWS).order_by(func.lower(SavedView.name), SavedView.id)
    return [view_of(saved) for saved in (await tx.scalars(query)).all()]


async def save_view(tx: AsyncSession, actor: Actor, said: SavedViewIn) -> SavedView:
    """Raises ViewsFull, ViewNameTaken."""
    names = await _names(tx, actor)
    if said.name in names:
        raise ViewNameTaken
    if len(names) >= VIEWS_MOST:
        raise ViewsFull(VIEWS_MOST)
    saved = SavedView(
        id=uuid.uuid4(),
        agency_id=actor.agency_id,
        account_id=actor.account_id,
        name=said.name,
        filters=said.filters.model_dump(mode="json", exclude_defaults=True),
        created_at=time_of(tx),
    )
    tx.add(saved)
    record(tx, "queue_view.saved", ("queue_view", saved.id), filter=said.filters.told())
    return saved


async def _names(tx: AsyncSession, actor: Actor) -> list[str]:
    """The names a person's views have; their two browsers take turns, so that twenty stay twenty, each of its own."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"views {actor.account_id}", 13))))
    return list((await tx.scalars(select(SavedView.name).where(SavedView.account_id == actor.account_id))).all())


async def rename_view(tx: AsyncSession, held: Granted[SavedView], name: str) -> SavedView:
    """Another name for the same filters. Raises ViewNameTaken."""
    names = await _names(tx, held.actor)
    if name != held.record.name and name in names:
        raise ViewNameTaken
    held.record.name = name
    record(tx, "queue_view.renamed", ("queue_view", held.record.id))
    return held.record


async def remove_view(tx: AsyncSession, held: Granted[SavedView]) -> None:
    await tx.delete(held.record)
    record(tx, "queue_view.removed", ("queue_view", held.record.id))
