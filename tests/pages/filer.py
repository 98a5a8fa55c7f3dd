"""An officer who files a report at the pages: the whole walk, screen by screen, as a test may want it cut short."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from io import BytesIO
from zoneinfo import ZoneInfo

from babel.messages.pofile import read_po
from playwright.async_api import Locator

from app.words import LOCALES
from tests.pages.browsing import Visitor
from tests.world import World

NARRATIVE = (
    "He was cuffed and lay still. Bauer struck him twice more with the baton.\n\nI said stop and pulled his arm."
)


def yesterday() -> datetime:
    return datetime.now(ZoneInfo("America/Denver")) - timedelta(days=1)


async def choose(visitor: Visitor, field: str, label: str) -> None:
    """Tick a radio or a box: USWDS hides the input itself, people press its label or come to it with keys."""
    inputs = visitor.page.locator(f"input[name='{field}']")
    labels = tuple(visitor.said(each) for each in messages_from(label))
    for n in range(await inputs.count()):
        press = visitor.page.locator(f"label[for='{await inputs.nth(n).get_attribute('id')}']")
        if (await press.inner_text()).startswith(labels):
            if visitor.by_keyboard:
                await tick(visitor, inputs.nth(n))
            else:
                await press.click(position={"x": 8, "y": 12})
            return
    raise AssertionError(f"{field} has no answer {label}")


async def tick(visitor: Visitor, answer: Locator) -> None:
    """With keys: Tab comes to a group of radios once, arrows move within it; Space ticks a box."""
    if await answer.get_attribute("type") != "radio":
        await visitor.tab_to(answer)
        await visitor.page.keyboard.press("Space")
        return
    group = visitor.page.locator(f"input[name='{await answer.get_attribute('name')}']")
    chosen = group.and_(visitor.page.locator(":checked"))
    await visitor.tab_to(chosen if await chosen.count() else group.first)
    await visitor.page.keyboard.press("Space")
    for _ in range(await group.count()):
        if await answer.is_checked():
            return
        await visitor.page.keyboard.press("ArrowDown")
    raise AssertionError("the answer cannot be reached with arrows")


@cache
def messages_from(start: str) -> tuple[str, ...]:
    """The messages that begin so, and the words themselves: a name is the same in every language."""
    known = read_po(BytesIO((LOCALES / "upstander.pot").read_bytes()))
    return (start, *(str(each.id) for each in known if isinstance(each.id, str) and each.id.startswith(start)))


SEEN_AT_A_DESK = {"rule", "readers", "statement", "when", "force", "present", "harmed", "acts", "cameras", "narrative"}
"""One screen of each make; on a phone, where it is narrow, every one is looked at."""


async def on_from(visitor: Visitor, name: str, *, look: bool) -> None:
    """Look at the screen and go on."""
    assert visitor.path.split("?")[0].endswith(f"/{name}"), visitor.path
    if look and (name in SEEN_AT_A_DESK or visitor.is_narrow):
        await visitor.inspect(f"file-{name}")
    if await visitor.page.get_by_role("button", name=visitor.said("Save and go on"), exact=True).count():
        await visitor.press("Save and go on")
    else:
        await visitor.follow("Go on")


async def begin(visitor: Visitor) -> str:
    """A new draft; returns its address."""
    await visitor.go("/file")
    await visitor.press("Begin a new report")
    return visitor.path.rsplit("/", 1)[0]


async def say_when(visitor: Visitor, at: datetime) -> None:
    await visitor.pick("#on", str(at.month))
    await visitor.write("#on_day", str(at.day))
    await visitor.write("#on_year", str(at.year))
    await visitor.write("#clock", "9:45 PM")


async def say_where(visitor: Visitor) -> None:
    await visitor.write("#place", "Corner of 5th and Main")


async def fill_in(visitor: Visitor, world: World, *, look: bool = False) -> str:
    """Answer every screen up to the review; returns the draft's address."""
    if look:
        await visitor.go("/file")
        await visitor.inspect("file-begin")
    at = await begin(visitor)
    await on_from(visitor, "rule", look=look)
    await on_from(visitor, "readers", look=look)
    await choose(visitor, "warning", "The law or policy asks me")
    await on_from(visitor, "statement", look=look)
    await say_when(visitor, yesterday())
    await choose(visitor, "precision", "To the minute")
    await on_from(visitor, "when", look=look)
    await say_where(visitor)
    await visitor.pick("#location_type", "street")
    await on_from(visitor, "where", look=look)
    await on_from(visitor, "encounter", look=look)
    await add_officer(visitor, "force", badge=world.striker.badge or "", look=look)
    await on_from(visitor, "force", look=look)
    await add_present(visitor, look=look)
    await on_from(visitor, "present", look=look)
    await add_harmed(visitor, look=look)
    await on_from(visitor, "harmed", look=look)
    await choose(visitor, "saw", "I saw part of it")
    await on_from(visitor, "view", look=look)
    await visitor.write("#vantage", "Ten feet away, behind the car")
    await on_from(visitor, "vantage", look=look)
    await on_from(visitor, "heard", look=look)
    await visitor.write("#last_force_at", "21:52")
    await on_from(visitor, "times", look=look)
    await choose(visitor, "role", "I stepped in")
    await on_from(visitor, "part", look=look)
    await choose(visitor, "intervened", "Yes, I stepped in")
    await on_from(visitor, "acts", look=look)
    await choose(visitor, "means", "By voice")
    await on_from(visitor, "how", look=look)
    await choose(visitor, "worked", "In part")
    await on_from(visitor, "worked", look=look)
    await choose(visitor, "aid", "An ambulance was called")
    await on_from(visitor, "aid", look=look)
    await on_from(visitor, "aid_given", look=look)
    await on_from(visitor, "officer_care", look=look)
    await choose(visitor, "kinds", "Body-worn camera")
    await visitor.write("#owner", "Officer Bauer's body camera")
    await on_from(visitor, "cameras", look=look)
    await visitor.follow("Add someone you told")
    await visitor.write("#who", "Sergeant Novak")
    if look:
        await visitor.inspect("file-told-entry")
    await visitor.press("Save")
    await on_from(visitor, "told", look=look)
    await on_from(visitor, "earlier", look=look)
    await choose(visitor, "fears_retaliation", "Yes")
    await on_from(visitor, "retaliation", look=look)
    await on_from(visitor, "fear", look=look)
    await visitor.write("#narrative", NARRATIVE)
    await on_from(visitor, "narrative", look=look)
    return at


async def add_officer(visitor: Visitor, screen: str, *, badge: str, look: bool = False) -> None:
    if look:
        await visitor.inspect(f"file-{screen}-empty")
    await visitor.follow("Add an officer who used force")
    await visitor.write("#badge", badge)
    if look:
        await visitor.inspect(f"file-{screen}-who")
    await visitor.press("Save and go on")
    await choose(visitor, "force", "Strike with an impact weapon")
    await visitor.write("#did", "Two strikes to the back of a man who lay cuffed.")
    if look:
        await visitor.inspect(f"file-{screen}-did")
    await visitor.press("Save")


async def add_present(visitor: Visitor, *, look: bool = False) -> None:
    await visitor.follow("Add an officer who was there")
    await visitor.write("#name", "Haddad")
    await visitor.press("Save and go on")
    if look:
        await visitor.inspect("file-present-sought")
    await choose(visitor, "officer_id", "Officer Haddad")
    await visitor.press("Save and go on")
    await choose(visitor, "role", "Was there")
    if look:
        await visitor.inspect("file-present-did")
    await visitor.press("Save")


async def add_harmed(visitor: Visitor, *, look: bool = False) -> None:
    await visitor.follow("Add a person")
    await visitor.write("#description", "A man of about thirty in a red coat")
    if look:
        await visitor.inspect("file-harmed-who")
    await visitor.press("Save and go on")
    await choose(visitor, "injuries", "Bruise")
    await visitor.press("Save and go on")
    if look:
        await visitor.inspect("file-harmed-treatment")
    await visitor.press("Save and finish this entry")


async def file_it(visitor: Visitor) -> str:
    """From the review to the receipt; returns the report's id."""
    await choose(visitor, "declares", "I declare")
    await visitor.press("File this report")
    assert "/receipt" in visitor.path, await visitor.text()
    return visitor.path.split("/")[2]
