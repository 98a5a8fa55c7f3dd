"""S37: API clients. A program of the agency's has what it was registered for, until someone revokes it."""

from __future__ import annotations

import base64
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote_plus

import httpx2
import pytest

from app.access.actor import Actor
from app.access.rights import OFFICES, SCOPES, Right, Scope
from app.api.app import doors_of
from app.cases.rules import GATE
from app.errors import NotFound
from tests.house.test_entries import api_routes
from tests.proceedings.walk import ok, problem
from tests.world import NOWHERE, World, file_case, fresh_key, today

AT = "/v1/api-clients"
READS = {"name": "Roster feed", "scopes": ["agency:read"]}
KEEPS = {"name": "Personnel system", "scopes": ["agency:read", "agency:roster"]}


async def anyone(world: World, method: str, path: str, **more: Any) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=world.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://upstander.test") as client:
        return await client.request(method, path, **more)


async def made(world: World, said: dict[str, Any] = READS) -> dict[str, str]:
    """The credentials of a new client."""
    shown = ok(await world.admin.post(AT, said))
    return {"client_id": shown["id"], "client_secret": shown["client_secret"]}


async def ask(world: World, credentials: dict[str, str], **more: str) -> httpx2.Response:
    said = {"grant_type": "client_credentials", **credentials, **more}
    return await anyone(world, "POST", "/v1/auth/token", data=said)


async def token_of(world: World, credentials: dict[str, str], **more: str) -> dict[str, str]:
    """The header with which the client calls."""
    return {"Authorization": f"Bearer {ok(await ask(world, credentials, **more))['access_token']}"}


def basic(credentials: dict[str, str]) -> dict[str, str]:
    pair = ":".join(quote_plus(credentials[name]) for name in ("client_id", "client_secret"))
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


class TestMaking:
    """An administrator makes one; its secret is told once and kept as a hash alone."""

    async def test_it_is_made_listed_and_stands_in_the_record(self, world: World) -> None:
        shown = ok(await world.admin.post(AT, KEEPS))
        [listed] = ok(await world.admin.get(AT))
        assert listed == {name: value for name, value in shown.items() if name != "client_secret"}
        assert (listed["name"], listed["scopes"]) == (KEEPS["name"], KEEPS["scopes"])
        assert (listed["last_used_at"], listed["revoked_at"]) == (None, None)
        [entry] = [each for each in world.entries() if each["what"]["kind"] == "client.made"]
        assert (entry["on"]["id"], entry["of"]["scopes"]) == (shown["id"], KEEPS["scopes"])

    async def test_the_secret_is_kept_nowhere(self, world: World) -> None:
        secret = (await made(world))["client_secret"]
        rows = world.database.sql("SELECT secret_hash FROM api_client WHERE agency_id = :a", a=world.agency.id)
        assert [str(row[0]).split("$")[1] for row in rows] == ["argon2id"]
        kept = world.database.sql("SELECT key, body FROM kept_answer WHERE agency_id = :a", a=world.agency.id)
        assert kept
        assert secret not in str(world.entries())
        assert all(secret.encode() not in bytes(body) for _, body in kept)  # type: ignore[call-overload]

    async def test_a_retry_with_the_same_key_is_told_it_again_and_makes_no_second_one(self, world: World) -> None:
        key = fresh_key()
        first, again = [await world.admin.post(AT, READS, key=key) for _ in range(2)]
        assert again.headers["idempotency-replayed"] == "true"
        assert first.json() == again.json()
        assert len(ok(await world.admin.get(AT))) == 1
        assert problem(await world.admin.post(AT, KEEPS, key=key)) == (422, "idempotency-mismatch")

    async def test_whoever_reads_the_database_cannot_open_the_kept_answer(self, world: World) -> None:
        key = fresh_key()
        await world.admin.post(AT, READS, key=key)
        kept = world.database.sql("SELECT key FROM kept_answer WHERE agency_id = :a", a=world.agency.id)
        assert [name for (name,) in kept if str(name) == key] == []
        [[name]] = kept
        assert problem(await world.admin.post(AT, READS, key=str(name))) == (409, "already-there")

    @pytest.mark.parametrize("who", ["commander", "chief", "board", "operator", "inspector", "reporter"])
    async def test_nobody_else_makes_lists_or_revokes_one(self, world: World, who: str) -> None:
        credentials = await made(world)
        person = world.cast[who]
        assert problem(await person.post(AT, KEEPS)) == (403, "forbidden")
        assert problem(await person.get(AT)) == (403, "forbidden")
        assert problem(await person.post(f"{AT}/{credentials['client_id']}/revoke")) == (403, "forbidden")

    @pytest.mark.parametrize("right", sorted(set(Right) - SCOPES.keys()))
    async def test_no_other_right_is_given_to_a_program(self, world: World, right: str) -> None:
        answer = await world.admin.post(AT, {"name": "Too much", "scopes": ["agency:read", right]})
        assert problem(answer) == (422, "validation")

    @pytest.mark.parametrize(
        "said",
        [
            {"name": "No scope", "scopes": []},
            {"name": "", "scopes": ["agency:read"]},
            {"name": "x" * 201, "scopes": ["agency:read"]},
            {"name": "Strange", "scopes": ["everything"]},
            {"name": "Text", "scopes": "agency:read"},
            {"name": "More", "scopes": ["agency:read"], "client_secret": "my own"},
            {},
        ],
    )
    async def test_what_does_not_fit_is_refused(self, world: World, said: dict[str, Any]) -> None:
        assert problem(await world.admin.post(AT, said)) == (422, "validation")
        assert ok(await world.admin.get(AT)) == []

    async def test_two_that_stand_never_have_one_name(self, world: World) -> None:
        first = await made(world)
        assert problem(await world.admin.post(AT, READS)) == (409, "already-there")
        ok(await world.admin.post(f"{AT}/{first['client_id']}/revoke"))
        ok(await world.admin.post(AT, READS))

    def test_nobody_hands_on_what_they_do_not_hold(self) -> None:
        """An administrator gains nothing by the secret of a client that they made."""
        makers = OFFICES[Right.KEEP_ACCOUNTS]
        assert all(makers <= OFFICES[Right(scope)] for scope in Scope)
        assert Right.KEEP_ACCOUNTS not in SCOPES


class TestCredentials:
    """RFC 6749 4.4: client id and secret, in the form or as Basic authorization, for a token of ten minutes."""

    async def test_they_give_a_token_that_works(self, world: World) -> None:
        credentials = await made(world)
        answer = ok(await ask(world, credentials))
        assert (answer["token_type"], answer["scope"]) == ("bearer", "agency:read")
        assert answer["expires_in"] <= 600
        headers = {"Authorization": f"Bearer {answer['access_token']}"}
        me = ok(await anyone(world, "GET", "/v1/me", headers=headers))
        assert (me["name"], me["roles"], me["scopes"]) == ("Roster feed", [], ["agency:read"])

    async def test_as_basic_authorization_too(self, world: World) -> None:
        credentials = await made(world)
        said = {"grant_type": "client_credentials"}
        assert (await anyone(world, "POST", "/v1/auth/token", data=said, headers=basic(credentials))).status_code == 200
        both = await anyone(world, "POST", "/v1/auth/token", data=said | credentials, headers=basic(credentials))
        assert problem(both) == (422, "validation")

    @pytest.mark.parametrize(
        "header", ["Basic", "Basic !!!", "Basic Og", "Basic OjpB", "Basic /////w==", "Basic Y29sb24="]
    )
    async def test_a_header_that_cannot_be_read_is_nobodys(self, world: World, header: str) -> None:
        said = {"grant_type": "client_credentials"}
        answer = await anyone(world, "POST", "/v1/auth/token", data=said, headers={"Authorization": header})
        assert problem(answer) == (401, "unauthenticated")

    async def test_the_use_stands_in_the_record_and_in_the_list(self, world: World) -> None:
        credentials = await made(world)
        before = datetime.now(UTC)
        ok(await ask(world, credentials))
        entry = world.entries()[-1]
        assert (entry["what"]["kind"], entry["who"]["role"]) == ("client.token_issued", "api_client")
        assert (entry["on"]["id"], entry["of"]["scopes"]) == (credentials["client_id"], ["agency:read"])
        [listed] = ok(await world.admin.get(AT))
        assert datetime.fromisoformat(listed["last_used_at"]) >= before

    async def test_every_wrong_one_gets_the_same_answer_and_an_entry(self, world: World, neighbours: World) -> None:
        good = await made(world)
        revoked = await made(world, KEEPS)
        ok(await world.admin.post(f"{AT}/{revoked['client_id']}/revoke"))
        wrong = [
            good | {"client_secret": "not the secret"},
            good | {"client_secret": "x"},
            good | {"client_id": str(NOWHERE)},
            good | {"client_id": "no id at all\0"},
            good | {"client_id": str(world.admin.account_id)},
            revoked,
        ]
        answers = [await ask(world, each) for each in wrong]
        same = {str({k: v for k, v in answer.json().items() if k != "request_id"}) for answer in answers}
        assert (len(same), {answer.status_code for answer in answers}) == (1, {401})
        refused = [each for each in world.entries() if each["what"]["kind"] == "client.refused"]
        assert [(each["on"]["id"], each["what"]["out"]) for each in refused] == [(good["client_id"], "denied")] * 2

    async def test_the_sixth_bad_try_of_a_pair_waits_and_nobody_else_does(self, world: World) -> None:
        one, other = await made(world), await made(world, KEEPS)
        for _ in range(5):
            assert (await ask(world, one | {"client_secret": "wrong"})).status_code == 401
        blocked = await ask(world, one)
        assert (blocked.status_code, int(blocked.headers["retry-after"]) > 0) == (429, True)
        assert (await ask(world, other)).status_code == 200

    @pytest.mark.parametrize("missing", [{}, {"client_id": "x"}, {"client_secret": "x"}])
    async def test_what_is_missing_is_named(self, world: World, missing: dict[str, str]) -> None:
        answer = await ask(world, missing)
        assert problem(answer) == (422, "validation")
        named = {fault["pointer"] for fault in answer.json()["errors"]}
        assert named == {"/client_id", "/client_secret"} - {f"/{name}" for name in missing}

    async def test_so_it_is_for_people(self, world: World) -> None:
        answer = await anyone(
            world, "POST", "/v1/auth/token", data={"grant_type": "password", "username": "a@b.example"}
        )
        assert problem(answer) == (422, "validation")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/password"]
        strange = await anyone(world, "POST", "/v1/auth/token", data={"grant_type": "authorization_code"})
        assert problem(strange) == (422, "validation")

    async def test_it_is_no_account_to_sign_in_with(self, world: World) -> None:
        credentials = await made(world)
        [[email]] = world.database.sql("SELECT email FROM account WHERE id = :i", i=credentials["client_id"])
        for username in (str(email), credentials["client_id"]):
            said = {"grant_type": "password", "username": username, "password": credentials["client_secret"]}
            assert (await anyone(world, "POST", "/v1/auth/token", data=said)).status_code == 401


class TestScopes:
    """What a client was not registered for it cannot do, and cases, reports and accounts are nobody's scope."""

    async def test_it_does_what_it_was_registered_for(self, world: World) -> None:
        headers = await token_of(world, await made(world, KEEPS))
        ok(await anyone(world, "GET", "/v1/officers", headers=headers))
        body = {"badge": "F-77", "name": "Officer Marsh", "rank": "officer", "from_on": str(today())}
        added = await anyone(
            world, "POST", "/v1/officers", json=body, headers={**headers, "Idempotency-Key": fresh_key()}
        )
        assert added.status_code == 201
        entry = world.entries()[-1]
        assert (entry["what"]["kind"], entry["who"]["role"]) == ("officer.added", "api_client")

    async def test_a_scope_less_is_a_right_less(self, world: World) -> None:
        headers = await token_of(world, await made(world))
        body = {"badge": "F-77", "name": "Officer Marsh", "rank": "officer", "from_on": str(today())}
        refused = await anyone(
            world, "POST", "/v1/officers", json=body, headers={**headers, "Idempotency-Key": fresh_key()}
        )
        assert problem(refused) == (403, "forbidden")
        assert world.entries()[-1]["what"]["kind"] == "access.denied"

    async def test_a_token_may_be_asked_for_with_less(self, world: World) -> None:
        credentials = await made(world, KEEPS)
        assert ok(await ask(world, credentials, scope="agency:read"))["scope"] == "agency:read"
        headers = await token_of(world, credentials, scope="agency:read")
        ok(await anyone(world, "GET", "/v1/officers", headers=headers))
        kin = f"/v1/officers/{world.stranger.officer_id}/kin"
        assert problem(await anyone(world, "GET", kin, headers=headers)) == (403, "forbidden")
        assert (await anyone(world, "GET", kin, headers=await token_of(world, credentials))).status_code == 200

    @pytest.mark.parametrize("scope", ["agency:accounts", "agency:read agency:roster", "   ", "case:read", "x\0"])
    async def test_never_with_more(self, world: World, scope: str) -> None:
        assert problem(await ask(world, await made(world), scope=scope)) == (422, "validation")

    async def test_every_other_route_refuses_a_client_that_was_given_all_scopes(self, world: World) -> None:
        everything = {"name": "Everything", "scopes": sorted(SCOPES)}
        headers = await token_of(world, await made(world, everything))
        tried = 0
        for route in api_routes(world.app):
            [door] = doors_of(route)
            if door.right is None or door.right in SCOPES:
                continue
            path = re.sub(r"\{[^}]+\}", str(NOWHERE), route.path)
            for method in route.methods - {"HEAD"}:
                more = {"Idempotency-Key": fresh_key(), "If-Match": '"1"'}
                answer = await anyone(world, method, path, json={}, headers={**headers, **more})
                assert answer.status_code in (403, 404), (method, route.path, answer.status_code, answer.text)
                tried += 1
        assert tried > 60

    async def test_a_gate_asks_for_the_scope_whatever_office_there_is(self, world: World) -> None:
        """A client holds no office; if one ever came to hold one, its scopes would still be all that it has."""
        case_id = uuid.UUID((await file_case(world))["case_id"])
        who = world.commander
        person = Actor(who.account_id, who.agency_id, NOWHERE, who.name, who.roles)
        async with world.transaction() as tx:
            assert await GATE.fetch(tx, person, case_id, Right.READ_CASE)
            client = replace(person, scopes=frozenset(SCOPES))
            assert (await tx.scalars(GATE.readable(client, Right.READ_CASE))).all() == []
            with pytest.raises(NotFound):
                await GATE.fetch(tx, client, case_id, Right.READ_CASE)
            tx.info["unlogged"] = True

    async def test_every_route_without_a_right_is_for_everyone_or_says_who_one_is(self, world: World) -> None:
        bare = {route.path for route in api_routes(world.app) for door in doors_of(route) if door.kind == "signed-in"}
        assert bare == {"/v1/me"}

    async def test_a_persons_token_with_a_scope_opens_nothing(self, world: World) -> None:
        issued, _ = world.app.state.tokens.issue(
            str(world.admin.account_id), str(world.agency.id), datetime.now(UTC), 10, "agency:accounts"
        )
        answer = await anyone(world, "GET", "/v1/accounts", headers={"Authorization": f"Bearer {issued}"})
        assert problem(answer) == (403, "forbidden")


class TestRevoking:
    """Revoked for good, from the next request on."""

    async def test_its_tokens_and_its_secret_end_at_once(self, world: World) -> None:
        credentials = await made(world)
        headers = await token_of(world, credentials)
        ok(await anyone(world, "GET", "/v1/agency", headers=headers))
        shown = ok(await world.admin.post(f"{AT}/{credentials['client_id']}/revoke"))
        assert shown["revoked_at"] is not None
        assert problem(await anyone(world, "GET", "/v1/agency", headers=headers)) == (401, "unauthenticated")
        assert problem(await ask(world, credentials)) == (401, "unauthenticated")
        assert world.kinds().count("client.revoked") == 1

    async def test_once_more_changes_nothing(self, world: World) -> None:
        at = f"{AT}/{(await made(world))['client_id']}/revoke"
        first, again = ok(await world.admin.post(at)), ok(await world.admin.post(at))
        assert first == again
        assert world.kinds().count("client.revoked") == 1

    async def test_another_agencys_is_not_there(self, world: World, neighbours: World) -> None:
        credentials = await made(world)
        at = f"{AT}/{credentials['client_id']}/revoke"
        for path in (at, f"{AT}/{NOWHERE}/revoke", f"{AT}/{world.admin.account_id}/revoke"):
            assert problem(await neighbours.admin.post(path)) == (404, "not-found")
        assert ok(await neighbours.admin.get(AT)) == []
        ok(await ask(world, credentials))

    async def test_no_act_on_accounts_reaches_it(self, world: World) -> None:
        """Nobody makes a person of it: no office, no invitation, no way back."""
        client_id = (await made(world))["client_id"]
        assert client_id not in {each["id"] for each in ok(await world.admin.get("/v1/accounts"))}
        for act, body in (("roles", {"role": "intake"}), ("invitation", None), ("enable", None), ("disable", None)):
            answer = await world.admin.post(f"/v1/accounts/{client_id}/{act}", body)
            assert problem(answer) == (404, "not-found"), act
