"""Whether an installation is sound: one line for each thing that is asked, and what to do where it is not.

Changes nothing. What depends on something that failed is not asked. Findings name roles, folders and logs; never a
person or a case.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import Connection, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from app.db.head import why_silent
from app.db.roles import Roles
from app.db.session import as_role
from app.jobs.installation import passwords_of
from app.settings import SECRET_FILES, Secrets, SecretsMissing, Settings, read_secrets

CONNECT_SECONDS = 5


class Grade(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"


@dataclass(frozen=True)
class Finding:
    grade: Grade
    what: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.grade:<5}{self.what}" + (f" {self.todo}" if self.todo else "")


def ok(what: str) -> Finding:
    return Finding(Grade.OK, what)


def warn(what: str, todo: str) -> Finding:
    return Finding(Grade.WARN, what, todo)


def fail(what: str, todo: str) -> Finding:
    return Finding(Grade.FAIL, what, todo)


def graded(is_bad: bool, settings: Settings, what: str, todo: str) -> Iterator[Finding]:
    """What production refuses and a demo or test goes on with."""
    if is_bad:
        yield fail(what, todo) if settings.mode == "production" else warn(what, todo)


def examine() -> Iterator[Finding]:
    """All findings, in the order in which things rest on each other."""
    from app.jobs.doctor_database import of_database
    from app.jobs.doctor_record import of_record

    try:
        settings = Settings()
    except ValidationError as error:
        for each in error.errors(include_input=False, include_url=False):
            name = f"UPSTANDER_{'_'.join(map(str, each['loc']))}".upper()
            yield fail(f"The setting {name} does not fit: {each['msg']}.", "Mend it in the environment.")
        return
    yield from of_settings(settings)
    yield from of_folders(settings)
    try:
        secrets = read_secrets(settings.secrets_folder)
    except (SecretsMissing, OSError) as error:
        yield fail(str(error), "")
        return
    yield ok(f"All secrets are in {settings.secrets_folder}.")
    reached = yield from of_roles(settings, secrets)
    if "app" in reached and (yield from of_database(settings, secrets)) and "signer" in reached:
        yield from of_record(settings, secrets)


def of_settings(settings: Settings) -> Iterator[Finding]:
    yield ok(f"The settings can be read; the mode is {settings.mode}.")
    yield from graded(
        not settings.is_https,
        settings,
        f"People reach the pages at {settings.base_url}, unencrypted.",
        "Set UPSTANDER_BASE_URL to the https address of the proxy.",
    )
    yield from graded(
        settings.log_origin.startswith("upstander.invalid"),
        settings,
        "The logs have no name of your own.",
        "Set UPSTANDER_LOG_ORIGIN before the first `upstander init`; it can never change.",
    )


def of_folders(settings: Settings) -> Iterator[Finding]:
    """Secrets are read by one user alone; what is written to can be written to."""
    secrets, signer = settings.secrets_folder, settings.signer_folder
    private = [secrets, secrets / "token", *(secrets / name for name in SECRET_FILES), *secrets.glob("token/*.pem")]
    private += [signer / "keys", signer / "state", *signer.glob("keys/*/*.key")]
    open_ones = [path for path in private if path.exists() and _is_open(path)]
    for path in open_ones:
        yield fail(f"Others may read {path}.", f"chmod go= {path}")
    if not open_ones:
        yield ok("No other user of this machine may read secrets or keys.")
    for folder in (settings.data, settings.exports_folder):
        if folder.exists() and not _is_writable(folder):
            yield fail(f"The folder {folder} cannot be written to.", "Give it to the user that runs the service.")
        elif not folder.exists():
            yield warn(f"The folder {folder} is not there yet.", "It is made when it is first needed.")
        else:
            yield ok(f"The folder {folder} can be written to.")


def _is_open(path: Path) -> bool:
    """Whether group or others may read it: secrets are 0600, folders 0700."""
    return bool(stat.S_IMODE(path.stat().st_mode) & (stat.S_IRGRP | stat.S_IROTH))


def _is_writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return os.access(folder, os.X_OK)
    except OSError:
        return False


def of_roles(settings: Settings, secrets: Secrets) -> Generator[Finding, None, set[str]]:
    """Whether the database lets each process in; the short names of those that it does."""
    reached = set()
    for name, password in passwords_of(secrets).items():
        try:
            with connected(settings, name, password):
                reached.add(name)
        except DBAPIError:
            url = role_url(settings, name, password)
            yield fail(f"{url.username}: {why_silent(url)}", "")
    if len(reached) == len(passwords_of(secrets)):
        yield ok("The database answers, and lets every process in with its own role.")
    return reached


def role_url(settings: Settings, name: str, password: str) -> URL:
    return as_role(settings.database_url, getattr(Roles(settings.role_prefix), name), password)


@contextmanager
def connected(settings: Settings, name: str, password: str) -> Iterator[Connection]:
    """A connection of one of the roles, for a few questions that change nothing."""
    options = {"connect_timeout": CONNECT_SECONDS, "options": "-c default_transaction_read_only=on"}
    engine = create_engine(role_url(settings, name, password), connect_args=options)
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()
