"""The page of a daemon that has not read Git since it started: it keeps what it knows, and of nothing says it left."""

from playwright.sync_api import Page, expect

from tests.page.conftest import Opened
from tests.page.fleets import in_sync, snapshot, wants
from tests.page.stage import Stage

CART, SEARCH = wants("cart", "prod", "1.0.0"), wants("search", "prod", "1.0.0")
SILENT = ("Git did not answer in time.", "Check the network.")


def reborn(stage: Stage, tab: Opened, path: str) -> Page:
    """The page, over a daemon that was replaced by one that has read nothing."""
    stage.adopt(snapshot(CART, SEARCH))
    stage.report(in_sync(CART), in_sync(SEARCH))
    page = tab(path)
    expect(page.get_by_text("1.0.0").first).to_be_visible()
    stage.stop()
    expect(page.locator(".lost")).to_be_visible()
    stage.forget()
    stage.silent(*SILENT)
    stage.restart()
    expect(page.locator(".lost")).to_have_count(0)
    return page


def test_an_open_service_stays_and_the_page_says_that_git_was_not_read(stage: Stage, tab: Opened) -> None:
    page = reborn(stage, tab, "/services/prod/cart")
    notice = page.locator(".unread")
    expect(notice).to_contain_text("Git has not been read yet")
    expect(notice).to_contain_text("Git did not answer in time. Check the network.")
    expect(notice).to_contain_text("What is shown is as it was before.")
    expect(page.locator(".signs")).to_contain_text("In sync")
    expect(page.locator(".history")).to_contain_text("AWS remembers no deployment of this service.")
    expect(page.locator(".empty")).to_have_count(0)


def test_an_open_service_goes_on_by_itself_once_git_is_read(stage: Stage, tab: Opened) -> None:
    page = reborn(stage, tab, "/services/prod/cart")
    expect(page.locator(".unread")).to_contain_text("Git has not been read yet")
    stage.adopt(snapshot(CART))
    expect(page.locator(".unread")).to_be_empty()
    expect(page.locator(".signs")).to_contain_text("Unknown")


def test_an_open_service_that_left_meanwhile_is_said_to_have_left_only_then(stage: Stage, tab: Opened) -> None:
    page = reborn(stage, tab, "/services/prod/cart")
    expect(page.locator(".unread")).to_contain_text("Git has not been read yet")
    stage.adopt(snapshot(SEARCH))
    expect(page.locator(".empty")).to_contain_text("This service left Git")
    expect(page.locator(".unread")).to_be_empty()


def test_a_service_that_is_opened_then_is_not_said_not_to_be_there(stage: Stage, tab: Opened) -> None:
    stage.silent(*SILENT)
    page = tab("/services/prod/cart")
    expect(page.locator(".empty")).to_contain_text("Git has not been read yet")
    expect(page.locator(".empty")).to_contain_text("Git did not answer in time. Check the network.")
    stage.adopt(snapshot(CART))
    expect(page.locator(".signs")).to_contain_text("Unknown")
    expect(page.locator(".empty")).to_have_count(0)


def test_the_fleet_stays_and_says_that_git_was_not_read_until_it_is(stage: Stage, tab: Opened) -> None:
    page = reborn(stage, tab, "/")
    expect(page.locator(".problems")).to_contain_text("Git has not been read yet")
    expect(page.locator(".problems")).to_contain_text("What is shown is as it was before.")
    expect(page.get_by_role("link", name="search")).to_be_visible()
    stage.adopt(snapshot(CART))
    expect(page.get_by_role("link", name="search")).to_have_count(0)
    expect(page.get_by_role("link", name="cart")).to_be_visible()
    expect(page.locator(".problems")).to_be_empty()


def test_the_activity_does_not_say_that_nothing_happened(stage: Stage, tab: Opened) -> None:
    page = tab("/activity")
    expect(page.locator(".empty")).to_contain_text("Git has not been read yet")
    stage.adopt(snapshot(CART))
    expect(page.locator(".empty")).to_contain_text("Nothing has happened yet")
