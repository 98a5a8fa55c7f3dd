"""What the benches share: a server of their own with durable settings, agencies with people, two web workers."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.actor import Role
from app.agencies.actions import AgencyFacts, add_officer, make_agency
from app.agencies.keeping import Rate
from app.agencies.models import Account, AccountRole, Rank
from app.agencies.rates import MOST, set_rate
from app.agencies.schemas import OfficerIn
from app.agencies.tokens import Tokens
from app.db.embedded import Server
from app.demo.run import environment_of
from app.jobs.installation import app_sessions, install
from app.settings import Settings, read_secrets

PORT = 8377
AGENCIES = 20
REPORTERS = (16, 2)
"""Of the first agency, which also files alone, and of each other: more who file than clients, as in life."""
PRODUCT = "app.main:server"
START_SECONDS = 120
"""A second on an idle machine."""
TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Reporter:
    account_id: uuid.UUID
    names: tuple[uuid.UUID, uuid.UUID]
    """Two officers whom nobody else names: reports of one event wait for each other, and these are of many."""


@dataclass(frozen=True)
class Cast:
    agency_id: uuid.UUID
    commander_id: uuid.UUID
    reporters: tuple[Reporter, ...]


@dataclass(frozen=True)
class Stage:
    settings: Settings
    folder: Path
    casts: tuple[Cast, ...]

    @property
    def url(self) -> URL:
        return make_url(self.settings.database_url)

    @property
    def postmaster(self) -> int:
        """Process id of the server."""
        return int((self.folder / "pg" / "cluster" / "postmaster.pid").read_text().split()[0])

    def token(self, cast: Cast, account_id: uuid.UUID) -> str:
        tokens = Tokens.load(self.settings.base_url, read_secrets(self.settings.secrets_folder).token_keys)
        return tokens.issue(str(account_id), str(cast.agency_id), datetime.now(UTC), 10)[0]


def alone(measure: Callable[[Stage], None]) -> None:
    """Run one bench on a stage of its own."""
    with stage() as found:
        measure(found)


@contextmanager
def stage() -> Iterator[Stage]:
    with tempfile.TemporaryDirectory(prefix="upb-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        with Server.start(folder / "pg") as server:
            settings = Settings(
                database_url=server.url("bench"), data=folder / "data", mode="demo", base_url="http://127.0.0.1"
            )
            install(settings)
            yield Stage(settings, folder, asyncio.run(_make_casts(settings)))


@contextmanager
def web(stage: Stage, factory: str = PRODUCT) -> Iterator[int]:
    """Two web workers as users run them, by the id of their parent.

    `factory` is another application, for what the product has no switch for.
    """
    command = ["app.cli", "serve", "--port", str(PORT), "--workers", "2"]
    if factory != PRODUCT:
        command = ["uvicorn", factory, "--factory", "--port", str(PORT), "--workers", "2", "--no-access-log"]
    with process(stage, *command) as running:
        ends = time.monotonic() + START_SECONDS
        while not is_ready(PORT):
            if time.monotonic() > ends:
                sys.exit(f"The web workers did not start in {START_SECONDS} seconds; see {stage.settings.data}.")
            time.sleep(0.2)
        yield running.pid


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return True
    except OSError:
        return False


@contextmanager
def process(stage: Stage, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m <command>` with this stage's settings while the block runs."""
    environment = {**os.environ, **environment_of(stage.settings)}
    with (stage.settings.data / f"{command[0]}.log").open("ab") as log:
        running = subprocess.Popen([sys.executable, "-m", *command], env=environment, stdout=log, stderr=log)
    try:
        yield running
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(20)


def cpu_seconds(pid: int) -> float:
    """Processor time of a process, of all that it started and of those that have ended; 0 where there is no /proc."""
    used, parents = {}, {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        number = int(path.parent.name)
        parents[number], used[number] = int(fields[1]), sum(map(int, fields[11:15]))
    family = {pid}
    while grown := {child for child, parent in parents.items() if parent in family} - family:
        family |= grown
    return sum(used.get(number, 0) for number in family) / TICKS_A_SECOND


async def _make_casts(settings: Settings) -> tuple[Cast, ...]:
    casts = []
    async with app_sessions(settings) as sessions:
        for number in range(AGENCIES):
            async with sessions.begin() as tx:
                casts.append(await _make_cast(tx, settings, number))
    return tuple(casts)


async def _make_cast(tx: AsyncSession, settings: Settings, number: int) -> Cast:
    facts = AgencyFacts(
        f"Bench {number}", f"bench-{number}", f"BN{number:07}", "CO", "America/Denver", date(2020, 1, 1)
    )
    agency = await make_agency(tx, facts, settings.log_origin)
    for what in Rate:
        await set_rate(tx, agency.id, what, MOST)
    sergeant = await _add_officer(tx, agency.id, 0, None)
    await _add_account(tx, agency.id, Role.SUPERVISOR, sergeant)
    commander_id = await _add_account(tx, agency.id, Role.COMMANDER, None)
    reporters = []
    for place in range(REPORTERS[0] if number == 0 else REPORTERS[1]):
        own, first, second = [await _add_officer(tx, agency.id, 1 + place * 3 + n, sergeant) for n in range(3)]
        reporters.append(Reporter(await _add_account(tx, agency.id, Role.OFFICER, own), (first, second)))
    return Cast(agency.id, commander_id, tuple(reporters))


async def _add_officer(
    tx: AsyncSession, agency_id: uuid.UUID, badge: int, supervisor_id: uuid.UUID | None
) -> uuid.UUID:
    rank = Rank.OFFICER if supervisor_id else Rank.SERGEANT
    entry = OfficerIn(badge=str(badge), name=f"Officer {badge}", rank=rank, supervisor_id=supervisor_id)
    return (await add_officer(tx, agency_id, entry)).officer_id


async def _add_account(tx: AsyncSession, agency_id: uuid.UUID, role: Role, officer_id: uuid.UUID | None) -> uuid.UUID:
    email = f"{uuid.uuid4()}@x.example"
    account = Account(agency_id=agency_id, email=email, name="x", password_hash="x", officer_id=officer_id)
    tx.add(account)
    await tx.flush()
    tx.add(AccountRole(agency_id=agency_id, account_id=account.id, role=role))
    return account.id
