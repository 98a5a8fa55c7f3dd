"""The pictures of README.md and docs/: the browser stories take them, and those that a page names are kept.

    python -m tests.pictures      run the stories and write docs/pictures/ anew

A picture is named for what a story calls it and for the width it is seen at: `queue-1280.png` is the first screen of
what `inspect("queue")` saw at a desk.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from tests.pages.browsing import DESK, PHONE
from tests.shared import PROJECT

FOLDER = PROJECT / "docs" / "pictures"
STORIES = (
    "tests/pages/test_admin.py::TestAnAdministrator",
    "tests/pages/test_board.py::TestTheBoardMember",
    "tests/pages/test_board.py::TestExports",
    "tests/pages/test_command_story.py",
    "tests/pages/test_filing.py::TestTheWalk",
    "tests/pages/test_investigator.py",
    "tests/pages/test_queue.py::TestAtADesk",
    "tests/pages/test_triage.py::TestOnePage",
    "tests/pages/test_ways.py::TestSpanish",
)
HEIGHTS = {size["width"]: size["height"] for size in (DESK, PHONE)}
"""A picture shows one screen of a page; what lies below it is read in the program."""
SHOWN = re.compile(r"\]\(([^)\s]+\.png)\)")
SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel, by colour type."""


class NotTaken(Exception):
    """A page names a picture that no story takes."""


def texts() -> list[Path]:
    """What people read about the program."""
    return [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]


def named() -> set[str]:
    """File names of the pictures that these pages show."""
    return {Path(target).name for page in texts() for target in SHOWN.findall(page.read_text())}


def take(into: Path) -> None:
    """Run the stories; each writes what it looks at. Raises CalledProcessError where one fails."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *STORIES]
    subprocess.run(command, cwd=PROJECT, env={**os.environ, "UPSTANDER_PICTURES": str(into)}, check=True)


def keep(wanted: set[str], taken: Path, folder: Path) -> None:
    """Put what is wanted into the folder, and nothing else. Raises NotTaken before anything is touched."""
    if missing := sorted(name for name in wanted if not (taken / name).is_file()):
        raise NotTaken(f"No story takes {', '.join(missing)}.")
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for name in wanted:
        width = int(Path(name).stem.rpartition("-")[2])
        (folder / name).write_bytes(first_rows((taken / name).read_bytes(), HEIGHTS[width]))


def first_rows(png: bytes, most: int) -> bytes:
    """The top of a picture. A row of a PNG leans on the one above it alone, so those below can go."""
    chunks = list(_chunks(png))
    width, height, depth, colour, *rest = struct.unpack(">IIBBBBB", chunks[0][1])
    rows = min(height, most)
    row_bytes = 1 + (width * CHANNELS[colour] * depth + 7) // 8
    pixels = zlib.decompress(b"".join(content for kind, content in chunks if kind == b"IDAT"))
    return SIGNATURE + b"".join(
        _chunk(kind, content)
        for kind, content in (
            (b"IHDR", struct.pack(">IIBBBBB", width, rows, depth, colour, *rest)),
            (b"IDAT", zlib.compress(pixels[: rows * row_bytes], 9)),
            (b"IEND", b""),
        )
    )


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        try:
            take(Path(folder))
            keep(named(), Path(folder), FOLDER)
        except subprocess.CalledProcessError:
            sys.exit("A story failed, so no picture was replaced.")
        except NotTaken as refused:
            sys.exit(str(refused))


if __name__ == "__main__":
    main()
