"""What `make run` brings up: a working agency that anyone can sign in to, and whose record anyone can check."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.faults.serving import free_port
from tests.incidents.samples import FORM, HEADER
from tests.shared import PROJECT
from tests.world import fresh_key


def start(data: Path, port: int, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "app.cli", "demo", "--port", str(port), "--data", str(data), *more]
    settings = {name: value for name, value in os.environ.items() if not name.startswith("UPSTANDER_")}
    return subprocess.Popen(
        command,
        cwd=PROJECT,
        env={**settings, "PYTHONPATH": str(PROJECT), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def running(data: Path, port: int, *more: str) -> Iterator[str]:
    """A demo that is ready, and what it said until then; Ctrl-C ends it."""
    said = []
    with start(data, port, *more) as demo:
        assert demo.stdout is not None
        try:
            for line in demo.stdout:
                said.append(line)
                if line.startswith("Press Ctrl-C"):
                    break
            yield "".join(said)
        finally:
            demo.send_signal(signal.SIGINT)
    assert demo.returncode == 0, "".join(said)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """What a demo with an agency's own force forms said, and its data folder; started once for all tests here."""
    folder = tmp_path_factory.mktemp("demo")
    folder.chmod(0o755)
    forms = folder / "forms.csv"
    forms.write_text("".join(",".join(row) + "\n" for row in (HEADER, [FORM.get(name, "") for name in HEADER])))
    with running(folder / "data", free_port(), "--incidents", str(forms)) as said:
        yield said, folder / "data"


class Caller:
    """Somebody of the demo, signed in at its API with what `demo.json` says."""

    def __init__(self, known: dict[str, Any], role: str) -> None:
        account = next(account for account in known["accounts"] if account["role"] == role)
        form = {"grant_type": "password", "username": account["email"], "password": account["password"]}
        self.base = known["base_url"]
        token = httpx2.post(f"{self.base}/v1/auth/token", data=form).raise_for_status().json()["access_token"]
        self.headers = {"Authorization": f"Bearer {token}"}

    def content(self, path: str) -> bytes:
        return httpx2.get(self.base + path, headers=self.headers).raise_for_status().content

    def get(self, path: str) -> Any:
        return json.loads(self.content(path))

    def post(self, path: str, body: Any) -> Any:
        headers = {**self.headers, "Idempotency-Key": fresh_key()}
        return httpx2.post(self.base + path, json=body, headers=headers).raise_for_status().json()


def known_of(data: Path) -> dict[str, Any]:
    return dict(json.loads((data / "demo.json").read_text()))


class TestTheStart:
    """It says where to look and who may sign in, and claims nothing of real forms."""

    def test_it_says_where_to_look_and_who_may_sign_in(self, demo: tuple[str, Path]) -> None:
        said, data = demo
        known = known_of(data)
        assert set(known) == {"base_url", "accounts", "verify_args"}
        assert all(set(account) == {"role", "email", "password", "name"} for account in known["accounts"])
        assert f"Upstander is ready: {known['base_url']}  (its people, reports and findings are made up)" in said
        assert all(account["email"] in said and account["name"] in said for account in known["accounts"])

    def test_real_forms_are_loaded_beside_the_made_up_cases(self, demo: tuple[str, Path]) -> None:
        said, _ = demo
        assert "1 form of 1 incident imported" in said
        assert "The incidents of this file are not made up; nothing in them says that anyone did wrong." in said


class TestAFirstWalk:
    """The first of each role in the list are those whom the walk needs."""

    def test_the_first_officer_files_and_the_first_supervisor_finds_it(self, demo: tuple[str, Path]) -> None:
        known = known_of(demo[1])
        officer, supervisor = Caller(known, "officer"), Caller(known, "supervisor")
        before = {case["id"] for case in supervisor.get("/v1/cases?limit=100")["cases"]}
        assert before
        officers = {each["name"]: each["officer_id"] for each in officer.get("/v1/officers")["officers"]}
        officer.post("/v1/reports", report(officers["Officer Tom Bauer"]))
        after = {case["id"] for case in supervisor.get("/v1/cases?limit=100")["cases"]}
        assert len(after - before) == 1

    def test_the_board_checks_an_export_with_the_arguments_that_stand_there(
        self, demo: tuple[str, Path], tmp_path: Path
    ) -> None:
        known = known_of(demo[1])
        board = Caller(known, "oversight")
        asked = board.post("/v1/audit/exports", {"purpose": "periodic_review"})
        ends = time.monotonic() + 60
        while board.get(f"/v1/audit/exports/{asked['id']}")["state"] == "asked":
            assert time.monotonic() < ends, "the export was not made in time"
            time.sleep(0.2)
        (tmp_path / "bundle.zip").write_bytes(board.content(f"/v1/audit/exports/{asked['id']}/content"))
        checked = subprocess.run(
            [sys.executable, "-I", PROJECT / "app/verify.py", "check", "bundle.zip", *known["verify_args"]],
            cwd=tmp_path,
            capture_output=True,
            text=True,
        )
        assert checked.returncode == 0, checked.stdout
        assert checked.stdout.splitlines()[-1].startswith("VERIFIED")
        assert "failure to intervene: sustained" in checked.stdout


class TestRefusals:
    """What keeps it from starting is one plain sentence."""

    def test_a_port_that_is_taken(self, tmp_path: Path) -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            other.listen()
            port = other.getsockname()[1]
            said, code = ended(start(tmp_path / "data", port))
        assert (code, said) == (1, f"Port {port} is taken. Choose another: make run PORT=8001 DATA=var2\n")

    def test_forms_that_are_not_there(self, tmp_path: Path) -> None:
        said, code = ended(start(tmp_path / "data", free_port(), "--incidents", "nowhere.csv"))
        assert (code, said) == (1, "There is no file nowhere.csv.\n")


def ended(demo: subprocess.Popen[str]) -> tuple[str, int]:
    with demo:
        said, _ = demo.communicate(timeout=60)
    return said, demo.returncode


def report(striker: str) -> dict[str, Any]:
    return {
        "mode": "named",
        "statement_class": "duty_report",
        "warning": "duty-1",
        "incident": {
            "occurred_at": (datetime.now(UTC) - timedelta(days=300)).isoformat(),
            "precision": "minute",
            "place": "Nowhere Lane 3",
        },
        "officers": [{"officer_id": striker, "role": "used_force", "force": ["punch"]}],
        "harmed": [{"description": "a man", "injuries": ["none"], "resistance": ["none"]}],
        "own_view": {"saw": "all", "vantage": "beside the car"},
        "own_acts": {"intervened": "tried", "means": ["verbal"], "acts": "Told him to stop.", "worked": "no"},
        "aid": "called",
        "cameras": [],
        "notified": [{"who": "Dispatch"}],
        "fears_retaliation": False,
        "narrative": "He struck a man who did not resist.",
        "declares_accuracy": True,
    }
