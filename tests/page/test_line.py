"""The line between the page and the daemon: lost visibly, taken up again by itself."""

from playwright.sync_api import Page, expect

from tests.controller.daemons import until
from tests.page.conftest import Opened
from tests.page.fleets import hold, in_sync, snapshot, wants
from tests.page.stage import Stage

CART, SEARCH = wants("cart", "prod", "1.0.0"), wants("search", "prod", "1.0.0")


def begun(stage: Stage, tab: Opened, path: str = "/") -> Page:
    stage.adopt(snapshot(CART, SEARCH))
    stage.report(in_sync(CART), in_sync(SEARCH))
    page = tab(path)
    page.evaluate("window.same = true")
    return page


def test_a_lost_line_is_said_with_how_old_the_data_is(stage: Stage, tab: Opened) -> None:
    page = begun(stage, tab)
    expect(page.locator(".lost")).to_have_count(0)
    stage.stop()
    lost = page.locator(".lost")
    expect(lost).to_contain_text("The connection to Trueup is lost. What you see is as of")
    expect(lost).to_contain_text("just now")
    expect(lost).to_contain_text("Trying again")
    expect(page.locator(".line")).to_have_text("Connection lost")
    expect(page.get_by_role("status")).to_have_text("The connection to Trueup is lost.")
    expect(page.get_by_role("link", name="cart")).to_be_visible()


def test_after_a_restart_the_page_goes_on_by_itself_and_knows_what_it_missed(stage: Stage, tab: Opened) -> None:
    page = begun(stage, tab)
    stage.stop()
    expect(page.locator(".lost")).to_be_visible()
    stage.adopt(snapshot(CART))
    stage.report(hold(CART))
    stage.restart()
    expect(page.locator(".lost")).to_have_count(0)
    expect(page.locator(".c-sync")).to_have_text("Sync: Held")
    expect(page.get_by_role("link", name="search")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("The connection to Trueup is back.")
    assert page.evaluate("window.same") is True


def test_a_reader_may_try_at_once(stage: Stage, tab: Opened) -> None:
    page = begun(stage, tab)
    stage.stop()
    page.wait_for_timeout(1300)  # the second attempt failed as well: the third is seconds away
    stage.restart()
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".lost")).to_have_count(0, timeout=1500)


def test_a_line_that_is_taken_up_again_brings_only_what_changed(stage: Stage, tab: Opened) -> None:
    page = begun(stage, tab)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    stage.stop()
    expect(page.locator(".lost")).to_be_visible()
    stage.restart()
    expect(page.locator(".lost")).to_have_count(0)
    assert [each for each in asked if each.endswith("/fleet")] == []
    assert all("/stream?after=" in each for each in asked)


def test_a_daemon_that_is_not_there_at_first_is_waited_for(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CART))
    page = begun(stage, tab)
    page.route("**/api/**", lambda route: route.abort())
    page.reload()
    expect(page.locator(".lost")).to_contain_text("Trueup cannot be reached. Trueup does not answer.")
    page.unroute("**/api/**")
    expect(page.get_by_role("link", name="cart")).to_be_visible()


def test_a_full_daemon_is_told_in_its_own_words_and_asked_again(stage: Stage, tab: Opened) -> None:
    page = begun(stage, tab)
    page.route("**/api/v1/stream*", lambda route: route.fulfill(status=503, json={"detail": "Too many readers."}))
    page.reload()
    expect(page.locator(".lost")).to_be_visible()
    expect(page.get_by_role("link", name="cart")).to_be_visible()
    page.unroute("**/api/v1/stream*")
    expect(page.locator(".lost")).to_have_count(0)


def test_a_line_that_falls_silent_is_a_lost_one(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CART))
    page = tab("/", live=False, viewport={"width": 900, "height": 700})
    page.clock.install()
    page.reload()
    expect(page.locator(".line")).to_have_text("Live")
    page.clock.fast_forward(41_000)
    expect(page.locator(".line")).to_have_text("Connection lost")


def test_a_service_stays_to_be_read_while_the_line_is_lost(stage: Stage, tab: Opened) -> None:
    page = begun(stage, tab, "/services/prod/cart")
    expect(page.get_by_role("heading", level=1)).to_have_text("cart")
    stage.stop()
    expect(page.locator(".lost")).to_be_visible()
    expect(page.locator(".signs")).to_contain_text("In sync")


def test_the_activity_catches_up_after_a_restart(stage: Stage, tab: Opened) -> None:
    page = begun(stage, tab, "/activity")
    stage.stop()
    expect(page.locator(".lost")).to_be_visible()
    stage.report(hold(CART))
    stage.restart()
    expect(page.locator(".fact")).to_contain_text("cart")


def test_a_page_that_is_left_lets_its_place_go(stage: Stage, tab: Opened) -> None:
    page = begun(stage, tab)
    assert stage.readers == 1
    page.goto("about:blank")
    stage.poke()
    until("the reader to be gone", lambda: stage.readers == 0, 20)
