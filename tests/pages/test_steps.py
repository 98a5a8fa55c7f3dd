"""Steps of a case that take more than a reason: two people to screen out, something new to reopen."""

from __future__ import annotations

import httpx2
import pytest
from fastapi import FastAPI

from tests.findings.matter import make_matter
from tests.pages.browsing import Visitor
from tests.pages.test_command import hidden, send
from tests.pages.test_guard import Browser
from tests.proceedings.walk import Walk, filed
from tests.world import World


@pytest.fixture
def browser(pages_app: FastAPI, base: str) -> Browser:
    return Browser(pages_app, base)


async def in_triage(world: World) -> Walk:
    """A case in which nobody was injured, so that it may be screened out."""
    harmless = [{"description": "a man in a green coat", "injuries": ["none"], "resistance": ["none"]}]
    return await (await filed(world, harmed=harmless)).acknowledge()


def asked(page: httpx2.Response) -> str:
    return page.text.split("<main", 1)[1]


class TestScreeningOut:
    """One person agrees, another one screens out."""

    async def test_who_screens_out_is_led_to_agreement_and_back(self, world: World, browser: Browser) -> None:
        walk = await in_triage(world)
        step, agreement = f"/cases/{walk.case_id}/steps/case.screen_out", f"/cases/{walk.case_id}/concurrence"
        await browser.sign_in(world.commander)
        assert agreement in asked(await browser.get(f"/cases/{walk.case_id}"))
        assert agreement in asked(await browser.get(step))
        assert (await send(browser, agreement, reason="It was a handshake.")).status_code == 303
        assert "Now it takes another person" in (await browser.get(agreement)).text
        assert "Not open yet" in (await browser.get(step)).text
        await browser.sign_in(world.second_commander)
        assert "It was a handshake." in (await browser.get(agreement)).text
        assert (await send(browser, step, reason="No force was used.")).status_code == 303
        assert walk.state == "screened_out"

    async def test_agreeing_needs_a_reason_and_the_case_as_it_is(self, world: World, browser: Browser) -> None:
        walk = await in_triage(world)
        agreement = f"/cases/{walk.case_id}/concurrence"
        await browser.sign_in(world.commander)
        assert "Say why you agree" in (await send(browser, agreement, reason=" ")).text
        assert (await send(browser, agreement, reason="So.", version="0")).status_code == 412
        assert "case.concur" not in world.kinds()

    async def test_whoever_cannot_screen_out_finds_no_such_page(self, world: World, browser: Browser) -> None:
        walk = await in_triage(world)
        await browser.sign_in(world.striker)
        assert (await browser.get(f"/cases/{walk.case_id}/concurrence")).status_code == 404


class TestReopening:
    """On evidence entered since, or on an order; what was typed stays where neither is named."""

    async def test_new_evidence_is_chosen_from_what_came_since(self, world: World, browser: Browser) -> None:
        walk = await (await filed(world)).closed()
        step = f"/cases/{walk.case_id}/steps/case.reopen"
        await browser.sign_in(world.commander)
        assert "No evidence was entered since the case ended" in (await browser.get(step)).text
        refused = await send(browser, step, reason="A second camera.")
        assert (refused.status_code, "A second camera." in refused.text) == (422, True)
        assert "Name what is new" in refused.text
        new = await walk.evidence()
        page = await browser.get(step)
        assert (new in page.text, walk.video in page.text) == (True, False)
        old = await browser.post(step, {**hidden(page), "reason": "A camera.", "evidence": walk.video})
        assert old.status_code == 422
        assert walk.state == "closed"
        assert (await send(browser, step, reason="A second camera.", evidence=new)).status_code == 303
        assert walk.state == "investigation"

    async def test_an_order_of_a_day_to_come_is_said_beside_its_field(self, world: World, browser: Browser) -> None:
        walk = await (await filed(world)).closed()
        step = f"/cases/{walk.case_id}/steps/case.reopen"
        await browser.sign_in(world.commander)
        fields = {"reason": "By order.", "body": "District Court", "dated_on": "1", "dated_on_day": "2"}
        refused = await send(browser, step, **fields, dated_on_year="2999")
        assert (refused.status_code, "District Court" in refused.text) == (422, True)
        assert "This must not be in the future" in refused.text
        assert walk.state == "closed"
        assert (await send(browser, step, **fields, dated_on_year="2026")).status_code == 303
        assert walk.state == "investigation"


class TestHowTheyLook:
    """WCAG 2.2 AA at a desk and on a phone, before and after a fault."""

    async def test_agreement_stands_at_both_sizes(self, world: World, visitor: Visitor) -> None:
        visitor.expected = (422,)
        agreement = f"/cases/{(await in_triage(world)).case_id}/concurrence"
        await visitor.sign_in(world.commander)
        await visitor.go(agreement)
        await visitor.press("Agree")
        await visitor.inspect("concurrence-fault")
        await visitor.page.fill("#reason", "It was a handshake.")
        await visitor.press("Agree")
        await visitor.go(agreement)
        await visitor.inspect("concurrence-given")

    async def test_reopening_stands_at_both_sizes(self, world: World, visitor: Visitor) -> None:
        walk = await (await filed(world)).closed()
        await visitor.sign_in(world.commander)
        await visitor.go(f"/cases/{walk.case_id}/steps/case.reopen")
        await visitor.inspect("reopen-nothing-new")
        await walk.evidence()
        await visitor.go(f"/cases/{walk.case_id}/steps/case.reopen")
        await visitor.inspect("reopen")

    async def test_the_decision_stands_on_the_notice(self, world: World, visitor: Visitor) -> None:
        matter = await make_matter(world)
        notice = await matter.ready(is_sample=False)
        assert (await matter.decide(considered="He says he froze; that weighs little.")).status_code == 201
        await visitor.sign_in(world.bystander)
        await visitor.go(f"/notices/{notice}")
        await visitor.inspect("served-decision")
