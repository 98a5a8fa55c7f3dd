"""What an honest bundle proves, what it leaves open, and what the board's machine remembers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest

from tests.verify.builder import (
    BLOCK_ORDER,
    FIRST_HOUR,
    ORIGIN,
    Files,
    Log,
    Signer,
    canon,
    sha,
    stamp,
    std64,
    url64,
    year_of_work,
)
from tests.verify.conftest import Answer, Desk

SIZE = 600


def after(entries: int) -> datetime:
    """The moment just after so many entries of `year_of_work`."""
    return FIRST_HOUR + timedelta(seconds=77 * entries)


@pytest.fixture(scope="module")
def log() -> Log:
    return year_of_work(SIZE)


def sealed(log: Log, start: int, size: int, **how: object) -> Files:
    usual = {"cosigned": after(size), "cosigned_before": after(start)}
    return log.seal(log.files(start, size, **{**usual, **how}))  # type: ignore[arg-type]


class TestAnHonestBundle:
    @pytest.mark.parametrize(
        ("start", "size"),
        [
            *((0, size) for size in (0, 1, 255, 256, 257, SIZE)),
            *((start, SIZE) for start in (1, 256, 300, 599, SIZE)),
            *((255, 256), (511, 512), (512, 512), (512, 513)),
        ],
    )
    def test_is_verified_wherever_it_begins_and_ends(self, desk: Desk, log: Log, start: int, size: int) -> None:
        answer = desk.check(sealed(log, start, size), log.policy())
        assert answer.told["verdict"] == "verified", answer.text
        assert answer.told["entries"] == answer.told["shown"] == size - start

    def test_with_tiles_of_three_levels(self, desk: Desk) -> None:
        log = Log()
        for index in range(65_800):
            log.add_texts({name: f"{name} {index}" for name in BLOCK_ORDER})
        files = sealed(log, 65_100, 65_800, profile="bare", shows=lambda index: ())
        assert "tile/2/000.p/1" in files
        assert "tile/1/001.p/1" in files
        answer = desk.check(files, log.policy())
        assert answer.told["verdict"] == "verified", answer.text
        assert answer.told["not_shown"] == 700

    def test_says_proven_or_not_proven_on_every_line_and_lists_the_findings(self, desk: Desk, log: Log) -> None:
        desk.put("bundle.zip", sealed(log, 0, SIZE))
        desk.put("policy", log.policy())
        answer = desk.run("check", "bundle.zip", "--policy", "policy")
        *lines, last = answer.text.splitlines()
        assert answer.status == 0
        assert all(line.startswith(("proven: ", "not proven: ")) for line in lines)
        assert last.startswith("VERIFIED")
        assert lines[0].endswith(
            f"the export key of {ORIGIN} signed the manifest: entries from #0 to size 600 in profile 'all' "
            "(made at 2026-11-30T05:00:00.000000Z, purpose board_review, role oversight)"
        )
        stated = "proven:      entry #17: finding proposed, failure to intervene: sustained (2026-11-24)"
        assert stated in lines
        assert "proven:      finding approved: failure to intervene: sustained: 4" in lines

    def test_lists_the_findings_for_a_machine(self, desk: Desk, log: Log) -> None:
        told = desk.check(sealed(log, 0, SIZE), log.policy()).told
        assert [found["entry"] for found in told["findings"]] == [
            index for index, entry in enumerate(log.entries) if '"kind":"finding.' in entry.blocks["what"]
        ]
        assert told["findings"][0] == {
            "entry": 17,
            "kind": "finding.proposed",
            "at": stamp(after(18)),
            "duty": "failure_to_intervene",
            "disposition": "sustained",
        }
        assert told["kinds"]["heartbeat"] == 15

    def test_reading_a_finding_is_not_one(self, desk: Desk) -> None:
        log = Log()
        log.add("finding.read", FIRST_HOUR, of={"case": "c1"})
        told = desk.check(sealed(log, 0, 1), log.policy())
        assert told.told["findings"] == []
        assert "no finding about a failure to intervene is among the entries shown" in told.lines("proven")

    def test_may_be_stored_or_deflated_and_carry_the_verifier(self, desk: Desk, log: Log) -> None:
        files = log.files(0, SIZE, cosigned=after(SIZE))
        files["verify.py"] = b"print('not the one that is run')\n"
        files["anchors/2026-11-24.tsr"] = b"token"
        assert desk.check(log.seal(files), log.policy()).status == 0

    def test_names_a_policy_copy_that_differs(self, desk: Desk, log: Log) -> None:
        files = log.files(0, SIZE, cosigned=after(SIZE))
        files["policy.txt"] = log.policy("none")
        answer = desk.check(log.seal(files), log.policy())
        assert answer.status == 0
        assert any("differs from the policy given" in line for line in answer.lines("not proven"))


class TestWhatIsNotShown:
    def test_withheld_entries_are_counted_and_nothing_is_said_of_them(self, desk: Desk, log: Log) -> None:
        files = sealed(log, 0, SIZE, profile="board", shows=lambda index: BLOCK_ORDER if index // 60 % 4 else ())
        answer = desk.check(files, log.policy())
        assert answer.told["verdict"] == "verified", answer.text
        assert (answer.told["shown"], answer.told["not_shown"]) == (420, 180)
        assert any("180 of 600 entries are not shown" in line for line in answer.lines("not proven"))
        assert any(
            "revisions of objects are not among the entries shown" in line for line in answer.lines("not proven")
        )

    def test_the_who_of_line_staff_may_be_left_out(self, desk: Desk, log: Log) -> None:
        files = sealed(log, 0, SIZE, profile="redacted", shows=lambda index: BLOCK_ORDER[: 3 + index % 2])
        answer = desk.check(files, log.policy())
        assert answer.told["verdict"] == "verified", answer.text
        assert (answer.told["shown"], answer.told["in_part"]) == (300, 300)

    @pytest.mark.parametrize("left", [(), ("what",), ("of", "on", "what")])
    def test_in_profile_all_each_is_a_failure_that_names_the_entry(
        self, desk: Desk, log: Log, left: tuple[str, ...]
    ) -> None:
        files = sealed(log, 0, SIZE, shows=lambda index: left if index == 311 else BLOCK_ORDER)
        answer = desk.check(files, log.policy())
        assert (answer.status, set(answer.entries())) == (1, {311})


class TestExpungement:
    def log(self, indices: object, blocks: object = ("of", "who")) -> Log:
        log = year_of_work(100)
        log.add("block.expunged", after(101), of={"indices": indices, "blocks": blocks, "authority": "order"})
        return log

    def bundle(self, log: Log, gone: int, left: tuple[str, ...] = ("on", "what")) -> Files:
        return sealed(log, 0, 101, shows=lambda index: left if index == gone else BLOCK_ORDER, cosigned=after(102))

    def test_blocks_absent_by_an_entry_are_no_failure(self, desk: Desk) -> None:
        log = self.log([50])
        answer = desk.check(self.bundle(log, 50), log.policy())
        assert (answer.status, answer.told["expunged"]) == (0, 1), answer.text

    def test_the_entry_covers_only_the_blocks_it_names(self, desk: Desk) -> None:
        log = self.log([50], ("who",))
        answer = desk.check(self.bundle(log, 50), log.policy())
        assert (answer.status, answer.entries()) == (1, [50])

    def test_the_entry_covers_only_the_entries_it_names(self, desk: Desk) -> None:
        log = self.log([51])
        answer = desk.check(self.bundle(log, 50), log.policy())
        assert (answer.status, answer.entries()) == (1, [50])

    def test_what_is_expunged_but_still_there_is_named(self, desk: Desk) -> None:
        log = self.log([50])
        answer = desk.check(self.bundle(log, 50, BLOCK_ORDER), log.policy())
        assert answer.status == 0
        assert any("still show what a later entry expunges" in line for line in answer.lines("not proven"))

    @pytest.mark.parametrize("indices", [[100], [2**40], [-1], ["50"], [True], "50", None, {}])
    def test_an_entry_that_does_not_say_what_it_expunges_fails(self, desk: Desk, indices: object) -> None:
        log = self.log(indices)
        answer = desk.check(self.bundle(log, 50, BLOCK_ORDER), log.policy())
        assert (answer.status, answer.entries()) == (1, [100])


class TestTheStateFile:
    def test_the_first_use_is_said_loudly_and_the_next_bundle_is_tied_to_it(self, desk: Desk, log: Log) -> None:
        first = desk.check(sealed(log, 0, 300), log.policy(), state=True)
        assert (first.status, sum("FIRST USE" in line for line in first.lines("not proven"))) == (0, 1)
        second = desk.check(sealed(log, 300, SIZE), log.policy(), state=True)
        assert second.status == 0
        assert "it continues the tree of size 300 that this machine verified before" in second.lines("proven")
        kept = json.loads((desk.folder / "state.json").read_text())
        assert kept == {
            ORIGIN: {
                "size": SIZE,
                "root": std64(log.root(SIZE)),
                "checkpoint": log.checkpoint(SIZE, after(SIZE)).decode(),
            }
        }

    def test_without_one_nothing_is_remembered_and_that_is_said(self, desk: Desk, log: Log) -> None:
        answer = desk.check(sealed(log, 0, 300), log.policy())
        assert any("no state file was given" in line for line in answer.lines("not proven"))

    @pytest.mark.parametrize("start", [0, 1, 250, 299, 300])
    def test_an_overlap_with_the_same_tree_is_proven(self, desk: Desk, log: Log, start: int) -> None:
        desk.check(sealed(log, 0, 300), log.policy(), state=True)
        assert desk.check(sealed(log, start, SIZE), log.policy(), state=True).status == 0

    @pytest.mark.parametrize("start", [0, 299, 300])
    def test_another_tree_is_refuted_and_the_state_stays(self, desk: Desk, log: Log, start: int) -> None:
        desk.check(sealed(log, 0, 300), log.policy(), state=True)
        before = (desk.folder / "state.json").read_bytes()
        other = year_of_work(SIZE)
        other.entries[5] = other.entries[6]
        other.entries[270] = other.entries[271]
        answer = desk.check(
            sealed(other, start, SIZE, profile="bare", shows=lambda index: ()), log.policy(), state=True
        )
        assert answer.status == 1
        assert any("the log was rewritten" in line for line in answer.lines("failed"))
        assert (desk.folder / "state.json").read_bytes() == before

    def test_a_smaller_log_is_refuted(self, desk: Desk, log: Log) -> None:
        desk.check(sealed(log, 0, 300), log.policy(), state=True)
        answer = desk.check(sealed(log, 0, 299), log.policy(), state=True)
        assert answer.status == 1
        assert any("the smaller 299" in line for line in answer.lines("failed"))

    def test_the_same_size_again_is_verified(self, desk: Desk, log: Log) -> None:
        assert [desk.check(sealed(log, 0, 300), log.policy(), state=True).status for _ in range(2)] == [0, 0]

    def test_a_gap_cannot_be_decided_and_is_not_remembered(self, desk: Desk, log: Log) -> None:
        desk.check(sealed(log, 0, 300), log.policy(), state=True)
        answer = desk.check(sealed(log, 301, SIZE), log.policy(), state=True)
        assert answer.status == 2
        assert json.loads((desk.folder / "state.json").read_text())[ORIGIN]["size"] == 300

    def test_other_logs_in_it_are_kept(self, desk: Desk, log: Log) -> None:
        other = {"size": 3, "root": std64(bytes(32)), "checkpoint": "x"}
        desk.put("state.json", json.dumps({"another.example/log": other}).encode())
        assert desk.check(sealed(log, 0, 300), log.policy(), state=True).status == 0
        assert json.loads((desk.folder / "state.json").read_text())["another.example/log"] == other

    @pytest.mark.parametrize(
        "damage", [b"", b"{", b"[]", b'{"%s":{}}' % ORIGIN.encode(), b'{"x":{"size":-1}}', b"\xff", b"null"]
    )
    def test_a_damaged_one_stops_the_check(self, desk: Desk, log: Log, damage: bytes) -> None:
        desk.put("state.json", damage)
        answer = desk.check(sealed(log, 0, 300), log.policy(), state=True)
        assert answer.status == 2
        assert (desk.folder / "state.json").read_bytes() == damage

    def test_where_it_cannot_be_written_the_answer_is_not_verified(self, desk: Desk, log: Log) -> None:
        desk.put("bundle.zip", sealed(log, 0, 300))
        desk.put("policy", log.policy())
        assert desk.ask("check", "bundle.zip", "--policy", "policy", "--state", "nowhere/state.json").status == 2


class TestTheQuorum:
    def test_without_a_witness_in_the_policy_that_is_not_proven_but_verified(self, desk: Desk, log: Log) -> None:
        answer = desk.check(sealed(log, 0, 300, cosigned=None), log.policy("none"))
        assert answer.status == 0
        assert any("no witness outside the agency has cosigned" in line for line in answer.lines("not proven"))
        assert any("no witness time" in line for line in answer.lines("not proven"))

    def test_a_missing_cosignature_leaves_it_undecided_and_is_not_remembered(self, desk: Desk, log: Log) -> None:
        answer = desk.check(sealed(log, 0, 300, cosigned=None), log.policy(), state=True)
        assert answer.status == 2
        assert not (desk.folder / "state.json").exists()

    @pytest.mark.parametrize(
        ("groups", "status"),
        [
            ("group outside any board state", 0),
            ("group outside 1 board state", 0),
            ("group outside all board state", 2),
            ("group outside 2 board state", 2),
            ("group state-alone all state\ngroup outside any state-alone board", 0),
            ("group state-alone all state\ngroup outside all state-alone board", 2),
        ],
    )
    def test_groups_ask_for_as_many_as_they_say(self, desk: Desk, log: Log, groups: str, status: int) -> None:
        state = Signer("witness.example.gov/inspector", 4)
        policy = log.policy("outside", f"witness state {state.vkey} https://witness.example.gov/\n{groups}\n")
        assert desk.check(sealed(log, 0, 300), policy).status == status

    def test_a_wrong_cosignature_of_a_known_witness_refutes(self, desk: Desk, log: Log) -> None:
        files = log.files(0, 300, cosigned=after(300))
        text = log.checkpoint(299, after(300)).decode()
        files["checkpoint"] = (
            log.checkpoint(300) + log.witness.line(text.partition("\n\n")[0] + "\n", after(300)).encode()
        )
        answer = desk.check(log.seal(files), log.policy())
        assert answer.status == 1
        assert any("signature of witness.example.org/board is wrong" in line for line in answer.lines("failed"))

    def test_lines_of_unknown_keys_are_ignored(self, desk: Desk, log: Log) -> None:
        files = log.files(0, 300, cosigned=after(300))
        text = files["checkpoint"].decode().partition("\n\n")[0] + "\n"
        extra = Signer("stranger.example").line(text) + f"— {ORIGIN} {std64(bytes(4) + bytes(2420))}\n"
        files["checkpoint"] += extra.encode()
        assert desk.check(log.seal(files), log.policy()).status == 0

    def test_a_witness_whose_kind_of_key_cannot_be_checked_counts_for_nothing_and_is_named(
        self, desk: Desk, log: Log
    ) -> None:
        raw = b"\x06" + bytes(1312)
        vkey = f"pq.example+{sha(b'pq.example' + bytes([10]) + raw)[:4].hex()}+{std64(raw)}"
        policy = log.policy("outside", f"witness pq {vkey}\ngroup outside all board pq\n")
        answer = desk.check(sealed(log, 0, 300), policy)
        assert answer.status == 2
        assert any("ML-DSA-44" in line for line in answer.lines("not proven"))
        assert desk.check(sealed(log, 0, 300), policy.replace(b"all", b"any")).status == 0

    def test_during_a_rotation_either_key_of_the_log_is_enough(self, desk: Desk, log: Log) -> None:
        policy = log.policy()
        newer = year_of_work(300)
        newer.log.key = Signer("another").key
        raw = b"\x01" + newer.log.key.public_key().public_bytes_raw()
        ident = sha(ORIGIN.encode() + b"\n" + raw)[:4]
        newer.log.ident = ident
        answer = desk.check(sealed(newer, 0, 300), policy)
        assert answer.status == 1
        line = f"log {ORIGIN}+{ident.hex()}+{std64(raw)}\n".encode()
        assert desk.check(sealed(newer, 0, 300), line + policy).status == 0


class TestThePolicy:
    """C2SP tlog-policy; whatever it does not allow leaves the question undecided, before the bundle is looked at."""

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "quorum none\nquorum none\n",
            "quorum board\n",
            "log x\nquorum none\n",
            "witness none {witness}\nquorum none\n",
            "witness w {log}\nquorum w\n",
            "log {witness}\nquorum none\n",
            "log {log}\nlog {log}\nquorum none\n",
            "witness a {witness}\nwitness b {witness}\nquorum a\n",
            "witness a {witness}\ngroup g 2 a\nquorum g\n",
            "witness a {witness}\ngroup g 0 a\nquorum g\n",
            "witness a {witness}\ngroup g any a a\nquorum g\n",
            "witness a {witness}\ngroup g any\nquorum g\n",
            "witness a {witness}\ngroup g any h\ngroup h any a\nquorum g\n",
            "witness a {witness}\ngroup g any a\ngroup h any a\nquorum g\n",
            "witness a {witness}\ngroup a any a\nquorum a\n",
            "quorum w\nwitness w {witness}\n",
            "log {weak}\nquorum none\n",
            "log {wrong}\nquorum none\n",
            "surprise\nquorum none\n",
            "quorum none\r\n",
            "\x00quorum none\n",
        ],
    )
    def test_refuses(self, desk: Desk, log: Log, text: str) -> None:
        weak = b"\x01" + bytes([1]) + bytes(31)
        ident = sha(b"weak.example\n" + weak)[:4].hex()
        wrong = log.log.vkey.replace(log.log.ident.hex(), "00000000")
        filled = text.format(
            wrong=wrong, log=log.log.vkey, witness=log.witness.vkey, weak=f"weak.example+{ident}+{std64(weak)}"
        )
        answer = desk.check(sealed(log, 0, 10), filled.encode())
        assert answer.status == 2, answer.text
        assert len(answer.told["lines"]) == 1

    def test_reads_comments_tabs_and_names_in_any_letters(self, desk: Desk, log: Log) -> None:
        text = (
            log.policy("none")
            .decode()
            .replace("log ", "\t log\t ")
            .replace("witness board", "witness ausschuß-für-aufsicht")
        )
        assert desk.check(sealed(log, 0, 10), text.encode() + b"  # end").status == 0


class TestTime:
    """Stated times against those of witnesses; only a day is stated in the quiet lane."""

    def check(self, desk: Desk, *moments: datetime | str, start: int = 0, kind: str = "case.read") -> Answer:
        log = year_of_work(40)
        for moment in moments:
            log.add(kind, moment)
        size = len(log.entries)
        files = sealed(log, start, size, cosigned=after(60), cosigned_before=after(40))
        return desk.check(files, log.policy())

    def test_up_to_a_minute_after_the_witness_is_allowed(self, desk: Desk) -> None:
        assert self.check(desk, after(60) + timedelta(seconds=60)).status == 0
        answer = self.check(desk, after(60) + timedelta(seconds=60, microseconds=1))
        assert (answer.status, answer.entries()) == (1, [40])

    def test_up_to_two_minutes_before_the_checkpoint_before_is_allowed(self, desk: Desk) -> None:
        assert self.check(desk, after(40) - timedelta(seconds=120), start=40).status == 0
        answer = self.check(desk, after(40) - timedelta(seconds=120, microseconds=1), start=40)
        assert (answer.status, answer.entries()) == (1, [40])

    def test_the_quiet_lane_is_held_to_its_day(self, desk: Desk) -> None:
        assert self.check(desk, "2026-11-24", "2026-11-23", start=40, kind="report.received").status == 0
        answer = self.check(desk, "2026-11-22", "2026-11-25", start=40, kind="report.received")
        assert (answer.status, answer.entries()) == (1, [40, 41])

    @pytest.mark.parametrize("at", ["2026-11-31", "2026-02-30T05:00:00.000000Z", "0000-01-01"])
    def test_a_day_that_no_calendar_holds_fails(self, desk: Desk, at: str) -> None:
        answer = self.check(desk, at, kind="heartbeat")
        assert answer.status == 1
        assert set(answer.entries()) >= {40}

    def test_a_stretch_without_heartbeats_is_not_proven_but_never_failed(self, desk: Desk) -> None:
        log = Log()
        for hour in (0, 1, 4, 5):
            log.add("heartbeat", FIRST_HOUR + timedelta(hours=hour))
        answer = desk.check(sealed(log, 0, 4, cosigned=FIRST_HOUR + timedelta(hours=5)), log.policy())
        assert answer.status == 0
        assert any(
            "1 stretches without heartbeats, the longest of 180 minutes" in line for line in answer.lines("not proven")
        )

    @pytest.mark.parametrize("seconds", [2**62, 2**63 - 1, 253402300800])
    def test_a_witness_time_out_of_reach_is_refuted(self, desk: Desk, seconds: int) -> None:
        log = year_of_work(5)
        files = log.files(0, 5)
        text = files["checkpoint"].decode().partition("\n\n")[0] + "\n"
        signature = log.witness.key.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        line = f"— {log.witness.name} {std64(log.witness.ident + seconds.to_bytes(8, 'big') + signature)}\n"
        files["checkpoint"] += line.encode()
        assert desk.check(log.seal(files), log.policy()).status == 1


class TestRevisions:
    """Acts raise the revision of an object by one, reads repeat it; nothing sets it back."""

    def check(self, desk: Desk, *told: tuple[int, float], profile: str = "all", state: str | None = None) -> Answer:
        log = Log()
        for rev, second in told:
            on = {
                "agency": "a",
                "type": "case",
                "id": "c1",
                "rev": rev,
                "state": f"{state}{len(log.entries)}" if state else None,
            }
            log.add("case.read", FIRST_HOUR + timedelta(seconds=second), on=on)
            log.add("case.read", FIRST_HOUR + timedelta(seconds=second), on={**on, "id": "c2", "rev": 9})
        return desk.check(sealed(log, 0, len(log.entries), profile=profile), log.policy())

    def test_rising_by_one_and_repeating_is_proven(self, desk: Desk) -> None:
        answer = self.check(desk, (1, 0), (2, 60), (2, 120), (3, 180))
        assert answer.status == 0
        assert "the revisions of 2 objects rise one by one as far as they are shown" in answer.lines("proven")

    def test_a_gap_fails_in_profile_all_and_is_not_proven_otherwise(self, desk: Desk) -> None:
        told = ((1, 0), (3, 60), (4, 120))
        answer = self.check(desk, *told)
        assert (answer.status, answer.entries()) == (1, [2])
        answer = self.check(desk, *told, profile="board")
        assert answer.status == 0
        assert any("1 revisions of objects are not among" in line for line in answer.lines("not proven"))

    @pytest.mark.parametrize("profile", ["all", "board"])
    def test_going_down_fails(self, desk: Desk, profile: str) -> None:
        answer = self.check(desk, (4, 0), (5, 60), (3, 120), profile=profile)
        assert (answer.status, answer.entries()) == (1, [4])

    def test_entries_that_overlapped_may_stand_in_either_order(self, desk: Desk) -> None:
        answer = self.check(desk, (1, 0), (3, 60), (2, 58), (4, 120))
        assert answer.status == 0, answer.text
        answer = self.check(desk, (1, 0), (2, 60), (1, 61))
        assert answer.status == 0
        assert any("overlapped" in line for line in answer.lines("not proven"))

    def test_two_digests_for_one_revision_are_named(self, desk: Desk) -> None:
        answer = self.check(desk, (1, 0), (1, 60), state="digest")
        assert answer.status == 0
        assert any("another digest for a revision" in line for line in answer.lines("not proven"))


class TestRecordsBesideTheLog:
    @pytest.mark.parametrize("write", [lambda digest: digest.hex(), url64])
    def test_a_record_is_tied_to_the_entry_that_states_its_digest(self, desk: Desk, write: object) -> None:
        record = canon({"case": "c1", "salt": "x"}).encode()
        log = Log()
        on = {"agency": "a", "type": "case", "id": "c1", "rev": 1, "state": write(sha(record))}  # type: ignore[operator]
        log.add("case.open", FIRST_HOUR, on=on)
        files = log.files(0, 1, cosigned=after(1))
        files[f"files/{sha(record).hex()}.json"] = record
        files[f"files/{sha(b'other').hex()}"] = b"other"
        answer = desk.check(log.seal(files), log.policy())
        assert answer.status == 0, answer.text
        assert any(sha(record).hex() in line for line in answer.lines("proven"))
        assert any(sha(b"other").hex() in line for line in answer.lines("not proven"))

    def test_a_record_under_a_wrong_digest_fails(self, desk: Desk) -> None:
        log = year_of_work(3)
        files = log.files(0, 3, cosigned=after(3))
        files[f"files/{sha(b'other').hex()}"] = b"something else"
        assert desk.check(log.seal(files), log.policy()).status == 1
