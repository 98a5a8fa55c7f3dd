"""Security section 6: what each bad input gets, with nothing lost or half done, and no input gives a 5xx (S43)."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.world import World, file_case, fresh_key, report_body

CANARY = "canary-8f21"


def raw(body: bytes, kind: str = "application/json") -> dict[str, Any]:
    return {"content": body, "headers": {"Content-Type": kind, "Idempotency-Key": fresh_key()}}


MALFORMED = {
    "not JSON": b"{",
    "duplicate key": b'{"mode": "named", "mode": "named"}',
    "NaN": b'{"aid": NaN}',
    "Infinity": b'{"aid": -Infinity}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": "{}".encode("utf-16"),
    "not UTF-8": b'{"narrative": "\xff"}',
    "too deep": b"[" * 200 + b"]" * 200,
    "number too long": b'{"x": ' + b"9" * 5000 + b"}",
    "number too large": b'{"x": 1e999}',
}


class TestMalformed:
    """Malformed bodies get 400 malformed-body."""

    @pytest.mark.parametrize("case", MALFORMED)
    async def test_it_is_refused_as_malformed(self, world: World, case: str) -> None:
        answer = await world.reporter.call("POST", "/v1/reports", **raw(MALFORMED[case]))
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-body")
        assert answer.headers["content-type"] == "application/problem+json"


def place(body: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    *steps, last = path.split("/")
    inner: Any = body
    for step in steps:
        inner = inner[int(step) if step.isdigit() else step]
    inner[last] = value
    return body


UNFIT = {
    "extra member": ("surprise", CANARY),
    "wrong type": ("narrative", 5),
    "empty text": ("narrative", "  "),
    "NUL": ("narrative", f"{CANARY}\x00"),
    "lone surrogate": ("narrative", f"{CANARY}\ud800"),
    "control character": ("narrative", f"{CANARY}\x07"),
    "too long": ("narrative", CANARY * 4000),
    "unknown code": ("officers/0/force", [CANARY]),
    "unknown role": ("officers/0/role", CANARY),
    "unknown mode": ("mode", "anonymous"),
    "another class's warning": ("warning", "voluntary-1"),
    "no declaration": ("declares_accuracy", False),
    "date without offset": ("incident/occurred_at", "2026-01-01T10:00:00"),
    "date as number": ("incident/occurred_at", 1),
    "before 1900": ("incident/occurred_at", "1899-12-31T23:59:59Z"),
    "future": ("incident/occurred_at", (datetime.now(UTC) + timedelta(days=1)).isoformat()),
    "overflow by offset": ("incident/occurred_at", "0001-01-01T00:00:00+23:59"),
    "nobody": ("officers/0", {"role": "present"}),
    "no officers": ("officers", []),
    "too many officers": ("officers", [{"name": "x", "role": "present"}] * 41),
    "officer of nowhere": ("officers/0/officer_id", "00000000-0000-0000-0000-000000000001"),
}


class TestUnfit:
    """What is readable and does not fit gets 422 with pointer and rule, never the value."""

    @pytest.mark.parametrize("case", UNFIT)
    async def test_it_is_refused_and_not_echoed(self, world: World, case: str) -> None:
        path, value = UNFIT[case]
        body = place(report_body(world), path, value) if not path.endswith("officers/0") else None
        if body is None:
            body = report_body(world)
            body["officers"][0] = value
        content = json.dumps(body, ensure_ascii=True).encode()
        answer = await world.reporter.call("POST", "/v1/reports", **raw(content))
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/validation"), answer.text
        assert answer.json()["errors"]
        assert CANARY not in answer.text.replace("/surprise", "")
        assert world.database.sql("SELECT count(*) FROM report WHERE agency_id = :a", a=world.agency.id) == [(0,)]

    @pytest.mark.parametrize(
        ("path", "value", "says"),
        [
            ("mode", "anonymous", "Input should be 'named'"),
            ("warning", "voluntary-1", "not a warning of this class of statement"),
            ("warning", "duty-99", "not a warning of this class of statement"),
            ("statement_class", "rumour", "Input should be 'voluntary', 'compelled' or 'duty_report'"),
            ("own_acts/force", ["shove"], "not a code of the list force"),
        ],
    )
    async def test_the_member_is_named_and_what_would_do_in_plain_words(
        self, world: World, path: str, value: Any, says: str
    ) -> None:
        body = place(report_body(world), path, value)
        [fault] = (await world.reporter.call("POST", "/v1/reports", **raw(json.dumps(body).encode()))).json()["errors"]
        assert fault["pointer"] == "/" + path + ("/0" if isinstance(value, list) else "")
        assert fault["says"] == says
        draft = (await world.reporter.post("/v1/drafts", {"content": body})).json()["id"]
        [kept] = (await world.reporter.post(f"/v1/drafts/{draft}/filing")).json()["errors"]
        assert (kept["pointer"], kept["says"]) == (fault["pointer"], says)

    async def test_an_empty_body_is_unfit(self, world: World) -> None:
        answer = await world.reporter.call("POST", "/v1/reports", **raw(b""))
        assert (answer.status_code, answer.json()["type"]) == (422, "/problems/validation")


class TestAddresses:
    """Unknown methods, ids, types and sizes."""

    async def test_an_unlisted_method_names_the_listed_ones(self, world: World) -> None:
        answer = await world.reporter.call("DELETE", "/v1/reports")
        assert (answer.status_code, answer.json()["type"]) == (405, "/problems/method-not-allowed")
        assert {"GET", "POST"} <= set(answer.headers["allow"].split(", "))

    @pytest.mark.parametrize(
        "odd", ["x", "%00", "%ff", "0" * 300, "..", "null", "00000000-0000-0000-0000-000000000001"]
    )
    async def test_an_odd_id_is_as_absent_as_an_unknown_one(self, world: World, odd: str) -> None:
        answer = await world.reporter.get(f"/v1/reports/{odd}")
        assert answer.status_code == 404

    @pytest.mark.parametrize("odd", ["%00", "x%00y", "%ff", "0" * 4000])
    async def test_so_is_the_odd_id_of_an_act_that_takes_a_key(self, world: World, odd: str) -> None:
        """What is looked up first is the key of the act, and the address is part of that."""
        more = {"narrative": "I now remember a second blow.", "declares_accuracy": True}
        for path, said in ((f"/v1/reports/{odd}/supplements", more), (f"/v1/drafts/{odd}/filing", None)):
            answer = await world.reporter.post(path, said)
            assert (answer.status_code, answer.json()["type"]) == (404, "/problems/not-found"), path

    async def test_an_id_has_one_spelling_or_one_key_would_act_twice(self, world: World) -> None:
        filed, key = (await file_case(world))["id"], fresh_key()
        more = {"narrative": "I now remember a second blow.", "declares_accuracy": True}
        bare = filed.replace("-", "")
        for odd in (f"{{{filed}}}", f"urn:uuid:{filed}", bare, "-".join(bare)):
            answer = await world.reporter.post(f"/v1/reports/{odd}/supplements", more, key=key)
            assert answer.status_code == 404, odd

    async def test_another_content_type_is_refused(self, world: World) -> None:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "text/json", ""):
            answer = await world.reporter.call("POST", "/v1/reports", **raw(b'{"mode": "named"}', kind))
            assert (answer.status_code, answer.json()["type"]) == (415, "/problems/unsupported-media"), kind

    @pytest.mark.parametrize("asked", ["text/html", "application/xml, text/*", "application/json;q=0", "nonsense"])
    async def test_an_answer_in_another_form_is_not_made(self, world: World, asked: str) -> None:
        body, headers = report_body(world), {"Accept": asked, "Idempotency-Key": fresh_key()}
        answer = await world.reporter.call("POST", "/v1/reports", json=body, headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (406, "/problems/not-acceptable")
        assert world.database.sql("SELECT count(*) FROM report WHERE agency_id = :a", a=world.agency.id) == [(0,)]

    @pytest.mark.parametrize("asked", ["application/json", "text/html, */*;q=0.1", "application/*", ""])
    async def test_whoever_takes_json_among_others_gets_it(self, world: World, asked: str) -> None:
        answer = await world.reporter.call("GET", "/v1/reports", headers={"Accept": asked})
        assert answer.status_code == 200

    async def test_headers_over_the_limit_are_refused(self, world: World) -> None:
        answer = await world.reporter.call("GET", "/v1/reports", headers={"X-Long": "a" * 66_000})
        assert (answer.status_code, answer.json()["type"]) == (431, "/problems/headers-too-large")

    async def test_a_body_over_the_limit_is_refused_before_it_is_read(self, world: World) -> None:
        answer = await world.reporter.call("POST", "/v1/reports", **raw(b"[" + b" " * 1_100_000 + b"]"))
        assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large")

    async def test_an_address_over_the_limit_is_refused(self, world: World) -> None:
        answer = await world.reporter.get("/v1/officers?name=" + "a" * 9000)
        assert (answer.status_code, answer.json()["type"]) == (414, "/problems/uri-too-long")

    @pytest.mark.parametrize("key", ["", "short", "x" * 200, "has a\ttab in it xxxxxxx"])
    async def test_a_malformed_idempotency_key_is_refused(self, world: World, key: str) -> None:
        headers = {"Idempotency-Key": key}
        answer = await world.reporter.call("POST", "/v1/reports", json=report_body(world), headers=headers)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/idempotency-required")


class TestHeaders:
    """S54: on every answer, errors included."""

    @pytest.mark.parametrize("path", ["/livez", "/v1/me", "/nowhere", "/v1/reports"])
    async def test_they_are_there(self, world: World, path: str) -> None:
        answer = await world.reporter.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-request-id"]
