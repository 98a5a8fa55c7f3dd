"""What every page shares: the frame, the language, times at the agency, and text shown inert (S44)."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from babel import Locale, negotiate_locale
from babel.dates import format_date, format_datetime, format_time, get_month_names
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from app.access.actor import Actor
from app.access.rights import OFFICES, Right
from app.agencies.actions import agency_of
from app.agencies.doors import PageActor
from app.agencies.models import Agency
from app.findings.notices import any_served
from app.http.route import Transaction
from app.pages import assets
from app.pages.guard import device_mark, form_token
from app.provisions.wording import Phrase
from app.words import LANGUAGES, N_, words_in

TEMPLATES = Path(__file__).parent / "templates"
WRITTEN = {
    "en": ("MMMM d, y", "EEEE, MMMM d, y", "h:mm a zzz"),
    "es": ("d 'de' MMMM 'de' y", "EEEE, d 'de' MMMM 'de' y", "H:mm zzz"),
}
"""How a language writes a day, a day with its name, and a time (Unicode TR 35)."""
AS_IN_THE_STATES = {"en": "en_US", "es": "es_US"}
"""Where a language is spoken here: its readers are told "MST", where Spanish at large has "-0700"."""
LANGUAGE_COOKIE = "language"
HIDDEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
"""Marks that turn or hide text."""


@dataclass(frozen=True)
class Link:
    """One entry of the navigation, for whoever holds an office with one of these rights."""

    to: str
    says: str
    rights: frozenset[Right]


NAVIGATION = (
    Link("/file", N_("File a report"), frozenset({Right.FILE})),
    Link("/reports", N_("My reports"), frozenset({Right.FILE})),
    Link("/notices", N_("Notices served on me"), frozenset({Right.FILE})),
    Link("/cases", N_("Cases"), frozenset({Right.READ_CASE})),
    Link("/reviews", N_("Cases to review"), frozenset({Right.READ_OVERVIEW})),
    Link("/statistics", N_("Figures"), frozenset({Right.STATISTICS})),
    Link("/admin", N_("Administration"), frozenset({Right.KEEP_ROSTER, Right.KEEP_ACCOUNTS, Right.KEEP_SETTINGS})),
    Link("/exports", N_("Audit exports"), frozenset({Right.EXPORT})),
)


def links_for(actor: Actor, *, is_served: bool = False) -> list[Link]:
    """`is_served`: a notice was served on this person; nobody else is led to where they would be."""
    return [
        link
        for link in NAVIGATION
        if (is_served or link.to != "/notices")
        and any(not actor.roles.isdisjoint(OFFICES.get(right, frozenset())) for right in link.rights)
    ]


def inert(value: Any) -> Any:
    """Every string that a template writes: what would turn or hide text is shown by its number (S44)."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return HIDDEN.sub(lambda found: f"[U+{ord(found.group()):04X}]", value)
    return value


def as_typed(value: str) -> Markup:
    """Back into a form field exactly as it came, or sending it again would change it."""
    return escape(value)


def paragraphs(value: str) -> Markup:
    """Text in paragraphs and lines, as its author broke it."""
    blocks = [part for part in unicodedata.normalize("NFC", value).split("\n\n") if part.strip()]
    lines = (Markup("<br>").join(escape(inert(line)) for line in block.strip("\n").split("\n")) for block in blocks)
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)


@dataclass(frozen=True)
class Shown:
    """How values are written for one reader: language, and the zone of the agency."""

    language: str
    zone: ZoneInfo
    exact: bool = False
    """Seconds and UTC beside the agency's own time, for whoever asks for them."""

    def instant(self, at: datetime) -> Markup:
        words = self.value(at)
        if self.exact:
            words = f"{words} ({at.astimezone(UTC).isoformat(timespec='seconds').replace('+00:00', 'Z')})"
        return Markup('<time datetime="{}">{}</time>').format(at.isoformat(timespec="seconds"), words)

    def day(self, on: date) -> str:
        return format_date(on, self._written[0], locale=self.locale)

    def value(self, value: object) -> str:
        """A value inside a sentence of the law library."""
        day, weekday, clock = self._written
        if isinstance(value, datetime):
            local = value.astimezone(self.zone)
            return format_datetime(local, f"{day}, {clock}", tzinfo=self.zone, locale=self.locale)
        if isinstance(value, date):
            return format_date(value, weekday, locale=self.locale)
        return str(value)

    def clock(self, at: datetime, to_the_second: bool) -> str:
        """The time of day alone, without its zone."""
        form = self._written[2].removesuffix(" zzz").replace("mm", "mm:ss" if to_the_second else "mm")
        return str(format_time(at.astimezone(self.zone), form, tzinfo=self.zone, locale=self.locale))

    @property
    def locale(self) -> str:
        return AS_IN_THE_STATES.get(self.language, self.language)

    @property
    def _written(self) -> tuple[str, str, str]:
        return WRITTEN.get(self.language, WRITTEN["en"])

    def said(self, phrase: Phrase) -> str:
        return phrase.said(words_in(self.language), self.value)


def name_of(language: str) -> str:
    """What its own speakers call a language."""
    return (Locale.parse(language).get_display_name(language) or language).capitalize()


def language_asked(request: Request) -> str:
    """The language for a reader whom we do not know: as chosen in this browser, else as the browser says (RFC 9110)."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    asked = (part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(",")[:20])
    return negotiate_locale([each for each in asked if each], LANGUAGES, sep="-") or LANGUAGES[0]


@cache
def environment(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=inert,
        extensions=["jinja2.ext.i18n"],
    )
    words = words_in(language)
    made.install_gettext_translations(words, newstyle=True)  # type: ignore[attr-defined]
    made.filters |= {"as_typed": as_typed, "paragraphs": paragraphs}
    made.globals |= {
        "language": language,
        "site_languages": {code: name_of(code) for code in LANGUAGES},
        "t": words.gettext,
        "asset": assets.address,
    }
    return made


def render(
    request: Request, template: str, status: int = 200, language: str | None = None, **values: Any
) -> HTMLResponse:
    """One page. The referrer stays inside, so that a form's Origin is told even where fetch metadata is not."""
    page: Page | None = getattr(request.state, "page", None)
    language = language or (page.language if page else language_asked(request))
    values = {
        "page": page,
        "path": request.url.path,
        "here": _here(request),
        "links": links_for(page.actor, is_served=page.is_served) if page else [],
        "searches": page is not None and not page.actor.roles.isdisjoint(OFFICES[Right.KEEP_VIEWS]),
        "made_up": page.made_up if page else request.app.state.settings.mode == "demo",
        "other_times": _other_times(request, page) if page and status == 200 else None,
        **values,
    }
    html = environment(language).get_template(template).render(values)
    return HTMLResponse(html, status, headers={"Referrer-Policy": "same-origin"})


def _here(request: Request) -> str:
    """Where to come back to: this page, or the first one after a form that was answered on the spot."""
    query = f"?{request.url.query}" if request.url.query else ""
    return request.url.path + query if request.method == "GET" else "/"


def _other_times(request: Request, page: Page) -> str | None:
    """This very page with times written the other way; None where the page answers a form."""
    if request.method != "GET":
        return None
    kept = [(name, value) for name, value in request.query_params.multi_items() if name not in ("times", "done")]
    return f"{request.url.path}?{urlencode(kept if page.shown.exact else [*kept, ('times', 'exact')])}"


def go(path: str) -> RedirectResponse:
    """After an act: a page to look at, so that reloading repeats nothing."""
    return RedirectResponse(path, 303)


@dataclass(frozen=True)
class Page:
    """The frame of one signed-in request."""

    request: Request
    actor: Actor
    agency: Agency
    """Good for as long as the transaction; what a page of refusal shows stands below, for it comes after."""
    agency_name: str
    made_up: bool
    shown: Shown
    form_token: str
    is_served: bool
    idle_seconds: int
    """Without a request for this long, the session ends."""
    ends_at: str
    """When it ends anyway; an instant, so that the same page stays the same bytes."""

    @property
    def language(self) -> str:
        return self.shown.language

    @property
    def device_mark(self) -> str:
        return device_mark(self.request, self.actor.account_id)

    def t(self, message: str) -> str:
        return words_in(self.language).gettext(message)

    def months(self) -> list[str]:
        return [name for _, name in sorted(get_month_names("wide", locale=self.language).items())]

    def show(self, template: str, status: int = 200, /, **values: Any) -> HTMLResponse:
        return render(self.request, template, status, shown=self.shown, **values)


async def open_page(request: Request, actor: PageActor, tx: Transaction) -> Page:
    agency = await agency_of(tx, actor.agency_id)
    spoken = request.state.account.language
    exact = request.query_params.get("times") == "exact"
    shown = Shown(spoken if spoken in LANGUAGES else LANGUAGES[0], ZoneInfo(agency.time_zone), exact)
    is_served = await any_served(tx, actor)
    request.state.page = Page(
        request,
        actor,
        agency,
        agency.name,
        agency.made_up,
        shown,
        form_token(request),
        is_served,
        idle_seconds=request.app.state.settings.session_idle_minutes * 60,
        ends_at=request.state.session_ends_at.isoformat(timespec="seconds"),
    )
    found: Page = request.state.page
    return found


OpenPage = Annotated[Page, Depends(open_page)]
