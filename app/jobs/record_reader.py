"""Reads the record for an export, in ranges of the index: short queries, flat memory, no transaction held open."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

import structlog
from sqlalchemy import Engine, Row, TextClause, text

from app.audit.bundle import RecordIncomplete
from app.db.session import SET_AGENCY
from app.oversight.rules import is_withheld

AT_ONCE = 2_000

TILE = text("SELECT hashes FROM audit.tile WHERE agency_id = :agency AND level = :level AND n = :n")
LEAVES = text("""
    SELECT x.idx, e.leaf FROM audit.entry x
    LEFT JOIN audit.event e ON e.event_id = x.event_id AND e.agency_id = :agency
    WHERE x.agency_id = :agency AND x.idx >= :first AND x.idx < :end ORDER BY x.idx
""")
BLOCKS = text("""
    SELECT x.idx, array_agg(b.text ORDER BY b.name COLLATE "C") AS texts, array_agg(b.case_id) AS case_ids
    FROM audit.entry x JOIN audit.block b ON b.event_id = x.event_id AND b.agency_id = :agency
    WHERE x.agency_id = :agency AND x.idx >= :first AND x.idx < :end GROUP BY x.idx ORDER BY x.idx
""")

log = structlog.get_logger()


class RecordReader:
    """One agency's log, as `write_bundle` asks for it."""

    def __init__(self, engine: Engine, agency_id: uuid.UUID) -> None:
        self._engine = engine
        self._agency_id = agency_id

    def tile(self, level: int, n: int) -> bytes:
        found = self._read(TILE, level=level, n=n)
        return bytes(found[0].hashes) if found else b""

    def leaves(self, first: int, end: int) -> Iterator[bytes]:
        """Raises RecordIncomplete where an entry has no event."""
        for rows in self._ranges(LEAVES, first, end):
            for row in rows:
                if row.leaf is None:
                    raise RecordIncomplete
                yield bytes(row.leaf)

    def shown(self, start: int, end: int, walled: frozenset[str]) -> Iterator[tuple[int, Sequence[str]]]:
        """Index and block texts of the entries that this reader sees. A block that is gone is gone from its entry."""
        for rows in self._ranges(BLOCKS, start, end):
            for row in rows:
                texts = [bytes(one).decode("utf-8", "replace") for one in row.texts]
                if len(texts) != 4:
                    log.error("export.block_missing", agency=str(self._agency_id), count=row.idx)
                if not is_withheld(texts, row.case_ids, walled):
                    yield row.idx, texts

    def _ranges(self, query: TextClause, first: int, end: int) -> Iterator[Sequence[Row[Any]]]:
        for at in range(first, end, AT_ONCE):
            yield self._read(query, first=at, end=min(at + AT_ONCE, end))

    def _read(self, query: TextClause, **values: int) -> Sequence[Row[Any]]:
        with self._engine.begin() as tx:
            tx.execute(SET_AGENCY, {"agency": str(self._agency_id)})
            return tx.execute(query, {"agency": self._agency_id, **values}).all()
