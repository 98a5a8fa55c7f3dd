"""The demo as one group of processes: database, web, worker, signer; prints where to look and who may sign in."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import typer

from app.api.logs import write_logs
from app.db.embedded import Server
from app.demo.load import load_stories
from app.demo.people import AGENCIES, accounts_of, load_people
from app.jobs.force_forms import import_force_forms_file
from app.jobs.installation import app_sessions, install
from app.jobs.log_keys import make_missing_log_keys, policy_of
from app.jobs.refused import Refused
from app.settings import Settings, read_secrets

READY_SECONDS = 60
STOP_SECONDS = 15
DATABASE = "upstander"


def run_demo(port: int, data: Path, incidents: Path | None) -> int:
    """Serve until interrupted. Raises Refused with one sentence where it cannot start."""
    refuse_taken_port(port)
    write_logs(logging.WARNING)
    data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        say("Upstander demo: starting the database ...")
        settings = demo_settings(port, data, stack.enter_context(database(data)))
        install(settings)
        asyncio.run(prepare_demo(settings, data, incidents))
        stack.enter_context(processes(settings, port))
        wait_until_ready(port)
        tell_where(data)
        return wait_for_end()


def say(line: str) -> None:
    typer.echo(line, err=False)


def refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise Refused(f"Port {port} is taken. Choose another: make run PORT=8001 DATA=var2") from None


@contextmanager
def database(data: Path) -> Iterator[str]:
    """The URL of a server: the one of UPSTANDER_DATABASE_URL, or our own in the data folder."""
    given = Settings().database_url
    if "UPSTANDER_DATABASE_URL" in os.environ:  # noqa: TID251 - whether it was set at all is not a setting
        yield given
        return
    with Server.start(data / "postgres") as server:
        yield server.url(DATABASE)


def demo_settings(port: int, data: Path, url: str) -> Settings:
    return Settings(
        database_url=url,
        data=data,
        mode="demo",
        base_url=f"http://127.0.0.1:{port}",
        log_origin="demo.upstander.example/ia",
        beat_seconds=2.0,
    )


async def prepare_demo(settings: Settings, data: Path, incidents: Path | None) -> None:
    """Load the demo once; a second start finds it and goes on, also after a start that was cut off."""
    password = demo_password(data)
    async with app_sessions(settings) as sessions:
        if await load_people(sessions, settings, password):
            say("The demo agencies are made.")
    await load_stories(settings, read_secrets(settings.secrets_folder), say)
    await make_missing_log_keys(settings)
    policy = data / "policy.txt"
    policy.write_text(await policy_of(settings, AGENCIES[0][0].ori))
    known = {
        "base_url": settings.base_url,
        "accounts": accounts_of(password),
        "verify_args": ["--policy", str(policy)],
    }
    (data / "demo.json").write_text(json.dumps(known, indent=1) + "\n")
    if incidents is not None:
        await load_incidents(settings, incidents)


def demo_password(data: Path) -> str:
    """One password for all sign-ins of this demo, made at its first start."""
    file = data / "secrets" / "demo_password"
    if not file.exists():
        file.touch(0o600)
        file.write_text(secrets.token_urlsafe(15))
    return file.read_text()


async def load_incidents(settings: Settings, file: Path) -> None:
    """Real force forms beside the demo's own cases: scenes with rosters, and nobody accused of anything."""
    say(f"Loading the force forms of {file.name} ...")
    agency, _ = AGENCIES[0]
    if not await import_force_forms_file(settings, agency.ori, file, say=say):
        raise Refused(f"The demo did not start, because {file.name} does not fit.")
    say("The incidents of this file are not made up; nothing in them says that anyone did wrong.")


@contextmanager
def processes(settings: Settings, port: int) -> Iterator[None]:
    """Web, worker and signer as processes of their own; all are stopped by their id when the demo ends."""
    environment = {**os.environ, **environment_of(settings)}  # noqa: TID251 - handed on to our own processes
    log = (settings.data / "log.jsonl").open("ab")
    commands = (["serve", "--port", str(port)], ["worker"], ["signer"])
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "app.cli", *command],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches us alone; we then end each by its id
        )
        for command in commands
    ]
    try:
        yield
    finally:
        for process in running:
            process.send_signal(signal.SIGTERM)
        for process in running:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        log.close()


def environment_of(settings: Settings) -> dict[str, str]:
    """The settings as the environment that a child reads them from."""
    return {f"UPSTANDER_{name.upper()}": str(value) for name, value in settings.model_dump().items()}


def wait_until_ready(port: int) -> None:
    url, ends = f"http://127.0.0.1:{port}/readyz", time.monotonic() + READY_SECONDS
    while time.monotonic() < ends:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise Refused("The demo did not become ready; its log is log.jsonl in the data folder.")


def tell_where(data: Path) -> None:
    known = json.loads((data / "demo.json").read_text())
    say(f"\nUpstander is ready: {known['base_url']}  (its people, reports and findings are made up)")
    say(f"Sign-ins, also in {data / 'demo.json'}; the password of all of them is  {known['accounts'][0]['password']}\n")
    for account in known["accounts"]:
        say(f"  {account['role']:<22}{account['email']:<44}{account['name']}")
    say("\nPress Ctrl-C to stop.")


def wait_for_end() -> int:
    """Until SIGINT or SIGTERM."""
    ended: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda given, _frame: ended.append(given))
    while not ended:
        signal.pause()
    return 0
