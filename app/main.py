"""The server's handle: `uvicorn app.main:server --factory`. Nothing happens at import."""

from __future__ import annotations

import sys

from fastapi import FastAPI

from app.api.app import create_app
from app.api.logs import write_logs
from app.settings import SecretsMissing, Settings, read_secrets


def server() -> FastAPI:
    """The application of this process; ends with one plain sentence where it may not start (S58)."""
    settings = Settings()
    write_logs()
    try:
        return create_app(settings, read_secrets(settings.secrets_folder))
    except SecretsMissing as missing:
        sys.exit(str(missing))
