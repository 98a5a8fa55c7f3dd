"""S41, S53, S54 and section 6 of the security design: what the server leaves open, the front before it closes."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy.engine import URL

from app.api.app import create_app
from app.cli import serve
from app.db.roles import Roles
from tests.database import Database, fresh_database
from tests.faults.front import PATIENCE, Front, Listener, front, listener, nginx_path
from tests.faults.serving import free_port, web
from tests.world import World, fresh_key, make_world, report_body

HOST = b"Host: ia.example.test\r\n"
END = b"Connection: close\r\n\r\n"
GET = b"GET /livez HTTP/1.1\r\n"
POST = b"POST /v1/reports HTTP/1.1\r\n"


@dataclass
class House:
    """The product as it runs, and the front before it."""

    world: World
    front: Front

    def filing(self) -> bytes:
        """A whole request that files a report, should anyone read it as one."""
        body = json.dumps(report_body(self.world)).encode()
        head = POST + HOST + b"Authorization: Bearer " + self.world.reporter.token.encode() + b"\r\n"
        head += b"Content-Type: application/json\r\nIdempotency-Key: " + fresh_key().encode() + b"\r\n"
        return head + b"Content-Length: %d\r\n" % len(body) + END + body

    def reports(self) -> int:
        """How many there are."""
        return int(str(self.world.database.sql("SELECT count(*) FROM report")[0][0]))


@pytest.fixture(scope="module")
async def house(
    server: tuple[URL, Roles], template: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[House]:
    nginx_path()
    with fresh_database(*server, tmp_path_factory.mktemp("data"), template) as database:
        port = free_port()
        app = create_app(database.settings(base_url=f"http://127.0.0.1:{port}"), database.secrets)
        async with app.router.lifespan_context(app):
            world = await make_world(app, database)
            with web(database, port=port), front(port, tmp_path_factory.mktemp("front")) as before:
                yield House(world, before)


@pytest.fixture(scope="module")
def heard() -> Iterator[Listener]:
    with listener() as found:
        yield found


@pytest.fixture(scope="module")
def before(heard: Listener, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(heard.port, tmp_path_factory.mktemp("before")) as found:
        yield found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1])


def slug(answer: bytes) -> str:
    told = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert told["status"] == status(answer)
    return str(told["type"]).removeprefix("/problems/")


TWO_READINGS = {
    "length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    "chunks and length": b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 400\r\n",
    "one length twice": b"Content-Length: 4\r\nContent-Length: 4\r\n",
    "two lengths in one line": b"Content-Length: 4, 400\r\n",
    "a length with a sign": b"Content-Length: +4\r\n",
    "a length of letters": b"Content-Length: 0x4\r\n",
    "two hosts": b"Content-Length: 4\r\nHost: evil.example\r\n",
    "a space before the colon": b"Transfer-Encoding : chunked\r\n",
    "a folded line": b"X-One: a\r\n Transfer-Encoding: chunked\r\n",
    "a broken line": b"Content-Length: 4\r\nX-One: a\x00b\r\n",
    "a bare return": b"Content-Length: 4\r\nX-One: a\rTransfer-Encoding: chunked\r\n",
}


class TestTwoReadings:
    """A request that two programs could read in two ways is refused, and the connection ends with it."""

    @pytest.mark.parametrize("case", TWO_READINGS)
    def test_it_never_reaches_the_product(self, house: House, case: str) -> None:
        before = house.reports()
        answer = house.front.say(POST + HOST + TWO_READINGS[case] + b"\r\n0\r\n\r\n" + house.filing())
        assert (status(answer), answer.count(b"HTTP/1.1 ")) == (400, 1)
        assert b"Connection: close\r\n" in answer
        assert house.reports() == before

    @pytest.mark.parametrize("case", TWO_READINGS)
    def test_not_a_byte_of_it_travels_on(self, before: Front, heard: Listener, case: str) -> None:
        before.say(POST + HOST + TWO_READINGS[case] + b"\r\n0\r\n\r\n" + GET + HOST + END)
        assert heard.take() == b""

    @pytest.mark.parametrize(
        "coding", [b"xchunked", b"chunked, identity", b"gzip, chunked", b'"chunked"', b"\x0bchunked"]
    )
    def test_an_odd_coding_is_not_guessed_at(self, before: Front, heard: Listener, coding: bytes) -> None:
        answer = before.say(POST + HOST + b"Transfer-Encoding: " + coding + b"\r\n\r\n0\r\n\r\n" + GET + HOST + END)
        assert (status(answer), answer.count(b"HTTP/1.1 ")) in ((400, 1), (501, 1))
        assert heard.take() == b""

    def test_a_bare_line_feed_is_one_line_end_here_and_none_further_on(self, before: Front, heard: Listener) -> None:
        """The front reads it as a line's end and writes the head anew: the product never meets one."""
        answer = before.say(
            b"GET /one HTTP/1.1\nHost: ia.example.test\nX-One: a\nContent-Length: 0\nConnection: close\n\n"
        )
        went = heard.take()
        assert status(answer) == 200
        assert went.count(b"\n") == went.count(b"\r\n")
        assert went.count(b"HTTP/1.1") == 1
        assert b"X-One: a\r\n" in went

    def test_chunks_travel_on_as_one_body_of_counted_length(self, before: Front, heard: Listener) -> None:
        chunks = b'3\r\nabc\r\n2;odd="x"\nde\n0\r\nTrailer: x\r\n\r\n'
        assert status(before.say(POST + HOST + b"Transfer-Encoding: chunked\r\n" + END + chunks)) == 200
        went = heard.take()
        assert went.endswith(b"Content-Length: 5\r\n\r\nabcde")
        assert b"chunked" not in went.lower()
        assert b"Trailer" not in went

    @pytest.mark.parametrize(
        "chunks", [b"zz\r\nabc\r\n0\r\n\r\n", b"-1\r\n\r\n", b"fffffffffffffffff\r\na\r\n0\r\n\r\n"]
    )
    def test_broken_chunks_are_refused(self, before: Front, heard: Listener, chunks: bytes) -> None:
        answer = before.say(POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + GET + HOST + END)
        assert (status(answer) in (400, 413), answer.count(b"HTTP/1.1 ")) == (True, 1)
        assert heard.take() == b""


class TestSize:
    """S41: refused at the front where the product would have to read it first; told as the product tells it."""

    def test_an_address_over_the_limit(self, house: House) -> None:
        for length in (9_000, 20_000):
            answer = house.front.say(b"GET /v1/officers?name=" + b"a" * length + b" HTTP/1.1\r\n" + HOST + END)
            assert (status(answer), slug(answer)) == (414, "uri-too-long"), length

    def test_headers_over_the_limit(self, house: House) -> None:
        many = b"".join(b"X-%d: " % n + b"a" * 8000 + b"\r\n" for n in range(9))
        for lines in (b"X-Long: " + b"a" * 10_000 + b"\r\n", many):
            answer = house.front.say(GET + HOST + lines + END)
            assert (status(answer), slug(answer)) == (431, "headers-too-large")

    def test_a_body_over_the_limit_announced_or_not(self, house: House) -> None:
        before = house.reports()
        for sent in (
            b"Content-Length: 999999999\r\n" + END,
            b"Content-Length: 1100000\r\n" + END + b" " * 1_100_000,
            b"Transfer-Encoding: chunked\r\n" + END + (b"fffff\r\n" + b" " * 0xFFFFF + b"\r\n") * 2,
        ):
            answer = house.front.say(POST + HOST + b"Content-Type: application/json\r\n" + sent)
            assert (status(answer), slug(answer)) == (413, "too-large")
        assert house.reports() == before


class TestSlowness:
    """Whoever sends slowly holds a connection of the front for some seconds, and of the product none."""

    @pytest.mark.parametrize(
        "sent", [b"", GET, GET + HOST + b"X-One: a", POST + HOST + b"Content-Length: 10\r\n\r\nabc"], ids=len
    )
    def test_the_connection_is_closed(self, before: Front, heard: Listener, sent: bytes) -> None:
        began = time.monotonic()
        assert before.say(sent) == b""
        assert time.monotonic() - began < PATIENCE + 3
        assert heard.take() == b""

    def test_half_a_report_is_no_report(self, house: House) -> None:
        whole, before = house.filing(), house.reports()
        assert house.front.say(whole[:-20]) == b""
        assert house.reports() == before
        assert json.loads(house.front.log.read_text().splitlines()[-1])["status"] == 408


class TestHaste:
    """Section 5: ten requests in a second from one session, twenty at once; the next is told to wait."""

    @pytest.mark.parametrize("line", [b"Authorization: Bearer a", b"Cookie: language=es; __Host-session=b"])
    def test_one_session_waits_and_another_does_not(self, before: Front, heard: Listener, line: bytes) -> None:
        answers = before.say_all([b"GET /cases HTTP/1.1\r\n" + HOST + line + b"\r\n" + END] * 60)
        late = [answer for answer in answers if status(answer) != 200]
        assert 20 <= len(answers) - len(late) < 50
        assert {(status(answer), slug(answer)) for answer in late} == {(429, "rate-limited")}
        assert all(b"Retry-After: 1\r\n" in answer for answer in late)
        assert heard.take().count(b"GET /cases") == len(answers) - len(late)
        assert status(before.say(GET + HOST + line + b"c\r\n" + END)) == 200

    @pytest.mark.parametrize(
        "head",
        [b"GET /assets/1/own/pages.css HTTP/1.1\r\nCookie: __Host-session=d\r\n", b"GET /sign-in HTTP/1.1\r\n"],
    )
    def test_looks_and_strangers_are_not_counted(self, before: Front, heard: Listener, head: bytes) -> None:
        """Many share one address; what guesses at passwords is counted by the product itself (S39)."""
        assert {status(answer) for answer in before.say_all([head + HOST + END] * 60)} == {200}
        assert heard.take().count(head.split(b" ")[1]) == 60


class TestWhatTravelsOn:
    async def test_a_report_is_filed_through_it(self, house: House) -> None:
        before = house.reports()
        assert status(house.front.say(house.filing())) == 201
        assert house.reports() == before + 1

    def test_what_a_sender_claims_of_where_they_are_is_replaced(self, before: Front, heard: Listener) -> None:
        claims = b"X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: http\r\nForwarded: for=203.0.113.9\r\n"
        before.say(GET + HOST + claims + b"X_Forwarded_For: 203.0.113.9\r\n" + END)
        went = heard.take()
        assert b"203.0.113.9" not in went
        assert went.count(b"X-Forwarded-For: 127.0.0.1\r\n") == 1

    def test_guessing_passwords_from_many_claimed_addresses_is_guessing_from_one(self, house: House) -> None:
        body = f"username={house.world.stranger.email}&password=wrong".encode()
        met = []
        for n in range(6):
            claimed = b"X-Forwarded-For: 203.0.113.%d\r\n" % n
            form = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n" % len(body)
            met.append(
                status(house.front.say(b"POST /v1/auth/token HTTP/1.1\r\n" + HOST + claimed + form + END + body))
            )
        assert met == [401] * 5 + [429]

    def test_the_server_takes_that_word_of_the_front_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told: list[dict[str, Any]] = []
        monkeypatch.setattr("uvicorn.run", lambda *_, **more: told.append(more))
        serve()
        monkeypatch.setenv("UPSTANDER_FORWARDED_BY", "10.0.0.2")
        serve()
        assert [(each["proxy_headers"], each["forwarded_allow_ips"]) for each in told] == [
            (False, ""),
            (True, "10.0.0.2"),
        ]


class TestItsOwnAnswers:
    def test_they_carry_the_headers_of_every_answer(self, house: House) -> None:
        odd = [
            GET + HOST + HOST + END,
            b"TRACE / HTTP/1.1\r\n" + HOST + END,
            GET + HOST + b"X: " + b"a" * 9999 + b"\r\n" + END,
        ]
        for sent in [*odd, GET + HOST + END, b"GET /sign-in HTTP/1.1\r\n" + HOST + END]:
            head = house.front.say(sent).partition(b"\r\n\r\n")[0].decode().lower().split("\r\n")[1:]
            names = [line.partition(":")[0] for line in head]
            assert len(names) == len(set(names)), names
            for line in ("x-content-type-options: nosniff", "cache-control: no-store", "x-frame-options: deny"):
                assert line in head, sent
            assert {"content-security-policy", "strict-transport-security", "x-request-id"} <= set(names), sent
            assert "server: nginx" in head

    def test_a_product_that_is_away_is_unavailable_for_now(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        with front(free_port(), tmp_path_factory.mktemp("alone")) as alone:
            answer = alone.say(GET + HOST + END)
        assert (status(answer), slug(answer)) == (503, "unavailable")
        assert b"Retry-After: 5\r\n" in answer

    def test_its_log_holds_no_address_and_no_query(self, house: House) -> None:
        house.front.say(b"GET /v1/officers?name=canary-77 HTTP/1.1\r\n" + HOST + END)
        house.front.say(b"GET /v1/officers?name=canary-77 HTTP/1.1\r\nX: " + b"a" * 9999 + b"\r\n" + END)
        written = house.front.log.read_text() + (house.front.log.parent / "error.log").read_text()
        assert "canary-77" not in written
        assert "127.0.0.1" not in written
        assert all(set(json.loads(line)) == {"at", "status", "ms", "bytes"} for line in written.splitlines())
