"""Product section 7, the administrator: a story at the pages, and who may not."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from fastapi import FastAPI

from tests.pages.browsing import Visitor
from tests.pages.keeper import (
    BAD,
    GOOD,
    NEW_PASSWORD,
    acts,
    multipart,
    own_matrix,
    places,
    plain,
    send,
    version_of,
)
from tests.pages.test_guard import Browser
from tests.proceedings.walk import filed
from tests.world import World, today


class TestAnAdministrator:
    """Imports a roster with a bad row, makes an account, grants an office, loads a matrix and compares it."""

    async def test_a_roster_is_looked_at_put_right_and_applied(self, world: World, visitor: Visitor) -> None:
        await visitor.sign_in(world.admin)
        await visitor.follow("Administration")
        await visitor.inspect("admin-home")
        await visitor.go("/admin/roster/import")
        await visitor.inspect("admin-import")
        await self.upload(visitor, BAD)
        assert "Row 4" in await visitor.text()
        assert "This rank is not on the list:" in await visitor.text()
        await visitor.inspect("admin-import-refused")
        await visitor.follow("Upload the corrected file")
        await self.upload(visitor, GOOD)
        await visitor.inspect("admin-import-preview")
        here = "SELECT count(*) FROM posting WHERE badge = '7001' AND agency_id = :a"
        assert world.database.sql(here, a=world.agency.id) == [(0,)]
        await visitor.press("Apply exactly this file")
        assert "2 officers added" in await visitor.text()
        await visitor.follow("See the roster")
        await visitor.inspect("admin-roster")
        await visitor.follow("Officer Rivera")
        await visitor.follow("Enter a new post")
        await visitor.inspect("admin-post")
        await visitor.page.select_option("#rank", "sergeant")
        await visitor.press("Enter the new post")
        assert await visitor.page.locator("tbody tr").count() == 2
        await visitor.inspect("admin-officer")

    async def upload(self, visitor: Visitor, content: str) -> None:
        file: Any = {"name": "roster.csv", "mimeType": "text/csv", "buffer": content.encode()}
        await visitor.page.set_input_files("#file", files=[file])
        await visitor.press("Look at the file")

    async def test_an_account_is_made_and_its_holder_signs_in(self, world: World, phone: Visitor) -> None:
        page, email = phone.page, f"lindqvist@{world.agency.slug}.example"
        phone.expected = (422,)
        world.database.sql("UPDATE account SET officer_id = NULL WHERE id = :a", a=world.stranger.account_id)
        await phone.sign_in(world.admin)
        await phone.go(f"/admin/officers/{world.stranger.officer_id}")
        await phone.follow("Make an account")
        await phone.press("Make the account")
        await phone.inspect("admin-account-errors")
        await page.fill("#email", email)
        await phone.press("Make the account")
        await page.select_option("#role", "supervisor")
        await phone.press("Give the office")
        assert "The office is given" in await phone.text()
        await phone.inspect("admin-account")
        await phone.press("Make an invitation")
        await phone.inspect("admin-invitation")
        secret = await page.locator("#secret").inner_text()
        await phone.press("Sign out")
        await phone.go("/invitation")
        await page.fill("#secret", secret)
        await page.fill("#password", NEW_PASSWORD)
        await page.fill("#again", "another one altogether")
        await phone.press("Set the password")
        await phone.inspect("invitation-errors")
        await page.fill("#password", NEW_PASSWORD)
        await page.fill("#again", NEW_PASSWORD)
        await phone.press("Set the password")
        await phone.follow("Sign in")
        await page.fill("#email", email)
        await page.fill("#password", NEW_PASSWORD)
        await phone.press("Sign in")
        assert "Officer Lindqvist" in await page.locator("header").inner_text()

    async def test_a_matrix_is_loaded_and_compared(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        first = own_matrix("Order 12", "2024-01-01")
        await desk.sign_in(world.admin)
        await desk.go("/admin/matrices/new")
        await desk.page.fill("#matrix", json.dumps({**first, "look_back_months": "long"}))
        await desk.press("Load the matrix")
        assert "/look_back_months" in await desk.text()
        await desk.inspect("admin-matrix-errors")
        await desk.page.fill("#matrix", json.dumps(first))
        await desk.press("Load the matrix")
        second = own_matrix("Order 12 revised", "2099-01-01", look_back_months=first["look_back_months"] + 12)
        lowest = second["categories"][0]["levels"]
        lowest[0]["highest"] = lowest[1]["highest"]
        await desk.go("/admin/matrices/new")
        await desk.page.fill("#matrix", json.dumps(second))
        await desk.press("Load the matrix")
        assert "What changes against Order 12" in await desk.text()
        assert "Category A, occurrence 1: now" in await desk.text()
        await desk.inspect("admin-matrix")

    async def test_the_other_pages_stand_on_a_phone(self, world: World, phone: Visitor) -> None:
        await phone.sign_in(world.admin)
        for place in (
            "units",
            "accounts",
            "settings",
            "settings/hours",
            f"calendar/{today().year + 1}",
            "law",
            "law/new",
            "matrices",
        ):
            assert await phone.go(f"/admin/{place}") == 200
            await phone.inspect(f"admin-{place.replace('/', '-')}")


@pytest.fixture
def browser(pages_app: FastAPI, base: str) -> Browser:
    return Browser(pages_app, base)


class TestWhoMay:
    """A page has no right of its own, and nothing at an administrator's page tells of a case."""

    @pytest.mark.parametrize("who", ["commander", "chief", "reporter", "board", "operator", "inspector"])
    async def test_nobody_else_opens_or_does_anything(self, world: World, browser: Browser, who: str) -> None:
        await browser.sign_in(world.cast[who])
        assert "/admin" not in (await browser.get("/")).text
        for path in places(world):
            assert (await browser.get(path)).status_code == 403, path
        for path in acts(world):
            assert (await send(browser, path, "/")).status_code == 403, path
        for path in ("/admin/roster/import", "/admin/matrices/new"):
            body, kind = multipart({"form_token": await browser.token("/")}, b"x")
            assert (await browser.post(path, body, Content_Type=kind)).status_code == 403, path

    async def test_no_page_changes_when_a_case_comes(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        before = {path: plain((await browser.get(path)).text) for path in places(world)}
        await filed(world)
        for path, html in before.items():
            assert plain((await browser.get(path)).text) == html, path

    async def test_another_agency_finds_nothing(self, world: World, neighbours: World, browser: Browser) -> None:
        await browser.sign_in(neighbours.admin)
        for path in (f"/admin/officers/{world.reporter.officer_id}", f"/admin/accounts/{world.intake.account_id}"):
            assert (await browser.get(path)).status_code == 404

    async def test_every_reading_leaves_its_entry(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        bare = {
            "/admin/roster/new",
            "/admin/roster/import",
            "/admin/accounts/new",
            "/admin/clients/new",
            "/admin/law/new",
            "/admin/matrices/new",
        }
        for path in places(world):
            answer = await browser.get(path)
            assert answer.status_code == 200, path
            entries = [e for e in world.entries() if e["what"]["req"] == answer.headers["x-request-id"]]
            assert entries or path in bare, path


class TestPosts:
    async def test_what_was_typed_is_kept_and_the_fault_stands_beside_it(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        typed = {"badge": "70!", "name": "Nora Lund", "rank": "", "supervisor": "9999", "from_on": "13"}
        answer = await send(browser, "/admin/roster/new", **typed)
        assert answer.status_code == 422
        for says in (
            "1 to 20 letters",
            "Choose a rank",
            "No officer on the roster has this badge",
            "a day that exists",
        ):
            assert says in answer.text, says
        for value in ('value="70!"', 'value="Nora Lund"', 'value="9999"'):
            assert value in answer.text

    async def test_nobody_changes_a_post_they_have_not_seen(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        at = f"/admin/officers/{world.reporter.officer_id}"
        version = await version_of(browser, f"{at}/post")
        said = {"badge": world.reporter.badge or "", "name": "Elena Rivera", "rank": "sergeant", "version": version}
        assert (await send(browser, f"{at}/post", **said)).status_code == 303
        for path in ("post", "leave"):
            assert (await send(browser, f"{at}/{path}", **{**said, "rank": "captain"})).status_code == 412

    async def test_a_day_in_the_future_is_told_beside_the_field(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        at = f"/admin/officers/{world.reporter.officer_id}/leave"
        answer = await send(browser, at, version=await version_of(browser, at), on="1", on_day="1", on_year="2099")
        assert (answer.status_code, "must not be in the future" in answer.text) == (422, True)

    async def test_kin_are_declared_by_badge_and_ended(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        at = f"/admin/officers/{world.reporter.officer_id}"
        assert (await send(browser, f"{at}/kin", relative="no one")).status_code == 422
        assert (await send(browser, f"{at}/kin", relative=world.reporter.badge or "")).status_code == 422
        assert (await send(browser, f"{at}/kin", relative=world.striker.badge or "")).status_code == 303
        end = re.search(r'action="(/admin/officers/[^"]+/kin/[^"]+/end)"', (await browser.get(at)).text)
        assert end is not None
        assert (await send(browser, end[1])).status_code == 303
        assert "over since" in (await browser.get(at)).text

    async def test_a_roster_of_an_earlier_day_shows_who_was_there(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        assert "Officer Rivera" not in (await browser.get("/admin/roster?on=2001-01-01")).text
        assert (await browser.get("/admin/roster?on=soon")).status_code == 422
        assert "Officer Rivera" in (await browser.get("/admin/roster?q=rivera")).text
