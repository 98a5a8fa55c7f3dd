"""The investigator's whole job at the pages: from an accepted case to findings submitted, without script."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from app.cases.models import Element
from tests.pages.browsing import Visitor
from tests.pages.filer import choose
from tests.proceedings.walk import Walk, filed
from tests.world import World, report_body

DUSK = (datetime.now(ZoneInfo("America/Denver")) - timedelta(days=1)).replace(hour=21, minute=45, second=0)


def told(world: World) -> dict[str, Any]:
    """A report that gives times and describes someone whom it cannot name."""
    body = report_body(world)
    times = {name: (DUSK + timedelta(seconds=n)).isoformat() for name, n in (("arrived_at", 0), ("first_saw_at", 60))}
    return {
        "incident": {**body["incident"], "occurred_at": DUSK.isoformat()},
        "own_view": {**body["own_view"], **times, "last_force_at": (DUSK + timedelta(seconds=100)).isoformat()},
        "officers": [*body["officers"], {"name": "a tall officer with a beard", "role": "present"}],
    }


async def test_an_investigator_works_a_case_from_accepted_to_submitted(world: World, desk: Visitor) -> None:
    visitor = desk
    visitor.expected = (422,)
    walk = await (await filed(world, **told(world))).open()
    await visitor.sign_in(world.investigator)
    await visitor.go(f"/cases/{walk.case_id}")
    await identify(visitor)
    await enter_evidence(visitor)
    await mark_the_scene(visitor)
    await accuse(visitor, "Officer Bauer", "Excessive force")
    await accuse(visitor, "Officer Haddad", "Failure to intervene", force="Officer Bauer")
    await assess_in_part(visitor, walk)
    for officer in ("Officer Bauer", "Officer Haddad", "Officer Rivera"):
        await assess(visitor, officer)
    assert await visitor.page.locator(".cell--open").count() == 0
    for officer, duty in (("Officer Bauer", "Excessive force"), ("Officer Haddad", "Failure to intervene")):
        await find(visitor, f"Propose a finding : {officer}, {duty}")
    assert "Nothing is missing before it." in await visitor.text()
    await visitor.inspect("work-case-found")
    await visitor.picture("work-grid", "#grid")
    await visitor.follow("Submit the findings")
    await visitor.press("Submit the findings")
    assert walk.state == "findings_review"
    assert "a commander" in await visitor.text()


async def test_on_a_phone_the_grid_is_a_block_for_each_officer(world: World, phone: Visitor) -> None:
    walk = await (await filed(world, **told(world))).open()
    force = await walk.accuse(world.striker, "excessive_force")
    await walk.assess(world.bystander)
    await phone.sign_in(world.investigator)
    await phone.go(f"/cases/{walk.case_id}")
    await phone.inspect("work-case")
    cell = phone.page.locator(".duty-grid td").first
    assert await cell.evaluate("cell => getComputedStyle(cell).display") == "block"
    for path, name in (("/scene", "scene"), (f"/allegations/{force}/finding", "finding")):
        await phone.go(f"/cases/{walk.case_id}{path}")
        await phone.inspect(f"work-{name}")
    await phone.go(f"/cases/{walk.case_id}/assessments/{world.bystander.officer_id}")
    await phone.inspect("work-assessment")


async def identify(visitor: Visitor) -> None:
    await visitor.follow("a tall officer with a beard")
    await visitor.page.fill("#who", "nobody of that name")
    await visitor.press("Look")
    await visitor.inspect("work-identify")
    await choose(visitor, "officer_id", "Nobody of this agency")
    await visitor.page.fill("#reason", "A deputy of the county, as dispatch says.")
    await visitor.press("Save who it is")
    assert "Someone in a report was identified" in await visitor.text()


async def enter_evidence(visitor: Visitor) -> None:
    await visitor.follow("Enter evidence")
    await visitor.press("Enter the evidence")
    await visitor.inspect("work-evidence-errors")
    await visitor.page.select_option("#kind", "body_worn_video")
    await visitor.page.fill("#title", "Camera of Officer Rivera")
    await visitor.page.fill("#sha256", "ab" * 32)
    await visitor.page.fill("#held_at", "Axon Evidence 4711")
    await visitor.press("Enter the evidence")
    await visitor.follow("Camera of Officer Rivera")
    await visitor.inspect("work-evidence-item")
    await visitor.follow("Back to the case")


async def mark_the_scene(visitor: Visitor) -> None:
    await visitor.follow("Every moment, and enter one")
    for kind, says, at in (("first_force", "", "9:45:55 PM"), ("act", "Struck him again", "9:46:20 PM")):
        await visitor.follow("Enter a moment")
        await choose(visitor, "officer_id", "Officer Bauer")
        await visitor.page.select_option("#kind", kind)
        await visitor.page.fill("#says", says)
        await visitor.page.fill("#at", at)
        await choose(visitor, "exactness", "To the second")
        await choose(visitor, "source_id", "Camera of Officer Rivera")
        if not says:
            await visitor.inspect("work-scene-new")
        await visitor.press("Enter the moment")
    assert await visitor.page.locator("svg.drawing").count() == 1
    await visitor.inspect("work-scene")
    await visitor.follow("Back to the case")


async def accuse(visitor: Visitor, officer: str, duty: str, force: str = "") -> None:
    await visitor.follow("Open an allegation")
    await choose(visitor, "officer_id", officer)
    await choose(visitor, "duty", duty)
    if force:
        await choose(visitor, "force_allegation_id", force)
        await visitor.inspect("work-allegation-new")
    await visitor.page.fill("#basis", "The camera shows it from 9:45:55 PM on.")
    await visitor.press("Open the allegation")
    assert "An allegation was opened" in await visitor.text()


async def assess_in_part(visitor: Visitor, walk: Walk) -> None:
    await visitor.follow("Officer Haddad : assessment")
    await visitor.page.click("label[for=presence_answer]")
    await visitor.page.fill("#presence_reasoning", "Ten feet away, with nothing between them.")
    await visitor.inspect("work-assessment")
    await visitor.press("Save this revision")
    assert "no evidence yet" in await visitor.text()
    await visitor.inspect("work-case-part")


async def assess(visitor: Visitor, officer: str) -> None:
    await visitor.follow(f"{officer} : assessment")
    for element in Element:
        await visitor.page.click(f"label[for={element}_answer]")
        await visitor.page.fill(f"#{element}_reasoning", "The camera and the report agree.")
        await visitor.page.click(f"label[for={element}_evidence]")
    await choose(visitor, "reported_answer", "Yes, in time" if officer == "Officer Rivera" else "No report was owed")
    await visitor.page.fill("#reported_reasoning", "As the file says.")
    await visitor.press("Save this revision")


async def find(visitor: Visitor, link: str) -> None:
    await visitor.follow(link)
    await choose(visitor, "disposition", "Sustained")
    await visitor.page.fill("#rationale", "The camera shows two blows at a man who lay still.")
    await visitor.page.click("label[for=evidence]")
    if "Haddad" in link:
        await visitor.inspect("work-finding")
    await visitor.press("Propose the finding")
    assert "A finding was proposed" in await visitor.text()
