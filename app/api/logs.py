"""Structured logs: one JSON line an event, allow-listed members only (S53)."""

from __future__ import annotations

import logging
import sys
from typing import Any

import structlog

ALLOWED = frozenset(
    {
        "event",
        "level",
        "timestamp",
        "request_id",
        "method",
        "route",
        "status",
        "ms",
        "error",
        "exception",
        "sqlstate",
        "agency",
        "size",
        "count",
        "process",
        "what",
    }
)


def _only_allowed(logger: Any, name: str, members: structlog.typing.EventDict) -> structlog.typing.EventDict:
    return {key: value for key, value in members.items() if key in ALLOWED}


def _where_only(logger: Any, name: str, members: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """An exception is told by its type and the places it passed, never by its text, which may hold input."""
    error = members.pop("exc_info", None)
    if isinstance(error, BaseException):
        places, trace = [], error.__traceback__
        while trace is not None:
            places.append(f"{trace.tb_frame.f_code.co_filename.rsplit('/app/', 1)[-1]}:{trace.tb_lineno}")
            trace = trace.tb_next
        members["exception"] = places[-12:]
    return members


def write_logs(level: int = logging.INFO) -> None:
    """Send all of the house's events to standard error as JSON lines."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _where_only,
            _only_allowed,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
    )
