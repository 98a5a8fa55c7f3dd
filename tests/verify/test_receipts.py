"""A reporter's receipt holds by itself: what was filed, the entry that commits to it, and the log's promise."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.verify.builder import Log, Signer, canon, inclusion, sha, std64, year_of_work
from tests.verify.conftest import Answer, Desk
from tests.verify.test_bundles import after

CONTENT = canon({"narrative": "He kept hitting him; I said stop.", "officers": 3, "aid": True})
UNTIL = "2026-11-25T05:00:00Z"


@pytest.fixture(scope="module")
def log() -> Log:
    log = year_of_work(50)
    log.add("report.received", "2026-11-24", of={"content_sha256": sha(CONTENT.encode()).hex(), "mode": "confidential"})
    for index in range(51, 90):
        log.add("heartbeat", after(index))
    return log


def promise(log: Log, leaf: bytes, until: str = UNTIL) -> str:
    leaf_hash = std64(sha(b"\x00" + leaf))
    return log.promise.note(f"upstander-promise/v1\n{log.origin}\n{leaf_hash}\n{until}\n")


def receipt(log: Log, **changes: Any) -> dict[str, Any]:
    entry = log.entries[50]
    return {
        "locator": "K7Q2-9PXM",
        "leaf": entry.leaf.decode(),
        "blocks": [entry.blocks["of"], entry.blocks["what"]],
        "content_sha256": sha(CONTENT.encode()).hex(),
        "promise": promise(log, entry.leaf),
        "content": CONTENT,
        **changes,
    }


def proof(log: Log, *, index: int = 50, size: int = 90, cosigned: bool = True, extra: str = "") -> str:
    nodes = "".join(f"{std64(node)}\n" for node in inclusion(50, log.hashes(size)))
    head = log.checkpoint(size, after(size) if cosigned else None).decode()
    return f"c2sp.org/tlog-proof@v1\n{extra}index {index}\n{nodes}\n{head}"


def check(desk: Desk, log: Log, told: object, policy: bytes | None = None) -> Answer:
    desk.put("receipt.json", told if isinstance(told, bytes) else json.dumps(told).encode())
    desk.put("policy", policy or log.policy())
    return desk.ask("receipt", "receipt.json", "--policy", "policy")


class TestAReceipt:
    def test_is_verified(self, desk: Desk, log: Log) -> None:
        answer = check(desk, log, receipt(log))
        assert answer.status == 0, answer.text
        assert answer.lines("proven") == [
            "the content is the one whose hash the receipt states",
            f"the entry commits to the content hash {sha(CONTENT.encode()).hex()}",
            f"the log {log.origin} promised to hold this entry by {UNTIL}",
        ]
        assert any("that the entry is in the log by now" in line for line in answer.lines("not proven"))

    def test_without_the_content_says_that_only_its_hash_is_shown(self, desk: Desk, log: Log) -> None:
        answer = check(desk, log, receipt(log, content=None))
        assert answer.status == 0
        assert any("what was filed" in line for line in answer.lines("not proven"))

    def test_whose_promise_is_still_to_follow_decides_nothing(self, desk: Desk, log: Log) -> None:
        answer = check(desk, log, receipt(log, promise=None))
        assert answer.status == 2
        assert any("still to follow" in line for line in answer.lines("not proven"))

    def test_with_a_proof_shows_the_entry_in_the_log(self, desk: Desk, log: Log) -> None:
        for told in (
            receipt(log, proof=proof(log)),
            receipt(log, promise=None, proof=proof(log, extra="extra aGk=\n")),
        ):
            answer = check(desk, log, told)
            assert answer.status == 0, answer.text
            assert f"the entry is in the log {log.origin}" in answer.lines("proven")

    def test_with_a_proof_that_no_witness_cosigned_decides_nothing(self, desk: Desk, log: Log) -> None:
        told = receipt(log, proof=proof(log, cosigned=False))
        assert check(desk, log, told).status == 2
        assert check(desk, log, told, log.policy("none")).status == 0


class TestAForgedReceipt:
    @pytest.mark.parametrize(
        "change",
        [
            lambda told: {"content": CONTENT.replace("stop", "go on")},
            lambda told: {"content": json.dumps(json.loads(CONTENT))},
            lambda told: {"content": "{"},
            lambda told: {"content": "[" * 100_000},
            lambda told: {"content": CONTENT.replace("3", "3.0")},
            lambda told: {"content_sha256": "0" * 64, "content": None},
            lambda told: {"content_sha256": sha(b"other").hex()},
            lambda told: {"blocks": told["blocks"][1:]},
            lambda told: {"blocks": []},
            lambda told: {"blocks": told["blocks"] * 2},
            lambda told: {"blocks": [told["blocks"][0].replace("confidential", "named"), told["blocks"][1]]},
            lambda told: {"blocks": ["x"]},
            lambda told: {"leaf": told["leaf"].replace('"v":1', '"v":2')},
            lambda told: {"leaf": told["leaf"].replace("metro", "other")},
            lambda told: {"leaf": told["leaf"] + " "},
            lambda told: {"leaf": "{}"},
            lambda told: {"leaf": "[]"},
            lambda told: {"leaf": "x" * 70_000},
            lambda told: {"leaf": canon({"b": {}, "log": "x" * 70_000, "v": 1})},
            lambda told: {"leaf": "\ud800"},
            lambda told: {"promise": told["promise"].replace(UNTIL, "2027-11-25T05:00:00Z")},
            lambda told: {"promise": "x"},
            lambda told: {"promise": ""},
            lambda told: {"promise": 1},
            lambda told: {"blocks": "of"},
            lambda told: {"blocks": None},
            lambda told: {"locator": None},
        ],
    )
    def test_is_refuted(self, desk: Desk, log: Log, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        told = receipt(log)
        answer = check(desk, log, {**told, **change(told)})
        assert answer.status == 1, answer.text
        assert not any("was not written for" in line["what"] for line in answer.told["lines"])

    @pytest.mark.parametrize("data", [b"", b"{", b"null", b"[]", b"{}", b"\xff", b'{"leaf":1}', b"[" * 100_000])
    def test_in_no_form_of_a_receipt_is_refuted(self, desk: Desk, log: Log, data: bytes) -> None:
        assert check(desk, log, data).status == 1

    def test_with_a_promise_about_another_entry_is_refuted(self, desk: Desk, log: Log) -> None:
        assert check(desk, log, receipt(log, promise=promise(log, log.entries[49].leaf))).status == 1
        assert check(desk, log, receipt(log, promise=promise(log, log.entries[50].leaf, "soon"))).status == 1

    def test_with_a_promise_by_another_key_is_refuted(self, desk: Desk, log: Log) -> None:
        text = promise(log, log.entries[50].leaf).partition("\n\n")[0] + "\n"
        for signer in (log.log, log.export, Signer("stranger.example")):
            assert check(desk, log, receipt(log, promise=signer.note(text))).status == 1
        thief = Signer(log.promise.name)
        thief.key = log.export.key
        assert check(desk, log, receipt(log, promise=thief.note(text))).status == 1

    def test_with_a_proof_about_the_tree_of_another_log_is_refuted(self, desk: Desk, log: Log) -> None:
        """Signed with the right key, but for a log that has another name."""
        text = f"another.example/log\n90\n{std64(log.root(90))}\n"
        signed = f"{log.log.note(text)}{log.witness.line(text, after(90))}"
        told = receipt(log, proof=proof(log).partition("\n\n")[0] + "\n\n" + signed)
        assert check(desk, log, told).status == 1

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text.replace("index 50", "index 51"),
            lambda text: text.replace("index 50", "index 050"),
            lambda text: text.replace("@v1", "@v2"),
            lambda text: text.replace("\n90\n", "\n91\n"),
            lambda text: text.replace("index 50\n", "index 50\n" + base64.b64encode(bytes(32)).decode() + "\n"),
            lambda text: text.replace("index 50\n", "index 50\n" + "?" * 44 + "\n"),
            lambda text: text.partition("\n\n")[0],
            lambda text: text.partition("\n\n")[2],
            lambda text: "",
        ],
    )
    def test_with_a_broken_proof_is_refuted(self, desk: Desk, log: Log, change: Callable[[str], str]) -> None:
        assert check(desk, log, receipt(log, proof=change(proof(log)))).status == 1
