"""The export bundle: what is in it, what stops it, and that a stranger's program accepts it."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tracemalloc
from base64 import b64decode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from gettext import NullTranslations
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest

from app.audit import bundle as bundle_module
from app.audit.bundle import Contents, ExportTooLarge, RecordIncomplete, write_bundle
from app.audit.checkpoints import Checkpoint, cosign, sign_checkpoint
from app.audit.cover import Cover, Profile
from app.audit.notes import open_note, sign_note
from app.audit.tiles import grow
from app.audit.tlog import consistency_holds, fold, leaf_hash, levels, root_of, subtrees
from tests.audit.make_vectors import KEYS, ORIGIN, POLICY, bundle, entry, find_in
from tests.shared import PROJECT

MADE_AT = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
ENTRIES = [entry(index) for index in range(600)]
HASHES = [leaf_hash(one.leaf) for one in ENTRIES]
TILES = {(tile.level, tile.n): content for tile, content in grow({}, 0, HASHES)}


def signed(size: int) -> str:
    return sign_checkpoint(Checkpoint(ORIGIN, size, root_of(HASHES[:size])), [KEYS["log"]])


def cover(start: int, end: int, profile: Profile = Profile.ALL) -> Cover:
    return Cover(
        origin=ORIGIN, start=start, end=end, profile=profile, purpose="audit", role="inspector", made_at=MADE_AT
    )


def contents(start: int, end: int, **changes: Any) -> Contents:
    """All blocks of the range, from tiles that have grown since."""
    given = Contents(
        checkpoint=signed(end),
        previous=signed(start) if start else None,
        find_tile=lambda level, n: TILES[level, n],
        leaves=(one.leaf for one in ENTRIES[cover(start, end).first_leaf : end]),
        blocks=((index, ENTRIES[index].texts) for index in range(start, end)),
        policy=POLICY,
    )
    return replace(given, **changes)


def sign(text: str) -> str:
    return sign_note(text, [KEYS["export"]])


def written(cover: Cover, contents: Contents) -> tuple[bytes, str]:
    out = io.BytesIO()
    digest = write_bundle(out, cover, contents, sign=sign, words=NullTranslations())
    return out.getvalue(), digest


def files_of(zipped: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(zipped)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


def hashes_in(lines: bytes) -> list[bytes]:
    return [b64decode(line) for line in lines.decode().splitlines()]


class TestWhatIsInIt:
    @pytest.mark.parametrize(("start", "end"), [(0, 1), (0, 256), (0, 600), (1, 2), (255, 257), (256, 512), (300, 600)])
    def test_proof_and_frontier_join_the_last_export(self, start: int, end: int) -> None:
        files = files_of(written(cover(start, end), contents(start, end))[0])
        proof, frontier = hashes_in(files["consistency"]), hashes_in(files["frontier"])
        if start == 0:
            assert (files["consistency"], files["frontier"]) == (b"", b"")
            assert "checkpoint.prev" not in files
        else:
            assert consistency_holds(start, end, root_of(HASHES[:start]), root_of(HASHES[:end]), proof)
            assert fold(frontier) == root_of(HASHES[:start])
            assert frontier == [find_in(HASHES)(node) for node in subtrees(0, start)]
            assert files["checkpoint.prev"].decode() == signed(start)
        assert files["checkpoint"].decode() == signed(end)

    def test_tiles_are_cut_to_the_size_although_the_log_has_grown(self) -> None:
        files = files_of(written(cover(0, 300), contents(0, 300))[0])
        assert files["tile/0/000"] == b"".join(HASHES[:256])
        assert files["tile/0/001.p/44"] == b"".join(HASHES[256:300])
        assert files["tile/1/000.p/1"] == levels(HASHES[:256])[8][0]

    def test_an_export_of_nothing_new_is_one_too(self) -> None:
        files = files_of(written(cover(300, 300), contents(300, 300))[0])
        assert files["consistency"] == files["blocks.ndjson"] == b""
        assert not [name for name in files if name.startswith(("tile/0/", "tile/entries/"))]

    def test_block_texts_are_verbatim_with_their_index(self) -> None:
        shown = [3, 5, 250]
        lines = ((index, ENTRIES[index].texts) for index in shown)
        files = files_of(written(cover(0, 300, Profile.BOARD), contents(0, 300, blocks=lines))[0])
        read = [json.loads(line) for line in files["blocks.ndjson"].splitlines()]
        assert read == [{"b": list(ENTRIES[index].texts), "i": index} for index in shown]

    def test_the_manifest_names_every_other_file_and_is_signed(self) -> None:
        zipped, digest = written(cover(300, 600), contents(300, 600, more={"files/case.json": b"{}"}))
        files = files_of(zipped)
        manifest = json.loads(files["bundle.json"])
        others = sorted(set(files) - {"bundle.json", "bundle.note"})
        assert [file["name"] for file in manifest["files"]] == others
        for file in manifest["files"]:
            assert file["sha256"] == sha256(files[file["name"]]).hexdigest()
            assert file["size"] == len(files[file["name"]])
        assert {name: manifest[name] for name in manifest if name != "files"} == {
            "format": "upstander-bundle/v1",
            "from": 300,
            "made_at": "2026-11-24T05:00:00.000000Z",
            "origin": ORIGIN,
            "profile": "all",
            "purpose": "audit",
            "role": "inspector",
            "to": 600,
        }
        text = open_note(files["bundle.note"].decode(), [KEYS["export"].public]).text
        assert text.split("\n")[:2] == ["upstander-bundle/v1", ORIGIN]
        assert b64decode(text.split("\n")[2]).hex() == sha256(files["bundle.json"]).hexdigest() == digest

    def test_the_zip_is_plain_and_always_the_same(self) -> None:
        first, again = (written(cover(0, 300), contents(0, 300))[0] for _ in range(2))
        assert first == again
        with ZipFile(io.BytesIO(first)) as archive:
            assert len(set(archive.namelist())) == len(archive.namelist())
            for info in archive.infolist():
                assert info.date_time == (1980, 1, 1, 0, 0, 0)
                assert info.flag_bits == 0
                assert not info.extra
                assert info.external_attr >> 16 == 0o100644
                if info.filename.startswith("tile/") and "entries" not in info.filename:
                    assert info.compress_type == ZIP_STORED
                elif info.file_size:
                    assert info.compress_type == ZIP_DEFLATED

    def test_a_stream_that_cannot_go_back_gets_the_same_bytes(self) -> None:
        class Pipe(io.BytesIO):
            def seekable(self) -> bool:
                return False

            def seek(self, *where: int) -> int:
                raise OSError

        out = Pipe()
        digest = write_bundle(out, cover(0, 300), contents(0, 300), sign=sign, words=NullTranslations())
        assert (out.getvalue(), digest) == written(cover(0, 300), contents(0, 300))


class TestWhatStopsIt:
    def test_a_missing_leaf_hands_out_nothing(self) -> None:
        with pytest.raises(RecordIncomplete):
            written(cover(0, 300), contents(0, 300, leaves=(one.leaf for one in ENTRIES[:299])))

    def test_a_tile_that_is_too_short_hands_out_nothing(self) -> None:
        with pytest.raises(RecordIncomplete):
            written(cover(0, 300), contents(0, 300, find_tile=lambda level, n: TILES[level, n][:-32][: 40 * 32]))

    @pytest.mark.parametrize(
        "changes",
        [
            {"checkpoint": signed(299)},
            {"previous": signed(99)},
            {"previous": None},
            {"checkpoint": sign_checkpoint(Checkpoint("other", 300, bytes(32)), [KEYS["log"]])},
            {"leaves": [one.leaf for one in ENTRIES[:301]]},
            {"blocks": [(200, ENTRIES[200].texts), (200, ENTRIES[200].texts)]},
            {"blocks": [(99, ENTRIES[99].texts)]},
            {"blocks": [(300, ENTRIES[300].texts)]},
            {"blocks": [(200, ())]},
            {"more": {"../up": b""}},
            {"more": {"/root": b""}},
            {"more": {"bundle.json": b""}},
            {"more": {"a\\b": b""}},
        ],
    )
    def test_contents_that_do_not_fit_are_our_mistake(self, changes: dict[str, Any]) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - each of them says its own
            written(cover(100, 300), contents(100, 300, **changes))

    def test_a_first_export_has_no_checkpoint_before_it(self) -> None:
        with pytest.raises(ValueError, match="before"):
            written(cover(0, 300), contents(0, 300, previous=signed(1)))

    def test_a_range_ends_after_it_starts(self) -> None:
        with pytest.raises(ValueError, match="range"):
            cover(3, 2)

    @pytest.mark.parametrize(
        ("limit", "value"), [("MOST_BUNDLE_BYTES", 20_000), ("MOST_FILE_BYTES", 30_000), ("MOST_FILES", 6)]
    )
    def test_a_range_that_is_too_large_is_refused(
        self, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
    ) -> None:
        monkeypatch.setattr(bundle_module, limit, value)
        with pytest.raises(ExportTooLarge):
            written(cover(0, 300), contents(0, 300))


class TestMemory:
    @staticmethod
    def peak(count: int, folder: Path) -> int:
        one = ENTRIES[1]
        tiles = {(t.level, t.n): content for t, content in grow({}, 0, [leaf_hash(one.leaf)] * count)}
        note = sign_checkpoint(Checkpoint(ORIGIN, count, bytes(32)), [KEYS["log"]])

        def blocks() -> Iterator[tuple[int, Sequence[str]]]:
            for index in range(count):
                yield index, one.texts

        given = Contents(
            checkpoint=note,
            previous=None,
            find_tile=lambda level, n: tiles[level, n],
            leaves=(one.leaf for _ in range(count)),
            blocks=blocks(),
            policy=POLICY,
        )
        with (folder / f"{count}.zip").open("w+b") as out:
            tracemalloc.start()
            try:
                write_bundle(out, cover(0, count), given, sign=sign, words=NullTranslations())
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    def test_four_times_the_entries_take_hardly_more(self, tmp_path: Path) -> None:
        """What grows is the manifest, two files for 256 entries; 18,000 entries more are 18 MB of blocks."""
        small, large = self.peak(6_000, tmp_path), self.peak(24_000, tmp_path)
        assert large < small + 512 * 1024


def ask_the_verifier(zipped: bytes, folder: Path, state: Path) -> dict[str, Any]:
    (folder / "export.zip").write_bytes(zipped)
    (folder / "policy.txt").write_text(POLICY, encoding="utf-8")
    arguments = ["check", "export.zip", "--policy", "policy.txt", "--state", str(state), "--json"]
    asked = subprocess.run(
        [sys.executable, "-I", str(PROJECT / "app" / "verify.py"), *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert asked.returncode in {0, 1, 2}, asked.stderr
    answer: dict[str, Any] = json.loads(asked.stdout)
    return answer


class TestAStranger:
    """`verify.py` shares no code with the writer; what the one makes the other must accept."""

    def test_accepts_exports_that_join(self, tmp_path: Path) -> None:
        stops = [0, 1, 255, 256, 257, 300, 300, 512, 600]
        for start, end in pairwise(stops):
            zipped = bundle(ENTRIES, start, end, Profile.ALL)
            answer = ask_the_verifier(zipped, tmp_path, tmp_path / "state.json")
            assert answer["verdict"] == "verified", (start, end, answer)

    def test_accepts_exports_beyond_a_full_tile_of_the_second_level(self, tmp_path: Path) -> None:
        """At 65,536 entries tile 1/000 is full, and the root needs a tile above it instead."""
        leaf, stops = ENTRIES[4].leaf, [0, 65_536, 65_538]
        hashes = [leaf_hash(leaf)] * stops[-1]
        tiles = {(tile.level, tile.n): content for tile, content in grow({}, 0, hashes)}
        notes = {}
        for size in stops[1:]:
            note = sign_checkpoint(Checkpoint(ORIGIN, size, root_of(hashes[:size])), [KEYS["log"]])
            notes[size] = note + cosign(note, KEYS["witness"], seen_at=int(MADE_AT.timestamp()))
        for start, end in pairwise(stops):
            given = Contents(
                checkpoint=notes[end],
                previous=notes.get(start),
                find_tile=lambda level, n: tiles[level, n],
                leaves=[leaf] * (end - cover(start, end).first_leaf),
                blocks=(),
                policy=POLICY,
            )
            zipped, _digest = written(cover(start, end, Profile.BARE), given)
            answer = ask_the_verifier(zipped, tmp_path, tmp_path / "state.json")
            assert answer["verdict"] == "verified", (start, end, answer)

    def test_refutes_one_changed_leaf(self, tmp_path: Path) -> None:
        leaves = [one.leaf for one in ENTRIES[:300]]
        leaves[123] = leaves[122]
        zipped, _digest = written(cover(0, 300), contents(0, 300, leaves=leaves))
        answer = ask_the_verifier(zipped, tmp_path, tmp_path / "state.json")
        assert answer["verdict"] == "refuted"
        assert 123 in {line["entry"] for line in answer["lines"]}
