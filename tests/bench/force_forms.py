"""Importing real force forms, everything on, beside a bare COPY of the rows it leaves, in the same run."""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from datetime import date
from io import BytesIO
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from app.agencies.actions import AgencyFacts, make_agency
from app.cases.force_forms import import_force_forms
from app.db.embedded import Server
from app.db.session import speak_for
from app.incidents.force_forms import read_forms
from app.incidents.mapping import new_jersey
from app.incidents.scenes import Gathered, gather
from app.jobs.installation import app_sessions, install
from app.settings import Settings
from tests.incidents.samples import real_incidents
from tests.shared import shared_folder

COPIES = (1, 8)
"""The file once, and eight times under other numbers: does the rate hold?"""
TABLES = (
    "public.officer",
    "public.posting",
    "public.incident",
    "public.force_form",
    "public.presence",
    "public.form_conflict",
    "audit.event",
    "audit.block",
    "audit.pending",
)


def main() -> None:
    if shared_folder() is None:
        sys.exit("importing force forms: skipped, the shared folder (UPSTANDER_SHARED or ../shared) is not at hand")
    with tempfile.TemporaryDirectory(prefix="upb-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with Server.start(Path(folder) / "pg") as server:
            settings = Settings(database_url=server.url("bench"), data=Path(folder) / "data", mode="demo")
            install(settings)
            print("importing force forms, everything on; yardstick: COPY of the rows it leaves, indexes and all")
            for number, copies in enumerate(COPIES):
                asyncio.run(measure(settings, number, real_incidents().read_bytes(), copies))


async def measure(settings: Settings, number: int, content: bytes, copies: int) -> None:
    header, _, rows = content.partition(b"\n")
    many = header + b"\n" + b"".join(rows.replace(b"NJ-", b"NJ%d-" % copy) for copy in range(copies))
    begun = time.perf_counter()
    found = gather(read_forms(BytesIO(many), new_jersey(), today=date(2026, 1, 1)))
    read = time.perf_counter() - begun
    written, again, bare = await import_twice(settings, number, found)
    print(
        f"  {found.forms:>6,} forms: read {found.forms / read:7,.0f}/s  imported {found.forms / written:6,.0f}/s  "
        f"seen again {found.forms / again:6,.0f}/s  COPY {found.forms / bare:7,.0f}/s  share {bare / written:.2f}"
    )


async def import_twice(settings: Settings, number: int, found: Gathered) -> tuple[float, float, float]:
    """Seconds for the import, for the same file again, and for a bare COPY of what it left."""
    facts = AgencyFacts(
        f"Bench {number}", f"bench-{number}", f"BN{number:07}", "NJ", "America/New_York", date(2020, 1, 1)
    )
    seconds = []
    async with app_sessions(settings) as sessions:
        async with sessions.begin() as tx:
            agency = await make_agency(tx, facts, settings.log_origin)
        for _ in range(2):
            begun = time.perf_counter()
            async with sessions.begin() as tx:
                await speak_for(tx, agency.id)
                await import_force_forms(tx, agency, found.scenes, file_sha256="00" * 32)
            seconds.append(time.perf_counter() - begun)
    return seconds[0], seconds[1], bare_copy(settings, str(agency.id))


def bare_copy(settings: Settings, agency_id: str) -> float:
    url = make_url(settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        rows = {}
        connection.execute("CREATE SCHEMA yard")
        for table in TABLES:
            query = f"COPY (SELECT * FROM {table} WHERE agency_id = '{agency_id}') TO STDOUT"
            with connection.cursor().copy(query) as out:
                rows[table] = b"".join(bytes(piece) for piece in out)
            connection.execute(f"CREATE TABLE yard.{table.partition('.')[2]} (LIKE {table} INCLUDING INDEXES)")
        connection.commit()
        begun = time.perf_counter()
        for table, content in rows.items():
            with connection.cursor().copy(f"COPY yard.{table.partition('.')[2]} FROM STDIN") as into:
                into.write(content)
        connection.commit()
        seconds = time.perf_counter() - begun
        connection.execute("DROP SCHEMA yard CASCADE")
        connection.commit()
    return seconds


if __name__ == "__main__":
    main()
