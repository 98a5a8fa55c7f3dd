"""One case from findings submitted to everyone told, through the pages alone: commander, accused, authority, harmed."""

from __future__ import annotations

from playwright.async_api import Locator

from app.provisions.matrix import sample_matrix
from tests.findings.matter import make_matter
from tests.pages.browsing import Visitor
from tests.pages.filer import choose
from tests.proceedings.walk import Walk, filed, ok
from tests.world import World


async def test_a_finding_is_reviewed_answered_and_decided(world: World, desk: Visitor, phone: Visitor) -> None:
    ok(await world.admin.post("/v1/matrices", sample_matrix().model_dump(mode="json")))
    walk = await (await filed(world)).submitted(failure="not_sustained")
    await review(world, desk, walk)
    await serve(desk)
    await answer(world, phone)
    await propose(desk)
    await decide(world, desk, walk)


async def test_those_concerned_are_told_and_the_harmed_looks_it_up(world: World, desk: Visitor, phone: Visitor) -> None:
    walk = await (await filed(world)).approved(force="not_sustained", failure="not_sustained")
    await tell(world, desk, walk)
    await look_up(phone)


async def into(visitor: Visitor, link: Locator) -> None:
    """Follow a link that its words alone do not name."""
    async with visitor.page.expect_navigation():
        await link.click()


async def review(world: World, desk: Visitor, walk: Walk) -> None:
    """The commander opens what each finding rests on, approves both, and moves the case on."""
    await desk.sign_in(world.commander)
    await desk.go(f"/cases/{walk.case_id}")
    await desk.follow("Findings and discipline")
    await desk.inspect("command-findings")
    for n in range(2):
        await into(desk, desk.page.locator("tbody tr").nth(n).locator("a").first)
        if n == 0:
            await desk.inspect("command-finding-unopened")
        for at in range(await desk.page.locator(".entries a").count()):
            await into(desk, desk.page.locator(".entries a").nth(at))
            if n == 0:
                await desk.inspect(f"command-ground-{at}")
            await desk.follow("Back to the finding")
        assert "You have opened everything" in await desk.text()
        await choose(desk, "answer", "Approve the finding")
        await desk.page.fill("#reason", "It follows from the video.")
        if n == 0:
            await desk.inspect("command-finding")
        await desk.press("Record your answer")
    await desk.follow("Approve the findings")
    await desk.press("Approve the findings")
    assert walk.state == "discipline"


async def serve(desk: Visitor) -> None:
    await desk.follow("Findings and discipline")
    await into(desk, desk.page.get_by_role("link", name="Notice to be served"))
    await desk.inspect("discipline-begin")
    await desk.follow("Serve a notice")
    await desk.page.fill("#charges", "That on this day you struck a man who lay on the ground.")
    await desk.page.fill("#title_0", "Body-worn video, redacted")
    await desk.page.fill("#sha256_0", "cd" * 32)
    await desk.inspect("discipline-serve")
    await desk.press("Serve the notice")
    assert "The notice is served" in await desk.text()


async def answer(world: World, phone: Visitor) -> None:
    """The accused, on a phone, finds the notice on the first page, names a representative, and answers."""
    await phone.sign_in(world.striker)
    await phone.inspect("served-home")
    await phone.follow("See my notices")
    await phone.inspect("served-notices")
    await phone.follow("Excessive force")
    await phone.page.fill("#name", "Lodge 7, Ms. Ortiz")
    await phone.page.fill("#contact", "555 0100")
    await phone.press("Save the representative")
    await phone.inspect("served-notice")
    await phone.follow("I do not want to answer")
    await phone.inspect("served-waive")
    await phone.follow("No, go back")
    await phone.page.fill("#answer", "He reached for my belt. I struck once.")
    await phone.press("Send my answer")
    await phone.inspect("served-answered")
    assert "Your answer is recorded." in await phone.text()


async def propose(desk: Visitor) -> None:
    """The commander chooses the cell, is told that a proposal departs, and gives the reason."""
    desk.expected = (422,)
    await desk.follow("Make the worksheet")
    await desk.inspect("discipline-cells")
    await into(desk, desk.page.locator("a[href*='category=D'][href$='level=1']"))
    await desk.page.locator("summary", has_text="Harm caused or risked").click()
    await desk.page.fill("#a_harm_caused_or_risked", "He bled.")
    await choose(desk, "penalty", "Written reprimand")
    await desk.inspect("discipline-worksheet")
    await desk.press("Propose it")
    await desk.inspect("discipline-worksheet-departs")
    await desk.page.fill("#departure_reason", "The first in twenty years.")
    await desk.press("Propose it")
    await desk.inspect("discipline-proposed")
    assert "below the range" in await desk.text()


async def decide(world: World, desk: Visitor, walk: Walk) -> None:
    """The discipline authority weighs the answer and decides within the range."""
    await desk.sign_in(await walk.authority())
    await desk.go(f"/cases/{walk.case_id}")
    await desk.follow("Findings and discipline")
    await into(desk, desk.page.get_by_role("link", name="Decision to be made"))
    await desk.follow("Go to the decision")
    await desk.inspect("discipline-decide")
    await desk.page.fill("#considered", "The video shows no hand at the belt.")
    await choose(desk, "penalty", "Suspension without pay")
    await desk.page.fill("#amount", "10")
    await desk.press("Decide")
    await desk.inspect("discipline-decided")
    await desk.follow("Findings and discipline")
    await desk.follow("Conclude discipline")
    await desk.press("Conclude discipline")
    assert walk.state == "board_review"


async def tell(world: World, desk: Visitor, walk: Walk) -> None:
    """The commander makes the letter to the person harmed and records who was told."""
    await desk.sign_in(world.commander)
    await desk.go(f"/cases/{walk.case_id}")
    await desk.follow("Tell people the outcome")
    await desk.inspect("telling")
    async with desk.page.expect_download() as coming:
        await desk.page.get_by_role("button", name="Make the letter (PDF)").click()
    assert (await coming.value).suggested_filename.endswith(".pdf")
    await desk.page.fill("#harmed-1", "By letter, handed over today.")
    await desk.page.locator("form", has=desk.page.locator("#harmed-1")).get_by_role("button").click()
    await desk.page.wait_for_url("**/telling?done=told")
    await desk.inspect("telling-done")


async def look_up(phone: Visitor) -> None:
    """Someone without an account, with codes that do not fit."""
    phone.expected = (422,)
    await phone.go("/outcome")
    await phone.inspect("outcome")
    await phone.page.fill("#locator", "AAAA-AAAA-AAAA-AAAA")
    await phone.page.fill("#secret", "BBBB-BBBB-BBBB-BBBB-BBBB")
    await phone.press("See how it stands")
    await phone.inspect("outcome-wrong")
    assert await phone.page.get_attribute("#locator", "aria-invalid") == "true"


async def test_what_changed_is_said_in_words_on_a_phone(world: World, phone: Visitor) -> None:
    matter = await make_matter(world)
    first = await matter.proposed()
    await matter.open_all(world.commander, first)
    newest = await matter.assess(
        world.bystander, reported={"answer": "no", "to_whom": "", "reasoning": "Nothing is on file."}
    )
    matter.walk.stands("investigation")
    second = await matter.proposed(rationale="He stood two steps away for ten seconds.", assessment_id=newest)
    await phone.sign_in(world.commander)
    await phone.go(f"/findings/{second}")
    await phone.inspect("changes-finding")
    assert "changed" in await phone.page.locator("table.beside").inner_text()
    await phone.go(f"/findings/{second}/grounds/{newest}")
    await phone.inspect("changes-assessment")
    await phone.go(f"/cases/{matter.case_id}/assignments")
    await phone.inspect("assignments")
