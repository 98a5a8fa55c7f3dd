"""Notes, keys, checkpoints, cosignatures and promises: what we sign opens, and anything else does not."""

from __future__ import annotations

from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.checkpoints import Checkpoint, OtherLog, cosign, open_checkpoint, sign_checkpoint
from app.audit.notes import (
    BadKey,
    BadSignature,
    KeyType,
    MalformedNote,
    PublicKey,
    SecretKey,
    UnsignedNote,
    is_key_name,
    open_note,
    parse_note,
    sign_note,
)
from app.audit.promises import Promise, open_promise, promise_key_name, sign_promise
from app.audit.tlog import EMPTY_ROOT, leaf_hash

ORIGIN = "audit.example.gov/ia/metro-pd"
LOG = SecretKey(ORIGIN, KeyType.ED25519, b"L" * 32)
NEXT = SecretKey(ORIGIN, KeyType.ED25519, b"N" * 32)
PROMISE = SecretKey(promise_key_name(ORIGIN), KeyType.ED25519, b"P" * 32)
WITNESS = SecretKey("board.example.org/witness", KeyType.COSIGNATURE, b"W" * 32)
CHECKPOINT = Checkpoint(ORIGIN, 42, leaf_hash(b"root"))
SIGNED = sign_checkpoint(CHECKPOINT, [LOG])
SEEN = 1_795_500_000

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=[chr(c) for c in range(32)]), max_size=40)
note_texts = st.lists(texts, min_size=1, max_size=5).map(lambda lines: "\n".join(lines) + "\n")


class TestKeys:
    @pytest.mark.parametrize("key", [LOG, WITNESS, PROMISE])
    def test_both_halves_are_written_and_read(self, key: SecretKey) -> None:
        assert SecretKey.from_skey(key.skey) == key
        assert PublicKey.from_vkey(key.public.vkey) == key.public

    def test_a_new_key_is_another_one_each_time(self) -> None:
        assert SecretKey.create(ORIGIN) != SecretKey.create(ORIGIN)

    def test_a_secret_key_does_not_show_itself(self) -> None:
        assert LOG.seed.hex() not in repr(LOG)
        assert repr(LOG.seed) not in repr(LOG)
        assert LOG.skey.split("+")[-1] not in repr(LOG)

    def test_the_same_bytes_under_another_name_or_type_are_another_key(self) -> None:
        ids = {
            PublicKey(name, kind, LOG.public.raw).key_id
            for name in (ORIGIN, f"{ORIGIN}/export")
            for kind in (KeyType.ED25519, KeyType.COSIGNATURE)
        }
        assert len(ids) == 4

    @pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u00a0b", "a\x00b", "a\u2003b"])
    def test_names_that_no_line_could_carry_are_refused(self, name: str) -> None:
        assert not is_key_name(name)
        with pytest.raises(BadKey):
            PublicKey(name, KeyType.ED25519, LOG.public.raw)

    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            (lambda vkey: vkey.replace("+", "-"), "form"),
            (lambda vkey: vkey[:-2], "form"),
            (lambda vkey: vkey + "\n", "form"),
            (lambda vkey: "+".join(vkey.split("+")[:2]) + "+" + b64encode(b"\x06" + b"k" * 32).decode(), "type"),
            (lambda vkey: vkey.replace("metro", "retro"), "key-id"),
            (lambda vkey: "x" + vkey, "key-id"),
        ],
    )
    def test_a_vkey_with_a_fault_is_refused(self, change: object, rule: str) -> None:
        assert callable(change)
        with pytest.raises(BadKey) as caught:
            PublicKey.from_vkey(change(LOG.public.vkey))
        assert caught.value.rule == rule

    @pytest.mark.parametrize(
        "raw",
        [
            bytes(32),  # order 4
            bytes((1, *bytes(31))),  # the neutral point
            bytes((1, *bytes(30), 0x80)),  # the same, with a sign it cannot have
            bytes((0xEC, *b"\xff" * 30, 0x7F)),  # order 2
            bytes((0xED, *b"\xff" * 30, 0x7F)),  # zero, written as p
            b"\xff" * 32,
            bytes((2, *bytes(31))),  # no point of the curve
            b"k" * 31,
        ],
    )
    def test_weak_keys_are_refused(self, raw: bytes) -> None:
        with pytest.raises(BadKey) as caught:
            PublicKey("x", KeyType.ED25519, raw)
        assert caught.value.rule == "weak-key"

    def test_only_a_witness_cosigns_and_only_the_others_sign(self) -> None:
        with pytest.raises(ValueError, match="time"):
            WITNESS.line("text\n")
        with pytest.raises(ValueError, match="witness"):
            LOG.cosign_line("text\n", SEEN)


class TestNotes:
    @given(note_texts)
    def test_what_is_signed_opens(self, text: str) -> None:
        opened = open_note(sign_note(text, [LOG, NEXT]), [NEXT.public, LOG.public])
        assert opened.text == text
        assert [one.key for one in opened.signed] == [LOG.public, NEXT.public]

    @given(st.integers(0, len(SIGNED) - 1), st.sampled_from("A\n+ x\u20140"))
    def test_no_character_can_be_another(self, at: int, put: str) -> None:
        changed = SIGNED[:at] + put + SIGNED[at + 1 :]
        if changed != SIGNED:
            with pytest.raises((MalformedNote, BadSignature, UnsignedNote)):
                open_note(changed, [LOG.public])

    @given(st.text(max_size=200))
    def test_no_input_breaks_the_reader(self, note: str) -> None:
        with pytest.raises((MalformedNote, UnsignedNote)):
            open_note(note, [LOG.public])

    @pytest.mark.parametrize(
        "note", ["", "\n\n", "a\n\n", "a\n\nb\n", "a\n\n\u2014 x\n", "a\n\n\u2014 x AAAA\n", "\ud800\n\n"]
    )
    def test_malformed_notes_are_refused(self, note: str) -> None:
        with pytest.raises(MalformedNote):
            parse_note(note)

    def test_a_text_that_no_note_can_carry_is_not_signed(self) -> None:
        for text in ("no line end", "tab\there\n", "\ud800\n"):
            with pytest.raises(ValueError, match="carry"):
                sign_note(text, [LOG])

    def test_up_to_100_lines_are_read_and_no_more(self) -> None:
        line = NEXT.line(CHECKPOINT.text)
        assert open_note(SIGNED + line * 99, [LOG.public]).text == CHECKPOINT.text
        with pytest.raises(MalformedNote) as caught:
            open_note(SIGNED + line * 100, [LOG.public])
        assert caught.value.rule == "too-many-signatures"

    def test_a_note_of_more_than_a_million_bytes_is_refused(self) -> None:
        with pytest.raises(MalformedNote) as caught:
            parse_note("\u20ac" * 333_334 + "\n" + SIGNED)
        assert caught.value.rule == "length"

    def test_unknown_lines_of_any_length_are_ignored(self) -> None:
        """So that a signature of a new kind, such as ML-DSA, needs no new format."""
        strange = f"\u2014 {ORIGIN} {b64encode(b'id!!' + bytes(2420)).decode()}\n"
        opened = open_note(SIGNED + strange, [LOG.public])
        assert [(line.name, line.key_id, len(line.signature)) for line in opened.ignored] == [(ORIGIN, b"id!!", 2420)]

    def test_of_two_lines_of_one_key_the_first_counts(self) -> None:
        wrong = LOG.line("other\n")
        assert open_note(SIGNED + wrong, [LOG.public]).text == CHECKPOINT.text
        with pytest.raises(BadSignature):
            open_note(CHECKPOINT.text + "\n" + wrong + LOG.line(CHECKPOINT.text), [LOG.public])


class TestCheckpoints:
    def test_one_opens_with_its_cosignatures(self) -> None:
        note = SIGNED + cosign(SIGNED, WITNESS, seen_at=SEEN)
        opened = open_checkpoint(note, [LOG.public], [WITNESS.public], origin=ORIGIN)
        assert opened.checkpoint == CHECKPOINT
        assert [(one.key, one.seen_at) for one in opened.cosigned] == [(WITNESS.public, SEEN)]

    def test_a_witness_alone_is_not_enough(self) -> None:
        note = CHECKPOINT.text + "\n" + cosign(SIGNED, WITNESS, seen_at=SEEN)
        with pytest.raises(UnsignedNote):
            open_checkpoint(note, [LOG.public], [WITNESS.public], origin=ORIGIN)

    def test_while_one_key_follows_another_either_is_enough(self) -> None:
        both = sign_checkpoint(CHECKPOINT, [LOG, NEXT])
        for key in (LOG, NEXT):
            assert open_checkpoint(both, [key.public], origin=ORIGIN).checkpoint == CHECKPOINT

    def test_another_log_is_refused_even_under_the_same_key(self) -> None:
        note = sign_note(Checkpoint("other.example/log", 42, CHECKPOINT.root).text, [LOG])
        with pytest.raises(OtherLog):
            open_checkpoint(note, [LOG.public], origin=ORIGIN)

    def test_a_wrong_cosignature_refuses_the_whole(self) -> None:
        line = cosign(SIGNED, WITNESS, seen_at=SEEN)
        other = sign_checkpoint(Checkpoint(ORIGIN, 43, CHECKPOINT.root), [LOG])
        with pytest.raises(BadSignature):
            open_checkpoint(other + line, [LOG.public], [WITNESS.public], origin=ORIGIN)
        short = f"\u2014 {WITNESS.name} {b64encode(WITNESS.public.key_id + bytes(64)).decode()}\n"
        with pytest.raises(BadSignature):
            open_checkpoint(SIGNED + short, [LOG.public], [WITNESS.public], origin=ORIGIN)

    @given(texts.filter(bool), st.integers(1, 2**63 - 1), st.binary(min_size=32, max_size=32))
    def test_what_is_written_is_read(self, origin: str, size: int, root: bytes) -> None:
        assert Checkpoint.parse(Checkpoint(origin, size, root).text) == Checkpoint(origin, size, root)

    @pytest.mark.parametrize("size", ["01", "+1", "-1", "1 ", "1_0", "", "0x1", "9223372036854775808", "\u0661"])
    def test_a_size_is_plain_digits_and_within_bounds(self, size: str) -> None:
        with pytest.raises(MalformedNote):
            Checkpoint.parse(CHECKPOINT.text.replace("\n42\n", f"\n{size}\n"))

    @pytest.mark.parametrize(
        "root", ["", "AAAA", b64encode(bytes(33)).decode(), b64encode(bytes(32)).decode()[:-2] + "B="]
    )
    def test_a_root_is_32_bytes_written_the_one_way(self, root: str) -> None:
        with pytest.raises(MalformedNote):
            Checkpoint.parse(f"{ORIGIN}\n42\n{root}\n")

    def test_extension_lines_are_refused(self) -> None:
        with pytest.raises(MalformedNote):
            Checkpoint.parse(CHECKPOINT.text + "more\n")
        with pytest.raises(MalformedNote):
            Checkpoint.parse(CHECKPOINT.text.rstrip("\n"))

    def test_the_empty_tree_has_the_empty_root(self) -> None:
        assert Checkpoint.parse(Checkpoint(ORIGIN, 0, EMPTY_ROOT).text).size == 0
        with pytest.raises(MalformedNote):
            Checkpoint.parse(Checkpoint(ORIGIN, 0, CHECKPOINT.root).text)


class TestPromises:
    """S21: the log's word that a leaf will be numbered."""

    MADE = Promise(ORIGIN, leaf_hash(b"leaf"), datetime(2026, 11, 24, 5, 1, tzinfo=UTC))

    def test_a_promise_opens(self) -> None:
        assert open_promise(sign_promise(self.MADE, PROMISE), [PROMISE.public], origin=ORIGIN) == self.MADE

    def test_its_text_is_four_lines(self) -> None:
        assert self.MADE.text.split("\n") == [
            "upstander-promise/v1",
            ORIGIN,
            b64encode(leaf_hash(b"leaf")).decode(),
            "2026-11-24T05:01:00Z",
            "",
        ]

    def test_any_zone_is_written_as_utc(self) -> None:
        there = self.MADE.merge_before.astimezone(timezone(timedelta(hours=-6)))
        assert Promise(ORIGIN, self.MADE.leaf_hash, there).text == self.MADE.text

    def test_only_the_promise_key_makes_one(self) -> None:
        with pytest.raises(ValueError, match="promise key"):
            sign_promise(self.MADE, LOG)
        with pytest.raises(UnsignedNote):
            open_promise(sign_note(self.MADE.text, [LOG]), [PROMISE.public], origin=ORIGIN)

    def test_one_of_another_log_is_refused(self) -> None:
        with pytest.raises(OtherLog):
            open_promise(sign_promise(self.MADE, PROMISE), [PROMISE.public], origin="other.example/log")

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("promise/v1", "promise/v2"),
            ("T05:01:00Z", "T05:01:00"),
            ("T05:01:00Z", "T5:01:00Z"),
            ("11-24", "11-31"),
            (ORIGIN, ""),
            ("00Z\n", "00Z\nmore\n"),
            ("00Z\n", "00Z"),
            ("=\n", "\n"),
        ],
    )
    def test_any_other_form_is_refused(self, old: str, new: str) -> None:
        assert old in self.MADE.text
        with pytest.raises(MalformedNote):
            Promise.parse(self.MADE.text.replace(old, new))
