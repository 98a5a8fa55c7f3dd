"""What a courier without keys, or an insider with every key of the agency, can do to a bundle, and what gives it away.

The insider signs manifest and note afresh after each change; the checkpoint stays the one that the witness cosigned.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.verify.builder import (
    BLOCK_ORDER,
    FIRST_HOUR,
    ORIGIN,
    Entry,
    Files,
    Log,
    Signer,
    canon,
    sha,
    std64,
    url64,
    year_of_work,
    zipped,
)
from tests.verify.conftest import Answer, Desk

SIZE, START = 600, 300
STEP = 2 + len(Log().leaf(dict.fromkeys(BLOCK_ORDER, "")))  # bytes from leaf to leaf in an entry bundle
WITNESSED = FIRST_HOUR + timedelta(seconds=77 * SIZE)


def bundle(log: Log, start: int = 0, size: int = SIZE) -> Files:
    before = FIRST_HOUR + timedelta(seconds=77 * start)
    return log.files(start, size, cosigned=WITNESSED, cosigned_before=before)


@pytest.fixture(scope="module")
def honest() -> Log:
    return year_of_work(SIZE)


def forged(honest: Log, change: Callable[[list[Entry]], object], start: int = 0) -> Files:
    """All files as if the changed entries had been there all along, but under the checkpoint that was cosigned."""
    other = Log(entries=list(honest.entries))
    change(other.entries)
    files, true = bundle(other, start), bundle(honest, start)
    return other.seal({**files, **{name: content for name, content in true.items() if name.startswith("checkpoint")}})


def swap(entries: list[Entry]) -> None:
    entries[400], entries[401] = entries[401], entries[400]


def reword(entries: list[Entry]) -> None:
    """Make entry 417, a finding, one that was not sustained; the leaf commits to the new text."""
    texts = {**entries[417].blocks, "of": entries[417].blocks["of"].replace('"sustained"', '"unfounded"')}
    assert texts != entries[417].blocks
    entries[417] = Entry(texts, Log().leaf(texts))


def copy_in(entries: list[Entry]) -> None:
    entries.insert(450, entries[460])
    entries.pop()


def take_out(entries: list[Entry]) -> None:
    entries.append(entries.pop(350))


def refuted(answer: Answer) -> set[int]:
    assert answer.status == 1, answer.text
    assert not any("was not written for" in line["what"] for line in answer.told["lines"])
    return set(answer.entries())


class TestTheHistory:
    """With everything forged but the cosigned checkpoint, the root gives it away; tiles above say where."""

    @pytest.mark.parametrize("change", [swap, reword, copy_in, take_out])
    @pytest.mark.parametrize("start", [0, START])
    def test_forged_whole_is_refused_and_placed_within_a_tile(
        self, desk: Desk, honest: Log, change: Callable[[list[Entry]], object], start: int
    ) -> None:
        answer = desk.check(forged(honest, change, start), honest.policy())
        refuted(answer)
        assert any("root of the checkpoint" in line or "does not hold" in line for line in answer.lines("failed"))

    def test_with_upper_tiles_left_honest_the_range_of_the_change_is_named(self, desk: Desk, honest: Log) -> None:
        files = forged(honest, reword)
        files["tile/1/000.p/2"] = bundle(honest)["tile/1/000.p/2"]
        answer = desk.check(honest.seal(files), honest.policy())
        assert refuted(answer) == set()
        assert any("entries #256 to #511" in line for line in answer.lines("failed"))

    @pytest.mark.parametrize(("change", "entry"), [(swap, 400), (reword, 417), (copy_in, 450), (take_out, 350)])
    def test_with_tiles_left_honest_the_entry_is_named(
        self, desk: Desk, honest: Log, change: Callable[[list[Entry]], object], entry: int
    ) -> None:
        files, true = forged(honest, change), bundle(honest)
        files.update({name: content for name, content in true.items() if re.match("tile/[0-9]", name)})
        answer = desk.check(honest.seal(files), honest.policy())
        assert min(refuted(answer)) == entry

    def test_cut_short_under_a_checkpoint_for_more_is_refused(self, desk: Desk, honest: Log) -> None:
        files = bundle(honest, 0, 500)
        files["checkpoint"] = bundle(honest)["checkpoint"]
        refuted(desk.check(honest.seal(files), honest.policy()))

    def test_a_fork_signed_by_the_log_is_refused_for_want_of_a_cosignature(self, desk: Desk, honest: Log) -> None:
        fork = Log(entries=list(honest.entries))
        reword(fork.entries)
        files = fork.files(0, SIZE)
        answer = desk.check(fork.seal(files), honest.policy())
        assert answer.status == 2
        files["checkpoint"] += bundle(honest)["checkpoint"].splitlines(keepends=True)[-1]
        refuted(desk.check(fork.seal(files), honest.policy()))


SALT = url64(bytes(16))


def block(name: str, shown: str) -> str:
    return f'["{SALT}","{name}",{shown}]'


def event(**changes: object) -> str:
    usual = {"app": "1", "at": "2026-11-24T05:00:00.000000Z", "code": "", "kind": "case.read", "out": "ok", "req": "r"}
    return block("what", canon({**usual, **changes}))


class TestBlocks:
    def test_a_changed_one_is_refused_by_name_and_entry(self, desk: Desk, honest: Log) -> None:
        files = bundle(honest)
        line = next(line for line in files["blocks.ndjson"].split(b"\n") if b'"i":417}' in line)
        files["blocks.ndjson"] = files["blocks.ndjson"].replace(line, line.replace(b"sustained", b"unfounded"))
        answer = desk.check(honest.seal(files), honest.policy())
        assert refuted(answer) == {417}
        assert answer.lines("failed") == ["the block 'of' is not the one that was recorded"]

    @pytest.mark.parametrize(
        "blocks", [("what", "what"), ("who", "what"), ("of", "what", "on", "who"), ("of", "on", "what", "what")]
    )
    def test_doubled_or_out_of_order_is_refused(self, desk: Desk, honest: Log, blocks: tuple[str, ...]) -> None:
        files = bundle(honest)
        texts = [honest.entries[20].blocks[name] for name in blocks]
        self.replace_line(files, 20, canon({"b": texts, "i": 20}))
        assert refuted(desk.check(honest.seal(files), honest.policy())) == {20}

    def test_the_blocks_of_another_entry_are_refused(self, desk: Desk, honest: Log) -> None:
        files = bundle(honest)
        texts = [honest.entries[21].blocks[name] for name in BLOCK_ORDER]
        self.replace_line(files, 20, canon({"b": texts, "i": 20}))
        assert refuted(desk.check(honest.seal(files), honest.policy())) == {20}

    @staticmethod
    def replace_line(files: Files, index: int, text: str) -> None:
        lines = files["blocks.ndjson"].split(b"\n")
        lines[index] = text.encode()
        files["blocks.ndjson"] = b"\n".join(lines)

    @pytest.mark.parametrize(
        "line",
        [
            "",
            "x",
            "[]",
            '{"b":[],"i":20}',
            '{"b":["x"],"i":"20"}',
            '{"b":[1],"i":20}',
            '{"b":["x"],"i":20,"j":1}',
            '{"b":["x"],"b":["x"],"i":20}',
            '{"b":["a","b","c","d","e"],"i":20}',
            '{"b":["x"],"i":020}',
            '{"b":["x"],"i":-1}',
            '{"b":["x"],"i":19}',
            '{"b":["x"],"i":600}',
            '{"b":["x"],"i":99999999999999999999}',
            '{"b":["\\ud800"],"i":20}',
            '{"b":["x"],"i":20}{}',
            "[" * 100_000,
        ],
    )
    def test_a_line_of_any_other_form_is_refused(self, desk: Desk, honest: Log, line: str) -> None:
        files = bundle(honest)
        self.replace_line(files, 20, line)
        assert refuted(desk.check(honest.seal(files), honest.policy())) - {20} <= {19, 599, 600, -1}

    @pytest.mark.parametrize(
        "change",
        [
            lambda line: line.replace(b'"i":20}', b'"i":020}'),
            lambda line: line.replace(b'"i":20}', b'"i":2e1}'),
            lambda line: line.replace(b'\\"', b"\x00"),
            lambda line: line + b"\n" + line,
            lambda line: line.replace(b'{"b":["', b'{"b":["","'),
            lambda line: line.replace(b'{"b":', b'{"b":[],"b":'),
        ],
    )
    def test_a_line_that_is_nearly_right_is_refused(
        self, desk: Desk, honest: Log, change: Callable[[bytes], bytes]
    ) -> None:
        files = bundle(honest)
        lines = files["blocks.ndjson"].split(b"\n")
        assert change(lines[20]) != lines[20]
        lines[20] = change(lines[20])
        files["blocks.ndjson"] = b"\n".join(lines)
        assert refuted(desk.check(honest.seal(files), honest.policy())) == {20}

    def test_lines_written_in_another_json_style_are_read_all_the_same(self, desk: Desk, honest: Log) -> None:
        files = bundle(honest)
        lines = [json.dumps(json.loads(line), indent=None) for line in files["blocks.ndjson"].splitlines()]
        files["blocks.ndjson"] = "\n".join(lines).encode()
        assert desk.check(honest.seal(files), honest.policy()).status == 0

    @pytest.mark.parametrize(
        "junk", [b"\xff\xfe\n", b"\x00\n", b"x" * (1 << 20) + b"\n", b"\n", b'{"b":["\x00"],"i":600}\n']
    )
    def test_junk_behind_the_last_line_is_refused(self, desk: Desk, honest: Log, junk: bytes) -> None:
        files = bundle(honest)
        files["blocks.ndjson"] += junk
        refuted(desk.check(honest.seal(files), honest.policy()))

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("of", block("of", '{"b":1,"a":2}')),
            ("of", block("of", '{"a":1,"a":1}')),
            ("of", block("of", '{"a":1.5}')),
            ("of", block("of", '{"a":1e3}')),
            ("of", block("of", '{"a":NaN}')),
            ("of", block("of", '{"a":9007199254740992}')),
            ("of", block("of", '{"a":-0}')),
            ("of", block("of", '{"a":' + "9" * 5000 + "}")),
            ("of", block("of", '{"a":"\\u0041"}')),
            ("of", block("of", '{"a":"\\/"}')),
            ("of", block("of", '{"a":"\\ud800"}')),
            ("of", block("of", '{"\uffff":1,"\U00010000":2}')),
            ("of", block("of", '{"a": 1}')),
            ("of", " " + block("of", "{}")),
            ("of", block("of", "{}") + "\n"),
            ("of", block("of", "[]")),
            ("of", block("of", "{},1")),
            ("of", block("on", "{}")),
            ("of", block("off", "{}")),
            ("of", '["short","of",{}]'),
            ("of", block("of", "{}").replace('A"', 'B"')),
            ("of", '[1,"of",{}]'),
            ("of", "{}"),
            ("of", ""),
            ("of", block("of", '{"a":' + "[" * 5000 + "]" * 5000 + "}")),
            ("of", block("of", '{"a":"' + "x" * 16_384 + '"}')),
            ("on", block("on", '{"agency":"a","color":"red"}')),
            ("on", block("on", '{"rev":-1}')),
            ("on", block("on", '{"rev":"1"}')),
            ("on", block("on", '{"rev":true}')),
            ("on", block("on", '{"id":7}')),
            ("on", block("on", '{"agency":null,"id":"' + "x" * 16_384 + '","rev":1,"state":null,"type":null}')),
            ("what", block("what", "{}")),
            ("what", event(name="Smith")),
            ("what", event(at="2026-11-24T05:00:00Z")),
            ("what", event(at="2026-11-24T24:00:00.000000Z")),
            ("what", event(at="2026-11-24T05:00:00.000000+00:00")),
            ("what", event(at="\uff12026-11-24T05:00:00.000000Z")),
            ("what", event(out="maybe")),
            ("what", event(kind="case\nread")),
            ("what", event(kind=None)),
            ("who", block("who", '{"step":1.5}')),
            ("who", block("who", '{"step":-5}')),
            ("who", block("who", '{"name":"Smith"}')),
        ],
    )
    def test_recorded_in_a_form_that_is_not_allowed_is_refused(self, desk: Desk, name: str, text: str) -> None:
        """The leaf commits to the text, so only its form gives it away. Alone, and as one of four, it is the same."""
        log = Log()
        for index in range(3):
            log.add("case.read", FIRST_HOUR + timedelta(seconds=index))
        texts = {**log.entries[1].blocks, name: text}
        log.entries[1] = Entry(texts, log.leaf(texts))
        for shown in (BLOCK_ORDER, (name,)):
            files = log.files(0, 3, profile="board", shows=lambda index, shown=shown: shown, cosigned=WITNESSED)  # type: ignore[misc]
            assert refuted(desk.check(log.seal(files), log.policy())) == {1}

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("of", block("of", '{"a":[1,-2,true,null,{"b":"ä\\n\\u001f"}]}')),
            ("of", block("of", '{"\U00010000":2,"\uffff":1}')),
            ("on", block("on", '{"id":null,"rev":null}')),
            ("on", block("on", '{"id":"ä","rev":4}')),
            ("what", block("what", '{"at":"2026-11-24","kind":"pad"}')),
            ("what", event(code='say "no"')),
            ("who", block("who", '{"step":0}')),
        ],
    )
    def test_recorded_in_an_unusual_but_allowed_form_is_verified(self, desk: Desk, name: str, text: str) -> None:
        log = Log()
        for index in range(3):
            log.add("case.read", FIRST_HOUR + timedelta(seconds=index))
        texts = {**log.entries[1].blocks, name: text}
        log.entries[1] = Entry(texts, log.leaf(texts))
        for shown in (BLOCK_ORDER, (name,)):
            files = log.files(0, 3, profile="board", shows=lambda index, shown=shown: shown, cosigned=WITNESSED)  # type: ignore[misc]
            answer = desk.check(log.seal(files), log.policy())
            assert answer.status == 0, answer.text

    def test_escape_codes_for_the_terminal_are_not_passed_on(self, desk: Desk) -> None:
        log = Log()
        log.add("finding.approved", FIRST_HOUR, of={"duty": "\x1b[2J\u202e", "disposition": "\nproven: all"})
        answer = desk.check(log.seal(log.files(0, 1, cosigned=WITNESSED)), log.policy())
        desk_text = desk.run("check", "bundle.zip", "--policy", "policy").text
        assert answer.status == 0
        assert desk_text.isascii()
        assert "\x1b" not in desk_text
        assert not any(line.startswith("proven: all") for line in desk_text.splitlines())


class TestLeaves:
    @pytest.mark.parametrize(
        "change",
        [
            lambda leaf: leaf.replace(b'"v":1', b'"v":2'),
            lambda leaf: leaf.replace(b"metro-pd", b"other-pd"),
            lambda leaf: leaf.replace(b',"v":1', b',"v":1 '),
            lambda leaf: leaf.replace(b'"b":{', b'"b": {'),
            lambda leaf: leaf.replace(b'","on":"', b'x","on":"'),
            lambda leaf: leaf[:54] + b"_" + leaf[55:],
            lambda leaf: leaf[:-1],
            lambda leaf: leaf + b" ",
            lambda leaf: b"",
            lambda leaf: leaf[:12] + b"A" * 2000 + leaf[12:],
        ],
    )
    def test_of_any_other_form_are_refused_even_if_all_is_signed(
        self, desk: Desk, change: Callable[[bytes], bytes]
    ) -> None:
        log = year_of_work(300)
        log.entries[270] = Entry(log.entries[270].blocks, change(log.entries[270].leaf))
        files = bundle(log, 0, 300)
        assert refuted(desk.check(log.seal(files), log.policy())) == {270}

    @pytest.mark.parametrize("cut", [1, 100, STEP])
    def test_a_cut_entry_bundle_is_refused(self, desk: Desk, honest: Log, cut: int) -> None:
        files = bundle(honest)
        files["tile/entries/001"] = files["tile/entries/001"][:-cut]
        assert refuted(desk.check(honest.seal(files), honest.policy())) == {511}

    @pytest.mark.parametrize("name", ["tile/entries/001", "tile/0/001", "tile/1/000.p/2"])
    @pytest.mark.parametrize("more", [1, 32])
    def test_a_tile_with_something_behind_its_end_is_refused(
        self, desk: Desk, honest: Log, name: str, more: int
    ) -> None:
        files = bundle(honest)
        files[name] += bytes(more)
        refuted(desk.check(honest.seal(files), honest.policy()))

    def test_an_entry_too_many_is_refused(self, desk: Desk, honest: Log) -> None:
        files = bundle(honest)
        files["tile/entries/001"] += files["tile/entries/001"][:STEP]
        assert refuted(desk.check(honest.seal(files), honest.policy()))


class TestTilesAndProofs:
    @pytest.mark.parametrize("start", [0, START])
    def test_a_changed_hash_names_its_entry(self, desk: Desk, honest: Log, start: int) -> None:
        files = bundle(honest, start)
        tile = bytearray(files["tile/0/001"])
        tile[32 * 100] ^= 1
        files["tile/0/001"] = bytes(tile)
        assert refuted(desk.check(honest.seal(files), honest.policy())) == {356}

    def test_a_changed_hash_before_the_range_is_refused(self, desk: Desk, honest: Log) -> None:
        files = bundle(honest, START)
        tile = bytearray(files["tile/0/001"])
        tile[32 * 3] ^= 1
        files["tile/0/001"] = bytes(tile)
        assert refuted(desk.check(honest.seal(files), honest.policy())) == {259}

    def test_changed_leaves_before_the_range_do_not_join_the_frontier(self, desk: Desk, honest: Log) -> None:
        files = forged(honest, lambda entries: entries.__setitem__(260, entries[261]), START)
        files["frontier"] = bundle(honest, START)["frontier"]
        answer = desk.check(honest.seal(files), honest.policy())
        refuted(answer)
        assert any("does not join the frontier" in line for line in answer.lines("failed"))

    @pytest.mark.parametrize("place", [0, 1])
    def test_a_changed_upper_tile_is_refused(self, desk: Desk, honest: Log, place: int) -> None:
        files = bundle(honest, START)
        tile = bytearray(files["tile/1/000.p/2"])
        tile[32 * place] ^= 1
        files["tile/1/000.p/2"] = bytes(tile)
        answer = desk.check(honest.seal(files), honest.policy())
        refuted(answer)
        assert all("tile/1/000.p/2" in line for line in answer.lines("failed"))

    @pytest.mark.parametrize("name", ["frontier", "consistency"])
    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text[45:],
            lambda text: text[:-45],
            lambda text: text[45:90] + text[:45] + text[90:],
            lambda text: text + text[:45],
            lambda text: std64(bytes(32)).encode() + text[44:],
            lambda text: text[:-1],
            lambda text: text.replace(b"\n", b"\r\n"),
            lambda text: b"",
            lambda text: b"\xff\n",
            lambda text: text[:43] + b"\n" + text[45:],
            lambda text: text * 100,
        ],
    )
    def test_a_changed_frontier_or_proof_is_refused(
        self, desk: Desk, honest: Log, name: str, change: Callable[[bytes], bytes]
    ) -> None:
        files = bundle(honest, START)
        files[name] = change(files[name])
        refuted(desk.check(honest.seal(files), honest.policy()))

    @pytest.mark.parametrize("name", ["frontier", "consistency", "checkpoint.prev"])
    def test_a_bundle_of_the_whole_log_has_nothing_before_it(self, desk: Desk, honest: Log, name: str) -> None:
        files = bundle(honest)
        files[name] = bundle(honest, START)[name]
        refuted(desk.check(honest.seal(files), honest.policy()))

    @pytest.mark.parametrize(
        "name",
        [
            "tile/0/000",
            "tile/entries/000",
            "tile/0/003",
            "tile/0/002.p/87",
            "tile/1/000.p/1",
            "tile/2/000.p/1",
            "tile/0/002.p/256",
        ],
    )
    def test_a_tile_that_does_not_belong_to_the_range_is_refused(self, desk: Desk, honest: Log, name: str) -> None:
        files = bundle(honest, START)
        files[name] = files["tile/0/001"]
        refuted(desk.check(honest.seal(files), honest.policy()))

    @pytest.mark.parametrize(
        ("name", "entry"),
        [
            ("tile/0/001", 256),
            ("tile/entries/001", 256),
            ("tile/0/002.p/88", 512),
            ("tile/entries/002.p/88", 512),
            ("tile/1/000.p/2", None),
            ("checkpoint", None),
            ("checkpoint.prev", None),
            ("consistency", None),
            ("frontier", None),
            ("blocks.ndjson", None),
        ],
    )
    @pytest.mark.parametrize("signed", [True, False])
    def test_a_missing_file_is_refused(
        self, desk: Desk, honest: Log, name: str, entry: int | None, signed: bool
    ) -> None:
        files = bundle(honest, START)
        whole = honest.seal(files)
        del files[name], whole[name]
        answer = desk.check(honest.seal(files) if signed else whole, honest.policy())
        assert refuted(answer) == ({entry} if entry is not None else set())
        assert any(f"{name} is" in line for line in answer.lines("failed"))


class TestACourierWithoutKeys:
    def test_no_byte_of_any_file_can_be_changed(self, desk: Desk, honest: Log) -> None:
        chance = random.Random(7)
        files = honest.seal(bundle(honest, START))
        for name, content in files.items():
            if not content:
                continue
            changed = bytearray(content)
            changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
            answer = desk.check({**files, name: bytes(changed)}, honest.policy())
            assert answer.status == 1, (name, answer.text)
            refuted(answer)

    def test_no_file_can_be_added_or_taken_away(self, desk: Desk, honest: Log) -> None:
        files = honest.seal(bundle(honest, START))
        for name in files:
            answer = desk.check({key: value for key, value in files.items() if key != name}, honest.policy())
            assert answer.status == 1, name
        refuted(desk.check({**files, "report.pdf": b"%PDF-"}, honest.policy()))

    def test_an_entry_changed_in_place_is_named(self, desk: Desk, honest: Log) -> None:
        files = honest.seal(bundle(honest))
        data = bytearray(files["tile/entries/001"])
        data[STEP * 17 + 40] ^= 1
        answer = desk.check({**files, "tile/entries/001": bytes(data)}, honest.policy())
        assert 256 + 17 in refuted(answer)

    def test_no_damage_to_the_file_makes_the_verifier_stumble(self, desk: Desk, honest: Log) -> None:
        """Whatever is verified has the content that was signed, whatever else happened to the bytes around it."""
        chance = random.Random(11)
        small = year_of_work(30)
        whole = zipped(small.seal(small.files(10, 30, cosigned=WITNESSED, cosigned_before=FIRST_HOUR)))
        for _ in range(60):
            changed = bytearray(whole)
            for _ in range(chance.choice((1, 1, 1, 3, 40))):
                changed[chance.randrange(len(changed))] = chance.randrange(256)
            if chance.random() < 0.2:
                del changed[chance.randrange(len(changed)) :]
            answer = desk.check(bytes(changed), small.policy())
            assert not any("was not written for" in line["what"] for line in answer.told["lines"]), answer.text
            assert answer.status in (0, 1)


class TestSignatures:
    def test_each_note_needs_the_key_of_its_purpose(self, desk: Desk, honest: Log) -> None:
        """The export key signs no checkpoint, the log key no manifest, the promise key neither."""
        for right, others in (("log", ("export", "promise")), ("export", ("log", "promise"))):
            for other in others:
                thief = Log(entries=honest.entries)
                getattr(thief, right).key = getattr(honest, other).key
                assert desk.check(thief.seal(bundle(thief, START)), honest.policy()).status == 1
                setattr(thief, right, getattr(honest, other))
                assert desk.check(thief.seal(bundle(thief, START)), honest.policy()).status == 1

    def test_a_log_that_the_policy_does_not_name_is_refused(self, desk: Desk) -> None:
        other = Log(origin="audit.example.gov/ia/other-pd")
        other.add("heartbeat", FIRST_HOUR)
        files = other.seal(other.files(0, 1, cosigned=WITNESSED))
        assert desk.check(files, other.policy()).status == 0
        refuted(desk.check(files, Log().policy()))

    @pytest.mark.parametrize("name", ["checkpoint", "checkpoint.prev", "bundle.note"])
    @pytest.mark.parametrize(
        "change",
        [
            lambda text: text.replace(b"\n\n", b"\n"),
            lambda text: text.rstrip(b"\n"),
            lambda text: text.replace("—".encode(), b"-"),
            lambda text: text.replace(b"\n", b"\r\n"),
            lambda text: text + b"\n",
            lambda text: text + b"\x00",
            lambda text: b"\xff" + text,
            lambda text: text + text.splitlines(keepends=True)[-1] * 101,
            lambda text: text.partition(b"\n\n")[0] + b"\n\n",
            lambda text: b"extra line\n" + text,
            lambda text: b"",
            lambda text: b"x" * (1 << 20) + text,
        ],
    )
    def test_a_malformed_note_is_refused(
        self, desk: Desk, honest: Log, name: str, change: Callable[[bytes], bytes]
    ) -> None:
        files = bundle(honest, START)
        if name == "bundle.note":
            files = honest.seal(files)
            files[name] = change(files[name])
        else:
            files[name] = change(files[name])
            files = honest.seal(files)
        refuted(desk.check(files, honest.policy()))

    @pytest.mark.parametrize(
        "body",
        ["{o}\n0600\n{r}\n", "{o}\n600\n{r}\nextension\n", "{o} \n600\n{r}\n", "{o}\n600\n{r}=\n", "{o}\n-600\n{r}\n"],
    )
    def test_a_checkpoint_of_any_other_form_is_refused_though_signed(self, desk: Desk, honest: Log, body: str) -> None:
        files = bundle(honest)
        text = body.format(o=ORIGIN, r=std64(honest.root(SIZE)))
        files["checkpoint"] = (honest.log.note(text) + honest.witness.line(text, WITNESSED)).encode()
        refuted(desk.check(honest.seal(files), honest.policy()))

    def test_a_checkpoint_for_another_size_with_the_root_of_this_one_is_refused(self, desk: Desk, honest: Log) -> None:
        files = bundle(honest)
        text = f"{ORIGIN}\n{SIZE + 1}\n{std64(honest.root(SIZE))}\n"
        files["checkpoint"] = (honest.log.note(text) + honest.witness.line(text, WITNESSED)).encode()
        refuted(desk.check(honest.seal(files), honest.policy()))

    def test_a_note_about_another_manifest_is_refused(self, desk: Desk, honest: Log) -> None:
        files = honest.seal(bundle(honest))
        other = honest.seal(bundle(honest), purpose="something_else")
        refuted(desk.check({**files, "bundle.note": other["bundle.note"]}, honest.policy()))


class TestTheManifest:
    @pytest.mark.parametrize(
        "changes",
        [
            {"format": "upstander-bundle/v2"},
            {"from": 1},
            {"from": -1},
            {"to": SIZE + 1},
            {"to": SIZE - 1},
            {"to": 2**53 - 1},
            {"from": "0"},
            {"to": True},
            {"profile": "everything"},
            {"origin": ""},
            {"origin": "another.example/log"},
            {"more": 1},
            {"files": {}},
            {"files": [1]},
            {"files": [{"name": "checkpoint", "sha256": "x"}]},
            {"files": []},
            {"purpose": None},
        ],
    )
    def test_that_says_anything_else_is_refused(self, desk: Desk, honest: Log, changes: dict[str, object]) -> None:
        refuted(desk.check(honest.seal(bundle(honest), **changes), honest.policy()))

    @pytest.mark.parametrize(
        "change",
        [
            lambda listed: listed[::-1],
            lambda listed: [*listed, listed[-1]],
            lambda listed: [{**one, "size": one["size"] + 1} for one in listed],
            lambda listed: [{**one, "sha256": "0" * 64} for one in listed],
            lambda listed: [{**one, "kind": "file"} for one in listed],
            lambda listed: listed[1:],
        ],
    )
    def test_whose_list_of_files_is_not_exact_is_refused(
        self, desk: Desk, honest: Log, change: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
    ) -> None:
        files = bundle(honest)
        listed = json.loads(honest.seal(files)["bundle.json"])["files"]
        refuted(desk.check(honest.seal(files, files=change(listed)), honest.policy()))

    @pytest.mark.parametrize(
        "change",
        [
            lambda text: b" " + text,
            lambda text: text + b"\n",
            lambda text: text.replace(b'"to":600', b'"to":600.0'),
            lambda text: text.replace(b'"to":600', b'"to":600,"to":600'),
            lambda text: b"[" * 200_000,
            lambda text: b"\xff",
            lambda text: b"null",
            lambda text: b"",
        ],
    )
    def test_in_any_other_form_is_refused_though_signed(
        self, desk: Desk, honest: Log, change: Callable[[bytes], bytes]
    ) -> None:
        files = honest.seal(bundle(honest))
        raw = change(files["bundle.json"])
        note = Signer(ORIGIN + "/export").note(f"upstander-bundle/v1\n{ORIGIN}\n{std64(sha(raw))}\n")
        refuted(desk.check({**files, "bundle.json": raw, "bundle.note": note.encode()}, honest.policy()))
