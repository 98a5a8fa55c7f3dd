"""The verifier as a stranger runs it: one copied file, an empty folder, a separate process without rights."""

from __future__ import annotations

import importlib.util
import json
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.verify.builder import Files, zipped

SOURCE = Path(__file__).resolve().parents[2] / "app" / "verify.py"


@dataclass
class Answer:
    status: int
    text: str
    told: dict[str, Any] = field(default_factory=dict)

    def lines(self, says: str) -> list[str]:
        return [line["what"] for line in self.told["lines"] if line["says"] == says]

    def entries(self) -> list[int]:
        """The entries that failures name."""
        return [line["entry"] for line in self.told["lines"] if line["says"] == "failed" and line["entry"] is not None]


@cache
def stranger() -> tuple[str, dict[str, Any]]:
    """An interpreter and, where we are root, the user without rights who can run it; else ourselves."""
    if os.geteuid() != 0:
        return sys.executable, {}
    nobody = pwd.getpwnam("nobody")
    rights = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    for python in (sys.executable, "/usr/bin/python3", "/usr/local/bin/python3"):
        try:
            subprocess.run([python, "-I", "-c", "import json"], cwd="/", check=True, **rights)
        except (OSError, subprocess.CalledProcessError):
            continue
        return python, rights
    return sys.executable, {}


class Desk:
    """A folder that holds the verifier and what it is given; nothing of the project can be reached by import."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copy(SOURCE, folder / "verify.py")
        self.python, self.rights = stranger()
        if self.rights:
            os.chown(folder, self.rights["user"], self.rights["group"])

    def put(self, name: str, content: bytes | Files) -> str:
        path = self.folder / name
        path.write_bytes(zipped(content) if isinstance(content, dict) else content)
        path.chmod(0o644)
        return name

    def run(self, *words: str) -> Answer:
        done = subprocess.run(
            [self.python, "-I", "verify.py", *words],
            cwd=self.folder,
            env={"LANG": "C"},
            capture_output=True,
            text=True,
            timeout=120,
            **self.rights,
        )
        assert done.stderr == "" or done.stderr.startswith("usage:"), done.stderr
        return Answer(done.returncode, done.stdout)

    def shell(self, script: str) -> str:
        """What a shell script leaves on standard error."""
        words = ["/bin/sh", script]
        return subprocess.run(
            words, cwd=self.folder, stderr=subprocess.PIPE, text=True, timeout=60, **self.rights
        ).stderr

    def ask(self, *words: str) -> Answer:
        answer = self.run(*words, "--json")
        answer.told = json.loads(answer.text)
        assert answer.status == {"verified": 0, "refuted": 1, "undecided": 2}[answer.told["verdict"]]
        return answer

    def check(self, bundle: bytes | Files, policy: bytes, *, state: bool = False) -> Answer:
        self.put("bundle.zip", bundle)
        self.put("policy", policy)
        return self.ask("check", "bundle.zip", "--policy", "policy", *(("--state", "state.json") if state else ()))


@pytest.fixture
def desk() -> Iterator[Desk]:
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    folder.chmod(0o755)
    yield Desk(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def verify() -> ModuleType:
    """The verifier's functions, loaded from the file as it lies there."""
    spec = importlib.util.spec_from_file_location("the_outsiders_verifier", SOURCE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
