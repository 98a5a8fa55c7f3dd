"""Writes an export bundle: a contiguous range of the record in one zip that can be checked without us.

The zip unpacks to a tile directory (C2SP tlog-tiles) with checkpoint, proof and the blocks the reader may see. Names,
contents and rules: see `write_bundle`. Memory stays flat: entries, tiles and blocks pass through one by one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from gettext import NullTranslations
from hashlib import sha256
from itertools import islice
from tempfile import TemporaryFile
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from pydantic_core import to_json

from app.audit.checkpoints import Checkpoint
from app.audit.cover import Cover, Stored
from app.audit.notes import encode_base64, parse_note
from app.audit.reading import Reading
from app.audit.tiles import (
    FindTile,
    entry_bundles_of_range,
    nodes_from,
    pack_entries,
    tile_at,
    tiles_of_range,
)
from app.audit.tlog import HASH_BYTES, consistency_proof, subtrees
from app.errors import TooLarge, Unavailable

MOST_BUNDLE_BYTES = 2 * 1024**3  # larger ranges are exported in parts, which join like any two exports
MOST_FILE_BYTES = 2**31 - 1  # beyond it, and beyond that many files, a zip needs extensions that strict readers refuse
MOST_FILES = 65_535

_FILE_NAME = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9._-]*/)*[A-Za-z0-9][A-Za-z0-9._-]*")  # so never `..`
_EPOCH = (1980, 1, 1, 0, 0, 0)  # zip times are local and say nothing here
_PIECE = 256 * 1024


@dataclass(eq=False)
class ExportTooLarge(TooLarge):
    """The range is too large for one export; ask for a shorter one."""


@dataclass(eq=False)
class RecordIncomplete(Unavailable):
    """Part of the record is missing, so nothing was handed out."""


@dataclass(frozen=True, kw_only=True)
class Contents:
    """Where the parts of a bundle come from.

    `checkpoint`: signed checkpoint of size `end`, with its cosignatures; `previous`: that of size `start`, as the
    reader got it, and None for a first export. `leaves`: from entry `cover.first_leaf` up to `end`. `blocks`: (index,
    block texts in the order of, on, what, who) of the entries shown, ascending. `policy`: a copy of the witness policy.
    `more`: further files by name.
    """

    checkpoint: str
    previous: str | None
    find_tile: FindTile
    leaves: Iterable[bytes]
    blocks: Iterable[tuple[int, Sequence[str]]]
    policy: str
    more: Mapping[str, bytes] = field(default_factory=dict)


def write_bundle(
    out: IO[bytes], cover: Cover, contents: Contents, *, sign: Callable[[str], str], words: NullTranslations
) -> str:
    """Write the zip and give the manifest's SHA-256 in hex, which the entry `export.made` states.

    `sign` turns a text into a note signed by the export key. Raises ExportTooLarge, and RecordIncomplete where leaves
    or tiles are missing; what was written so far is then worthless. Contents that do not fit each other raise
    ValueError.
    """
    _refuse_mismatch(cover, contents)
    if not out.seekable():  # a zip states each size before the file, so it is finished elsewhere first
        with TemporaryFile() as whole:
            digest = write_bundle(whole, cover, contents, sign=sign, words=words)
            whole.seek(0)
            shutil.copyfileobj(whole, out, _PIECE)
            return digest
    with ZipFile(out, "w") as archive:
        files = _Files(archive, out)
        _write_tree(files, cover, contents)
        _write_blocks(files, cover, contents, words)
        files.add("expunged.ndjson", b"")
        files.add("policy.txt", contents.policy.encode())
        for name, content in contents.more.items():
            files.add(name, content)
        manifest = cover.manifest(files.stored)
        files.add("bundle.json", manifest)
        files.add("bundle.note", sign(cover.note_text(manifest)).encode())
    return sha256(manifest).hexdigest()


def _refuse_mismatch(cover: Cover, contents: Contents) -> None:
    if (contents.previous is None) is not (cover.start == 0):
        raise ValueError("an export goes on from the checkpoint of the one before")
    for note, size in ((contents.checkpoint, cover.end), (contents.previous, cover.start)):
        if note is not None:
            checkpoint = Checkpoint.parse(parse_note(note).text)
            if (checkpoint.origin, checkpoint.size) != (cover.origin, size):
                raise ValueError("the checkpoint is not that of the range")


# --- the tree -------------------------------------------------------------------------------------------------------


def _write_tree(files: _Files, cover: Cover, contents: Contents) -> None:
    def find_tile(level: int, n: int) -> bytes:
        """The tile as it stood at size `end`, however far it has grown since."""
        wanted = tile_at(level, n, cover.end).width * HASH_BYTES
        hashes = contents.find_tile(level, n)[:wanted]
        if len(hashes) != wanted:
            raise RecordIncomplete
        return hashes

    find = nodes_from(find_tile)
    files.add("checkpoint", contents.checkpoint.encode())
    if contents.previous is not None:
        files.add("checkpoint.prev", contents.previous.encode())
    files.add("consistency", _lines(consistency_proof(cover.start, cover.end, find)))
    files.add("frontier", _lines(find(node) for node in subtrees(0, cover.start)))
    for tile in tiles_of_range(cover.start, cover.end):
        files.add(tile.path, find_tile(tile.level, tile.n), deflate=False)  # hashes do not shrink
    leaves = iter(contents.leaves)
    for bundle in entry_bundles_of_range(cover.start, cover.end):
        held = list(islice(leaves, bundle.width))
        if len(held) != bundle.width:
            raise RecordIncomplete
        files.add(bundle.path, pack_entries(held))
    if next(leaves, None) is not None:
        raise ValueError("more leaves than the range holds")


def _lines(hashes: Iterable[bytes]) -> bytes:
    return "".join(f"{encode_base64(one)}\n" for one in hashes).encode()


# --- blocks, and what is made of them for reading -------------------------------------------------------------------


def _write_blocks(files: _Files, cover: Cover, contents: Contents, words: NullTranslations) -> None:
    with Reading(cover, contents.checkpoint, words) as reading:
        last = cover.start - 1
        with files.open("blocks.ndjson") as write:
            for index, texts in contents.blocks:
                if not last < index < cover.end or not texts:
                    raise ValueError("blocks come in the order of their entries")
                last = index
                write(to_json({"b": texts, "i": index}) + b"\n")
                reading.add(index, texts)
        files.add("README.txt", reading.readme())
        for name, pieces in (("events.csv", reading.events()), ("report.html", reading.report())):
            with files.open(name) as write:
                for piece in pieces:
                    write(piece)


# --- the zip --------------------------------------------------------------------------------------------------------


class _Files:
    """Adds files to the zip, each once, and remembers digest and size for the manifest."""

    def __init__(self, archive: ZipFile, out: IO[bytes]) -> None:
        self._archive = archive
        self._out = out
        self.stored: dict[str, Stored] = {}

    def add(self, name: str, content: bytes, *, deflate: bool = True) -> None:
        with self.open(name, deflate=deflate and bool(content)) as write:
            write(content)

    @contextmanager
    def open(self, name: str, *, deflate: bool = True) -> Iterator[Callable[[bytes], None]]:
        """A file to be written piece by piece."""
        if name in self.stored or _FILE_NAME.fullmatch(name) is None:
            raise ValueError("each file once, under a plain name")
        if len(self.stored) == MOST_FILES:
            raise ExportTooLarge(MOST_BUNDLE_BYTES)
        info = ZipInfo(name, _EPOCH)
        info.compress_type = ZIP_DEFLATED if deflate else ZIP_STORED
        info.create_system = 3  # Unix, whatever system we run on
        info.external_attr = 0o100644 << 16
        digest, size = sha256(), 0
        gathered = bytearray()
        with self._archive.open(info, "w") as member:

            def flush() -> None:
                nonlocal size
                size += len(gathered)
                if size > MOST_FILE_BYTES or self._out.tell() > MOST_BUNDLE_BYTES:
                    raise ExportTooLarge(MOST_BUNDLE_BYTES)
                digest.update(gathered)
                member.write(gathered)
                gathered.clear()

            def write(piece: bytes) -> None:
                gathered.extend(piece)
                if len(gathered) >= _PIECE:
                    flush()

            yield write
            flush()
        self.stored[name] = Stored(digest.hexdigest(), size)
