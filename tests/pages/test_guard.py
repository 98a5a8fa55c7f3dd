"""S34, S43, S54: what stands before every page, and what a page looks like that refuses."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.agencies.doors import by_session
from app.api.app import create_app
from app.pages import assets
from app.pages.guard import own_form, session_form
from app.pages.refusals import MACHINES
from app.pages.uploads import session_upload
from tests.database import Database
from tests.pages.browsing import LAW, Visitor, rules, violations
from tests.proceedings.walk import filed
from tests.world import PASSWORD, Person, World, make_world

FORM = "application/x-www-form-urlencoded"


class Browser:
    """A cookie jar without a browser, to send what no browser of ours would."""

    def __init__(self, app: FastAPI, base: str) -> None:
        self.base = base
        transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
        self.client = httpx2.AsyncClient(transport=transport, base_url=base)

    async def get(self, path: str) -> httpx2.Response:
        return await self.client.get(path)

    async def post(self, path: str, fields: dict[str, str] | bytes, **headers: str) -> httpx2.Response:
        body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
        sent = {
            "Content-Type": FORM,
            "Sec-Fetch-Site": "same-origin",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        return await self.client.post(path, content=body, headers={k: v for k, v in sent.items() if v})

    async def sign_in(self, person: Person) -> httpx2.Response:
        return await self.post("/sign-in", {"email": person.email, "password": PASSWORD})

    async def token(self, path: str = "/") -> str:
        found = re.search(r'name="form_token" value="([0-9a-f]{64})"', (await self.get(path)).text)
        assert found is not None
        return found[1]


@pytest.fixture
def browser(pages_app: FastAPI, base: str) -> Browser:
    return Browser(pages_app, base)


def calls(dependant: Any) -> set[Any]:
    return {inner.call for inner in dependant.dependencies}.union(*(calls(inner) for inner in dependant.dependencies))


def page_routes(app: FastAPI) -> list[Any]:
    return [
        route
        for route in iter_route_contexts(app.routes)
        if getattr(route, "dependant", None) is not None and not (route.path or "").startswith(MACHINES)
    ]


class TestForms:
    """A form acts only when it comes from a page of ours, in the session that page was made for."""

    def test_every_page_that_acts_reads_a_guarded_form(self, pages_app: FastAPI) -> None:
        acting = [route for route in page_routes(pages_app) if "POST" in route.methods]
        assert len(acting) > 10
        for route in acting:
            guards = calls(route.dependant) & {own_form, session_form, session_upload}
            assert guards, route.path
            if route.path not in ("/sign-in", "/invitation", "/outcome", "/language"):  # nobody is signed in at these
                assert guards & {session_form, session_upload}, route.path
                assert by_session in calls(route.dependant), route.path

    def test_no_page_acts_by_another_method(self, pages_app: FastAPI) -> None:
        for route in page_routes(pages_app):
            assert route.methods <= {"GET", "HEAD", "POST"}, route.path

    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({"Sec_Fetch_Site": "same-origin"}, 303),
            ({"Sec_Fetch_Site": "cross-site"}, 403),
            ({"Sec_Fetch_Site": "same-site"}, 403),
            ({"Sec_Fetch_Site": "none"}, 403),
            ({"Sec_Fetch_Site": "", "Origin": "OURS"}, 303),
            ({"Sec_Fetch_Site": "", "Origin": "null"}, 403),
            ({"Sec_Fetch_Site": "", "Origin": "OURS.evil.example"}, 403),
            ({"Sec_Fetch_Site": "", "Origin": "https://evil.example"}, 403),
            ({"Sec_Fetch_Site": ""}, 403),
            ({"Sec_Fetch_Site": "cross-site", "Origin": "OURS"}, 403),
        ],
    )
    async def test_only_our_own_pages_may_send_one(
        self, world: World, browser: Browser, headers: dict[str, str], status: int
    ) -> None:
        await browser.sign_in(world.reporter)
        token = await browser.token()
        sent = {name: value.replace("OURS", browser.base) for name, value in headers.items()}
        answer = await browser.post("/file", {"form_token": token, "once": "x" * 20}, **sent)
        assert answer.status_code == status
        assert ("draft.saved" in world.kinds()) is (status == 303)

    async def test_a_form_without_its_token_or_with_anothers_is_refused(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.striker)
        others = await browser.token()
        await browser.sign_in(world.reporter)
        for token in ("", "0" * 64, others, "ä"):
            answer = await browser.post("/file", {"form_token": token, "once": "x" * 20})
            assert answer.status_code == 403
            assert "did not come from our own page" in answer.text
        assert "draft.saved" not in world.kinds()

    async def test_signing_in_is_guarded_too(self, world: World, browser: Browser) -> None:
        fields = {"email": world.reporter.email, "password": PASSWORD}
        answer = await browser.post("/sign-in", fields, Sec_Fetch_Site="cross-site")
        assert (answer.status_code, answer.headers.get("set-cookie")) == (403, None)

    async def test_what_a_foreign_page_sends_is_not_carried_over_a_sign_in(
        self, world: World, browser: Browser
    ) -> None:
        foreign = await browser.post("/file", {"once": "planted"}, Sec_Fetch_Site="cross-site")
        assert foreign.status_code in (303, 403)
        assert "planted" not in foreign.text
        own = await browser.post("/file", {"once": "typed"})
        assert (own.status_code, "typed" in own.text) == (401, True)


class TestTheCookieOverHttps:
    async def test_it_carries_the_host_prefix_and_is_secure(self, database: Database) -> None:
        app = create_app(database.settings(base_url="https://ia.example.test"), database.secrets)
        async with app.router.lifespan_context(app):
            world = await make_world(app, database)
            answer = await Browser(app, "https://ia.example.test").sign_in(world.reporter)
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-session=")
        for flag in ("HttpOnly", "Secure", "SameSite=strict", "Path=/"):
            assert flag in cookie
        assert "Domain" not in cookie
        assert "max-age" in answer.headers["strict-transport-security"]


class TestRefusals:
    """Outside the API a refusal is a page in words with a way on; inside it stays a problem."""

    async def test_an_unknown_address_is_a_page_and_an_unknown_api_path_a_problem(self, browser: Browser) -> None:
        page, api = await browser.get("/no/such/page"), await browser.get("/v1/no-such-thing")
        assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert (api.status_code, api.headers["content-type"]) == (404, "application/problem+json")
        for answer in (page, api):
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["cache-control"] == "no-store"

    async def test_a_page_asked_for_signed_out_leads_to_sign_in_and_back(self, browser: Browser) -> None:
        answer = await browser.get("/cases?state=triage")
        assert answer.status_code == 303
        assert answer.headers["location"] == "/sign-in?next=%2Fcases%3Fstate%3Dtriage"

    async def test_the_sixth_bad_try_is_told_to_wait(self, world: World, desk: Visitor) -> None:
        desk.expected = (401, 429)
        await desk.go("/sign-in")
        for _ in range(6):
            await desk.page.fill("#email", world.reporter.email) if await desk.page.locator("#email").count() else None
            await desk.page.fill("#password", "wrong wrong wrong wrong")
            await desk.press("Sign in")
        assert "wait" in (await desk.text()).lower()
        await desk.inspect("rate-limited")

    @pytest.mark.parametrize(
        "body",
        [
            b"\xff\xfe",
            b"narrative=%FF%FE&go=next",
            b"narrative=%00%01&go=next",
            b"narrative=%ED%A0%80&go=next",
            b"&".join(b"a=1" for _ in range(2000)),
            b"=&=&&;%",
            b"go=next&narrative=" + b"x" * 30_000,
        ],
    )
    async def test_no_form_gives_a_fault(self, world: World, browser: Browser, body: bytes) -> None:
        await browser.sign_in(world.reporter)
        token = (await browser.token()).encode()
        begun = await browser.post("/file", {"form_token": token.decode(), "once": "y" * 20})
        draft = begun.headers["location"].rsplit("/", 1)[0]
        for screen in ("narrative", "when", "statement", "harmed/new", "force/new", "view", "review"):
            answer = await browser.post(f"{draft}/{screen}", b"form_token=" + token + b"&" + body)
            assert answer.status_code in (303, 400, 403, 422), (screen, answer.status_code)
        for path in (draft + "/review", draft + "/force", "/file"):
            assert (await browser.get(path)).status_code == 200

    async def test_no_media_type_but_a_form_is_read(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.reporter)
        for kind in ("multipart/form-data; boundary=x", "text/plain", "application/json", ""):
            answer = await browser.post("/file", b'{"form_token": "x"}', Content_Type=kind)
            assert answer.status_code == 400

    async def test_a_draft_of_another_shape_opens_and_loses_nothing(self, world: World, browser: Browser) -> None:
        strange = {"answers": {"when": 5, "force": [{"key": 1}, "x"], "narrative": {"narrative": ["a"]}}, "kept": [1]}
        made = await world.reporter.post("/v1/drafts", {"content": strange})
        await browser.sign_in(world.reporter)
        at = f"/file/{made.json()['id']}"
        for screen in ("rule", "when", "force", "narrative", "review"):
            assert (await browser.get(f"{at}/{screen}")).status_code == 200
        token = await browser.token(f"{at}/narrative")
        await browser.post(f"{at}/narrative", {"form_token": token, "narrative": "So it was.", "go": "next"})
        content = (await world.reporter.get(f"/v1/drafts/{made.json()['id']}")).json()["content"]
        assert content["kept"] == [1]
        assert content["answers"]["narrative"]["narrative"] == "So it was."


class TestRights:
    """A page has no right of its own: who may not by the API may not by the page."""

    async def test_nobody_reads_the_report_or_draft_of_another(self, world: World, browser: Browser) -> None:
        walk = await filed(world)
        draft = (await world.reporter.post("/v1/drafts", {"content": {}})).json()["id"]
        for person in (world.striker, world.commander, world.board, world.admin):
            await browser.sign_in(person)
            for path in (f"/reports/{walk.report_id}", f"/reports/{walk.report_id}/receipt", f"/file/{draft}/when"):
                assert (await browser.get(path)).status_code == 404

    async def test_another_agency_finds_nothing(self, world: World, neighbours: World, browser: Browser) -> None:
        walk = await filed(world)
        await browser.sign_in(neighbours.commander)
        assert (await browser.get(f"/cases/{walk.case_id}")).status_code == 404
        assert walk.case_id not in (await browser.get("/cases")).text

    async def test_the_board_takes_no_step_and_a_supervisor_gives_no_view(self, world: World, browser: Browser) -> None:
        walk = await filed(world)
        await browser.sign_in(world.board)
        for path in ("/timeline", "/triage", "/steps/case.acknowledge"):
            assert (await browser.get(f"/cases/{walk.case_id}{path}")).status_code == 403
        await browser.sign_in(world.sergeant)
        assert (await browser.get(f"/cases/{walk.case_id}/view")).status_code == 403

    async def test_every_reading_at_a_page_leaves_its_entry(self, world: World, browser: Browser) -> None:
        walk = await filed(world)
        await browser.sign_in(world.sergeant)
        read = {
            "/cases": "case.listed",
            f"/cases/{walk.case_id}": "case.read",
            f"/cases/{walk.case_id}/timeline": "timeline.read",
            f"/cases/{walk.case_id}/steps/case.acknowledge": "steps.read",
            "/reports": "report.listed",
        }
        for path, kind in read.items():
            answer = await browser.get(path)
            entries = [e for e in world.entries() if e["what"]["req"] == answer.headers["x-request-id"]]
            assert kind in [entry["what"]["kind"] for entry in entries], path


class TestAssets:
    """Style and scripts come from a table made at the start; a browser may keep them for ever."""

    async def test_they_are_there_and_kept(self, browser: Browser) -> None:
        assert assets.are_there()
        for name in assets.assets().by_name:
            answer = await browser.get(assets.address(name))
            assert answer.status_code == 200
            assert "immutable" in answer.headers["cache-control"]

    async def test_nothing_else_is_served(self, browser: Browser) -> None:
        for path in ("own/../shell.py", "own/%2e%2e/shell.py", "css/../../package.json", "/etc/passwd", ""):
            assert (await browser.get(f"/assets/{assets.assets().edition}/{path}")).status_code == 404

    async def test_style_goes_packed_and_pages_do_not(self, browser: Browser) -> None:
        style = await browser.get(assets.address("css/uswds.min.css"))
        assert style.headers["content-encoding"] == "gzip"
        assert "content-encoding" not in (await browser.get("/sign-in")).headers


class TestTheApiPage:
    """The contract as a page, under the same strict policy, without a foreign host."""

    async def test_it_shows_every_path_and_complains_of_nothing(self, scripted: Visitor) -> None:
        await scripted.go("/api")
        await scripted.page.wait_for_selector(".opblock-tag", timeout=30_000)
        await scripted.page.locator(".opblock-tag[data-tag=reports]").click()
        await scripted.page.locator("#operations .opblock-summary-path").first.wait_for()
        assert "/v1/reports" in await scripted.page.locator("#api").inner_text()
        found = await Axe().run(scripted.page, options=rules(*LAW))
        assert violations(found) == []

    async def test_without_script_it_says_where_the_contract_is(self, desk: Visitor) -> None:
        await desk.go("/api")
        assert await desk.page.locator("a[href='/openapi.json']").is_visible()
