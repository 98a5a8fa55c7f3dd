"""The queue at the desk: counts that lead somewhere, filters, saved views, lateness in words."""

from __future__ import annotations

from tests.pages.browsing import Visitor
from tests.pages.filer import choose
from tests.pages.test_guard import Browser, browser
from tests.proceedings.test_queue import due, some
from tests.world import World

__all__ = ["browser"]


class TestAtADesk:
    async def test_what_waits_is_found_kept_as_a_view_and_found_again(self, world: World, visitor: Visitor) -> None:
        late, soon, later = await some(world)
        for walk, hours in ((late, -3.5), (soon, 5.5), (later, 70)):
            due(walk, hours)
        await soon.acknowledge()
        await visitor.sign_in(world.sergeant)
        await visitor.follow("Cases")
        await visitor.inspect("queue")
        rows = visitor.page.locator("tbody tr")
        assert "late by 3 hours" in await rows.nth(0).inner_text()
        assert "due in 5 hours" in await rows.nth(1).inner_text()
        assert "due in 2 days" in await rows.nth(2).inner_text()
        await visitor.follow("Late 1")
        await visitor.inspect("queue-late")
        assert await rows.count() == 1
        await visitor.page.click("summary")
        await choose(visitor, "state", "Waiting to be acknowledged")
        await visitor.page.select_option("#sort", "newest")
        await visitor.press("Show")
        assert await visitor.page.is_checked("#state-routed")
        await visitor.inspect("queue-chosen")
        await visitor.page.fill("#name", "Late at my desk")
        await visitor.press("Save the view")
        assert "due=late" in visitor.path
        await visitor.go("/cases")
        await visitor.inspect("queue-views")
        await visitor.follow("Late at my desk")
        assert await rows.count() == 1
        assert await visitor.page.input_value("#sort") == "newest"
        await visitor.follow("Rename Late at my desk")
        await visitor.inspect("queue-view-name")
        visitor.expected = (422,)
        await visitor.page.fill("#name", "")
        await visitor.press("Rename it")
        assert "Give the view a name of at most 60 characters" in await visitor.text()
        await visitor.page.fill("#name", "At my desk")
        await visitor.press("Rename it")
        assert "due=late" in visitor.path
        assert "Late at my desk" not in await visitor.text()
        await visitor.press("Remove At my desk")
        assert "At my desk" not in await visitor.text()


class TestByHand:
    """What no link of ours asks for."""

    async def test_a_view_without_a_name_keeps_the_choice_and_what_was_typed(
        self, world: World, browser: Browser
    ) -> None:
        await browser.sign_in(world.sergeant)
        token = await browser.token("/cases")
        for name, says in (("", "Give the view a name"), ("x" * 61, "Give the view a name")):
            fields = {"form_token": token, "once": "o" * 20 + name[:1], "name": name, "due": "late"}
            answer = await browser.post("/queue-views", fields)
            assert answer.status_code == 422
            assert says in answer.text
            assert f'value="{name}"' in answer.text
            assert '<option value="late" selected>' in answer.text

    async def test_an_address_that_asks_for_what_is_not_known_shows_the_rest(
        self, world: World, browser: Browser
    ) -> None:
        await browser.sign_in(world.sergeant)
        answer = await browser.get("/cases?state=lost&state=triage&due=x&held_by=%00&sort=up&injury=perhaps")
        assert answer.status_code == 200
        assert 'value="triage" checked' in answer.text

    async def test_the_board_is_not_asked_with_whom_a_case_is(self, world: World, browser: Browser) -> None:
        await some(world, 1)
        await browser.sign_in(world.board)
        answer = await browser.get("/cases")
        assert 'id="held_by"' not in answer.text
        assert world.sergeant.name not in answer.text

    async def test_whoever_has_no_queue_saves_no_view(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.reporter)
        token = await browser.token("/cases")
        assert "Save the view" not in (await browser.get("/cases?due=late")).text
        answer = await browser.post("/queue-views", {"form_token": token, "once": "o" * 20, "name": "x"})
        assert answer.status_code == 403
