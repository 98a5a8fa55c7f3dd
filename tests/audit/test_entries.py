"""Entries: blind leaves of one length, and blocks whose text is what was committed to."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from app.audit.entries import (
    BLOCKS,
    MOST_BLOCK_BYTES,
    UnfitEntryError,
    block_text,
    canonical,
    commitment,
    leaf_length,
    make_entry,
    make_leaf,
    open_block,
)

ORIGIN = "audit.example.gov/ia/metro-pd"
SALT = bytes(range(16))
WHAT = {"kind": "case.read", "at": "2026-11-24T05:00:00.123456Z", "out": "ok", "code": "", "req": "r", "app": "1"}
WHO = {"actor": "a", "role": "supervisor", "sess": "s", "step": None}
ON = {"agency": "g", "type": "case", "id": "c", "rev": 1, "state": None}

exact = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abz\u00e9\U0001f600", max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


def entry(**changes: Any) -> Any:
    return make_entry(ORIGIN, **{"what": WHAT, "who": WHO, "on": ON, "of": {"fields": ["narrative"]}, **changes})


class TestLeaves:
    def test_a_leaf_is_these_members_and_no_others(self) -> None:
        made = entry()
        leaf = json.loads(made.leaf)
        assert leaf == {"b": dict(zip(BLOCKS, map(commitment, made.texts), strict=True)), "log": ORIGIN, "v": 1}
        assert list(leaf["b"]) == ["of", "on", "what", "who"]
        assert rfc8785.dumps(leaf) == made.leaf

    @given(st.dictionaries(st.text("abc", min_size=1), exact, max_size=5))
    def test_every_leaf_of_a_log_has_one_length(self, of: dict[str, Any]) -> None:
        assert len(entry(of=of).leaf) == leaf_length(ORIGIN) == 258

    def test_the_same_facts_never_give_the_same_leaf_twice(self) -> None:
        leaves = [json.loads(entry().leaf)["b"] for _ in range(20)]
        assert all(len({leaf[name] for leaf in leaves}) == 20 for name in BLOCKS)

    def test_empty_blocks_are_blocks(self) -> None:
        made = entry(what={}, who={}, on={}, of={})
        assert len(made.leaf) == 258
        assert [open_block(text).members for text in made.texts] == [{}] * 4

    def test_one_character_more_in_a_text_is_another_leaf(self) -> None:
        made = entry()
        for at in range(4):
            texts = [text + " " * (place == at) for place, text in enumerate(made.texts)]
            assert make_leaf(ORIGIN, [commitment(text) for text in texts]) != made.leaf
        assert make_leaf(ORIGIN, [commitment(text) for text in made.texts]) == made.leaf

    def test_a_leaf_of_more_than_a_kibibyte_is_refused(self) -> None:
        with pytest.raises(UnfitEntryError, match="leaf"):
            make_leaf("x" * 800, ["." * 43] * 4)


class TestBlocks:
    def test_a_block_is_salt_name_and_members(self) -> None:
        text = block_text("of", {"b": 2, "a": [True, None, "\u20ac"]}, SALT)
        assert text == '["AAECAwQFBgcICQoLDA0ODw","of",{"a":[true,null,"\u20ac"],"b":2}]'
        assert urlsafe_b64decode(commitment(text) + "=") == sha256(text.encode()).digest()
        block = open_block(text)
        assert (block.name, block.members) == ("of", {"a": [True, None, "\u20ac"], "b": 2})

    @pytest.mark.parametrize(
        "changes",
        [
            {"what": {**WHAT, "more": 1}},
            {"what": {name: WHAT[name] for name in WHAT if name != "app"}},
            {"who": {**WHO, "name": "Jo"}},
            {"on": {"agency": "g"}},
            {"what": {**WHAT, "out": "maybe"}},
        ],
    )
    def test_an_unknown_or_missing_member_is_our_mistake(self, changes: dict[str, Any]) -> None:
        with pytest.raises(UnfitEntryError):
            entry(**changes)

    def test_a_block_is_at_most_16_kibibytes(self) -> None:
        empty = len(block_text("of", {"a": ""}, SALT))
        assert len(block_text("of", {"a": "x" * (MOST_BLOCK_BYTES - empty)}, SALT)) == MOST_BLOCK_BYTES
        with pytest.raises(UnfitEntryError, match="long"):
            block_text("of", {"a": "x" * (MOST_BLOCK_BYTES - empty + 1)}, SALT)
        with pytest.raises(UnfitEntryError, match="long"):
            block_text("of", {"a": "\u20ac" * (MOST_BLOCK_BYTES // 3)}, SALT)

    def test_a_salt_has_128_bits(self) -> None:
        with pytest.raises(UnfitEntryError):
            block_text("of", {}, SALT[:15])

    @pytest.mark.parametrize(
        "text", ["", "{}", "[]", '["s","of"]', '["s","why",{}]', '["s","of",[]]', '["s",[],{}]', "[" * 9000]
    )
    def test_what_is_no_block_is_not_opened(self, text: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011 - some of it is the reader of JSON that refuses
            open_block(text)


class TestValues:
    @given(exact)
    def test_text_is_canonical_and_comes_back(self, value: Any) -> None:
        written = canonical(value)
        assert json.loads(written) == value
        assert canonical(json.loads(written)) == written

    @given(exact | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), max_size=3), exact, max_size=5))
    def test_text_is_to_the_byte_what_the_reference_writes(self, value: Any) -> None:
        assert canonical(value) == rfc8785.dumps(value)

    def test_names_above_ascii_stand_in_the_order_of_their_utf_16_units(self) -> None:
        assert canonical({"\uff61": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\uff61":1}'.encode()

    def test_every_control_character_is_escaped_as_the_reference_does(self) -> None:
        everything = "".join(map(chr, range(0x180))) + "\u2028\u2029\ufeff\uffff"
        assert canonical([everything]) == rfc8785.dumps([everything])

    @pytest.mark.parametrize(
        "value",
        [1.0, float("nan"), 2**53, -(2**53), b"bytes", {1: "a"}, {"a": {2.5}}, "\ud800", {"\udfff": 1}, object()],
    )
    def test_floats_large_integers_and_strange_things_are_refused(self, value: Any) -> None:
        for nested in (value, [value], {"a": [value]}):
            with pytest.raises(UnfitEntryError):
                canonical(nested)

    def test_the_bounds_of_integers_are_kept(self) -> None:
        assert canonical([2**53 - 1, -(2**53) + 1]) == b"[9007199254740991,-9007199254740991]"

    def test_what_is_nested_too_deeply_is_refused(self) -> None:
        value: Any = []
        for _ in range(5000):
            value = [value]
        with pytest.raises(UnfitEntryError, match="deep"):
            canonical(value)
