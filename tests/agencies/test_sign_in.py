"""S34 to S39: who signs in, and what a refused one learns."""

from __future__ import annotations

import httpx2

from tests.world import PASSWORD, World


async def ask_for_token(world: World, email: str, password: str) -> httpx2.Response:
    transport = httpx2.ASGITransport(app=world.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://upstander.test") as client:
        return await client.post(
            "/v1/auth/token", data={"grant_type": "password", "username": email, "password": password}
        )


class TestPasswords:
    """S38: unknown user and wrong password look the same."""

    async def test_the_right_password_gives_a_token_that_works(self, world: World) -> None:
        answer = await ask_for_token(world, world.board.email, PASSWORD)
        assert answer.status_code == 200
        assert answer.json()["expires_in"] <= 600
        who = await world.board.call(
            "GET", "/v1/me", headers={"Authorization": f"Bearer {answer.json()['access_token']}"}
        )
        assert who.json()["name"] == world.board.name
        assert world.kinds()[-1] == "token.issued"

    async def test_a_wrong_password_and_an_unknown_account_get_the_same_answer(self, world: World) -> None:
        wrong = await ask_for_token(world, world.board.email, "not the password at all")
        unknown = await ask_for_token(world, "nobody@nowhere.example", "not the password at all")
        assert wrong.status_code == unknown.status_code == 401
        same = [{k: v for k, v in answer.json().items() if k != "request_id"} for answer in (wrong, unknown)]
        assert same[0] == same[1]

    async def test_a_refused_sign_in_stands_in_the_record(self, world: World) -> None:
        await ask_for_token(world, world.board.email, "not the password at all")
        last = world.entries()[-1]
        assert (last["what"]["kind"], last["what"]["out"]) == ("session.refused", "denied")

    async def test_the_sixth_bad_try_of_a_pair_is_told_to_wait(self, world: World) -> None:
        for _ in range(5):
            assert (await ask_for_token(world, world.board.email, "wrong wrong wrong wrong")).status_code == 401
        blocked = await ask_for_token(world, world.board.email, PASSWORD)
        assert blocked.status_code == 429
        assert int(blocked.headers["retry-after"]) > 0
        assert (await ask_for_token(world, world.intake.email, PASSWORD)).status_code == 200


class TestTokens:
    """S37: a request without a good token is nobody's."""

    async def test_no_token_and_a_broken_one_get_the_same_answer(self, world: World) -> None:
        none = await world.board.call("GET", "/v1/agency", headers={"Authorization": ""})
        broken = await world.board.call("GET", "/v1/agency", headers={"Authorization": "Bearer a.b.c"})
        assert none.status_code == broken.status_code == 401
        assert none.json()["type"] == broken.json()["type"] == "/problems/unauthenticated"
