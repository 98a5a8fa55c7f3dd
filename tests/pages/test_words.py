"""Every word a person reads comes from the catalogue: pages read in a language that marks what went through it."""

from __future__ import annotations

import contextlib
import json
import re
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import Any

import pytest
from babel.dates import get_day_names, get_month_names
from fastapi import FastAPI
from playwright.async_api import Browser as Chromium

from app.demo.client import Client
from app.demo.load import load_matrix
from app.demo.stories import STORIES, scene_of
from app.pages import shell
from app.provisions.packs import library
from tests.database import Database
from tests.house.test_entries import CAST
from tests.pages.browsing import PHONE, Visitor
from tests.pages.test_guard import Browser
from tests.world import Person, World, make_world

LANGUAGE = "es"
WHO = ("reporter", "sergeant", "intake", "investigator", "commander", "authority", "striker", "board", "admin")
MOST_OF_A_KIND = 2
"""Pages of one address pattern that one person reads."""
NOT_PAGES = ("/assets/", "/sign-out", "/api", "/receipt.json", "/content", "/verify.py", ".pdf", "/letter")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")
HASH = re.compile(r"\b[0-9a-f]{12,64}\b")
MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
NAMES = {"Upstander", "UTC", "SHA", "MST", "MDT", "GMT", "ORI", "JSON", "CSV", "PDF", "API"}
HOLE = re.compile(r"%\(\w+\)[sd]|\{\w+\}|%%")
LONGER = str.maketrans("aeiou", "áéíóú")


class Marking(NullTranslations):
    """Marks each message and makes it a third longer, as translations often are; values keep their places."""

    def gettext(self, message: str) -> str:
        pieces = HOLE.split(message)
        said = [piece.translate(LONGER) for piece in pieces]
        for place, hole in enumerate(HOLE.findall(message)):
            said[place] += hole
        return f"⟦{''.join(said)}{' ~~~' * (len(message) // 12)}⟧"

    def ngettext(self, one: str, many: str, count: int) -> str:
        return self.gettext(one if count == 1 else many)


@pytest.fixture
def marking(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever reads Spanish reads marked English instead."""
    shell.environment.cache_clear()
    real = shell.words_in
    monkeypatch.setattr(shell, "words_in", lambda language: Marking() if language == LANGUAGE else real(language))
    yield
    shell.environment.cache_clear()


@pytest.fixture
async def told(pages_app: FastAPI, database: Database) -> World:
    """A world in which every story of the demo was told, and everyone reads Spanish."""
    world = await make_world(pages_app, database)
    cast = {
        demo: Client(pages_app, person.account_id, person.agency_id, person.officer_id)
        for demo, name in CAST.items()
        for person in [world.cast[name]]
    }
    await load_matrix(cast["admin"])
    for number, story in enumerate(STORIES):
        await story.tell(cast, scene_of(number, datetime.now(UTC)))
    database.sql("UPDATE account SET language = :language WHERE agency_id = :a", language=LANGUAGE, a=world.agency.id)
    return world


class Words(HTMLParser):
    """The words of a page that a person reads, and the links on it."""

    SILENT = frozenset({"script", "style", "time", "pre", "code", "textarea"})
    SPOKEN = ("aria-label", "title", "alt", "placeholder", "data-says")
    VOID = frozenset({"input", "br", "meta", "link", "img", "hr", "wbr", "col"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []
        self.texts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.texts += [given[name] or "" for name in self.SPOKEN if name in given]
        if tag == "a" and (given.get("href") or "").startswith("/"):
            self.links.append(str(given["href"]).split("#")[0])
        if tag not in self.VOID:
            self.open.append((tag, tag in self.SILENT or (tag != "html" and "lang" in given)))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not any(silent for _, silent in self.open):
            self.texts.append(data)


def strings_in(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from strings_in(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from strings_in(each)
    elif isinstance(value, str):
        yield value
        if value[:1] in "{[":
            with contextlib.suppress(ValueError):
                yield from strings_in(json.loads(value))


def data_of(world: World) -> set[str]:
    """All that people or sources wrote, and the calendar's own words: what no catalogue translates."""
    tables = world.database.sql(
        "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'agency_id'"
    )
    found = {world.agency.name, world.agency.ori, world.agency.time_zone, world.agency.state}
    for (table,) in tables:
        rows = world.database.sql(f'SELECT row_to_json(t) FROM "{table}" t WHERE agency_id = :a', a=world.agency.id)
        found |= {each for row in rows for each in strings_in(row[0])}
    found |= {each for provision in library().by_id.values() for each in strings_in(provision.model_dump(mode="json"))}
    found |= set(get_month_names(locale=LANGUAGE).values()) | set(get_day_names(locale=LANGUAGE).values())
    lines = {line.strip() for each in found for line in each.split("\n")}
    return {each for each in lines if len(each) > 1}


def unmarked(page: str, data: list[str]) -> set[str]:
    """Words of a page that neither the catalogue nor anyone's data holds."""
    words = Words()
    words.feed(page)
    strays = set()
    for text in words.texts:
        rest = HASH.sub(" ", " ".join(text.split()))
        while MARKED.search(rest):
            rest = MARKED.sub(" ", rest)
        for known in data:
            if known in rest:
                rest = rest.replace(known, " ")
        if [word for word in WORD.findall(rest) if word not in NAMES and word not in ("de", "el")]:
            strays.add(rest.strip())
    return strays


async def read_everything(browser: Browser, person: Person) -> Iterator[tuple[str, str]]:
    """Every page that links lead one person to, a few of each kind."""
    browser.client.cookies.set(shell.LANGUAGE_COOKIE, LANGUAGE)
    await browser.sign_in(person)
    waiting, seen, pages = deque(["/"]), {"/"}, []
    kinds: dict[str, int] = {}
    while waiting:
        path = waiting.popleft()
        kind = ID.sub("*", path.split("?")[0])
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > MOST_OF_A_KIND:
            continue
        answer = await browser.get(path)
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        assert answer.status_code < 500, path
        pages.append((path, answer.text))
        words = Words()
        words.feed(answer.text)
        for link in words.links:
            if link not in seen and not any(part in link for part in NOT_PAGES):
                seen.add(link)
                waiting.append(link)
    return iter(pages)


class TestTheCatalogue:
    async def test_no_page_says_a_word_that_a_translator_never_saw(
        self, told: World, pages_app: FastAPI, base: str, marking: None
    ) -> None:
        data = sorted(data_of(told), key=len, reverse=True)
        strays: dict[str, set[str]] = {}
        read = set()
        for who in WHO:
            for path, page in await read_everything(Browser(pages_app, base), told.cast[who]):
                read.add(ID.sub("*", path.split("?")[0]))
                for stray in unmarked(page, data):
                    strays.setdefault(stray, set()).add(ID.sub("*", path))
        assert len(read) > 40, sorted(read)
        assert not strays, "\n".join(f"{stray!r}: {sorted(paths)[:3]}" for stray, paths in sorted(strays.items()))

    async def test_longer_words_are_neither_clipped_nor_do_they_push_a_page_sideways(
        self, told: World, chromium: Chromium, base: str, marking: None
    ) -> None:
        async with Visitor.comes(chromium, base, PHONE) as phone:
            for who, paths in (("sergeant", ("/", "/cases")), ("admin", ("/admin",)), ("board", ("/statistics",))):
                await phone.sign_in(told.cast[who])
                for path in paths:
                    await phone.go(path)
                    assert await phone.page.evaluate(CLIPPED) == [], path


CLIPPED = """() => {
    const found = [];
    for (const each of document.querySelectorAll("main *, header *, footer *")) {
        const style = getComputedStyle(each);
        if (style.position === "absolute" || style.clip !== "auto" || !each.textContent.trim()) continue;
        const hides = ["hidden", "clip"].includes(style.overflowX);
        if (hides && each.scrollWidth > each.clientWidth + 1) found.push(each.outerHTML.slice(0, 120));
    }
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) found.push(`the page: ${page.scrollWidth} of ${page.clientWidth}`);
    return found;
}"""
