"""README.md and docs/: what they show is there, and what they name is served."""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

import pytest
import typer

from app.cli import app as commands
from app.pages.routes import ROUTERS
from tests.pages.browsing import DESK, PHONE
from tests.pictures import FOLDER, SIGNATURE, NotTaken, first_rows, keep, named, texts
from tests.shared import PROJECT

TARGET = re.compile(r"\]\(([^)\s]+)\)")
PATH = re.compile(r"`(/[^`\s]*)`")
MADE = re.compile(r"`make ([a-z]+)")
TYPED = re.compile(r"`upstander ([a-z]+(?: [a-z]+)?)")
HEAVIEST = 150_000
"""Bytes of one picture: a page of them has to come over a slow line."""

every_text = pytest.mark.parametrize("page", texts(), ids=lambda page: page.name)


def header(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", png, len(SIGNATURE) + 8)
    return width, height


class TestLinks:
    """Whatever a reader may follow leads somewhere."""

    @every_text
    def test_every_picture_and_every_relative_link_exists(self, page: Path) -> None:
        targets = [each.partition("#")[0] for each in TARGET.findall(page.read_text()) if "://" not in each]
        assert [each for each in targets if each and not (page.parent / each).exists()] == []

    def test_every_guide_stands_in_the_index(self) -> None:
        index = PROJECT / "docs" / "README.md"
        guides = {each.name for each in index.parent.glob("*.md")} - {index.name}
        assert guides <= set(TARGET.findall(index.read_text()))


class TestWhatTheyName:
    """A page, a command or a make target that is told of exists under that name."""

    @every_text
    def test_every_path_is_a_page_that_is_served(self, page: Path) -> None:
        served = {
            route.path  # type: ignore[attr-defined]
            for router in ROUTERS
            for route in router.routes
            if "GET" in getattr(route, "methods", ())
        }
        assert set(PATH.findall(page.read_text())) - served == set()

    @every_text
    def test_every_make_target_is_in_the_makefile(self, page: Path) -> None:
        targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
        assert set(MADE.findall(page.read_text())) - targets == set()

    @every_text
    def test_every_command_of_ours_is_one(self, page: Path) -> None:
        assert [each for each in TYPED.findall(page.read_text()) if not is_command(each.split())] == []


def is_command(words: list[str]) -> bool:
    """Whether `upstander` takes these words; after the command itself more may follow."""
    known = typer.main.get_command(commands)
    for word in words:
        under = getattr(known, "commands", None)
        if under is None:
            return True
        if word not in under:
            return False
        known = under[word]
    return not hasattr(known, "commands")


class TestPictures:
    """One screen of a page each, light, and none that nobody shows."""

    def test_those_kept_are_those_shown(self) -> None:
        assert {each.name for each in FOLDER.iterdir()} == named()

    def test_each_is_one_screen_and_light(self) -> None:
        for each in FOLDER.iterdir():
            width, height = header(each.read_bytes())
            assert each.stem.endswith(f"-{width}")
            assert height <= {size["width"]: size["height"] for size in (DESK, PHONE)}[width]
            assert each.stat().st_size <= HEAVIEST, each.name


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def picture(rows: list[bytes]) -> bytes:
    """Two pixels wide, in RGB; the data in two parts, as large pictures have it."""
    packed = zlib.compress(b"".join(rows))
    parts = (
        chunk(b"IHDR", struct.pack(">IIBBBBB", 2, len(rows), 8, 2, 0, 0, 0)),
        chunk(b"IDAT", packed[:5]),
        chunk(b"IDAT", packed[5:]),
        chunk(b"IEND", b""),
    )
    return SIGNATURE + b"".join(parts)


ROWS = [bytes([0, *range(n, n + 6)]) for n in (10, 20, 30)]


class TestTaking:
    """`make pictures` cuts a page to its first screen, and replaces nothing where one is missing."""

    def test_the_first_rows_stay_as_they_were(self) -> None:
        cut = first_rows(picture(ROWS), 2)
        assert header(cut) == (2, 2)
        length = struct.unpack_from(">I", cut, 33)[0]
        assert zlib.decompress(cut[41 : 41 + length]) == b"".join(ROWS[:2])

    def test_a_short_page_stays_whole(self) -> None:
        assert header(first_rows(picture(ROWS), 900)) == (2, 3)

    def test_what_no_story_takes_is_told_and_nothing_is_touched(self, tmp_path: Path) -> None:
        taken, kept = tmp_path / "taken", tmp_path / "kept"
        taken.mkdir()
        kept.mkdir()
        (taken / "cases-1280.png").write_bytes(picture(ROWS))
        (kept / "old-1280.png").write_bytes(b"old")
        with pytest.raises(NotTaken, match=r"No story takes queue-390\.png"):
            keep({"cases-1280.png", "queue-390.png"}, taken, kept)
        assert [each.name for each in kept.iterdir()] == ["old-1280.png"]
        keep({"cases-1280.png"}, taken, kept)
        assert [each.name for each in kept.iterdir()] == ["cases-1280.png"]
