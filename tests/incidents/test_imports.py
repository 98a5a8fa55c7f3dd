"""Force forms into incidents: all or nothing, once, with rosters and with entries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.agencies import actions
from app.agencies.models import Officer, Posting, Rank
from app.agencies.schemas import OfficerIn
from app.audit.log import record
from app.db.base import Base
from app.db.session import speak_for
from app.incidents.imports import Imported, import_force_forms
from app.incidents.models import ForceForm, FormConflict, Incident, Precision, Presence, PresenceRole, Source
from app.incidents.scenes import Scene
from tests.incidents.samples import HEADER, gathered, real_incidents, row, sheet, with_badges
from tests.shared import needs_shared
from tests.world import World, report_body

SHA = "ab" * 32
TABLES = (Incident, ForceForm, Presence, FormConflict, Officer, Posting)


async def bring(world: World, scenes: Sequence[Scene], **more: Any) -> Imported:
    async with world.transaction() as tx:
        return await import_force_forms(tx, world.agency, scenes, file_sha256=SHA, **more)


def told(*rows: dict[str, str]) -> tuple[Scene, ...]:
    return gathered(sheet(*rows)).scenes


def told_with_badges(*rows: dict[str, str]) -> tuple[Scene, ...]:
    return gathered(sheet(*rows, header=[*HEADER, "badge", "name"]), with_badges()).scenes


async def every(world: World, table: type[Base]) -> list[Any]:
    async with world.transaction() as tx:
        return list((await tx.scalars(select(table))).all())


async def counted(world: World) -> dict[str, int]:
    async with world.transaction() as tx:
        return {t.__tablename__: await tx.scalar(select(func.count()).select_from(t)) or 0 for t in TABLES}


class TestImport:
    async def test_forms_become_an_incident_with_a_roster(self, world: World) -> None:
        done = await bring(
            world,
            told(
                row(force_type="Used take down on", subject_injury="Complaint of pain", indoors="True"),
                row(officer="O2", officer_rank_as_entered="Sgt.", force_type="Used arms"),
            ),
        )
        assert done == Imported(incidents=1, forms=2, officers=2)
        (incident,) = await every(world, Incident)
        assert incident.agency_number == "T-1"
        assert incident.source is Source.FORCE_FORM
        assert incident.place == "Example County"
        assert incident.has_injury
        assert not incident.made_up
        assert incident.facts["force"] == ["take_down", "arms_hands"]
        assert incident.facts["subject_injuries"] == ["complaint_of_pain"]
        assert incident.facts["indoors"] == [True]
        present = await every(world, Presence)
        forms = await every(world, ForceForm)
        assert {one.role for one in present} == {PresenceRole.USED_FORCE}
        assert {one.source for one in present} == {Source.FORCE_FORM}
        assert {one.source_id for one in present} == {form.id for form in forms}
        assert {form.line for form in forms} == {2, 3}

    async def test_a_day_stays_a_day_at_the_agency(self, world: World) -> None:
        await bring(world, told(row(date="2025-07-04")))
        (incident,) = await every(world, Incident)
        assert incident.precision is Precision.DAY
        assert incident.occurred_at == datetime(2025, 7, 4, 6, tzinfo=UTC)  # Denver is six hours behind in summer

    async def test_a_form_keeps_what_it_said_and_not_what_it_left_out(self, world: World) -> None:
        await bring(world, told(row(officer_rank_as_entered="Sgt.", video="Body Worn")))
        (form,) = await every(world, ForceForm)
        assert form.form == {
            "when": {"day": "2025-03-09"},
            "officer": "O1",
            "force": ["arms_hands"],
            "place": "Example County",
            "rank": "sergeant",
            "rank_as_entered": "Sgt.",
            "subject_count": 1,
            "video": ["body_worn"],
        }

    async def test_an_officer_nobody_knows_is_kept_as_the_form_names_them(self, world: World) -> None:
        await bring(world, told(row(officer_rank_as_entered="LT")))
        (present,) = await every(world, Presence)
        async with world.transaction() as tx:
            officer = await tx.get(Officer, present.officer_id)
            posting = await tx.scalar(select(Posting).where(Posting.officer_id == present.officer_id))
        assert officer is not None
        assert posting is not None
        assert officer.source == "force_form"
        assert (posting.name, posting.rank, posting.from_on) == ("O1 of T-1", Rank.LIEUTENANT, date(2025, 3, 9))

    async def test_officers_of_two_incidents_are_not_one_because_the_forms_number_them_alike(
        self, world: World
    ) -> None:
        await bring(world, told(row(), row(incident="T-2")))
        assert len({one.officer_id for one in await every(world, Presence)}) == 2

    async def test_officers_of_forms_are_not_in_the_staff_directory(self, world: World) -> None:
        before = (await world.sergeant.get("/v1/officers")).json()
        await bring(world, told(row()))
        assert (await world.sergeant.get("/v1/officers")).json() == before

    async def test_conflicts_are_kept_as_facts(self, world: World) -> None:
        done = await bring(world, told(row(), row(officer="O2", subject_count="3"), row(officer="O2")))
        assert done.conflicts == 2
        kept = {one.what: one.values for one in await every(world, FormConflict)}
        assert kept == {"subject_count": [1, 3], "officer_twice": ["O2"]}

    async def test_progress_is_told_to_the_end(self, world: World) -> None:
        seen: list[tuple[int, int]] = []
        scenes = told(*(row(incident=f"P-{n}") for n in range(250)))
        await bring(world, scenes, progress=lambda done, of: seen.append((done, of)))
        assert seen == [(100, 250), (200, 250), (250, 250)]


class TestOnce:
    async def test_the_same_file_again_changes_nothing(self, world: World) -> None:
        scenes = told(row(), row(officer="O2", subject_count="2"), row(officer="O2"), row(incident="T-2"))
        await bring(world, scenes)
        before = await counted(world)
        done = await bring(world, scenes)
        assert done == Imported(unchanged=2)
        assert await counted(world) == before

    async def test_forms_in_another_order_are_still_the_same_forms(self, world: World) -> None:
        rows = (row(), row(officer="O2"), row(incident="T-2"))
        await bring(world, told(*rows))
        assert (await bring(world, told(*reversed(rows)))).forms == 0

    async def test_a_later_form_joins_its_incident(self, world: World) -> None:
        await bring(world, told(row(), row(officer="O2", force_type="Struck", subject_count="2")))
        done = await bring(
            world,
            told(
                row(),
                row(officer="O2", force_type="Struck", subject_count="2"),
                row(officer="O3", force_type="Used head", subject_injury="Concussion"),
                row(officer="O2", force_type="Other"),
            ),
        )
        assert done == Imported(incidents=1, forms=2, officers=1, conflicts=1)
        (incident,) = await every(world, Incident)
        assert incident.facts["force"] == ["arms_hands", "impact_weapon_strike", "head_strike", "other"]
        assert incident.has_injury
        assert len(await every(world, Presence)) == 3
        assert Counter(one.what for one in await every(world, FormConflict)) == {"subject_count": 1, "officer_twice": 1}

    async def test_a_dry_run_leaves_nothing(self, world: World) -> None:
        before, kinds = await counted(world), world.kinds()
        async with world.app.state.sessions() as tx:
            await speak_for(tx, world.agency.id)
            done = await import_force_forms(tx, world.agency, told(row()), file_sha256=SHA)
            await tx.rollback()
        assert done.incidents == 1
        assert await counted(world) == before
        assert world.kinds() == kinds

    async def test_a_fault_half_way_leaves_nothing(self, world: World) -> None:
        before = await counted(world)

        def pull_the_plug(done: int, of: int) -> None:
            raise ConnectionError

        with pytest.raises(ConnectionError):
            await bring(world, told(*(row(incident=f"F-{n}") for n in range(150))), progress=pull_the_plug)
        assert await counted(world) == before

    async def test_the_neighbours_incident_of_the_same_number_is_another(self, world: World, neighbours: World) -> None:
        await bring(world, told(row()))
        assert (await bring(neighbours, told(row()))).incidents == 1
        assert len(await every(neighbours, Incident)) == 1


class TestBadges:
    async def test_a_badge_on_the_roster_is_that_officer(self, world: World) -> None:
        await bring(world, told_with_badges(row(badge=str(world.striker.badge), date="2026-01-20")))
        (present,) = await every(world, Presence)
        assert present.officer_id == world.striker.officer_id

    async def test_before_anyone_held_it_the_badge_is_its_present_holder(self, world: World) -> None:
        await bring(world, told_with_badges(row(badge=str(world.striker.badge), date="2019-01-20", name="BAUER, B.")))
        (present,) = await every(world, Presence)
        assert present.officer_id == world.striker.officer_id

    async def test_but_not_where_the_form_gives_another_name(self, world: World) -> None:
        await bring(world, told_with_badges(row(badge=str(world.striker.badge), date="2019-01-20", name="Old Timer")))
        (present,) = await every(world, Presence)
        assert present.officer_id != world.striker.officer_id

    async def test_a_badge_that_changed_hands_is_whose_it_was_that_day(self, world: World) -> None:
        then, now = date(2020, 1, 1), date(2023, 1, 1)
        async with world.transaction() as tx:
            first = await actions.add_officer(
                tx,
                world.agency.id,
                OfficerIn(badge="77", name="First Holder", rank=Rank.OFFICER, from_on=then),
            )
            await actions.change_posting(
                tx,
                world.agency.id,
                first.officer_id,
                OfficerIn(badge="78", name="First Holder", rank=Rank.OFFICER, from_on=now),
            )
            second = await actions.add_officer(
                tx, world.agency.id, OfficerIn(badge="77", name="Second Holder", rank=Rank.OFFICER, from_on=now)
            )
        await bring(world, told_with_badges(row(badge="77", date="2021-05-05"), row(incident="T-2", badge="77")))
        by_number = {one.agency_number: one.id for one in await every(world, Incident)}
        present = {one.incident_id: one.officer_id for one in await every(world, Presence)}
        assert present[by_number["T-1"]] == first.officer_id
        assert present[by_number["T-2"]] == second.officer_id

    async def test_an_unknown_badge_is_one_officer_in_all_incidents(self, world: World) -> None:
        rows = [row(incident=f"B-{n}", badge="9911", name="A. Newman") for n in range(150)]
        done = await bring(world, told_with_badges(*rows))
        assert done.officers == 1
        assert len({one.officer_id for one in await every(world, Presence)}) == 1

    async def test_two_names_under_one_unknown_badge_are_two_officers(self, world: World) -> None:
        rows = [row(badge="9911", name="A. Newman"), row(incident="T-2", badge="9911", name="Old Timer")]
        assert (await bring(world, told_with_badges(*rows))).officers == 2

    async def test_an_unknown_badge_stays_free_for_the_roster(self, world: World) -> None:
        await bring(world, told_with_badges(row(badge="9911")))
        async with world.transaction() as tx:
            joined = OfficerIn(badge="9911", name="A. Newman", rank=Rank.OFFICER)
            assert (await actions.add_officer(tx, world.agency.id, joined)).badge == "9911"


class TestReported:
    """An incident that a report made first is the same incident when the forms come."""

    async def reported(self, world: World, days_off: int = 0) -> Incident:
        incident = Incident(
            agency_id=world.agency.id,
            agency_number="T-1",
            occurred_at=datetime(2025, 3, 9, 22, tzinfo=UTC) + timedelta(days=days_off),
            precision=Precision.MINUTE,
            place="5th and Main",
            source=Source.REPORT,
            facts={"force": ["punch"]},
            has_injury=False,
        )
        async with world.transaction() as tx:
            tx.add(incident)
            record(tx, "incident.made", ("incident", None), source="report", precision="minute")
        return incident

    async def test_forms_join_it_and_what_it_said_stays(self, world: World) -> None:
        await self.reported(world)
        await bring(world, told(row()))
        (incident,) = await every(world, Incident)
        assert (incident.source, incident.precision, incident.place) == (
            Source.REPORT,
            Precision.MINUTE,
            "5th and Main",
        )
        assert incident.facts["force"] == ["punch", "arms_hands"]
        assert len(await every(world, Presence)) == 1

    async def test_a_report_and_a_form_say_it_in_one_word_and_one_shape(self, world: World) -> None:
        body = report_body(world)
        where = {**body["incident"], "agency_number": "T-1", "encounter_type": "domestic", "location_type": "street"}
        where |= {"occurred_at": "2025-03-09T20:00:00Z"}
        filed = await world.reporter.post("/v1/reports", {**body, "incident": where})
        assert filed.status_code == 201, filed.text
        (reported,) = await every(world, Incident)
        assert reported.facts == {"encounter_types": ["domestic"], "location_types": ["street"]}
        await bring(world, told(row(encounter_type="Robbery", location_type="Street")))
        (incident,) = await every(world, Incident)
        assert incident.facts["encounter_types"] == ["domestic", "robbery"]
        assert incident.facts["location_types"] == ["street"]

    async def test_what_a_report_leaves_open_is_no_fact(self, world: World) -> None:
        body = report_body(world)
        where = {**body["incident"], "encounter_type": None, "location_type": None}
        assert (await world.reporter.post("/v1/reports", {**body, "incident": where})).status_code == 201
        (incident,) = await every(world, Incident)
        assert incident.facts == {}

    async def test_the_answer_does_not_tell_that_a_report_was_there(self, world: World, neighbours: World) -> None:
        await self.reported(world)
        assert await bring(world, told(row())) == await bring(neighbours, told(row()))
        assert await bring(world, told(row())) == await bring(neighbours, told(row()))

    async def test_a_number_of_another_day_is_another_incident(self, world: World) -> None:
        await self.reported(world, days_off=30)
        await bring(world, told(row()))
        assert len(await every(world, Incident)) == 2


class TestEntries:
    async def test_every_part_of_the_act_is_on_the_record(self, world: World) -> None:
        start = len(world.kinds())
        await bring(world, told(row(), row(officer="O2", subject_count="2"), row(incident="T-2")))
        assert Counter(world.kinds()[start:]) == {
            "incident.made": 2,
            "incident.imported": 2,
            "officer.added": 3,
            "presence.added": 3,
            "force_forms.imported": 1,
        }
        last = world.entries()[-1]
        assert last["of"] == {
            "file_sha256": SHA,
            "incidents": 2,
            "forms": 3,
            "officers": 3,
            "conflicts": 1,
        }

    async def test_no_entry_holds_a_name_or_a_number_of_the_file(self, world: World) -> None:
        start = len(world.entries())
        await bring(world, told_with_badges(row(badge="4711", name="A. Newman", county="Little Place")))
        written = str(world.entries()[start:])
        assert not [word for word in ("T-1", "O1", "4711", "Newman", "Little Place") if word in written]


@needs_shared
class TestRealIncidents:
    async def test_four_hundred_incidents_are_imported_once(self, world: World) -> None:
        with real_incidents().open("rb") as file:
            scenes = gathered(file).scenes
        done = await bring(world, scenes)
        assert done == Imported(
            incidents=400, forms=1029, officers=1016, conflicts=sum(len(scene.conflicts) for scene in scenes)
        )
        kept = Counter(one.what for one in await every(world, FormConflict))
        assert (kept["subject_count"], kept["officer_twice"]) == (20, 13)
        assert len(await every(world, Presence)) == 1016
        assert await bring(world, scenes) == Imported(unchanged=400)
