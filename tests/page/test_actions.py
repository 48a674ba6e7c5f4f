"""What a reader may ask for, and what it takes."""

from playwright.sync_api import Page, expect

from controller.rules.rights import ClaimRule, Grant, How, Identity, Role
from controller.web.identity.gate import Gate
from controller.web.offered import CLOSED
from tests.page import states
from tests.page.conftest import Opened
from tests.page.fleets import in_sync, snapshot
from tests.page.stage import TOKEN, Stage, on_stage
from tests.page.states import LEDGER, PAYMENTS, PRICING


def asked(page: Page, title: str) -> Page:
    """The dialog of an action."""
    page.get_by_role("button", name=title).click()
    expect(page.get_by_role("dialog", name=title)).to_be_visible()
    return page


def go(page: Page, title: str) -> None:
    page.get_by_role("dialog").get_by_role("button", name=title).click()


def test_a_held_release_is_retried_with_the_token_and_a_name(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = asked(tab("/services/prod/payments"), "Retry the held release")
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_label("Your name").fill("ada")
    go(page, "Retry the held release")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("status")).to_have_text("Noted: Retry the held release. It is looked at next.")
    [(key, order)] = stage.asked.orders
    assert (key, order.retry, order.sync, order.by) == (PAYMENTS.key, True, False, "ada")


def test_drift_is_synced_by_the_return_key_and_the_token_is_asked_for_once(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = asked(tab("/services/prod/pricing"), "Sync now")
    expect(page.get_by_label("Token")).to_be_focused()
    page.get_by_label("Token").fill(TOKEN)
    page.get_by_label("Token").press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Sync now")).to_be_focused()
    asked(page, "Sync now")
    expect(page.get_by_label("Token")).to_have_value(TOKEN)
    go(page, "Sync now")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [(key, order.sync) for key, order in stage.asked.orders] == [(PRICING.key, True)] * 2


def given(page: Page, title: str, **labels: str) -> None:
    """An order is given once, so that the tab knows the token and whatever else was filled in."""
    asked(page, title)
    for label, text in labels.items():
        page.get_by_label(label.replace("_", " ")).fill(text)
    go(page, title)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_with_the_token_kept_the_name_is_what_there_is_to_fill_in(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/services/prod/pricing")
    given(page, "Sync now", Token=TOKEN)
    asked(page, "Sync now")
    expect(page.get_by_label("Your name")).to_be_focused()


def test_with_nothing_left_to_fill_in_the_return_key_gives_the_order(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/services/prod/pricing")
    given(page, "Sync now", Token=TOKEN, Your_name="ada")
    asked(page, "Sync now")
    expect(page.get_by_role("dialog").get_by_role("button", name="Sync now")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert [order.by for _, order in stage.asked.orders] == ["ada", "ada"]


def test_the_token_is_kept_in_this_tab_alone(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = asked(tab("/services/prod/pricing"), "Sync now")
    page.get_by_label("Token").fill(TOKEN)
    go(page, "Sync now")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.evaluate("[...Object.values(localStorage), document.cookie].join()").find(TOKEN) == -1
    assert TOKEN in page.evaluate("Object.values(sessionStorage)")
    assert TOKEN not in page.url


def test_a_wrong_token_is_refused_in_words_and_not_kept(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = asked(tab("/services/prod/pricing"), "Sync now")
    page.get_by_label("Token").fill("guess")
    go(page, "Sync now")
    expect(page.get_by_role("alert")).to_have_text("That is not the token of this daemon.")
    expect(page.get_by_label("Token")).to_be_focused()
    assert page.evaluate("sessionStorage.length") == 0
    assert stage.asked.orders == []


def test_without_a_token_nothing_is_sent(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = asked(tab("/services/prod/pricing"), "Sync now")
    go(page, "Sync now")
    expect(page.get_by_role("alert")).to_have_text("The token is needed.")
    assert stage.asked.orders == []


def test_shipping_despite_an_alarm_wants_a_reason_and_keeps_it(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    title = "Sync despite the alarm"
    page = asked(tab("/services/prod/ledger"), title)
    expect(page.get_by_label("Reason")).to_be_focused()
    page.get_by_label("Token").fill(TOKEN)
    go(page, title)
    expect(page.get_by_role("alert")).to_have_text("Say why.")
    page.get_by_label("Reason").fill("INC-42: this is the fix")
    go(page, title)
    expect(page.get_by_role("dialog")).to_have_count(0)
    [(key, order)] = stage.asked.orders
    assert (key, order.despite_alarm) == (LEDGER.key, "INC-42: this is the fix")


def test_a_refusal_of_the_daemon_is_shown_in_its_own_words(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = asked(tab("/services/prod/pricing"), "Sync now")
    stage.board.adopt(snapshot(PAYMENTS), stage.now)  # it left Git a moment ago, and the page does not know
    page.get_by_label("Token").fill(TOKEN)
    go(page, "Sync now")
    expect(page.get_by_role("alert")).to_contain_text("No manifest names prod/pricing any more. It left Git")


def test_a_daemon_that_is_gone_is_said_in_the_dialog(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = asked(tab("/services/prod/pricing"), "Sync now")
    stage.stop()
    page.get_by_label("Token").fill(TOKEN)
    go(page, "Sync now")
    expect(page.get_by_role("alert")).to_contain_text("Trueup does not answer.")


def test_only_what_is_allowed_is_offered_and_the_rest_says_why(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = tab("/services/prod/payments")
    expect(page.locator(".actions button")).to_have_text(["Retry the held release"])
    page.goto(stage.url + "/services/prod/cart")
    expect(page.locator(".actions")).to_have_text("Nothing differs.")


def test_a_daemon_that_takes_no_orders_says_so_and_offers_none(tab: Opened, warm: Page) -> None:
    with on_stage(states.busy, token=None) as closed:
        warm.goto(f"{closed.url}/services/prod/payments")
        expect(warm.locator(".actions")).to_have_text(CLOSED)
        expect(warm.locator(".actions button")).to_have_count(0)
        warm.goto("about:blank")


def test_a_dialog_keeps_the_focus_and_is_left_by_escape_or_cancel(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = asked(tab("/services/prod/pricing"), "Sync now")
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement === document.body || !!document.activeElement.closest('dialog')")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    asked(page, "Sync now").get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert stage.asked.orders == []


def test_a_service_that_changes_meanwhile_does_not_close_the_dialog(stage: Stage, tab: Opened) -> None:
    states.busy(stage)
    page = asked(tab("/services/prod/pricing"), "Sync now")
    page.get_by_label("Token").fill("half of it")
    stage.report(in_sync(PRICING, 0))
    expect(page.locator(".actions")).to_have_text("Nothing differs.")
    expect(page.get_by_label("Token")).to_have_value("half of it")


class Vouches:
    """A load balancer that is believed."""

    def identity(self, token: str, /) -> Identity:
        return Identity(token, How.ALB, {"sub": token})


GATE = Gate(
    None, (Grant(Role.DEPLOYER, ("prod",), rules=(ClaimRule(How.ALB, {"sub": ("ann",)}),)),), balancer=Vouches()
)


def test_whom_the_load_balancer_vouches_for_needs_no_token(warm: Page) -> None:
    with on_stage(states.busy, token=None, gate=GATE) as vouched:
        warm.set_extra_http_headers({"x-amzn-oidc-data": "ann"})
        warm.goto(f"{vouched.url}/services/prod/payments")
        page = asked(warm, "Retry the held release")
        expect(page.get_by_role("dialog")).to_contain_text("You are ann.")
        expect(page.get_by_label("Token")).to_have_count(0)
        expect(page.get_by_role("dialog").get_by_role("button", name="Retry")).to_be_focused()
        go(page, "Retry the held release")
        expect(page.get_by_role("dialog")).to_have_count(0)
        warm.set_extra_http_headers({})
        warm.goto("about:blank")
        assert [(key, order.by) for key, order in vouched.asked.orders] == [(PAYMENTS.key, "ann")]


def test_without_a_role_nothing_is_offered_and_that_is_said(warm: Page) -> None:
    with on_stage(states.busy, token=None, gate=GATE) as vouched:
        warm.set_extra_http_headers({"x-amzn-oidc-data": "eve"})
        warm.goto(f"{vouched.url}/services/prod/payments")
        expect(warm.locator(".actions")).to_have_text(
            "eve has no role here that allows it. Ask whoever keeps the roles."
        )
        warm.set_extra_http_headers({})
        warm.goto("about:blank")
