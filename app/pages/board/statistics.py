"""The agency in figures, a year at a time: what may be told of it, and in words what may not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.doors import holds
from app.http.route import Act, Transaction
from app.oversight.rules import sees_each
from app.oversight.schemas import Figure, FindingFigures, ReportFigures, StageFigures
from app.oversight.statistics import InTime, Stage, count_findings, count_reports, count_stages, years_for
from app.pages import labels
from app.pages.charts import Bar, Chart
from app.pages.shell import OpenPage, Page, open_page
from app.words import N_

router = APIRouter(route_class=Act, include_in_schema=False, dependencies=[Depends(open_page)])
Reader = Annotated[Actor, holds(Right.STATISTICS, page=True)]
NOT_SHOWN = N_("not shown")
STAGES = {
    Stage.TRIAGE: N_("Waiting or in triage"),
    Stage.INVESTIGATION: N_("Under investigation"),
    Stage.DECISION: N_("Findings and discipline"),
    Stage.BOARD: N_("With the oversight board"),
    Stage.CLOSED: N_("Closed, appeals included"),
    Stage.SCREENED_OUT: N_("Screened out"),
}
IN_TIME = {
    InTime.IN_TIME: N_("Filed in time"),
    InTime.LATE: N_("Filed late"),
    InTime.UNDATED: N_("Without a due date"),
    InTime.LATE_OR_UNDATED: N_("Filed late, or without a due date"),
}


@dataclass(frozen=True)
class Share:
    """A part of a whole, both of them shown."""

    count: int
    of: int
    is_of_dated: bool

    @property
    def percent(self) -> int:
        return round(100 * self.count / self.of)


@router.get("/statistics")
async def figures(request: Request, page: OpenPage, actor: Reader, tx: Transaction) -> Response:
    """Headline figures with their denominators, and each table with its chart."""
    years = await years_for(tx, actor)
    asked = request.query_params.get("year", "")
    year = next((each for each in years if str(each.number) == asked), years[0] if years else None)
    if year is None:
        return page.show("board/statistics.html", year=None)
    reports = await count_reports(tx, actor, year)
    stages = await count_stages(tx, actor, year)
    findings = await count_findings(tx, actor, year)
    return page.show(
        "board/statistics.html",
        year=year,
        years=[each.number for each in years],
        has_all_years=sees_each(actor),
        reports=reports,
        stages=stages,
        findings=findings,
        in_time=share_in_time(reports),
        charts=_charts(page, reports, stages, findings),
        stage_names=STAGES,
    )


def share_in_time(reports: ReportFigures) -> Share | None:
    """Of the reports with a due date, where both parts are shown; else of all that were filed."""
    parts = {part.code: part.count for part in reports.parts}
    in_time, late = parts.get(InTime.IN_TIME), parts.get(InTime.LATE)
    if in_time is None or reports.total is None:
        return None
    if late is not None:
        return Share(in_time, in_time + late, is_of_dated=True)
    return Share(in_time, reports.total, is_of_dated=False)


def _charts(page: Page, reports: ReportFigures, stages: StageFigures, findings: FindingFigures) -> dict[str, Any]:
    by_duty = [Figure(code=line.duty, count=line.count) for line in findings.duties]
    return {
        "reports": _chart(page, "reports", N_("Reports filed"), reports.total, IN_TIME, reports.parts),
        "stages": _chart(page, "stages", N_("Cases by stage"), stages.total, STAGES, stages.parts),
        "duties": _chart(page, "duties", N_("Findings by duty"), findings.total, labels.DUTIES, by_duty),
        "dispositions": [
            _chart(page, line.duty, labels.DUTIES[line.duty], line.count, labels.DISPOSITIONS, line.dispositions)
            for line in findings.duties
            if line.dispositions is not None
        ],
    }


def _chart(
    page: Page, name: str, title: str, total: int | None, words: Mapping[Any, str], figures: Iterable[Figure]
) -> Chart | None:
    """None where not even the total may be shown."""
    if total is None:
        return None
    bars = [
        Bar(page.t(words[each.code]), page.t(NOT_SHOWN) if each.count is None else str(each.count), each.count)
        for each in figures
    ]
    return Chart(f"chart-{name}", page.t(title), total, bars)
