"""One service, as a reader sees it."""

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from reconcilers.attempts import AttemptState
from reconcilers.history import History
from reconcilers.model import ServiceKey
from reconcilers.outcome import Blocked, BlockedBy, Differs, Failed, Finding, Outcome, Sync, Waiting
from reconcilers.report import Report
from tests.page import states
from tests.page.conftest import Opened, Read
from tests.page.fleets import (
    DRIFT,
    NOW,
    Look,
    attempt,
    drifted,
    hold,
    in_sync,
    looked,
    shift,
    shifting,
    snapshot,
    wants,
)
from tests.page.stage import Stage
from tests.page.states import CHECKOUT, PAYMENTS, PRICING


def links(page: Page) -> list[str | None]:
    return [each.get_attribute("data-state") for each in page.locator(".link").all()]


def test_the_chain_shows_each_link_and_the_one_that_blocks(read: Read) -> None:
    page = read("/services/prod/payments")
    expect(page.get_by_role("heading", level=1)).to_have_text("payments")
    assert links(page) == ["done", "done", "done", "done", "blocked", "pending"]
    titles = [text.replace("\n", "").rstrip(": ") for text in page.locator(".link b").all_inner_texts()]
    assert titles[0] == "Commit, done"
    assert titles[3:] == ["Pre-flight, done", "Deployment, stands here", "Traffic, not yet"]
    expect(page.locator("[aria-current=step]")).to_contain_text("Deployment")


def test_what_stands_in_the_way_says_who_can_clear_it_and_how(read: Read) -> None:
    stop = read("/services/prod/payments").locator(".stop")
    expect(stop).to_contain_text("Deployment stands still, for 26 min")
    expect(stop).to_contain_text("Alarm prod-payments-5xx stopped d-MX41TQ0ZB. ALARM_ACTIVE")
    expect(stop).to_contain_text("A person can clear it. Commit a fix, or try the same again")
    expect(stop.locator("code")).to_have_text("trueup retry prod/payments")


def test_a_service_that_runs_what_git_says_says_so_calmly(stage: Stage, tab: Opened) -> None:
    states.quiet(stage)
    page = tab("/services/prod/cart")
    expect(page.locator(".calm")).to_contain_text("What Git says is what runs.")
    assert links(page) == ["done"] * 6


def test_a_shift_shows_both_colours_with_versions_weights_and_tasks(read: Read) -> None:
    page = read("/services/prod/checkout")
    blue, green = page.locator(".colour.blue"), page.locator(".colour.green")
    expect(blue.locator(".weight")).to_have_text("70 %")
    expect(blue).to_contain_text("4.11.3 checkout:41")
    expect(blue).to_contain_text("4 of 4 tasks run")
    expect(green.locator(".weight")).to_have_text("30 %")
    expect(green).to_contain_text("4.12.0 checkout:42")


def test_a_shift_shows_its_lifecycle_events_with_their_times(read: Read) -> None:
    steps = read("/services/prod/checkout").locator(".steps li")
    expect(steps).to_have_count(8)
    expect(steps.nth(1)).to_have_text("Install: Succeeded14:27:562 min 20 s")
    expect(steps.nth(6)).to_contain_text("AllowTraffic: InProgress14:30:471 min")
    expect(steps.nth(7)).to_have_text("AfterAllowTraffic: Pending")


def test_a_shift_shows_its_alarms_with_their_state_and_the_time_to_go(read: Read) -> None:
    page = read("/services/prod/checkout")
    alarms = page.locator(".alarms li")
    expect(alarms.nth(0)).to_contain_text("OKprod-checkout-5xx")
    expect(alarms.nth(1)).to_contain_text("Not enough dataprod-checkout-latency-p99")
    expect(page.locator(".left")).to_have_text("about 7 min until production has moved")


def test_the_diff_shows_each_field_as_git_says_it_and_as_it_is(read: Read) -> None:
    page = read("/services/prod/pricing")
    count, variable, added = (page.locator(".change").nth(number) for number in range(3))
    expect(count.locator(".path")).to_contain_text("serviceDefinition / desiredCount")
    expect(count.locator(".declared")).to_have_text("4")
    expect(count.locator(".live")).to_have_text("9")
    expect(variable.locator(".declared")).to_have_text("••••••")
    expect(added).to_contain_text("Only in AWS")
    expect(added.locator(".live")).to_contain_text("busybox:latest")
    assert "hunter2" not in page.content()


@pytest.mark.parametrize(
    ("outcome", "said"),
    [
        (shift(), "1 field changes with what ships now"),
        (Differs("It is outdated."), "1 field will change when it ships"),
    ],
)
def test_the_diff_says_whether_it_ships_already(stage: Stage, tab: Opened, outcome: Outcome, said: str) -> None:
    stage.adopt(snapshot(CHECKOUT))
    stage.report(looked(CHECKOUT, Look(outcome, Sync.OUTDATED, changes=DRIFT[:1])))
    expect(tab("/services/prod/checkout").locator(".diff .head")).to_contain_text(said)


def test_a_digest_says_of_what_it_is(read: Read) -> None:
    page = read("/services/prod/checkout")
    expect(page.locator(".chain")).to_contain_text("(revision digest v1-")
    label = page.get_by_text("Release digest")
    expect(label).to_have_attribute("title", re.compile("what else one rollout ships"))
    expect(page.locator(".about")).to_contain_text(f"Release digest{CHECKOUT.release[:15]}")


def test_the_diff_says_who_how_from_where_and_when(read: Read) -> None:
    hands = read("/services/prod/pricing").locator(".hand")
    expect(hands.nth(0)).to_have_text("by user/mallorywith consoleecs:UpdateServicefrom 203.0.113.2442 min ago")
    expect(hands.nth(1)).to_contain_text("with AWS CLI 2.31.4")


def test_a_hand_that_aws_does_not_name_is_unknown_and_not_nobody(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PRICING))
    stage.report(drifted(PRICING, changes=DRIFT[:1]))
    expect(tab("/services/prod/pricing").locator(".hand")).to_contain_text("AWS does not tell who")


def test_drift_that_was_there_at_the_first_look_is_said_to_be_at_least_so_old(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PRICING))
    stage.report(drifted(PRICING, changes=DRIFT[:1]))
    expect(tab("/services/prod/pricing").locator(".hand")).to_have_text("AWS does not tell whomore than 42 min ago")
    expect(tab("/").locator(".drifting")).to_contain_text("1 field for at least 42 min")


def test_a_service_that_there_is_not_is_said_in_words_for_people(read: Read) -> None:
    page = read("/services/prod/payment")
    expect(page.locator(".empty")).to_contain_text("No manifest names prod/payment. Did you mean prod/payments?")
    assert "/api/" not in page.locator(".empty").inner_text()


def test_the_history_shows_each_attempt_with_its_end_and_its_reason(read: Read) -> None:
    attempts = read("/services/prod/payments").locator(".attempt")
    expect(attempts).to_have_count(5)
    expect(attempts.nth(0)).to_contain_text("Rollback of d-MX41TQ0ZB")
    taken_back = attempts.nth(1)
    for text in ("Rolled back", "Commit 9f41c7e", "ALARM_ACTIVE", "took 7 min", "Taken back by d-ZR0LLB4CK"):
        expect(taken_back).to_contain_text(text)
    expect(taken_back.locator(".failures")).to_have_text(
        "AllowTraffic AlarmActive at 30 % of production, after 3 min 4 s"
    )
    expect(attempts.nth(2)).to_contain_text("Somebody else's")
    expect(attempts.nth(3)).to_contain_text("Healing after commit 41d0a77")


@pytest.mark.parametrize("service", ["prod/checkout", "staging/webhooks"])
def test_a_deployment_that_is_said_to_run_runs_in_the_history_too(read: Read, service: str) -> None:
    page = read(f"/services/{service}")
    deployment = re.search(r"d-\w{9}", page.locator(".verdict").inner_text())
    assert deployment is not None
    expect(page.locator(".attempt[data-state=running]")).to_contain_text(deployment[0])


def test_an_aws_that_does_not_answer_for_the_history_is_said(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    stage.histories[PAYMENTS.key] = History(error="Throttling: rate exceeded")
    expect(tab("/services/prod/payments").locator(".history")).to_contain_text(
        "AWS could not be asked: Throttling: rate exceeded"
    )


@pytest.mark.parametrize(
    "name", ["Service in ECS", "Deployment group in CodeDeploy", "Logs: /ecs/payments", "d-MX41TQ0ZB"]
)
def test_links_lead_to_aws_console_in_a_tab_of_their_own(read: Read, name: str) -> None:
    link = read("/services/prod/payments").get_by_role("link", name=name)
    assert (link.get_attribute("href") or "").startswith("https://eu-west-1.console.aws.amazon.com/")
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener noreferrer")


def test_what_is_wanted_and_what_runs_stand_beside_with_the_commit_and_its_author(read: Read) -> None:
    about = read("/services/prod/payments").locator(".about")
    expect(about).to_contain_text("Ship payments 2.9.0 to prod")
    expect(about).to_contain_text("9f41c7e by Ada Moreau, 11 min ago")
    expect(about.locator(".differs")).to_have_count(4)


def test_the_shift_goes_on_before_the_readers_eyes(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CHECKOUT))
    stage.report(shifting(CHECKOUT, 10.0))
    page = tab("/services/prod/checkout")
    expect(page.locator(".colour.green .weight")).to_have_text("10 %")
    stage.report(shifting(CHECKOUT, 60.0))
    expect(page.locator(".colour.green .weight")).to_have_text("60 %")
    stage.report(in_sync(CHECKOUT, 0))
    expect(page.locator(".shift")).to_be_empty()
    expect(page.locator(".signs")).to_contain_text("In sync")


def test_the_history_is_read_again_when_something_happens(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS))
    stage.report(in_sync(PAYMENTS))
    page = tab("/services/prod/payments")
    expect(page.locator(".history")).to_contain_text("AWS remembers no deployment of this service.")
    tried = attempt(PAYMENTS, "d-MX41TQ0ZB", 60, state=AttemptState.STOPPED)
    stage.histories[PAYMENTS.key] = History((tried,), as_of=NOW)
    stage.report(hold(PAYMENTS))
    expect(page.locator(".attempt")).to_have_count(1)


def test_the_history_is_read_again_when_somebody_comes_back_to_the_tab(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS))
    stage.report(in_sync(PAYMENTS))
    page = tab("/services/prod/payments")
    expect(page.locator(".history")).to_contain_text("AWS remembers no deployment of this service.")
    stage.histories[PAYMENTS.key] = History((attempt(PAYMENTS, "d-MX41TQ0ZB", 60),), as_of=NOW)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.locator(".attempt")).to_have_count(1)


def test_a_service_that_is_not_there_is_told_and_leads_back(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS))
    page = tab("/services/prod/nothing")
    expect(page.locator(".empty")).to_contain_text("There is no such service")
    expect(page.locator(".empty")).to_contain_text("No manifest names prod/nothing.")
    page.get_by_role("link", name="To the fleet").click()
    assert page.url == page.url.split("/services")[0]


def test_a_service_that_comes_later_appears_where_it_was_missed(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(CHECKOUT))
    page = tab("/services/prod/payments")
    expect(page.locator(".empty")).to_be_visible()
    stage.adopt(snapshot(PAYMENTS))
    expect(page.get_by_role("heading", level=1)).to_have_text("payments")


def test_after_a_commit_the_page_says_that_the_next_look_is_due(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS))
    stage.report(in_sync(PAYMENTS))
    newer = replace(PAYMENTS.commit, commit="0e55aa1b9d", subject="Ship payments 2.9.1")
    stage.adopt(snapshot(wants("payments", "prod", "2.9.1", commit=newer)))
    page = tab("/services/prod/payments")
    expect(page.locator(".calm")).to_have_text("Commit 0e55aa1b9d was read, and the next look at AWS is due.")


def test_a_service_that_leaves_git_says_so_on_its_open_page(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS, CHECKOUT))
    stage.report(in_sync(PAYMENTS), in_sync(CHECKOUT))
    page = tab("/services/prod/payments")
    expect(page.locator(".signs")).to_contain_text("In sync")
    stage.adopt(snapshot(CHECKOUT))
    expect(page.locator(".empty")).to_contain_text("This service left Git")
    expect(page.locator(".empty")).to_contain_text("No manifest names prod/payments any more. It left Git with commit")
    expect(page.locator(".empty")).to_contain_text("Its service in ECS is left running, and is looked at no more.")
    expect(page.locator(".signs")).to_be_empty()
    expect(page.locator(".actions")).to_be_empty()


def test_a_service_that_left_git_says_so_when_its_page_is_opened_later(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS, CHECKOUT))
    stage.adopt(snapshot(CHECKOUT))
    page = tab("/services/prod/payments")
    expect(page.locator(".empty")).to_contain_text("This service left Git")
    expect(page.locator(".empty")).to_contain_text("It left Git with commit")


def test_a_service_that_comes_back_to_git_is_there_again_with_its_history(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS, CHECKOUT))
    stage.histories[PAYMENTS.key] = History((attempt(PAYMENTS, "d-MX41TQ0ZB", 60),), as_of=NOW)
    page = tab("/services/prod/payments")
    expect(page.locator(".attempt")).to_have_count(1)
    stage.adopt(snapshot(CHECKOUT))
    expect(page.locator(".empty")).to_be_visible()
    stage.adopt(snapshot(PAYMENTS, CHECKOUT))
    stage.report(in_sync(PAYMENTS))
    expect(page.locator(".signs")).to_contain_text("In sync")
    expect(page.locator(".attempt")).to_have_count(1)
    expect(page.locator(".empty")).to_have_count(0)


def test_an_address_that_leads_nowhere_says_so(tab: Opened) -> None:
    expect(tab("/nowhere/at/all").locator(".empty")).to_contain_text("There is no such page")


def test_one_service_after_the_other_is_never_mixed_up(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/services/prod/payments")
    expect(page.locator(".attempt")).to_have_count(5)
    page.get_by_role("link", name="Fleet", exact=True).first.click()
    page.get_by_role("link", name="pricing").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("pricing")
    expect(page.locator(".change")).to_have_count(3)
    expect(page.locator(".attempt")).to_have_count(0)


def test_an_aws_that_does_not_answer_leaves_what_was_known_with_its_age(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS))
    stage.report(in_sync(PAYMENTS, 300))
    lost = Failed("Throttling", "rate exceeded")
    stage.report(Report(PAYMENTS.key, None, lost, (), 0.1, NOW - 60, None))
    page = tab("/services/prod/payments")
    expect(page.locator(".silent")).to_contain_text("AWS has not answered well for 1 min.")
    expect(page.locator(".signs")).to_contain_text("In sync")
    expect(page.locator(".signs")).to_contain_text("No answer")


def test_what_never_could_be_read_says_what_blocks_it_and_since_when(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(PAYMENTS))
    finding = Finding("ClusterNotFound", "Cluster not found.", "Create the cluster.")
    lost = Blocked(BlockedBy.SERVICE, (finding,))
    stage.report(Report(PAYMENTS.key, None, lost, (), 0.1, NOW - 60, None))
    page = tab("/services/prod/payments")
    expect(page.locator(".silent")).to_have_text("Nothing of it could be read in AWS for 1 min.")
    expect(page.locator(".stop")).to_contain_text("Cluster not found.")
    expect(page.locator(".stop")).to_contain_text("can clear it. Create the cluster.")
    expect(page.locator(".link[aria-current=step]")).to_contain_text("Pre-flight")


def test_a_name_that_has_to_be_escaped_is_found(stage: Stage, tab: Opened) -> None:
    odd = wants("a b%2F?#ü", "prod", "1.0.0")
    stage.adopt(snapshot(replace(odd, key=ServiceKey("prod", "a b%?#ü"))))
    page = tab()
    page.get_by_role("link", name="a b%?#ü").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("a b%?#ü")


def held_up(stage: Stage, state: AttemptState, **more: Any) -> None:
    """The release of checkout waits for a person, or for its own end."""
    name = "d-7KQ2M9XA1"
    far = shift(0.0).progress
    assert far is not None
    tried = attempt(CHECKOUT, name, 4 * 60.0, state=state, aws_status=state.value, finished_at=None)
    look = Look(Waiting(f"{name} …", "a person", 15.0), Sync.OUTDATED, ago=0, runs="4.11.3", attempts=(tried,))
    report = looked(CHECKOUT, look)
    assert report.observed is not None
    stage.adopt(snapshot(CHECKOUT))
    stage.report(replace(report, observed=replace(report.observed, progress=replace(far, ends_at=None, **more))))
    stage.histories[CHECKOUT.key] = History((tried,), {}, NOW)


def test_a_shift_that_waits_for_a_person_stays_and_says_for_how_long_yet(stage: Stage, tab: Opened) -> None:
    held_up(stage, AttemptState.READY, gives_up_at=NOW + 55 * 60)
    page = tab("/services/prod/checkout")
    expect(page.locator(".left")).to_have_text("Waits for a person · about 55 min until AWS stops it")
    expect(page.locator(".colour")).to_have_count(2)
    expect(page.locator(".steps li")).to_have_count(8)
    expect(page.locator(".alarms li")).to_have_count(2)


def test_a_shift_that_is_being_stopped_stays_and_says_so(stage: Stage, tab: Opened) -> None:
    held_up(stage, AttemptState.STOPPING)
    page = tab("/services/prod/checkout")
    expect(page.locator(".left")).to_have_text("Stopping")
    expect(page.locator(".colour")).to_have_count(2)


def test_no_state_of_an_attempt_runs_into_what_it_shipped(stage: Stage, tab: Opened) -> None:
    held_up(stage, AttemptState.READY)
    row = tab("/services/prod/checkout").locator(".attempt")
    expect(row.locator(".sign")).to_have_text("Waits for a person")
    word, what = row.locator(".sign span").bounding_box(), row.locator(".what").bounding_box()
    assert word is not None
    assert what is not None
    assert word["x"] + word["width"] <= what["x"]
