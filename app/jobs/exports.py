"""Makes the exports that were asked for, under role `export`, with the asker's rights and walls of now (S8, S51).

An export waits until the entry that asked for it stands under a signed checkpoint; so it always holds who asked for it.
Any number of these jobs may run: each export is claimed while it is made, and made again where a process died over it.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
import uuid
from base64 import b64decode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog
from sqlalchemy import Update, create_engine, select, text, update
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.access.actor import Actor
from app.agencies.models import Account, AccountRole
from app.audit.bundle import Contents, write_bundle
from app.audit.cover import Cover, Profile
from app.audit.keys import KeysMissing, read_policy
from app.audit.log import origin_of, record
from app.audit.signer_client import SignerClient
from app.db.session import Sessions, make_sessions, speak_for
from app.errors import DomainError
from app.jobs.record_reader import RecordReader
from app.oversight.actions import file_of
from app.oversight.models import Export, ExportState
from app.oversight.rules import KEPT, exporting_office, may_export, reports_about, walled_incidents
from app.settings import Settings
from app.words import words_in

NOTE_SECONDS = 10.0
"""A note over an export is worth waiting for; a promise at a request is not."""
UNSIGNED_SECONDS = 3600.0
"""So long a worker that runs waits for a checkpoint, before the asker is told that there is none."""

CLAIM = text("SELECT pg_try_advisory_lock(hashtextextended(CAST(:export AS text), 27))")
RELEASE = text("SELECT pg_advisory_unlock(hashtextextended(CAST(:export AS text), 27))")
UNDER = text("""
    SELECT c.size, c.note FROM audit.checkpoint c
    JOIN audit.entry x ON x.agency_id = c.agency_id AND x.event_id = :event AND c.size > x.idx
    WHERE c.agency_id = :agency ORDER BY c.size DESC LIMIT 1
""")
CHECKPOINT = text("SELECT note FROM audit.checkpoint WHERE agency_id = :agency AND size = :size")

log = structlog.get_logger()


@dataclass(eq=False)
class NotYet(Exception):
    """The export has to wait: for a checkpoint, or for the signer."""

    what: str


@dataclass(eq=False)
class Hopeless(Exception):
    """The export will never be made; `why` is told to the asker and to the record."""

    why: str


@dataclass(frozen=True)
class Order:
    """Everything that was looked up, under the asker's rights, before the first byte is written."""

    export_id: uuid.UUID
    agency_id: uuid.UUID
    cover: Cover
    checkpoint: str
    previous: str | None
    walled: frozenset[str]
    policy: str


@dataclass
class Exporter:
    """Makes exports; `sessions` and `url` are of role `export`."""

    settings: Settings
    url: URL
    engine: AsyncEngine
    signer: SignerClient
    sessions: Sessions = field(init=False)
    waiting: dict[uuid.UUID, float] = field(default_factory=dict)
    """When this process first saw an export wait for its checkpoint (monotonic seconds)."""

    def __post_init__(self) -> None:
        self.sessions = make_sessions(self.engine)

    async def make_all(self) -> int:
        """Make what was asked for and can be made; gives how many were made."""
        asked = select(Export.id, Export.agency_id).where(Export.state == ExportState.ASKED)
        async with self.sessions() as tx:
            orders = (await tx.execute(asked.order_by(Export.created_at).limit(50))).all()
        made = 0
        for export_id, agency_id in orders:
            async with self._claimed(export_id) as mine:
                if mine:
                    made += await self.make(export_id, agency_id)
        return made

    async def make(self, export_id: uuid.UUID, agency_id: uuid.UUID) -> bool:
        """Make one export that this process has claimed; False where it has to wait or failed."""
        try:
            order = await self._prepare(export_id, agency_id)
            digest, file_digest, size = await asyncio.to_thread(self._write, order, asyncio.get_running_loop())
        except NotYet as waits:
            return await self._wait_or_give_up(export_id, agency_id, waits.what)
        except Hopeless as failed:
            return await self._fail(export_id, agency_id, failed.why)
        except DomainError as failed:  # too large, incomplete, or a checkpoint that is none
            return await self._fail(export_id, agency_id, type(failed).slug())
        except ValueError as failed:  # tiles and checkpoints that do not fit each other: someone changed them
            log.error("export.unfit", agency=str(agency_id), exc_info=failed)
            return await self._fail(export_id, agency_id, "record-damaged")
        self.waiting.pop(export_id, None)
        return await self._finish(order, digest, file_digest, size)

    @asynccontextmanager
    async def _claimed(self, export_id: uuid.UUID) -> AsyncIterator[bool]:
        """A lock that lasts as long as this process and holds no transaction open meanwhile."""
        async with self.engine.connect() as connection:
            claim = await connection.execution_options(isolation_level="AUTOCOMMIT")
            mine = bool(await claim.scalar(CLAIM, {"export": str(export_id)}))
            try:
                yield mine
            finally:
                if mine:
                    await claim.execute(RELEASE, {"export": str(export_id)})

    # --- looking up -------------------------------------------------------------------------------------------------

    async def _prepare(self, export_id: uuid.UUID, agency_id: uuid.UUID) -> Order:
        """Raises NotYet or Hopeless."""
        async with self.sessions.begin() as tx:
            await speak_for(tx, agency_id)
            export = await tx.get(Export, export_id)
            if export is None or export.state is not ExportState.ASKED:
                raise NotYet("taken")
            asker = await _asker(tx, export.asked_by)
            if not may_export(asker):
                raise Hopeless("right")
            end = (await tx.execute(UNDER, {"agency": agency_id, "event": export.asked_event_id})).one_or_none()
            if end is None:
                raise NotYet("checkpoint")
            previous = None
            if export.since_size:
                previous = await tx.scalar(CHECKPOINT, {"agency": agency_id, "size": export.since_size})
                if previous is None:
                    raise Hopeless("since-size")
            cover = Cover(
                origin=await origin_of(tx, agency_id),
                start=export.since_size,
                end=end.size,
                profile=Profile(export.profile.value),
                purpose=export.purpose,
                role=exporting_office(asker),
                made_at=datetime.now(UTC),
            )
            walled = await _walled(tx, asker)
        return Order(export_id, agency_id, cover, end.note, previous, walled, await self._policy(agency_id))

    async def _policy(self, agency_id: uuid.UUID) -> str:
        if await self.signer.ask(ask="health") is None:
            raise NotYet("signer")
        try:
            return read_policy(self.settings.policies_folder, agency_id)
        except KeysMissing:
            raise NotYet("keys") from None

    # --- writing, in a thread of its own ----------------------------------------------------------------------------

    def _write(self, order: Order, loop: asyncio.AbstractEventLoop) -> tuple[str, bytes, int]:
        """The manifest's digest in hex, the file's digest and size in bytes. Raises NotYet, RecordIncomplete."""

        def sign(note_text: str) -> str:
            digest = b64decode(note_text.splitlines()[2])
            asked = asyncio.run_coroutine_threadsafe(self.signer.export_note(order.agency_id, digest), loop)
            note = asked.result()
            if note is None:
                raise NotYet("signer")
            return note

        path = file_of(self.settings.exports_folder, order.export_id)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o750)
        part = path.with_suffix(".part")
        engine = create_engine(self.url, pool_size=1, max_overflow=0)
        try:
            reader = RecordReader(engine, order.agency_id)
            cover = order.cover
            contents = Contents(
                checkpoint=order.checkpoint,
                previous=order.previous,
                find_tile=reader.tile,
                leaves=reader.leaves(cover.first_leaf, cover.end),
                blocks=reader.shown(cover.start, cover.end, order.walled),
                policy=order.policy,
            )
            with part.open("wb+") as file:
                digest = write_bundle(file, cover, contents, sign=sign, words=words_in("en"))
                file.flush()
                os.fsync(file.fileno())
                file.seek(0)
                file_digest = hashlib.file_digest(file, "sha256").digest()
            part.replace(path)
            return digest, file_digest, path.stat().st_size
        finally:
            part.unlink(missing_ok=True)
            engine.dispose()

    # --- the end of it ----------------------------------------------------------------------------------------------

    async def _finish(self, order: Order, digest: str, file_digest: bytes, size: int) -> bool:
        cover, now = order.cover, datetime.now(UTC)
        async with self.sessions.begin() as tx:
            await speak_for(tx, order.agency_id)
            done = await tx.execute(
                _still_asked(order.export_id).values(
                    state=ExportState.MADE,
                    size=cover.end,
                    bytes_total=size,
                    digest=bytes.fromhex(digest),
                    file_sha256=file_digest,
                    made_at=now,
                    expires_at=now + KEPT,
                )
            )
            if not done.rowcount:  # type: ignore[attr-defined]
                return False
            record(
                tx,
                "export.made",
                ("export", order.export_id),
                profile=cover.profile,
                purpose=cover.purpose,
                digest=digest,
                **{"from": cover.start, "to": cover.end},  # type: ignore[arg-type]
            )
        log.info("export.made", agency=str(order.agency_id), size=cover.end)
        return True

    async def _wait_or_give_up(self, export_id: uuid.UUID, agency_id: uuid.UUID, what: str) -> bool:
        since = self.waiting.setdefault(export_id, time.monotonic())
        if time.monotonic() - since > UNSIGNED_SECONDS:
            return await self._fail(export_id, agency_id, f"no-{what}")
        return False

    async def _fail(self, export_id: uuid.UUID, agency_id: uuid.UUID, why: str) -> bool:
        async with self.sessions.begin() as tx:
            await speak_for(tx, agency_id)
            await tx.execute(_still_asked(export_id).values(state=ExportState.FAILED, failed_because=why))
            record(tx, "export.failed", ("export", export_id), out="failed", code=why, why=why)
        self.waiting.pop(export_id, None)
        log.error("export.failed", agency=str(agency_id), what=why)
        return False


def _still_asked(export_id: uuid.UUID) -> Update:
    return update(Export).where(Export.id == export_id, Export.state == ExportState.ASKED)


async def _asker(tx: AsyncSession, account_id: uuid.UUID) -> Actor:
    """The asker as they are now; someone whose account ended holds no office."""
    columns = (Account.id, Account.agency_id, Account.pseudonym, Account.name, Account.officer_id, Account.disabled_at)
    account = (await tx.execute(select(*columns).where(Account.id == account_id))).one()
    held = select(AccountRole.role).where(AccountRole.account_id == account_id, AccountRole.ended_at.is_(None))
    roles = frozenset() if account.disabled_at else frozenset(await tx.scalars(held))
    return Actor(account.id, account.agency_id, account.pseudonym, account.name, roles, account.officer_id)


async def _walled(tx: AsyncSession, asker: Actor) -> frozenset[str]:
    """Ids of the cases on whose wall the asker is, of their incidents and of the reports about those."""
    pairs = (await tx.execute(walled_incidents(asker))).all()
    incidents = {incident for _, incident in pairs}
    reports = await tx.scalars(reports_about(incidents))
    return frozenset(str(each) for each in (*(case for case, _ in pairs), *incidents, *reports))


def sweep(folder: Path) -> int:
    """Delete files of exports that were kept long enough, and parts that a killed process left; gives how many."""
    oldest = time.time() - KEPT.total_seconds()
    old = [path for path in folder.glob("*") if path.suffix in (".zip", ".part") and path.stat().st_mtime < oldest]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
