"""S49, S50 on every route: what creates takes the key of an act, what changes names the version it changes."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.access.rights import OFFICES
from app.api.app import doors_of
from app.pages import guard
from app.pages.refusals import MACHINES
from tests.pages.test_guard import calls
from tests.proceedings.walk import problem
from tests.world import World

WITHOUT_KEY = {
    "POST /v1/auth/token": "each sign-in is one of its own",
    "POST /v1/invitations/accept": "the secret is used up by the first",
    "POST /v1/accounts/{account_id}/invitation": "its secret is told once and never kept; a second ends the first",
    "POST /v1/cases/{case_id}/letters": "its secret is told once and never kept; a second ends the first",
    "POST /v1/accounts/{account_id}/disable": "a disabled account cannot be disabled further",
    "POST /v1/receipts/verify": "stores nothing",
}
"""Acts of the API without an Idempotency-Key, each with its reason."""

WITHOUT_MARK = {
    "/sign-in": "each sign-in is one of its own",
    "/sign-out": "a session ends once",
    "/language": "stores nothing but a cookie",
    "/account/language": "says the same however often",
    "/invitation": "the secret is used up by the first",
    "/admin/accounts/{account_id}/invitation": "its secret is told once and never kept; a second ends the first",
    "/cases/{case_id}/letter": "its secret is told once and never kept; a second ends the first",
    "/outcome": "stores nothing but wrong tries",
    "/cases/{case_id}/step-aside": "after the first the case is absent for them",
    "/queue-views/{view_id}/remove": "what is removed is absent",
    "/file/{draft_id}/drop": "what is dropped is absent",
    "/file/{draft_id}/review": "a draft is filed once; the second finds the first report",
    "/file/{draft_id}/{name}": "replaces an answer; what saves itself carries the draft's version",
    "/file/{draft_id}/{name}/{key}": "replaces an answer; what saves itself carries the draft's version",
    "/file/{draft_id}/{name}/{key}/remove": "what is removed is absent",
    "/file/{draft_id}/{name}/{key}/{step}": "replaces an answer; what saves itself carries the draft's version",
    "/notices/{notice_id}/representative": "carries the version of the notice",
    "/admin/roster/import": "only looks at the file; applying it takes the mark",
    "/admin/roster/import/{file_id}/drop": "what is dropped is absent",
    "/admin/matrices/new": "a matrix of the same day is refused",
    "/admin/clients/new": "a client of the same name is refused",
}
"""Forms that may be sent twice, each with its reason."""

WITHOUT_VERSION = {
    "POST /v1/auth/token": "changes nothing",
    "POST /v1/receipts/verify": "changes nothing",
    "POST /v1/invitations/accept": "the secret is good for one change",
    "POST /v1/officers/{officer_id}/leave": "ends what has not ended: a second finds it ended",
    "POST /v1/officers/{officer_id}/kin": "adds a line; none before it changes",
    "POST /v1/officers/{officer_id}/kin/{kin_id}/end": "ends what has not ended: a second finds it ended",
    "POST /v1/units/{unit_id}/close": "ends what has not ended: a second finds it ended",
    "POST /v1/calendar/days/{day_id}/remove": "ends what has not ended: a second finds it ended",
    "POST /v1/accounts/{account_id}/disable": "ends all access, whatever it was",
    "POST /v1/api-clients/{client_id}/revoke": "ends all access, whatever it was",
    "POST /v1/accounts/{account_id}/enable": "says the same however often",
    "POST /v1/accounts/{account_id}/roles": "adds a line; none before it changes",
    "POST /v1/accounts/{account_id}/roles/{role}/end": "ends what has not ended: a second finds it ended",
    "POST /v1/cases/{case_id}/recusal": "nobody may be held in a case because another was faster",
    "POST /v1/queue-views/{view_id}/rename": "one person's own, without a case",
    "DELETE /v1/queue-views/{view_id}": "one person's own, without a case",
}
"""Changes without If-Match, each with its reason. What answers 201 adds a row and changes none."""


def acting(app: FastAPI) -> list[Any]:
    return [r for r in iter_route_contexts(app.routes) if (r.methods or set()) - {"GET", "HEAD", "OPTIONS"}]


def of_api(app: FastAPI) -> dict[str, Any]:
    """Method and path -> route."""
    found = [route for route in acting(app) if (route.path or "").startswith(MACHINES)]
    return {f"{method} {route.path}": route for route in found for method in route.methods}


def headers_of(dependant: Any) -> set[str]:
    own = {parameter.alias.lower() for parameter in dependant.header_params}
    return own.union(*(headers_of(inner) for inner in dependant.dependencies))


class TestKeys:
    def test_every_post_of_the_api_takes_one_or_says_why_not(self, app: FastAPI) -> None:
        posts = {name: route for name, route in of_api(app).items() if name.startswith("POST ")}
        bare = {name for name, route in posts.items() if "idempotency-key" not in headers_of(route.dependant)}
        assert len(posts) > 40
        assert bare == WITHOUT_KEY.keys()

    def test_every_form_carries_a_mark_or_says_why_not(self, app: FastAPI) -> None:
        forms = [route for route in acting(app) if not (route.path or "").startswith(MACHINES)]
        assert len(forms) > 60
        assert {route.path for route in forms if guard.once not in calls(route.dependant)} == WITHOUT_MARK.keys()

    async def test_an_office_that_sends_none_is_refused_before_anything_is_read(self, world: World) -> None:
        asked = 0
        for name, route in of_api(world.app).items():
            [door] = doors_of(route)
            if door.kind != "office" or not name.startswith("POST ") or name in WITHOUT_KEY or "{" in name:
                continue
            holder = next(each for each in world.cast.values() if each.roles & OFFICES[door.right])
            before = world.kinds()
            answer = await holder.call("POST", name.removeprefix("POST "), json={})
            assert problem(answer) == (400, "idempotency-required"), name
            assert world.kinds() == before, name
            asked += 1
        assert asked > 8


class TestVersions:
    def test_every_change_takes_one_or_says_why_not(self, app: FastAPI) -> None:
        changes = {
            name: route
            for name, route in of_api(app).items()
            if not name.startswith("POST ") or (route.status_code or 200) != 201
        }
        bare = {name for name, route in changes.items() if "if-match" not in headers_of(route.dependant)}
        assert bare == WITHOUT_VERSION.keys()

    @pytest.mark.parametrize("lists", [WITHOUT_KEY, WITHOUT_MARK, WITHOUT_VERSION])
    def test_every_reason_is_given(self, lists: dict[str, str]) -> None:
        assert all(len(reason) > 10 for reason in lists.values())

    async def test_a_change_without_one_is_refused(self, world: World) -> None:
        said = {"name": "Metro Police", "went_live_on": "2026-01-01"}
        assert problem(await world.admin.put("/v1/agency", said)) == (428, "precondition-required")
        for version in ('"0"', "*", "x", 'W/"1"'):
            refused = await world.admin.put("/v1/agency", said, headers={"If-Match": version})
            assert problem(refused) == (412, "stale"), version
