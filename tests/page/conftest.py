"""One Chromium for all tests of the page, and one tab that is warm; a test that wants another kind of tab opens it."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright

from tests.page.browser import FLAGS, MISSING, USUAL
from tests.page.stage import Stage, on_stage
from tests.page.states import busy

Opened = Callable[..., Page]
Read = Callable[[str], Page]
expect.set_options(timeout=20_000)  # the cores are others' too


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """Playwright. For this package alone: its loop stands in the way of others in the same process."""
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """The system's Chromium."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip(MISSING)
    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="package")
def warm(browser: Browser) -> Iterator[Page]:
    """A tab that goes from test to test. Each test's daemon is an origin of its own: nothing is kept between them."""
    page = browser.new_context(**USUAL).new_page()
    page.context.set_default_timeout(40_000)
    yield page
    page.context.close()


@pytest.fixture(scope="package")
def town() -> Iterator[Stage]:
    """A daemon with much going on, for tests that only read."""
    with on_stage(busy) as running:
        yield running


@pytest.fixture
def read(warm: Page, town: Stage) -> Read:
    """Look at an address of the town's page; whoever looked at it last left it as it was."""

    def opened(path: str) -> Page:
        if warm.url != town.url + path:
            warm.goto(town.url + path)
        warm.locator(".line[data-line=open]").wait_for()
        return warm

    return opened


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A daemon that knows nothing yet."""
    with on_stage() as running:
        yield running


@pytest.fixture
def tab(browser: Browser, warm: Page, stage: Stage) -> Iterator[Opened]:
    """Open an address of the page: ``tab("/")``, ``tab("/", color_scheme="dark")``. An error of the page's is the
    test's.
    """
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def noted(message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "TrustedHTML" in message.text:
            wrong.append(message.text)

    def failed(error: Any) -> None:
        wrong.append(str(error))

    def opened(path: str = "/", *, live: bool = True, **more: Any) -> Page:
        page = warm
        if more or warm.url.startswith(stage.url):
            contexts.append(browser.new_context(**USUAL | more))
            contexts[-1].set_default_timeout(40_000)
            page = contexts[-1].new_page()
            page.on("pageerror", failed)
            page.on("console", noted)
        page.goto(stage.url + path)
        if live:
            page.locator(".line[data-line=open]").wait_for()
        return page

    warm.on("pageerror", failed)
    warm.on("console", noted)
    yield opened
    for each in contexts:
        each.close()
    warm.remove_listener("pageerror", failed)
    warm.remove_listener("console", noted)
    warm.goto("about:blank")
    assert wrong == []
