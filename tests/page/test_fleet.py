"""The fleet, as a reader sees and uses it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from controller.source.snapshot import Snapshot
from tests.page import states
from tests.page.conftest import Opened, Read
from tests.page.fleets import BROKEN, COMMIT, HOUR, hold, in_sync, shifting, snapshot, wants
from tests.page.stage import Stage

CART = wants("cart", "prod", "1.0.0")


def row(page: Page, name: str) -> Any:
    """The line of a service."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


def names(page: Page) -> list[str]:
    return page.locator(".body a.name").all_inner_texts()


def test_sync_and_health_are_two_signs_of_shape_word_and_colour(read: Read) -> None:
    page = read("/")
    held, degraded = row(page, "payments"), row(page, "recommender")
    expect(held.locator(".c-sync")).to_have_text("Sync: Held")
    expect(held.locator(".c-health")).to_have_text("Health: Healthy")
    expect(degraded.locator(".c-sync")).to_have_text("Sync: In sync")
    expect(degraded.locator(".c-health")).to_have_text("Health: Degraded")
    shapes = page.eval_on_selector_all(
        ".c-sync .sign, .c-health .sign",
        "all => all.map(each => [each.dataset.state, each.querySelector('use').getAttribute('href')])",
    )
    shown = {(state, shape) for state, shape in shapes}
    assert len(shown) == len({state for state, _ in shown}) == len({shape for _, shape in shown})


def test_what_is_held_says_which_alarm_before_the_line_is_cut(read: Read) -> None:
    text = row(read("/"), "payments").locator(".text")
    told = "alarm prod-payments-5xx stopped d-MX41TQ0ZB. ALARM_ACTIVE: One or more alarms have been activated"
    expect(text).to_have_text(re.compile(f"^{re.escape(told)}"))


def test_what_is_blocked_says_why(read: Read) -> None:
    line = row(read("/"), "ledger")
    expect(line).to_contain_text("Blocked")
    expect(line).to_contain_text("Alarm prod-ledger-5xx is in ALARM")


def test_drift_says_how_much_for_how_long_and_whose_hand(read: Read) -> None:
    page = read("/")
    expect(row(page, "pricing")).to_contain_text("3 fields for 42 min, by user/mallory")
    expect(row(page, "pricing").locator(".who")).to_have_attribute("title", "arn:aws:iam::123456789012:user/mallory")


def test_the_running_and_the_wanted_version_stand_side_by_side(read: Read) -> None:
    page = read("/")
    expect(row(page, "payments").locator(".versions")).to_have_text("2.8.1 runs, Git wants 2.9.0")
    expect(row(page, "cart").first.locator(".versions")).to_have_text("4.9.3")


def test_what_is_not_known_to_run_is_not_told_to(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CART))
    expect(row(tab(), "cart").locator(".versions")).to_have_text(re.compile("^unknown runs, Git wants "))


def test_a_shift_shows_its_share_as_a_bar(read: Read) -> None:
    bar = row(read("/"), "checkout").get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuenow", "30")
    expect(bar).to_have_attribute("aria-label", "30 % of production is on the new version")
    widths = bar.evaluate("bar => [parseFloat(getComputedStyle(bar, '::before').width), bar.clientWidth]")
    assert widths[0] / widths[1] == pytest.approx(0.3, abs=0.02)


def test_the_whole_fleet_stands_in_a_sentence(read: Read) -> None:
    page = read("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("18 of 24 services are in sync")
    expect(page.locator(".summary")).to_have_text("5 need attention, 1 on the way")
    expect(page).to_have_title("1 held · Fleet · Trueup")


def test_the_sentence_and_the_chip_count_the_same(read: Read) -> None:
    expect(read("/").get_by_role("button", name="In sync 18")).to_be_visible()


def test_blue_comes_before_green_as_on_the_services_page(read: Read) -> None:
    bar = row(read("/"), "checkout").get_by_role("progressbar")
    assert bar.evaluate("bar => parseFloat(getComputedStyle(bar, '::before').marginInlineStart)") > 0


def test_a_quiet_fleet_says_that_nothing_needs_attention(stage: Stage, tab: Opened) -> None:
    states.quiet(stage)
    page = tab()
    expect(page.get_by_role("heading", level=1)).to_have_text("All 24 services are in sync")
    expect(page.locator(".summary")).to_have_text("Nothing needs attention")


def test_what_needs_attention_comes_first(read: Read) -> None:
    page = read("/")
    urgent = ["payments", "ledger", "recommender", "reports", "pricing", "checkout", "notes-app", "webhooks"]
    assert names(page)[:8] == urgent


def test_a_chip_leaves_those_of_its_state_and_says_how_many(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab()
    chip = page.get_by_role("button", name="Outdated 4")
    chip.click()
    expect(page.locator(".body a.name")).to_have_count(4)
    expect(chip).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Drifted 1").click()  # of one kind either, of two kinds both
    expect(page.locator(".body a.name")).to_have_count(5)
    page.get_by_role("button", name="Progressing").click()
    assert sorted(names(page)) == ["checkout", "webhooks"]


def test_every_word_of_a_search_has_to_be_found(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab()
    page.get_by_role("searchbox").fill("PROD pri")
    expect(page.locator(".body a.name")).to_have_count(1)
    assert names(page) == ["pricing"]
    page.get_by_role("searchbox").fill("4.12.0")  # by version, by commit, by hand, …
    assert names(page) == ["checkout"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("payments-5XX", "payments"),
        ("d-mx41tq0zb", "payments"),
        ("somebody else runs", "webhooks"),
        ("held", "payments"),
        ("drifted", "pricing"),
        ("3 fields", "pricing"),
        ("by user/mallory", "pricing"),
        ("degraded", "recommender"),
        ("broken manifest", "reports"),
        ("an earlier one is in force", "reports"),
        ("shifting", "checkout"),
        ("by lin okafor", "recommender"),
        ("nobody", ""),
    ],
)
def test_a_search_finds_what_the_lines_show_and_who_wrote_the_commit(read: Read, asked: str, found: str) -> None:
    page = read("/")
    page.get_by_role("searchbox").fill(asked)
    expect(page.locator(".body a.name")).to_have_text([found] if found else [])


def test_a_link_keeps_the_whole_filter(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab()
    page.get_by_role("searchbox").fill("prod")
    page.get_by_role("button", name="In sync").click()
    page.get_by_label("Group").select_option("Cluster")
    page.get_by_label("Sort").select_option("Name")
    found = names(page)
    address = page.url.removeprefix(stage.url)
    assert address == "/?q=prod&sync=in-sync&group=cluster&sort=name"
    other = tab(address)
    assert names(other) == found == sorted(found)
    expect(other.get_by_role("searchbox")).to_have_value("prod")
    expect(other.get_by_role("button", name="In sync")).to_have_attribute("aria-pressed", "true")
    expect(other.get_by_label("Sort")).to_have_value("name")


def test_back_takes_a_filter_off_again_and_comes_back_from_a_service_to_it(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab()
    page.get_by_role("button", name="Held 1").click()
    page.get_by_role("link", name="payments").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("payments")
    page.go_back()
    expect(page.locator(".body a.name")).to_have_count(1)
    expect(page.get_by_role("link", name="payments")).to_be_focused()
    page.go_back()
    expect(page.locator(".body a.name")).to_have_count(24)


def test_services_are_grouped_by_environment_or_cluster(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/?group=environment")
    expect(page.locator(".group b")).to_have_text(["dev", "prod", "staging"])
    expect(page.locator(".group").first).to_contain_text("1 service")
    page.get_by_label("Group").select_option("Cluster")
    expect(page.locator(".group b")).to_have_text(["dev-apps", "prod-apps", "staging-apps"])


def test_drift_can_be_sorted_by_its_age_and_everything_by_its_last_change(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    assert names(tab("/?sort=drift"))[0] == "pricing"
    assert names(tab("/?sort=changed"))[0] == "webhooks"


@pytest.mark.parametrize(
    "nonsense",
    ["sort=%00&group=__proto__&q=&now=", "group=constructor&sort=toString", "sync=bogus", "sync=Held,constructor"],
)
def test_an_address_with_nonsense_in_it_shows_everything(read: Read, nonsense: str) -> None:
    page = read(f"/?{nonsense}")
    expect(page.locator(".body a.name")).to_have_count(24)
    expect(page.locator(".group")).to_have_count(0)
    expect(page.get_by_label("Sort")).to_have_value("attention")


def test_of_a_filter_what_is_known_still_counts(read: Read) -> None:
    expect(read("/?sync=bogus,held").locator(".body a.name")).to_have_text(["payments"])


def test_the_way_back_from_a_service_keeps_the_filter(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/?sort=name")
    page.get_by_role("button", name="Outdated 4").click()
    for way in (page.locator(".crumb").get_by_role("link"), page.locator("nav").get_by_role("link", name="Fleet")):
        page.get_by_role("link", name="ledger").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("ledger")
        way.click()
        expect(page).to_have_url(f"{stage.url}/?sync=outdated&sort=name")
        expect(page.locator(".body a.name")).to_have_count(4)


def test_from_the_fleet_itself_its_link_takes_the_filter_off(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/?sync=held")
    page.get_by_role("link", name="payments").click()
    page.keyboard.press("g")
    page.keyboard.press("f")
    expect(page).to_have_url(f"{stage.url}/?sync=held")
    page.locator("nav").get_by_role("link", name="Fleet").click()
    expect(page.locator(".body a.name")).to_have_count(24)


def test_after_a_commit_the_line_says_that_the_next_look_is_due(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CART))
    stage.report(in_sync(CART, 2 * HOUR))
    page = tab()
    newer = replace(CART.commit, commit="0e55aa1b9d", subject="Ship cart 1.1.0")
    stage.adopt(snapshot(wants("cart", "prod", "1.1.0", commit=newer)))
    line = row(page, "cart")
    expect(line.locator(".text")).to_have_text("commit 0e55aa1b9d was read, and the next look at AWS is due")
    expect(line.locator(".c-since")).to_be_empty()


def test_a_filter_that_nothing_passes_says_so_and_can_be_taken_off(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/?q=zzz&sync=held")
    expect(page.locator(".empty")).to_contain_text("No service is like that.")
    page.get_by_role("button", name="Show all of them").click()
    expect(page.locator(".body a.name")).to_have_count(24)
    expect(page).to_have_url(f"{stage.url}/")


def test_problems_of_the_newest_commit_are_named_with_their_place_and_remedy(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab()
    page.get_by_text("1 error in commit 9f41c7e").click()
    expect(page.get_by_role("listitem").filter(has_text="There is no field imagez.")).to_have_text(
        "desired/staging/reports.yaml:14:5 There is no field imagez. Did you mean images?"
    )
    expect(row(page, "reports")).to_contain_text("Broken manifest")


def test_the_top_says_which_commit_counts_and_when_git_was_read(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CART))
    stage.now += 75
    page = tab()
    expect(page.locator(".commit")).to_contain_text("9f41c7e")
    expect(page.locator(".commit")).to_have_attribute(
        "title", f"{COMMIT.subject}\nby Ada Moreau\n20 Nov 2026, 14:21:07 UTC"
    )
    expect(page.locator(".asked")).to_have_text("Git read 1 min ago")


def test_a_silent_git_is_said_with_since_when_and_why(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CART))
    stage.silent("Could not resolve host.", "Check the URL.")
    stage.now += 7 * 60
    sign = tab().locator(".source .sign")
    expect(sign).to_have_text("Git silent for 7 min")
    expect(sign).to_have_attribute("title", "Git has not answered well: Could not resolve host. Check the URL.")


def test_a_newer_commit_that_takes_long_is_said_with_how_far_it_is(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CART))
    stage.board.source_arriving("compiling: 120 of 1,000 services are rendered")
    page = tab("/")
    expect(
        page.get_by_text("A newer commit is on its way: compiling: 120 of 1,000 services are rendered.")
    ).to_be_visible()


def test_why_git_is_silent_is_to_be_had_by_keyboard(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CART))
    stage.silent("Could not resolve host.", "Check the URL.")
    page = tab()
    why = page.locator(".problems .notice")
    why.locator("summary").press("Enter")
    expect(why.get_by_text("Check the URL.")).to_be_visible()
    expect(why).to_contain_text("Could not resolve host. Check the URL.")


def test_a_git_that_never_answered_says_why_and_what_to_do(stage: Stage, tab: Opened) -> None:
    stage.silent("Could not resolve host: git.example.com", "Check the network and the URL.")
    empty = tab().locator(".empty")
    expect(empty).to_contain_text("Git has not answered yet")
    expect(empty).to_contain_text("Could not resolve host: git.example.com")
    expect(empty).to_contain_text("Check the network and the URL.")


def test_before_git_was_read_the_page_says_that_it_is_being_read(tab: Opened) -> None:
    expect(tab().locator(".empty")).to_contain_text("The repository is being read")


def test_a_repository_without_services_says_how_to_begin(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot())
    expect(tab().locator(".empty")).to_contain_text("holds no manifest of a service")


def test_a_service_whose_manifest_never_could_be_read_is_listed(stage: Stage, tab: Opened) -> None:
    broken = wants("broken", "prod", "1").key
    stage.adopt(replace(snapshot(CART), spoiled={broken: (BROKEN,)}, problems=(BROKEN,)))
    expect(row(tab(), "broken")).to_contain_text("There is no field imagez")


@pytest.mark.parametrize("change", ["new", "gone", "moved"])
def test_what_changes_is_shown_without_loading_the_page_again(stage: Stage, tab: Opened, change: str) -> None:
    stage.adopt(snapshot(CART))
    stage.report(in_sync(CART, 2 * HOUR))
    page = tab()
    page.evaluate("window.same = true")
    other = wants("search", "prod", "3.0.0")
    after: dict[str, Snapshot] = {"new": snapshot(CART, other), "gone": snapshot(other), "moved": snapshot(CART)}
    stage.adopt(after[change])
    if change == "moved":
        stage.report(hold(CART))
        expect(row(page, "cart").locator(".c-sync")).to_have_text("Sync: Held")
    else:
        expect(page.get_by_role("link", name="search")).to_be_visible()
        expect(page.get_by_role("link", name="cart")).to_have_count(1 if change == "new" else 0)
    assert page.evaluate("window.same") is True


def test_a_shift_is_seen_to_move(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(states.CHECKOUT))
    stage.report(shifting(states.CHECKOUT, 10.0))
    page = tab()
    for share in (30, 70, 100):
        stage.report(shifting(states.CHECKOUT, float(share)))
        expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", str(share))


def test_times_are_relative_and_whole_in_their_title(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CART))
    stage.report(in_sync(CART, 2 * HOUR))
    since = tab().locator(".c-since time")
    expect(since).to_have_text("2 h ago")
    expect(since).to_have_attribute("title", "20 Nov 2026, 12:32:07 UTC")


def test_ages_are_by_the_daemons_clock_and_not_by_the_readers(stage: Stage, tab: Opened) -> None:
    stage.now += 10 * HOUR  # the reader's clock is elsewhere altogether
    stage.adopt(snapshot(CART))
    stage.report(in_sync(CART, 0))
    expect(tab().locator(".c-since time")).to_have_text("10 h ago")
