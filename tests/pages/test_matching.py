"""Product section 2, step 2: intake says where a report belongs, and who someone is whom a report only describes."""

from __future__ import annotations

import re
from typing import Any

from tests.cases.test_matching import elsewhere
from tests.cases.test_roster import DESCRIBED, two_at_once
from tests.pages.browsing import Visitor
from tests.pages.filer import choose
from tests.pages.test_guard import Browser, browser
from tests.proceedings.walk import Walk, filed
from tests.world import NOWHERE, World, report_body

__all__ = ["browser"]


async def send(browser: Browser, path: str, **fields: str) -> Any:
    page = (await browser.get(path)).text
    hidden = dict(re.findall(r'name="(form_token|once|version)" value="([^"]+)"', page))
    return await browser.post(path.partition("?")[0], {**hidden, **fields})


def match_page(walk: Walk) -> str:
    return f"/cases/{walk.case_id}/matches/{walk.report_id}"


class TestMatching:
    async def test_intake_compares_confirms_and_moves(self, world: World, visitor: Visitor) -> None:
        visitor.expected = (422,)
        one, other = await two_at_once(world)
        third = await filed(world, world.south_reporter, officers=report_body(world)["officers"])
        home = await elsewhere(world, "26-77")
        await visitor.sign_in(world.intake)
        await visitor.go("/cases")
        await visitor.follow("Reports to match 2")
        await visitor.inspect("matches")
        await visitor.page.locator("tbody a").nth(0).click()
        await visitor.inspect("match")
        text = await visitor.text()
        assert "Officer Haddad" in text
        assert "in both" in text
        await choose(visitor, "answer", "Yes, it tells of this incident")
        await visitor.press("Save the answer")
        assert "The match is confirmed" in await visitor.text()
        await visitor.page.locator("tbody a").nth(0).click()
        await choose(visitor, "answer", "No, of the incident of another case")
        await visitor.press("Save the answer")
        await visitor.inspect("match-errors")
        await choose(visitor, "case_id", "Not numbered yet, Birch Road")
        await visitor.page.fill("#reason", "A slip in the date.")
        await visitor.press("Save the answer")
        await visitor.inspect("matches-none")
        assert "No report waits to be matched" in await visitor.text()
        assert {each["id"] for each in (await home.see())["reports"]} == {home.report_id, third.report_id}
        assert {each["id"] for each in (await one.see())["reports"]} == {one.report_id, other.report_id}

    async def test_a_report_gets_an_incident_of_its_own_for_a_reason(self, world: World, browser: Browser) -> None:
        _, other = await two_at_once(world)
        await browser.sign_in(world.intake)
        answer = await send(browser, match_page(other), answer="own_incident")
        assert answer.status_code == 422
        assert "Give a reason for moving the report" in answer.text
        assert 'value="own_incident" checked' in answer.text
        answer = await send(browser, match_page(other), answer="own_incident", reason="Another street.")
        assert (answer.status_code, answer.headers["location"]) == (303, "/matches?done=moved")
        assert [each["id"] for each in (await other.see())["reports"]] != [other.report_id]

    async def test_a_case_that_is_not_the_askers_and_one_that_is_nowhere_are_refused_alike(
        self, world: World, neighbours: World, browser: Browser
    ) -> None:
        _, other = await two_at_once(world)
        far = await filed(neighbours)
        await browser.sign_in(world.intake)
        for case_id in (far.case_id, str(NOWHERE), other.case_id, "x"):
            answer = await send(browser, match_page(other), answer="other_case", case_id=case_id, reason="So.")
            assert answer.status_code == 422
            assert "Choose the case it belongs to" in answer.text
            assert ">\nSo.</textarea>" in answer.text

    async def test_what_is_withheld_in_the_case_is_withheld_here(self, world: World, browser: Browser) -> None:
        one = await filed(world)
        compelled = {"statement_class": "compelled", "warning": "compelled-1"}
        where = {**report_body(world)["incident"], "place": "Hidden Court"}
        other = await filed(world, world.stranger, incident=where, **compelled)
        assert one.case_id == other.case_id
        await browser.sign_in(world.intake)
        for walk in (one, other):
            assert "Hidden Court" not in (await browser.get(match_page(walk))).text
        await browser.sign_in(world.commander)
        assert "Hidden Court" in (await browser.get(match_page(other))).text

    async def test_only_those_who_may_route_the_case_are_let_in(self, world: World, browser: Browser) -> None:
        _, other = await two_at_once(world)
        for person, status in ((world.sergeant, 403), (world.captain, 404), (world.board, 403), (world.stranger, 404)):
            await browser.sign_in(person)
            assert (await browser.get(match_page(other))).status_code == status
            assert "Compare" not in (await browser.get("/matches")).text
        for person, is_led in ((world.intake, True), (world.sergeant, False)):
            await browser.sign_in(person)
            for page in (f"/cases/{other.case_id}", f"/cases/{other.case_id}/triage"):
                assert ("Compare and confirm" in (await browser.get(page)).text) is is_led

    async def test_nobody_moves_a_report_they_saw_in_another_place(self, world: World, browser: Browser) -> None:
        _, other = await two_at_once(world)
        await browser.sign_in(world.intake)
        answer = await send(browser, match_page(other), version="1", answer="confirm")
        assert answer.status_code == 412


class TestNames:
    async def test_intake_says_who_someone_is(self, world: World, visitor: Visitor) -> None:
        visitor.expected = (422,)
        walk = await filed(
            world, officers=[*report_body(world)["officers"], DESCRIBED, {**DESCRIBED, "name": "Deputy"}]
        )
        await visitor.sign_in(world.intake)
        await visitor.go(f"/cases/{walk.case_id}/triage")
        await visitor.follow("Identify 2 people whom reports name or describe")
        await visitor.inspect("names")
        await visitor.page.locator(".entries a").nth(0).click()
        await visitor.page.fill("#sought", "lindq")
        await visitor.press("Look")
        await visitor.inspect("name")
        await visitor.press("Save the answer")
        await visitor.inspect("name-errors")
        await choose(visitor, "officer_id", "Officer Lindqvist")
        await visitor.page.fill("#reason", "Seen on camera.")
        await visitor.press("Save the answer")
        await visitor.page.locator(".entries a").nth(0).click()
        await choose(visitor, "officer_id", "Nobody of this agency")
        await visitor.page.fill("#reason", "A county deputy.")
        await visitor.press("Save the answer")
        await visitor.inspect("names-none")
        seen = await walk.see()
        assert seen["unidentified"] == []
        assert "Officer Lindqvist" in {here["name"] for here in seen["roster"]}

    async def test_who_is_not_there_or_known_by_now_is_not_found(self, world: World, browser: Browser) -> None:
        walk = await filed(world, officers=[*report_body(world)["officers"], DESCRIBED])
        await browser.sign_in(world.intake)
        at = f"/cases/{walk.case_id}/names/{walk.report_id}"
        assert (await browser.get(f"{at}/2?sought=%00x")).status_code == 200
        for place in ("0", "7", "x", "-1"):
            assert (await browser.get(f"{at}/{place}")).status_code == 404
        await browser.sign_in(world.sergeant)
        assert (await browser.get(f"{at}/2")).status_code == 403
        await browser.sign_in(world.striker)
        assert (await browser.get(f"{at}/2")).status_code == 404

    async def test_an_officer_whom_the_roster_does_not_hold_is_refused(self, world: World, browser: Browser) -> None:
        walk = await filed(world, officers=[*report_body(world)["officers"], DESCRIBED])
        await browser.sign_in(world.intake)
        path = f"/cases/{walk.case_id}/names/{walk.report_id}/2"
        for officer_id in (str(NOWHERE), "x"):
            answer = await send(browser, path, officer_id=officer_id, reason="So.")
            assert answer.status_code == 422
        assert "person.identified" not in world.kinds()
