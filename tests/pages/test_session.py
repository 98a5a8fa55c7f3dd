"""S34: signing in and out at the pages."""

from __future__ import annotations

from playwright.async_api import Browser, expect

from tests.pages.browsing import PHONE, Visitor
from tests.world import PASSWORD, World


class TestSigningIn:
    """A person signs in with email and password and gets a session that the server holds."""

    async def test_the_right_password_opens_the_first_page(self, world: World, desk: Visitor) -> None:
        await desk.go("/")
        assert desk.path == "/sign-in"
        await desk.inspect("sign-in")
        await desk.sign_in(world.reporter)
        assert desk.path == "/"
        assert world.agency.name in await desk.page.locator("header.top").inner_text()
        assert "Made-up demonstration data" in await desk.page.locator(".made-up").inner_text()
        await desk.inspect("home-officer")

    async def test_the_same_on_a_phone(self, world: World, phone: Visitor) -> None:
        await phone.go("/sign-in")
        await phone.inspect("sign-in")
        await phone.sign_in(world.sergeant)
        await phone.inspect("home-supervisor")

    async def test_a_wrong_password_says_so_beside_the_field(self, world: World, desk: Visitor) -> None:
        desk.expected = (401,)
        await desk.go("/sign-in?next=/reports")
        await desk.page.fill("#email", world.reporter.email)
        await desk.page.fill("#password", "not the password at all")
        await desk.press("Sign in")
        assert await desk.page.input_value("#email") == world.reporter.email
        assert await desk.page.input_value("#password") == ""
        assert await desk.page.get_attribute("#email", "aria-invalid") == "true"
        assert (await desk.page.title()).startswith("Error: ")
        await desk.inspect("sign-in-wrong")
        assert world.kinds()[-1] == "session.refused"
        await desk.page.fill("#password", PASSWORD)
        await desk.press("Sign in")
        assert desk.path == "/reports"

    async def test_with_the_keyboard_alone(self, world: World, desk: Visitor) -> None:
        await desk.go("/sign-in")
        keys = desk.page.keyboard
        await keys.press("Tab")
        assert await desk.page.evaluate("document.activeElement.className") == "usa-skipnav"
        await keys.press("Enter")
        await keys.press("Tab")
        await keys.type(world.reporter.email)
        await keys.press("Tab")
        await keys.type(PASSWORD)
        await keys.press("Enter")
        await desk.page.wait_for_url(desk.base + "/")

    async def test_the_way_on_never_leads_elsewhere(self, world: World, desk: Visitor) -> None:
        for elsewhere in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
            await desk.page.context.clear_cookies()
            await desk.go(f"/sign-in?next={elsewhere}")
            assert await desk.page.get_attribute("input[name=next]", "value") == "/"
        await desk.sign_in(world.reporter)


class TestTheCookie:
    """S34: opaque, HttpOnly, SameSite=Strict, ended at the server."""

    async def test_it_is_hidden_from_script_and_from_other_sites(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        [cookie] = await desk.page.context.cookies()
        assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
            "session",
            True,
            "Strict",
            "/",
        )
        kept = world.database.sql("SELECT token_hash FROM session WHERE account_id = :a", a=world.reporter.account_id)
        assert cookie["value"].encode() not in [bytes(row[0]) for row in kept]  # type: ignore[arg-type]

    async def test_signing_out_ends_it_at_the_server(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        [cookie] = await desk.page.context.cookies()
        await desk.press("Sign out")
        assert desk.path == "/signed-out"
        await desk.inspect("signed-out")
        assert await desk.page.context.cookies() == []
        await desk.page.context.add_cookies([cookie])  # type: ignore[list-item]
        await desk.go("/reports")
        assert desk.path.startswith("/sign-in")

    async def test_each_sign_in_gets_a_new_one(self, world: World, chromium: Browser, base: str, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        [first] = await desk.page.context.cookies()
        await desk.sign_in(world.reporter)
        [second] = await desk.page.context.cookies()
        assert first["value"] != second["value"]


class TestTheEnd:
    """A session that is about to end by itself says so on every page, and offers to stay where that is possible."""

    async def test_it_is_announced_wherever_one_is(self, world: World, scripted: Visitor) -> None:
        await scripted.sign_in(world.admin)
        await scripted.page.clock.install()
        await scripted.go("/admin/settings")
        notice = scripted.page.locator("#session-end")
        await scripted.page.clock.fast_forward("24:00")
        await expect(notice).to_be_hidden()
        await scripted.page.clock.fast_forward("02:00")
        await expect(notice).to_contain_text("You will soon be signed out.")
        await scripted.inspect("session-ends-soon")
        await notice.get_by_role("button", name="Stay signed in").click()
        await expect(notice).to_be_hidden()

    async def test_the_end_of_a_long_day_cannot_be_put_off(self, world: World, scripted: Visitor) -> None:
        await scripted.sign_in(world.admin)
        early = "UPDATE session SET created_at = now() - interval '11 hours 50 minutes' WHERE account_id = :a"
        world.database.sql(early, a=world.admin.account_id)
        await scripted.page.clock.install()
        await scripted.go("/admin/settings")
        notice = scripted.page.locator("#session-end")
        await scripted.page.clock.fast_forward("06:00")
        await expect(notice).to_contain_text("You will soon be signed out.")
        await expect(notice.get_by_role("button")).to_be_hidden()
        await scripted.page.clock.fast_forward("05:00")
        await expect(notice).to_contain_text("Your session has ended")


class TestTheLanguage:
    """Whoever began in Spanish goes on in it, and has it wherever they sign in."""

    async def test_what_was_chosen_before_signing_in_stays(
        self, world: World, chromium: Browser, base: str, desk: Visitor
    ) -> None:
        await desk.go("/sign-in")
        await desk.press("Español")
        assert await desk.page.get_attribute("html", "lang") == "es"
        desk.language = "es"
        await desk.sign_in(world.reporter)
        assert await desk.page.get_attribute("html", "lang") == "es"
        async with Visitor.comes(chromium, base, PHONE) as elsewhere:
            await elsewhere.sign_in(world.reporter)
            assert await elsewhere.page.get_attribute("html", "lang") == "es"

    async def test_a_first_sign_in_goes_on_in_the_browsers_language(
        self, world: World, chromium: Browser, base: str
    ) -> None:
        async with Visitor.comes(chromium, base, PHONE, language="es") as spanish:
            await spanish.sign_in(world.reporter)
            assert await spanish.page.get_attribute("html", "lang") == "es"
            await spanish.sign_in(world.reporter)
        async with Visitor.comes(chromium, base, PHONE) as english:
            await english.sign_in(world.reporter)
            assert await english.page.get_attribute("html", "lang") == "es"
