"""With script less can be lost: a question saves itself, and without a line the form opens, keeps and sends once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.pages.browsing import PHONE, Visitor
from tests.pages.filer import NARRATIVE, begin, choose
from tests.world import PASSWORD, World

KEPT = """async () => {
  const asked = indexedDB.open("upstander-filing", 1);
  const base = await new Promise((done) => { asked.onsuccess = () => done(asked.result); });
  const all = (store) => new Promise((done) => {
    const got = base.transaction(store).objectStore(store).getAll();
    got.onsuccess = () => done(got.result);
  });
  const [kept, owners] = [await all("kept"), await all("owners")];
  base.close();
  const plain = kept.map((row) => new TextDecoder().decode(row.sealed)).join("");
  return { kept: kept.length, owners: owners.length, plain, free: owners.some((row) => row.key.extractable) };
}"""


@pytest.fixture
async def phone(chromium: Browser, base: str) -> AsyncIterator[Visitor]:
    """A phone with script."""
    async with Visitor.comes(chromium, base, PHONE, script=True) as visitor:
        yield visitor


async def on_the_device(visitor: Visitor) -> Any:
    return await visitor.page.evaluate(KEPT)


async def nothing_is_left(visitor: Visitor) -> None:
    """Wait until all that the device kept was sent."""
    async with asyncio.timeout(20):
        while (await on_the_device(visitor))["kept"]:
            await asyncio.sleep(0.2)


def drafts_of(world: World) -> int:
    return len(world.database.sql("SELECT 1 FROM draft WHERE author_id = :a", a=world.reporter.account_id))


class TestSavingItself:
    """A question is saved while it is answered; the page says so, and says it when it could not."""

    async def test_what_is_typed_is_saved_and_told(self, world: World, scripted: Visitor) -> None:
        await scripted.sign_in(world.reporter)
        at = await begin(scripted)
        await scripted.go(f"{at}/narrative")
        await scripted.page.fill("#narrative", "He lay still.")
        await expect(scripted.page.locator("#keep")).to_contain_text("Saved at", timeout=20_000)
        await scripted.inspect("file-saved")
        await scripted.go(f"{at}/narrative")
        assert await scripted.page.input_value("#narrative") == "He lay still."

    async def test_a_new_entry_is_saved_as_one(self, world: World, scripted: Visitor) -> None:
        await scripted.sign_in(world.reporter)
        at = await begin(scripted)
        await scripted.go(f"{at}/force/new")
        await scripted.page.fill("#badge", (world.striker.badge or "")[:2])
        await expect(scripted.page.locator("#keep")).to_contain_text("Saved at", timeout=20_000)
        await scripted.page.fill("#badge", world.striker.badge or "")
        await scripted.press("Save and go on")
        await scripted.press("Save")
        assert await scripted.page.locator(".scene tbody tr").count() == 2
        assert "Officer Bauer" in await scripted.text()

    async def test_it_never_overwrites_what_another_window_wrote(self, world: World, scripted: Visitor) -> None:
        scripted.expected = (412,)
        await scripted.sign_in(world.reporter)
        at = await begin(scripted)
        await scripted.go(f"{at}/narrative")
        other = await scripted.page.context.new_page()
        await other.goto(f"{scripted.base}{at}/narrative")
        await other.fill("#narrative", "From the other window.")
        await expect(other.locator("#keep")).to_contain_text("Saved at", timeout=20_000)
        await scripted.page.fill("#narrative", "From this one.")
        await expect(scripted.page.locator("#keep")).to_contain_text("another window", timeout=20_000)
        await other.reload()
        assert await other.input_value("#narrative") == "From the other window."
        await scripted.press("Save and go on")
        await other.reload()
        assert await other.input_value("#narrative") == "From this one."

    async def test_the_end_of_a_session_is_announced_and_loses_nothing(self, world: World, scripted: Visitor) -> None:
        scripted.expected = (401,)
        await scripted.sign_in(world.reporter)
        at = await begin(scripted)
        await scripted.page.clock.install()
        await scripted.go(f"{at}/narrative")
        await expect(scripted.page.locator("#session-end")).to_be_hidden()
        await scripted.page.clock.fast_forward("26:00")
        await expect(scripted.page.locator("#session-end")).to_contain_text("soon be signed out")
        await scripted.inspect("file-session-ends")
        await scripted.page.get_by_role("button", name="Stay signed in").click()
        await expect(scripted.page.locator("#session-end")).to_be_hidden()
        world.database.sql("UPDATE session SET ended_at = now() WHERE account_id = :a", a=world.reporter.account_id)
        await scripted.page.fill("#narrative", NARRATIVE)
        await scripted.page.clock.fast_forward("00:10")
        await expect(scripted.page.locator("#session-end")).to_contain_text("Your session has ended")
        await scripted.press("Save and go on")
        await scripted.page.fill("#email", world.reporter.email)
        await scripted.page.fill("#password", PASSWORD)
        await scripted.press("Sign in")
        await scripted.press("Send what I typed")
        await scripted.go(f"{at}/narrative")
        assert await scripted.page.input_value("#narrative") == NARRATIVE


class TestWithoutALine:
    """The form opens, is filled and kept sealed on the device, and is sent once; at sign-out nothing stays."""

    async def test_it_is_kept_over_a_closed_tab_and_sent_once(self, world: World, phone: Visitor) -> None:
        phone.is_cut = True
        context = phone.page.context
        await phone.sign_in(world.reporter)
        await phone.go("/file")
        await phone.page.evaluate("navigator.serviceWorker.ready")
        await context.set_offline(True)
        await phone.page.goto(phone.base + "/file")
        await expect(phone.page.locator("h1")).to_have_text("File a report without a connection")
        await expect(phone.page.locator("form[data-offline]")).to_be_visible()
        await phone.inspect("file-offline")
        await choose(phone, "warning", "I report this of my own will")
        await phone.page.fill("#place", "Corner of 5th and Main")
        await phone.page.fill("#force-1-badge", world.striker.badge or "")
        await phone.page.get_by_text("Add an officer who was there").first.click()
        await phone.page.fill("#present-2-badge", world.bystander.badge or "")
        await phone.page.fill("#narrative", NARRATIVE)
        await expect(phone.page.locator("#keep")).to_contain_text("Kept on this device")
        device = await on_the_device(phone)
        assert (device["kept"], device["owners"], device["free"]) == (1, 1, False)
        assert "baton" not in device["plain"]
        tab = await context.new_page()
        await phone.page.close()
        phone.page = tab
        await phone.page.goto(phone.base + "/file/offline")
        await expect(phone.page.locator("#narrative")).to_have_value(NARRATIVE)
        await expect(phone.page.locator("#present-2-badge")).to_be_visible()
        await context.set_offline(False)
        await expect(phone.page.locator("#line-back")).to_be_visible()
        assert drafts_of(world) == 0
        await phone.page.locator("#line-back a").click()
        await expect(phone.page.locator("#device")).to_contain_text("now a draft")
        await phone.inspect("file-sent")
        assert drafts_of(world) == 1
        await phone.go("/file")
        assert drafts_of(world) == 1
        assert (await on_the_device(phone))["kept"] == 0
        await phone.page.locator(".entry__links a").first.click()
        await phone.page.wait_for_url("**/file/*-*")
        draft = phone.path
        await phone.go(f"{draft}/force")
        assert "Officer Bauer" in await phone.text()
        await phone.go(f"{draft}/present")
        assert "Officer Haddad" in await phone.text()

    async def test_sent_again_from_another_session_it_is_the_same_draft(self, world: World, phone: Visitor) -> None:
        await phone.sign_in(world.reporter)
        for _ in range(2):
            await phone.sign_in(world.reporter)
            await phone.go("/file")
            token = await phone.page.get_attribute("main input[name=form_token]", "value")
            form: dict[str, str | float | bool] = {"form_token": token or "", "once": "draft:one", "narrative": "So."}
            answer = await phone.page.context.request.post(
                f"{phone.base}/file/kept", form=form, headers={"Origin": phone.base}
            )
            assert answer.status == 200
        assert drafts_of(world) == 1
        assert world.kinds().count("draft.saved") == 1

    async def test_another_person_on_the_device_neither_sees_nor_sends_it(self, world: World, phone: Visitor) -> None:
        phone.is_cut = True
        context = phone.page.context
        await phone.sign_in(world.reporter)
        await phone.go("/file")
        await phone.page.evaluate("navigator.serviceWorker.ready")
        await context.set_offline(True)
        await phone.page.goto(phone.base + "/file")
        await phone.page.fill("#narrative", NARRATIVE)
        await expect(phone.page.locator("#keep")).to_contain_text("Kept on this device")
        await context.set_offline(False)
        await phone.sign_in(world.bystander)
        await phone.go("/file")
        await expect(phone.page.locator("#device")).to_be_hidden()
        await phone.press("Sign out")
        assert (await on_the_device(phone))["kept"] == 1
        await phone.sign_in(world.reporter)
        await phone.press("Sign out")
        assert drafts_of(world) == 1
        device = await on_the_device(phone)
        assert (device["kept"], device["owners"]) == (0, 0)

    async def test_a_line_lost_while_typing_loses_no_word(self, world: World, scripted: Visitor) -> None:
        scripted.is_cut = True
        context = scripted.page.context
        await scripted.sign_in(world.reporter)
        at = await begin(scripted)
        await scripted.go("/file")
        await scripted.page.evaluate("navigator.serviceWorker.ready")
        await scripted.go(f"{at}/narrative")
        await context.set_offline(True)
        await scripted.page.fill("#narrative", NARRATIVE)
        await expect(scripted.page.locator("#keep")).to_contain_text("There is no connection", timeout=20_000)
        await scripted.page.get_by_role("button", name="Save and go on").click()
        assert await scripted.page.input_value("#narrative") == NARRATIVE
        await scripted.page.close()
        await context.set_offline(False)
        scripted.page = await context.new_page()
        await scripted.go(f"{at}/narrative")
        await expect(scripted.page.locator("#narrative")).to_have_value(NARRATIVE)
        await nothing_is_left(scripted)
        await scripted.go(f"{at}/narrative")
        assert await scripted.page.input_value("#narrative") == NARRATIVE


class TestWhatABrowserKeeps:
    """Only the empty form and its looks; and a page of filing is light."""

    async def test_the_cache_holds_nothing_of_anyone(self, world: World, phone: Visitor) -> None:
        await phone.sign_in(world.reporter)
        at = await begin(phone)
        await phone.go("/file")
        await phone.page.evaluate("navigator.serviceWorker.ready")
        await phone.go(f"{at}/review")
        held = await phone.page.evaluate(
            """async () => {
              const found = [];
              for (const name of await caches.keys())
                for (const asked of await (await caches.open(name)).keys()) found.push(new URL(asked.url).pathname);
              return found;
            }"""
        )
        assert "/file/offline" in held
        assert {path for path in held if not path.startswith("/assets/")} == {"/file/offline"}
        shell = await (await phone.page.context.request.get(f"{phone.base}/file/offline")).text()
        assert world.reporter.email not in shell
        assert "form_token" not in shell

    async def test_a_page_of_filing_weighs_less_than_150_kilobytes(self, world: World, phone: Visitor) -> None:
        made = await world.reporter.post("/v1/drafts", {"content": {}})
        await phone.sign_in(world.reporter)
        for screen in ("force/new/did", "review"):
            await phone.go(f"/file/{made.json()['id']}/{screen}")
            sizes = await phone.page.evaluate(
                """() => performance.getEntriesByType("navigation").concat(performance.getEntriesByType("resource"))
                  .map((each) => [new URL(each.name).pathname, each.encodedBodySize])"""
            )
            assert 40_000 < sum(size for _, size in sizes) < 150_000, sizes
