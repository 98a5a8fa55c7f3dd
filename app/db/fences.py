"""Row security and grants of a table, made in the migration that makes the table (S11).

A migration that ran with these functions must run the same for ever: add parameters, never change what they mean.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.db.roles import Roles

CONTEXT = "(SELECT nullif(current_setting('app.agency_id', true), '')::uuid)"
"""The agency that the transaction speaks for; NULL, so nothing, where it speaks for none. In brackets: once a query."""


def roles_of(op: Any) -> Roles:
    """The database roles of the installation that is being migrated."""
    roles: Roles = op.get_context().config.attributes["roles"]
    return roles


def fence_tables(
    op: Any,
    tables: Iterable[str],
    *,
    append_only: Iterable[str] = (),
    deletable: Iterable[str] = (),
    key: str = "agency_id",
) -> None:
    """FORCE row security per agency, and what `app` may do: never DDL, no delete but where listed."""
    roles, fixed, passing = roles_of(op), set(append_only), set(deletable)
    for table in tables:
        op.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')
        op.execute(f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY')
        op.execute(f'CREATE POLICY agency ON "{table}" USING ({key} = {CONTEXT}) WITH CHECK ({key} = {CONTEXT})')
        may = ["SELECT", "INSERT"]
        may += ["UPDATE"] if table not in fixed else []
        may += ["DELETE"] if table in passing else []
        op.execute(f'GRANT {", ".join(may)} ON "{table}" TO {roles.app}')


def run_sql(op: Any, sql: str) -> None:
    """Statements with the role names filled in, separated by lines of `--;`."""
    roles = roles_of(op)
    for statement in sql.split("--;"):
        if statement.strip():
            op.get_bind().exec_driver_sql(roles.fill(statement).replace("%", "%%"))
