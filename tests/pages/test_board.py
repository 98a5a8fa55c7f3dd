"""Product section 2, steps 9 and 10: what the board sees, says, pulls and checks."""

from __future__ import annotations

import re
from pathlib import Path

from app.audit.keys import read_policy
from tests.database import Database
from tests.pages.browsing import Visitor
from tests.pages.filer import choose, file_it, fill_in
from tests.proceedings.walk import filed
from tests.record import exporter, recorder, verify, verify_receipt
from tests.world import World


class TestTheOverview:
    """Clocks, roles and dispositions; no name of a reporter, no word of a report."""

    async def test_the_board_sees_a_case_without_names_and_words(self, world: World, visitor: Visitor) -> None:
        walk = await (await filed(world)).approved(force="sustained", failure="sustained")
        await visitor.sign_in(world.board)
        await visitor.go("/cases")
        await visitor.inspect("board-cases")
        assert "Alder Street" not in await visitor.text()
        await visitor.go(f"/cases/{walk.case_id}")
        await visitor.inspect("overview")
        shown = await visitor.page.content()
        for hidden in ("Rivera", "Bauer", "Haddad", "Alder Street", "He struck a man"):
            assert hidden not in shown
        assert "Officer A" in shown
        assert "Failure to intervene" in shown

    async def test_the_board_gives_its_view_and_a_dissent_has_reasons(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        walk = await (await filed(world)).reviewed()
        await desk.sign_in(world.board)
        await desk.go(f"/cases/{walk.case_id}")
        await desk.follow("Give the board's view")
        await choose(desk, "view", "The board dissents")
        await desk.press("Record it")
        await desk.inspect("board-view-errors")
        await desk.page.fill("#reasons", "The video says otherwise.")
        await desk.press("Record it")
        await desk.inspect("overview-viewed")
        assert "The video says otherwise." in await desk.text()
        assert world.kinds().count("board.viewed") == 1


class TestExports:
    """The board asks, waits, downloads and checks on its own machine."""

    async def test_from_a_report_filed_at_the_page_to_a_verified_bundle(
        self, world: World, database: Database, visitor: Visitor, tmp_path: Path
    ) -> None:
        async with recorder(database) as at_work:
            at_work.make_keys(world.agency.id)
            async with exporter(at_work) as exports:
                await visitor.sign_in(world.reporter)
                await fill_in(visitor, world)
                report_id = await file_it(visitor)
                await visitor.inspect("receipt-promised")
                assert "upstander-promise/v1" in await visitor.text()
                answer = await visitor.page.context.request.get(f"{visitor.base}/reports/{report_id}/receipt.json")
                policy = read_policy(at_work.settings.policies_folder, world.agency.id)
                checked = verify_receipt(await answer.json(), policy)
                assert checked.code == 0, checked.text
                await visitor.sign_in(world.board)
                await visitor.follow("Audit exports")
                await visitor.inspect("exports-none")
                await choose(visitor, "purpose", "Periodic review")
                await visitor.press("Ask for an export")
                await visitor.inspect("export-asked")
                await at_work.settle(world.agency.id)
                await exports.make_all()
                await visitor.follow("Look again")
                await visitor.inspect("export-made")
                async with visitor.page.expect_download() as coming:
                    await visitor.page.get_by_role("link", name=re.compile("^Download record-0-")).click()
                await (await coming.value).save_as(tmp_path / "bundle.zip")
                outside = verify((tmp_path / "bundle.zip").read_bytes(), policy)
                assert outside.code == 0, outside.text
                await visitor.go("/exports")
                await visitor.inspect("exports")
        assert world.kinds().count("export.downloaded") == 1

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

    async def test_how_to_verify_is_for_everyone(self, world: World, visitor: Visitor) -> None:
        await visitor.go("/verify")
        await visitor.inspect("verify")
        assert "verify.py check" in await visitor.text()
