"""The same work by other ways: with keys alone, in Spanish, with script and without."""

from __future__ import annotations

from playwright.async_api import Browser

from tests.pages.browsing import DESK, PHONE, Visitor
from tests.pages.filer import choose, file_it, fill_in
from tests.proceedings.walk import filed
from tests.world import World


class TestKeys:
    """WCAG 2.1.1: everything can be reached and pressed without a pointer."""

    async def test_an_officer_files_a_report(self, world: World, chromium: Browser, base: str) -> None:
        async with Visitor.comes(chromium, base, DESK, by_keyboard=True) as officer:
            await officer.sign_in(world.reporter)
            await fill_in(officer, world)
            await file_it(officer)
        assert world.kinds().count("report.filed") == 1

    async def test_a_supervisor_acknowledges_and_triages(self, world: World, chromium: Browser, base: str) -> None:
        walk = await filed(world)
        async with Visitor.comes(chromium, base, DESK, by_keyboard=True) as sergeant:
            await sergeant.sign_in(world.sergeant)
            await sergeant.go(f"/cases/{walk.case_id}/triage")
            await sergeant.press("Acknowledge")
            await choose(sergeant, "classification", "Administrative")
            await sergeant.press("Save")
        assert walk.state == "triage"


class TestSpanish:
    """Whoever asks for Spanish works in Spanish, from sign-in to receipt."""

    async def test_an_officer_files_a_report_on_a_phone_with_script(
        self, world: World, chromium: Browser, base: str
    ) -> None:
        async with Visitor.comes(chromium, base, PHONE, script=True, language="es") as officer:
            await officer.go("/sign-in")
            assert await officer.page.get_attribute("html", "lang") == "es"
            await officer.inspect("es-sign-in")
            await officer.sign_in(world.reporter)
            await officer.inspect("es-home")
            await fill_in(officer, world)
            await officer.inspect("es-review")
            await file_it(officer)
            await officer.inspect("es-receipt")
            assert "Comprobante" in await officer.text()
        assert world.kinds().count("account.language_set") == 1

    async def test_the_choice_holds_for_the_account_and_leads_back(
        self, world: World, chromium: Browser, base: str
    ) -> None:
        async with Visitor.comes(chromium, base, DESK) as sergeant:
            await sergeant.sign_in(world.sergeant)
            await sergeant.go("/cases?state=triage")
            await sergeant.press("Español")
            assert sergeant.path == "/cases?state=triage"
            assert await sergeant.page.get_attribute("html", "lang") == "es"
            await sergeant.inspect("es-cases")
            await sergeant.press("English")
            assert await sergeant.page.get_attribute("html", "lang") == "en"


class TestLooks:
    """Forced colours keep what marks mean, reduced motion moves nothing."""

    async def test_marks_keep_an_edge_where_colours_are_forced(
        self, world: World, chromium: Browser, base: str
    ) -> None:
        walk = await filed(world)
        async with Visitor.comes(chromium, base, DESK) as sergeant:
            await sergeant.page.emulate_media(forced_colors="active")
            await sergeant.sign_in(world.sergeant)
            await sergeant.go(f"/cases/{walk.case_id}")
            edges = "all => all.map(each => getComputedStyle(each).borderTopStyle)"
            marks = await sergeant.page.locator(".tag").evaluate_all(edges)
            assert marks
            assert set(marks) == {"solid"}

    async def test_nothing_moves_for_whoever_asks_for_less_motion(
        self, world: World, chromium: Browser, base: str
    ) -> None:
        async with Visitor.comes(chromium, base, DESK) as officer:
            await officer.page.emulate_media(reduced_motion="reduce")
            await officer.sign_in(world.reporter)
            await officer.go("/file")
            moving = await officer.page.locator("body *").evaluate_all(
                """all => all.filter(each => {
                    const style = getComputedStyle(each);
                    const runs = list => list.split(",").some(time => parseFloat(time) > 0);
                    return runs(style.transitionDuration) || runs(style.animationDuration);
                }).map(each => each.tagName + "." + each.className)"""
            )
            assert moving == []
