"""Force forms that come after a report: the roster of the case grows, and with it the wall."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from app.audit.log import record
from app.cases.force_forms import import_force_forms
from app.cases.models import Case, State
from app.incidents.imports import Imported
from tests.incidents.samples import HEADER, gathered, row, sheet, with_badges
from tests.world import Person, World, file_case

WHEN = {
    "agency_number": "T-1",
    "occurred_at": datetime(2026, 1, 20, 18, tzinfo=UTC).isoformat(),
    "precision": "minute",
    "place": "Alder Street 400 block",
}


async def bring(world: World, *people: Person) -> Imported:
    rows = [row(date="2026-01-20", badge=str(person.badge), name=person.name) for person in people]
    scenes = gathered(sheet(*rows, header=[*HEADER, "badge", "name"]), with_badges()).scenes
    async with world.transaction() as tx:
        return await import_force_forms(tx, world.agency, scenes, file_sha256="cd" * 32)


def state_of(world: World, case_id: str) -> Any:
    return world.database.sql('SELECT state FROM "case" WHERE id = :id', id=case_id)[0][0]


def holder_of(world: World, case_id: str) -> Any:
    return world.database.sql('SELECT holder_id FROM "case" WHERE id = :id', id=case_id)[0][0]


async def put_in(world: World, case_id: str, state: State) -> None:
    async with world.transaction() as tx:
        case = await tx.scalar(select(Case).where(Case.id == case_id).with_for_update())
        assert case is not None
        case.state = state
        record(tx, "case.read", ("case", case.id), case_id=case.id, fields=[])


class TestWalls:
    """S2: the wall is computed from facts, and a force form is one."""

    async def test_a_holder_whom_a_form_names_loses_the_case(self, world: World) -> None:
        case_id = (await file_case(world, incident=WHEN))["case_id"]
        assert holder_of(world, case_id) == world.sergeant.account_id
        await bring(world, world.sergeant)
        assert holder_of(world, case_id) == world.lieutenant.account_id
        assert "case.reroute" in world.kinds()

    async def test_a_form_of_someone_else_leaves_the_holder(self, world: World) -> None:
        case_id = (await file_case(world, incident=WHEN))["case_id"]
        await bring(world, world.stranger)
        assert holder_of(world, case_id) == world.sergeant.account_id
        assert world.kinds().count("case.joined") == 1

    async def test_an_import_answers_alike_with_and_without_a_case(self, world: World, neighbours: World) -> None:
        await file_case(world, incident=WHEN)
        for people in (("sergeant",), ("sergeant", "stranger")):
            here = await bring(world, *(world.cast[name] for name in people))
            there = await bring(neighbours, *(neighbours.cast[name] for name in people))
            assert here == there
            assert repr(here) == repr(there)


class TestClosedCases:
    """Nobody on a roster may be left unanswered, whenever they come onto it."""

    @pytest.mark.parametrize("state", [State.CLOSED, State.SCREENED_OUT])
    async def test_a_case_that_had_ended_is_reopened(self, world: World, state: State) -> None:
        case_id = (await file_case(world, incident=WHEN))["case_id"]
        await put_in(world, case_id, state)
        await bring(world, world.stranger)
        assert state_of(world, case_id) == "investigation"

    async def test_the_same_forms_again_reopen_nothing(self, world: World) -> None:
        case_id = (await file_case(world, incident=WHEN))["case_id"]
        await bring(world, world.stranger)
        await put_in(world, case_id, State.CLOSED)
        await bring(world, world.stranger)
        assert state_of(world, case_id) == "closed"

    async def test_a_close_at_the_same_moment_is_seen(self, world: World) -> None:
        case_id = (await file_case(world, incident=WHEN))["case_id"]
        async with world.transaction() as closing:
            case = await closing.scalar(select(Case).where(Case.id == case_id).with_for_update())
            assert case is not None
            importing = asyncio.create_task(bring(world, world.stranger))
            await asyncio.sleep(0.3)
            assert not importing.done()
            case.state = State.CLOSED
            record(closing, "case.read", ("case", case.id), case_id=case.id, fields=[])
        await importing
        assert state_of(world, case_id) == "investigation"
