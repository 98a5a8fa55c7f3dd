"""Security section 5: how often one person may search, file and export, and who may be given more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx2
import pytest

from app.agencies.keeping import Rate
from app.agencies.rates import MOST, USUAL
from app.jobs.rates import set_agency_rate
from app.jobs.refused import Refused
from tests.pages.test_guard import Browser
from tests.proceedings.walk import problem
from tests.record import write_secrets
from tests.world import World, fresh_key, report_body

ACTS: dict[Rate, tuple[str, Callable[[World, str], Awaitable[httpx2.Response]]]] = {
    Rate.SEARCH: ("commander", lambda world, who: world.cast[who].get("/v1/search?q=alder")),
    Rate.REPORT: ("reporter", lambda world, who: world.cast[who].post("/v1/reports", report_body(world))),
    Rate.EXPORT: (
        "board",
        lambda world, who: world.cast[who].post("/v1/audit/exports", {"purpose": "periodic_review"}),
    ),
}
ANOTHER = {Rate.SEARCH: "second_commander", Rate.REPORT: "stranger", Rate.EXPORT: "inspector"}


@pytest.fixture
def real(world: World) -> World:
    """An agency that nobody made up: the usual rates hold."""
    world.database.sql("UPDATE agency SET made_up = false WHERE id = :id", id=world.agency.id)
    write_secrets(world.database)
    return world


def use_up(world: World, what: Rate, who: str, left: int = 0) -> None:
    """As if this person had done so all but `left` times, just now."""
    world.database.sql(
        "INSERT INTO sign_in_try VALUES (:turn, :tries, now())",
        turn=f"turn {what} {world.cast[who].account_id}",
        tries=USUAL[what].most - left,
    )


def denied(world: World) -> list[dict[str, Any]]:
    return [entry["of"] for entry in world.entries() if entry["what"]["kind"] == "access.denied"]


@pytest.mark.parametrize("what", Rate)
class TestEachRate:
    async def test_one_more_than_that_is_told_when_to_come_back(self, real: World, what: Rate) -> None:
        who, act = ACTS[what]
        use_up(real, what, who, left=1)
        assert (await act(real, who)).status_code in (200, 201)
        late = await act(real, who)
        assert problem(late) == (429, "rate-limited")
        span = USUAL[what].span.total_seconds()
        assert span - 60 < int(late.headers["retry-after"]) <= span
        assert denied(real)[-1]["because"] == "rate"

    async def test_nobody_else_waits(self, real: World, what: Rate) -> None:
        who, act = ACTS[what]
        use_up(real, what, who)
        assert problem(await act(real, who)) == (429, "rate-limited")
        assert (await act(real, ANOTHER[what])).status_code in (200, 201)

    async def test_when_the_time_is_over_it_begins_anew(self, real: World, what: Rate) -> None:
        who, act = ACTS[what]
        use_up(real, what, who)
        real.database.sql(
            "UPDATE sign_in_try SET since = since - :span WHERE pair LIKE 'turn %'", span=USUAL[what].span
        )
        assert (await act(real, who)).status_code in (200, 201)

    async def test_an_agency_may_be_given_more_and_never_less(self, real: World, what: Rate) -> None:
        who, act = ACTS[what]
        usual, settings = USUAL[what].most, real.database.settings()
        use_up(real, what, who)
        for most in (0, usual - 1, MOST + 1):
            with pytest.raises(Refused, match=f"between {usual} and"):
                await set_agency_rate(settings, real.agency.ori, what, most)
        assert problem(await act(real, who)) == (429, "rate-limited")
        await set_agency_rate(settings, real.agency.ori, what, usual + 1)
        assert (await act(real, who)).status_code in (200, 201)
        assert problem(await act(real, who)) == (429, "rate-limited")
        assert real.kinds().count("rate.set") == 1

    async def test_a_made_up_agency_has_only_what_is_set_for_it(self, world: World, what: Rate) -> None:
        who, act = ACTS[what]
        use_up(world, what, who)
        assert (await act(world, who)).status_code in (200, 201)


class TestWhatCounts:
    async def test_what_was_refused_or_sent_again_does_not(self, real: World) -> None:
        use_up(real, Rate.REPORT, "reporter", left=1)
        key = fresh_key()
        assert (await real.reporter.post("/v1/reports", {})).status_code == 422
        nowhere = report_body(real, officers=[{"officer_id": str(real.agency.id), "role": "present"}])
        assert (await real.reporter.post("/v1/reports", nowhere)).status_code == 422
        assert (await real.reporter.post("/v1/reports", report_body(real), key=key)).status_code == 201
        again = await real.reporter.post("/v1/reports", report_body(real), key=key)
        assert again.status_code in (201, 422)
        assert problem(await real.reporter.post("/v1/reports", report_body(real))) == (429, "rate-limited")

    async def test_pages_count_with_the_api(self, real: World) -> None:
        browser = Browser(real.app, "http://upstander.test")
        await browser.sign_in(real.commander)
        use_up(real, Rate.SEARCH, "commander", left=1)
        assert (await real.commander.get("/v1/search?q=alder")).status_code == 200
        late = await browser.get("/search?q=alder")
        assert (late.status_code, "Wait before you try again" in late.text) == (429, True)
        assert int(late.headers["retry-after"]) <= 60

    async def test_a_rate_of_nothing_we_know_is_refused(self, real: World) -> None:
        with pytest.raises(Refused, match="search, report, export"):
            await set_agency_rate(real.database.settings(), real.agency.ori, "sign-in", 100)
        with pytest.raises(Refused, match="ORI"):
            await set_agency_rate(real.database.settings(), "XX0000000", "search", 100)
