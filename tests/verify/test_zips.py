"""A zip with two readings could show the board one thing and its other tools another; each such trick is refused."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from tests.verify.builder import Files, Log, zipped
from tests.verify.conftest import Desk
from tests.verify.test_bundles import after, sealed

LOCAL, CENTRAL, END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"


@pytest.fixture(scope="module")
def log() -> Log:
    log = Log()
    for index in range(20):
        log.add("heartbeat", after(index))
    return log


@pytest.fixture(scope="module")
def files(log: Log) -> Files:
    return sealed(log, 0, 20)


def refused(desk: Desk, log: Log, data: bytes, words: str) -> None:
    answer = desk.check(data, log.policy())
    assert answer.status == 1, answer.text
    assert any(words in line for line in answer.lines("failed")), answer.text


def written(files: Files, write: Callable[[zipfile.ZipFile], object]) -> bytes:
    """The files, and what `write` adds or does."""
    buffer = io.BytesIO(zipped(files))
    with zipfile.ZipFile(buffer, "a") as archive:
        write(archive)
    return buffer.getvalue()


class TestForms:
    def test_stored_and_deflated_are_both_read(self, desk: Desk, log: Log, files: Files) -> None:
        assert [desk.check(zipped(files, packed=packed), log.policy()).status for packed in (True, False)] == [0, 0]

    @pytest.mark.parametrize("wide", [True, False])
    @pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_written_as_a_stream_with_sizes_behind_is_read(
        self, desk: Desk, log: Log, files: Files, packed: int, wide: bool
    ) -> None:
        class Stream(io.RawIOBase):
            def __init__(self) -> None:
                self.data = b""

            def writable(self) -> bool:
                return True

            def write(self, data: bytes) -> int:  # type: ignore[override]
                self.data += bytes(data)
                return len(data)

        stream = Stream()
        with zipfile.ZipFile(stream, "w", packed) as archive:  # type: ignore[call-overload]
            for name, content in files.items():
                with archive.open(zipfile.ZipInfo(name), "w", force_zip64=wide) as member:
                    member.write(content)
        assert struct.unpack_from("<H", stream.data, 6)[0] & 8
        answer = desk.check(stream.data, log.policy())
        assert answer.status == 0, answer.text

    def test_written_with_room_for_long_sizes_is_read(self, desk: Desk, log: Log, files: Files) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for name, content in files.items():
                with archive.open(name, "w", force_zip64=True) as member:
                    member.write(content)
        assert desk.check(buffer.getvalue(), log.policy()).status == 0

    @pytest.mark.parametrize("data", [b"", b"PK", END + bytes(18), b"not a zip file" * 10, bytes(100)])
    def test_anything_else_is_refused(self, desk: Desk, log: Log, data: bytes) -> None:
        assert desk.check(data, log.policy()).status == 1


class TestNames:
    @pytest.mark.parametrize(
        "name",
        [
            "../policy.txt",
            "/etc/passwd",
            "tile/../checkpoint",
            "tile/0/",
            "tile/0/0",
            "tile/8/000",
            "tile/0/x000/../000",
            "tile/0/000.p/0",
            "tile\\0\\000",
            "Checkpoint",
            "checkpoint ",
            "checkpoint\x00.txt",
            "C:checkpoint",
            "files/report.html",
            "anchors/..",
            "evil.exe",
            "checkpoint\n",
            "ch\u00e9ckpoint",
        ],
    )
    def test_unexpected_ones_are_refused(self, desk: Desk, log: Log, files: Files, name: str) -> None:
        refused(desk, log, self.renamed(files, name.encode()), "unexpected name")

    @staticmethod
    def renamed(files: Files, name: bytes) -> bytes:
        """The files and one more of that very name, which a library might put right."""
        stand_in = "z" * len(name)
        return written(files, lambda archive: archive.writestr(stand_in, b"x")).replace(stand_in.encode(), name)

    def test_one_name_twice_is_refused(self, desk: Desk, log: Log, files: Files) -> None:
        refused(desk, log, self.renamed(files, b"checkpoint"), "is there twice")

    def test_two_names_for_one_member_are_refused(self, desk: Desk, log: Log, files: Files) -> None:
        data = zipped(files)
        data = data.replace(b"README.txt", b"policy.txt", 1)
        refused(desk, log, data, "two descriptions")


class TestMembers:
    def test_a_link_is_refused(self, desk: Desk, log: Log, files: Files) -> None:
        def link(archive: zipfile.ZipFile) -> None:
            info = zipfile.ZipInfo("report.pdf")
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, "/etc/passwd")

        refused(desk, log, written(files, link), "a link")

    @pytest.mark.parametrize("flag", [0x0001, 0x0020, 0x0040, 0x2000])
    def test_an_encrypted_or_patched_one_is_refused(self, desk: Desk, log: Log, files: Files, flag: int) -> None:
        data = bytearray(zipped(files))
        for mark, place in ((LOCAL, 6), (CENTRAL, 8)):
            struct.pack_into("<H", data, data.index(mark) + place, flag)
        refused(desk, log, bytes(data), "encrypted")

    @pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
    def test_one_packed_in_another_way_is_refused(self, desk: Desk, log: Log, files: Files, method: int) -> None:
        data = written(files, lambda archive: archive.writestr("report.pdf", b"x" * 100, method))
        refused(desk, log, data, "packed in an unknown way")

    @pytest.mark.parametrize("place", [14, 18, 22])
    @pytest.mark.parametrize("also_central", [True, False])
    def test_told_sizes_and_sums_must_be_true(
        self, desk: Desk, log: Log, files: Files, place: int, also_central: bool
    ) -> None:
        data = bytearray(zipped(files))
        for start in [data.index(LOCAL) + place, *([data.index(CENTRAL) + place + 2] if also_central else [])]:
            struct.pack_into("<L", data, start, struct.unpack_from("<L", data, start)[0] + 1)
        assert desk.check(bytes(data), log.policy()).status == 1

    def test_a_bomb_stops_at_the_size_it_states(self, desk: Desk, log: Log, files: Files) -> None:
        data = written(files, lambda archive: archive.writestr("report.pdf", bytes(200 << 20), zipfile.ZIP_DEFLATED))
        small = bytearray(data)
        local, central = data.rindex(LOCAL), data.rindex(CENTRAL)
        struct.pack_into("<L", small, local + 22, 10)
        struct.pack_into("<L", small, central + 24, 10)
        refused(desk, log, bytes(small), "unpacks to more than it says")

    def test_a_bundle_that_claims_more_than_any_may_hold_is_refused(self, desk: Desk, log: Log, files: Files) -> None:
        data = zipped({**files, **{f"anchors/{index}": b"x" for index in range(5)}})
        changed = bytearray(data)
        for name in (f"anchors/{index}".encode() for index in range(5)):
            local = data.index(name) - 30
            central = data.rindex(name) - 46
            struct.pack_into("<L", changed, local + 22, 0xFFFFFFF0)
            struct.pack_into("<L", changed, central + 24, 0xFFFFFFF0)
        refused(desk, log, bytes(changed), "more than a bundle may hold")

    def test_data_that_go_on_after_their_end_are_refused(self, desk: Desk, log: Log, files: Files) -> None:
        """A deflate stream that ends early, with something hidden behind it inside the member."""
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = packer.compress(b"x" * 100) + packer.flush() + b"hidden"
        data = written(files, lambda archive: archive.writestr("report.pdf", packed))
        changed = bytearray(data)
        local, central = data.rindex(LOCAL), data.rindex(CENTRAL)
        for at in (local + 8, central + 10):
            struct.pack_into("<H", changed, at, 8)
        for at in (local + 14, central + 16):
            struct.pack_into("<L", changed, at, zlib.crc32(b"x" * 100))
        for at in (local + 22, central + 24):
            struct.pack_into("<L", changed, at, 100)
        refused(desk, log, bytes(changed), "damaged")

    def test_extra_fields_are_refused(self, desk: Desk, log: Log, files: Files) -> None:
        def extra(archive: zipfile.ZipFile) -> None:
            info = zipfile.ZipInfo("report.pdf")
            info.extra = struct.pack("<HH", 0x7075, 4) + b"name"
            archive.writestr(info, b"x")

        refused(desk, log, written(files, extra), "fields that bundles never have")

    def test_a_comment_on_a_member_is_refused(self, desk: Desk, log: Log, files: Files) -> None:
        def comment(archive: zipfile.ZipFile) -> None:
            info = zipfile.ZipInfo("report.pdf")
            info.comment = b"see here"
            archive.writestr(info, b"x")

        refused(desk, log, written(files, comment), "fields that bundles never have")


class TestPlaces:
    def test_bytes_before_the_first_member_are_refused(self, desk: Desk, log: Log, files: Files) -> None:
        refused(desk, log, b"#!/bin/sh\n" + zipped(files), "the directory is not where it should be")

    def test_bytes_behind_the_end_are_refused(self, desk: Desk, log: Log, files: Files) -> None:
        refused(desk, log, zipped(files) + b"\x00", "not a zip file, or one with something behind its end")

    def test_a_comment_is_refused(self, desk: Desk, log: Log, files: Files) -> None:
        def comment(archive: zipfile.ZipFile) -> None:
            archive.comment = b"PK\x05\x06" + bytes(18)

        assert desk.check(written(files, comment), log.policy()).status == 1

    def test_a_comment_that_is_announced_but_missing_is_refused(self, desk: Desk, log: Log, files: Files) -> None:
        refused(desk, log, zipped(files)[:-2] + b"\x05\x00", "not a zip file")

    def test_bytes_between_members_and_directory_are_refused(self, desk: Desk, log: Log, files: Files) -> None:
        data = zipped(files)
        start = data.index(CENTRAL)
        changed = bytearray(data[:start] + b"hidden!" + data[start:])
        struct.pack_into("<L", changed, len(changed) - 22 + 16, start + 7)
        refused(desk, log, bytes(changed), "bytes that belong to no member")

    def test_a_second_zip_in_front_is_refused(self, desk: Desk, log: Log, files: Files) -> None:
        assert desk.check(zipped({"checkpoint": b"x"}) + zipped(files), log.policy()).status == 1

    def test_a_gap_between_members_is_refused(self, desk: Desk, log: Log, files: Files) -> None:
        data = zipped(files)
        start = data.index(CENTRAL)
        directory = bytearray(data[start:])
        place = directory.index(CENTRAL, 1)
        while place >= 0:
            offset = struct.unpack_from("<L", directory, place + 42)[0]
            struct.pack_into("<L", directory, place + 42, offset + 7)
            place = directory.find(CENTRAL, place + 1)
        end = len(directory) - 22
        struct.pack_into("<L", directory, end + 16, start + 7)
        second = data.index(LOCAL, 4)
        refused(desk, log, data[:second] + b"hidden!" + data[second:start] + bytes(directory), "hides bytes before it")

    def test_overlapping_members_are_refused(self, desk: Desk, log: Log, files: Files) -> None:
        data = zipped(files)
        start = data.index(CENTRAL)
        directory = bytearray(data[start:])
        second = directory.index(CENTRAL, 1)
        struct.pack_into("<L", directory, second + 42, 0)
        refused(desk, log, data[:start] + bytes(directory), "overlaps")

    @pytest.mark.parametrize(
        ("place", "form", "value"), [(8, "<HH", 0xFFFF), (12, "<L", 0xFFFFFFFF), (16, "<L", 0xFFFFFFFF)]
    )
    def test_the_long_kind_of_directory_is_refused(
        self, desk: Desk, log: Log, files: Files, place: int, form: str, value: int
    ) -> None:
        data = bytearray(zipped(files))
        struct.pack_into(form, data, len(data) - 22 + place, *([value] * (len(form) - 1)))
        assert desk.check(bytes(data), log.policy()).status == 1

    @pytest.mark.parametrize("change", [-1, 1])
    def test_the_number_of_members_must_be_true(self, desk: Desk, log: Log, files: Files, change: int) -> None:
        data = bytearray(zipped(files))
        count = len(files) + change
        struct.pack_into("<HH", data, len(data) - 22 + 8, count, count)
        assert desk.check(bytes(data), log.policy()).status == 1

    def test_a_file_cut_anywhere_is_refused(self, desk: Desk, log: Log, files: Files) -> None:
        data = zipped(files)
        for length in range(0, len(data), len(data) // 25):
            assert desk.check(data[:length], log.policy()).status == 1
