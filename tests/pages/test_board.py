"""Product section 2, steps 9 and 10: what the board sees, says, pulls and checks."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

from app.audit.keys import read_policy
from app.jobs.exports import Exporter
from tests.database import Database
from tests.pages.browsing import Visitor
from tests.pages.filer import choose, file_it, fill_in
from tests.proceedings.walk import filed
from tests.record import Recorder, exporter, pull, recorder, verify, verify_receipt
from tests.shared import PROJECT
from tests.world import World, report_body


class TestTheBoardMember:
    """The whole job: read what waits, dissent, pull the record, check it on one's own machine, pull the next part."""

    async def test_from_the_case_that_waits_to_a_second_export_that_joins(
        self, world: World, database: Database, visitor: Visitor, tmp_path: Path
    ) -> None:
        visitor.expected = (422,)
        walk = await (await filed(world)).reviewed()
        await visitor.sign_in(world.board)
        await visitor.inspect("board-home")
        assert "You sit on the oversight board" in await visitor.text()
        await visitor.follow("Cases to review")
        await visitor.inspect("reviews")
        assert "waits for the board's view" in await visitor.text()
        await visitor.page.locator(f"a[href='/cases/{walk.case_id}']").click()
        await visitor.inspect("overview-waiting")
        await self.shows_no_names_and_no_words(visitor)
        await visitor.follow("Give the board's view")
        await choose(visitor, "view", "The board dissents")
        await visitor.press("Record it")
        await visitor.inspect("board-view-errors")
        await visitor.page.fill("#reasons", "The video says otherwise.")
        await visitor.press("Record it")
        await visitor.inspect("overview-viewed")
        assert "The video says otherwise." in await visitor.text()
        assert "waits for the board's view" not in await visitor.text()
        await visitor.go("/reviews?show=dissented")
        assert "The board dissents" in await visitor.text()
        async with recorder(database) as at_work:
            at_work.make_keys(world.agency.id)
            async with exporter(at_work) as exports:
                await self.pulls_and_checks(world, at_work, exports, visitor, tmp_path)
        assert world.kinds().count("board.viewed") == 1
        assert world.kinds().count("export.downloaded") == 2

    @staticmethod
    async def shows_no_names_and_no_words(visitor: Visitor) -> None:
        shown = await visitor.page.content()
        for hidden in ("Rivera", "Bauer", "Haddad", "Alder Street", "He struck a man"):
            assert hidden not in shown
        assert "Officer A" in shown
        assert "Failure to intervene" in shown

    @staticmethod
    async def pulls_and_checks(
        world: World, at_work: Recorder, exports: Exporter, visitor: Visitor, tmp_path: Path
    ) -> None:
        desk = None
        for says in ("the whole record", "joins your download"):
            await visitor.follow("Audit exports")
            await choose(visitor, "purpose", "Periodic review")
            await visitor.press("Ask for an export")
            await at_work.settle(world.agency.id)
            await exports.make_all()
            await visitor.follow("Look again")
            await visitor.inspect(f"export-made-{says[:3]}")
            async with visitor.page.expect_download() as coming:
                await visitor.page.get_by_role("link", name=re.compile("^Download record-")).click()
            name = (await coming.value).suggested_filename
            await (await coming.value).save_as(tmp_path / name)
            line = await visitor.page.locator("pre.command", has_text="verify.py check").inner_text()
            assert line == f"python3 -I verify.py check {name} --policy policy.txt --state state.json"
            policy = read_policy(at_work.settings.policies_folder, world.agency.id)
            checked = verify((tmp_path / name).read_bytes(), policy, "--state", "state.json", folder=desk)
            assert checked.code == 0, checked.text
            desk = checked.folder
            await visitor.follow("Audit exports")
            await visitor.inspect(f"exports-{says[:3]}")
            assert says in await visitor.text()
        assert "continues the tree" in checked.text


class TestTheOverview:
    """Clocks, roles and dispositions; no name of a reporter, no word of a report."""

    async def test_its_pages_hold_before_their_fonts_have_come(self, world: World, phone: Visitor) -> None:
        """On a slow line words stand in another font for a while: nothing may grow too small to press."""
        phone.expected = (404,)
        walk = await filed(world)
        for context in (phone.page.context, phone.mirror.context):
            await context.route("**/*.woff2*", lambda route: route.fulfill(status=404))
        await phone.sign_in(world.board)
        for path in ("/reviews", f"/cases/{walk.case_id}", "/exports"):
            await phone.go(path)
            await phone.inspect()


class TestExports:
    """The board asks, waits, downloads and checks on its own machine."""

    async def test_from_a_report_filed_at_the_page_to_a_receipt_that_holds(
        self, world: World, database: Database, desk: Visitor
    ) -> None:
        async with recorder(database) as at_work:
            at_work.make_keys(world.agency.id)
            async with exporter(at_work):
                await desk.sign_in(world.reporter)
                await fill_in(desk, world)
                report_id = await file_it(desk)
                await desk.inspect("receipt-promised")
                assert "upstander-promise/v1" in await desk.text()
                answer = await desk.page.context.request.get(f"{desk.base}/reports/{report_id}/receipt.json")
                policy = read_policy(at_work.settings.policies_folder, world.agency.id)
                checked = verify_receipt(await answer.json(), policy)
                assert checked.code == 0, checked.text

    async def test_an_export_that_was_never_downloaded_does_not_move_the_next_one_on(
        self, world: World, database: Database, desk: Visitor
    ) -> None:
        async with recorder(database) as at_work, exporter(at_work) as exports:
            await pull(at_work, exports, world.board)
            asked = (await world.board.post("/v1/audit/exports", {"purpose": "mirror"})).json()
            await at_work.settle(world.agency.id)
            await exports.make_all()
            await desk.sign_in(world.board)
            await desk.go("/exports")
            await desk.inspect("exports-waiting")
            assert "An export is ready for you" in await desk.text()
            database.sql("UPDATE export SET expires_at = now() WHERE id = :id", id=asked["id"])
            await desk.go("/exports")
            assert "gone, never downloaded" in await desk.text()
            await desk.go(f"/exports/{asked['id']}")
            await desk.inspect("export-gone")
            again = (await world.board.post("/v1/audit/exports", {"purpose": "mirror"})).json()
            assert again["since_size"] == asked["since_size"]

    async def test_a_reader_who_skips_entries_is_told_so(self, world: World, database: Database, desk: Visitor) -> None:
        async with recorder(database) as at_work, exporter(at_work) as exports:
            await pull(at_work, exports, world.board)
            await pull(at_work, exports, world.commander)
            size = (await world.commander.get("/v1/audit/exports")).json()[0]["size"]
            await pull(at_work, exports, world.board, since=size)
            await desk.sign_in(world.board)
            await desk.go("/exports")
            await desk.inspect("exports-skipped")
            assert "Your downloads skip a part of the record" in await desk.text()
            assert "skips entries" in await desk.text()

    async def test_without_a_purpose_nothing_is_asked(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        await desk.sign_in(world.board)
        await desk.go("/exports")
        await desk.press("Ask for an export")
        await desk.inspect("exports-errors")
        assert "export.asked" not in world.kinds()

    async def test_an_officer_has_no_exports(self, world: World, desk: Visitor) -> None:
        desk.expected = (403,)
        await desk.sign_in(world.reporter)
        assert await desk.go("/exports") == 403
        await desk.inspect("forbidden")

    async def test_how_to_verify_is_for_everyone_and_prints(self, visitor: Visitor) -> None:
        await visitor.go("/verify")
        await visitor.inspect("verify")
        assert "verify.py check" in await visitor.text()
        await visitor.page.emulate_media(media="print")
        assert not await visitor.page.locator("footer").is_visible()
        assert await visitor.page.locator("pre.command").first.is_visible()

    async def test_the_verifier_is_handed_out_with_its_digest(self, desk: Visitor) -> None:
        await desk.go("/verify")
        answer = await desk.page.context.request.get(f"{desk.base}/verify/verify.py")
        served = await answer.body()
        assert served == (PROJECT / "app/verify.py").read_bytes()
        assert "attachment" in answer.headers["content-disposition"]
        assert sha256(served).hexdigest() in await desk.text()


class TestThoseFromOutside:
    """The outside reviewer works what was routed past the agency; the inspector pulls the record and opens no case."""

    async def test_the_outside_reviewer_is_told_what_they_are_here_for(self, world: World, desk: Visitor) -> None:
        world.database.sql(
            "UPDATE account SET disabled_at = now() WHERE id = :id", id=world.second_commander.account_id
        )
        walk, other = await filed(world), await filed(world, incident=elsewhere(world))
        assert (await world.commander.post(f"{walk.path}/recusal")).status_code == 204
        await desk.sign_in(world.outside)
        await desk.inspect("outside-home")
        assert "You are the outside reviewer" in await desk.text()
        await desk.follow("Cases")
        await desk.inspect("outside-cases")
        assert "routed past the whole agency" in await desk.text()
        shown = await desk.page.content()
        assert walk.case_id in shown
        assert other.case_id not in shown
        await desk.go(f"/cases/{walk.case_id}")
        await desk.inspect("outside-case")

    async def test_the_inspector_finds_exports_and_no_case(self, world: World, desk: Visitor) -> None:
        desk.expected = (403, 404)
        walk = await filed(world)
        await desk.sign_in(world.inspector)
        await desk.inspect("inspector-home")
        links = await desk.page.locator(".places__link").all_inner_texts()
        assert links == ["Audit exports"]
        assert await desk.go(f"/cases/{walk.case_id}") == 404
        assert await desk.go("/statistics") == 403
        for path in ("/cases", "/reviews"):
            await desk.go(path)
            assert walk.case_id not in await desk.page.content()


def elsewhere(world: World) -> dict[str, Any]:
    own: dict[str, Any] = report_body(world)["incident"]
    return {**own, "agency_number": "26-77"}
