"""Files, accounts and settings at the administrator's pages: what they refuse, and that nothing is half done."""

from __future__ import annotations

import json
import re

import pytest
from fastapi import FastAPI

from tests.pages.keeper import (
    GOOD,
    HEAD,
    NEW_PASSWORD,
    field_of,
    multipart,
    own_matrix,
    send,
    upload,
)
from tests.pages.test_guard import Browser
from tests.world import World, today


@pytest.fixture
def browser(pages_app: FastAPI, base: str) -> Browser:
    return Browser(pages_app, base)


class TestUploads:
    """S41: limits before parsing; only a page of this session sends a file; exactly what was seen is applied."""

    async def test_a_foreign_or_tokenless_upload_is_refused(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        body, kind = multipart({"form_token": await browser.token("/admin")}, GOOD.encode())
        foreign = await browser.post("/admin/roster/import", body, Content_Type=kind, Sec_Fetch_Site="cross-site")
        bare, _ = multipart({"form_token": "0" * 64}, GOOD.encode())
        assert (
            foreign.status_code
            == (await browser.post("/admin/roster/import", bare, Content_Type=kind)).status_code
            == 403
        )

    async def test_what_is_no_such_form_is_refused(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        token = {"form_token": await browser.token("/admin")}
        kind = "multipart/form-data; boundary=edge"
        two, _ = multipart(token, b"x", files=2)
        many, _ = multipart({**token, **{f"f{n}": "x" for n in range(40)}}, b"x")
        broken = b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\xfe\r\n--edge--\r\n'
        for body in (two, many, broken, b"", b"--edge", b"\x00" * 50, b"--edge--\r\n"):
            assert (await browser.post("/admin/roster/import", body, Content_Type=kind)).status_code in (400, 403)
        for other in ("multipart/form-data", "application/json", "text/csv", "multipart/form-data; boundary="):
            assert (await browser.post("/admin/roster/import", two, Content_Type=other)).status_code == 400
        assert "roster.previewed" not in world.kinds()

    async def test_why_a_row_does_not_fit_is_said_in_the_readers_language(self, world: World, browser: Browser) -> None:
        twice = HEAD + "7001,Quentin Reyes,Sgt.,,\n7001,Nora Lund,Wizard,,7001\n7003,Una Ode,chief,,7009\n"
        says = {
            "en": ("This badge stands in row 2 too.", "This rank is not on the list: officer, detective"),
            "es": ("Esta placa figura también en la fila 2.", "Este rango no está en la lista: officer, detective"),
        }
        for language, sentences in says.items():
            world.database.sql("UPDATE account SET language = :l WHERE agency_id = :a", l=language, a=world.agency.id)
            await browser.sign_in(world.admin)
            at = (await upload(browser, twice.encode())).headers["location"]
            page = (await browser.get(at)).text
            assert [sentence for sentence in sentences if sentence not in page] == []

    async def test_no_file_and_too_large_a_one_are_told(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        assert "Choose the file" in (await upload(browser, b"")).text
        assert "larger than 768 KB" in (await upload(browser, b"x" * (769 * 1024))).text
        assert (await upload(browser, b"x" * (1024 * 1024))).status_code == 413

    async def test_a_preview_writes_nothing_and_tells_what_changes(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        changed = (
            HEAD + f"{world.reporter.badge},Officer Rivera,Sgt.,,{world.sergeant.badge}\n{GOOD.removeprefix(HEAD)}"
        )
        seen = await browser.get((await upload(browser, changed.encode())).headers["location"])
        assert "Officer Officer Rivera" in seen.text
        assert "Sergeant Officer Rivera" in seen.text
        assert not {"officer.added", "posting.changed", "unit.added", "roster.imported"} & set(world.kinds()[-4:])
        assert world.database.sql("SELECT count(*) FROM unit WHERE agency_id = :a", a=world.agency.id) == [(0,)]

    async def test_exactly_the_file_that_was_seen_is_applied_once(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        at = (await upload(browser, GOOD.encode())).headers["location"]
        sha256 = await field_of(browser, at, "sha256")
        assert (await send(browser, at, sha256="0" * 64)).status_code == 409
        assert (await send(browser, at, sha256=sha256)).status_code == 303
        imported = [e for e in world.entries() if e["what"]["kind"] == "roster.imported"]
        assert [e["of"]["file_sha256"] for e in imported] == [sha256]
        assert (await browser.get(at)).status_code == 404

    async def test_all_or_nothing_where_the_roster_moved_in_between(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        at = (await upload(browser, GOOD.encode())).headers["location"]
        sha256 = await field_of(browser, at, "sha256")
        world.database.sql("UPDATE posting SET badge = 'X1' WHERE badge = '1003' AND agency_id = :a", a=world.agency.id)
        assert (await send(browser, at, sha256=sha256)).status_code == 409
        assert "roster.imported" not in world.kinds()

    async def test_a_file_is_its_uploaders_alone_and_may_be_left(
        self, world: World, neighbours: World, browser: Browser
    ) -> None:
        await browser.sign_in(world.admin)
        at = (await upload(browser, GOOD.encode())).headers["location"]
        await browser.sign_in(neighbours.admin)
        assert (await browser.get(at)).status_code == 404
        await browser.sign_in(world.admin)
        again = (await upload(browser, GOOD.encode())).headers["location"]
        assert (await browser.get(at)).status_code == 404
        assert (await send(browser, f"{again}/drop")).status_code == 303
        assert world.database.sql("SELECT count(*) FROM roster_file WHERE agency_id = :a", a=world.agency.id) == [(0,)]


class TestAccounts:
    async def test_nobody_acts_on_their_own_account(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        at = f"/admin/accounts/{world.admin.account_id}"
        assert "another administrator has to do it" in (await browser.get(at)).text
        assert f'action="{at}' not in (await browser.get(at)).text
        for act in ("roles", "roles/agency_admin/end", "disable", "enable", "invitation"):
            answer = await send(browser, f"{at}/{act}", role="intake", version="1")
            assert answer.status_code == 409, act

    async def test_offices_that_exclude_each_other_are_told_in_words(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        at = f"/admin/accounts/{world.investigator.account_id}"
        answer = await send(browser, f"{at}/roles", role="custodian", version="1")
        assert (answer.status_code, "cannot hold these offices together" in answer.text) == (422, True)
        assert (await send(browser, f"{at}/roles", role="king", version="1")).status_code == 422
        assert (await send(browser, f"{at}/roles", role="intake", version="7")).status_code == 412

    async def test_a_disabled_account_is_out_at_its_next_page(
        self, world: World, browser: Browser, pages_app: FastAPI, base: str
    ) -> None:
        other = Browser(pages_app, base)
        await other.sign_in(world.intake)
        assert (await other.get("/cases")).status_code == 200
        await browser.sign_in(world.admin)
        at = f"/admin/accounts/{world.intake.account_id}"
        assert (await send(browser, f"{at}/disable", version="1")).status_code == 303
        assert (await other.get("/cases")).status_code == 303
        assert (await send(browser, f"{at}/enable", version="2")).status_code == 303
        assert (await other.get("/cases")).status_code == 200

    async def test_a_code_that_is_none_is_told_without_a_hint(self, browser: Browser) -> None:
        for secret in ("", "x" * 5000, "no\0thing", "ä"):
            answer = await browser.post(
                "/invitation", {"secret": secret, "password": NEW_PASSWORD, "again": NEW_PASSWORD}
            )
            assert answer.status_code == 422
            assert "not known, was used, or has run out" in answer.text
        foreign = await browser.post("/invitation", {"secret": "x"}, Sec_Fetch_Site="cross-site")
        assert foreign.status_code == 403


class TestSettings:
    async def test_the_name_is_changed_and_an_old_page_refused(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        assert (await send(browser, "/admin/settings", name="Metro Department", version="1")).status_code == 303
        assert "Metro Department" in (await browser.get("/admin/settings")).text
        assert (await send(browser, "/admin/settings", name="Other", version="1")).status_code == 412
        assert (await send(browser, "/admin/settings", name=" ", version="2")).status_code == 422

    async def test_hours_for_a_word_are_set_for_a_day_ahead(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        at = "/admin/settings/hours"
        assert "24 hours. Set by this service" in (await browser.get(at)).text
        day = {"in_force_from": "10", "in_force_from_day": "3", "in_force_from_year": str(today().year + 1)}
        assert (await send(browser, at, word="promptly", hours="6", **day)).status_code == 303
        page = (await browser.get(f"{at}?done=yes")).text
        assert f"promptly: 6 hours, from October 3, {today().year + 1}, ahead" in page
        assert "24 hours. Set by this service" in page
        none = await send(browser, at, word="", hours="many", in_force_from="")
        assert none.status_code == 422
        assert all(
            says in none.text for says in ("Choose one of the answers", "whole hours, from 1 to 720", "a day that")
        )
        come = await send(browser, at, word="promptly", hours="6", **{**day, "in_force_from_year": "2020"})
        assert (come.status_code, "must be a day ahead of us" in come.text) == (422, True)
        assert world.kinds().count("working_value.entered") == 1

    async def test_a_year_is_kept_and_a_day_added_and_taken_out(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        year = today().year + 1
        at = f"/admin/calendar/{year}"
        assert "This year is not kept yet" in (await browser.get(at)).text
        assert (await send(browser, f"{at}/take")).status_code == 303
        assert "This year is not kept yet" not in (await browser.get(at)).text
        founding = {"day": "10", "day_day": "3", "day_year": str(year), "name": "Founding day"}
        assert (await send(browser, at, **founding)).status_code == 303
        again = await send(browser, at, **{**founding, "name": "The same"})
        assert (again.status_code, "in the calendar already" in again.text) == (422, True)
        remove = re.search(r'action="(/admin/calendar/[^"]+/remove)"', (await browser.get(at)).text)
        assert remove is not None
        assert (await send(browser, remove[1])).status_code == 303
        for strange in ("1800", "9999", "soon", "20277"):
            assert (await browser.get(f"/admin/calendar/{strange}")).status_code == 404

    async def test_units_are_added_renamed_and_closed(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        assert (await send(browser, "/admin/units", name="Patrol", parent_id="")).status_code == 303
        assert (await send(browser, "/admin/units", name="", parent_id="nonsense")).status_code == 422
        at = re.search(r'href="(/admin/units/[0-9a-f-]{36})"', (await browser.get("/admin/units")).text)
        assert at is not None
        assert (await send(browser, at[1], name="Field", parent_id="")).status_code == 303
        assert "Patrol" in (await browser.get(at[1])).text
        assert (await send(browser, f"{at[1]}/close")).status_code == 303
        assert "Units that are no more" in (await browser.get("/admin/units")).text

    async def test_an_own_text_is_entered_once_for_a_day(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        said = {"citation": "GO 300.5", "title": "Duty to intervene", "text": "Step in.\n\nAt once."}
        day = {"in_force_from": "1", "in_force_from_day": "1", "in_force_from_year": "2025"}
        assert (await send(browser, "/admin/law/new", **said)).status_code == 422
        assert (await send(browser, "/admin/law/new", **said, **day)).status_code == 303
        again = await send(browser, "/admin/law/new", **{**said, "title": "Other"}, **day)
        assert (again.status_code, "Step in." in again.text) == (422, True)

    async def test_a_matrix_that_is_none_is_told_and_kept(self, world: World, browser: Browser) -> None:
        await browser.sign_in(world.admin)
        for pasted, says in (
            ("", "Choose a file"),
            ("{", "not JSON"),
            ("[]", "not JSON"),
            ('{"a": 1, "a": 1}', "not JSON"),
        ):
            answer = await upload(browser, None, path="/admin/matrices/new", matrix=pasted)
            assert (answer.status_code, says in answer.text) == (422, True), pasted
        ours = json.dumps(own_matrix("Ours", "2024-01-01"))
        loaded = await upload(browser, ours.encode(), path="/admin/matrices/new")
        assert loaded.status_code == 303
        again = await upload(browser, ours.encode(), path="/admin/matrices/new")
        assert (again.status_code, "a matrix of this name" in again.text) == (422, True)
        later = json.dumps(own_matrix("Later", "2024-01-01"))
        day = {"from_on": "6", "from_on_day": "1", "from_on_year": "2025"}
        behind = await upload(browser, later.encode(), path="/admin/matrices/new", **day)
        assert (behind.status_code, "holds on that day already" in behind.text) == (422, True)
        ahead = {**day, "from_on_year": "2099"}
        assert (await upload(browser, later.encode(), path="/admin/matrices/new", **ahead)).status_code == 303
