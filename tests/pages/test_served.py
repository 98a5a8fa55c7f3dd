"""S14 and product section 2, steps 8 and 9: what the accused and the harmed see, and that it is all they see."""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI

from app.proceedings import letters
from tests.findings.matter import CANARY, Matter, make_matter
from tests.pages.test_command import hidden
from tests.pages.test_guard import Browser
from tests.proceedings.walk import Walk, filed, problem
from tests.world import World

PERSON = "a man in a green coat"


@pytest.fixture
def browser(pages_app: FastAPI, base: str) -> Browser:
    return Browser(pages_app, base)


async def served(world: World) -> tuple[Matter, str]:
    matter = await make_matter(world)
    await matter.sustained()
    return matter, await matter.served()


class TestTheAccused:
    """A notice has its own page and nothing else of the case."""

    async def test_it_shows_the_charges_the_packet_and_the_dates(self, world: World, browser: Browser) -> None:
        matter, notice = await served(world)
        await browser.sign_in(world.bystander)
        page = (await browser.get(f"/notices/{notice}")).text
        for says in (matter.notice()["charges"], "Body-worn video, redacted", "ab" * 32, "Answer or waive by"):
            assert says in page

    async def test_nothing_else_of_the_case_is_in_it(self, world: World, browser: Browser) -> None:
        """No id, number, name or text of the case but what was served."""
        matter, notice = await served(world)
        await browser.sign_in(world.bystander)
        kept = world.database.sql(
            'SELECT c.id, c.incident_id, c.number FROM "case" c WHERE c.id = :id', id=matter.case_id
        )[0]
        secrets = {str(each) for each in kept if each} | {matter.report_id, matter.locator, matter.force}
        secrets |= {matter.failure, matter.assessment, matter.video, CANARY, "Alder Street", "green coat"}
        secrets |= {str(person.officer_id) for person in world.cast.values() if person.officer_id}
        secrets |= {str(person.account_id) for person in world.cast.values()}
        secrets |= {person.name for person in world.cast.values() if person is not world.bystander}
        finding = world.database.sql("SELECT finding_id FROM notice WHERE id = :id", id=notice)[0][0]
        secrets.add(str(finding))
        for path in ("/", "/notices", f"/notices/{notice}", f"/notices/{notice}/waive"):
            page = (await browser.get(path)).text
            assert not [each for each in secrets if each in page], path
            ids = set(re.findall(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", page))
            assert ids <= {notice}, path

    async def test_only_whom_one_was_served_is_led_to_notices(self, world: World, browser: Browser) -> None:
        _, notice = await served(world)
        await browser.sign_in(world.striker)
        assert "/notices" not in (await browser.get("/")).text
        assert "No notice was served on you" in (await browser.get("/notices")).text
        assert (await browser.get(f"/notices/{notice}")).status_code == 404
        await browser.sign_in(world.bystander)
        assert 'href="/notices"' in (await browser.get("/")).text
        await browser.sign_in(world.commander)
        assert (await browser.get(f"/notices/{notice}")).status_code == 404

    async def test_they_name_who_stands_by_them_and_the_agency_sees_it(self, world: World, browser: Browser) -> None:
        matter, notice = await served(world)
        await browser.sign_in(world.bystander)
        at = f"/notices/{notice}"
        form = {**hidden(await browser.get(at)), "name": "", "contact": "555 0100"}
        bare = await browser.post(f"{at}/representative", form)
        assert (bare.status_code, "Give the name of who stands by you" in bare.text) == (422, True)
        assert 'value="555 0100"' in bare.text
        assert (await browser.post(f"{at}/representative", {**form, "name": "Lodge 7, Ms. Ortiz"})).status_code == 303
        await browser.sign_in(world.commander)
        page = (await browser.get(f"/discipline/{matter.failure}")).text
        assert "Lodge 7, Ms. Ortiz" in page
        assert "notice.represented" in world.kinds()

    async def test_they_name_one_until_it_is_decided(self, world: World, browser: Browser) -> None:
        matter = await make_matter(world)
        notice = await matter.ready(is_sample=False)
        await browser.sign_in(world.bystander)
        at = f"/notices/{notice}"
        answered = (await browser.get(at)).text
        assert "I froze." in answered
        assert "Save the representative" in answered
        assert (await matter.decide(considered="Weighed.")).status_code == 201
        over = (await browser.get(at)).text
        assert "Save the representative" not in over
        assert "Name them here" not in over
        assert "You named no representative." in over

    async def test_they_answer_once(self, world: World, browser: Browser) -> None:
        _, notice = await served(world)
        await browser.sign_in(world.bystander)
        at = f"/notices/{notice}"
        form = hidden(await browser.get(at))
        assert (await browser.post(f"{at}/answer", {**form, "answer": " "})).status_code == 422
        assert (await browser.post(f"{at}/answer", {**form, "answer": "I froze."})).status_code == 303
        page = (await browser.get(at)).text
        assert "I froze." in page
        assert "Send my answer" not in page
        assert (await browser.get(f"{at}/waive")).status_code == 409

    async def test_waiving_asks_whether_one_is_sure(self, world: World, browser: Browser) -> None:
        _, notice = await served(world)
        await browser.sign_in(world.bystander)
        at = f"/notices/{notice}"
        page = await browser.get(f"{at}/waive")
        assert "Give no answer?" in page.text
        assert "notice.waived" not in world.kinds()
        assert (await browser.post(f"{at}/waive", hidden(page))).status_code == 303
        assert "You gave no answer, and said so." in (await browser.get(at)).text

    async def test_a_late_answer_is_taken_until_it_is_decided(self, world: World, browser: Browser) -> None:
        matter, notice = await served(world)
        matter.runs_out(notice)
        await browser.sign_in(world.bystander)
        page = (await browser.get(f"/notices/{notice}")).text
        assert "a late answer is still taken" in page
        assert "Send my answer" in page

    async def test_they_read_the_decision_where_they_answered(self, world: World, browser: Browser) -> None:
        matter = await make_matter(world)
        notice = await matter.ready(is_sample=False)
        await browser.sign_in(world.bystander)
        assert "The decision" not in (await browser.get(f"/notices/{notice}")).text
        assert (await matter.decide(considered="He froze; it weighs little.")).status_code == 201
        page = (await browser.get(f"/notices/{notice}")).text
        for said in ("The decision", "Written reprimand", "He froze; it weighs little.", "where you can appeal"):
            assert said in page
        assert "What happens next" not in page


async def decided(world: World) -> Walk:
    """A case with the board: nothing sustained, nobody told."""
    return await (await filed(world)).approved(force="not_sustained", failure="not_sustained")


async def letter(browser: Browser, walk: Walk, harmed: str = PERSON) -> httpx2.Response:
    page = await browser.get(f"/cases/{walk.case_id}/telling")
    at = f"/cases/{walk.case_id}/letter"
    return await browser.post(at, {**hidden(page), "harmed": harmed})


async def written_by(browser: Browser, walk: Walk, written: list[dict[str, Any]]) -> dict[str, Any]:
    assert (await letter(browser, walk)).status_code == 200
    return written[-1]


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The words of each letter, in order; each is still set in type."""
    seen: list[dict[str, Any]] = []
    set_in_type = letters._set

    def listen(words: dict[str, Any], at: Any) -> bytes:
        seen.append(words)
        return set_in_type(words, at)

    monkeypatch.setattr(letters, "_set", listen)
    return seen


def codes(words: dict[str, Any]) -> tuple[str, str]:
    """Locator and secret of a letter."""
    (_, _), (_, locator), (_, secret) = words["locator"]
    return locator, secret


class TestTellingPeople:
    """The case closes when the cleared and the harmed were told."""

    async def test_each_is_told_and_then_nobody_is_left(self, world: World, browser: Browser) -> None:
        walk = await decided(world)
        await browser.sign_in(world.commander)
        at = f"/cases/{walk.case_id}/telling"
        page = await browser.get(at)
        assert page.text.count("not told yet") == 3
        form = hidden(page)
        bare = await browser.post(at, {**form, "officer": str(world.striker.officer_id), "how": ""})
        assert (bare.status_code, "Say when and how they were told" in bare.text) == (422, True)
        for n, who in enumerate(({"officer": str(world.striker.officer_id)}, {"harmed": PERSON})):
            told = {"form_token": form["form_token"], "version": form["version"], "once": f"{n}" * 20, **who}
            assert (await browser.post(at, {**told, "how": "By telephone."})).status_code == 303
        assert (await browser.get(at)).text.count("not told yet") == 1

    async def test_a_commander_alone_tells(self, world: World, browser: Browser) -> None:
        walk = await decided(world)
        await browser.sign_in(world.investigator)
        assert (await browser.get(f"/cases/{walk.case_id}/telling")).status_code == 403


class TestTheLetter:
    """An accessible PDF in neutral words, and two codes that show how the matter stands and nothing else."""

    async def test_it_is_tagged_and_names_nobody(
        self, world: World, browser: Browser, written: list[dict[str, Any]]
    ) -> None:
        walk = await decided(world)
        await browser.sign_in(world.commander)
        made = await letter(browser, walk)
        assert (made.status_code, made.headers["content-type"]) == (200, "application/pdf")
        assert "attachment" in made.headers["content-disposition"]
        for mark in (b"/MarkInfo", b"/Lang", b"<pdfuaid:part>1</pdfuaid:part>", b"How the matter ended"):
            assert mark in made.content, mark
        words = str(written[-1])
        assert "Whether an officer used too much force" in words
        assert "Not sustained" in words
        number = world.database.sql('SELECT number FROM "case" WHERE id = :id', id=walk.case_id)[0][0]
        for other in [*(person.name.split()[-1] for person in world.cast.values()), PERSON, str(number)]:
            assert other not in words

    async def test_it_is_written_in_the_language_of_its_reader(
        self, world: World, browser: Browser, written: list[dict[str, Any]]
    ) -> None:
        walk = await decided(world)
        await browser.sign_in(world.commander)
        form = hidden(await browser.get(f"/cases/{walk.case_id}/telling"))
        made = await browser.post(f"/cases/{walk.case_id}/letter", {**form, "harmed": PERSON, "language": "es"})
        assert made.status_code == 200
        assert written[-1]["lang"] == "es"
        assert re.fullmatch(r"\d{1,2} de [a-z]+ de \d{4}", written[-1]["date"])

    async def test_only_hashes_are_kept(self, world: World, browser: Browser, written: list[dict[str, Any]]) -> None:
        walk = await decided(world)
        await browser.sign_in(world.commander)
        _, secret = codes(await written_by(browser, walk, written))
        [[kept]] = world.database.sql("SELECT secret_hash FROM outcome_letter WHERE case_id = :id", id=walk.case_id)
        assert str(kept).startswith("$argon2id$")
        answers = world.database.sql("SELECT body FROM kept_answer")
        assert not [body for (body,) in answers if secret.encode() in bytes(body)]  # type: ignore[call-overload]
        assert secret not in str(world.entries())

    async def test_both_codes_show_how_it_stands_however_they_are_typed(
        self, world: World, browser: Browser, written: list[dict[str, Any]]
    ) -> None:
        walk = await decided(world)
        await browser.sign_in(world.commander)
        locator, secret = codes(await written_by(browser, walk, written))
        page = (await browser.post("/outcome", {"locator": locator.lower(), "secret": secret.replace("-", " ")})).text
        assert "The oversight board is looking at the decision" in page
        assert walk.case_id not in page
        walk.stands("investigation")
        page = (await browser.post("/outcome", {"locator": locator, "secret": secret})).text
        assert "The matter is open again" in page

    async def test_a_wrong_secret_and_an_unknown_locator_get_the_same_answer(
        self, world: World, browser: Browser, written: list[dict[str, Any]]
    ) -> None:
        walk = await decided(world)
        await browser.sign_in(world.commander)
        locator, secret = codes(await written_by(browser, walk, written))
        answers = [
            await browser.post("/outcome", {"locator": "AAAA-AAAA-AAAA-AAAA", "secret": tried})
            for tried in (secret, "")
        ]
        wrong = await browser.post("/outcome", {"locator": locator, "secret": "AAAA-AAAA-AAAA-AAAA-AAAA"})
        assert [answer.status_code for answer in (*answers, wrong)] == [422] * 3
        shown = {answer.text.replace(locator, "").replace("AAAA-AAAA-AAAA-AAAA", "") for answer in (*answers, wrong)}
        assert len(shown) == 1

    async def test_five_wrong_tries_block_this_letter_and_no_other(
        self, world: World, browser: Browser, written: list[dict[str, Any]]
    ) -> None:
        walk = await decided(world)
        await browser.sign_in(world.commander)
        locator, secret = codes(await written_by(browser, walk, written))
        for _ in range(5):
            await browser.post("/outcome", {"locator": locator, "secret": "AAAA"})
        assert (await browser.post("/outcome", {"locator": locator, "secret": secret})).status_code == 429
        assert (await browser.post("/outcome", {"locator": "BBBB", "secret": secret})).status_code == 422

    async def test_another_letter_ends_the_codes_of_the_first(
        self, world: World, browser: Browser, written: list[dict[str, Any]]
    ) -> None:
        walk = await decided(world)
        await browser.sign_in(world.commander)
        first = codes(await written_by(browser, walk, written))
        second = codes(await written_by(browser, walk, written))
        status = {
            code: (await browser.post("/outcome", {"locator": code[0], "secret": code[1]})).status_code
            for code in (first, second)
        }
        assert status == {first: 422, second: 200}

    @pytest.mark.parametrize(
        ("name", "to"),
        [("Nguyễn Thị Ánh", "Nguyễn Thị Ánh"), ("王小明", "To the person concerned"), ('#eval("1") *x*', "")],
    )
    async def test_a_name_that_cannot_be_set_in_type_is_left_out_and_the_letter_is_not(
        self, world: World, browser: Browser, written: list[dict[str, Any]], name: str, to: str
    ) -> None:
        walk = await filed(world, harmed=[{"name": name}])
        walk.stands("board_review")
        await browser.sign_in(world.commander)
        made = await letter(browser, walk, name)
        assert (made.status_code, made.content[:5]) == (200, b"%PDF-")
        assert written[-1]["to"] == (to or name)

    async def test_there_is_none_before_an_outcome_and_none_for_a_stranger(self, world: World) -> None:
        walk = await filed(world)
        said = {"harmed": PERSON}
        assert problem(await walk.act(world.commander, "letters", **said)) == (409, "state-conflict")
        walk.stands("board_review")
        assert problem(await walk.act(world.commander, "letters", harmed="someone else")) == (422, "validation")
        assert problem(await walk.act(world.sergeant, "letters", **said))[0] in (403, 404)
        made = await walk.act(world.commander, "letters", **said)
        assert (made.status_code, made.content[:5]) == (201, b"%PDF-")
