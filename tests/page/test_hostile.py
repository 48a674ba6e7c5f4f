"""Whatever a commit, an image, an alarm or a person is called: it is text."""

from dataclasses import replace

from playwright.sync_api import Page, Route, expect

from controller.loop.facts import Fact, Kind
from controller.source.problem import Problem
from reconcilers.attempts import AttemptState, AwsReason, Failure
from reconcilers.diff import Change
from reconcilers.history import History
from reconcilers.model import ServiceKey
from reconcilers.outcome import Held, Progressing
from reconcilers.preflight_facts import Alarm
from tests.page.conftest import Opened
from tests.page.fleets import COMMIT, NOW, attempt, drifted, hold, shifting, snapshot, wants
from tests.page.stage import Stage

EVIL = "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script>\"'`${window.hacked=1}"
NAMED = ServiceKey("prod", "<b onclick=hacked=1>x")


def hacked(page: Page) -> bool:
    return bool(page.evaluate("Boolean(window.hacked) || Boolean(document.querySelector('main img, main script'))"))


def test_hostile_names_messages_and_values_are_shown_as_they_are_and_run_nothing(stage: Stage, tab: Opened) -> None:
    evil = wants("x", "prod", "1.0.0", key=NAMED, cluster=EVIL, commit=replace(COMMIT, author=EVIL, subject=EVIL))
    wrong = Problem(f"desired/{EVIL}", 1, 1, EVIL, EVIL)
    stage.adopt(replace(snapshot(evil, problems=(wrong,)), revision=evil.commit))
    stage.report(drifted(evil, changes=(Change(f"/taskDefinition/{EVIL}", "changed", EVIL, {EVIL: EVIL}),), by=EVIL))
    page = tab()
    page.get_by_text("1 error in commit").click()
    expect(page.locator(".notice li")).to_contain_text(EVIL)
    page.get_by_role("link", name=NAMED.name).click()
    expect(page.locator(".change")).to_contain_text(EVIL)
    expect(page.locator(".hand")).to_contain_text(EVIL.rpartition(":")[2])
    expect(page.locator(".about")).to_contain_text(EVIL)
    assert not hacked(page)


def test_a_hostile_hold_history_and_activity_run_nothing(stage: Stage, tab: Opened) -> None:
    evil = wants("x", "prod", "1.0.0", key=NAMED)
    stage.adopt(snapshot(evil))
    found = hold(evil)
    assert isinstance(found.outcome, Held)
    outcome = replace(found.outcome, reason=AwsReason(EVIL, EVIL), deployment=f"d-{EVIL}")
    stage.report(replace(found, outcome=outcome, plan=replace(found.plan, outcome=outcome) if found.plan else None))
    tried = attempt(evil, f"d-{EVIL}", 60, state=AttemptState.FAILED, reason=AwsReason(EVIL, EVIL), mark=None)
    stage.histories[NAMED] = History((tried,), {tried.id: (Failure(EVIL, EVIL, EVIL),)}, NOW, EVIL)
    page = tab("/services/prod/" + "%3Cb%20onclick%3Dhacked%3D1%3Ex")
    expect(page.locator(".failures")).to_contain_text(EVIL)
    page.goto(stage.url + "/activity")
    expect(page.locator(".fact")).to_contain_text(EVIL)
    assert not hacked(page)


def test_a_hostile_shift_runs_nothing(stage: Stage, tab: Opened) -> None:
    evil = wants("x", "prod", EVIL)
    stage.adopt(snapshot(evil))
    found = shifting(evil, runs=EVIL)
    assert isinstance(found.outcome, Progressing)
    assert found.outcome.progress is not None
    progress = replace(found.outcome.progress, alarms=(Alarm(EVIL, EVIL),))
    stage.report(replace(found, outcome=replace(found.outcome, progress=progress, what=EVIL)))
    page = tab("/services/prod/x")
    expect(page.locator(".alarms")).to_contain_text(EVIL)
    assert not hacked(page)


def test_a_moment_that_no_calendar_has_hides_nothing_else(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(wants("cart", "prod", "1.0.0")))
    for name, at in (("odd", 9e14), ("even", NOW)):
        stage.journal.keep(Fact(name, Kind.ORDERED, at, None, f"An {name} moment"))
    page = tab("/activity")
    expect(page.locator(".fact")).to_have_count(2)
    expect(page.locator(".fact time[datetime]")).to_have_count(1)


def test_an_address_that_is_none_of_the_web_is_no_link(stage: Stage, tab: Opened) -> None:
    stage.adopt(snapshot(wants("cart", "prod", "1.0.0")))
    page = tab("/", viewport={"width": 1000, "height": 700})
    page.route("**/api/v1/services/prod/cart", _with_evil_links)
    page.get_by_role("link", name="cart").click()
    expect(page.locator(".outlinks li")).to_have_count(3)
    assert page.locator(".outlinks a").evaluate_all("all => all.map(each => each.href)") == ["https://aws.example/"]


def test_markup_cannot_be_made_even_by_a_mistake_of_the_page(stage: Stage, warm: Page) -> None:
    warm.goto(stage.url)
    make = "() => { try { document.body.innerHTML = '<b>'; } catch (error) { return error.name; } }"
    assert warm.evaluate(make) == "TypeError"


def _with_evil_links(route: Route) -> None:
    answer = route.fetch()
    links = [("javascript:window.hacked=1"), ("data:text/html,<script>1</script>"), ("https://aws.example/")]
    route.fulfill(json=answer.json() | {"links": [{"title": each, "url": each} for each in links]})
