"""S37: API clients at the administrator's pages: made with a secret shown once, listed, revoked."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI

from app.access.rights import Scope
from app.pages.admin.clients import SCOPES
from tests.agencies.test_clients import anyone, ask
from tests.pages.browsing import Visitor
from tests.pages.keeper import send
from tests.pages.test_guard import Browser
from tests.proceedings.walk import problem
from tests.world import NOWHERE, World

AT = "/admin/clients"
NEW = f"{AT}/new"


@pytest.fixture
def browser(pages_app: FastAPI, base: str) -> Browser:
    return Browser(pages_app, base)


def shown(html: str) -> dict[str, str]:
    """The credentials that a page shows."""
    found = {name: re.search(rf'id="{name}">([^<]+)<', html) for name in ("client_id", "secret")}
    return {
        "client_id": found["client_id"][1] if found["client_id"] else "",
        "client_secret": found["secret"][1] if found["secret"] else "",
    }


class TestMaking:
    async def test_the_secret_is_shown_once_and_works(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        made = await send(browser, NEW, name="Roster feed", scopes="agency:read")
        credentials = shown(made.text)
        assert (await ask(world, credentials)).status_code == 200
        for path in (AT, f"{AT}/{credentials['client_id']}"):
            page = (await browser.get(path)).text
            assert "Roster feed" in page
            assert credentials["client_secret"] not in page

    async def test_the_form_sent_twice_makes_one_and_shows_the_same(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        first, again = [await send(browser, NEW, name="Roster feed", scopes="agency:read") for _ in range(2)]
        assert shown(first.text) == shown(again.text)
        assert world.kinds().count("client.made") == 1
        kept = world.database.sql("SELECT body FROM kept_answer WHERE agency_id = :a", a=world.agency.id)
        secret = shown(first.text)["client_secret"]
        assert secret
        assert all(secret.encode() not in bytes(body) for (body,) in kept)  # type: ignore[call-overload]

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"name": "", "scopes": "agency:read"}, "Give the program a name"),
            ({"name": "Feed", "scopes": ""}, "Choose at least one thing"),
            ({"name": "Feed", "scopes": "case:read"}, "Choose at least one thing"),
            ({"name": "Taken", "scopes": "agency:read"}, "An API client in use has this name"),
        ],
    )
    async def test_what_is_wrong_is_said_beside_its_field(
        self, world: World, browser: Browser, fields: dict[str, str], says: str
    ) -> None:
        await browser.sign_in(world.admin)
        await send(browser, NEW, name="Taken", scopes="agency:roster")
        refused = await send(browser, NEW, **fields)
        assert (refused.status_code, says in refused.text) == (422, True)
        assert world.kinds().count("client.made") == 1

    def test_every_scope_has_words(self) -> None:
        assert SCOPES.keys() == set(Scope)


class TestRevoking:
    async def test_it_is_refused_from_its_next_request_on(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        credentials = shown((await send(browser, NEW, name="Roster feed", scopes="agency:read")).text)
        token = (await ask(world, credentials)).json()["access_token"]
        at = f"{AT}/{credentials['client_id']}"
        assert (await send(browser, f"{at}/revoke")).status_code == 303
        headers = {"Authorization": f"Bearer {token}"}
        assert problem(await anyone(world, "GET", "/v1/agency", headers=headers)) == (401, "unauthenticated")
        page = (await browser.get(at)).text
        assert ("revoked" in page, "Revoke this API client" in page) == (True, False)

    async def test_it_is_no_account_of_a_person(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        client_id = shown((await send(browser, NEW, name="Roster feed", scopes="agency:read")).text)["client_id"]
        assert "Roster feed" not in (await browser.get("/admin/accounts")).text
        assert (await browser.get(f"/admin/accounts/{client_id}")).status_code == 404
        for act in ("roles", "invitation", "enable", "disable"):
            assert (await send(browser, f"/admin/accounts/{client_id}/{act}", role="intake")).status_code == 404

    async def test_another_agencys_and_none_are_the_same_nothing(
        self, world: World, neighbours: World, browser: Browser
    ) -> None:
        await browser.sign_in(world.admin)
        theirs = shown((await send(browser, NEW, name="Roster feed", scopes="agency:read")).text)["client_id"]
        await browser.sign_in(neighbours.admin)
        for client_id in (theirs, str(NOWHERE), "x"):
            assert (await browser.get(f"{AT}/{client_id}")).status_code == 404
            assert (await send(browser, f"{AT}/{client_id}/revoke")).status_code == 404


async def test_an_administrator_makes_one_and_ends_it_without_script(world: World, phone: Visitor) -> None:
    phone.expected = (422,)
    await phone.sign_in(world.admin)
    await phone.go(AT)
    await phone.follow("Make an API client")
    await phone.press("Make the API client")
    await phone.inspect("admin-client-errors")
    await phone.write("#name", "Personnel system")
    await phone.page.click("label[for=scopes]")
    await phone.press("Make the API client")
    await phone.inspect("admin-client-made")
    await phone.follow("Back to the API clients")
    await phone.inspect("admin-clients")
    await phone.follow("Personnel system")
    await phone.press("Revoke this API client")
    await phone.inspect("admin-client")
    assert "revoked" in await phone.text()
