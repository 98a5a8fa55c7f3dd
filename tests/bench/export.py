"""Export of a log beside a bare COPY of the same rows, and its check beside SHA-256 over the same bytes."""

from __future__ import annotations

import asyncio
import hashlib
import resource
import subprocess
import sys
import time
import uuid
from datetime import UTC, datetime
from gettext import NullTranslations
from pathlib import Path

import psycopg
from sqlalchemy import create_engine

from app.audit.bundle import Contents, write_bundle
from app.audit.checkpoints import Checkpoint, sign_checkpoint
from app.audit.cover import Cover, Profile, export_key_name
from app.audit.log import record
from app.audit.notes import KeyType, SecretKey, sign_note
from app.audit.sequencer import number_next
from app.db.roles import Roles
from app.db.session import as_role, make_engine, speak_for
from app.jobs.installation import app_sessions
from app.jobs.record_reader import RecordReader
from app.settings import read_secrets
from tests.bench.stage import Stage, alone
from tests.shared import PROJECT

ENTRIES = 30_000
AT_ONCE = 2_000
SEEDS = (bytes(32), bytes([1] * 32))
"""Of the log's key and of the export key: the verifier takes no key for two things."""
HEAD = "SELECT l.origin, h.size, h.root FROM audit.head h JOIN audit.log l USING (agency_id) WHERE agency_id = %s"
SAME = """
    COPY (
        SELECT e.leaf, b.text FROM audit.entry x JOIN audit.event e USING (event_id)
        JOIN audit.block b USING (event_id) WHERE x.agency_id = '{agency}' ORDER BY x.idx, b.name
    ) TO STDOUT
"""


def measure(stage: Stage) -> None:
    agency_id = stage.casts[-2].agency_id
    asyncio.run(_write_entries(stage, agency_id))
    bundle = stage.folder / "export.zip"
    seconds, size = _export(stage, agency_id, bundle)
    copied, copy_seconds = _bare_copy(stage, agency_id)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"export of {size:,} entries: {size / seconds:,.0f}/s; bare COPY {size / copy_seconds:,.0f}/s"
        f" ({copied / 1e6:.0f} MB); share {copy_seconds / seconds:.2f}; peak memory of this process {peak:.0f} MB"
    )
    _check(stage, bundle, size)


async def _write_entries(stage: Stage, agency_id: uuid.UUID) -> None:
    """Entries as acts leave them, numbered."""
    async with app_sessions(stage.settings) as sessions:
        for _ in range(ENTRIES // AT_ONCE):
            async with sessions.begin() as tx:
                await speak_for(tx, agency_id)
                for _ in range(AT_ONCE):
                    record(tx, "agency.read", ("agency", agency_id))
    secrets = read_secrets(stage.settings.secrets_folder)
    engine = make_engine(as_role(stage.settings.database_url, _roles(stage).log, secrets.log_password))
    while await number_next(engine, agency_id):
        pass
    await engine.dispose()


def _export(stage: Stage, agency_id: uuid.UUID, bundle: Path) -> tuple[float, int]:
    """Seconds for the whole log with every block, and how many entries it has."""
    with psycopg.connect(_dsn(stage)) as connection:
        row = connection.execute(HEAD, (agency_id,)).fetchone()
    assert row
    origin, size, root = row
    names = (origin, export_key_name(origin))
    keys = {name: SecretKey(name, KeyType.ED25519, seed) for name, seed in zip(names, SEEDS, strict=True)}
    policy = "".join(f"log {key.public.vkey}\n" for key in keys.values())
    (stage.folder / "policy.txt").write_text(f"{policy}quorum none\n")
    secrets = read_secrets(stage.settings.secrets_folder)
    engine = create_engine(as_role(stage.settings.database_url, _roles(stage).export, secrets.export_password))
    reader = RecordReader(engine, agency_id)
    cover = Cover(
        origin=origin,
        start=0,
        end=size,
        profile=Profile.ALL,
        purpose="audit",
        role="inspector",
        made_at=datetime.now(UTC),
    )
    contents = Contents(
        checkpoint=sign_checkpoint(Checkpoint(origin, size, bytes(root)), [keys[origin]]),
        previous=None,
        find_tile=reader.tile,
        leaves=reader.leaves(0, size),
        blocks=reader.shown(0, size, frozenset()),
        policy=policy,
    )
    begun = time.perf_counter()
    with bundle.open("wb+") as file:
        write_bundle(
            file,
            cover,
            contents,
            sign=lambda text: sign_note(text, [keys[export_key_name(origin)]]),
            words=NullTranslations(),
        )
    seconds = time.perf_counter() - begun
    engine.dispose()
    return seconds, size


def _bare_copy(stage: Stage, agency_id: uuid.UUID) -> tuple[int, float]:
    """Bytes and seconds."""
    with psycopg.connect(_dsn(stage)) as connection:
        begun = time.perf_counter()
        with connection.cursor().copy(SAME.format(agency=agency_id)) as out:  # type: ignore[arg-type]
            copied = sum(len(piece) for piece in out)
        return copied, time.perf_counter() - begun


def _check(stage: Stage, bundle: Path, size: int) -> None:
    """The whole check by the outsider's file; beside it one core's SHA-256 over the bytes of the bundle."""
    content = bundle.read_bytes()
    begun = time.perf_counter()
    hashlib.sha256(content).digest()
    hashing = time.perf_counter() - begun
    command = [sys.executable, "-I", str(PROJECT / "app" / "verify.py"), "check", bundle.name, "--policy", "policy.txt"]
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=stage.folder, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begun
    if done.returncode != 0:
        sys.exit(f"The bundle was not verified, so its speed says nothing:\n{done.stdout}{done.stderr}")
    print(
        f"verify {size:,} entries with all blocks: {size / seconds:,.0f}/s;"
        f" SHA-256 over the same {len(content) / 1e6:.0f} MB: {hashing:.2f} s; share {hashing / seconds:.3f}"
    )


def _roles(stage: Stage) -> Roles:
    return Roles(stage.settings.role_prefix)


def _dsn(stage: Stage) -> str:
    return stage.url.set(drivername="postgresql").render_as_string(hide_password=False)


if __name__ == "__main__":
    alone(measure)
