"""The page's pictures: each of its states, drawn by Chromium from the app over fleets that are made up.

A font that most readers have on their systems makes them look as the page does there: ``fonts-inter`` and
``fonts-jetbrains-mono`` on Debian, for instance. Without them they are drawn with what there is.
"""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from reconcilers.history import History
from tests.page.browser import FLAGS, MISSING, USUAL
from tests.page.fleets import snapshot
from tests.page.stage import Stage, on_stage
from tests.page.states import busy, lived, quiet
from tests.pictures.paletted import paletted
from tests.reconcilers.sandboxed import reconciler, rolled

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDE = (1280, 800)
PHONE = (375, 780)


@dataclass(frozen=True, slots=True)
class Picture:
    """What to draw: an address over a fleet, once ``ready`` is there. ``first``: done before; ``part``: that alone."""

    fill: Callable[[Stage], None]
    path: str
    ready: str
    size: tuple[int, int] = WIDE
    scheme: str = "light"
    first: Callable[[Stage, Page], object] | None = None
    part: str = ""


def _lose(stage: Stage, page: Page) -> None:
    stage.stop()
    page.locator(".lost").wait_for()
    page.clock.fast_forward(34_000)


def _nothing(_stage: Stage) -> None:
    """Git was not read yet."""


def _bare(stage: Stage) -> None:
    stage.adopt(snapshot())


def _unreadable(stage: Stage) -> None:
    stage.silent("Could not resolve host: git.example.com.", "Check the network and the URL.")


def _rolling(stage: Stage) -> None:
    """A rolling update half-way, by the real reconciler over the sandbox."""
    account = rolled()
    account.push("v2")
    wanted, daemon = account.wants("v2"), reconciler(account.world)
    stage.now = account.clock.now()
    stage.adopt(snapshot(wanted))
    for _ in range(4):
        report = daemon.reconcile(wanted)
        stage.now = account.clock.now()
        stage.report(report)
        if report.observed is not None:
            stage.histories[wanted.key] = History(report.observed.attempts or (), {}, stage.now)
        account.clock.advance(20.0)


def _begin_anew(stage: Stage, page: Page) -> None:
    stage.stop()
    page.locator(".lost").wait_for()
    stage.forget()
    _unreadable(stage)
    stage.restart()
    page.clock.fast_forward(34_000)
    page.get_by_text("What is shown is as it was before.").wait_for()
    page.locator(".line[data-line=open]").wait_for()


def _leave(stage: Stage, page: Page) -> None:
    stage.adopt(snapshot())
    page.locator(".empty").wait_for()


def _lose_then_open(stage: Stage, page: Page) -> None:
    stage.stop()
    page.locator(".lost").wait_for()
    page.get_by_role("link", name="payments").click()
    page.locator(".empty").wait_for()


def _unfold(_stage: Stage, page: Page) -> None:
    page.locator(".problems summary").click()


def _press(name: str) -> Callable[[Stage, Page], object]:
    def press(_stage: Stage, page: Page) -> None:
        page.get_by_role("button", name=name).click()
        page.locator("dialog[open]").wait_for()

    return press


def _keys(_stage: Stage, page: Page) -> None:
    page.keyboard.press("?")
    page.locator("dialog[open]").wait_for()


PICTURES = {
    "fleet-busy": Picture(busy, "/", ".body .row"),
    "fleet-quiet": Picture(quiet, "/?group=environment&sort=name", ".body .row"),
    "fleet-dark": Picture(busy, "/", ".body .row", scheme="dark"),
    "fleet-phone": Picture(busy, "/", ".body .row", PHONE),
    "fleet-lost": Picture(busy, "/?sync=held,drifted,outdated", ".body .row", (1280, 640), first=_lose),
    "fleet-starting": Picture(_nothing, "/", ".empty", (1280, 480)),
    "fleet-unreadable": Picture(_unreadable, "/", ".empty", (1280, 520)),
    "fleet-restarted": Picture(busy, "/?sync=held,drifted", ".body .row", (1280, 520), first=_begin_anew),
    "fleet-keys": Picture(busy, "/", ".body .row", (1280, 640), first=_keys),
    "fleet-nothing": Picture(busy, "/?q=nobody&sync=held", ".empty", (1280, 560)),
    "fleet-bare": Picture(_bare, "/", ".empty", (1280, 480)),
    "fleet-problems": Picture(busy, "/", ".body .row", (1280, 560), first=_unfold),
    "nowhere": Picture(busy, "/nowhere", ".empty", (1280, 480)),
    "service-waiting": Picture(busy, "/services/staging/webhooks", ".chain", (1280, 700)),
    "service-away": Picture(busy, "/", ".body .row", (1280, 520), first=_lose_then_open),
    "service-rolling": Picture(_rolling, "/services/prod/web", ".colour", (1280, 860)),
    "service-blocked": Picture(busy, "/services/prod/ledger", ".chain", (1280, 700)),
    "service-order": Picture(busy, "/services/prod/payments", ".attempt", first=_press("Retry the held release")),
    "service-unknown": Picture(busy, "/services/prod/nobody", ".empty", (1280, 480)),
    "service-left": Picture(busy, "/services/prod/pricing", ".chain", (1280, 480), first=_leave),
    "service-shift": Picture(busy, "/services/prod/checkout", ".colour", (1280, 860)),
    "service-held": Picture(busy, "/services/prod/payments", ".attempt", (1280, 860)),
    "service-drift": Picture(busy, "/services/prod/pricing", ".change", (1280, 980)),
    "service-history": Picture(busy, "/services/prod/payments", ".attempt", part=".history"),
    "service-phone": Picture(busy, "/services/prod/checkout", ".colour", (375, 1180), "dark"),
    "activity": Picture(lived, "/activity", ".fact", (1280, 860)),
    "activity-phone": Picture(lived, "/activity", ".fact", PHONE),
    "activity-quiet": Picture(quiet, "/activity", ".empty", (1280, 480)),
    "activity-nothing": Picture(lived, "/activity?kind=held&service=nobody", ".empty", (1280, 480)),
}


def draw() -> bool:
    """Draw all of them. Whether that could be done."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write(f"{MISSING}\n")
        return False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for name, picture in PICTURES.items():
            _drawn(browser, name, picture)
        browser.close()
    return True


def _drawn(browser: Browser, name: str, picture: Picture) -> None:
    width, height = picture.size
    given = {**USUAL, "viewport": {"width": width, "height": height}, "color_scheme": picture.scheme}
    with on_stage(picture.fill) as stage:
        context = browser.new_context(**given, device_scale_factor=1.5)
        page = context.new_page()
        page.clock.install(time=stage.now)
        page.goto(stage.url + picture.path)
        page.locator(".line[data-line=open]").wait_for()
        page.locator(picture.ready).first.wait_for()
        if picture.first is not None:
            picture.first(stage, page)
        page.wait_for_timeout(300)  # the fonts are there, and what came is drawn
        drawn = page.locator(picture.part).screenshot() if picture.part else page.screenshot()
        page.goto("about:blank")
        (FOLDER / f"page-{name}.png").write_bytes(paletted(page, drawn))
        context.close()
