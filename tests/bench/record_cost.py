"""What the record costs: filing as it is beside filing without entries.

The product has no such switch. The server here is started on an application of the bench's own, in which nothing is
made, hashed or appended; receipts are still written, with a leaf of the usual length.
"""

from __future__ import annotations

from collections import defaultdict

from fastapi import FastAPI
from sqlalchemy.orm import Session

from app import main
from app.audit import log
from app.audit.entries import Entry
from app.db.direct import Statement
from tests.bench.filing import file_for, warm_up
from tests.bench.stage import PRODUCT, Stage, alone, web

SECONDS = 5
CLIENTS = 32


def unrecorded() -> FastAPI:
    """The product's application without its record."""

    def nothing(session: Session, lines: list[log.Line]) -> list[Statement]:
        session.info["entries"] = defaultdict(lambda: Entry(b"x" * 258, ("", "", "", "")))
        return []

    log._append = nothing
    return main.server()


def measure(stage: Stage) -> None:
    rates = {}
    for factory in (PRODUCT, "tests.bench.record_cost:unrecorded"):
        with web(stage, factory):
            warm_up(stage, stage.casts)
            rates[factory] = file_for(stage, stage.casts, CLIENTS, SECONDS)
    with_record, without = rates.values()
    print(
        f"cost of the record, 20 agencies, {CLIENTS} clients: filing {with_record.rate:.0f}/s, without entries"
        f" {without.rate:.0f}/s: {1 - with_record.rate / without.rate:.0%} of the work"
        f"{with_record.told(201)}{without.told(201)}"
    )


if __name__ == "__main__":
    alone(measure)
