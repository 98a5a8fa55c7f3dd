"""Keys of the logs: secret ones in the signer's own folder, public ones as policy files that everyone may read.

Each log has three Ed25519 keys, for checkpoints, exports and promises. The web process reads policy files alone.
"""

from __future__ import annotations

import os
import uuid
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from app.audit.cover import export_key_name
from app.audit.notes import BadKey, PublicKey, SecretKey
from app.audit.promises import promise_key_name
from app.audit.tlog import EMPTY_ROOT


class KeysMissing(Exception):
    """The keys of a log are not where they belong; the message says what to do."""


class KeysLost(Exception):
    """A log that was signed before has no keys here: new ones would be another log's."""


@dataclass(frozen=True)
class LogKeys:
    """The secret keys of one log; two for checkpoints while one follows the other."""

    log: tuple[SecretKey, ...]
    export: SecretKey
    promise: SecretKey

    @property
    def public(self) -> list[PublicKey]:
        return [key.public for key in (*self.log, self.export, self.promise)]


def load_keys(folder: Path, agency_id: uuid.UUID, origin: str) -> LogKeys:
    """Read the secret keys of a log. Raises KeysMissing where one is absent, damaged or of another log."""
    place = folder / str(agency_id)
    try:
        log = tuple(_read_key(path, origin) for path in sorted(place.glob("log*.key")))
        export = _read_key(place / "export.key", export_key_name(origin))
        promise = _read_key(place / "promise.key", promise_key_name(origin))
    except (OSError, ValueError, BadKey) as error:
        raise KeysMissing(f"The keys of {origin} in {place} cannot be used: {error}") from error
    if not log:
        raise KeysMissing(f"There is no log key of {origin} in {place}.")
    return LogKeys(log, export, promise)


def make_signer_folder(folder: Path) -> None:
    """The group may come in, for the socket lies there; keys and state are folders that only the signer opens."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o750)


def _read_key(path: Path, name: str) -> SecretKey:
    key = SecretKey.from_skey(path.read_text().strip())
    if key.name != name:
        raise ValueError(f"{path.name} is a key of {key.name}")
    return key


def make_log_keys(signer_folder: Path, policies: Path, agency_id: uuid.UUID, origin: str, *, is_signed: bool) -> bool:
    """Make the keys of a log that has none, its empty last-signed state and its policy file; says whether it did.

    `is_signed`: the log has checkpoints already. Raises KeysLost then, instead of making keys that would fork it.
    """
    keys, state = signer_folder / "keys", signer_folder / "state"
    make_signer_folder(signer_folder)
    for folder in (keys, state):
        folder.mkdir(exist_ok=True, mode=0o700)
    place = keys / str(agency_id)
    if place.exists():
        publish(policies, agency_id, origin, load_keys(keys, agency_id, origin))
        return False
    if is_signed:
        raise KeysLost(f"{origin} was signed before, but its keys are not in {keys}. Restore them from their backup.")
    write_state_file(
        state / f"{agency_id}.json",
        f'{{"frontier":[],"note":null,"root":"{b64encode(EMPTY_ROOT).decode()}","size":0}}',
    )
    made = LogKeys(
        (SecretKey.create(origin),),
        SecretKey.create(export_key_name(origin)),
        SecretKey.create(promise_key_name(origin)),
    )
    whole = place.with_name(f".{agency_id}.{os.getpid()}")
    whole.mkdir(mode=0o700)
    for name, key in (("log", made.log[0]), ("export", made.export), ("promise", made.promise)):
        _write(whole / f"{name}.key", key.skey + "\n", 0o600)
    whole.rename(place)
    _settle(keys)
    publish(policies, agency_id, origin, made)
    return True


# --- policy files ---------------------------------------------------------------------------------------------------


def policy_text(origin: str, keys: list[PublicKey]) -> str:
    """A C2SP tlog-policy with the keys of one log. No witness outside the agency is named yet, and it says so."""
    lines = [
        f"# Keys of the log {origin}: checkpoints, exports, promises.",
        *(f"log {key.vkey}" for key in keys),
        "# No witness is named, so no quorum is asked for.",
        "quorum none",
    ]
    return "\n".join(lines) + "\n"


def publish(policies: Path, agency_id: uuid.UUID, origin: str, keys: LogKeys) -> None:
    """Write the policy file of a log, unless there is one: a board may have named its witnesses in it."""
    policies.mkdir(parents=True, exist_ok=True)
    path = policies / f"{agency_id}.txt"
    if not path.exists():
        _replace(path, policy_text(origin, keys.public), 0o644)


def read_policy(policies: Path, agency_id: uuid.UUID) -> str:
    """The policy file of a log. Raises KeysMissing."""
    try:
        return (policies / f"{agency_id}.txt").read_text()
    except OSError as error:
        raise KeysMissing("This log has no keys yet. Run `upstander keys make`.") from error


def keys_in(policy: str, name: str) -> list[PublicKey]:
    """The keys of that name in the `log` lines of a policy. Raises BadKey where a line is no key."""
    lines = [line.split() for line in policy.splitlines()]
    keys = [PublicKey.from_vkey(words[1]) for words in lines if len(words) > 1 and words[0] == "log"]
    return [key for key in keys if key.name == name]


# --- files that are whole or not there ------------------------------------------------------------------------------


def write_state_file(path: Path, text: str) -> None:
    """Put a file in place in one step, on the disk before this returns."""
    _replace(path, text, 0o600)
    _settle(path.parent)


def _replace(path: Path, text: str, mode: int) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    _write(part, text, mode)
    part.replace(path)


def _write(path: Path, text: str, mode: int) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """Make the names in a folder durable, not only the files."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
