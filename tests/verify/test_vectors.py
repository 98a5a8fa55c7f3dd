"""The verifier's own arithmetic against vectors that others published."""

from __future__ import annotations

import json
from base64 import b64decode
from types import ModuleType
from typing import Any

import pytest

from tests.shared import needs_shared, shared_vectors
from tests.verify.builder import Signer, std64

pytestmark = needs_shared


def raw(text: str | None) -> bytes:
    return b64decode(text or "")


class TestSignatures:
    """RFC 8032, strictly: one reading of every signature, and no key that signs everything."""

    @pytest.mark.parametrize("file", ["ed25519/edge-cases.json", "ed25519/malleable.json"])
    def test_accepts_exactly_what_the_strict_rule_accepts(self, verify: ModuleType, file: str) -> None:
        cases = shared_vectors(file)["cases"]
        wrong = [
            case["number"]
            for case in cases
            if verify.signature_holds(bytes.fromhex(case["key"]), case["msg"].encode(), bytes.fromhex(case["sig"]))
            is not case["accept"]
        ]
        assert wrong == []
        assert {case["accept"] for case in cases} == {True, False}

    def test_a_weak_key_never_enters_a_policy(self, verify: ModuleType) -> None:
        weak = {
            case["key"] for case in shared_vectors("ed25519/edge-cases.json")["cases"] if "low_order_A" in case["flags"]
        }
        assert weak
        assert not any(verify.is_usable_key(bytes.fromhex(key)) for key in weak)

    def test_a_key_has_one_encoding_only(self, verify: ModuleType) -> None:
        """Both y and y + p mean one number; below 2**255 both can be written only for y under 19."""
        written = [y.to_bytes(32, "little") for y in range(2, 19)]
        again = [(2**255 - 19 + y).to_bytes(32, "little") for y in range(2, 19)]
        assert any(verify.is_usable_key(key) for key in written)
        assert not any(verify.is_usable_key(key) for key in again)


class TestTree:
    def test_hashes_of_the_reference_tree(self, verify: ModuleType) -> None:
        tree = shared_vectors("rfc6962/tree8.json")
        leaves = [verify.leaf_hash(bytes.fromhex(leaf)) for leaf in tree["leaf_inputs_hex"]]
        levels = tree["complete_subtree_hashes_by_level_hex"]
        assert [leaf.hex() for leaf in leaves] == levels[0]
        assert verify.fold(leaves).hex() == levels[-1][0]
        for case in tree["hashes"]:
            if "left_hex" in case:
                assert (
                    verify.node_hash(bytes.fromhex(case["left_hex"]), bytes.fromhex(case["right_hex"])).hex()
                    == case["want"]
                )
            elif case["desc"] == "empty tree":
                assert verify.Tree(0, ()).root().hex() == case["want"]

    @pytest.mark.parametrize("start", range(9))
    def test_a_frontier_grows_to_the_reference_root(self, verify: ModuleType, start: int) -> None:
        tree = shared_vectors("rfc6962/tree8.json")
        leaves = [verify.leaf_hash(bytes.fromhex(leaf)) for leaf in tree["leaf_inputs_hex"]]
        grown = verify.Tree(0, ())
        grown.add(leaves[:start])
        again = verify.Tree(start, [node for _, node in grown.stack])
        again.add(leaves[start:])
        assert again.root().hex() == tree["complete_subtree_hashes_by_level_hex"][-1][0]

    def test_inclusion_proofs(self, verify: ModuleType) -> None:
        cases = shared_vectors("rfc6962/inclusion.json")["cases"]
        assert [case["file"] for case in cases if self.includes(verify, case) is case["wantErr"]] == []

    @staticmethod
    def includes(verify: ModuleType, case: dict[str, Any]) -> Any:
        proof = [raw(node) for node in case["proof"] or []]
        return verify.inclusion_holds(
            case["leafIdx"], case["treeSize"], raw(case["leafHash"]), proof, raw(case["root"])
        )

    def test_consistency_proofs(self, verify: ModuleType) -> None:
        cases = shared_vectors("rfc6962/consistency.json")["cases"]
        assert [case["file"] for case in cases if self.continues(verify, case) is case["wantErr"]] == []

    @staticmethod
    def continues(verify: ModuleType, case: dict[str, Any]) -> Any:
        proof = [raw(node) for node in case["proof"] or []]
        return verify.consistency_holds(case["size1"], case["size2"], raw(case["root1"]), raw(case["root2"]), proof)

    def test_inclusion_in_a_log_of_75_million_entries(self, verify: ModuleType) -> None:
        for entry in shared_vectors("rekor/real-entries.json")["entries"]:
            proof = [raw(node) for node in entry["proof_b64"]]
            leaf = verify.leaf_hash(raw(entry["leaf_b64"]))
            assert verify.inclusion_holds(entry["index"], entry["size"], leaf, proof, raw(entry["root_b64"]))
            assert not verify.inclusion_holds(entry["index"] ^ 1, entry["size"], leaf, proof, raw(entry["root_b64"]))


class TestTiles:
    def test_paths(self, verify: ModuleType) -> None:
        for index, path in shared_vectors("tiles/paths.json")["index_path"]:
            assert verify.tile_path("0", index, 256) == f"tile/0/{path}"
            assert verify.tile_path("entries", index, 17) == f"tile/entries/{path}.p/17"
            assert verify.entry_of(f"tile/entries/{path}.p/17") == index * 256

    def test_partial_tiles_of_a_size(self, verify: ModuleType) -> None:
        for case in shared_vectors("tiles/paths.json")["partials_for_size"]:
            for level in range(3):
                full = case.get(f"level{level}_full", 0)
                part = max(verify.tile_width(case["size"], level, full), 0)
                assert part == case.get(f"level{level}_partial", 0)
                assert full == 0 or verify.tile_width(case["size"], level, full - 1) == 256

    def test_every_checkpoint_of_a_small_log_follows_from_its_entries(self, verify: ModuleType) -> None:
        log = shared_vectors("tiles/small-log.json")
        key = verify.read_vkey(log["vkey"])
        leaves = self.entries(
            raw(next(text for name, text in log["files_b64"].items() if name.endswith("entries/000.p/15")))
        )
        for size, text in log["checkpoints_by_size"].items():
            note = verify.read_note(text.encode())
            assert list(verify.signers(note, [key])) == [key]
            tree = verify.Tree(0, ())
            tree.add([verify.leaf_hash(leaf) for leaf in leaves[: int(size)]])
            assert verify.read_checkpoint(note.text) == (key.name, int(size), tree.root())

    @staticmethod
    def entries(bundle: bytes) -> list[bytes]:
        found = []
        while bundle:
            length = int.from_bytes(bundle[:2], "big")
            found.append(bundle[2 : 2 + length])
            bundle = bundle[2 + length :]
        return found


class TestNotes:
    def test_opens_what_should_open_and_names_who_signed(self, verify: ModuleType) -> None:
        cases = shared_vectors("note/notes.json")["open"] + shared_vectors("note/spec-example.json")["open"]
        for case in cases:
            assert self.outcome(verify, case) == (case["outcome"], case.get("verified", [])), case

    @staticmethod
    def outcome(verify: ModuleType, case: dict[str, Any]) -> tuple[str, list[str]]:
        keys = [verify.read_vkey(text) for text in case["vkeys"]]
        try:
            note = verify.read_note(case["note"].encode())
        except verify.Refuted:
            return "malformed", []
        try:
            found = [key.name for key in verify.signers(note, keys)]
        except verify.Refuted:
            return "bad-signature", []
        return ("open" if found else "unverified"), found

    def test_refuses_malformed_keys(self, verify: ModuleType) -> None:
        for text in shared_vectors("note/notes.json")["bad_vkeys"]:
            with pytest.raises(ValueError, match=r"key"):
                verify.read_vkey(text)

    def test_reads_a_real_checkpoint_whose_origin_has_spaces(self, verify: ModuleType) -> None:
        for case in shared_vectors("note/sumdb-checkpoint.json")["checkpoints"]:
            note = verify.read_note(case["checkpoint"].encode())
            assert len(verify.signers(note, [verify.read_vkey(case["vkey"])])) == 1
            assert verify.read_checkpoint(note.text) == (case["origin"], case["size"], raw(case["root_b64"]))

    def test_checkpoint_texts_to_accept_and_refuse(self, verify: ModuleType) -> None:
        for case in shared_vectors("note/checkpoint-bodies.json")["cases"]:
            if case["ok"]:
                assert verify.read_checkpoint(case["text"])[:2] == (case["origin"], case["size"])
            else:
                with pytest.raises(verify.Refuted):
                    verify.read_checkpoint(case["text"])

    def test_witness_cosignatures(self, verify: ModuleType) -> None:
        for case in shared_vectors("cosignature/ed25519.json")["cases"]:
            key = verify.read_vkey(case["cosigner_vkey"])
            note = verify.read_note(case["checkpoint"].encode())
            assert verify.signers(note, [key]) == {key: case["time"]}
            later = case["checkpoint"].replace("\n300\n", "\n301\n")
            with pytest.raises(verify.Refuted):
                verify.signers(verify.read_note(later.encode()), [key])

    def test_no_cosignature_states_a_time_beyond_63_bits(self, verify: ModuleType) -> None:
        witness = Signer("witness.example.org/board", 4)
        key = verify.read_vkey(witness.vkey)
        text = "log.example\n1\n" + "A" * 43 + "=\n"
        for seconds, counts in ((2**63 - 1, True), (2**63, False)):
            signature = witness.key.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
            line = f"— {witness.name} {std64(witness.ident + seconds.to_bytes(8, 'big') + signature)}\n"
            note = verify.read_note(f"{text}\n{line}".encode())
            if counts:
                assert verify.signers(note, [key]) == {key: seconds}
            else:
                with pytest.raises(verify.Refuted):
                    verify.signers(note, [key])


class TestCanonicalJson:
    """RFC 8785, as far as a log without floats needs it."""

    def test_files(self, verify: ModuleType) -> None:
        for case in shared_vectors("jcs/files.json")["cases"]:
            want = raw(case["output_b64"]).decode()
            value = json.loads(want)
            assert verify.canonical(value) == want, case["name"]
            assert verify.is_canonical(value, want)

    def test_a_text_in_any_other_form_is_refused(self, verify: ModuleType) -> None:
        for case in shared_vectors("jcs/files.json")["cases"]:
            given, want = raw(case["input_b64"]), raw(case["output_b64"])
            if given == want:
                continue
            try:
                value = verify.read_json(given)
            except ValueError:
                continue
            assert not verify.is_canonical(value, given.decode()), case["name"]

    def test_no_number_with_a_fraction_or_exponent_is_read(self, verify: ModuleType) -> None:
        for _, text in shared_vectors("jcs/numbers.json")["cases"]:
            whole = text is not None and text.lstrip("-").isdigit() and abs(int(text)) < 2**53
            if whole:
                assert verify.read_json(text.encode()) == int(text)
            else:
                with pytest.raises(ValueError, match="number"):
                    verify.read_json((text or "NaN").encode())
