"""Real PostgreSQL for the tests: the embedded server, or a superuser's `UPSTANDER_TEST_DATABASE_URL`.

Every worker has a migrated template of its own; what a test tampers with is a copy of it. Tests speak as the app role.
"""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url

from app.agencies.token_keys import new_token_key
from app.db.embedded import Server
from app.db.migrate import migrate, prepare
from app.db.roles import Roles
from app.settings import Secrets, Settings

ORIGIN = "audit.example.test/ia"


@dataclass(frozen=True)
class Database:
    """One migrated database with its roles and the folder of its installation."""

    admin_url: URL
    roles: Roles
    secrets: Secrets
    folder: Path

    @property
    def name(self) -> str:
        return str(self.admin_url.database)

    def settings(self, **changes: object) -> Settings:
        values: dict[str, object] = {
            "database_url": self.admin_url.render_as_string(hide_password=False),
            "data": self.folder,
            "mode": "test",
            "role_prefix": self.roles.prefix,
            "log_origin": ORIGIN,
            "base_url": "http://upstander.test",
            "tick_seconds": 0.05,
            "beat_seconds": 0.2,
        }
        return Settings(**{**values, **changes})  # type: ignore[arg-type]

    def sql(self, statement: str, **values: object) -> list[tuple[object, ...]]:
        """Run a statement as superuser, past every fence; rows, if it gives any."""
        engine = create_engine(self.admin_url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                result = connection.execute(text(statement), values)
                return [tuple(row) for row in result] if result.returns_rows else []
        finally:
            engine.dispose()


@contextmanager
def database_server(worker: str) -> Iterator[tuple[URL, Roles]]:
    """A superuser's URL, and roles that no installation on the same server has."""
    outside = os.environ.get("UPSTANDER_TEST_DATABASE_URL")
    roles = Roles(f"ut_{secrets.token_hex(4)}_{worker}")
    if outside:
        yield make_url(outside).set(drivername="postgresql+psycopg"), roles
        return
    with tempfile.TemporaryDirectory(prefix="upt-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        with Server.start(Path(folder) / "pg", durable=False) as server:
            yield make_url(server.url("postgres")), roles


@contextmanager
def fresh_database(url: URL, roles: Roles, folder: Path, template: Database | None = None) -> Iterator[Database]:
    """A migrated database, dropped afterwards; a copy of `template` where one is given."""
    name = f"{roles.prefix}_{secrets.token_hex(4)}"
    target = url.set(database=name)
    folder.mkdir(parents=True, exist_ok=True)
    if template is None:
        kept = Secrets(*(secrets.token_urlsafe(48) for _ in range(6)), token_keys={"test": new_token_key()})
        prepare(target, roles, _passwords(kept))
        migrate(target, roles, ORIGIN)
    else:
        kept = template.secrets
        _admin(url, f'CREATE DATABASE "{name}" TEMPLATE "{template.name}"')
    try:
        yield Database(target, roles, kept, folder)
    finally:
        _admin(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def drop_roles(url: URL, roles: Roles) -> None:
    for role in (roles.app, roles.log, roles.signer, roles.export, roles.owner):
        _admin(url, f"DROP ROLE IF EXISTS {role}")


def _passwords(kept: Secrets) -> dict[str, str]:
    return {
        "app": kept.app_password,
        "log": kept.log_password,
        "signer": kept.signer_password,
        "export": kept.export_password,
    }


def _admin(url: URL, statement: str) -> None:
    engine = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
