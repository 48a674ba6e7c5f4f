"""How the page looks: both schemes, any width, without motion, and what a library finds of its accessibility."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.page import states
from tests.page.conftest import Opened
from tests.page.fleets import snapshot, wants
from tests.page.stage import Stage

VIEWS = {
    "/": ".body .row",
    "/?group=environment&sync=held,drifted": ".body .row",
    "/?q=nothing-like-that": ".empty",
    "/services/prod/checkout": ".colour",
    "/services/prod/payments": ".attempt",
    "/services/prod/pricing": ".change",
    "/services/prod/nothing": ".empty",
    "/activity": ".fact",
    "/nowhere": ".empty",
}
WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
GROUND = "getComputedStyle(document.documentElement).backgroundColor"
LIGHT, DARK = "rgb(245, 246, 248)", "rgb(13, 16, 21)"


AXE = Axe()


def violations(page: Page) -> list[str]:
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE.axe_script)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    return [f"{each['id']}: {node['target']} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("path", VIEWS)
def test_a_library_finds_nothing_to_better_in_either_scheme(stage: Stage, tab: Opened, path: str) -> None:
    states.lived(stage)
    page = tab(path)
    page.locator(VIEWS[path]).first.wait_for()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == [], scheme
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dialogs_and_the_banner_are_as_accessible(stage: Stage, tab: Opened, scheme: str) -> None:
    states.busy(stage)
    page = tab("/services/prod/payments", color_scheme=scheme)
    page.get_by_role("button", name="Retry the held release").click()
    page.get_by_role("dialog").get_by_role("button", name="Retry").click()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    assert violations(page) == []
    page.keyboard.press("Escape")
    stage.stop()
    page.locator(".lost").wait_for()
    assert violations(page) == []


def test_nothing_is_wider_than_the_screen(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    page = tab("/", viewport={"width": 320, "height": 640})
    for path, ready in VIEWS.items():
        page.goto(stage.url + path)
        page.locator(ready).first.wait_for()
        for width in (320, 740, 960, 1024):
            page.set_viewport_size({"width": width, "height": 640})
            assert page.evaluate(WIDE) == 0, (path, width)


def test_names_without_end_do_not_widen_a_phone(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(wants("n" * 200, "e" * 120, "t" * 128, cluster="c" * 200)))
    page = tab("/", viewport={"width": 320, "height": 640})
    assert page.evaluate(WIDE) == 0
    page.locator("a.name").click()
    page.locator(".about .names").first.wait_for()
    assert page.evaluate(WIDE) == 0


def test_dialogs_fit_a_phone(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/services/prod/payments", viewport={"width": 320, "height": 480})
    page.get_by_role("button", name="Retry the held release").click()
    box = page.get_by_role("dialog").bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= 320, box["height"] <= 480) == (True, True, True)
    assert page.evaluate(WIDE) == 0


def test_the_scheme_is_the_systems_until_the_reader_chooses_and_that_is_remembered(stage: Stage, tab: Opened) -> None:
    states.quiet(stage)
    page = tab("/", color_scheme="dark")
    assert page.evaluate(GROUND) == DARK
    page.get_by_role("button", name="Colours: as the system").click()
    assert page.evaluate(GROUND) == LIGHT
    page.reload(wait_until="commit")
    page.locator(".body .row").first.wait_for()
    assert page.evaluate(GROUND) == LIGHT
    page.get_by_role("button", name="Colours: light").click()
    assert page.evaluate(GROUND) == DARK
    page.get_by_role("button", name="Colours: dark").click()
    page.emulate_media(color_scheme="light")
    assert page.evaluate(GROUND) == LIGHT


def test_whoever_wants_no_motion_gets_none(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    moving = "document.getAnimations().length"
    page = tab("/services/prod/checkout", reduced_motion="reduce")
    page.evaluate("document.querySelector('.colour').classList.add('changed')")
    assert page.evaluate(moving) == 0
    page.emulate_media(reduced_motion="no-preference")
    page.wait_for_function(f"{moving} > 0")  # the same is seen to move otherwise


def test_colours_forced_by_the_system_leave_every_sign_to_be_read(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/", forced_colors="active")
    expect(page.locator(".c-sync .sign").first).to_have_text("Sync: Held")
    assert violations(page) == []
