"""Notes, checkpoints, cosignatures and keys against vectors that others published."""

from __future__ import annotations

import hashlib
from base64 import b64decode, b64encode
from typing import Any

import pytest

from app.audit.checkpoints import Checkpoint, open_checkpoint
from app.audit.notes import (
    BadKey,
    BadSignature,
    KeyType,
    MalformedNote,
    PublicKey,
    SecretKey,
    UnsignedNote,
    open_note,
    sign_note,
)
from app.audit.tlog import EMPTY_ROOT, consistency_holds
from tests.shared import needs_shared, shared_vectors

pytestmark = needs_shared

REFUSALS = {"malformed": MalformedNote, "unverified": UnsignedNote, "bad-signature": BadSignature}


def check_opening(case: dict[str, Any]) -> None:
    keys = [PublicKey.from_vkey(vkey) for vkey in case["vkeys"]]
    if case["outcome"] in REFUSALS:
        with pytest.raises(REFUSALS[case["outcome"]]):
            open_note(case["note"], keys)
        return
    opened = open_note(case["note"], keys)
    assert [one.key.name for one in opened.signed] == case["verified"]
    assert [line.name for line in opened.ignored] == case["unverified"]


class TestNotes:
    """C2SP signed-note."""

    def test_the_example_of_the_specification_opens(self) -> None:
        for case in shared_vectors("note/spec-example.json")["open"]:
            check_opening(case)

    def test_notes_open_or_are_refused_as_published(self) -> None:
        for case in shared_vectors("note/notes.json")["open"]:
            check_opening(case)

    def test_signing_gives_the_published_bytes(self) -> None:
        for case in shared_vectors("note/notes.json")["sign"]:
            key = SecretKey.from_skey(case["skey"])
            assert key.skey == case["skey"]
            assert sign_note(case["text"], [key]) == case["want"]

    def test_bad_keys_are_refused(self) -> None:
        for vkey in shared_vectors("note/notes.json")["bad_vkeys"]:
            with pytest.raises(BadKey):
                PublicKey.from_vkey(vkey)


class TestCheckpoints:
    """C2SP tlog-checkpoint."""

    def test_bodies_parse_or_are_refused_as_published(self) -> None:
        for case in shared_vectors("note/checkpoint-bodies.json")["cases"]:
            if case["ok"]:
                found = Checkpoint.parse(case["text"])
                assert (found.origin, found.size, found.text) == (case["origin"], case["size"], case["text"])
            else:
                with pytest.raises(MalformedNote):
                    Checkpoint.parse(case["text"])

    def test_a_checkpoint_of_a_large_public_log_opens(self) -> None:
        """Its key name differs from its origin line, which has spaces."""
        for case in shared_vectors("note/sumdb-checkpoint.json")["checkpoints"]:
            keys = [PublicKey.from_vkey(case["vkey"])]
            found = open_checkpoint(case["checkpoint"], keys, origin=case["origin"]).checkpoint
            assert (found.size, found.root) == (case["size"], b64decode(case["root_b64"]))

    def test_ed25519_logs_among_real_checkpoints_open(self) -> None:
        entries = shared_vectors("rekor/real-entries.json")["entries"]
        opened = 0
        for entry in entries:
            if entry["log_key_details"] == "PKIX_ED25519":
                raw = b64decode(entry["log_key_spki_b64"])[-32:]
                origin = entry["checkpoint"].split("\n")[0]
                key = PublicKey(origin, KeyType.ED25519, raw)
                assert key.key_id == b64decode(entry["log_id_b64"])[:4]
                found = open_checkpoint(entry["checkpoint"], [key], origin=origin).checkpoint
                assert (found.size, found.root) == (entry["size"], b64decode(entry["root_b64"]))
                opened += 1
        assert opened == 1


class TestCosignatures:
    """C2SP tlog-cosignature, `cosignature/v1`."""

    def test_lines_of_witnesses_verify_and_other_lines_are_ignored(self) -> None:
        for case in shared_vectors("cosignature/ed25519.json")["cases"]:
            key = PublicKey.from_vkey(case["cosigner_vkey"])
            assert key.type is KeyType.COSIGNATURE
            opened = open_note(case["checkpoint"], [key])
            assert [(one.key, one.seen_at) for one in opened.signed] == [(key, case["time"])]

    def test_another_time_or_text_does_not_verify(self) -> None:
        for case in shared_vectors("cosignature/ed25519.json")["cases"]:
            key = PublicKey.from_vkey(case["cosigner_vkey"])
            text, _, lines = case["checkpoint"].partition("\n\n")
            line = lines.rstrip("\n").split("\n")[-1]
            name, payload = line.split(" ")[1:]
            raw = bytearray(b64decode(payload))
            raw[11] ^= 1
            with pytest.raises(BadSignature):
                open_note(f"{text}\n\n\u2014 {name} {b64encode(raw).decode()}\n", [key])
            with pytest.raises(BadSignature):
                open_note(case["checkpoint"].replace("\n300\n", "\n301\n"), [key])


class TestAWitnessInConversation:
    """C2SP tlog-witness: what the recorded witness accepts and refuses, our functions do."""

    def test_each_step(self) -> None:
        talk = shared_vectors("witness/add-checkpoint-sequence.json")
        origin = talk["log_origin"]
        key = PublicKey(origin, KeyType.ED25519, bytes.fromhex(talk["log_ed25519_public_key_hex"]))
        size, root = 0, EMPTY_ROOT
        for number, step in enumerate(talk["steps"]):
            head, _, note = step["request_body"].partition("\n\n")
            old, *proof = head.split("\n")
            status = 200
            try:
                found = open_checkpoint(note, [key], origin=origin).checkpoint
            except (BadSignature, UnsignedNote):
                status = 403
            else:
                proven = [b64decode(line) for line in proof]
                if int(old.removeprefix("old ")) != size:
                    status = 409
                elif size and not consistency_holds(size, found.size, root, found.root, proven):
                    status = 422
                else:
                    size, root = found.size, found.root
            assert status == step["status"], number
        assert size == 5


class TestKeys:
    """Weak keys are refused when a key is read; which signatures are strict enough is the verifier's to say."""

    def test_low_order_and_oddly_written_keys_are_refused(self) -> None:
        refused = 0
        for case in shared_vectors("ed25519/edge-cases.json")["cases"]:
            raw = bytes.fromhex(case["key"])
            key_id = hashlib.sha256(b"x\n\x01" + raw).hexdigest()[:8]
            vkey = f"x+{key_id}+{b64encode(bytes((1,)) + raw).decode()}"
            if {"low_order_A", "non_canonical_A"} & set(case["flags"]):
                with pytest.raises(BadKey):
                    PublicKey.from_vkey(vkey)
                refused += 1
            else:
                assert PublicKey.from_vkey(vkey).raw == raw
        assert refused > 60

    def test_good_signatures_verify_and_malleable_ones_do_not(self) -> None:
        for case in shared_vectors("ed25519/malleable.json")["cases"]:
            key = PublicKey("x", KeyType.ED25519, bytes.fromhex(case["key"]))
            assert key.fits(case["msg"], bytes.fromhex(case["sig"])) is case["accept"], case["flags"]

    def test_no_strictly_good_signature_is_refused(self) -> None:
        for case in shared_vectors("ed25519/edge-cases.json")["cases"]:
            if case["accept"]:
                key = PublicKey("x", KeyType.ED25519, bytes.fromhex(case["key"]))
                assert key.fits(case["msg"], bytes.fromhex(case["sig"]))
