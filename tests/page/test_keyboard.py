"""The page without a mouse."""

import pytest
from playwright.sync_api import Page, expect

from tests.page import states
from tests.page.conftest import Opened
from tests.page.fleets import in_sync
from tests.page.stage import Stage


@pytest.fixture
def fleet(stage: Stage, tab: Opened) -> Page:
    states.busy(stage)
    return tab()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def test_the_first_tab_leads_past_the_top(fleet: Page) -> None:
    fleet.keyboard.press("Tab")
    expect(fleet.get_by_role("link", name="Skip to the content")).to_be_focused()
    fleet.keyboard.press("Enter")
    expect(fleet.locator("main")).to_be_focused()


def test_a_slash_leads_to_the_search_and_escape_out_of_it(fleet: Page) -> None:
    fleet.keyboard.press("/")
    expect(fleet.get_by_role("searchbox")).to_be_focused()
    fleet.keyboard.type("g f / ? jk")
    expect(fleet.get_by_role("searchbox")).to_have_value("g f / ? jk")
    fleet.keyboard.press("Escape")
    expect(fleet.get_by_role("searchbox")).not_to_be_focused()


def test_j_and_k_and_the_arrows_move_along_the_rows_and_enter_opens_one(fleet: Page) -> None:
    for key, name in (("j", "payments"), ("j", "ledger"), ("ArrowDown", "recommender"), ("k", "ledger"),
                      ("ArrowUp", "payments"), ("k", "payments"), ("j", "ledger")):  # fmt: skip
        fleet.keyboard.press(key)
        assert focused(fleet) == name
    fleet.keyboard.press("Enter")
    expect(fleet.get_by_role("heading", level=1)).to_have_text("ledger")


def test_from_the_search_an_arrow_leads_into_the_rows(fleet: Page) -> None:
    fleet.keyboard.press("/")
    fleet.keyboard.type("checkout")
    fleet.keyboard.press("ArrowDown")
    assert focused(fleet) == "checkout"


def test_g_f_and_g_a_lead_to_the_views(fleet: Page) -> None:
    fleet.keyboard.press("g")
    fleet.keyboard.press("a")
    expect(fleet.get_by_role("heading", level=1)).to_have_text("Activity")
    expect(fleet.get_by_role("link", name="Activity")).to_have_attribute("aria-current", "page")
    fleet.keyboard.press("g")
    fleet.keyboard.press("f")
    expect(fleet.get_by_role("heading", level=1)).to_contain_text("are in sync")


def test_a_key_that_belongs_to_the_browser_is_left_to_it(fleet: Page) -> None:
    fleet.keyboard.press("Control+j")
    expect(fleet.locator(".body a.name").first).not_to_be_focused()


def test_a_question_mark_shows_the_keys_and_escape_gives_the_focus_back(fleet: Page) -> None:
    fleet.keyboard.press("j")
    fleet.keyboard.press("?")
    dialog = fleet.get_by_role("dialog", name="Keys")
    expect(dialog).to_contain_text("/Search")
    fleet.keyboard.press("j")  # below a dialog nothing moves
    for _ in range(4):
        fleet.keyboard.press("Tab")
        assert fleet.evaluate(
            "document.activeElement === document.body || Boolean(document.activeElement.closest('dialog'))"
        )
    fleet.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert focused(fleet) == "payments"


def test_the_focus_is_to_be_seen_on_everything_that_takes_it(fleet: Page) -> None:
    unseen = []
    for _ in range(24):
        fleet.keyboard.press("Tab")
        seen = fleet.evaluate(
            """() => { const at = document.activeElement, style = getComputedStyle(at), row = at.closest('.row');
            return style.outlineStyle !== 'none' || (row && getComputedStyle(row).boxShadow !== 'none'); }"""
        )
        if not seen:
            unseen.append(focused(fleet))
    assert unseen == []


def test_another_view_is_announced_by_its_heading(fleet: Page) -> None:
    fleet.get_by_role("link", name="pricing").click()
    expect(fleet.get_by_role("heading", level=1)).to_be_focused()
    expect(fleet).to_have_title("pricing in prod · Trueup")


def test_a_row_stays_focused_while_its_service_changes(stage: Stage, fleet: Page) -> None:
    fleet.keyboard.press("j")
    assert focused(fleet) == "payments"
    stage.report(in_sync(states.PAYMENTS, 0))
    expect(fleet.get_by_role("heading", level=1)).to_contain_text("19 of 24")
    assert focused(fleet) == "payments"
