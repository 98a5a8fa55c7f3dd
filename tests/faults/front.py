"""The front as a real process: Debian's nginx with the configuration of docker/front, before whatever is asked for."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.faults.serving import free_port
from tests.shared import PROJECT

PATIENCE = 2
"""Seconds that a slow sender gets in a test; ten of them in an installation."""


def nginx_path() -> str:
    found = os.environ.get("UPSTANDER_NGINX") or shutil.which("nginx")
    if not found:
        pytest.skip("no nginx: set UPSTANDER_NGINX or put nginx on PATH")
    return found


@dataclass
class Front:
    """Where it listens, and what it wrote to its log."""

    port: int
    log: Path

    def say_all(self, each: list[bytes]) -> list[bytes]:
        """Send requests at once, each over a connection of its own."""
        with ThreadPoolExecutor(len(each)) as threads:
            return list(threads.map(self.say, each))

    def say(self, sent: bytes, *, seconds: float = 20) -> bytes:
        """Send bytes as they are; all that comes back until the front closes the connection."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", self.port)) as plain, context.wrap_socket(plain) as safe:
            safe.settimeout(seconds)
            answer = b""
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                safe.sendall(sent)
                while more := safe.recv(65536):
                    answer += more
        return answer


@contextlib.contextmanager
def front(product_port: int, folder: Path) -> Iterator[Front]:
    """Nginx before a port of this machine, with other addresses and less patience than in an installation."""
    port = free_port()
    _write_certificate(folder)
    told = (PROJECT / "docker" / "front" / "nginx.conf").read_text()
    for before, after in {
        "/tmp/": f"{folder}/",
        "/dev/stdout": f"{folder}/access.log",
        "server web:8000;": f"server 127.0.0.1:{product_port};",
        "listen 8443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/run/secrets/": f"{folder}/",
        "worker_processes auto;": "worker_processes 1;",
        "_header_timeout 10s;": f"_header_timeout {PATIENCE}s;",
        "_body_timeout 10s;": f"_body_timeout {PATIENCE}s;",
    }.items():
        assert before in told, before
        told = told.replace(before, after)
    configuration = folder / "front.conf"
    configuration.write_text(told)
    command = [nginx_path(), "-e", "stderr", "-p", str(folder), "-c", str(configuration)]
    with (folder / "error.log").open("w") as errors:
        running = subprocess.Popen(command, stderr=errors)
    try:
        _wait(port, running)
        yield Front(port, folder / "access.log")
    finally:
        running.terminate()
        running.wait(20)


def _wait(port: int, running: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        assert running.poll() is None, "nginx ended at its start"
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise AssertionError("nginx did not listen")


def _write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "front.test")])
    at = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    form = serialization.PrivateFormat.PKCS8
    (folder / "tls_key").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, plain))
    (folder / "tls_certificate").write_bytes(made.public_bytes(serialization.Encoding.PEM))


@dataclass
class Listener:
    """Stands in the product's place and keeps, byte for byte, what the front lets through."""

    port: int
    heard: list[bytes] = field(default_factory=list)

    def take(self) -> bytes:
        """What was heard since the last asking."""
        heard, self.heard = b"".join(self.heard), []
        return heard


@contextlib.contextmanager
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Listener(server.getsockname()[1])
        threading.Thread(target=_listen, args=(server, found), daemon=True).start()
        yield found


def _listen(server: socket.socket, found: Listener) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_answer, args=(connection, found), daemon=True).start()


def _answer(connection: socket.socket, found: Listener) -> None:
    with contextlib.suppress(OSError), connection:
        while heard := connection.recv(2_000_000):
            found.heard.append(heard)
            if b"\r\n\r\n" in heard:
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
