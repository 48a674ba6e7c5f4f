"""Metric math."""

import pytest

from sandbox.world.cloudwatch.expressions import ExpressionError, Row, evaluate, names

ROWS: dict[str, Row] = {"m1": (1.0, None, 3.0), "m2": (2.0, 4.0, None), "m3": (10.0, 0.0, 10.0)}


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("m1 + m2", (3.0, None, None)),
        ("m3 - 1", (9.0, -1.0, 9.0)),
        ("-m3 * 2", (-20.0, 0.0, -20.0)),
        ("100*(FILL(m1,0)+FILL(m2,0))/m3", (30.0, None, 30.0)),
        ("FILL(m1, m2)", (1.0, 4.0, 3.0)),
        ("FILL(m1, REPEAT)", (1.0, 1.0, 3.0)),
        ("SUM([m1, m2])", (3.0, 4.0, 3.0)),
        ("SUM(METRICS())", (13.0, 4.0, 13.0)),
        ("MAX([m1, m2])", (2.0, 4.0, 3.0)),
        ("MIN(m3)", (0.0, 0.0, 0.0)),
        ("AVG(m1)", (2.0, 2.0, 2.0)),
        ("SUM(m1)", (4.0, 4.0, 4.0)),
        ("IF(m3 > 5, m3, 0)", (10.0, 0.0, 10.0)),
        ("IF(m3 > 5, m3)", (10.0, None, 10.0)),
        ("m3 > 5 AND m3 < 20", (1.0, 0.0, 1.0)),
        ("m3 == 0 || m3 >= 11", (0.0, 1.0, 0.0)),
        ("ABS(-m3)", (10.0, 0.0, 10.0)),
        ("CEIL(m3 / 4) + FLOOR(2.5)", (5.0, 2.0, 5.0)),
        ("2 ^ 3", (8.0, 8.0, 8.0)),
        ("1 / 0", (0.0, 0.0, 0.0)),
    ],
)
def test_an_expression_is_worked_out_period_by_period(expression: str, expected: Row) -> None:
    assert evaluate(expression, ROWS, 3) == expected


@pytest.mark.parametrize(
    "expression", ["m1 +", "m9", "SEARCH('x', 'Sum', 60)", "__import__('os')", "m1.real", "[m1]", "FILL(m1)", "'a'"]
)
def test_what_is_no_metric_math_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        evaluate(expression, ROWS, 3)


def test_an_expression_tells_what_it_builds_on() -> None:
    assert names("100 * (m1 + m2) / FILL(m3, 0)") >= {"m1", "m2", "m3"}
