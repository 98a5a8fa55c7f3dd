"""Triage on one page: what was answered by whom, what is still missing, and no button that loses what was typed."""

from __future__ import annotations

import re
from typing import Any

from app.cases.models import ImmediateKind
from tests.pages.browsing import Visitor
from tests.pages.filer import choose
from tests.pages.test_guard import Browser, browser
from tests.proceedings.walk import Walk, filed
from tests.world import World

__all__ = ["browser"]

DONE = dict.fromkeys(ImmediateKind, "done")


async def send(browser: Browser, walk: Walk, **fields: str) -> Any:
    """What the page of triage sends, with its token and the version it shows."""
    path = f"/cases/{walk.case_id}/triage"
    page = (await browser.get(path)).text
    hidden = dict(re.findall(r'name="(form_token|once|version)" value="([^"]+)"', page))
    return await browser.post(path, {**hidden, **fields})


class TestOnePage:
    """Product section 2, step 4: acknowledge, classify, answer, accept, without leaving the page."""

    async def test_a_supervisor_does_the_whole_of_triage_on_it(self, world: World, visitor: Visitor) -> None:
        walk = await filed(world)
        await visitor.sign_in(world.sergeant)
        await visitor.go(f"/cases/{walk.case_id}/triage")
        await visitor.inspect("triage-routed")
        await visitor.press("Acknowledge")
        assert visitor.path.startswith(f"/cases/{walk.case_id}/triage")
        await visitor.page.click("summary")
        assert "He struck a man who lay on the ground" in await visitor.text()
        await choose(visitor, "classification", "Administrative")
        for kind in ImmediateKind:
            await choose(visitor, kind, "Ordered")
        await visitor.press("Save and accept the case")
        assert walk.state == "triage"
        await visitor.inspect("triage-not-yet")
        box = await visitor.page.locator(".usa-summary-box").inner_text()
        assert "A commander assigns an investigator first" in box
        assert "Classify the case first" not in box
        await choose(visitor, "preserve_video", "Done")
        await visitor.page.fill("#preserve_video_note", "Locked at the vendor.")
        await visitor.press("Save")
        await visitor.go(f"/cases/{walk.case_id}/triage")
        step = visitor.page.locator(".checklist__step").nth(0)
        assert "Done, Sergeant Novak" in await step.inner_text()
        await step.locator("summary").click()
        await visitor.inspect("triage-answered")
        assert "Ordered, Sergeant Novak" in await step.inner_text()
        await walk.assign()
        await visitor.go(f"/cases/{walk.case_id}/triage")
        assert "Nothing is missing" in await visitor.text()
        await visitor.press("Save and accept the case")
        assert walk.state == "investigation"
        assert "Accepted; the investigation began" in await visitor.text()


class TestNothingTypedIsLost:
    async def test_what_one_section_lacks_keeps_what_another_holds(self, world: World, browser: Browser) -> None:
        walk = await (await filed(world)).acknowledge()
        await browser.sign_in(world.sergeant)
        answer = await send(
            browser, walk, go="return", classification="criminal", medical_check="done", medical_check_note="At 9 PM."
        )
        assert answer.status_code == 422
        assert "Give a reason" in answer.text
        assert 'value="criminal" checked' in answer.text
        assert 'value="At 9 PM."' in answer.text
        assert "case.classified" not in world.kinds()

    async def test_a_return_saves_what_was_answered_with_it(self, world: World, browser: Browser) -> None:
        walk = await (await filed(world)).acknowledge()
        await browser.sign_in(world.sergeant)
        fields = {**DONE, "classification": "criminal", "return_reason": "Where did Haddad stand?"}
        answer = await send(browser, walk, go="return", **fields)
        assert (answer.status_code, walk.state) == (303, "returned")
        assert world.kinds().count("immediate.answered") == 5
        asked = (await world.reporter.get(f"/v1/reports/{walk.report_id}")).json()["requests"]
        assert [each["asks"] for each in asked] == ["Where did Haddad stand?"]

    async def test_with_several_reports_one_is_chosen(self, world: World, browser: Browser) -> None:
        walk = await filed(world)
        await filed(world, world.stranger)
        await browser.sign_in(world.sergeant)
        answer = await send(browser, walk, go="return", return_reason="What did you hear?")
        assert answer.status_code == 422
        assert "What did you hear?" in answer.text
        answer = await send(browser, walk, go="return", return_reason="What?", report_id=walk.report_id)
        assert (answer.status_code, walk.state) == (303, "returned")


class TestWaysOn:
    async def test_going_on_without_a_supplement_says_why(self, world: World, browser: Browser) -> None:
        walk = await filed(world)
        await browser.sign_in(world.sergeant)
        await send(browser, walk, go="return", return_reason="Where?")
        await send(browser, walk, go="resume")
        assert walk.state == "returned"
        await send(browser, walk, go="resume", resume_reason="Its author is on leave.")
        assert walk.state == "triage"

    async def test_intake_routes_anew_and_a_supervisor_is_not_offered_it(self, world: World, browser: Browser) -> None:
        walk = await (await filed(world)).acknowledge()
        await browser.sign_in(world.sergeant)
        assert 'value="reroute"' not in (await browser.get(f"/cases/{walk.case_id}/triage")).text
        assert (await send(browser, walk, go="reroute", reroute_reason="x")).status_code == 403
        await browser.sign_in(world.intake)
        assert (await send(browser, walk, go="reroute", reroute_reason="It lay for two days.")).status_code == 303
        assert walk.state == "routed"
        assert (await browser.get(f"/cases/{walk.case_id}")).text.count("Lieutenant Okafor") >= 1

    async def test_what_was_changed_by_another_is_not_overwritten(self, world: World, browser: Browser) -> None:
        walk = await (await filed(world)).acknowledge()
        await browser.sign_in(world.sergeant)
        answer = await send(browser, walk, version="1", classification="criminal")
        assert answer.status_code == 412
        assert "case.classified" not in world.kinds()
