"""A draft in hand: its answers opened, the way through the screens that arise from them, and how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.access.gate import Granted
from app.access.rights import Right
from app.agencies.actions import today_in
from app.agencies.doors import needs
from app.errors import NotFound
from app.pages.officer.answers import Answers, Told, Wrong, tell, tidy
from app.pages.officer.progress import Progress, progress
from app.pages.officer.questions import Screen
from app.pages.officer.scene import SceneRow, scene_of
from app.pages.officer.screens import BY_NAME, CHAPTERS, SCREENS, shown_to
from app.pages.shell import Page, go
from app.reports import actions as reports
from app.reports.models import Draft
from app.reports.rules import DRAFTS

Seen = Annotated[Granted[Draft], needs(Right.READ_REPORT, DRAFTS, "draft_id", page=True)]
Held = Annotated[Granted[Draft], needs(Right.FILE, DRAFTS, "draft_id", page=True)]

FIRST = SCREENS[0].name


@dataclass
class Work:
    page: Page
    tx: AsyncSession
    held: Granted[Draft]
    content: dict[str, Any]
    answers: Answers

    @classmethod
    def on(cls, page: Page, tx: AsyncSession, held: Granted[Draft]) -> Work:
        content = reports.read_draft(tx, held.record, key_of(page.request)).content
        return cls(page, tx, held, content, tidy(content))

    @property
    def at(self) -> str:
        return f"/file/{self.held.record.id}"

    async def save(self) -> None:
        """Keep the answers; what other programs wrote into the draft stays beside them."""
        self.content = {**self.content, "answers": self.answers}
        await reports.save_draft(self.tx, self.held, self.content, key_of(self.page.request))

    def tell(self) -> Told:
        return tell(self.answers, self.page.shown.zone)

    def progress(self) -> Progress:
        return progress(self.answers, self.tell(), self.at)

    def scene(self) -> list[SceneRow]:
        return scene_of(self.answers, self.tell().wrongs, self.at, self.page.t)

    def beside(self, name: str, by: int) -> str:
        """The screen before or after, of those that arise; the review comes last."""
        order = [*(screen.name for screen in shown_to(self.answers)), "review"]
        if name not in order:
            every = [screen.name for screen in SCREENS]
            later = [other for other in order[:-1] if every.index(other) > every.index(name)]
            order.insert(order.index(later[0]) if later else len(order) - 1, name)
        return order[max(0, min(len(order) - 1, order.index(name) + by))]

    def href_of(self, wrong: Wrong) -> str:
        """Where a fault is mended, coming from the review."""
        path = f"{self.at}/{wrong.screen}"
        each = BY_NAME[wrong.screen].each
        if wrong.key and each is not None:
            step = next(step.name for step in each.steps if wrong.field in {ask.name for ask in step.asks})
            path = f"{path}/{wrong.key}/{step}"
        return f"{path}?from=review#{wrong.field}"

    def show(self, template: str, status: int = 200, /, **values: Any) -> Response:
        return self.page.show(
            template,
            status,
            at=self.at,
            chapters=CHAPTERS,
            progress=self.progress(),
            version=self.held.record.version,
            **values,
        )

    def day(self, told: Told) -> date:
        """The day of the incident at the agency; today while it is open."""
        at = told.body["incident"].get("occurred_at")
        if at is None:
            return today_in(self.page.agency, self.tx)
        return datetime.fromisoformat(at).date()


def key_of(request: Request) -> str:
    key: str = request.app.state.secrets.draft_key
    return key


def screen_of(name: str) -> Screen:
    """Raises NotFound."""
    found = BY_NAME.get(name)
    if found is None:
        raise NotFound
    return found


def filed(held: Granted[Draft]) -> Response | None:
    """A draft that was filed leads to its report."""
    return go(f"/reports/{held.record.filed_as}") if held.record.filed_as else None
