"""How long one chart may go on being rendered in one commit."""

import pytest

from controller.source.chart_sandbox import ChartTemplates
from controller.source.spending import Allowance, Spending
from controller.source.templating import RenderFailure

WEB, WORKER = ChartTemplates({}, "main.j2"), ChartTemplates({}, "main.j2")
ENDED = RenderFailure("It was ended", "")


def spending(*charts: ChartTemplates) -> Spending:
    return Spending(charts, Allowance(1.0, 0.5))


def test_a_chart_is_rendered_until_it_has_taken_what_it_may() -> None:
    kept = spending(WEB)
    kept.note(WEB, 1.0, None)
    assert kept.refusal(WEB) is None


def test_a_chart_that_has_taken_more_is_left_with_a_word_on_what_to_do() -> None:
    kept = spending(WEB)
    kept.note(WEB, 0.6, None)
    kept.note(WEB, 0.6, None)
    assert kept.refusal(WEB) == RenderFailure(
        "The renderings of this chart took more than 1 s of CPU together, and the rest were not begun",
        "Look for what it does too often, such as a loop within a loop, or split it.",
    )


def test_a_chart_of_the_same_content_has_an_account_of_its_own() -> None:
    kept = spending(WEB, WORKER)
    kept.note(WEB, 9.0, None)
    assert kept.refusal(WORKER) is None


def test_a_chart_of_many_services_may_take_more() -> None:
    kept = spending(*[WEB] * 10)
    kept.note(WEB, 5.0, None)
    assert kept.refusal(WEB) is None
    kept.note(WEB, 0.1, None)
    assert kept.refusal(WEB) is not None


def test_a_child_that_says_it_took_less_than_nothing_gets_nothing_back() -> None:
    kept = spending(WEB)
    kept.note(WEB, -100.0, None)
    kept.note(WEB, 1.1, None)
    assert kept.refusal(WEB) is not None


@pytest.mark.parametrize(("times", "refusal"), [(2, None), (3, ENDED)])
def test_a_chart_that_was_ended_three_times_is_left_for_the_same_reason(
    times: int, refusal: RenderFailure | None
) -> None:
    kept = spending(WEB)
    for _ in range(times):
        kept.note(WEB, 0.0, ENDED)
    assert kept.refusal(WEB) is refusal
