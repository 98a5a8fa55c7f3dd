"""Product section 2, steps 5, 7 and 8: the commander and the discipline authority at the pages."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from tests.findings.matter import Matter, load, make_matter
from tests.findings.test_approvals import resting_on_a_second_report
from tests.pages.test_guard import Browser
from tests.proceedings.walk import assessment_body, filed, ok
from tests.world import NOWHERE, World


@pytest.fixture
def browser(pages_app: FastAPI, base: str) -> Browser:
    return Browser(pages_app, base)


def hidden(page: httpx2.Response) -> dict[str, str]:
    """The hidden fields of the last form in the body of a page."""
    form = page.text.split("</main>", 1)[0].rsplit("<form", 1)[1]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


async def send(browser: Browser, path: str, to: str = "", /, **fields: Any) -> httpx2.Response:
    """Open a page and send its form with these fields."""
    page = await browser.get(path)
    assert page.status_code == 200, page.text
    return await browser.post(to or path, {**hidden(page), **fields})


async def in_review(world: World) -> tuple[Matter, str]:
    """A matter whose finding of failure to intervene waits for another person."""
    matter = await make_matter(world)
    finding = await matter.proposed()
    matter.stands("findings_review")
    return matter, finding


class TestAssigning:
    """A commander puts someone free of conflict in charge."""

    async def test_those_free_are_listed_and_one_is_given_the_case(self, world: World, browser: Browser) -> None:
        walk = await (await filed(world)).acknowledge()
        at = f"/cases/{walk.case_id}/assignments"
        await browser.sign_in(world.commander)
        page = await browser.get(at)
        assert world.investigator.name in page.text
        assert world.other_investigator.name in page.text
        fields = {
            "office": "investigator",
            "investigator_account": str(world.investigator.account_id),
            "investigator_reason": "Next in turn.",
        }
        assert (await send(browser, at, **fields)).status_code == 303
        assert f"Now: {world.investigator.name}" in (await browser.get(at)).text

    async def test_whoever_is_on_the_wall_or_held_the_other_office_is_not_there(
        self, world: World, browser: Browser
    ) -> None:
        walk = await (await filed(world)).acknowledge()
        await browser.sign_in(world.commander)
        at = f"/cases/{walk.case_id}/assignments"
        before = (await browser.get(at)).text
        assert world.chief.name in before
        here = {"officer_id": str(world.chief.officer_id), "role": "present"}
        ok(await walk.act(world.commander, "roster", **here))
        page = (await browser.get(at)).text
        assert world.chief.name not in page
        assert str(world.chief.account_id) not in page
        listed = ok(await world.commander.get(f"{walk.path}/candidates"))["candidates"]
        assert str(world.chief.account_id) not in str(listed)

    async def test_someone_on_the_wall_is_refused_as_one_who_does_not_exist(
        self, world: World, browser: Browser
    ) -> None:
        walk = await (await filed(world)).acknowledge()
        ok(await walk.act(world.commander, "roster", officer_id=str(world.chief.officer_id), role="present"))
        await browser.sign_in(world.commander)
        at = f"/cases/{walk.case_id}/assignments"
        answers = []
        for account in (world.chief.account_id, NOWHERE):
            fields = {
                "office": "discipline_authority",
                "discipline_authority_account": str(account),
                "discipline_authority_reason": "Highest rank.",
            }
            answer = await send(browser, at, **fields)
            assert answer.status_code == 422
            answers.append(re.sub(r'name="once" value="[^"]*"', "", answer.text))
        assert answers[0] == answers[1]

    async def test_what_was_typed_stays_where_a_reason_is_missing(self, world: World, browser: Browser) -> None:
        walk = await (await filed(world)).acknowledge()
        await browser.sign_in(world.commander)
        account = str(world.investigator.account_id)
        answer = await send(
            browser, f"/cases/{walk.case_id}/assignments", office="investigator", investigator_account=account
        )
        assert answer.status_code == 422
        assert f'value="{account}" checked' in answer.text
        assert "Say why this person" in answer.text

    @pytest.mark.parametrize("who", ["sergeant", "intake", "board"])
    async def test_nobody_else_assigns(self, world: World, browser: Browser, who: str) -> None:
        walk = await (await filed(world)).acknowledge()
        await browser.sign_in(world.cast[who])
        assert (await browser.get(f"/cases/{walk.case_id}/assignments")).status_code == 403


class TestReviewing:
    """A finding is answered by another person, who has opened what it rests on."""

    async def test_what_is_not_opened_is_named_and_opened_by_its_links(self, world: World, browser: Browser) -> None:
        _, finding = await in_review(world)
        await browser.sign_in(world.commander)
        page = (await browser.get(f"/findings/{finding}")).text
        assert "3 things left for you to open" in page
        assert "Record your answer" not in page
        for path in re.findall(rf'href="(/findings/{finding}/grounds/[0-9a-f-]+)"', page):
            assert (await browser.get(path)).status_code == 200
        page = (await browser.get(f"/findings/{finding}")).text
        assert "You have opened everything" in page
        assert "Record your answer" in page

    async def test_a_report_that_was_moved_to_another_incident_is_named_and_not_opened(
        self, world: World, browser: Browser
    ) -> None:
        matter, finding, report = await resting_on_a_second_report(world)
        await matter.open_all(world.commander, finding)
        await browser.sign_in(world.commander)
        assert (await browser.get(f"/findings/{finding}/grounds/{report}")).status_code == 200
        said = {"answer": "own_incident", "reason": "Another street."}
        ok(await matter.walk.act(world.intake, f"matches/{report}", **said))
        page = (await browser.get(f"/findings/{finding}")).text
        assert "moved to another incident" in page
        assert f"/grounds/{report}" not in page
        assert (await browser.get(f"/findings/{finding}/grounds/{report}")).status_code == 404
        answer = await send(browser, f"/findings/{finding}", answer="yes", reason="It follows.")
        assert answer.status_code == 409
        assert "Send the finding back" in answer.text

    async def test_an_answer_before_that_is_refused_in_words_and_kept(self, world: World, browser: Browser) -> None:
        _, finding = await in_review(world)
        await browser.sign_in(world.commander)
        fields = {"answer": "yes", "reason": "It follows.", "version": "1", "once": "x" * 20}
        sent = {**fields, "form_token": await browser.token()}
        answer = await browser.post(f"/findings/{finding}", sent)
        assert answer.status_code == 409
        assert "Open everything it rests on first" in answer.text
        assert "finding.approved" not in world.kinds()

    async def test_the_one_who_proposed_it_does_not_answer_it(self, world: World, browser: Browser) -> None:
        matter, finding = await in_review(world)
        world.database.sql(
            "UPDATE finding SET proposed_by = :a WHERE id = :id", a=world.commander.account_id, id=finding
        )
        await matter.open_all(world.commander, finding)
        await browser.sign_in(world.commander)
        page = (await browser.get(f"/findings/{finding}")).text
        assert "You proposed this finding" in page
        assert "Record your answer" not in page

    async def test_it_is_approved_or_sent_back_with_reasons(self, world: World, browser: Browser) -> None:
        matter, finding = await in_review(world)
        await matter.open_all(world.commander, finding)
        await browser.sign_in(world.commander)
        at = f"/findings/{finding}"
        bare = await send(browser, at, answer="no")
        assert (bare.status_code, "Give your reasons" in bare.text) == (422, True)
        assert (await send(browser, at, answer="no", reason="The vantage is not told.")).status_code == 303
        assert world.kinds()[-1] == "finding.sent_back"
        assert "The vantage is not told." in (await browser.get(at)).text

    async def test_a_finding_on_an_outdated_assessment_is_sent_back_alone(self, world: World, browser: Browser) -> None:
        matter, finding = await in_review(world)
        await matter.open_all(world.commander, finding)
        matter.stands("investigation")
        await matter.assess(world.bystander)
        matter.stands("findings_review")
        await browser.sign_in(world.commander)
        refused = await send(browser, f"/findings/{finding}", answer="yes", reason="It follows.")
        assert (refused.status_code, "has a newer revision" in refused.text) == (409, True)
        assert (await send(browser, f"/findings/{finding}", answer="no", reason="On the newest.")).status_code == 303

    async def test_nobody_answers_what_changed_since(self, world: World, browser: Browser) -> None:
        matter, finding = await in_review(world)
        await matter.open_all(world.commander, finding)
        await browser.sign_in(world.commander)
        page = await browser.get(f"/findings/{finding}")
        world.database.sql("UPDATE finding SET version = 2 WHERE id = :id", id=finding)
        sent = {**hidden(page), "answer": "yes", "reason": "It follows."}
        assert (await browser.post(f"/findings/{finding}", sent)).status_code == 412

    async def test_a_wall_closes_the_finding_and_what_it_rests_on(self, world: World, browser: Browser) -> None:
        matter, finding = await in_review(world)
        await browser.sign_in(world.bystander)
        for path in (f"/findings/{finding}", f"/findings/{finding}/grounds/{matter.video}"):
            assert (await browser.get(path)).status_code == 404
        await browser.sign_in(world.board)
        assert (await browser.get(f"/findings/{finding}")).status_code == 403

    async def test_only_what_it_rests_on_is_opened_through_it(self, world: World, browser: Browser) -> None:
        matter, finding = await in_review(world)
        other = await matter.walk.evidence()
        await browser.sign_in(world.commander)
        assert (await browser.get(f"/findings/{finding}/grounds/{other}")).status_code == 404


class TestWhatChanged:
    """The revision one last opened stands beside the present one; changes are said in words."""

    async def test_a_finding_made_anew_stands_beside_the_one_that_was_seen(
        self, world: World, browser: Browser
    ) -> None:
        matter, first = await in_review(world)
        await browser.sign_in(world.commander)
        assert "What changed" not in (await browser.get(f"/findings/{first}")).text
        matter.stands("investigation")
        second = await matter.proposed(
            rationale="He stood two steps away for ten seconds.", disposition="not_sustained"
        )
        for _ in range(2):
            page = (await browser.get(f"/findings/{second}")).text
            assert "What changed since you last looked" in page
            assert re.search(r"Disposition <span class=\"tag tag--changed\">changed</span>", page)
            assert "[gone:] </span>forty<" in page
            assert "[new:] </span>ten<" in page

    async def test_an_assessment_stands_beside_the_revision_that_was_seen(self, world: World, browser: Browser) -> None:
        matter = await make_matter(world)
        await matter.open(world.commander, "assessment")
        body = assessment_body(matter.report_id)
        body["elements"]["knowledge"] = {"answer": "no", "reasoning": "He faced away.", "evidence": [matter.video]}
        newest = await matter.assess(world.bystander, elements=body["elements"])
        finding = await matter.proposed(assessment_id=newest)
        await browser.sign_in(world.commander)
        page = (await browser.get(f"/findings/{finding}/grounds/{newest}")).text
        assert "You last opened revision 1" in page
        assert "Did the officer know of it?" in page
        assert "changed</span>" in page
        assert "He faced away" in page

    async def test_nothing_is_compared_that_somebody_else_saw(self, world: World, browser: Browser) -> None:
        matter, first = await in_review(world)
        await matter.open_all(world.second_commander, first)
        matter.stands("investigation")
        second = await matter.proposed(rationale="Anew.")
        await browser.sign_in(world.commander)
        assert "What changed" not in (await browser.get(f"/findings/{second}")).text


class TestServing:
    """The commander serves charges and packet; what names a reporter is refused in words."""

    async def test_a_notice_is_served_with_its_packet(self, world: World, browser: Browser) -> None:
        matter = await make_matter(world)
        await matter.sustained()
        await browser.sign_in(world.commander)
        at = f"/discipline/{matter.failure}"
        assert "Nothing is served yet" in (await browser.get(at)).text
        served = await send(browser, f"{at}/notice", **notice_fields())
        assert served.status_code == 303
        page = (await browser.get(at)).text
        assert "Body-worn video, redacted" in page
        assert "AB" * 32 not in page
        assert "ab" * 32 in page

    async def test_what_names_a_reporter_or_is_no_hash_is_said_beside_its_field(
        self, world: World, browser: Browser
    ) -> None:
        matter = await make_matter(world)
        await matter.sustained()
        await browser.sign_in(world.commander)
        fields = notice_fields(charges="Officer Rivera saw you.", sha256="12", days="3")
        answer = await send(browser, f"/discipline/{matter.failure}/notice", **fields)
        assert answer.status_code == 422
        for says in ("SHA-256 has 64 figures", "number of days from 10 to 180"):
            assert says in answer.text
        assert "Officer Rivera saw you." in answer.text
        named = notice_fields(charges="Officer Rivera saw you.")
        answer = await send(browser, f"/discipline/{matter.failure}/notice", **named)
        assert (answer.status_code, "names who reported" in answer.text) == (422, True)
        assert "notice.served" not in world.kinds()

    async def test_more_items_make_room_and_keep_what_was_typed(self, world: World, browser: Browser) -> None:
        matter = await make_matter(world)
        await matter.sustained()
        await browser.sign_in(world.commander)
        answer = await send(browser, f"/discipline/{matter.failure}/notice", more="yes", **notice_fields())
        assert answer.status_code == 200
        assert answer.text.count('name="title"') == 4
        assert 'value="Body-worn video, redacted"' in answer.text


def notice_fields(**changes: str) -> dict[str, str]:
    fields = {"charges": "That he did not step in.", "title": "Body-worn video, redacted", "sha256": "AB" * 32}
    return {**fields, "days": "10", **changes}


class TestTheWorksheet:
    """The cell of the matrix of the incident's day, what weighs, and a proposal inside or outside its range."""

    async def test_the_range_of_the_chosen_cell_is_shown_and_the_sample_is_marked(
        self, world: World, browser: Browser
    ) -> None:
        matter = await make_matter(world)
        await load(world)
        await matter.sustained()
        await browser.sign_in(world.commander)
        at = f"/discipline/{matter.failure}/worksheet"
        cells = (await browser.get(at)).text
        assert "Sample matrix." in cells
        assert "names this duty" in cells
        page = (await browser.get(f"{at}?category=C&level=1")).text
        assert "Written reprimand to Suspension without pay, 5 days" in page
        assert (await browser.get(f"{at}?category=Z&level=1")).status_code == 404
        assert (await browser.get(f"{at}?category=C&level=x")).status_code == 404

    async def test_outside_the_range_it_needs_a_reason_and_says_where_it_lies(
        self, world: World, browser: Browser
    ) -> None:
        matter = await make_matter(world)
        await load(world)
        await matter.sustained()
        await browser.sign_in(world.commander)
        at = f"/discipline/{matter.failure}/worksheet"
        fields = {"penalty": "unpaid_suspension", "amount": "20", "a_rank": "He led.", "a_rank_evidence": matter.video}
        bare = await send(browser, f"{at}?category=C&level=1", at, **fields)
        assert (bare.status_code, "outside the range of the cell: say why" in bare.text) == (422, True)
        assert "He led." in bare.text
        assert f'value="{matter.video}" checked' in bare.text
        reason = {"departure_reason": "Three warnings went before."}
        assert (await send(browser, f"{at}?category=C&level=1", at, **fields, **reason)).status_code == 303
        page = (await browser.get(f"/discipline/{matter.failure}")).text
        for says in ("above the range", "Three warnings went before.", "He led."):
            assert says in page

    async def test_a_penalty_and_its_number_go_together(self, world: World, browser: Browser) -> None:
        matter = await make_matter(world)
        await load(world)
        await matter.sustained()
        await browser.sign_in(world.commander)
        at = f"/discipline/{matter.failure}/worksheet"
        cell = f"{at}?category=C&level=1"
        for fields, says in (
            ({"penalty": "unpaid_suspension"}, "This penalty needs a number"),
            ({"penalty": "reprimand", "amount": "3"}, "This penalty has no number"),
            ({"penalty": "flogging"}, "Choose one of the answers"),
            ({"penalty": "reprimand", "m_candour_evidence": matter.video}, "Say how it weighs"),
        ):
            answer = await send(browser, cell, at, **fields)
            assert (answer.status_code, says in answer.text) == (422, True), fields
        assert "worksheet.proposed" not in world.kinds()


class TestDeciding:
    """Somebody else decides, with worksheet, notice and answer before them."""

    async def test_it_is_decided_after_the_answer_was_weighed(self, world: World, browser: Browser) -> None:
        matter = await make_matter(world)
        await matter.ready()
        await browser.sign_in(world.authority)
        at = f"/discipline/{matter.failure}/decision"
        page = (await browser.get(at)).text
        for says in ("I froze.", "The accused answered", "Written reprimand to Suspension without pay, 5 days"):
            assert says in page
        bare = await send(browser, at, penalty="reprimand")
        assert (bare.status_code, "Say how you weighed the answer" in bare.text) == (422, True)
        assert (await send(browser, at, penalty="reprimand", considered="It weighs little.")).status_code == 303
        assert "It weighs little." in (await browser.get(f"/discipline/{matter.failure}")).text

    async def test_a_departure_needs_its_reason(self, world: World, browser: Browser) -> None:
        matter = await make_matter(world)
        await matter.ready()
        await browser.sign_in(world.authority)
        at = f"/discipline/{matter.failure}/decision"
        fields = {"penalty": "termination", "considered": "It weighs little."}
        bare = await send(browser, at, **fields)
        assert (bare.status_code, "outside the range of the cell: say why" in bare.text) == (422, True)
        assert (await send(browser, at, **fields, departure_reason="He lied as well.")).status_code == 303

    async def test_what_stands_against_it_is_told_before_anything_is_typed(
        self, world: World, browser: Browser
    ) -> None:
        matter = await make_matter(world)
        await load(world)
        await matter.sustained()
        await matter.worksheet_made()
        await browser.sign_in(world.authority)
        at = f"/discipline/{matter.failure}/decision"
        assert "has not been served a notice" in (await browser.get(at)).text
        await matter.served()
        page = (await browser.get(at)).text
        assert "neither answered nor waived" in page
        assert "Decide</button>" not in page

    async def test_an_answer_that_came_since_makes_the_form_old(self, world: World, browser: Browser) -> None:
        matter = await make_matter(world)
        await load(world)
        await matter.sustained()
        notice = await matter.served()
        await matter.worksheet_made()
        matter.runs_out(notice)
        await browser.sign_in(world.authority)
        page = await browser.get(f"/discipline/{matter.failure}/decision")
        assert "The time to answer ran out" in page.text
        ok(await matter.answer(notice, {"answer": "I froze."}))
        sent = {**hidden(page), "penalty": "reprimand", "considered": "There was none."}
        assert (await browser.post(f"/discipline/{matter.failure}/decision", sent)).status_code == 412

    @pytest.mark.parametrize("who", ["commander", "investigator"])
    async def test_nobody_else_decides(self, world: World, browser: Browser, who: str) -> None:
        matter = await make_matter(world)
        await matter.ready()
        await browser.sign_in(world.cast[who])
        assert (await browser.get(f"/discipline/{matter.failure}/decision")).status_code == 403
        page = (await browser.get(f"/discipline/{matter.failure}")).text
        assert "Go to the decision" not in page


class TestWalls:
    """Whoever stepped aside finds nothing of the case on any of these pages, and acts on none."""

    async def test_every_page_and_act_is_as_absent(self, world: World, browser: Browser) -> None:
        matter, finding = await in_review(world)
        ok(await world.commander.post(f"{matter.walk.path}/recusal"))
        await browser.sign_in(world.commander)
        token = await browser.token()
        case, discipline = f"/cases/{matter.case_id}", f"/discipline/{matter.failure}"
        acts = [f"{case}/assignments", f"{case}/telling", f"/findings/{finding}"]
        acts += [f"{discipline}/{what}" for what in ("notice", "worksheet", "decision")]
        seen = [*acts, f"{case}/findings", f"/findings/{finding}/grounds/{matter.video}", discipline]
        for path in seen:
            assert (await browser.get(path)).status_code == 404, path
        for path in (*acts, f"{case}/letter"):
            sent = {"form_token": token, "once": "x" * 20, "version": "1"}
            assert (await browser.post(path, sent)).status_code == 404, path
