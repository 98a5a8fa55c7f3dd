"""Where published vectors and real incidents lie: beside the project, never inside it."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PROJECT = Path(__file__).resolve().parent.parent


def shared_folder() -> Path | None:
    """`UPSTANDER_SHARED`, else `../shared` beside the project; None where there is no such folder."""
    folder = Path(os.environ.get("UPSTANDER_SHARED") or PROJECT.parent / "shared")
    return folder if folder.is_dir() else None


needs_shared = pytest.mark.skipif(
    shared_folder() is None, reason="the shared folder (UPSTANDER_SHARED or ../shared) is not at hand"
)


@cache
def shared_vectors(name: str) -> Any:
    """A file of published vectors, such as `rfc6962/inclusion.json`, for tests marked `needs_shared`."""
    folder = shared_folder()
    assert folder is not None
    return json.loads((folder / "vectors" / name).read_text(encoding="utf-8"))
