"""Product section 2, step 1: an officer files from a web form, in steps, and nothing typed is lost."""

from __future__ import annotations

import asyncio
import json

from tests.pages.browsing import Visitor
from tests.pages.filer import NARRATIVE, add_officer, begin, choose, file_it, fill_in, say_when, say_where, yesterday
from tests.proceedings.walk import filed, ok
from tests.world import World


def filed_content(world: World, report_id: str) -> dict[str, object]:
    content: dict[str, object] = json.loads(
        str(world.database.sql("SELECT content FROM report WHERE id = :id", id=report_id)[0][0])
    )
    return content


class TestTheWalk:
    """From sign-in to receipt, without script, at a desk and on a phone; every page stands up to axe."""

    async def test_an_officer_files_a_report(self, world: World, visitor: Visitor) -> None:
        await visitor.sign_in(world.reporter)
        await fill_in(visitor, world, look=True)
        await visitor.inspect("file-review")
        assert "Due" in await visitor.text()
        report_id = await file_it(visitor)
        await visitor.inspect("receipt-filed")
        locator = await visitor.page.locator(".receipt__locator").inner_text()
        assert locator in await visitor.page.locator("#qr-desc").inner_html()
        assert "To be acknowledged." in await visitor.text()
        said = filed_content(world, report_id)
        assert said["narrative"] == NARRATIVE
        assert [o["officer_id"] for o in said["officers"]] == [  # type: ignore[attr-defined]
            str(world.striker.officer_id),
            str(world.bystander.officer_id),
        ]
        assert said["statement_class"] == "duty_report"
        assert world.kinds().count("report.filed") == 1
        await visitor.follow("My reports")
        await visitor.inspect("reports")
        await visitor.page.locator("table a").first.click()
        await visitor.page.wait_for_url("**/reports/*")
        await visitor.inspect("report")
        assert "pulled his arm" in await visitor.text()

    async def test_the_report_goes_past_those_who_were_named(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await fill_in(desk, world)
        await desk.go(f"{at}/present/new")
        await desk.page.fill("#badge", world.sergeant.badge or "")
        await desk.press("Save and go on")
        await choose(desk, "role", "Supervised")
        await desk.press("Save")
        await desk.go(f"{at}/review")
        await file_it(desk)
        holder = world.database.sql('SELECT holder_id FROM "case" WHERE agency_id = :a', a=world.agency.id)
        assert holder == [(world.lieutenant.account_id,)]


class TestNothingIsLost:
    """What was typed stays, whether it fits or not, and whatever button is pressed."""

    async def test_an_error_stands_beside_its_field_and_keeps_the_rest(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/when")
        await desk.press("Save and go on")
        assert desk.path == f"{at}/when"
        await desk.inspect("file-when-errors")
        await desk.page.fill("#on_day", "31")
        await desk.page.select_option("#on", "2")
        await desk.page.fill("#on_year", "2026")
        await desk.page.fill("#clock", "quarter to ten")
        await choose(desk, "precision", "About that hour")
        await desk.press("Save and go on")
        assert await desk.page.get_attribute("#clock", "aria-invalid") == "true"
        described = await desk.page.get_attribute("#clock", "aria-describedby")
        assert "clock-error" in (described or "")
        assert await desk.page.input_value("#clock") == "quarter to ten"
        assert await desk.page.is_checked("input[name=precision][value=hour]")
        await desk.page.locator("#summary a").first.click()
        assert desk.path.endswith("#on")
        await desk.go(f"{at}/when")
        assert await desk.page.input_value("#clock") == "quarter to ten"

    async def test_going_back_keeps_what_was_typed(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/officer_care")
        await desk.page.fill("#officer_care", "Haddad held his wrist.")
        await desk.press("Back")
        assert desk.path == f"{at}/aid"
        await desk.go(f"{at}/officer_care")
        assert await desk.page.input_value("#officer_care") == "Haddad held his wrist."

    async def test_finishing_later_keeps_the_draft_for_its_author_alone(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/narrative")
        await desk.page.fill("#narrative", NARRATIVE)
        await desk.press("Save and finish later")
        await desk.inspect("file-begin-drafts")
        sealed = world.database.sql("SELECT sealed FROM draft WHERE author_id = :a", a=world.reporter.account_id)
        assert b"cuffed" not in bytes(sealed[0][0])  # type: ignore[arg-type]
        desk.expected = (404,)
        await desk.sign_in(world.striker)
        assert await desk.go(f"{at}/narrative") == 404
        await desk.inspect("not-found")

    async def test_a_session_that_ended_gives_back_what_was_typed(self, world: World, desk: Visitor) -> None:
        desk.expected = (401,)
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/narrative")
        await desk.page.fill("#narrative", NARRATIVE)
        world.database.sql("UPDATE session SET ended_at = now() WHERE account_id = :a", a=world.reporter.account_id)
        await desk.press("Save and go on")
        await desk.inspect("sign-in-again")
        await desk.page.fill("#email", world.reporter.email)
        await desk.page.fill("#password", "correct horse battery staple")
        await desk.press("Sign in")
        await desk.inspect("carried")
        await desk.press("Send what I typed")
        assert desk.path == f"{at}/review"
        await desk.go(f"{at}/narrative")
        assert await desk.page.input_value("#narrative") == NARRATIVE

    async def test_turned_and_hidden_characters_are_shown_and_stay_as_typed(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/narrative")
        await desk.page.fill("#narrative", "He said \u202etrust\u202c me\u200b. <b>&amp;")
        await desk.press("Save and go on")
        assert "[U+202E]trust[U+202C] me[U+200B]. <b>&amp;" in await desk.text()
        await desk.go(f"{at}/narrative")
        assert await desk.page.input_value("#narrative") == "He said \u202etrust\u202c me\u200b. <b>&amp;"


class TestReview:
    """Everything is read once more before it is filed, and what is missing is one link away."""

    async def test_an_empty_draft_says_what_is_missing(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/review")
        await desk.inspect("file-review-empty")
        links = desk.page.locator("#summary a")
        hrefs = [await links.nth(n).get_attribute("href") for n in range(await links.count())]
        screens = [str(href).split("?")[0].rsplit("/", 1)[1] for href in hrefs]
        assert screens == ["statement", "when", "where", "force", "view", "acts", "narrative"]
        await choose(desk, "declares", "I declare")
        await desk.press("File this report")
        assert desk.path == f"{at}/review"
        assert "report.filed" not in world.kinds()

    async def test_a_change_from_the_review_leads_back_to_it(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/when?from=review")
        await say_when(desk, yesterday())
        await desk.press("Save and go on")
        assert desk.path == f"{at}/review"

    async def test_without_the_declaration_nothing_is_filed(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        await desk.sign_in(world.reporter)
        await fill_in(desk, world)
        await desk.press("File this report")
        assert await desk.page.get_attribute("#declares", "aria-invalid") == "true"
        await desk.inspect("file-review-undeclared")
        assert "report.filed" not in world.kinds()
        await file_it(desk)

    async def test_sent_twice_it_is_filed_once(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await fill_in(desk, world)
        token = await desk.page.get_attribute("main input[name=form_token]", "value")
        post = desk.page.context.request.post
        form: dict[str, str | float | bool] = {"form_token": token or "", "declares": "yes"}
        own = {"Origin": desk.base}
        answers = await asyncio.gather(
            *(post(f"{desk.base}{at}/review", form=form, headers=own, max_redirects=0) for _ in range(2))
        )
        assert [answer.status for answer in answers] == [303, 303]
        assert len({answer.headers["location"].split("?")[0].removesuffix("/receipt") for answer in answers}) == 1
        assert world.kinds().count("report.filed") == 1
        await desk.go(f"{at}/narrative")
        assert desk.path.startswith("/reports/")

    async def test_an_entry_can_be_changed_and_taken_out(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/force")
        await add_officer(desk, "force", badge="99999")
        assert "Not found on the roster" in await desk.text()
        await desk.page.get_by_role("link", name="Change badge 99999").click()
        await desk.page.wait_for_url("**/force/*")
        await desk.page.fill("#badge", world.striker.badge or "")
        await desk.press("Save and finish this entry")
        assert "Officer Bauer" in await desk.text()
        await desk.page.get_by_role("link", name="Remove").click()
        await desk.page.wait_for_url("**/remove")
        await desk.inspect("remove")
        await desk.press("Take it out")
        assert "No officer is named yet" in await desk.text()

    async def test_a_draft_can_be_deleted_and_a_filed_report_cannot(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/drop")
        await desk.press("Delete the draft")
        assert world.database.sql("SELECT 1 FROM draft WHERE author_id = :a", a=world.reporter.account_id) == []


class TestAddingAndKeeping:
    """Supplements stand beside the report; the receipt can be printed and saved."""

    async def test_a_supplement_stands_beside_the_report(self, world: World, desk: Visitor) -> None:
        desk.expected = (422,)
        await desk.sign_in(world.reporter)
        await fill_in(desk, world)
        report_id = await file_it(desk)
        await desk.go(f"/reports/{report_id}/supplement")
        await desk.inspect("supplement")
        await desk.press("Add it")
        await desk.inspect("supplement-errors")
        await desk.page.fill("#narrative", "I now remember a second blow.")
        await choose(desk, "declares", "I declare")
        await desk.press("Add it")
        await desk.inspect("report-supplemented")
        assert "I now remember a second blow." in await desk.text()
        assert world.kinds().count("report.supplemented") == 1

    async def test_a_question_of_the_agency_reaches_its_author(self, world: World, desk: Visitor) -> None:
        walk = await (await filed(world)).acknowledge()
        ok(await walk.step(world.sergeant, "case.return", reason="Which hand held the baton?"))
        await world.reporter.post("/v1/drafts", {"content": {}})
        await desk.sign_in(world.reporter)
        await desk.inspect("home-waits")
        assert "A report you began" in await desk.text()
        await desk.page.get_by_role("link", name="See what is asked").click()
        await desk.page.wait_for_url("**/reports/*")
        assert "Which hand held the baton?" in await desk.text()
        assert "Acknowledged." in await desk.text()
        await desk.inspect("report-asked")
        await desk.go("/reports")
        assert "You are asked to add to it" in await desk.text()
        await world.reporter.post(
            f"/v1/reports/{walk.report_id}/supplements", {"narrative": "The right one.", "declares_accuracy": True}
        )
        await desk.go("/")
        assert "You are asked" not in await desk.text()

    async def test_the_receipt_is_a_file_too(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        await fill_in(desk, world)
        report_id = await file_it(desk)
        answer = await desk.page.context.request.get(f"{desk.base}/reports/{report_id}/receipt.json")
        receipt = await answer.json()
        assert "attachment" in answer.headers["content-disposition"]
        assert receipt["content_sha256"] in await desk.text()
        assert receipt["locator"] in await desk.text()

    async def test_on_paper_stands_the_receipt_alone(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        await fill_in(desk, world)
        await file_it(desk)
        await desk.page.emulate_media(media="print")
        assert await desk.page.locator(".receipt").is_visible()
        assert not await desk.page.locator("nav.places").is_visible()
        assert not await desk.page.locator(".buttons").first.is_visible()


class TestTheWayThrough:
    """One question a screen; what does not arise is neither asked nor filed; one always sees how far one is."""

    async def test_a_question_arises_from_an_earlier_answer(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        for answer, comes in (("No", "why_not"), ("I was not there", "aid"), ("I tried to", "how")):
            await desk.go(f"{at}/acts")
            await choose(desk, "intervened", answer)
            await desk.press("Save and go on")
            assert desk.path == f"{at}/{comes}"
        await desk.go(f"{at}/view")
        await choose(desk, "saw", "I was told about it")
        await desk.press("Save and go on")
        assert desk.path == f"{at}/part"

    async def test_treatment_and_charges_are_asked_only_where_they_arise(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/harmed/new")
        await desk.page.fill("#description", "A man in a red coat")
        await desk.press("Save and go on")
        await desk.press("Save and go on")
        assert desk.path.endswith("/arrest")
        await choose(desk, "was_arrested", "Yes")
        await desk.press("Save and go on")
        assert desk.path.endswith("/charges")
        await desk.press("Back")
        await desk.press("Back")
        await choose(desk, "injuries", "Bruise")
        await desk.press("Save and go on")
        assert desk.path.endswith("/treatment")

    async def test_what_no_longer_arises_is_kept_in_the_draft_and_not_filed(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await fill_in(desk, world)
        await desk.go(f"{at}/acts?from=review")
        await choose(desk, "intervened", "No")
        await desk.press("Save and go on")
        assert "By voice" not in await desk.text()
        content = filed_content(world, await file_it(desk))
        assert content["own_acts"]["means"] == []  # type: ignore[index]

    async def test_the_needed_questions_alone_make_a_report(self, world: World, phone: Visitor) -> None:
        """Seven questions, each with one thing to say: five minutes on a phone."""
        await phone.sign_in(world.reporter)
        await begin(phone)
        await phone.follow("Go on")
        await phone.follow("Go on")
        await choose(phone, "warning", "I report this of my own will")
        await phone.press("Save and go on")
        await say_when(phone, yesterday())
        await phone.press("Save and go on")
        await say_where(phone)
        await phone.press("Save and go on")
        await phone.press("Save and skip to what is needed")
        await add_officer(phone, "force", badge=world.striker.badge or "")
        for field, answer in (("saw", "I saw all of it"), ("intervened", "There was no time to act")):
            await phone.page.locator(".all-questions summary").click()
            await phone.page.locator(".stand--needed").first.locator("xpath=preceding-sibling::a").click()
            await phone.page.wait_for_load_state()
            await choose(phone, field, answer)
            await phone.press("Save and go on")
        await phone.press("Save and skip to what is needed")
        await phone.page.fill("#narrative", NARRATIVE)
        await phone.press("Save and go on")
        await file_it(phone)

    async def test_the_list_tells_of_each_question_how_it_stands(self, world: World, phone: Visitor) -> None:
        phone.expected = (422,)
        await phone.sign_in(world.reporter)
        at = await begin(phone)
        await phone.go(f"{at}/when")
        await phone.page.fill("#clock", "quarter to ten")
        await phone.press("Save and go on")
        await phone.go(f"{at}/where")
        await say_where(phone)
        await phone.press("Save and go on")
        await phone.go(at)
        await phone.inspect("file-overview")
        stands = {
            await line.locator("a").inner_text(): await line.locator(".stand").inner_text()
            for line in await phone.page.locator(".questions > li").all()
        }
        assert stands["When did it happen?"] == "Look at it again"
        assert stands["Where did it happen?"] == "Answered"
        assert stands["Who used force?"] == "Needs an answer"
        assert stands["Whom have you told?"] == "May stay open"
        assert stands["The rule that applies to you"] == "To read"
        assert "How did you step in?" not in stands
        await phone.follow("Go on with: How does this statement come about?")
        assert phone.path == f"{at}/statement"


class TestTheKeyboard:
    """Everything can be reached and pressed without a pointing device."""

    async def test_a_screen_is_answered_with_keys_alone(self, world: World, desk: Visitor) -> None:
        await desk.sign_in(world.reporter)
        at = await begin(desk)
        await desk.go(f"{at}/retaliation")
        keys = desk.page.keyboard
        await desk.page.focus("#fears_retaliation")
        await keys.press("Space")
        await keys.press("Tab")
        async with desk.page.expect_navigation():
            await keys.press("Enter")
        assert desk.path == f"{at}/fear"
        await keys.press("Tab")
        await desk.page.focus("#fear_words")
        await keys.type("My partner")
        await keys.press("Tab")
        async with desk.page.expect_navigation():
            await keys.press("Enter")
        await desk.go(f"{at}/fear")
        assert await desk.page.input_value("#fear_words") == "My partner"
        await desk.go(f"{at}/retaliation")
        assert await desk.page.is_checked("#fears_retaliation")
