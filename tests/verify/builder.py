"""Builds bundles from the written format alone, so that the verifier is held to the format and not to our server.

Plain and slow on purpose: the tree is the recursive definition of RFC 6962, and nothing of the application is imported.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ORIGIN = "audit.example.gov/ia/metro-pd"
WITNESS = "witness.example.org/board"
FIRST_HOUR = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)
BLOCK_ORDER = ("of", "on", "what", "who")

Files = dict[str, bytes]


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def std64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def url64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def canon(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def subtree(hashes: tuple[bytes, ...]) -> bytes:
    """MTH of RFC 6962 section 2.1, over leaf hashes."""
    if not hashes:
        return sha(b"")
    if len(hashes) == 1:
        return hashes[0]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    return sha(b"\x01" + mth(hashes[:half]) + mth(hashes[half:]))


mth = cache(subtree)


def consistency(first: int, hashes: tuple[bytes, ...], whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2."""
    if first == len(hashes):
        return [] if whole else [mth(hashes)]
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if first <= half:
        return [*consistency(first, hashes[:half], whole), mth(hashes[half:])]
    return [*consistency(first - half, hashes[half:], False), mth(hashes[:half])]


def inclusion(index: int, hashes: tuple[bytes, ...]) -> list[bytes]:
    """PATH of RFC 6962 section 2.1.1."""
    if len(hashes) == 1:
        return []
    half = 1 << (len(hashes) - 1).bit_length() - 1
    if index < half:
        return [*inclusion(index, hashes[:half]), mth(hashes[half:])]
    return [*inclusion(index - half, hashes[half:]), mth(hashes[:half])]


def tile_name(level: int | str, tile: int, width: int) -> str:
    digits = f"{tile:03}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
    return f"tile/{level}/{path}" + (f".p/{width}" if width < 256 else "")


class Signer:
    """A named Ed25519 key that signs notes (kind 1) or cosigns checkpoints (kind 4)."""

    def __init__(self, name: str, kind: int = 1) -> None:
        self.name, self.kind = name, kind
        self.key = Ed25519PrivateKey.from_private_bytes(sha(b"a test key for " + name.encode()))
        self.public = bytes([kind]) + self.key.public_key().public_bytes_raw()
        self.ident = sha(name.encode() + b"\n" + self.public)[:4]
        self.vkey = f"{name}+{self.ident.hex()}+{std64(self.public)}"

    def line(self, text: str, when: datetime | None = None) -> str:
        if self.kind == 1:
            return f"— {self.name} {std64(self.ident + self.key.sign(text.encode()))}\n"
        assert when is not None
        seconds = int(when.timestamp())
        signature = self.key.sign(f"cosignature/v1\ntime {seconds}\n{text}".encode())
        return f"— {self.name} {std64(self.ident + struct.pack('>Q', seconds) + signature)}\n"

    def note(self, text: str) -> str:
        return f"{text}\n{self.line(text)}"


@dataclass
class Entry:
    blocks: dict[str, str]
    leaf: bytes


@dataclass
class Log:
    """A log with the keys of its agency and of one witness; entries are added by what happened."""

    origin: str = ORIGIN
    entries: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.log = Signer(self.origin)
        self.export = Signer(self.origin + "/export")
        self.promise = Signer(self.origin + "/promise")
        self.witness = Signer(WITNESS, 4)

    def policy(self, quorum: str = "board", more: str = "") -> bytes:
        keys = "".join(f"log {signer.vkey}\n" for signer in (self.log, self.export, self.promise))
        return f"# keys\n{keys}witness board {self.witness.vkey}\n{more}quorum {quorum}\n".encode()

    def add(self, kind: str, at: datetime | str, **blocks: dict[str, Any]) -> int:
        """Append an entry and return its index; the blocks `of`, `on`, `who` may be given, or the members of `what`."""
        stated = at if isinstance(at, str) else stamp(at)
        usual = {"app": "1.0.0", "at": stated, "code": "", "kind": kind, "out": "ok", "req": url64(sha(kind.encode()))}
        told: dict[str, Any] = {"of": {}, "on": {}, "who": {}, **blocks, "what": {**usual, **blocks.get("what", {})}}
        texts = {
            name: canon([url64(sha(f"{len(self.entries)} {name}".encode())[:16]), name, told[name]])
            for name in BLOCK_ORDER
        }
        return self.add_texts(texts)

    def add_texts(self, texts: dict[str, str]) -> int:
        self.entries.append(Entry(texts, self.leaf(texts)))
        return len(self.entries) - 1

    def leaf(self, texts: dict[str, str]) -> bytes:
        commitments = {name: url64(sha(texts[name].encode())) for name in BLOCK_ORDER}
        return canon({"b": commitments, "log": self.origin, "v": 1}).encode()

    def hashes(self, size: int) -> tuple[bytes, ...]:
        return tuple(sha(b"\x00" + entry.leaf) for entry in self.entries[:size])

    def root(self, size: int) -> bytes:
        return mth(self.hashes(size))

    def checkpoint(self, size: int, cosigned: datetime | None = None) -> bytes:
        text = f"{self.origin}\n{size}\n{std64(self.root(size))}\n"
        return (self.log.note(text) + (self.witness.line(text, cosigned) if cosigned else "")).encode()

    def files(
        self,
        start: int,
        size: int,
        *,
        profile: str = "all",
        shows: Callable[[int], Iterable[str]] = lambda index: BLOCK_ORDER,
        cosigned: datetime | None = None,
        cosigned_before: datetime | None = None,
    ) -> Files:
        """Every file of a bundle; its manifest says as yet no more than the range and the profile."""
        hashes = self.hashes(size)
        files = {
            "bundle.json": canon({"from": start, "to": size, "profile": profile}).encode(),
            "checkpoint": self.checkpoint(size, cosigned),
            "consistency": lines(consistency(start, hashes) if start else []),
            "frontier": lines(frontier(hashes[:start])),
            "blocks.ndjson": self.blocks_lines(start, size, shows),
            "expunged.ndjson": b"",
            "policy.txt": self.policy(),
            "README.txt": b"For reading; proves nothing.\n",
            "events.csv": b"entry,kind\n",
            "report.html": b"<!doctype html><title>Report</title>\n",
            **self.tiles(start, size),
        }
        if start:
            files["checkpoint.prev"] = self.checkpoint(start, cosigned_before)
        return files

    def blocks_lines(self, start: int, size: int, shows: Callable[[int], Iterable[str]]) -> bytes:
        text = ""
        for index in range(start, size):
            shown = [self.entries[index].blocks[name] for name in BLOCK_ORDER if name in set(shows(index))]
            if shown:
                text += canon({"b": shown, "i": index}) + "\n"
        return text.encode()

    def tiles(self, start: int, size: int) -> Files:
        files: Files = {}
        hashes = self.hashes(size)
        for tile in range(start // 256, -(-size // 256) if size > start else start // 256):
            here = range(tile * 256, min(size, tile * 256 + 256))
            files[tile_name(0, tile, len(here))] = b"".join(hashes[index] for index in here)
            leaves = (self.entries[index].leaf for index in here)
            files[tile_name("entries", tile, len(here))] = b"".join(
                struct.pack(">H", len(leaf)) + leaf for leaf in leaves
            )
        for level in range(1, 8):
            nodes = size >> 8 * level
            if nodes % 256:
                tile = nodes // 256
                span = 1 << 8 * level
                under = (hashes[index * span : (index + 1) * span] for index in range(tile * 256, nodes))
                files[tile_name(level, tile, nodes % 256)] = b"".join(map(mth, under))
        return files

    def seal(self, files: Files, /, **changes: Any) -> Files:
        """Write manifest and note, afresh if need be; `changes` replace members of the manifest."""
        told = json.loads(files["bundle.json"])
        files = {name: content for name, content in files.items() if name not in ("bundle.json", "bundle.note")}
        listed = [
            {"name": name, "sha256": sha(content).hex(), "size": len(content)}
            for name, content in sorted(files.items())
        ]
        manifest = canon(
            {
                "files": listed,
                "format": "upstander-bundle/v1",
                "made_at": "2026-11-30T05:00:00.000000Z",
                "origin": self.origin,
                "purpose": "board_review",
                "role": "oversight",
                **{name: told[name] for name in ("from", "to", "profile")},
                **changes,
            }
        ).encode()
        note = self.export.note(f"upstander-bundle/v1\n{self.origin}\n{std64(sha(manifest))}\n")
        return {**files, "bundle.json": manifest, "bundle.note": note.encode()}


def frontier(hashes: tuple[bytes, ...]) -> list[bytes]:
    """Roots of the perfect subtrees, largest first."""
    roots, place = [], 0
    for bit in range(40, -1, -1):
        if len(hashes) >> bit & 1:
            roots.append(mth(hashes[place : place + (1 << bit)]))
            place += 1 << bit
    return roots


def lines(hashes: list[bytes]) -> bytes:
    return "".join(f"{std64(value)}\n" for value in hashes).encode()


def zipped(files: Files, *, packed: bool = True) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content, archive.compression)
    return buffer.getvalue()


def year_of_work(size: int) -> Log:
    """A log in which cases move, people read, heartbeats tick, reports come in sealed, and findings are made."""
    log, moment = Log(), FIRST_HOUR
    revisions: dict[str, int] = {}
    for index in range(size):
        moment += timedelta(seconds=77)
        case = f"case-{index % 7}"
        on = {
            "agency": "a1",
            "type": "case",
            "id": case,
            "rev": revisions.get(case, 1),
            "state": url64(sha(case.encode())),
        }
        who = {"actor": f"p{index % 5}", "role": "investigator", "sess": "s1", "step": None if index % 2 else 30}
        if index % 40 == 0:
            log.add("heartbeat", moment)
        elif index % 11 == 3:
            log.add("report.received", stamp(moment)[:10], of={"content_sha256": sha(b"report").hex()})
        elif index % 11 == 5:
            log.add("pad", stamp(moment)[:10])
        elif index % 50 == 17:
            of = {"duty": "failure_to_intervene", "disposition": "sustained", "standard": "preponderance"}
            log.add("finding.proposed" if index % 100 == 17 else "finding.approved", moment, of=of, who=who)
        elif index % 3:
            log.add(
                "case.read",
                moment,
                on={**on, "state": None},
                who=who,
                of={"fields": ["summary", "ünïcode" if index % 97 == 1 else "state"]},
            )
        else:
            revisions[case] = revisions.get(case, 1) + 1
            state = url64(sha(f"{case} {revisions[case]}".encode()))
            log.add(
                "case.return",
                moment,
                on={**on, "rev": revisions[case], "state": state},
                who=who,
                of={"before": "routed"},
            )
    return log
