"""Many cases at once: copies of one that was filed through the API, made past every fence, for what only sums tell."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from app.reports.models import Report
from tests.database import Database
from tests.world import World, file_case

COPY = """
    WITH made AS MATERIALIZED (
        SELECT gen_random_uuid() AS incident, gen_random_uuid() AS "case", gen_random_uuid() AS report,
               gen_random_uuid() AS allegation, gen_random_uuid() AS finding
        FROM generate_series(1, :many)
    ), i AS (
        INSERT INTO incident SELECT (jsonb_populate_record(x, jsonb_build_object('id', made.incident))).*
        FROM incident x, made WHERE x.id = :incident
    ), r AS (
        INSERT INTO report (COLUMNS) SELECT COLUMNS FROM (SELECT (jsonb_populate_record(x, jsonb_build_object(
            'id', made.report, 'incident_id', made.incident, 'locator', made.report::text,
            'filed_at', CAST(:at AS timestamptz), 'due_at', CAST(:due AS timestamptz)))).*
        FROM report x, made WHERE x.id = :report) copies
    ), c AS (
        INSERT INTO "case" SELECT (jsonb_populate_record(x, jsonb_build_object(
            'id', made."case", 'incident_id', made.incident, 'number', NULL,
            'created_at', CAST(:at AS timestamptz)))).*
        FROM "case" x, made WHERE x.id = :case
    ), e AS (
        INSERT INTO case_event (agency_id, case_id, kind, at, facts)
        SELECT :agency, made."case", s.kind, CAST(:at AS timestamptz) + s.days * interval '1 day',
               jsonb_build_object('after', s.after)
        FROM made, unnest(CAST(:kinds AS text[]), CAST(:days AS float8[]), CAST(:afters AS text[]))
            WITH ORDINALITY AS s (kind, days, after, n)
        ORDER BY made."case", s.n
    ), a AS (
        INSERT INTO allegation (id, agency_id, case_id, officer_id, duty, basis, provision_id, opened_by, created_at)
        SELECT made.allegation, :agency, made."case", :officer, :duty, 'x', 'US-CO', :account, CAST(:at AS timestamptz)
        FROM made WHERE :duty IS NOT NULL
    ), f AS (
        INSERT INTO finding (id, agency_id, allegation_id, revision, state, disposition, proof, rationale, provision_id,
                             evidence, proposed_by, salt, version, created_at)
        SELECT made.finding, :agency, made.allegation, 1, 'approved', :disposition, 'preponderance', 'x', 'US-CO',
               '[]', :account, 'x', 1, CAST(:at AS timestamptz)
        FROM made WHERE :duty IS NOT NULL
    )
    INSERT INTO approval (id, agency_id, finding_id, approves, reason, given_by, created_at)
    SELECT gen_random_uuid(), :agency, made.finding, true, 'x', :account, CAST(:at AS timestamptz)
    FROM made WHERE :duty IS NOT NULL
""".replace("COLUMNS", ", ".join(column.key for column in Report.__table__.columns if column.computed is None))
Steps = Iterable[tuple[str, float, str | None]]
MADE: Steps = (("case.made", 0, None),)


async def crowd(
    world: World,
    many: int,
    *,
    at: datetime,
    due: timedelta | None = timedelta(days=10),
    steps: Steps = MADE,
    found: tuple[str, str] | None = None,
    pattern: dict[str, Any] | None = None,
) -> None:
    """`many` cases with a report each, filed `at`; `steps` as (kind, days after it, state entered if it is told).

    `found`: duty and disposition of a finding approved `at`, one in each. `pattern`: the filing that is copied.
    """
    filed = pattern or await first_case(world)
    kinds, days, afters = zip(*steps, strict=True)
    copy(
        world.database,
        many=many,
        agency=world.agency.id,
        incident=filed["incident_id"],
        report=filed["id"],
        case=filed["case_id"],
        at=at,
        due=at + due if due is not None else None,
        kinds=list(kinds),
        days=list(days),
        afters=list(afters),
        officer=world.striker.officer_id,
        account=world.commander.account_id,
        duty=found[0] if found else None,
        disposition=found[1] if found else None,
    )


def copy(database: Database, **values: Any) -> None:
    typed = COPY
    for name in ("duty", "disposition"):
        typed = typed.replace(f":{name}", f"CAST(:{name} AS text)")
    for name in ("agency", "officer", "account", "incident", "report", "case"):
        typed = typed.replace(f":{name},", f"CAST(:{name} AS uuid),")
    database.sql(typed, **values)


async def first_case(world: World) -> dict[str, Any]:
    """The one case of the world that copies are made of, walled off from nobody who reads figures."""
    rows = world.database.sql(
        'SELECT r.id, c.id, r.incident_id FROM report r JOIN "case" c USING (incident_id) '
        "WHERE r.agency_id = :agency ORDER BY r.created_at LIMIT 1",
        agency=world.agency.id,
    )
    if rows:
        return dict(zip(("id", "case_id", "incident_id"), map(str, rows[0]), strict=True))
    return await file_case(world)
