"""The vectors that ship with the project: made again they are the same, and they hold."""

from __future__ import annotations

import io
import json
from base64 import b64decode
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from zipfile import ZipFile

import pytest

from app.audit.checkpoints import open_checkpoint
from app.audit.entries import BLOCKS, canonical, commitment, leaf_length, make_leaf
from app.audit.kinds import refuse_unknown
from app.audit.notes import PublicKey, SecretKey, open_note
from app.audit.promises import open_promise
from app.audit.tlog import Frontier, consistency_holds, inclusion_holds, leaf_hash
from tests.audit.make_vectors import FOLDER, make, text_of


def kept(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def unzipped(encoded: str) -> list[tuple[str, tuple[int, ...], bytes]]:
    """Name, time and content of each file. Not the zip's own bytes: these differ with the version of zlib."""
    with ZipFile(io.BytesIO(b64decode(encoded))) as archive:
        return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    return make()


class TestMakingThemAgain:
    @pytest.mark.parametrize("name", ["entries.json", "tree.json", "notes.json"])
    def test_gives_the_same_bytes(self, made: dict[str, Any], name: str) -> None:
        assert (FOLDER / name).read_text(encoding="utf-8") == text_of(made[name])

    def test_gives_the_same_bundles(self, made: dict[str, Any]) -> None:
        old, new = kept("bundles.json"), json.loads(text_of(made["bundles.json"]))
        pairs = [
            (old["bundles"][name].pop("zip_base64"), one.pop("zip_base64")) for name, one in new["bundles"].items()
        ]
        assert old == new
        for before, after in pairs:
            assert unzipped(before) == unzipped(after)

    def test_makes_every_file_that_is_kept(self, made: dict[str, Any]) -> None:
        assert {path.name for path in FOLDER.iterdir()} == set(made)


class TestTheyHold:
    def test_entries_commit_to_their_texts(self) -> None:
        vectors = kept("entries.json")
        for one in vectors["entries"]:
            leaf = one["leaf"].encode()
            assert make_leaf(vectors["origin"], one["commitments"]) == leaf
            assert [commitment(text) for text in one["texts"]] == one["commitments"]
            assert leaf_hash(leaf) == b64decode(one["leaf_hash"])
            for name, text in zip(BLOCKS, one["texts"], strict=True):
                assert json.loads(text)[1:] == [name, one["blocks"][name]]
                assert canonical(json.loads(text)).decode() == text
            refuse_unknown(one["blocks"]["what"]["kind"], one["blocks"]["of"])

    def test_the_tree_is_the_one_of_its_leaves(self) -> None:
        vectors = kept("tree.json")
        leaves = [leaf.encode() for leaf in vectors["leaves"]]
        assert {len(leaf) for leaf in leaves} == {leaf_length(kept("entries.json")["origin"])}
        hashes = [leaf_hash(leaf) for leaf in leaves]
        roots = {}
        for tree in vectors["trees"]:
            frontier = Frontier(tree["size"], [b64decode(one) for one in tree["frontier"]])
            assert frontier.root() == b64decode(tree["root"])
            grown = Frontier()
            grown.push(hashes[: tree["size"]])
            assert grown.hashes == frontier.hashes
            roots[tree["size"]] = frontier.root()
        for one in vectors["inclusion"]:
            proof = [b64decode(line) for line in one["proof"]]
            assert inclusion_holds(one["index"], one["size"], hashes[one["index"]], proof, roots[one["size"]])
        for one in vectors["consistency"]:
            proof = [b64decode(line) for line in one["proof"]]
            assert consistency_holds(one["old"], one["new"], roots[one["old"]], roots[one["new"]], proof)

    def test_notes_open_under_their_keys(self) -> None:
        vectors = kept("notes.json")
        origin = kept("entries.json")["origin"]
        keys = {name: PublicKey.from_vkey(one["vkey"]) for name, one in vectors["keys"].items()}
        for name, one in vectors["keys"].items():
            assert SecretKey.from_skey(one["skey"]).public == keys[name]
            assert keys[name].key_id.hex() == one["key_id"]
        roots = {tree["size"]: b64decode(tree["root"]) for tree in kept("tree.json")["trees"]}
        for size, note in vectors["checkpoints"].items():
            opened = open_checkpoint(note, [keys["log"]], [keys["witness"]], origin=origin)
            assert (opened.checkpoint.size, opened.checkpoint.root) == (int(size), roots[int(size)])
            assert len(opened.cosigned) == 1
        promise = open_promise(vectors["promise"], [keys["promise"]], origin=origin)
        assert promise.leaf_hash == b64decode(kept("entries.json")["entries"][1]["leaf_hash"])
        assert promise.merge_before == datetime(2026, 11, 24, 5, 1, 10, tzinfo=UTC)

    def test_bundles_hold_the_tiles_of_the_tree_and_their_manifest_is_signed(self) -> None:
        tiles = kept("tree.json")["tiles_sha256"]
        key = PublicKey.from_vkey(kept("notes.json")["keys"]["export"]["vkey"])
        for name, one in kept("bundles.json")["bundles"].items():
            files = {file: content for file, _time, content in unzipped(one["zip_base64"])}
            manifest = json.loads(files["bundle.json"])
            assert {file["name"]: (file["sha256"], file["size"]) for file in manifest["files"]} == {
                file: (sha256(content).hexdigest(), len(content))
                for file, content in files.items()
                if file not in {"bundle.json", "bundle.note"}
            }
            text = open_note(files["bundle.note"].decode(), [key]).text
            assert b64decode(text.split("\n")[2]) == sha256(files["bundle.json"]).digest()
            held = {file: sha256(content).hexdigest() for file, content in files.items() if file.startswith("tile/")}
            if one["to"] == 300:
                assert held == tiles, name
