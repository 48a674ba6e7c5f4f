"""A thousand services: what they cost is counted in elements and in tasks that block, not in time."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.page.conftest import Opened
from tests.page.fleets import hold, in_sync, thousand, wants
from tests.page.stage import Stage

# What the browser did since: elements that came or went, and whether the page ever blocked for long.
WATCH = """() => {
  window.seen = { added: 0, removed: 0, texts: 0 };
  new MutationObserver((records) => {
    for (const each of records) {
      window.seen.added += each.addedNodes.length;
      window.seen.removed += each.removedNodes.length;
    }
  }).observe(document.querySelector('.body'), { childList: true, subtree: true });
}"""
DRAWN = "all => all.filter(each => each.firstChild.checkVisibility({ contentVisibilityAuto: true })).length"
SEEN = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(window.seen))))"


@pytest.fixture(scope="module")
def many() -> Callable[[Stage], None]:
    found = thousand()

    def fill(stage: Stage) -> None:
        stage.adopt(found[0])
        stage.report(*found[1])

    return fill


@pytest.fixture
def page(stage: Stage, tab: Opened, many: Callable[[Stage], None]) -> Page:
    many(stage)
    page = tab()
    expect(page.locator(".body .row")).to_have_count(1000)
    return page


def test_all_of_them_are_there_and_those_that_need_somebody_come_first(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("975 of 1,000 services are in sync")
    assert page.locator(".body .c-sync").nth(24).inner_text().endswith("Held")
    assert page.locator(".body .c-sync").nth(25).inner_text().endswith("In sync")


def test_an_update_of_one_touches_one_line_and_no_other(stage: Stage, page: Page) -> None:
    page.evaluate(WATCH)
    stage.report(hold(wants("service-0047", "dev", "1.0.0"), ago=1, runs="0.9.8"))
    expect(page.get_by_role("row").filter(has_text="0.9.8")).to_have_count(1)
    seen = page.evaluate(SEEN)
    assert 0 < seen["added"] + seen["removed"] <= 16


def test_a_line_that_changes_its_place_is_moved_up_or_down_and_no_other_is_touched(stage: Stage, page: Page) -> None:
    page.evaluate(WATCH)
    changing = wants("service-0500", "dev", "1.0.0")
    stage.report(hold(changing, ago=1, runs="0.9.9"))
    expect(page.locator(".body .c-sync").nth(25)).to_have_text("Sync: Held")
    stage.report(in_sync(changing))
    expect(page.locator(".body .c-sync").nth(25)).to_have_text("Sync: In sync")
    seen = page.evaluate(SEEN)
    assert seen["added"] + seen["removed"] <= 48


def test_what_was_looked_at_again_and_found_as_before_touches_nothing(stage: Stage, page: Page) -> None:
    page.evaluate(WATCH)
    calm = (number for number in range(0, 300, 3) if number % 40 != 7)
    stage.report(*(in_sync(wants(f"service-{number:04d}", "prod", "1.0.0")) for number in calm))
    stage.report(hold(wants("service-0500", "dev", "1.0.0"), ago=1, runs="0.9.9"))
    expect(page.locator(".body .c-sync").nth(25)).to_have_text("Sync: Held")
    assert page.evaluate(SEEN)["added"] <= 24


def test_a_search_among_them_makes_no_element_anew(page: Page) -> None:
    first = page.locator("a.name", has_text="service-0100").element_handle()
    page.get_by_role("searchbox").fill("service-01")
    expect(page.locator(".body .row")).to_have_count(100)
    page.get_by_role("searchbox").fill("")
    expect(page.locator(".body .row")).to_have_count(1000)
    assert first is not None
    assert first.evaluate("each => each.isConnected")


def test_lines_that_are_not_on_the_screen_are_not_laid_out(page: Page) -> None:
    drawn = page.locator(".body .row").evaluate_all(DRAWN)
    assert 5 <= drawn < 100


def test_the_first_lines_are_there_before_the_last_are_made(
    stage: Stage, tab: Opened, many: Callable[[Stage], None]
) -> None:
    many(stage)
    page = tab("/", live=False, viewport={"width": 1200, "height": 700})
    page.add_init_script(
        """new MutationObserver(() => {
          const count = document.querySelectorAll('.body .row').length;
          if (count) (window.counts ??= []).push(count);
        }).observe(document, { childList: true, subtree: true });"""
    )
    page.reload()
    expect(page.locator(".body .row")).to_have_count(1000)
    counts = page.evaluate("window.counts")
    assert counts[0] <= 100
    assert len(set(counts)) > 10
