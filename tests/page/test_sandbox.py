"""The page over the real reconciler and the sandbox's AWS: what happens there is what is seen."""

from playwright.sync_api import expect

from reconcilers.report import Report
from tests.controller.builders import snapshot
from tests.page.conftest import Opened
from tests.page.stage import Stage
from tests.reconcilers.sandboxed import Account, reconciler, shifted


def follow(stage: Stage, account: Account, tag: str, steps: int, seconds: float = 60.0) -> Report:
    """Reconcile so many times, and let time pass in between."""
    daemon = reconciler(account.world)
    wanted = account.wants(tag)
    for _ in range(steps):
        report = daemon.reconcile(wanted)
        stage.now = account.clock.now()
        stage.report(report)
        account.clock.advance(seconds)
    return report


def test_a_bad_release_is_seen_to_shift_and_to_be_rolled_back_and_held(stage: Stage, tab: Opened) -> None:
    account = shifted()
    account.push("bad")
    wanted = account.wants("bad")
    stage.now = account.clock.now()
    stage.adopt(snapshot(wanted))
    follow(stage, account, "bad", 2, 200)
    key = f"{wanted.key.environment}/{wanted.key.name}"
    page = tab(f"/services/{key}")
    expect(page.locator(".colour.green .weight")).to_contain_text("%")
    expect(page.locator(".steps li")).to_have_count(8)
    expect(page.locator(".chain .link").nth(2)).to_contain_text("has this content")
    follow(stage, account, "bad", 20)
    expect(page.locator(".signs")).to_contain_text("Held")
    expect(page.locator(".stop")).to_contain_text("ALARM_ACTIVE")
    page.get_by_role("link", name="Activity").click()
    expect(page.locator(".fact").filter(has_text="Rolled back")).to_contain_text("ALARM_ACTIVE")
    expect(page.locator(".fact").filter(has_text="Held")).not_to_have_count(0)
