"""Trueup's page in a real browser: opened once, never reloaded, read at the end of each act."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, sync_playwright

from controller.demo.acts import SERVICE
from tests.page.browser import FLAGS, USUAL
from tests.story.patience import LONG

CHROMIUM = shutil.which("chromium")
MARK = "window.sinceTheFirstAct"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader sees of the service: its line in the fleet, and the head of its own page.

    ``sync``, ``health``: the words of both signs in the line, ``signs`` those of the page; ``versions``, ``story``: the
    rest of the line; ``verdict``: the sentence on the page; ``about``: its commit and what runs; ``history``: what was
    tried. ``same``: whether it is the page that was opened at first.
    """

    sync: str
    health: str
    versions: str
    story: str
    signs: str
    verdict: str
    about: str
    history: str
    same: bool


class Reader:
    """Two tabs: the fleet, and the service."""

    def __init__(self, fleet: Page, service: Page) -> None:
        self._fleet = fleet
        self._service = service
        self._opened = False

    def read(self, url: str, sync: str, commit: str) -> Shown:
        """What both tabs show once they show this state and this commit, or at the end of a long patience."""
        if not self._opened:
            self._open(url)
        wanted = (f"Sync: {sync}", commit[:7])
        for _ in range(int(LONG * 10)):
            shown = self._shown()
            if (shown.sync, shown.signs.startswith(wanted[0]), wanted[1] in shown.about) == (wanted[0], True, True):
                break
            self._fleet.wait_for_timeout(100)
        return self._shown()

    def _open(self, url: str) -> None:
        for page, path in ((self._fleet, "/"), (self._service, f"/services/{'/'.join(SERVICE)}")):
            page.goto(url + path)
            page.evaluate(f"{MARK} = true")
        self._opened = True

    def _shown(self) -> Shown:
        row = self._fleet.get_by_role("row").filter(has=self._fleet.locator(f"a[data-key='{'/'.join(SERVICE)}']"))
        whole = self._service.locator("section.service")
        return Shown(
            sync=_text(row.locator(".c-sync")),
            health=_text(row.locator(".c-health")),
            versions=_text(row.locator(".versions")),
            story=_text(row.locator(".c-story")),
            signs=_text(whole.locator(".signs")),
            verdict=_text(whole.locator(".verdict")),
            about=_text(whole.locator(".about")),
            history=_text(whole.locator(".history")),
            same=all(page.evaluate(f"{MARK} === true") for page in (self._fleet, self._service)),
        )


def _text(where: Locator) -> str:
    """The words, as they are read one after the other; none where the place is not there yet."""
    return " ".join(" ".join(where.first.all_inner_texts()).split())


@contextmanager
def reader() -> Iterator[Reader | None]:
    """Somebody with a browser; nobody where there is none."""
    if CHROMIUM is None:
        yield None
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            context = browser.new_context(**USUAL)
            yield Reader(context.new_page(), context.new_page())
        finally:
            browser.close()
