"""What the doctor asks of the record: keys and signer state of each log; whether tree, checkpoints, queue agree."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import Any

from sqlalchemy import text

from app.audit.keys import KeysMissing, load_keys, read_policy
from app.audit.last_signed import StateLost, read_state
from app.audit.signer_client import SignerClient
from app.db.session import SET_AGENCY
from app.jobs.doctor import Finding, connected, fail, ok, warn
from app.settings import Secrets, Settings

ANSWER_SECONDS = 3.0
LOGS = text("SELECT agency_id, origin FROM audit.log ORDER BY opened_at, origin")
STATE = text("""
    SELECT h.size,
        (SELECT count(*) FROM audit.entry e WHERE e.agency_id = h.agency_id AND e.idx >= h.size) AS beyond,
        (SELECT max(e.idx) + 1 FROM audit.entry e WHERE e.agency_id = h.agency_id) AS numbered,
        (SELECT max(c.size) FROM audit.checkpoint c WHERE c.agency_id = h.agency_id) AS signed,
        (
            SELECT count(*) FROM audit.pending p JOIN audit.event v USING (event_id)
            WHERE p.agency_id = h.agency_id AND v.stored_at < clock_timestamp() - interval '1 minute'
        ) AS waiting
    FROM audit.head h WHERE h.agency_id = :agency
""")


def of_record(settings: Settings, secrets: Secrets) -> Iterator[Finding]:
    if asyncio.run(SignerClient(settings.signer_socket, ANSWER_SECONDS).ask(ask="health")) is None:
        yield warn("The signer does not answer.", "Start `upstander signer`: without it nothing is signed.")
    else:
        yield ok("The signer answers.")
    with connected(settings, "signer", secrets.signer_password) as connection:
        logs = connection.execute(LOGS).all()
        yield ok(f"{len(logs)} logs are open.") if logs else fail("No log is open.", "Run `upstander migrate`.")
        for agency_id, origin in logs:
            connection.execute(SET_AGENCY, {"agency": str(agency_id)})
            found = connection.execute(STATE, {"agency": agency_id}).one_or_none()
            if found is None:
                yield fail(f"{origin} has no tree.", "Restore the database from a backup, and tell the board.")
                continue
            problems = [*_tree(origin, found), *_keys(settings, agency_id, origin, found.size)]
            yield from problems or [ok(f"{origin}: {found.size} entries are numbered, {found.signed or 0} signed.")]


def _tree(origin: str, found: Any) -> Iterator[Finding]:
    if found.beyond or (found.numbered or 0) != found.size:
        yield fail(f"{origin}: the tree and its entries do not agree.", "Keep everything as it is, and tell the board.")
    if (found.signed or 0) > found.size:
        yield fail(f"{origin}: more was signed than there is.", "The database is older than its checkpoints: restore.")
    if found.waiting:
        yield warn(f"{origin}: {found.waiting} entries wait longer than a minute.", "Start `upstander worker`.")


def _keys(settings: Settings, agency_id: Any, origin: str, size: int) -> Iterator[Finding]:
    """Public keys always; secret ones and the last-signed state only where this user may see them."""
    try:
        read_policy(settings.policies_folder, agency_id)
    except KeysMissing as missing:
        yield fail(f"{origin}: {missing}", "")
        return
    if not os.access(settings.signer_folder / "keys", os.R_OK | os.X_OK):
        yield warn(f"{origin}: its keys cannot be looked at.", "Run the doctor as the user of the signer too.")
        return
    try:
        load_keys(settings.signer_folder / "keys", agency_id, origin)
        last = read_state(settings.signer_folder / "state", agency_id)
    except KeysMissing as missing:
        yield fail(str(missing), "Restore them from their backup; `upstander keys make` only makes keys of new logs.")
    except StateLost:
        yield fail(
            f"{origin}: the signer's last-signed state is lost.", "Restore it from its backup; nothing is signed."
        )
    else:
        if last.size > size:
            yield fail(
                f"{origin}: the signer has signed {last.size} entries and the database holds {size}.",
                "The database was set back: restore a newer backup, and tell the board.",
            )
