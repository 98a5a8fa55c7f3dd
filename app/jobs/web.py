"""The web process: uvicorn with the settings that the application relies on."""

from __future__ import annotations

import uvicorn

KEEP_ALIVE_SECONDS = 20
DRAIN_SECONDS = 10


def serve_web(host: str, port: int, workers: int, forwarded_by: str = "") -> None:
    """Serve until told to stop. Log lines are the application's own; the server header tells nothing.

    `forwarded_by`: addresses of the proxy in front, by commas; only its word on who sends a request is taken.
    """
    uvicorn.run(
        "app.main:server",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        proxy_headers=bool(forwarded_by),
        forwarded_allow_ips=forwarded_by,
    )
