"""What happened, as a reader sees it."""

import re

from playwright.sync_api import expect

from reconcilers.outcome import InSync
from tests.page import states
from tests.page.conftest import Opened
from tests.page.fleets import HOUR, Look, attempt, hold, in_sync, looked, shifting, snapshot, wants
from tests.page.stage import Stage
from tests.page.states import CHECKOUT, PAYMENTS

PAGE = 60


def test_what_happened_across_services_is_told_newest_first(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    facts = tab("/activity").locator(".fact")
    expect(facts.nth(0)).to_contain_text("Shipping")
    expect(facts.nth(0)).to_contain_text("checkout")
    expect(facts.nth(1)).to_contain_text("Git silent")
    times = facts.locator("time").evaluate_all("all => all.map(each => each.dateTime)")
    assert times == sorted(times, reverse=True)
    assert len(times) > 10


def test_a_fact_says_who_which_commit_and_how_long_it_took(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    shipped = tab("/activity").locator(".fact").filter(has_text="accounts").first
    for text in ("Shipped", "commit 9f41c7e serves production", "by Ada Moreau", "after 16 min 16 s"):
        expect(shipped).to_contain_text(text)


def test_a_time_stays_on_one_line_where_clocks_have_twelve_hours(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    at = tab("/activity", locale="en-US").locator(".fact .at").first
    expect(at).to_have_text(re.compile("[AP]M$"))
    words = "const range = document.createRange(); range.selectNodeContents(at); return range.getClientRects().length"
    assert at.evaluate(f"at => {{ {words} }}") == 1
    assert at.evaluate("at => at.scrollWidth <= at.clientWidth")


def test_days_are_told_apart(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    expect(tab("/activity").locator(".day h2")).to_have_text(["Today", "Yesterday"])


def test_kind_environment_and_service_filter_and_the_link_keeps_them(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    page = tab("/activity")
    page.get_by_role("button", name="Shipped").click()
    page.get_by_label("Environment").select_option("staging")
    expect(page.locator(".fact")).to_have_count(3)
    page.get_by_role("searchbox").fill("Asset")
    expect(page.locator(".fact")).to_have_count(1)
    address = page.url.removeprefix(stage.url)
    assert address == "/activity?kind=rollout-done&environment=staging&service=Asset"
    expect(tab(address).locator(".fact")).to_have_count(1)
    page.go_back()  # what was typed is no step of its own, as in the fleet
    expect(page.get_by_label("Environment")).to_have_value("")
    expect(page.locator(".fact")).to_have_count(8)


def test_a_search_is_answered_while_one_types_and_asks_no_more_than_needed(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    page = tab("/activity")
    expect(page.locator(".fact").nth(1)).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/activity?" in request.url else None)
    page.get_by_role("searchbox").press_sequentially("PROD chec", delay=1)
    expect(page.locator(".fact a.name")).to_have_text([re.compile("^checkout")])
    assert len(asked) < len("PROD chec")
    assert asked[-1].endswith("search=PROD+chec")


def test_what_happens_now_appears_on_top_without_loading(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS, CHECKOUT))
    stage.report(in_sync(PAYMENTS), in_sync(CHECKOUT))
    page = tab("/activity")
    expect(page.locator(".empty")).to_contain_text("Nothing has happened yet")
    stage.report(hold(PAYMENTS))
    expect(page.locator(".fact")).to_have_count(1)
    stage.report(shifting(CHECKOUT))
    expect(page.locator(".fact").first).to_contain_text("checkout")


def test_what_the_filter_leaves_out_does_not_appear_when_it_happens(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS, CHECKOUT))
    stage.report(in_sync(PAYMENTS), in_sync(CHECKOUT))
    page = tab("/activity?kind=held&service=PROD+pay")
    stage.report(shifting(CHECKOUT))
    stage.report(hold(CHECKOUT))
    stage.report(hold(PAYMENTS))
    expect(page.locator(".fact")).to_have_count(1)
    expect(page.locator(".fact")).to_contain_text("payments")


def test_older_facts_come_page_by_page_and_none_twice(stage: Stage, tab: Opened) -> None:
    services = [wants(f"s{number:02d}", "prod", "1.0.0") for number in range(40)]
    stage.adopt(snapshot(*services))
    for number, each in enumerate(services):
        ago = number * HOUR + 1020
        tried = attempt(each, f"d-{number}", ago)
        stage.report(looked(each, Look(InSync(), ago=ago - 1020, attempts=(tried,))))
    page = tab("/activity")
    expect(page.locator(".fact")).to_have_count(PAGE)
    page.get_by_role("button", name="Older").click()
    expect(page.locator(".fact")).to_have_count(80)
    expect(page.get_by_role("button", name="Older")).to_be_hidden()


def test_a_fact_leads_to_its_service(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    page = tab("/activity?kind=held")
    page.get_by_role("link", name="payments").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("payments")
    page.go_back()
    expect(page.locator(".fact")).to_have_count(1)


def test_nothing_that_is_like_the_filter_is_told_as_that(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    expect(tab("/activity?service=nobody").locator(".empty")).to_contain_text("Nothing like that happened")


def test_a_service_that_leaves_git_is_told_as_it_leaves(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CHECKOUT, PAYMENTS))
    page = tab("/activity")
    stage.adopt(snapshot(PAYMENTS))
    fact = page.locator(".fact")
    expect(fact).to_contain_text("Left Git")
    expect(fact).to_contain_text("left Git; its service in ECS is left running, and is looked at no more")
    expect(fact).to_contain_text(snapshot().revision.author)


def test_a_kind_that_there_is_not_filters_nothing(stage: Stage, tab: Opened) -> None:
    states.lived(stage)
    page = tab("/activity?kind=bogus,constructor")
    expect(page.locator(".fact").nth(10)).to_be_visible()
    expect(page.locator(".chip[aria-pressed=true]")).to_have_count(0)


def test_the_time_is_whole_in_its_title(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    time = tab("/activity?kind=held").locator(".fact time")
    expect(time).to_have_text("14:06:07")
    expect(time).to_have_attribute("title", "20 Nov 2026, 14:06:07 UTC")
