"""PostgreSQL alone, by pgbench: what the same rows cost without us."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from sqlalchemy.engine import URL

from app.db.embedded import program_folders

TABLES = """
DROP SCHEMA IF EXISTS yard CASCADE; CREATE SCHEMA yard;
CREATE TABLE yard.report (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), agency int, content text, at timestamptz);
CREATE TABLE yard.child (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), report uuid, kind int, said text);
CREATE INDEX ON yard.child (report);
CREATE TABLE yard.entry (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), leaf bytea, said text);
"""
SCRIPT = "\n".join(
    [
        "\\set agency random(1, 20)",
        "BEGIN;",
        "INSERT INTO yard.report (agency, content, at) VALUES (:agency, repeat('abcdefgh', 250), now());",
        *["INSERT INTO yard.child (report, kind, said) VALUES (gen_random_uuid(), 1, repeat('x', 150));"] * 8,
        *["INSERT INTO yard.entry (leaf, said) VALUES (sha256('x'), repeat('y', 500));"] * 3,
        "COMMIT;",
        "",
    ]
)


COMMIT = "INSERT INTO yard.entry (leaf, said) VALUES (sha256('x'), repeat('y', 500));\n"


def transactions_a_second(url: URL, folder: Path, clients: int, seconds: int) -> float:
    """The rows of one report as twelve single inserts in one transaction."""
    return _pgbench(SCRIPT, url, folder, clients, seconds)


def commits_a_second(url: URL, folder: Path, clients: int, seconds: int) -> float:
    """One row, one commit."""
    return _pgbench(COMMIT, url, folder, clients, seconds)


def _pgbench(what: str, url: URL, folder: Path, clients: int, seconds: int) -> float:
    """Pgbench's own figure, prepared statements, durable settings of the server as they are."""
    programs = next(folder for folder in program_folders() if (folder / "pgbench").exists())
    environment = {"PGPASSWORD": str(url.password), "PGHOST": str(url.query["host"]), "PGUSER": str(url.username)}
    script = folder / "yardstick.sql"
    script.write_text(what)
    database = str(url.database)
    subprocess.run([programs / "psql", "-qc", TABLES, database], env=environment, check=True, capture_output=True)
    done = subprocess.run(
        [str(programs / "pgbench"), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
        + ["-T", str(seconds), "-f", str(script), database],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    found = re.search(r"tps = ([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found.group(1))
