"""Filing a report, everything on, as a share of pgbench's rate on rows of the same shape in the same run."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from app.access.actor import Role
from app.agencies.actions import AgencyFacts, add_officer, make_agency
from app.agencies.models import Account, AccountRole, Rank
from app.agencies.schemas import OfficerIn
from app.agencies.tokens import Tokens
from app.db.embedded import Server
from app.demo.run import environment_of
from app.jobs.installation import app_sessions, install
from app.settings import Settings, read_secrets
from tests.bench import load
from tests.bench.yardstick import transactions_a_second

PORT = 8377
SECONDS = 6
CLIENTS = (1, 8, 32)
AGENCIES = 20


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="upb-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with Server.start(Path(folder) / "pg") as server:
            settings = Settings(
                database_url=server.url("bench"), data=Path(folder) / "data", mode="demo", base_url="http://127.0.0.1"
            )
            install(settings)
            people = asyncio.run(make_people(settings))
            with web(settings):
                measure(settings, people, Path(folder))


@contextmanager
def web(settings: Settings) -> Iterator[None]:
    """Two web workers as users run them."""
    environment = {**os.environ, **environment_of(settings)}
    command = [sys.executable, "-m", "app.cli", "serve", "--port", str(PORT), "--workers", "2"]
    with Path(settings.data / "web.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/readyz", timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


async def make_people(settings: Settings) -> list[dict[str, Any]]:
    """Agencies with a reporter, a supervisor and two others each, and tokens of the reporters."""
    people = []
    async with app_sessions(settings) as sessions:
        for number in range(AGENCIES):
            facts = AgencyFacts(
                f"Bench {number}",
                f"bench-{number}",
                f"BN{number:07}",
                "CO",
                "America/Denver",
                date(2020, 1, 1),
            )
            async with sessions.begin() as tx:
                agency = await make_agency(tx, facts, settings.log_origin)
                officers = []
                for badge, rank in (
                    ("1", Rank.SERGEANT),
                    ("2", Rank.OFFICER),
                    ("3", Rank.OFFICER),
                    ("4", Rank.OFFICER),
                ):
                    entry = OfficerIn(
                        badge=badge, name=f"Officer {badge}", rank=rank, supervisor_id=officers[0] if officers else None
                    )
                    officers.append((await add_officer(tx, agency.id, entry)).officer_id)
                accounts = []
                for officer_id, role in ((officers[0], Role.SUPERVISOR), (officers[1], Role.OFFICER)):
                    account = Account(
                        agency_id=agency.id,
                        email=f"{officer_id}@x.example",
                        name="x",
                        password_hash="x",
                        officer_id=officer_id,
                    )
                    tx.add(account)
                    await tx.flush()
                    tx.add(AccountRole(agency_id=agency.id, account_id=account.id, role=role))
                    accounts.append(account.id)
            people.append({"agency": agency.id, "reporter": accounts[1], "officers": officers})
    return people


def requests_of(settings: Settings, people: list[dict[str, Any]]) -> load.Request:
    tokens = Tokens.load(settings.base_url, read_secrets(settings.secrets_folder).token_keys)
    ready = []
    for person in people:
        token, _ = tokens.issue(str(person["reporter"]), str(person["agency"]), datetime.now(UTC), 10)
        ready.append((token, body_of(person)))
    run = datetime.now(UTC).timestamp()

    def request(number: int) -> bytes:
        token, body = ready[number % len(ready)]
        mine = body.replace(b"NUMBER", f"{run:.0f}-{number}".encode())
        return load.post("/v1/reports", token, f"bench-{run:.0f}-{number:012}", mine)

    return request


def body_of(person: dict[str, Any]) -> bytes:
    """About 4 KB of JSON, two officers named, one harmed."""
    happened = (datetime.now(UTC) - timedelta(hours=5)).isoformat()
    return json.dumps(
        {
            "statement_class": "duty_report",
            "warning": "duty-1",
            "incident": {"agency_number": "NUMBER", "occurred_at": happened, "place": "Alder Street"},
            "officers": [
                {"officer_id": str(person["officers"][2]), "role": "used_force", "force": ["punch"]},
                {"officer_id": str(person["officers"][3]), "role": "present"},
            ],
            "harmed": [{"description": "a man", "injuries": ["contusion"]}],
            "own_view": {"saw": "all", "vantage": "ten feet away"},
            "own_acts": {"intervened": "tried", "means": ["verbal"], "worked": "no"},
            "narrative": "He struck a man who lay on the ground. " * 80,
            "declares_accuracy": True,
        }
    ).encode()


def measure(settings: Settings, people: list[dict[str, Any]], folder: Path) -> None:
    url = make_url(settings.database_url)
    print("filing, everything on, 2 workers; yardstick: pgbench, 12 single inserts in one transaction")
    for many in (AGENCIES, 1):
        request = requests_of(settings, people[:many])
        asyncio.run(load.run(PORT, 8, 1.0, request))
        for clients in CLIENTS:
            request = requests_of(settings, people[:many])
            yard = transactions_a_second(url, folder, clients, 4)
            found = asyncio.run(load.run(PORT, clients, SECONDS, request))
            bad = {status: count for status, count in found.statuses.items() if status != 201}
            print(
                f"  {many:>2} agencies, {clients:>2} clients: {found.rate:7.0f}/s  p50 {found.percentile(0.5):6.1f} ms"
                f"  p95 {found.percentile(0.95):6.1f} ms  pgbench {yard:7.0f}/s  share {found.rate / yard:.2f}"
                + (f"  refused {bad}" if bad else "")
            )


if __name__ == "__main__":
    main()
