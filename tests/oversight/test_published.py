"""The published log and receipts: for everyone, without a sign-in, and never more than hashes."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from app.audit.checkpoints import open_checkpoint
from app.audit.entries import make_entry
from app.audit.keys import keys_in, read_policy
from app.audit.log import record
from app.audit.tiles import split_hashes, unpack_entries
from app.audit.tlog import inclusion_holds, leaf_hash, root_of
from tests.database import ORIGIN
from tests.record import Recorder, exporter, recorder, verify_receipt
from tests.world import World, file_case


@pytest.fixture
async def at_work(world: World) -> AsyncIterator[Recorder]:
    async with recorder(world.database) as found:
        yield found


async def anyone(world: World, method: str, path: str, **more: Any) -> httpx2.Response:
    """Somebody without an account."""
    transport = httpx2.ASGITransport(app=world.app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://upstander.test") as client:
        return await client.request(method, path, **more)


async def checkpoint_of(world: World, at_work: Recorder) -> Any:
    answer = await anyone(world, "GET", f"/v1/audit/checkpoint?log={world.agency.slug}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
    origin = f"{ORIGIN}/{world.agency.slug}"
    keys = keys_in(read_policy(at_work.settings.policies_folder, world.agency.id), origin)
    return open_checkpoint(answer.text, keys, origin=origin).checkpoint


async def read_the_agency(world: World, amount: int) -> None:
    async with world.transaction() as tx:
        for _ in range(amount):
            record(tx, "agency.read", ("agency", world.agency.id))


class TestThePublishedLog:
    async def test_anyone_computes_the_signed_root_from_entries_and_from_tiles(
        self, world: World, at_work: Recorder
    ) -> None:
        await read_the_agency(world, 300)
        await at_work.settle(world.agency.id)
        signed = await checkpoint_of(world, at_work)
        rest = signed.size - 256
        place = f"/v1/audit/tile/{world.agency.slug}"
        hashes, leaves = [], []
        for path in ("000", f"001.p/{rest}"):
            hashes += split_hashes((await anyone(world, "GET", f"{place}/0/{path}")).content)
            leaves += unpack_entries((await anyone(world, "GET", f"{place}/entries/{path}")).content)
        assert root_of(hashes) == signed.root
        assert [leaf_hash(leaf) for leaf in leaves] == hashes
        upper = await anyone(world, "GET", f"{place}/1/000.p/1")
        assert upper.content == root_of(hashes[:256])

    async def test_full_tiles_are_kept_by_caches_for_ever(self, world: World, at_work: Recorder) -> None:
        await read_the_agency(world, 300)
        await at_work.settle(world.agency.id)
        full = await anyone(world, "GET", f"/v1/audit/tile/{world.agency.slug}/0/000")
        assert full.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert full.headers["content-type"] == "application/octet-stream"

    async def test_a_partial_tile_stays_under_its_name_while_the_log_grows(
        self, world: World, at_work: Recorder
    ) -> None:
        path = f"/v1/audit/tile/{world.agency.slug}/0/000.p/5"
        await at_work.settle(world.agency.id)
        before = (await anyone(world, "GET", path)).content
        await read_the_agency(world, 5)
        await at_work.settle(world.agency.id)
        assert (await anyone(world, "GET", path)).content == before
        assert len(before) == 5 * 32

    async def test_nothing_is_shown_that_is_not_signed(self, world: World, at_work: Recorder) -> None:
        await at_work.settle(world.agency.id)
        signed = await checkpoint_of(world, at_work)
        await read_the_agency(world, 5)
        await at_work.number(world.agency.id)
        for kind in ("0", "entries"):
            path = f"/v1/audit/tile/{world.agency.slug}/{kind}/000.p"
            assert (await anyone(world, "GET", f"{path}/{signed.size}")).status_code == 200
            assert (await anyone(world, "GET", f"{path}/{signed.size + 1}")).status_code == 404

    @pytest.mark.parametrize(
        "path",
        [
            "0/001",
            "0/000",
            "8/000",
            "0/0",
            "0/x000/000",
            "0/000.p/0",
            "0/000.p/256",
            "00/000.p/1",
            "-1/000",
            "entries/999",
            "0/x999/x999/x999/x999/x999/x999/999",
            "0/000.p/1/",
            "entries/%00",
            "../checkpoint",
            "0/%F0%9F%98%80",
            "",
        ],
    )
    async def test_what_is_no_tile_of_it_is_not_found(self, world: World, at_work: Recorder, path: str) -> None:
        await at_work.settle(world.agency.id)
        assert (await anyone(world, "GET", f"/v1/audit/tile/{world.agency.slug}/{path}")).status_code == 404

    @pytest.mark.parametrize("log", ["nowhere", "", "%00", "../x", "A" * 70, "x" * 5000, "\u00e9"])
    async def test_a_log_that_is_not_here_is_not_found(self, world: World, log: str) -> None:
        assert (await anyone(world, "GET", f"/v1/audit/checkpoint?log={log}")).status_code in (404, 422)
        assert (await anyone(world, "GET", f"/v1/audit/tile/{log}/0/000")).status_code == 404

    async def test_a_log_that_nobody_signed_yet_is_not_found(self, world: World) -> None:
        assert (await anyone(world, "GET", f"/v1/audit/checkpoint?log={world.agency.slug}")).status_code == 404

    async def test_whoever_is_signed_in_gets_their_own_agencys(
        self, world: World, neighbours: World, at_work: Recorder
    ) -> None:
        await at_work.settle(world.agency.id)
        await at_work.settle(neighbours.agency.id)
        for each in (world, neighbours):
            own = await each.reporter.get("/v1/audit/checkpoint")
            named = await anyone(each, "GET", f"/v1/audit/checkpoint?log={each.agency.slug}")
            assert own.text == named.text
            assert own.text.startswith(f"{ORIGIN}/{each.agency.slug}\n")

    async def test_without_a_name_and_without_a_sign_in_there_is_nothing_to_show(self, world: World) -> None:
        assert (await anyone(world, "GET", "/v1/audit/checkpoint")).status_code == 422

    async def test_reading_it_leaves_no_entry(self, world: World, at_work: Recorder) -> None:
        await at_work.settle(world.agency.id)
        before = len(world.entries())
        await checkpoint_of(world, at_work)
        await anyone(world, "GET", f"/v1/audit/tile/{world.agency.slug}/0/000.p/1")
        assert len(world.entries()) == before


async def receipt_of(world: World, report: dict[str, Any]) -> dict[str, Any]:
    answer = await world.reporter.get(report["receipt"])
    assert answer.status_code == 200, answer.text
    receipt: dict[str, Any] = answer.json()
    return receipt


async def judged(world: World, receipt: Any) -> dict[str, Any]:
    answer = await anyone(world, "POST", "/v1/receipts/verify", json=receipt)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def points(proof: dict[str, Any]) -> dict[str, str]:
    return {point["what"]: point["says"] for point in proof["points"]}


class TestReceipts:
    async def test_a_receipt_proves_what_was_filed_and_that_the_log_holds_it(
        self, world: World, at_work: Recorder
    ) -> None:
        at_work.make_keys(world.agency.id)
        async with exporter(at_work):
            receipt = await receipt_of(world, await file_case(world))
        assert receipt["promise"] is not None
        waiting = await judged(world, receipt)
        assert waiting["verdict"] == "undecided"
        assert waiting["index"] is None
        await at_work.settle(world.agency.id)
        proof = await judged(world, receipt)
        assert proof["verdict"] == "verified"
        assert points(proof) == dict.fromkeys(("commitment", "content", "promise", "inclusion"), "proven")
        signed = await checkpoint_of(world, at_work)
        assert proof["checkpoint_size"] == signed.size
        head, _, note = proof["proof"].partition("\n\n")
        assert note.startswith(f"{signed.text}\n")
        steps = [b64decode(line) for line in head.splitlines()[2:]]
        assert inclusion_holds(proof["index"], signed.size, leaf_hash(receipt["leaf"].encode()), steps, signed.root)

    async def test_and_with_its_proof_it_needs_this_service_no_more(self, world: World, at_work: Recorder) -> None:
        at_work.make_keys(world.agency.id)
        async with exporter(at_work):
            receipt = await receipt_of(world, await file_case(world))
        await at_work.settle(world.agency.id)
        whole = {**receipt, "proof": (await judged(world, receipt))["proof"]}
        answer = verify_receipt(whole, read_policy(at_work.settings.policies_folder, world.agency.id))
        assert answer.code == 0, answer.text
        assert "VERIFIED" in answer.text

    async def test_a_promise_follows_while_the_signer_is_away(self, world: World, at_work: Recorder) -> None:
        report = await file_case(world)
        early = await receipt_of(world, report)
        assert (early["promise"], early["promise_to_follow"]) == (None, True)
        await at_work.settle(world.agency.id)
        assert points(await judged(world, early))["promise"] == "not_proven"
        async with exporter(at_work):
            later = await receipt_of(world, report)
        assert later["promise_to_follow"] is False
        assert (await judged(world, later))["verdict"] == "verified"

    @pytest.mark.parametrize(
        ("member", "change", "failed"),
        [
            ("content_sha256", lambda text: "0" * 64, "content"),
            ("leaf", lambda text: text.replace('"v":1', '"v":2'), "commitment"),
            ("leaf", lambda text: f" {text}", "commitment"),
            ("leaf", lambda text: re.sub('"of":".', '"of":"-', text), "commitment"),
            ("blocks", lambda texts: [texts[0].replace("report", "Report"), texts[1]], "commitment"),
            ("blocks", lambda texts: [texts[1]], "commitment"),
            ("blocks", lambda texts: [texts[0], texts[0]], "commitment"),
            ("blocks", lambda texts: [], "commitment"),
            ("promise", lambda note: note.replace("upstander-promise/v1", "upstander-promise/v2"), "promise"),
            ("promise", lambda note: note[:-8] + "AAAAAAA\n", "promise"),
            ("promise", lambda note: "no note", "promise"),
        ],
    )
    async def test_one_that_was_changed_is_refuted(
        self, world: World, at_work: Recorder, member: str, change: Any, failed: str
    ) -> None:
        at_work.make_keys(world.agency.id)
        async with exporter(at_work):
            receipt = await receipt_of(world, await file_case(world))
        await at_work.settle(world.agency.id)
        changed = {**receipt, member: change(receipt[member])}
        assert changed != receipt
        proof = await judged(world, changed)
        assert proof["verdict"] == "refuted"
        assert points(proof)[failed] == "failed"

    async def test_the_promise_of_another_entry_proves_nothing(self, world: World, at_work: Recorder) -> None:
        at_work.make_keys(world.agency.id)
        async with exporter(at_work):
            one, other = [await receipt_of(world, await file_case(world)) for _ in range(2)]
        await at_work.settle(world.agency.id)
        proof = await judged(world, {**one, "promise": other["promise"]})
        assert points(proof)["promise"] == "failed"

    async def test_an_entry_that_was_never_logged_is_not_said_to_be(self, world: World, at_work: Recorder) -> None:
        """Somebody makes up a leaf that commits to blocks of theirs."""
        await at_work.settle(world.agency.id)
        entry = make_entry(f"{ORIGIN}/{world.agency.slug}", what={}, who={}, on={}, of={"content_sha256": "0" * 64})
        made_up = {"leaf": entry.leaf.decode(), "blocks": [entry.texts[0]], "content_sha256": "0" * 64}
        proof = await judged(world, made_up)
        assert (proof["verdict"], proof["index"]) == ("undecided", None)
        assert points(proof)["inclusion"] == "not_proven"

    @pytest.mark.parametrize(
        "receipt",
        [
            {"leaf": "", "blocks": [], "content_sha256": "0" * 64},
            {"leaf": "null", "blocks": ["x"], "content_sha256": "0" * 64},
            {"leaf": "[" * 1000, "blocks": ["[" * 10000], "content_sha256": "0" * 64},
            {"leaf": '{"b":{},"log":"x","v":1}', "blocks": [], "content_sha256": "0" * 64},
            {"leaf": '{"b":7,"log":"x","v":1}', "blocks": [], "content_sha256": "0" * 64},
            {"leaf": "\ud800", "blocks": ["\udfff"], "content_sha256": "0" * 64},
            {"leaf": "9" * 900, "blocks": [], "content_sha256": "0" * 64},
        ],
    )
    async def test_what_is_no_receipt_is_refuted_or_refused(self, world: World, receipt: Any) -> None:
        answer = await anyone(
            world,
            "POST",
            "/v1/receipts/verify",
            content=json.dumps(receipt),
            headers={"content-type": "application/json"},
        )
        assert answer.status_code == 422 or answer.json()["verdict"] == "refuted"

    async def test_checking_one_leaves_no_trace_of_it(self, world: World, at_work: Recorder) -> None:
        receipt = await receipt_of(world, await file_case(world))
        await at_work.settle(world.agency.id)
        before = len(world.entries())
        await judged(world, receipt)
        assert len(world.entries()) == before
