"""Figures over the API, by calendar year: no filter, no free window (S13)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from app.access.actor import Actor
from app.access.rights import Right
from app.agencies.doors import holds
from app.http.route import Act, Transaction
from app.oversight import statistics
from app.oversight.schemas import FindingFigures, ReportFigures, StageFigures

router = APIRouter(route_class=Act, prefix="/v1/statistics", tags=["statistics"])
Reader = Annotated[Actor, holds(Right.STATISTICS)]
AskedYear = Annotated[
    int | None,
    Query(ge=1970, le=9999, alias="year", description="a calendar year; without it, the newest you may ask for"),
]


@router.get("/reports")
async def read_report_figures(actor: Reader, tx: Transaction, asked: AskedYear = None) -> ReportFigures:
    """Reports filed in a year, and how many of them in time."""
    return await statistics.count_reports(tx, actor, await statistics.year_for(tx, actor, asked))


@router.get("/stages")
async def read_stage_figures(actor: Reader, tx: Transaction, asked: AskedYear = None) -> StageFigures:
    """Cases opened in a year by stage, and how long stages took."""
    return await statistics.count_stages(tx, actor, await statistics.year_for(tx, actor, asked))


@router.get("/findings")
async def read_finding_figures(actor: Reader, tx: Transaction, asked: AskedYear = None) -> FindingFigures:
    """Findings approved in a year, by duty and disposition."""
    return await statistics.count_findings(tx, actor, await statistics.year_for(tx, actor, asked))
