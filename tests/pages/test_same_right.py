"""S4: pages have no rule of their own; each act on a page needs the right that the same act needs in the API."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from app.agencies.doors import DOORS, Door
from app.pages.refusals import MACHINES
from tests.pages.test_guard import calls

C, A = "/cases/{case_id}", "/admin"
SAME = {
    "/sign-in": "/v1/auth/token",
    "/file": "/v1/drafts",
    "/file/kept": "/v1/drafts",
    "/file/{draft_id}/review": "/v1/drafts/{draft_id}/filing",
    "/file/{draft_id}/drop": "DELETE /v1/drafts/{draft_id}",
    "/file/{draft_id}/{name}": "PUT /v1/drafts/{draft_id}",
    "/file/{draft_id}/{name}/{key}": "PUT /v1/drafts/{draft_id}",
    "/file/{draft_id}/{name}/{key}/{step}": "PUT /v1/drafts/{draft_id}",
    "/file/{draft_id}/{name}/{key}/remove": "PUT /v1/drafts/{draft_id}",
    "/reports/{report_id}/supplement": "/v1/reports/{report_id}/supplements",
    "/queue-views": "/v1/queue-views",
    "/queue-views/{view_id}/rename": "/v1/queue-views/{view_id}/rename",
    "/queue-views/{view_id}/remove": "DELETE /v1/queue-views/{view_id}",
    f"{C}/roster": f"/v1{C}/roster",
    f"{C}/roster/{{presence_id}}/dispute": f"/v1{C}/roster/{{presence_id}}/dispute",
    f"{C}/identify/{{report_id}}/{{place}}": f"/v1{C}/identifications",
    f"{C}/names/{{report_id}}/{{place}}": f"/v1{C}/identifications",
    f"{C}/assessments/{{officer_id}}": f"PUT /v1{C}/assessments/{{officer_id}}",
    f"{C}/allegations": f"/v1{C}/allegations",
    f"{C}/evidence": f"/v1{C}/evidence",
    f"{C}/allegations/{{allegation_id}}/finding": "/v1/allegations/{allegation_id}/findings",
    f"{C}/scene": f"/v1{C}/scene",
    f"{C}/steps/{{step}}": f"/v1{C}/steps",
    f"{C}/triage": f"PUT /v1{C}/classification",
    f"{C}/matches/{{report_id}}": f"/v1{C}/matches/{{report_id}}",
    f"{C}/step-aside": f"/v1{C}/recusal",
    f"{C}/concurrence": f"/v1{C}/concurrences",
    f"{C}/assignments": f"/v1{C}/assignments",
    f"{C}/telling": f"/v1{C}/told",
    f"{C}/letter": f"/v1{C}/letters",
    f"{C}/view": f"/v1{C}/board-views",
    "/findings/{finding_id}": "/v1/findings/{finding_id}/approvals",
    "/discipline/{allegation_id}/notice": "/v1/allegations/{allegation_id}/notices",
    "/discipline/{allegation_id}/worksheet": "/v1/allegations/{allegation_id}/discipline",
    "/discipline/{allegation_id}/decision": "/v1/allegations/{allegation_id}/discipline/decision",
    "/notices/{notice_id}/representative": "PUT /v1/notices/{notice_id}/representative",
    "/notices/{notice_id}/answer": "/v1/notices/{notice_id}/answer",
    "/notices/{notice_id}/waive": "/v1/notices/{notice_id}/answer",
    "/exports": "/v1/audit/exports",
    f"{A}/roster/new": "/v1/officers",
    f"{A}/roster/import": "/v1/officers",
    f"{A}/roster/import/{{file_id}}": "/v1/officers",
    f"{A}/roster/import/{{file_id}}/drop": "/v1/officers",
    f"{A}/officers/{{officer_id}}/post": "/v1/officers/{officer_id}/postings",
    f"{A}/officers/{{officer_id}}/leave": "/v1/officers/{officer_id}/leave",
    f"{A}/officers/{{officer_id}}/kin": "/v1/officers/{officer_id}/kin",
    f"{A}/officers/{{officer_id}}/kin/{{kin_id}}/end": "/v1/officers/{officer_id}/kin/{kin_id}/end",
    f"{A}/units": "/v1/units",
    f"{A}/units/{{unit_id}}": "/v1/units/{unit_id}/changes",
    f"{A}/units/{{unit_id}}/close": "/v1/units/{unit_id}/close",
    f"{A}/accounts/new": "/v1/accounts",
    f"{A}/accounts/{{account_id}}/roles": "/v1/accounts/{account_id}/roles",
    f"{A}/accounts/{{account_id}}/roles/{{role}}/end": "/v1/accounts/{account_id}/roles/{role}/end",
    f"{A}/accounts/{{account_id}}/disable": "/v1/accounts/{account_id}/disable",
    f"{A}/accounts/{{account_id}}/enable": "/v1/accounts/{account_id}/enable",
    f"{A}/accounts/{{account_id}}/invitation": "/v1/accounts/{account_id}/invitation",
    "/invitation": "/v1/invitations/accept",
    f"{A}/clients/new": "/v1/api-clients",
    f"{A}/clients/{{client_id}}/revoke": "/v1/api-clients/{client_id}/revoke",
    f"{A}/settings": "PUT /v1/agency",
    f"{A}/settings/hours": "/v1/agency/working-values",
    f"{A}/calendar/{{year}}": "/v1/calendar/days",
    f"{A}/calendar/{{year}}/take": "/v1/calendar/years",
    f"{A}/calendar/{{year}}/days/{{day_id}}/remove": "/v1/calendar/days/{day_id}/remove",
    f"{A}/law/new": "/v1/agency/policies",
    f"{A}/matrices/new": "/v1/matrices",
}
"""Act on a page -> the same act in the API, a POST unless it says another method."""
OF_PAGES_ALONE = {
    "/sign-out": "a token of the API ends by itself, within ten minutes",
    "/language": "programs send Accept-Language",
    "/account/language": "programs send Accept-Language",
    "/outcome": "whoever holds a letter has a browser and no account",
}

OF_THE_API_ALONE = {
    "POST /v1/reports": "a program files whole; a person by their draft, question by question",
    "POST /v1/cases/{case_id}/immediate-steps": "on the page of triage, with the classification",
    "POST /v1/receipts/verify": "whoever holds a receipt checks it by program, or with the verifier",
}


def twin_of(path: str) -> str:
    """METHOD and path of the same act in the API."""
    return SAME[path] if " " in SAME[path] else f"POST {SAME[path]}"


def acts(app: FastAPI) -> dict[str, Any]:
    """`METHOD path` of everything that acts -> its dependencies."""
    return {
        f"{method} {route.path}": route.dependant
        for route in iter_route_contexts(app.routes)
        if getattr(route, "dependant", None) is not None
        for method in route.methods - {"GET", "HEAD"}
    }


def door(dependant: Any) -> Door:
    (only,) = {DOORS[call] for call in calls(dependant) if call in DOORS}
    return only


class TestTheSameRight:
    """Whoever may not do it through the API may not do it on a page, and the other way round."""

    def test_every_act_on_a_page_is_compared(self, pages_app: FastAPI) -> None:
        paths = (name.split(" ")[1] for name in acts(pages_app))
        on_pages = {path for path in paths if not path.startswith(MACHINES)}
        assert on_pages == SAME.keys() | OF_PAGES_ALONE.keys()

    def test_nobody_needs_the_api_for_their_work(self, pages_app: FastAPI) -> None:
        of_the_api = {name for name in acts(pages_app) if name.split(" ")[1].startswith(MACHINES)}
        assert of_the_api == {twin_of(path) for path in SAME} | OF_THE_API_ALONE.keys()

    @pytest.mark.parametrize("path", sorted(SAME))
    def test_an_act_needs_what_it_needs_in_the_api(self, pages_app: FastAPI, path: str) -> None:
        known = acts(pages_app)
        page = door(known[f"POST {path}"])
        api = door(known[twin_of(path)])
        assert (page.kind, page.right, page.or_right) == (api.kind, api.right, api.or_right)
