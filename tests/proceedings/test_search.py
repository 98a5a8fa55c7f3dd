"""Search finds what one may see and nothing else; what is walled and what is absent are answered alike."""

from __future__ import annotations

from typing import Any

import pytest

from tests.proceedings.test_walls import told_by, without_ids
from tests.proceedings.walk import Walk, filed, ok, problem
from tests.world import Person, World, make_world, report_body

EMPTY = {"cases": [], "people": [], "reports": [], "own_reports": [], "is_cut": False}


async def sought(person: Person, words: str) -> dict[str, Any]:
    found: dict[str, Any] = ok(await person.get("/v1/search", params={"q": words}))
    return found


async def at_quarry(world: World, **changes: Any) -> Walk:
    incident = {**report_body(world)["incident"], "place": "Quarry Lane 12", "agency_number": "26-QX7"}
    return await filed(world, **{"incident": incident, **changes})


class TestWhatIsFound:
    @pytest.mark.parametrize("words", ["quarry", "QUARRY lane", "uarr", "26-qx7", "qx7 12"])
    async def test_a_case_by_its_place_or_number(self, world: World, words: str) -> None:
        walk = await at_quarry(world)
        assert [hit["case_id"] for hit in (await sought(world.sergeant, words))["cases"]] == [walk.case_id]

    async def test_every_word_has_to_be_found(self, world: World) -> None:
        await at_quarry(world)
        assert await sought(world.intake, "quarry nowhere") == EMPTY

    async def test_a_person_on_a_roster_by_name_or_badge(self, world: World) -> None:
        walk = await at_quarry(world)
        for words in ("haddad", "officer hadd", world.bystander.badge or ""):
            [hit] = (await sought(world.sergeant, words))["people"]
            assert (hit["name"], hit["case_id"]) == ("Officer Haddad", walk.case_id)

    async def test_words_of_a_report_and_of_what_was_added_to_it(self, world: World) -> None:
        walk = await at_quarry(world, narrative="A whistle blew before the second blow.")
        more = {"narrative": "It was a referee's kazoo.", "declares_accuracy": True}
        ok(await world.reporter.post(f"/v1/reports/{walk.report_id}/supplements", more))
        for words in ("whistle blow", "whist", "kazoo"):
            [hit] = (await sought(world.sergeant, words))["reports"]
            assert (hit["report_id"], hit["author"]) == (walk.report_id, world.reporter.name)
        assert "whistle blew" in (await sought(world.sergeant, "whistle"))["reports"][0]["excerpt"]

    @pytest.mark.parametrize("words", ["muñoz", "MUÑOZ", "Mun\u0303oz", "straße", "o'neill", "neill"])
    async def test_letters_of_other_languages_are_letters(self, world: World, words: str) -> None:
        walk = await at_quarry(world, narrative="Muñoz and O'Neill came down the Straße.")
        assert [hit["report_id"] for hit in (await sought(world.sergeant, words))["reports"]] == [walk.report_id]

    async def test_codes_and_names_of_fields_are_no_words(self, world: World) -> None:
        await at_quarry(world)
        for words in ("narrative", "used_force", "contusion", "declares", "verbal"):
            assert (await sought(world.intake, words))["reports"] == []

    @pytest.mark.parametrize("words", ["%%", "__", "'':*", "\\\\", "!!", "(&", "<->"])
    async def test_signs_mean_nothing(self, world: World, words: str) -> None:
        await at_quarry(world)
        assert await sought(world.intake, words) == EMPTY
        assert await sought(world.intake, f"haddad{words}quarry'") == await sought(world.intake, "haddad quarry")

    async def test_too_little_is_refused(self, world: World) -> None:
        for query in ("", "?q=", "?q=a", "?q=" + "a" * 101, "?q=%00%00%00"):
            assert problem(await world.intake.get("/v1/search" + query)) == (422, "validation")


class TestCompartments:
    """S12, and the fear of retaliation: what is derived from a text stands where the text stands."""

    async def test_a_compelled_statement_is_found_by_those_alone_who_may_read_it(self, world: World) -> None:
        compelled = {"statement_class": "compelled", "warning": "compelled-1"}
        walk = await at_quarry(world, narrative="The zither fell.", **compelled)
        more = {"narrative": "So did the oboe.", "declares_accuracy": True}
        ok(await world.reporter.post(f"/v1/reports/{walk.report_id}/supplements", more))
        for words in ("zither", "oboe"):
            for person in (world.sergeant, world.intake):
                assert await sought(person, words) == EMPTY
            assert len((await sought(world.commander, words))["reports"]) == 1
        await walk.assign()
        assert len((await sought(world.investigator, "zither"))["reports"]) == 1

    async def test_words_of_fear_are_found_by_those_alone_who_may_read_them(self, world: World) -> None:
        await at_quarry(world, fear_words="They will take my locker.", narrative="He struck the locksmith.")
        assert await sought(world.sergeant, "locker") == EMPTY
        [hit] = (await sought(world.intake, "locker"))["reports"]
        assert "my locker" in hit["excerpt"]
        [hit] = (await sought(world.sergeant, "lock"))["reports"]
        assert "locksmith" in hit["excerpt"]

    async def test_the_board_finds_numbers_and_no_name_place_or_word(self, world: World) -> None:
        walk = await (await at_quarry(world, narrative="A whistle blew.")).open()
        number = (await walk.see())["number"]
        [hit] = (await sought(world.board, number))["cases"]
        assert (hit["case_id"], hit["place"], hit["agency_number"]) == (walk.case_id, None, None)
        for words in ("quarry", "qx7", "haddad", "whistle"):
            assert await sought(world.board, words) == EMPTY


class TestOnesOwn:
    async def test_an_officer_without_a_desk_finds_their_own_reports_alone(self, world: World) -> None:
        walk = await at_quarry(world, narrative="A whistle blew.", fear_words="My locker.")
        for words in ("whistle", "quarry", "locker"):
            found = await sought(world.reporter, words)
            assert [hit["report_id"] for hit in found["own_reports"]] == [walk.report_id]
            assert {**found, "own_reports": []} == EMPTY
            assert await sought(world.bystander, words) == EMPTY


ASKED = ("quarry", "qx7", "whistle", "haddad", "lindqvist", "oak", "nothing at all")


class TestTwinWorlds:
    """Two agencies that differ in one walled case answer the walled supervisor with the same bytes."""

    async def told(self, world: World) -> list[Any]:
        answers = [told_by(await world.sergeant.get("/v1/search", params={"q": words})) for words in ASKED]
        return [without_ids(answer, {}) for answer in answers]

    async def test_search_tells_nothing_of_it(self, app: Any, database: Any) -> None:
        one, other = await make_world(app, database), await make_world(app, database)
        for world in (one, other):
            oak = {"occurred_at": "2026-01-01T10:00:00Z", "precision": "hour", "place": "Oak Hill"}
            await filed(world, incident=oak)
        there = {"officer_id": str(one.sergeant.officer_id), "role": "used_force"}
        officers = [*report_body(one)["officers"], there]
        await at_quarry(one, by=one.stranger, officers=officers, narrative="A whistle blew.")
        assert (await sought(one.intake, "whistle"))["reports"]
        here, there_ = await self.told(one), await self.told(other)
        assert here == there_
        assert here[3][1]["people"]

    async def test_it_would_tell_of_a_case_that_is_not_walled(self, app: Any, database: Any) -> None:
        one, other = await make_world(app, database), await make_world(app, database)
        await at_quarry(one, by=one.stranger, narrative="A whistle blew.")
        assert await self.told(one) != await self.told(other)


class TestTheRecord:
    async def test_the_words_are_on_it_under_a_key_and_never_as_they_are(self, world: World, neighbours: World) -> None:
        walk = await at_quarry(world, narrative="A whistle blew.")
        await sought(world.intake, "Whistle blew")
        await sought(world.intake, "whistle")
        await sought(neighbours.intake, "whistle")
        first, second = [each for each in world.entries() if each["what"]["kind"] == "search.made"]
        [foreign] = [each for each in neighbours.entries() if each["what"]["kind"] == "search.made"]
        assert first["of"]["ids"] == second["of"]["ids"] == [walk.report_id]
        assert first["of"]["terms"][0] == second["of"]["terms"][0]
        assert second["of"]["terms"] != foreign["of"]["terms"]
        assert "whistle" not in str([first, second, foreign]).lower()

    async def test_a_report_that_was_shown_in_part_was_read(self, world: World) -> None:
        walk = await at_quarry(world, narrative="A whistle blew.")
        answer = await world.intake.get("/v1/search?q=whistle")
        entries = [e for e in world.entries() if e["what"]["req"] == answer.headers["x-request-id"]]
        [read] = [e for e in entries if e["what"]["kind"] == "report.read"]
        assert (read["on"]["id"], read["of"]["fields"]) == (walk.report_id, ["excerpt"])
