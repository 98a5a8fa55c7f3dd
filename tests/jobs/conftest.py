"""An installation: a database of its own and the folder with its secrets, as `upstander migrate` leaves them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from tests.database import ORIGIN, Database

Run = Callable[..., Result]


@pytest.fixture
def installation(own_database: Database) -> Database:
    folder = own_database.settings().secrets_folder
    (folder / "token").mkdir(parents=True, mode=0o700)
    kept = {name: secret for name, secret in vars(own_database.secrets).items() if isinstance(secret, str)}
    kept["token/test.pem"] = next(iter(own_database.secrets.token_keys.values()))
    for name, secret in kept.items():
        (folder / name).touch(mode=0o600)
        (folder / name).write_text(secret)
    folder.chmod(0o700)
    return own_database


@pytest.fixture
def run(installation: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in the installation; settings by name."""
    settings = installation.settings()

    def command(*arguments: str, **changes: str) -> Result:
        named = {
            "database_url": settings.database_url,
            "data": str(settings.data),
            "mode": "test",
            "role_prefix": settings.role_prefix,
            "log_origin": ORIGIN,
            "base_url": "https://ia.example.test",
            **changes,
        }
        for name, value in named.items():
            monkeypatch.setenv(f"UPSTANDER_{name.upper()}", value)
        return CliRunner().invoke(app, arguments)

    return command
