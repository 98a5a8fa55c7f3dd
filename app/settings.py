"""Every knob of the service, typed, with its unit and reason; made once in `main` or `cli` and passed down.

Secrets are files in one folder, one secret a file (S58). They have no defaults: a start without them is refused.
"""

from __future__ import annotations

import os
import secrets as random
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_FILES = {
    "app_password": "database password of the web process",
    "log_password": "database password of the process that numbers the record",
    "signer_password": "database password of the signer",
    "export_password": "database password of the process that makes exports",
    "draft_key": "seals drafts of reports",
    "cursor_key": "signs page cursors and form tokens",
}
MINIMUM_SECRET_CHARACTERS = 32


class SecretsMissing(Exception):
    """A secret file is absent, empty or too short; the message says which and how to make it."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="UPSTANDER_", frozen=True, extra="ignore")

    database_url: str = Field(
        "postgresql+psycopg:///upstander",
        description="server and database; a user in it is used by `migrate` alone, every process has its own role",
    )
    data: Path = Field(Path("var"), description="folder for what is no database: secrets, signer state, exports")
    mode: Literal["production", "demo", "test"] = "production"
    base_url: str = Field("http://127.0.0.1:8000", description="how people reach the pages; https outside a demo")
    role_prefix: str = Field("upstander", pattern="^[a-z][a-z0-9_]{0,30}$", description="database roles start with it")
    log_origin: str = Field(
        "upstander.invalid/ia", pattern=r"^[A-Za-z0-9./-]{3,60}$", description="agency logs are <this>/<agency slug>"
    )
    forwarded_by: str = Field(
        "", description="addresses of the proxy in front, whose X-Forwarded-For tells the source of a sign-in (S39)"
    )
    pool_size: int = Field(12, gt=0, le=200, description="connections of one web process")
    pool_wait_seconds: float = Field(3.0, gt=0, description="longer only hides a full pool")
    session_idle_minutes: int = Field(30, gt=0, le=30, description="S34")
    session_hours: int = Field(12, gt=0, le=12, description="S34")
    token_minutes: int = Field(10, gt=0, le=10, description="S37")
    body_bytes: int = Field(1024 * 1024, gt=0, description="JSON and forms (S41)")
    beat_seconds: float = Field(10.0, gt=0, le=60, description="how often the signer looks for something new (S27)")
    tick_seconds: float = Field(0.1, gt=0, le=5, description="how often the sequencer numbers what waits")
    promise_wait_seconds: float = Field(0.5, gt=0, le=5, description="then the receipt says: promise to follow")

    @property
    def secrets_folder(self) -> Path:
        return self.data / "secrets"

    @property
    def signer_folder(self) -> Path:
        return self.data / "signer"

    @property
    def signer_socket(self) -> Path:
        return self.signer_folder / "signer.sock"

    @property
    def policies_folder(self) -> Path:
        """Public keys of the logs as policy files; readable by every process."""
        return self.data / "policies"

    @property
    def exports_folder(self) -> Path:
        return self.data / "exports"

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


@dataclass(frozen=True)
class Secrets:
    """What may never stand in a setting, a log or a database."""

    app_password: str
    log_password: str
    signer_password: str
    export_password: str
    draft_key: str
    cursor_key: str
    token_keys: dict[str, str]
    """kid -> PEM of a P-256 private key; a kid says when its key was made (S37)."""


def read_secrets(folder: Path) -> Secrets:
    """Read all secret files. Raises SecretsMissing with a plain sentence (S58)."""
    values = {name: read_secret(folder, name) for name in SECRET_FILES}
    return Secrets(**values, token_keys=read_token_keys(folder))


def read_token_keys(folder: Path) -> dict[str, str]:
    """Kid -> PEM of every token key, for a process that reads them again. Raises SecretsMissing."""
    token_keys = {path.stem: path.read_text() for path in sorted((folder / "token").glob("*.pem"))}
    if not token_keys:
        raise SecretsMissing(f"No token key in {folder / 'token'}. Run `upstander keys make` to create one.")
    return token_keys


def read_secret(folder: Path, name: str) -> str:
    """One secret, for a process that needs no other. Raises SecretsMissing."""
    path = folder / name
    text = path.read_text().strip() if path.is_file() else ""
    if len(text) < MINIMUM_SECRET_CHARACTERS:
        raise SecretsMissing(
            f"The secret {path} ({SECRET_FILES[name]}) is missing or shorter than {MINIMUM_SECRET_CHARACTERS} "
            "characters. Run `upstander keys make` to create what is missing."
        )
    return text


def make_secrets(folder: Path, kid: str, token_key: str) -> list[str]:
    """Create the secret files that are missing, readable by the owner alone; says which were made.

    The token key is taken only where there is none.
    """
    (folder / "token").mkdir(parents=True, exist_ok=True, mode=0o700)
    made = [name for name in SECRET_FILES if not (folder / name).exists()]
    for name in made:
        _write_private(folder / name, random.token_urlsafe(48))
    if not any((folder / "token").glob("*.pem")):
        made.append("token")
        add_token_key(folder, kid, token_key)
    return made


def add_token_key(folder: Path, kid: str, token_key: str) -> None:
    _write_private(folder / "token" / f"{kid}.pem", token_key)


def drop_token_key(folder: Path, kid: str) -> None:
    (folder / "token" / f"{kid}.pem").unlink()


def _write_private(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
