"""The verifier stands alone: one file, the standard library, no network, no rights, and an answer to any input."""

from __future__ import annotations

import ast
import hashlib
import stat
import sys

import pytest

from tests.verify.builder import Log, year_of_work
from tests.verify.conftest import SOURCE, Desk
from tests.verify.test_bundles import after, sealed


@pytest.fixture(scope="module")
def log() -> Log:
    return year_of_work(20)


class TestTheFile:
    def test_is_read_by_python_3_9(self) -> None:
        ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 9))

    def test_imports_nothing_but_the_standard_library_and_nothing_that_talks(self) -> None:
        names = set()
        for node in ast.walk(ast.parse(SOURCE.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0
                names.add(str(node.module).partition(".")[0])
        assert names <= sys.stdlib_module_names
        assert not names & {"socket", "ssl", "http", "urllib", "ftplib", "asyncio", "subprocess", "ctypes", "pickle"}

    def test_prints_its_own_hash(self, desk: Desk) -> None:
        answer = desk.run("hash")
        assert (answer.status, answer.text) == (0, hashlib.sha256(SOURCE.read_bytes()).hexdigest() + "\n")


class TestTheAnswer:
    """Exit status 0, 1 or 2 and one plain sentence, never a traceback (the desk fails on any word to stderr)."""

    @pytest.mark.parametrize(
        "words",
        [
            ("check", "nowhere.zip", "--policy", "policy"),
            ("check", "bundle.zip", "--policy", "nowhere"),
            ("check", ".", "--policy", "policy"),
            ("check", "bundle.zip", "--policy", "."),
            ("check", "bundle.zip", "--policy", "policy", "--state", "."),
            ("check", "/dev/null/x", "--policy", "policy"),
            ("compare", "bundle.zip", "nowhere.zip"),
            ("receipt", "nowhere.json", "--policy", "policy"),
            ("check", "bundle.zip", "--policy", "huge"),
        ],
    )
    def test_to_files_that_cannot_be_read_is_undecided(self, desk: Desk, log: Log, words: tuple[str, ...]) -> None:
        desk.put("bundle.zip", sealed(log, 0, 20))
        desk.put("policy", log.policy())
        desk.put("huge", b"#" * (2 << 20))
        answer = desk.ask(*words)
        assert answer.status == 2
        assert not any("was not written for" in line["what"] for line in answer.told["lines"])

    def test_to_a_device_without_end_comes_all_the_same(self, desk: Desk, log: Log) -> None:
        desk.put("policy", log.policy())
        assert desk.ask("check", "/dev/zero", "--policy", "policy").status in (1, 2)
        assert desk.ask("receipt", "/dev/zero", "--policy", "policy").status == 2

    @pytest.mark.parametrize(
        "words", [(), ("check",), ("check", "bundle.zip"), ("verify",), ("compare", "one.zip"), ("hash", "x")]
    )
    def test_to_wrong_words_is_the_usage(self, desk: Desk, words: tuple[str, ...]) -> None:
        assert desk.run(*words).status == 2

    def test_closes_without_a_word_where_nobody_reads_on(self, desk: Desk, log: Log) -> None:
        desk.put("bundle.zip", sealed(log, 0, 20))
        desk.put("policy", log.policy())
        desk.put("run.sh", f"{desk.python} -I verify.py check bundle.zip --policy policy | true\n".encode())
        assert desk.shell("run.sh") == ""


class TestTheStateFile:
    def test_is_replaced_whole_and_leaves_nothing_beside_it(self, desk: Desk, log: Log) -> None:
        for size in (10, 20):
            assert desk.check(sealed(log, 0, size, cosigned=after(size)), log.policy(), state=True).status == 0
        names = {path.name for path in desk.folder.iterdir()}
        assert names == {"verify.py", "bundle.zip", "policy", "state.json"}

    def test_in_a_folder_that_must_not_be_written_is_undecided(self, desk: Desk, log: Log) -> None:
        locked = desk.folder / "locked"
        locked.mkdir()
        locked.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
        if not desk.rights:
            pytest.skip("only another user can be kept from writing")
        desk.put("bundle.zip", sealed(log, 0, 20))
        desk.put("policy", log.policy())
        answer = desk.ask("check", "bundle.zip", "--policy", "policy", "--state", "locked/state.json")
        assert answer.status == 2
        assert list(locked.iterdir()) == []
