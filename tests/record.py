"""The record at work in tests: numbering and signing what a world has written, here or in processes of its own."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from app.audit.keys import make_log_keys
from app.audit.sequencer import number_next
from app.audit.signer import Signer
from app.audit.signer_client import SignerClient
from app.audit.signer_process import open_socket
from app.db.session import as_role, make_engine
from app.jobs.exports import Exporter
from app.settings import Settings
from tests.database import ORIGIN, Database
from tests.shared import PROJECT
from tests.verify.conftest import stranger
from tests.world import Person


@dataclass
class Recorder:
    """A sequencer and a signer on one database."""

    database: Database
    sequencer: AsyncEngine
    signer: Signer
    settings: Settings

    def make_keys(self, agency_id: uuid.UUID) -> None:
        [[origin]] = self.database.sql("SELECT origin FROM audit.log WHERE agency_id = :agency", agency=agency_id)
        make_log_keys(
            self.settings.signer_folder, self.settings.policies_folder, agency_id, str(origin), is_signed=False
        )

    async def number(self, agency_id: uuid.UUID) -> int:
        """Number all that waits in one log; gives how many."""
        total = 0
        while amount := await number_next(self.sequencer, agency_id):
            total += amount
        return total

    async def settle(self, agency_id: uuid.UUID) -> None:
        """Keys where there are none, everything numbered, and a checkpoint over it."""
        self.make_keys(agency_id)
        await self.number(agency_id)
        await self.signer.beat()


@contextlib.asynccontextmanager
async def recorder(database: Database) -> AsyncIterator[Recorder]:
    settings = database.settings()
    sequencer = make_engine(as_role(settings.database_url, database.roles.log, database.secrets.log_password))
    engine = make_engine(as_role(settings.database_url, database.roles.signer, database.secrets.signer_password))
    signer = Signer(engine, settings.signer_folder / "keys", settings.signer_folder / "state")
    try:
        yield Recorder(database, sequencer, signer, settings)
    finally:
        await sequencer.dispose()
        await engine.dispose()


@contextlib.asynccontextmanager
async def exporter(at_work: Recorder) -> AsyncIterator[Exporter]:
    """What makes exports, with the signer at its socket."""
    settings = at_work.settings
    url = as_role(settings.database_url, at_work.database.roles.export, at_work.database.secrets.export_password)
    engine = make_engine(url)
    server = await open_socket(at_work.signer, settings.signer_socket)
    try:
        yield Exporter(settings, url, engine, SignerClient(settings.signer_socket, 10))
    finally:
        server.close()
        settings.signer_socket.unlink()
        await engine.dispose()


async def pull(at_work: Recorder, exports: Exporter, reader: Person, since: int | None = None) -> bytes:
    """Ask for an export as that reader, have everything numbered, signed and made, and download it."""
    body = {"purpose": "periodic_review", **({} if since is None else {"since_size": since})}
    asked = await reader.post("/v1/audit/exports", body)
    assert asked.status_code == 201, asked.text
    await at_work.settle(reader.agency_id)
    await exports.make_all()
    content = await reader.get(f"/v1/audit/exports/{asked.json()['id']}/content")
    assert content.status_code == 200, content.text
    return content.content


# --- processes of their own -----------------------------------------------------------------------------------------


def write_secrets(database: Database) -> None:
    """The secret files that processes of their own start from."""
    folder = database.settings().secrets_folder
    (folder / "token").mkdir(parents=True, exist_ok=True)
    for name in ("app_password", "log_password", "signer_password", "export_password", "draft_key", "cursor_key"):
        (folder / name).write_text(getattr(database.secrets, name))
    for kid, pem in database.secrets.token_keys.items():
        (folder / "token" / f"{kid}.pem").write_text(pem)


def environment(database: Database) -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": str(PROJECT),
        "UPSTANDER_DATABASE_URL": database.admin_url.render_as_string(hide_password=False),
        "UPSTANDER_DATA": str(database.folder),
        "UPSTANDER_MODE": "test",
        "UPSTANDER_ROLE_PREFIX": database.roles.prefix,
        "UPSTANDER_LOG_ORIGIN": ORIGIN,
        "UPSTANDER_BASE_URL": "http://upstander.test",
        "UPSTANDER_TICK_SECONDS": "0.05",
        "UPSTANDER_BEAT_SECONDS": "0.2",
    }


@contextlib.contextmanager
def process(database: Database, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """`upstander <command>` while the block runs; ended by SIGTERM, its log kept in the data folder."""
    write_secrets(database)
    with (database.folder / f"{command[0]}.{uuid.uuid4().hex}.log").open("wb") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *command],
            cwd=PROJECT,
            env=environment(database),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(20)
            except subprocess.TimeoutExpired:
                running.kill()
                running.wait()
                raise


def command(database: Database, *words: str) -> subprocess.CompletedProcess[str]:
    """`upstander <command>`, run to its end."""
    write_secrets(database)
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *words],
        cwd=PROJECT,
        env=environment(database),
        capture_output=True,
        text=True,
        timeout=100,
    )


# --- the outsider ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Answer:
    """What verify.py said."""

    code: int
    text: str
    folder: Path = field(repr=False)


def verify(bundle: bytes, policy: str, *more: str, folder: Path | None = None) -> Answer:
    """Run verify.py on a bundle as an outsider would: alone in a folder, isolated, as another user where we may."""
    return _verify("check", "bundle.zip", bundle, policy, more, folder)


def verify_receipt(receipt: Any, policy: str) -> Answer:
    """Run verify.py on a receipt, in the same way."""
    return _verify("receipt", "receipt.json", json.dumps(receipt).encode(), policy, (), None)


def _verify(command: str, name: str, content: bytes, policy: str, more: tuple[str, ...], folder: Path | None) -> Answer:
    place = folder or Path(tempfile.mkdtemp(prefix="outside-"))
    if folder is None:
        atexit.register(shutil.rmtree, place, ignore_errors=True)
    (place / "verify.py").write_bytes((PROJECT / "app/verify.py").read_bytes())
    (place / name).write_bytes(content)
    (place / "policy.txt").write_text(policy)
    python, rights = stranger()
    if rights:
        for path in (place, *place.iterdir()):
            os.chown(path, rights["user"], rights["group"])
    done = subprocess.run(
        [python, "-I", "verify.py", command, name, "--policy", "policy.txt", *more],
        cwd=place,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        **rights,
    )
    return Answer(done.returncode, done.stdout + done.stderr, place)
