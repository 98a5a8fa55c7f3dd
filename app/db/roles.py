"""Database roles: who may do what in PostgreSQL. Made by a superuser before the first migration.

owner owns every table and runs migrations; app serves people; log numbers the record; signer reads it and adds
checkpoints; export reads what exports need. None bypasses row security, none but owner may change a table.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True)
class Roles:
    prefix: str

    @property
    def owner(self) -> str:
        return f"{self.prefix}_owner"

    @property
    def app(self) -> str:
        return f"{self.prefix}_app"

    @property
    def log(self) -> str:
        return f"{self.prefix}_log"

    @property
    def signer(self) -> str:
        return f"{self.prefix}_signer"

    @property
    def export(self) -> str:
        return f"{self.prefix}_export"

    def fill(self, sql: str) -> str:
        """Put the role names into `{owner}`, `{app}`, `{log}`, `{signer}` and `{export}` of a migration's SQL."""
        names = ("owner", "app", "log", "signer", "export")
        for name in names:
            sql = sql.replace("{" + name + "}", getattr(self, name))
        return sql


LIMITS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION"


def make_roles(connection: Connection, roles: Roles, passwords: dict[str, str]) -> None:
    """Create the roles that are missing and set their passwords (keyed app, log, signer, export). Needs CREATEROLE.

    The connected role becomes a member of owner, so that it can hand tables over and migrate as owner.
    """
    _make_role(connection, roles.owner, f"NOLOGIN {LIMITS}")
    connection.execute(text(f"GRANT {roles.owner} TO CURRENT_USER"))
    for name, password in passwords.items():
        role = getattr(roles, name)
        _make_role(connection, role, f"LOGIN {LIMITS}")
        quoted = password.replace("'", "''")
        connection.execute(text(f"ALTER ROLE {role} PASSWORD '{quoted}'".replace(":", r"\:")))


def _make_role(connection: Connection, role: str, options: str) -> None:
    if not connection.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}):
        connection.execute(text(f"CREATE ROLE {role} {options}"))
