#!/usr/bin/env python3
"""Check an audit bundle without trusting the agency that made it.

    python3 verify.py check BUNDLE --policy POLICY [--state STATE] [--json]
    python3 verify.py compare BUNDLE BUNDLE [--policy POLICY] [--json]
    python3 verify.py receipt RECEIPT --policy POLICY [--json]
    python3 verify.py hash

Needs Python 3.9 or later and nothing else; opens no network connection. The policy file (keys of the log and of its
witnesses) comes from the board, never from a bundle; compare the output of `hash` with the value handed over with it.

Every line says "proven", "not proven" or "failed". Exit status: 0 verified, 1 refuted, 2 could not decide.

What the bytes mean: RFC 6962 (tree, proofs), RFC 8032 (Ed25519), RFC 8785 (canonical JSON), and the C2SP formats
signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles, tlog-policy and tlog-proof. Written apart from the service,
so that an error there is not repeated here.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import calendar
import contextlib
import datetime
import hashlib
import json
import os
import re
import struct
import sys
import tempfile
import time
import zlib
from collections import Counter
from pathlib import Path
from typing import Any, BinaryIO, Dict, Iterable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

sha256 = hashlib.sha256

MAX_INTEGER = 2**53 - 1  # what every JSON reader holds exactly
MAX_NOTE = 1 << 20  # bytes; a hundred signatures, the long ones of coming algorithms included
MAX_SIGNATURES = 100
MAX_LEAF = 1024
MAX_BLOCK = 16 * 1024
MAX_LINE = 8 * 4 * MAX_BLOCK  # a line of blocks.ndjson: four blocks, every character escaped
MAX_MANIFEST = 64 << 20
MAX_UNPACKED = 16 << 30  # of one part of at most 2 GiB
CHUNK = 1 << 18
MAX_FAILURES = 100  # lines printed; the rest is counted

BEFORE, AFTER, MERGE = 120, 60, 86400  # seconds: `at` against witness times, and the quiet lane's day to be merged
OVERLAP = 5  # seconds within which two acts on one object may have overlapped: no order is promised for such
HEARTBEAT = 3900  # seconds: one an hour, and five minutes

PROFILES = ("all", "board", "redacted", "case", "bare")
NAMES = ("of", "on", "what", "who")
INTERVENE = "failure_to_intervene"
FINDINGS = ("finding.proposed", "finding.sent_back", "finding.approved", "finding.superseded")


class Refuted(Exception):
    """What is shown contradicts itself, the keys, or what this machine kept. `entry`: the index it happened at."""

    def __init__(self, what: str, entry: Optional[int] = None) -> None:
        super().__init__(what)
        self.entry = entry


class Undecided(Exception):
    """The question cannot be answered with what was given."""


class Report:
    """The lines of the answer. One failure refutes; an open question leaves it undecided; else it is verified."""

    def __init__(self) -> None:
        self.lines: List[Tuple[str, str, Optional[int]]] = []
        self.facts: Dict[str, Any] = {}
        self.about = ""  # which of two bundles the lines speak of
        self.failures = 0
        self.undecided = False

    def _say(self, says: str, what: str, entry: Optional[int]) -> None:
        self.lines.append((says, (self.about + what).encode("unicode_escape").decode("ascii"), entry))

    def proven(self, what: str, entry: Optional[int] = None) -> None:
        self._say("proven", what, entry)

    def not_proven(self, what: str, entry: Optional[int] = None) -> None:
        self._say("not proven", what, entry)

    def failed(self, what: str, entry: Optional[int] = None) -> None:
        self.failures += 1
        if self.failures <= MAX_FAILURES:
            self._say("failed", what, entry)

    def open_question(self, what: str) -> None:
        self.undecided = True
        self.not_proven(what)

    def verdict(self) -> str:
        if self.failures:
            return "refuted"
        return "undecided" if self.undecided else "verified"


# --- Ed25519, strict ----------------------------------------------------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_ROOT = pow(2, (_P - 1) // 4, _P)  # a square root of -1
Point = Tuple[int, int, int, int]  # X, Y, Z, T of extended coordinates


def _add(a: Point, b: Point) -> Point:
    p = (a[1] - a[0]) * (b[1] - b[0]) % _P
    q = (a[1] + a[0]) * (b[1] + b[0]) % _P
    r = 2 * a[3] * b[3] * _D % _P
    s = 2 * a[2] * b[2] % _P
    e, f, g, h = q - p, s - r, s + r, q + p
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _decode(raw: bytes) -> Optional[Point]:
    """The point that these 32 bytes encode; None if the encoding is not the canonical one of a point."""
    number = int.from_bytes(raw, "little")
    sign, y = number >> 255, number & (2**255 - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _ROOT % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return x, y, 1, x * y % _P


def _encode(point: Point) -> bytes:
    inverse = pow(point[2], _P - 2, _P)
    x, y = point[0] * inverse % _P, point[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _is_weak(point: Point) -> bool:
    """Of order 8 or less: such a key signs anything."""
    for _ in range(3):
        point = _add(point, point)
    return point[0] == 0 and point[1] == point[2]


_BASE = _decode((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little")) or (0, 1, 1, 0)


def is_usable_key(key: bytes) -> bool:
    point = _decode(key) if len(key) == 32 else None
    return point is not None and not _is_weak(point)


def signature_holds(key: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032 section 5.1.7 without the cofactor; refuses low-order or non-canonical A or R, and S not below L."""
    if len(signature) != 64 or not is_usable_key(key):
        return False
    a, s = _decode(key), int.from_bytes(signature[32:], "little")
    if a is None or s >= _L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % _L
    minus = (_P - a[0], a[1], 1, _P - a[3])
    table = ((0, 1, 1, 0), _BASE, minus, _add(_BASE, minus))
    total: Point = table[0]
    for bit in range(252, -1, -1):
        total = _add(total, total)
        chosen = s >> bit & 1 | (k >> bit & 1) << 1
        if chosen:
            total = _add(total, table[chosen])
    return not _is_weak(total) and _encode(total) == signature[:32]


# --- base64, JSON, time -------------------------------------------------------------------------------------------


def unbase64(text: str, size: Optional[int] = None) -> bytes:
    """Standard base64, padded and canonical. Raises ValueError."""
    raw = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(raw).decode() != text or (size is not None and len(raw) != size):
        raise ValueError("not the base64 of a key, signature or hash")
    return raw


def url64(digest: bytes) -> str:
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


ASTRAL = re.compile("[\U00010000-\U0010ffff]")
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True, allow_nan=False)


def _no_float(text: str) -> Any:
    raise ValueError(f"number {text[:20]} is not a whole number")


def _bounded(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
        raise ValueError("a number is too large")
    return int(text)


def _unique(pairs: List[Tuple[str, Any]]) -> Dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("a member is there twice")
    return value


def read_json(data: bytes) -> Any:
    """JSON without floats, doubled members or lone surrogates. Raises ValueError."""
    try:
        return json.loads(
            data.decode("utf-8"),
            parse_float=_no_float,
            parse_constant=_no_float,
            parse_int=_bounded,
            object_pairs_hook=_unique,
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None


def canonical(value: Any) -> str:
    """RFC 8785 text of a value without floats. Raises ValueError on a float."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        raise ValueError("a number is not a whole number")
    return json.dumps(value, ensure_ascii=False)


def is_canonical(value: Any, text: str) -> bool:
    """Whether the text is the RFC 8785 one of the value that was read from it."""
    if ASTRAL.search(text):  # only with such characters do code points and UTF-16 sort differently
        return canonical(value) == text
    return ENCODER.encode(value) == text


def utc(seconds: int) -> str:
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(seconds))
    except (OverflowError, ValueError, OSError):
        raise Refuted(f"a witness gives the time {seconds}, which no calendar holds") from None


def seconds_of(at: str) -> int:
    """Seconds since 1970 of a stated time; of a day, its first second."""
    return calendar.timegm(time.strptime(at[:19], "%Y-%m-%dT%H:%M:%S" if len(at) > 10 else "%Y-%m-%d"))


# --- notes, checkpoints, policy -----------------------------------------------------------------------------------


class Key(NamedTuple):
    name: str
    ident: bytes
    kind: int  # 1 Ed25519, 4 Ed25519 cosignature, 6 ML-DSA-44 cosignature (known, but not checked here)
    public: bytes


class Note(NamedTuple):
    text: str
    signatures: List[Tuple[str, bytes, bytes]]  # key name, key id, signature


class Checkpoint(NamedTuple):
    origin: str
    size: int
    root: bytes


def read_vkey(text: str) -> Key:
    """A C2SP verifier key. Raises ValueError, also for a weak key."""
    match = re.fullmatch(r"([^\s+]+)\+([0-9a-fA-F]{8})\+([A-Za-z0-9+/=]+)", text)
    if not match:
        raise ValueError("not a verifier key")
    name, raw = match[1], unbase64(match[3])
    ident = sha256(name.encode("utf-8", "surrogateescape") + b"\n" + raw).digest()[:4]
    if ident != bytes.fromhex(match[2]):
        raise ValueError("the key id does not belong to the key")
    if (raw[0], len(raw)) not in ((1, 33), (4, 33), (6, 1313)):
        raise ValueError("a kind of key that is not known here")
    if raw[0] != 6 and not is_usable_key(raw[1:]):
        raise ValueError("the key is weak")
    return Key(name, ident, raw[0], raw[1:])


def read_note(data: bytes) -> Note:
    """A C2SP signed note; nothing is verified yet. Raises Refuted."""
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Refuted("a signed note is not UTF-8 text") from None
    text, blank, tail = whole.rpartition("\n\n")
    lines = tail.split("\n")
    if not blank or lines.pop() or not 1 <= len(lines) <= MAX_SIGNATURES or re.search(r"[\x00-\x09\x0b-\x1f]", whole):
        raise Refuted("a signed note is malformed")
    signatures = []
    for line in lines:
        match = re.fullmatch(r"\u2014 ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        try:
            raw = unbase64(match[2]) if match else b""
        except ValueError:
            raw = b""
        if not match or len(raw) < 5:
            raise Refuted("a signature line is malformed")
        signatures.append((match[1], raw[:4], raw[4:]))
    return Note(text + "\n", signatures)


def signers(note: Note, keys: Iterable[Key]) -> Dict[Key, int]:
    """Which of the keys signed the note, with the time a cosignature states (else 0).

    Lines of unknown keys are ignored, as the format asks; a wrong line of a known key is Refuted.
    """
    known = {(key.name, key.ident): key for key in keys if key.kind != 6}
    found: Dict[Key, int] = {}
    for name, ident, signature in note.signatures:
        key = known.get((name, ident))
        if key is None:
            continue
        when, message = 0, note.text
        if key.kind == 4:
            when = int.from_bytes(signature[:8], "big")
            message = f"cosignature/v1\ntime {when}\n{note.text}"
        if when >> 63 or not signature_holds(key.public, message.encode("utf-8"), signature[8 * (key.kind == 4) :]):
            raise Refuted(f"the signature of {name} is wrong")
        found[key] = when
    return found


def read_checkpoint(text: str) -> Checkpoint:
    """The three lines of a checkpoint; lines after them are allowed by the format. Raises Refuted."""
    lines = text.split("\n")
    try:
        if len(lines) < 4 or lines.pop() or not all(lines) or not re.fullmatch(r"0|[1-9][0-9]{0,18}", lines[1]):
            raise ValueError
        return Checkpoint(lines[0], int(lines[1]), unbase64(lines[2], 32))
    except ValueError:
        raise Refuted("a checkpoint is malformed") from None


class Policy:
    """Keys of logs and witnesses, and how many witnesses are enough (C2SP tlog-policy). Raises Undecided."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.logs: List[Key] = []
        self.witnesses: Dict[str, Key] = {}
        self.groups: Dict[str, Tuple[int, List[str]]] = {}
        self.quorum: Optional[str] = None
        self._used: Set[str] = set()
        if len(data) > CHUNK or re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data):
            raise Undecided("the policy file is too long, or has characters that none may have (save it as plain text)")
        for number, line in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
            words = re.findall(r"[^ \t]+", line)
            if words and not words[0].startswith("#"):
                try:
                    self._line(words)
                except (ValueError, IndexError) as error:
                    raise Undecided(f"policy, line {number}: {error if error.args else 'not understood'}") from None
        if self.quorum is None:
            raise Undecided("the policy names no quorum")

    def _line(self, words: List[str]) -> None:
        if words[0] == "log" and len(words) in (2, 3):
            self._add_key(None, read_vkey(words[1]))
        elif words[0] == "witness" and len(words) in (3, 4):
            self._define(words[1])
            self._add_key(words[1], read_vkey(words[2]))
        elif words[0] == "group" and len(words) > 3:
            self._group(words[1], words[2], words[3:])
        elif words[0] == "quorum" and len(words) == 2 and self.quorum is None:
            if words[1] != "none" and words[1] not in self.witnesses and words[1] not in self.groups:
                raise ValueError("the quorum is not defined")
            self.quorum = words[1]
        else:
            raise ValueError("not understood")

    def _define(self, name: str) -> None:
        if name == "none" or name in self.witnesses or name in self.groups:
            raise ValueError("a name is given twice")

    def _add_key(self, witness: Optional[str], key: Key) -> None:
        if key.public in {known.public for known in [*self.logs, *self.witnesses.values()]}:
            raise ValueError("a key is there twice")
        if (key.kind == 1) is not (witness is None):
            raise ValueError("the key is of the wrong kind")
        if witness is None:
            self.logs.append(key)
        else:
            self.witnesses[witness] = key

    def _group(self, name: str, rule: str, members: List[str]) -> None:
        self._define(name)
        for member in members:
            if member in self._used or (member not in self.witnesses and member not in self.groups):
                raise ValueError("a member is not defined, or a member of two groups")
            self._used.add(member)
        if not re.fullmatch(r"any|all|[1-9][0-9]{0,3}", rule):
            raise ValueError("how many of a group are needed is not said")
        enough = {"any": 1, "all": len(members)}.get(rule) or int(rule)
        if enough > len(members):
            raise ValueError("a group asks for more than it has")
        self.groups[name] = (enough, members)

    def is_met(self, cosigners: Iterable[Key], name: Optional[str] = None) -> bool:
        name = self.quorum if name is None else name
        if name is None or name == "none":
            return True
        if name in self.witnesses:
            return self.witnesses[name] in cosigners
        enough, members = self.groups[name]
        return sum(self.is_met(cosigners, member) for member in members) >= enough

    def keys(self, name: str) -> List[Key]:
        return [key for key in self.logs if key.name == name]


# --- Merkle tree --------------------------------------------------------------------------------------------------


def leaf_hash(leaf: bytes) -> bytes:
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The root of a perfect subtree: the number of hashes is a power of two."""
    while len(hashes) > 1:
        hashes = [sha256(b"\1" + left + right).digest() for left, right in zip(hashes[::2], hashes[1::2])]
    return hashes[0]


def inclusion_holds(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162 section 2.1.3.2."""
    if not 0 <= index < size or len(leaf) != 32:
        return False
    here, last, value = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if here & 1 or here == last:
            value = node_hash(sibling, value)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            value = node_hash(value, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and value == root


def consistency_holds(first: int, second: int, root1: bytes, root2: bytes, proof: Sequence[bytes]) -> bool:
    """RFC 9162 section 2.1.4.2; of an empty tree nothing can be shown."""
    if first == second and first > 0:
        return not proof and root1 == root2
    path = list(proof) if first & (first - 1) else [root1, *proof]
    if not 0 < first < second or not path:
        return False
    here, last = first - 1, second - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if here & 1 or here == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        here, last = here >> 1, last >> 1
    return last == 0 and old == root1 and new == root2


class Tree:
    """A tree that starts from the frontier of a size (roots of its perfect subtrees, largest first) and grows."""

    def __init__(self, size: int, frontier: Sequence[bytes]) -> None:
        self.stack = list(zip([bit for bit in range(63, -1, -1) if size >> bit & 1], frontier))
        self.done: Dict[int, List[bytes]] = {}  # level of tiles -> roots of full tiles below, in order, from the start

    def push(self, bit: int, node: bytes) -> None:
        """Add the root of a perfect subtree of 2**bit leaves."""
        if bit == 8:
            self.done.setdefault(1, []).append(node)
        while self.stack and self.stack[-1][0] == bit:
            node = sha256(b"\1" + self.stack.pop()[1] + node).digest()
            bit += 1
            if not bit & 7:
                self.done.setdefault(bit >> 3, []).append(node)
        self.stack.append((bit, node))

    def add(self, hashes: Sequence[bytes]) -> None:
        """Add leaves up to the end of a tile; a whole tile at once."""
        if len(hashes) == 256:
            self.push(8, fold(hashes))
        else:
            for node in hashes:
                self.push(0, node)

    def root(self, more: Sequence[bytes] = ()) -> bytes:
        """The root now, or with some more leaves."""
        if more:
            grown = Tree(0, ())
            grown.stack = self.stack[:]
            for node in more:
                grown.push(0, node)
            return grown.root()
        if not self.stack:
            return sha256(b"").digest()
        value = self.stack[-1][1]
        for _, left in self.stack[-2::-1]:
            value = node_hash(left, value)
        return value


def tile_path(level: str, tile: int, width: int) -> str:
    """C2SP tlog-tiles: 1234067 is x001/x234/067; a tile not full has its width behind."""
    groups = [f"{tile % 1000:03}"]
    while tile >= 1000:
        tile //= 1000
        groups.insert(0, f"x{tile % 1000:03}")
    return f"tile/{level}/" + "/".join(groups) + (f".p/{width}" if width < 256 else "")


def tile_width(size: int, level: int, tile: int) -> int:
    """How many hashes that tile has in a tree of that size; 0 or less where there is no such tile."""
    return min(256, (size >> 8 * level) - tile * 256)


def entry_of(name: str) -> Optional[int]:
    """First entry that a tile of leaf hashes or of entries is about; None for other files."""
    match = re.fullmatch(r"tile/(?:entries|0)/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/[0-9]+)?", name)
    return int(re.sub("[x/]", "", match[1])) * 256 if match else None


# --- zip ----------------------------------------------------------------------------------------------------------

EXPECTED = re.compile(
    r"bundle\.json|bundle\.note|checkpoint|checkpoint\.prev|consistency|frontier|blocks\.ndjson|expunged\.ndjson"
    r"|policy\.txt|README\.txt|events\.csv|report\.html|report\.pdf|verify\.py"
    r"|tile/(?:entries|[0-7])/(?:x[0-9]{3}/){0,5}[0-9]{3}(?:\.p/[1-9][0-9]{0,2})?"
    r"|files/[0-9a-f]{64}(?:\.[a-z0-9]{1,8})?|anchors/[0-9A-Za-z][0-9A-Za-z._-]{0,80}"
)
CENTRAL = struct.Struct("<4sHHHHHHLLLHHHHHLL")
LOCAL = struct.Struct("<4sHHHHHLLLHH")
END = struct.Struct("<4sHHHHLLH")
DESCRIBED = 8  # flag: sizes follow the data
HARMLESS = 0x0800 | DESCRIBED | 0x0006  # flags: UTF-8 names, how hard it was packed; encryption is none of these


class Member(NamedTuple):
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    at: int  # of the local header; of the data once that was read


class Zip:
    """A zip that has one reading only: every byte belongs to one member, the directory or its end. Raises Refuted."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.members: Dict[str, Member] = {}
        length = file.seek(0, os.SEEK_END)
        start = self._directory(length)
        place = 0
        for name, member in sorted(self.members.items(), key=lambda item: item[1].at):
            if member.at != place:
                raise Refuted(f"zip: {name} overlaps another member or hides bytes before it")
            place = self._locate(name, member)
        if place != start:
            raise Refuted("zip: bytes that belong to no member")
        if sum(member.size for member in self.members.values()) > MAX_UNPACKED:
            raise Refuted("zip: unpacks to more than a bundle may hold")

    def _read(self, at: int, length: int) -> bytes:
        self.file.seek(at)
        data = self.file.read(length)
        if len(data) != length:
            raise Refuted("zip: cut off")
        return data

    def _directory(self, length: int) -> int:
        if length < END.size:
            raise Refuted("not a zip file")
        ends = self._read(length - END.size, END.size)
        mark, disk, begins, here, total, size, start, comment = END.unpack(ends)
        if mark != b"PK\5\6" or comment or disk or begins or here != total:
            raise Refuted("not a zip file, or one with something behind its end")
        if total == 0xFFFF or size > MAX_MANIFEST or start + size + END.size != length:
            raise Refuted("zip: the directory is not where it should be, or of the zip64 kind, which bundles never are")
        directory, place = self._read(start, size), 0
        for _ in range(total):
            place = self._entry(directory, place)
        if place != size:
            raise Refuted("zip: the directory has a remainder")
        return int(start)

    def _entry(self, directory: bytes, place: int) -> int:
        if place + CENTRAL.size > len(directory):
            raise Refuted("zip: the directory is cut off")
        fields = CENTRAL.unpack_from(directory, place)
        mark, _, _, flags, method, _, _, crc, packed, size, named, extra, comment, disk, _, attributes, at = fields
        end = place + CENTRAL.size + named
        name = directory[place + CENTRAL.size : end].decode("ascii", "backslashreplace")
        if mark != b"PK\1\2" or extra or comment or disk:
            raise Refuted("zip: the directory has fields that bundles never have")
        if not EXPECTED.fullmatch(name):
            raise Refuted(f"zip: unexpected name {name[:100]}")
        if name in self.members:
            raise Refuted(f"zip: {name} is there twice")
        if attributes >> 28 not in (0, 8) or flags & ~HARMLESS or method not in (0, 8):
            raise Refuted(f"zip: {name} is a link, encrypted or packed in an unknown way")
        if method == 0 and packed != size:
            raise Refuted(f"zip: {name} has two sizes")
        self.members[name] = Member(flags, method, crc, packed, size, at)
        return int(end)

    def _locate(self, name: str, member: Member) -> int:
        """Compare the local header with the directory, keep where the data begin, return where the member ends."""
        mark, _, flags, method, _, _, *sizes, named, extra = LOCAL.unpack(self._read(member.at, LOCAL.size))
        rest = self._read(member.at + LOCAL.size, named + extra)
        if mark != b"PK\3\4" or (flags, method, rest[:named]) != (member.flags, member.method, name.encode()):
            raise Refuted(f"zip: {name} has two descriptions")
        if extra:
            sizes = self._wide(name, sizes, rest[named:])
        data = member.at + LOCAL.size + named + extra
        end = data + member.packed
        told = [member.crc, member.packed, member.size]
        if flags & DESCRIBED:
            form = "<4sLQQ" if extra else "<4sLLL"
            if list(struct.unpack(form, self._read(end, struct.calcsize(form)))) != [b"PK\7\x08", *told]:
                raise Refuted(f"zip: {name} has two sizes")
            end += struct.calcsize(form)
            told = [0, 0, 0]
        if sizes != told:
            raise Refuted(f"zip: {name} has two sizes")
        self.members[name] = member._replace(at=data)
        return int(end)

    @staticmethod
    def _wide(name: str, sizes: List[int], extra: bytes) -> List[int]:
        """The one extra field allowed: room for long sizes, which a writer leaves before it knows them."""
        if len(extra) != 20 or extra[:4] != b"\1\0\x10\0" or sizes[1:] != [0xFFFFFFFF, 0xFFFFFFFF]:
            raise Refuted(f"zip: {name} has extra fields")
        size, packed = struct.unpack("<QQ", extra[4:])
        return [sizes[0], packed, size]

    def chunks(self, name: str) -> Iterator[bytes]:
        """The content in pieces; never more than the size that the directory states."""
        member = self.members[name]
        unpack = zlib.decompressobj(-15) if member.method else None
        made, crc, place, end = 0, 0, member.at, member.at + member.packed
        while place < end:
            packed = self._read(place, min(CHUNK, end - place))
            place += len(packed)
            for piece in self._unpacked(name, unpack, packed) if unpack else (packed,):
                made += len(piece)
                if made > member.size:
                    raise Refuted(f"zip: {name} unpacks to more than it says")
                crc = zlib.crc32(piece, crc)
                yield piece
        if made != member.size or crc != member.crc or (unpack and (not unpack.eof or unpack.unused_data)):
            raise Refuted(f"zip: {name} is damaged")

    @staticmethod
    def _unpacked(name: str, unpack: Any, packed: bytes) -> Iterator[bytes]:
        while True:
            try:
                piece = unpack.decompress(packed, CHUNK)
            except zlib.error:
                raise Refuted(f"zip: {name} is damaged") from None
            packed = unpack.unconsumed_tail
            if piece:
                yield piece
            if not packed and len(piece) < CHUNK:
                return


# --- bundle -------------------------------------------------------------------------------------------------------

MANIFEST = {
    "files": list,
    "format": str,
    "from": int,
    "made_at": str,
    "origin": str,
    "profile": str,
    "purpose": str,
    "role": str,
    "to": int,
}


class Bundle:
    """A bundle whose files are compared with its manifest while they are read."""

    def __init__(self, file: BinaryIO, report: Report) -> None:
        self.zip = Zip(file)
        self.report = report
        self.listed: Dict[str, str] = {}
        self.unread = set(self.zip.members) - {"bundle.json", "bundle.note"}
        self.raw = self.content("bundle.json", MAX_MANIFEST)
        self._manifest()

    def _manifest(self) -> None:
        try:
            told = read_json(self.raw)
            if not isinstance(told, dict) or not is_canonical(told, self.raw.decode("utf-8")):
                raise ValueError("it is not canonical JSON")
            if {name: type(value) for name, value in told.items()} != MANIFEST:
                raise ValueError("its members are not those of the format")
            if told["format"] != "upstander-bundle/v1" or told["profile"] not in PROFILES or not told["origin"]:
                raise ValueError("its format or profile is not known here")
            if not 0 <= told["from"] <= told["to"]:
                raise ValueError("its range is none")
            if told["to"] - told["from"] > 256 * len(told["files"]):
                raise ValueError("its files are too few for its range")
            names = [self._listed(item) for item in told["files"]]
            if names != sorted(set(names)):
                raise ValueError("its files are not in order")
        except (ValueError, RecursionError) as error:
            raise Refuted(f"bundle.json: {error}") from None
        self.origin: str = told["origin"]
        self.start: int = told["from"]
        self.size: int = told["to"]
        self.profile: str = told["profile"]
        self.told: Dict[str, str] = {name: told[name] for name in ("made_at", "purpose", "role")}
        for name in sorted(self.unread ^ set(names)):
            where = "is not in the bundle" if name in self.listed else "is not in bundle.json"
            self.report.failed(f"{name} {where}", entry_of(name))

    def _listed(self, item: Any) -> str:
        if not isinstance(item, dict) or {name: type(value) for name, value in item.items()} != {
            "name": str,
            "sha256": str,
            "size": int,
        }:
            raise ValueError("a file is not described as the format says")
        self.listed[item["name"]] = item["sha256"]
        member = self.zip.members.get(item["name"])
        if member and member.size != item["size"]:
            self.report.failed(f"{item['name']} has another size than bundle.json says", entry_of(item["name"]))
        return str(item["name"])

    def stream(self, name: str) -> Iterator[bytes]:
        """The content in pieces; a digest that differs from the manifest's is reported at the end."""
        self.unread.discard(name)
        digest = sha256()
        for piece in self.zip.chunks(name):
            digest.update(piece)
            yield piece
        if name in self.listed and self.listed[name] != digest.hexdigest():
            self.report.failed(f"{name} is not the file that bundle.json names", entry_of(name))
        if name.startswith("files/") and name[6:70] != digest.hexdigest():
            self.report.failed(f"{name} does not have the digest in its name")

    def content(self, name: str, most: int) -> bytes:
        if name not in self.zip.members:
            raise Refuted(f"{name} is missing", entry_of(name))
        if self.zip.members[name].size > most:
            raise Refuted(f"{name} is longer than it can be", entry_of(name))
        return b"".join(self.stream(name))

    def hashes(self, name: str) -> List[bytes]:
        """The file's lines, one hash each."""
        try:
            text = self.content(name, 45 * 128).decode("ascii")
            lines = text.split("\n")
            if lines.pop():
                raise ValueError
            return [unbase64(line, 32) for line in lines]
        except ValueError:
            raise Refuted(f"{name} is not a list of hashes") from None

    def finish(self) -> None:
        """Read what nothing else asked for, so that every file was compared with the manifest."""
        for name in sorted(self.unread):
            for _ in self.stream(name):
                pass


def signed_manifest(bundle: Bundle, policy: Policy) -> None:
    note = read_note(bundle.content("bundle.note", MAX_NOTE))
    if not signers(note, policy.keys(bundle.origin + "/export")):
        raise Refuted("bundle.note is not signed by an export key of the policy")
    digest = base64.b64encode(sha256(bundle.raw).digest()).decode()
    if note.text != f"upstander-bundle/v1\n{bundle.origin}\n{digest}\n":
        bundle.report.failed("bundle.note is not about this bundle.json")
    else:
        made = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in sorted(bundle.told.items()))
        what = f"entries from #{bundle.start} to size {bundle.size} in profile '{bundle.profile}' ({made})"
        bundle.report.proven(f"the export key of {bundle.origin} signed the manifest: {what}")


class Head(NamedTuple):
    """A checkpoint of the bundle, and when the first witness that the policy names cosigned it."""

    checkpoint: Checkpoint
    cosigners: Dict[Key, int]
    text: str

    def witnessed(self) -> Optional[int]:
        return min(self.cosigners.values(), default=None)


def read_head(bundle: Bundle, name: str, size: int, policy: Optional[Policy]) -> Head:
    data = bundle.content(name, MAX_NOTE)
    note = read_note(data)
    checkpoint = read_checkpoint(note.text)
    if checkpoint.origin != bundle.origin or note.text.count("\n") != 3:
        raise Refuted(f"{name} is not a checkpoint of {bundle.origin}")
    if checkpoint.size != size:
        raise Refuted(f"{name} is of size {checkpoint.size}, the bundle says {size}")
    cosigners: Dict[Key, int] = {}
    if policy:
        if not signers(note, policy.keys(bundle.origin)):
            raise Refuted(f"{name} is not signed by a key that the policy names for {bundle.origin}")
        cosigners = signers(note, policy.witnesses.values())
    return Head(checkpoint, cosigners, data.decode("utf-8"))


def judge_quorum(head: Head, policy: Policy, report: Report) -> None:
    what = f"checkpoint of size {head.checkpoint.size}"
    for key, when in sorted(head.cosigners.items()):
        report.proven(f"witness {key.name} cosigned the {what} at {utc(when)[:19]}Z")
    for key in policy.witnesses.values():
        if key.kind == 6:
            report.not_proven(f"whether {key.name} cosigned: signatures of its kind (ML-DSA-44) cannot be checked here")
    if policy.quorum == "none":
        report.not_proven(
            "no witness outside the agency has cosigned, as far as the policy asks: whoever holds the log's keys can "
            "show another log to somebody else"
        )
    elif policy.is_met(head.cosigners):
        report.proven(f"the quorum '{policy.quorum}' of the policy cosigned the {what}")
    else:
        report.open_question(f"the quorum '{policy.quorum}' of the policy has not cosigned the {what}")


# --- blocks -------------------------------------------------------------------------------------------------------

_TEXT = rb'"[ !#-\[\]-~]*"'  # a string that needs no escape: the common case, read without a JSON parser
_SALT = rb'\["[A-Za-z0-9_-]{21}[AQgw]",'
_AT = rb"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{6}Z)?"
_OUT = rb"ok|denied|failed"
_NUMBER = rb"null|0|[1-9][0-9]{0,14}"
_MAYBE = _TEXT + rb"|null"
WHAT = re.compile(
    _SALT
    + rb'"what",\{"app":(?:%s),"at":"(%s)","code":(?:%s),"kind":(%s),"out":"(%s)","req":(?:%s)\}\]'
    % (_MAYBE, _AT, _MAYBE, _TEXT, _OUT, _MAYBE)
).fullmatch
WHO = re.compile(
    _SALT
    + rb'"who",\{(?:"actor":(?:%s),"role":(?:%s),"sess":(?:%s),"step":(?:%s))?\}\]' % (_MAYBE, _MAYBE, _MAYBE, _NUMBER)
).fullmatch
ON = re.compile(
    _SALT
    + rb'"on",\{(?:"agency":(?:%s),"id":(%s),"rev":(%s),"state":(%s),"type":(%s))?\}\]'
    % (_MAYBE, _MAYBE, _NUMBER, _MAYBE, _MAYBE)
).fullmatch
OF_NOTHING = re.compile(_SALT + rb'"of",\{\}\]').fullmatch
SALT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]").fullmatch
MEMBERS = {
    "what": {
        "kind": _TEXT,
        "at": b'"' + _AT + b'"',
        "out": b'"(?:' + _OUT + b')"',
        "code": b"",
        "req": b"",
        "app": b"",
    },
    "who": {"actor": b"", "role": b"", "sess": b"", "step": _NUMBER},
    "on": {"agency": b"", "type": b"", "id": b"", "rev": _NUMBER, "state": b""},
}
_TO_URL = bytes.maketrans(b"+/", b"-_")
DECODER = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float, parse_int=_bounded)


def read_block(text: bytes) -> Tuple[str, Dict[str, Any]]:
    """Name and object of any well-formed block. Raises ValueError with the reason."""
    if len(text) > MAX_BLOCK:
        raise ValueError("it is longer than 16 KiB")
    try:
        value = read_json(text)
        exact = is_canonical(value, text.decode("utf-8"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not exact:
        raise ValueError("it is not canonical JSON")
    if not isinstance(value, list) or len(value) != 3 or not isinstance(value[0], str) or not SALT(value[0]):
        raise ValueError("it is not salt, name and object")
    name, shown = value[1], value[2]
    if name not in NAMES or not isinstance(shown, dict):
        raise ValueError("it is not salt, name and object")
    _check_members(name, shown)
    return name, shown


def _check_members(name: str, shown: Dict[str, Any]) -> None:
    if name == "of":
        return
    for member, value in shown.items():
        if member not in MEMBERS[name]:
            raise ValueError(f"it has an unknown member '{member[:40]}'")
        form = MEMBERS[name][member]
        if form and not re.fullmatch(form, ENCODER.encode(value).encode("utf-8")):
            raise ValueError(f"its member '{member}' has a form that is not allowed")
        if not form and value is not None and not isinstance(value, str):
            raise ValueError(f"its member '{member}' is not text")
    if name == "what" and not {"kind", "at"} <= shown.keys():
        raise ValueError("it does not say what happened, or when")


def split_line(line: bytes) -> Tuple[int, List[bytes]]:
    """Index and block texts of a line of blocks.ndjson. Raises ValueError.

    The usual line is taken apart without a JSON parser: once its escaped quotes are set aside, a quote that is left can
    only be one of the line's own.
    """
    end = line.rfind(b'"],"i":')
    number = line[end + 7 : -1]
    if line.startswith(b'{"b":["') and end > 0 and line.endswith(b"}") and b"\0" not in line:
        inner = line[7:end].replace(b'\\"', b"\0")
        texts = inner.split(b'","')
        plain = b"\\" not in inner and inner.count(b'"') == 2 * len(texts) - 2
        if plain and number.isdigit() and len(number) < 17 and (number[:1] != b"0" or number == b"0"):
            return int(number), [text.replace(b"\0", b'"') for text in texts]
    value = read_json(line)
    if not isinstance(value, dict) or {key: type(item) for key, item in value.items()} != {"b": list, "i": int}:
        raise ValueError("not a line of blocks")
    if not 1 <= len(value["b"]) <= 4 or not all(isinstance(text, str) for text in value["b"]):
        raise ValueError("not a line of blocks")
    return value["i"], [text.encode("utf-8") for text in value["b"]]


def lines_of(pieces: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for piece in pieces:
        lines = (rest + piece).split(b"\n")
        rest = lines.pop()
        if len(rest) > MAX_LINE:
            raise Refuted("blocks.ndjson has a line that is too long")
        yield from lines
    if rest:
        yield rest


class Revision(NamedTuple):
    rev: int
    at: str
    state: str
    entry: int


class Reading:
    """What the shown blocks say, and whether all of it can be true together."""

    def __init__(self, bundle: Bundle, since: Optional[int], until: Optional[int]) -> None:
        """`since` and `until`: witness times of the first and the last checkpoint, where there are any."""
        if "blocks.ndjson" not in bundle.zip.members:
            raise Refuted("blocks.ndjson is missing")
        self.report = bundle.report
        self.start, self.size = bundle.start, bundle.size
        self.strict = bundle.profile == "all"
        self.since, self.until = since, until
        self.low = "" if since is None else utc(since - BEFORE)
        self.high = "9" if until is None else utc(until + AFTER)
        self.shown = bytearray(bundle.size - bundle.start)  # a bit for each block, of = 1 to who = 8
        self.kinds: Dict[str, int] = {}
        self.days: Set[str] = set()
        self.denied = 0
        self.findings: List[Dict[str, Any]] = []
        self.expunged: Dict[int, int] = {}
        self.revisions: Dict[str, Revision] = {}
        self.skipped: Dict[Tuple[str, int], int] = {}
        self.overlapped: List[int] = []
        self.restated: List[int] = []
        self.beat: Optional[int] = None
        self.silences: List[Tuple[int, int]] = []  # seconds, entry that ended it
        self.files = {name[6:70]: False for name in bundle.zip.members if name.startswith("files/")}
        self._lines = self._split(lines_of(bundle.stream("blocks.ndjson")))
        self._next = next(self._lines, None)
        self._waiting: List[Tuple[int, str, Any]] = []  # `of` blocks to be compared with their canonical form

    def _split(self, lines: Iterable[bytes]) -> Iterator[Tuple[int, List[bytes]]]:
        last = self.start - 1
        for line in lines:
            try:
                index, texts = split_line(line)
            except ValueError:
                raise Refuted(f"blocks.ndjson: the line after entry {last} is not understood", last + 1) from None
            if not last < index < self.size:
                raise Refuted("blocks.ndjson: entries out of order or out of range", index)
            last = index
            yield index, texts

    def tile(self, first: int, commitments: Sequence[Tuple[bytes, ...]]) -> None:
        """Check and read the blocks of the entries of one tile; `first` is the entry of the first commitments."""
        end, start, shown = first + len(commitments), self.start, self.shown
        expected: List[bytes] = []
        digests: List[bytes] = []
        items: List[Tuple[int, List[bytes]]] = []
        item, lines = self._next, self._lines
        while item is not None and item[0] < end:
            index, texts = item
            items.append(item)
            if len(texts) == 4:
                expected += commitments[index - first]
                digests += [sha256(text).digest() for text in texts]
                shown[index - start] = 15
            item = next(lines, None)
        self._next = item
        # 33 bytes are 44 characters of base64: one call writes all digests, each as its 43 characters and an "A".
        together = binascii.b2a_base64(b"\0".join([*digests, b""]), newline=False).translate(_TO_URL)
        if together != b"A".join([*expected, b""]):
            for index, texts in items:
                if len(texts) == 4:
                    self._compare(index, texts, commitments[index - first])
        entry = self._entry
        for index, texts in items:
            if len(texts) == 4:
                entry(index, texts)
            else:
                self._slowly(index, texts, commitments[index - first])
        self._flush()

    def _compare(self, index: int, texts: List[bytes], commitments: Sequence[bytes]) -> None:
        for name, text, commitment in zip(NAMES, texts, commitments):
            if url64(sha256(text).digest()).encode() != commitment:
                self.report.failed(f"the block '{name}' is not the one that was recorded", index)

    def _entry(self, index: int, texts: List[bytes]) -> None:
        """Read an entry with all its blocks; anything unusual takes the slow way, which accepts no less and no more."""
        of, on, what, who = texts
        event, thing = WHAT(what), ON(on)
        usual = event is not None and thing is not None and WHO(who) is not None
        usual = usual and len(of) + len(on) + len(what) + len(who) <= MAX_BLOCK
        more = ({} if OF_NOTHING(of) else self._of(index, of)) if usual else None
        if more is None or event is None or thing is None:
            self._slowly(index, texts, None)
            return
        at, kind, out = event.groups()
        when = at.decode()
        self._happened(index, kind[1:-1].decode(), when, out.decode(), more)
        subject, rev, state, sort = thing.groups()
        if rev and rev != b"null":
            text = "" if state == b"null" else state[1:-1].decode()
            self._revision(index, when, (subject + sort).decode(), int(rev), text)

    def _of(self, index: int, text: bytes) -> Optional[Dict[str, Any]]:
        """The object of a usual `of` block; whether the text is canonical is asked for a whole tile at once."""
        try:
            plain = text.decode("utf-8")
            value, end = DECODER.raw_decode(plain)
        except (ValueError, RecursionError):
            return None
        if (
            ASTRAL.search(plain)
            or end != len(plain)
            or not isinstance(value, list)
            or len(value) != 3
            or value[1] != "of"
        ):
            return None
        if not isinstance(value[0], str) or not SALT(value[0]) or not isinstance(value[2], dict):
            return None
        self._waiting.append((index, plain, value))
        return value[2]

    def _flush(self) -> None:
        waiting, self._waiting = self._waiting, []
        together = "[" + ",".join([text for _, text, _ in waiting]) + "]"
        if ENCODER.encode([value for _, _, value in waiting]) == together:
            return
        for index, text, _ in waiting:
            self._read(index, text.encode())

    def _read(self, index: int, text: bytes) -> Tuple[str, Dict[str, Any]]:
        try:
            return read_block(text)
        except ValueError as error:
            self.report.failed(f"a block is not well-formed: {error}", index)
            return "", {}

    def _slowly(self, index: int, texts: List[bytes], commitments: Optional[Sequence[bytes]]) -> None:
        """Read any entry. With commitments: only some of its blocks are shown, each says itself which one it is."""
        blocks: Dict[str, Dict[str, Any]] = {}
        last = -1
        for text in texts:
            name, value = self._read(index, text)
            if not name:
                continue
            place = NAMES.index(name)
            if place <= last:
                self.report.failed("its blocks are doubled or out of order", index)
            if commitments and url64(sha256(text).digest()).encode() != commitments[place]:
                self.report.failed(f"the block '{name}' is not the one that was recorded", index)
            self.shown[index - self.start] |= 1 << place
            blocks[name], last = value, place
        what, on = blocks.get("what"), blocks.get("on", {})
        if what:
            self._happened(index, what["kind"], what["at"], what.get("out", ""), blocks.get("of", {}))
        if what and on.get("rev") is not None:
            subject = canonical(on.get("id")) + canonical(on.get("type"))
            self._revision(index, what["at"], subject, on["rev"], on.get("state") or "")

    def _happened(self, index: int, kind: str, at: str, out: str, of: Dict[str, Any]) -> None:
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if at[:10] not in self.days:
            self._new_day(index, at[:10])
        if not self.low <= at <= self.high:
            self._judge_time(index, at)
        if out == "denied":
            self.denied += 1
        if kind == "heartbeat":
            self._heartbeat(index, at)
        elif kind == "block.expunged":
            self._expunging(index, of)
        elif kind in FINDINGS:
            duty, disposition = str(of.get("duty", "")), str(of.get("disposition", ""))
            self.findings.append({"entry": index, "kind": kind, "at": at, "duty": duty, "disposition": disposition})

    def _new_day(self, index: int, day: str) -> None:
        try:
            datetime.date.fromisoformat(day)
        except ValueError:
            self.report.failed(f"its stated day {day} is in no calendar", index)
        self.days.add(day)

    def _judge_time(self, index: int, at: str) -> None:
        """Entries of the quiet lane state their day only, and may have waited a day to be merged."""
        low, high = self.low, self.high
        if len(at) == 10:
            low = "" if self.since is None else utc(self.since - BEFORE - MERGE)[:10]
            high = high[:10]
        if at < low:
            self.report.failed(f"it states {at}, but a witness had already seen the log without it", index)
        elif at > high:
            self.report.failed(f"it states {at}, but a witness saw it before that", index)

    def _heartbeat(self, index: int, at: str) -> None:
        now = self._seconds(at)
        if self.beat is not None and now - self.beat > HEARTBEAT:
            self.silences.append((now - self.beat, index))
        self.beat = now

    @staticmethod
    def _seconds(at: str) -> int:
        """Seconds since 1970; 0 for a day that no calendar holds, which has been reported already."""
        try:
            return seconds_of(at)
        except ValueError:
            return 0

    def _expunging(self, index: int, of: Dict[str, Any]) -> None:
        indices, names = of.get("indices"), of.get("blocks")
        if not isinstance(indices, list) or not isinstance(names, list) or not set(map(str, names)) <= set(NAMES):
            self.report.failed("it expunges blocks, but does not say which", index)
            return
        mask = sum(1 << NAMES.index(name) for name in set(names))
        for gone in indices:
            if type(gone) is not int or not 0 <= gone < index:
                self.report.failed("it expunges blocks of an entry that did not exist yet", index)
            elif gone >= self.start:
                self.expunged[gone] = self.expunged.get(gone, 0) | mask

    def _revision(self, index: int, at: str, subject: str, rev: int, state: str) -> None:
        known = self.revisions.get(subject)
        if self.files and state:
            self._in_files(state)
        if known is None or rev > known.rev:
            if known is not None and rev > known.rev + 1:
                self.skipped.update({(subject, gap): index for gap in range(known.rev + 1, min(rev, known.rev + 9))})
            self.revisions[subject] = Revision(rev, at, state, index)
        elif rev == known.rev:
            if state and known.state and state != known.state:
                self.restated.append(index)
        elif abs(self._seconds(at) - self._seconds(known.at)) > OVERLAP:
            self.report.failed(
                f"revision {rev} of an object of which entry #{known.entry} has revision {known.rev}", index
            )
        elif self.skipped.pop((subject, rev), None) is None:
            self.overlapped.append(index)

    def _in_files(self, state: str) -> None:
        if state not in self.files and len(state) == 43:
            with contextlib.suppress(ValueError):
                state = base64.urlsafe_b64decode(state + "=").hex()
        if state in self.files:
            self.files[state] = True

    def finish(self) -> None:
        self._sum_up_shown()
        self._sum_up_revisions()
        self._sum_up_time()
        self._sum_up_findings()
        for name, named in self.files.items():
            if named:
                self.report.proven(f"the record files/{name} is the one whose digest an entry states")
            else:
                self.report.not_proven(f"no shown entry states the digest of files/{name}")
        kinds = sorted(self.kinds.items(), key=lambda item: (-item[1], item[0]))
        self.report.facts.update(denied=self.denied, findings=self.findings, kinds=dict(kinds))
        if kinds:
            told = ", ".join(f"{kind} {count}" for kind, count in kinds[:40])
            self._as_told(f"recorded: {told}{', and other kinds' if len(kinds) > 40 else ''}; denied: {self.denied}")

    def _as_told(self, what: str, entry: Optional[int] = None) -> None:
        """What the record says is proven to be what was recorded only while nothing has failed."""
        (self.report.not_proven if self.report.failures else self.report.proven)(what, entry)

    def _sum_up_shown(self) -> None:
        total, full, none = len(self.shown), self.shown.count(15), self.shown.count(0)
        expunged = 0
        for place, mask in enumerate(self.shown) if full < total else ():
            if mask == 15:
                continue
            lacking = 15 & ~mask & ~self.expunged.get(place + self.start, 0)
            expunged += lacking == 0
            if lacking and self.strict:
                names = ", ".join(name for bit, name in enumerate(NAMES) if lacking >> bit & 1)
                self.report.failed(
                    f"not shown ({names}), though the profile is 'all' and no entry expunges it", place + self.start
                )
        if full:
            self._as_told(f"{full} of {total} entries are shown with all four blocks, each as it was recorded")
        if none:
            self.report.not_proven(f"{none} of {total} entries are not shown: what they say is not known here")
        if total - full - none:
            self.report.not_proven(f"{total - full - none} of {total} entries are shown in part")
        if expunged:
            self._as_told(f"what {expunged} entries do not show was expunged, as later entries say")
        kept = [entry for entry, mask in self.expunged.items() if self.shown[entry - self.start] & mask]
        if kept:
            self.report.not_proven(f"{len(kept)} entries still show what a later entry expunges; the first", min(kept))
        self.report.facts.update(
            entries=total, shown=full, not_shown=none, in_part=total - full - none, expunged=expunged
        )

    def _sum_up_revisions(self) -> None:
        for (_, gap), entry in sorted(self.skipped.items(), key=lambda item: item[1]) if self.strict else ():
            self.report.failed(f"revision {gap} of its object is in no entry before", entry)
        if self.skipped and not self.strict:
            what = (
                f"{len(self.skipped)} revisions of objects are not among the entries shown; the first before this one"
            )
            self.report.not_proven(what, min(self.skipped.values()))
        if self.overlapped:
            what = f"the order of {len(self.overlapped)} entries that overlapped with another on one object; the first"
            self.report.not_proven(what, min(self.overlapped))
        if self.restated:
            what = f"{len(self.restated)} entries state another digest for a revision than an entry before; the first"
            self.report.not_proven(what, min(self.restated))
        if self.revisions and not self.skipped:
            self._as_told(f"the revisions of {len(self.revisions)} objects rise one by one as far as they are shown")

    def _sum_up_time(self) -> None:
        if not self.kinds:
            return
        if self.until is None:
            self.report.not_proven("when it happened: no witness time stands beside the stated ones")
        else:
            since = f"not before {utc(self.since - BEFORE)[:19]}Z and " if self.since is not None else ""
            self._as_told(
                f"what is shown states times {since}not after {utc(self.until + AFTER)[:19]}Z, as witnesses saw it"
            )
        if self.silences:
            longest = max(self.silences)[0] // 60
            what = (
                f"{len(self.silences)} stretches without heartbeats, the longest of {longest} minutes; the first ends"
            )
            self.report.not_proven(f"that the service was running: {what}", self.silences[0][1])
        elif self.strict and self.beat is None:
            self.report.not_proven("that the service was running: no heartbeat is shown")

    def _sum_up_findings(self) -> None:
        about = [finding for finding in self.findings if finding["duty"] == INTERVENE]
        counts = Counter((found["kind"], found["duty"], found["disposition"]) for found in self.findings)
        for (kind, duty, disposition), count in sorted(counts.items()):
            words = f"{kind.replace('.', ' ')}: {duty or 'duty not shown'}: {disposition or 'disposition not shown'}"
            self._as_told(f"{words.replace('_', ' ')}: {count}")
        for found in about[:1000]:
            words = f"{found['kind'].replace('.', ' ')}, failure to intervene: {found['disposition'].replace('_', ' ')}"
            self._as_told(f"{words} ({found['at'][:10]})", found["entry"])
        if self.kinds and not about:
            self._as_told("no finding about a failure to intervene is among the entries shown")


# --- the range of entries -----------------------------------------------------------------------------------------


class Leaves:
    """Reads the leaves of one log: canonical JSON of one length, with four commitments and nothing else."""

    def __init__(self, origin: str) -> None:
        commitment = "C" * 43
        example = canonical({"b": dict.fromkeys(NAMES, commitment), "log": origin, "v": 1}).encode(
            "utf-8", "surrogatepass"
        )
        self.length = len(example)
        form = re.escape(example).replace(commitment.encode(), rb"([A-Za-z0-9_-]{42}[AEIMQUYcgkosw048])")
        self._form = re.compile(re.escape(struct.pack(">H", min(self.length, 0xFFFF))) + form)

    def read(self, data: bytes, first: int, width: int) -> Tuple[List[bytes], List[Tuple[bytes, ...]]]:
        """Leaf hashes, and the commitments of each leaf in the order of NAMES. Raises Refuted."""
        step, length = self.length + 2, self.length
        commitments = self._form.findall(data)
        if length > MAX_LEAF or len(data) != step * width or len(commitments) != width:
            raise self._first_bad(data, first, width)
        return [sha256(b"\0" + data[at : at + length]).digest() for at in range(2, len(data), step)], commitments

    def _first_bad(self, data: bytes, first: int, width: int) -> Refuted:
        step = self.length + 2
        for place in range(width):
            if not self._form.fullmatch(data, place * step, (place + 1) * step):
                return Refuted(
                    "its leaf is cut off, or not one of this log: form, length or name of the log", first + place
                )
        return Refuted("more leaves follow than the tile holds", first + width - 1)


def tile_hashes(bundle: Bundle, name: str, width: int) -> List[bytes]:
    data = bundle.content(name, 8192)
    if len(data) != 32 * width:
        raise Refuted(f"{name} does not hold {width} hashes", entry_of(name))
    return [data[at : at + 32] for at in range(0, len(data), 32)]


def joins_frontier(hashes: Sequence[bytes], level: int, size: int, frontier: Dict[int, bytes]) -> bool:
    """Whether the hashes at the start of a tile, older than the range, fold to the frontier of that size."""
    place = 0
    for bit in range(7, -1, -1):
        if size >> 8 * level + bit & 1:
            if fold(hashes[place : place + (1 << bit)]) != frontier[8 * level + bit]:
                return False
            place += 1 << bit
    return True


class Walk:
    """One pass over all entries of the bundle: leaves against tiles, onto the tree, their blocks against them."""

    def __init__(self, bundle: Bundle, frontier: Sequence[bytes], reading: Reading) -> None:
        self.bundle = bundle
        self.reading = reading
        self.tree = Tree(bundle.start, frontier)
        self.frontier = dict(self.tree.stack)
        self.leaves = Leaves(bundle.origin)

    def run(self, marks: Iterable[int]) -> Dict[int, bytes]:
        """Roots at those of the sizes asked for that are inside the range."""
        roots: Dict[int, bytes] = {}
        start, size = self.bundle.start, self.bundle.size
        for tile in range(start >> 8, (size + 255) >> 8):
            first, width = tile * 256, tile_width(size, 0, tile)
            if start == size and tile_path("0", tile, width) not in self.bundle.zip.members:
                break  # nothing is new: the edge may be left out
            hashes, commitments = self._tile(tile, first, width)
            new = max(start - first, 0)
            for mark in marks:
                if first + new <= mark < first + width:
                    roots[mark] = self.tree.root(hashes[new : mark - first])
            self.tree.add(hashes[new:])
            self.reading.tile(first + new, commitments[new:])
        return roots

    def _tile(self, tile: int, first: int, width: int) -> Tuple[List[bytes], List[Tuple[bytes, ...]]]:
        bundle = self.bundle
        told = tile_hashes(bundle, tile_path("0", tile, width), width)
        data = bundle.content(tile_path("entries", tile, width), width * (MAX_LEAF + 2))
        hashes, commitments = self.leaves.read(data, first, width)
        if hashes != told:
            for place, (mine, theirs) in enumerate(zip(hashes, told)):
                if mine != theirs:
                    bundle.report.failed("its leaf does not have the hash that the tree's tile holds", first + place)
        if first < bundle.start and not joins_frontier(hashes, 0, bundle.start, self.frontier):
            bundle.report.failed(f"the tile of entries from #{first} on does not join the frontier", first)
        return hashes, commitments

    def check_tiles(self) -> None:
        """Every tile in the bundle belongs to the range, and those above the leaves hold the roots of those below."""
        for name in sorted(self.bundle.zip.members):
            match = re.fullmatch(r"tile/(entries|[0-7])/([x0-9/]+)(?:\.p/[0-9]+)?", name)
            if match:
                level = 0 if match[1] == "entries" else int(match[1])
                tile = int(re.sub("[x/]", "", match[2]))
                width = tile_width(self.bundle.size, level, tile)
                before = self.bundle.start >> 8 * level
                if name != tile_path(match[1], tile, width) or width < 1 or (tile + 1) * 256 <= before:
                    self.bundle.report.failed(f"{name} is no tile of this range and size", entry_of(name))
                elif level:
                    self._upper(name, level, tile, width)
        for level in range(1, 8):
            width = (self.bundle.size >> 8 * level) & 255
            edge = tile_path(str(level), self.bundle.size >> 8 * (level + 1), width)
            if width and edge not in self.bundle.zip.members:
                self.bundle.report.failed(f"{edge} is missing")

    def _upper(self, name: str, level: int, tile: int, width: int) -> None:
        hashes, first = tile_hashes(self.bundle, name, width), tile * 256
        before = self.bundle.start >> 8 * level
        old = max(before - first, 0)
        if old and not joins_frontier(hashes, level, self.bundle.start, self.frontier):
            self.bundle.report.failed(f"{name} does not join the frontier")
        known = self.tree.done.get(level, [])[first + old - before : first + width - before]
        for place, (theirs, mine) in enumerate(zip(hashes[old:], known), first + old):
            if theirs != mine:
                begin, end = place << 8 * level, (place + 1 << 8 * level) - 1
                self.bundle.report.failed(f"{name} does not agree with the entries #{begin} to #{end}")


class View(NamedTuple):
    """A bundle that was walked through: its roots by size, and which blocks it shows."""

    bundle: Bundle
    head: Head
    roots: Dict[int, bytes]
    shown: bytearray


def examine(bundle: Bundle, policy: Optional[Policy], marks: Iterable[int]) -> View:
    """All that can be said of a bundle by itself. Without a policy no signature is checked."""
    report, start, size = bundle.report, bundle.start, bundle.size
    if policy:
        signed_manifest(bundle, policy)
        if "policy.txt" in bundle.zip.members and bundle.content("policy.txt", CHUNK) != policy.data:
            report.not_proven("the bundle's policy.txt, which differs from the policy given; only that one was used")
    head = read_head(bundle, "checkpoint", size, policy)
    before = read_head(bundle, "checkpoint.prev", start, policy) if start else None
    if before is None and "checkpoint.prev" in bundle.zip.members:
        report.failed("a bundle from the first entry on has no checkpoint before it")
    if policy:
        report.proven(f"the checkpoint of size {size} is signed by the log's key")
        judge_quorum(head, policy, report)
    frontier = bundle.hashes("frontier")
    if len(frontier) != bin(start).count("1"):
        raise Refuted(f"the frontier is not one of size {start}")
    reading = Reading(bundle, before.witnessed() if before else None, head.witnessed())
    walk = Walk(bundle, frontier, reading)
    if before and walk.tree.root() != before.checkpoint.root:
        report.failed(f"the frontier does not fold to the root of the checkpoint of size {start}")
    roots = walk.run(marks)
    roots.update({start: before.checkpoint.root if before else sha256(b"").digest(), size: head.checkpoint.root})
    if walk.tree.root() != head.checkpoint.root:
        report.failed(f"the entries do not lead to the root of the checkpoint of size {size}")
    judge_consistency(bundle, roots)
    walk.check_tiles()
    bundle.finish()
    if not report.failures:
        report.proven(
            f"entries #{start} to #{size - 1}: none was changed, moved, added or left out"
            if size > start
            else "nothing new"
        )
    reading.finish()
    witnessed = head.witnessed()
    report.facts.update(bundle.told, profile=bundle.profile, origin=bundle.origin, to=size)
    report.facts.update({"from": start, "witnessed_at": None if witnessed is None else utc(witnessed)})
    return View(bundle, head, roots, reading.shown)


def judge_consistency(bundle: Bundle, roots: Dict[int, bytes]) -> None:
    proof, start, size = bundle.hashes("consistency"), bundle.start, bundle.size
    if start == 0:
        if proof:
            bundle.report.failed("a consistency proof from an empty log has no hashes")
    elif consistency_holds(start, size, roots[start], roots[size], proof):
        bundle.report.proven(f"the log of size {size} continues that of size {start}")
    else:
        bundle.report.failed(f"the consistency proof from size {start} to size {size} does not hold")


# --- commands -----------------------------------------------------------------------------------------------------


def load(path: str, most: int = MAX_NOTE) -> bytes:
    with Path(path).open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Undecided(f"{path} is too long")
    return data


class State:
    """What this machine keeps of each log: the largest tree it saw verified. Raises Undecided."""

    def __init__(self, path: Optional[str]) -> None:
        self.path = path
        self.logs: Dict[str, Any] = {}
        if path is None or not Path(path).exists():
            return
        try:
            self.logs = read_json(load(path))
            for kept in self.logs.values():
                if not isinstance(kept["size"], int) or kept["size"] < 0 or not isinstance(kept["checkpoint"], str):
                    raise ValueError
                unbase64(kept["root"], 32)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Undecided(f"the state file {path} is damaged; restore it from a copy") from None

    def size(self, origin: str) -> Optional[int]:
        return self.logs[origin]["size"] if origin in self.logs else None

    def judge(self, view: View, report: Report) -> None:
        """Whether the bundle continues what this machine kept."""
        origin, start, size = view.bundle.origin, view.bundle.start, view.bundle.size
        kept = self.size(origin)
        if self.path is None:
            report.not_proven("that it continues earlier bundles: no state file was given, so nothing was remembered")
        elif kept is None:
            report.not_proven(
                f"FIRST USE: this machine never saw the log {origin}, so nothing shows that earlier copies agree; "
                "compare the checkpoint with the minutes of the board. From now on the state file remembers it"
            )
        elif size < kept:
            report.failed(
                f"this machine already verified size {kept} of this log; the bundle ends at the smaller {size}"
            )
        elif start > kept:
            report.open_question(
                f"the entries #{kept} to #{start - 1}: this machine knows the log up to size {kept} only"
            )
        elif view.roots.get(kept) != base64.b64decode(self.logs[origin]["root"]):
            report.failed(
                f"at size {kept} this machine verified another tree: the log was rewritten. Keep both as evidence"
            )
        else:
            report.proven(f"it continues the tree of size {kept} that this machine verified before")

    def keep(self, view: View) -> None:
        """Write the new state in one step: the old file or the new one, never a part."""
        if self.path is None:
            return
        root = base64.b64encode(view.head.checkpoint.root).decode()
        self.logs[view.bundle.origin] = {"size": view.bundle.size, "root": root, "checkpoint": view.head.text}
        path = Path(self.path).absolute()
        handle, name = tempfile.mkstemp(prefix=".verify-", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(self.logs, file, indent=1, sort_keys=True)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(path)
        except OSError:
            Path(name).unlink()
            raise


def check(args: argparse.Namespace, report: Report) -> None:
    policy, state = Policy(load(args.policy)), State(args.state)
    with Path(args.bundle).open("rb") as file:
        bundle = Bundle(file, report)
        kept = state.size(bundle.origin)
        view = examine(bundle, policy, [] if kept is None else [kept])
    state.judge(view, report)
    report.not_proven(
        "that what was recorded is true, that acts outside the software were recorded, who sat behind an account, and "
        "anything after this checkpoint: no log can show these"
    )
    if report.verdict() == "verified":
        state.keep(view)


def compare(args: argparse.Namespace, report: Report) -> None:
    policy = Policy(load(args.policy)) if args.policy else None
    with Path(args.first).open("rb") as one, Path(args.second).open("rb") as two:
        bundles = []
        for file, report.about in ((one, "A: "), (two, "B: ")):
            bundles.append(Bundle(file, report))
        marks = {size for bundle in bundles for size in (bundle.start, bundle.size)}
        views = []
        for bundle, report.about in zip(bundles, ("A: ", "B: ")):
            views.append(examine(bundle, policy, marks))
        report.about = ""
        report.facts.clear()
        if policy is None:
            report.not_proven("who signed the bundles: no policy was given, so signatures were not checked")
        if bundles[0].origin != bundles[1].origin:
            raise Undecided("the bundles are of two different logs")
        judge_same_tree(views[0], views[1], report)
        judge_same_shown(views[0], views[1], report)


def judge_same_tree(one: View, two: View, report: Report) -> None:
    common = sorted(size for size in one.roots.keys() & two.roots.keys() if size)
    if not common:
        report.open_question("the bundles have no size in common, so nothing ties the one to the other")
    elif all(one.roots[size] == two.roots[size] for size in common):
        report.proven(f"both bundles show one and the same log up to size {common[-1]}")
    else:
        size = next(size for size in common if one.roots[size] != two.roots[size])
        report.failed(f"two different logs were shown: their trees of size {size} differ. Keep both files as evidence")
        for entry in first_difference(one.bundle, two.bundle):
            report.failed("the two bundles hold different entries from here on", entry)


def first_difference(one: Bundle, two: Bundle) -> Iterator[int]:
    """The first entry in both ranges of which the tiles disagree, if there is one."""
    end = min(one.size, two.size)
    for tile in range(max(one.start, two.start) >> 8, (end + 255) >> 8):
        pair = []
        for bundle in (one, two):
            width = tile_width(bundle.size, 0, tile)
            pair.append(tile_hashes(bundle, tile_path("0", tile, width), width))
        for place, (left, right) in enumerate(zip(*pair), tile * 256):
            if left != right:
                yield place
                return


def judge_same_shown(one: View, two: View, report: Report) -> None:
    """What one reader was shown and the other was not; walls and withholding make such differences, losses as well."""
    start, end = max(one.bundle.start, two.bundle.start), min(one.bundle.size, two.bundle.size)
    if start >= end:
        return
    left = one.shown[start - one.bundle.start : end - one.bundle.start]
    right = two.shown[start - two.bundle.start : end - two.bundle.start]
    counts = Counter(zip(left, right))
    both = sum(count for (a, b), count in counts.items() if a & b)
    none = counts[0, 0]
    report.proven(f"of the {end - start} entries in both, {both} are shown in both")
    for name, more, less in (("A", left, right), ("B", right, left)):
        only = [start + place for place, (a, b) in enumerate(zip(more, less)) if a & ~b]
        if only:
            report.proven(
                f"{len(only)} entries are shown by {name} in blocks that the other leaves out; the first", only[0]
            )
        report.facts[f"only_{name.lower()}"] = len(only)
    if none:
        report.not_proven(f"{none} entries are shown by neither: that their blocks still exist")
    report.facts.update(common=end - start, both=both, neither=none)


def receipt(args: argparse.Namespace, report: Report) -> None:
    """A reporter's receipt: what was filed is what the entry commits to, and the log promised to hold the entry."""
    policy = Policy(load(args.policy))
    told = read_receipt(load(args.receipt, 8 * MAX_NOTE))
    leaf = told["leaf"].encode("utf-8")
    origin = str(read_json(leaf).get("log"))
    _, [commitments] = Leaves(origin).read(struct.pack(">H", min(len(leaf), 0xFFFF)) + leaf, 0, 1)
    of: Dict[str, Any] = {}
    names = []
    for text in told["blocks"]:
        try:
            name, value = read_block(text.encode("utf-8"))
        except ValueError as error:
            raise Refuted(f"a block of the receipt is not well-formed: {error}") from None
        if url64(sha256(text.encode("utf-8")).digest()).encode() != commitments[NAMES.index(name)]:
            report.failed(f"the block '{name}' is not the one that the entry commits to")
        of = value if name == "of" else of
        names.append(name)
    if "of" not in names or len(names) != len(set(names)):
        raise Refuted("the receipt lacks the block 'of', or shows a block twice")
    if of.get("content_sha256") != told["content_sha256"]:
        report.failed("the entry does not commit to the content hash of the receipt")
    judge_content(told, report)
    if not report.failures:
        report.proven(f"the entry commits to the content hash {told['content_sha256']}")
    if told.get("promise") is not None:
        judge_promise(told["promise"], origin, leaf, policy, report)
    if told.get("proof") is not None:
        judge_proof(told["proof"], origin, leaf, policy, report)
    elif told.get("promise") is not None:
        report.not_proven("that the entry is in the log by now: the promise says until when it has to be")
    else:
        report.open_question("that the log took the entry in: the promise is still to follow")


def read_receipt(data: bytes) -> Dict[str, Any]:
    try:
        told = read_json(data)
        texts = [told["locator"], told["leaf"], told["content_sha256"], *told["blocks"]]
        texts += [told[name] for name in ("promise", "content", "proof") if told.get(name) is not None]
        if not all(isinstance(text, str) for text in texts) or not isinstance(told["blocks"], list):
            raise ValueError
        for text in texts:
            text.encode("utf-8")
        if not isinstance(read_json(told["leaf"].encode("utf-8")), dict):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refuted("the receipt does not have the form of a receipt") from None
    return dict(told)


def judge_content(told: Dict[str, Any], report: Report) -> None:
    content = told.get("content")
    if content is None:
        report.not_proven("what was filed: the receipt holds its hash only")
        return
    try:
        exact = is_canonical(read_json(content.encode("utf-8")), content)
    except (ValueError, RecursionError):
        exact = False
    if not exact or sha256(content.encode("utf-8")).hexdigest() != told["content_sha256"]:
        report.failed("the content is not the one whose hash the receipt states")
    else:
        report.proven("the content is the one whose hash the receipt states")


def judge_promise(text: str, origin: str, leaf: bytes, policy: Policy, report: Report) -> None:
    note = read_note(text.encode("utf-8"))
    if not signers(note, policy.keys(origin + "/promise")):
        raise Refuted(f"the promise is not signed by a promise key that the policy names for {origin}")
    wanted = f"upstander-promise/v1\n{origin}\n{base64.b64encode(leaf_hash(leaf)).decode()}\n"
    until = note.text[len(wanted) : -1]
    if not note.text.startswith(wanted) or not re.fullmatch(r"[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z", until):
        report.failed("the promise is not about this entry")
    else:
        report.proven(f"the log {origin} promised to hold this entry by {until}")


def judge_proof(text: str, origin: str, leaf: bytes, policy: Policy, report: Report) -> None:
    """A C2SP tlog-proof: index, inclusion proof, checkpoint."""
    lines, _, rest = text.partition("\n\n")
    match = re.fullmatch(
        r"c2sp\.org/tlog-proof@v1\n(?:extra [A-Za-z0-9+/=]*\n)?index (0|[1-9][0-9]{0,15})((?:\n[^\n]{44}){0,63})",
        lines,
    )
    note = read_note(rest.encode("utf-8"))
    checkpoint = read_checkpoint(note.text)
    proof: List[bytes] = []
    with contextlib.suppress(ValueError):
        proof = [unbase64(line, 32) for line in match[2].split()] if match else []
    if match is None or checkpoint.origin != origin or not signers(note, policy.keys(origin)):
        raise Refuted(f"the proof is malformed, or not signed by a key that the policy names for {origin}")
    if not inclusion_holds(int(match[1]), checkpoint.size, leaf_hash(leaf), proof, checkpoint.root):
        raise Refuted("the proof does not show this entry in the log", int(match[1]))
    report.proven(f"the entry is in the log {origin}", int(match[1]))
    judge_quorum(Head(checkpoint, signers(note, policy.witnesses.values()), rest), policy, report)


def own_hash(_args: argparse.Namespace, _report: Report) -> None:
    print(sha256(Path(__file__).read_bytes()).hexdigest())


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Check an audit bundle without trusting whoever made it.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for run, name, files, about in (
        (check, "check", ("bundle",), "check a bundle"),
        (compare, "compare", ("first", "second"), "lay two bundles of one log side by side"),
        (receipt, "receipt", ("receipt",), "check a reporter's receipt"),
        (own_hash, "hash", (), "print the SHA-256 of this file"),
    ):
        command = commands.add_parser(name, help=about)
        command.set_defaults(run=run)
        for file in files:
            command.add_argument(file)
        if files:
            command.add_argument("--policy", required=run is not compare, help="keys that the board accepts")
            command.add_argument("--json", action="store_true", help="print the answer for a machine")
        if run is check:
            command.add_argument("--state", help="what this machine remembers of each log; written when verified")
    return parser


WORDS = {
    "verified": "VERIFIED: as far as the lines above say 'proven'.",
    "refuted": "REFUTED: do not rely on this file, and keep it as evidence.",
    "undecided": "COULD NOT DECIDE: see the lines that say 'not proven'.",
}


def show(report: Report, as_json: bool) -> None:
    verdict = report.verdict()
    if as_json:
        lines = [{"says": says, "what": what, "entry": entry} for says, what, entry in report.lines]
        print(json.dumps({"verdict": verdict, "failures": report.failures, "lines": lines, **report.facts}, indent=1))
        return
    for says, what, entry in report.lines:
        print(f"{says + ':':<12} {'' if entry is None else f'entry #{entry}: '}{what}")
    if report.failures > MAX_FAILURES:
        print(f"failed:      {report.failures - MAX_FAILURES} more")
    print(WORDS[verdict])


def main(words: Optional[Sequence[str]] = None) -> int:
    args, report = arguments().parse_args(words), Report()
    try:
        args.run(args, report)
    except Refuted as error:
        report.failed(str(error), error.entry)
    except Undecided as error:
        report.open_question(str(error))
    except OSError as error:
        report.open_question(f"{error.filename or 'a file'} could not be read or written: {error.strerror}")
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - a traceback is no answer to a board
        report.open_question(f"this verifier met what it was not written for ({type(error).__name__})")
    if args.run is not own_hash or report.lines:
        try:
            show(report, getattr(args, "json", False))
            sys.stdout.flush()
        except BrokenPipeError:  # nobody reads on; without this the interpreter would complain at its end
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return {"verified": 0, "refuted": 1, "undecided": 2}[report.verdict()]


if __name__ == "__main__":
    sys.exit(main())
