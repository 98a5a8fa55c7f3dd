"""What an administrator keeps: nothing is overwritten, nothing tells of a case, nobody helps themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx2
import pytest

from app.provisions.clocks import Limit, Unit, UnknownCalendar, due
from app.provisions.working_days import working_days
from tests.agencies.test_sign_in import ask_for_token
from tests.proceedings.walk import filed, ok, problem
from tests.world import NOWHERE, Person, World, report_body, today

R = "/v1/officers"


def post_of(person: Person, **changes: Any) -> dict[str, Any]:
    return {"badge": person.badge, "name": person.name, "rank": "sergeant", **changes}


class TestPostings:
    """A new post closes the former one; both stay on file."""

    async def test_a_promotion_keeps_what_was(self, world: World) -> None:
        at = f"{R}/{world.reporter.officer_id}/postings"
        ok(await world.admin.post(at, post_of(world.reporter, from_on=str(today() - timedelta(days=3)))))
        was, is_now = ok(await world.admin.get(at))
        assert (was["rank"], was["until_on"]) == ("officer", is_now["from_on"])
        assert (is_now["rank"], is_now["until_on"]) == ("sergeant", None)

    async def test_a_post_does_not_begin_in_the_future(self, world: World) -> None:
        later = post_of(world.reporter, from_on=str(today() + timedelta(days=3)))
        refused = await world.admin.post(f"{R}/{world.reporter.officer_id}/postings", later)
        assert problem(refused) == (422, "validation")

    async def test_who_leaves_is_off_the_roster_and_stays_on_file(self, world: World) -> None:
        at = f"{R}/{world.stranger.officer_id}"
        left = today() - timedelta(days=1)
        assert ok(await world.admin.post(f"{at}/leave", {"on": str(left)}))["until_on"] == str(left)
        assert ok(await world.admin.get(f"{R}?badge={world.stranger.badge}"))["officers"] == []
        then = ok(await world.admin.get(f"{R}?badge={world.stranger.badge}&on={left - timedelta(days=1)}"))
        assert len(then["officers"]) == 1
        assert problem(await world.admin.post(f"{at}/leave", {"on": str(left)})) == (409, "not-on-roster")
        back = post_of(world.stranger, from_on=str(left - timedelta(days=2)))
        assert problem(await world.admin.post(f"{at}/postings", back)) == (422, "validation")
        ok(await world.admin.post(f"{at}/postings", post_of(world.stranger)))

    @pytest.mark.parametrize("who", ["commander", "chief", "board", "operator"])
    async def test_nobody_else_keeps_the_roster(self, world: World, who: str) -> None:
        at = f"{R}/{world.stranger.officer_id}"
        for path, body in (("leave", {"on": str(today())}), (f"kin/{NOWHERE}/end", None)):
            assert problem(await world.cast[who].post(f"{at}/{path}", body)) == (403, "forbidden")
        assert problem(await world.cast[who].get(f"{at}/kin")) == (403, "forbidden")


class TestKin:
    """S2: declared relatives stand on the walls; ending a kinship opens nothing that it closed."""

    async def test_it_is_declared_once_and_seen_from_both_sides(self, world: World) -> None:
        said = {"relative_id": str(world.striker.officer_id)}
        ok(await world.admin.post(f"{R}/{world.sergeant.officer_id}/kin", said))
        back = {"relative_id": str(world.sergeant.officer_id)}
        again = await world.admin.post(f"{R}/{world.striker.officer_id}/kin", back)
        assert problem(again) == (409, "already-there")
        for one, other in ((world.sergeant, world.striker), (world.striker, world.sergeant)):
            [kin] = ok(await world.admin.get(f"{R}/{one.officer_id}/kin"))
            assert (kin["relative_id"], kin["ended_on"]) == (str(other.officer_id), None)

    async def test_an_ended_one_keeps_the_wall_of_what_happened_before(self, world: World) -> None:
        walk = await filed(world)
        assert (await world.sergeant.get(walk.path)).status_code == 200
        at = f"{R}/{world.sergeant.officer_id}/kin"
        ok(await world.admin.post(at, {"relative_id": str(world.striker.officer_id)}))
        assert (await world.sergeant.get(walk.path)).status_code == 404
        [kin] = ok(await world.admin.get(at))
        ok(await world.admin.post(f"{at}/{kin['id']}/end"))
        assert (await world.sergeant.get(walk.path)).status_code == 404
        world.database.sql("UPDATE kin SET ended_on = ended_on - 30 WHERE id = :id", id=kin["id"])
        assert (await world.sergeant.get(walk.path)).status_code == 200
        long_ago = (datetime.now(UTC) - timedelta(days=60)).isoformat()
        await filed(world, incident={**report_body(world)["incident"], "occurred_at": long_ago})
        assert (await world.sergeant.get(walk.path)).status_code == 200, "the wall of another incident is its own"
        assert problem(await world.admin.post(f"{at}/{kin['id']}/end")) == (404, "not-found")

    async def test_an_ended_one_counts_for_routing_in_the_same_way(self, world: World) -> None:
        at = f"{R}/{world.sergeant.officer_id}/kin"
        ok(await world.admin.post(at, {"relative_id": str(world.striker.officer_id)}))
        [kin] = ok(await world.admin.get(at))
        ok(await world.admin.post(f"{at}/{kin['id']}/end"))
        walk = await filed(world)
        held = world.database.sql('SELECT holder_id FROM "case" WHERE id = :id', id=walk.case_id)
        assert held == [(world.lieutenant.account_id,)]


class TestUnits:
    """A tree with its history."""

    async def test_a_new_name_keeps_the_old_one_on_file(self, world: World) -> None:
        patrol = ok(await world.admin.post("/v1/units", {"name": "Patrol"}))["id"]
        north = ok(await world.admin.post("/v1/units", {"name": "North", "parent_id": patrol}))["id"]
        ok(await world.admin.post(f"/v1/units/{north}/changes", {"name": "Harbor"}))
        [past] = ok(await world.admin.get(f"/v1/units/{north}/past"))
        assert (past["name"], past["parent_id"]) == ("North", patrol)

    async def test_a_unit_never_stands_below_itself(self, world: World) -> None:
        patrol = ok(await world.admin.post("/v1/units", {"name": "Patrol"}))["id"]
        north = ok(await world.admin.post("/v1/units", {"name": "North", "parent_id": patrol}))["id"]
        for below in (north, patrol):
            refused = await world.admin.post(f"/v1/units/{patrol}/changes", {"name": "Patrol", "parent_id": below})
            assert problem(refused) == (422, "validation")

    async def test_a_unit_in_use_is_not_closed(self, world: World) -> None:
        patrol = ok(await world.admin.post("/v1/units", {"name": "Patrol"}))["id"]
        at = f"{R}/{world.reporter.officer_id}/postings"
        ok(await world.admin.post(at, post_of(world.reporter, unit_id=patrol)))
        assert problem(await world.admin.post(f"/v1/units/{patrol}/close")) == (409, "unit-in-use")
        day = str(today() - timedelta(days=1))
        world.database.sql("UPDATE posting SET from_on = :d WHERE unit_id = :u", d=day, u=patrol)
        ok(await world.admin.post(at, post_of(world.reporter)))
        ok(await world.admin.post(f"/v1/units/{patrol}/close"))
        other = f"{R}/{world.stranger.officer_id}/postings"
        closed = await world.admin.post(other, post_of(world.stranger, unit_id=patrol))
        assert problem(closed) == (422, "validation")


class TestOffices:
    """S7, S40: a change counts with the next request; nobody helps themselves; some offices exclude each other."""

    async def test_a_granted_office_counts_at_once_and_so_does_its_end(self, world: World) -> None:
        at = f"/v1/accounts/{world.intake.account_id}"
        assert (await world.intake.get("/v1/matrices")).status_code == 403
        ok(await world.admin.post(f"{at}/roles", {"role": "investigator"}))
        assert (await world.intake.get("/v1/matrices")).status_code == 200
        ok(await world.admin.post(f"{at}/roles/investigator/end"))
        assert (await world.intake.get("/v1/matrices")).status_code == 403
        assert {"role.granted", "role.ended"} <= set(world.kinds())

    async def test_nobody_grants_or_enables_themselves(self, world: World) -> None:
        own = f"/v1/accounts/{world.admin.account_id}"
        for path, body in (("roles", {"role": "intake"}), ("roles/agency_admin/end", None), ("enable", None)):
            assert problem(await world.admin.post(f"{own}/{path}", body)) == (409, "own-account")

    @pytest.mark.parametrize(
        ("who", "role"),
        [
            ("investigator", "discipline_authority"),
            ("authority", "agency_admin"),
            ("board", "intake"),
            ("chief", "inspector"),
        ],
    )
    async def test_offices_that_exclude_each_other_are_refused(self, world: World, who: str, role: str) -> None:
        refused = await world.admin.post(f"/v1/accounts/{world.cast[who].account_id}/roles", {"role": role})
        assert problem(refused) == (422, "validation")

    async def test_a_disabled_account_comes_back_with_its_offices(self, world: World) -> None:
        at = f"/v1/accounts/{world.intake.account_id}"
        ok(await world.admin.post(f"{at}/disable"))
        assert (await world.intake.get("/v1/me")).status_code == 401
        ok(await world.admin.post(f"{at}/enable"))
        assert ok(await world.intake.get("/v1/me"))["roles"] == ["intake"]

    @pytest.mark.parametrize("who", ["commander", "chief", "operator"])
    async def test_nobody_else_touches_accounts(self, world: World, who: str) -> None:
        at = f"/v1/accounts/{world.intake.account_id}"
        for path, body in (("roles", {"role": "commander"}), ("roles/intake/end", None), ("enable", None)):
            assert problem(await world.cast[who].post(f"{at}/{path}", body)) == (403, "forbidden")
        assert problem(await world.cast[who].post(f"{at}/invitation")) == (403, "forbidden")


class TestInvitations:
    """The first password is set by the holder; the secret is told once and used once."""

    async def invited(self, world: World) -> tuple[str, str, str]:
        email = f"new@{world.agency.slug}.example"
        said = {"email": email, "name": "Nora Quist", "roles": ["intake"]}
        account = ok(await world.admin.post("/v1/accounts", said))["id"]
        return account, email, ok(await world.admin.post(f"/v1/accounts/{account}/invitation"))["secret"]

    async def accept(
        self, world: World, secret: str, password: str = "seven green bicycles in the rain"
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(app=world.app, raise_app_exceptions=False)
        async with httpx2.AsyncClient(transport=transport, base_url="http://upstander.test") as client:
            said = {"secret": secret, "password": password}
            return await client.post("/v1/invitations/accept", json=said)

    async def test_before_it_no_password_is_right(self, world: World) -> None:
        _, email, _ = await self.invited(world)
        for tried in ("", "seven green bicycles in the rain"):
            assert (await ask_for_token(world, email, tried)).status_code in (401, 422)

    async def test_the_holder_sets_it_once(self, world: World) -> None:
        account, email, secret = await self.invited(world)
        assert problem(await self.accept(world, secret, "too short")) == (422, "validation")
        as_heard = f" {secret.lower().replace('-', ' ')} "
        assert (await self.accept(world, as_heard)).status_code == 204
        assert (await ask_for_token(world, email, "seven green bicycles in the rain")).status_code == 200
        assert problem(await self.accept(world, secret, "eight green bicycles in the rain")) == (404, "invitation-gone")
        again = await world.admin.post(f"/v1/accounts/{account}/invitation")
        assert problem(again) == (409, "has-password")

    async def test_a_new_one_ends_the_one_before_and_time_ends_both(self, world: World) -> None:
        account, _, first = await self.invited(world)
        second = ok(await world.admin.post(f"/v1/accounts/{account}/invitation"))["secret"]
        assert (await self.accept(world, first)).status_code == 404
        world.database.sql(
            "UPDATE invitation SET expires_at = now() - interval '1 second' WHERE account_id = :a", a=account
        )
        assert (await self.accept(world, second)).status_code == 404

    async def test_nobody_can_invite_to_an_account_that_is_in_use(self, world: World) -> None:
        refused = await world.admin.post(f"/v1/accounts/{world.commander.account_id}/invitation")
        assert problem(refused) == (409, "has-password")

    async def test_a_disabled_account_is_not_opened_by_it(self, world: World) -> None:
        account, _, secret = await self.invited(world)
        ok(await world.admin.post(f"/v1/accounts/{account}/disable"))
        assert (await self.accept(world, secret)).status_code == 404

    async def test_the_secret_is_kept_nowhere(self, world: World) -> None:
        account, _, secret = await self.invited(world)
        kept = world.database.sql("SELECT i::text FROM invitation i WHERE account_id = :a", a=account)
        answers = world.database.sql(
            "SELECT convert_from(body, 'UTF8') FROM kept_answer WHERE agency_id = :a", a=world.agency.id
        )
        assert secret not in str([*kept, *answers, *world.entries()])


class TestSettings:
    """What would move a clock that runs is fixed."""

    async def change(self, world: World, by: Person, **changes: Any) -> httpx2.Response:
        seen = await world.admin.get("/v1/agency")
        said = {"name": seen.json()["name"], "went_live_on": seen.json()["went_live_on"], **changes}
        return await by.put("/v1/agency", said, headers={"If-Match": seen.headers["etag"]})

    async def test_the_name_changes_and_the_old_page_is_stale(self, world: World) -> None:
        seen = await world.admin.get("/v1/agency")
        assert ok(await self.change(world, world.admin, name="Metro Department"))["name"] == "Metro Department"
        said = {"name": "Other", "went_live_on": seen.json()["went_live_on"]}
        stale = await world.admin.put("/v1/agency", said, headers={"If-Match": seen.headers["etag"]})
        assert problem(stale) == (412, "stale")
        assert problem(await world.admin.put("/v1/agency", said)) == (428, "precondition-required")

    async def test_the_day_of_going_live_is_fixed_once_it_has_come(self, world: World) -> None:
        moved = await self.change(world, world.admin, went_live_on=str(today() + timedelta(days=40)))
        assert problem(moved) == (422, "validation")
        ahead = str(today() + timedelta(days=20))
        world.database.sql("UPDATE agency SET went_live_on = :d WHERE id = :a", d=ahead, a=world.agency.id)
        later = str(today() + timedelta(days=40))
        assert ok(await self.change(world, world.admin, went_live_on=later))["went_live_on"] == later
        past = await self.change(world, world.admin, went_live_on=str(today() - timedelta(days=40)))
        assert problem(past) == (422, "validation")

    async def test_nobody_else_changes_them(self, world: World) -> None:
        assert problem(await self.change(world, world.commander, name="Ours")) == (403, "forbidden")


class TestCalendar:
    """Working days are counted by the agency's own calendar; what has passed stays as it was counted."""

    async def test_a_year_is_taken_over_once_and_working_days_are_counted_by_it(self, world: World) -> None:
        year = today().year + 1
        async with world.transaction() as tx:
            with pytest.raises(UnknownCalendar):
                await working_days(tx, date(year, 7, 1))
        taken = ok(await world.admin.post("/v1/calendar/years", {"year": year}))
        assert taken["is_taken"]
        assert f"{year}-11-11" in [each["day"] for each in taken["days"]]
        assert problem(await world.admin.post("/v1/calendar/years", {"year": year})) == (409, "already-there")
        veterans = date(year, 11, 11)
        before = veterans - timedelta(days=1)
        ok(await world.admin.post("/v1/calendar/days", {"day": str(date(year, 11, 12)), "name": "Founding day"}))
        zone = ZoneInfo("America/Denver")
        async with world.transaction() as tx:
            calendar = await working_days(tx, before)
            counted = due(
                Limit(Unit.WORKING_DAYS, 1), datetime(before.year, 11, 10, 12, tzinfo=zone), zone, working_days=calendar
            )
            assert counted.day > date(year, 11, 12)
            assert not calendar.is_worked(veterans)

    async def test_a_day_ahead_is_removed_and_stays_on_file(self, world: World) -> None:
        year = today().year + 1
        first = ok(await world.admin.post("/v1/calendar/years", {"year": year}))["days"][-1]
        ok(await world.admin.post(f"/v1/calendar/days/{first['id']}/remove"))
        left = ok(await world.commander.get(f"/v1/calendar/{year}"))["days"]
        assert first["id"] not in [each["id"] for each in left]
        assert world.database.sql("SELECT count(*) FROM calendar_day WHERE id = :i", i=first["id"]) == [(1,)]

    async def test_a_day_behind_us_is_neither_added_nor_removed(self, world: World) -> None:
        passed = {"day": str(today() - timedelta(days=2)), "name": "Late"}
        assert problem(await world.admin.post("/v1/calendar/days", passed)) == (422, "validation")
        days = ok(await world.admin.post("/v1/calendar/years", {"year": world.agency.went_live_on.year}))["days"]
        gone = next(each for each in days if each["day"] < str(today() - timedelta(days=1)))
        refused = await world.admin.post(f"/v1/calendar/days/{gone['id']}/remove")
        assert problem(refused) == (422, "validation")

    async def test_years_out_of_reach_are_refused(self, world: World) -> None:
        for year in (today().year + 40, 1990):
            assert problem(await world.admin.post("/v1/calendar/years", {"year": year})) == (422, "validation")

    async def test_nobody_else_changes_it(self, world: World) -> None:
        for path, body in (("years", {"year": 2027}), ("days", {"day": "2099-01-01", "name": "x"})):
            assert problem(await world.commander.post(f"/v1/calendar/{path}", body)) == (403, "forbidden")


class TestOwnPolicies:
    """A text of the agency's own is entered whole; a later version begins later."""

    async def test_versions_follow_each_other(self, world: World) -> None:
        said = {"citation": "GO 300.5", "title": "Duty to intervene", "text": "Step in.", "in_force_from": "2024-01-01"}
        ok(await world.admin.post("/v1/agency/policies", said))
        for day in ("2024-01-01", "2023-05-01"):
            refused = await world.admin.post("/v1/agency/policies", {**said, "in_force_from": day})
            assert problem(refused) == (422, "validation")
        ok(
            await world.admin.post(
                "/v1/agency/policies", {**said, "text": "Step in at once.", "in_force_from": "2025-01-01"}
            )
        )
        read = ok(await world.reporter.get("/v1/agency/policies"))
        assert [each["in_force_from"] for each in read] == ["2025-01-01", "2024-01-01"]
        assert problem(await world.commander.post("/v1/agency/policies", said)) == (403, "forbidden")
