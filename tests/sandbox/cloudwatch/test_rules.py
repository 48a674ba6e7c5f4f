"""The rules of composite alarms."""

import pytest

from sandbox.world.cloudwatch.rules import RuleError, alarms, holds, parse

STATES = {"a": "ALARM", "b": "OK", "with space": "ALARM"}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("ALARM(a)", True),
        ('ALARM("a") AND OK("b")', True),
        ("ALARM(b) OR ALARM(a)", True),
        ("NOT ALARM(a)", False),
        ("NOT ALARM(b) AND ALARM(a)", True),
        ("ALARM(b) AND ALARM(b) OR ALARM(a)", True),
        ("ALARM(b) AND (ALARM(b) OR ALARM(a))", False),
        ('ALARM("with space")', True),
        ("INSUFFICIENT_DATA(b)", False),
        ("TRUE AND NOT FALSE", True),
        ("(((ALARM(a))))", True),
        ("alarm(a)", True),
        ("ALARM(arn:aws:cloudwatch:eu-west-1:123456789012:alarm:a)", True),
    ],
)
def test_a_rule_holds_as_it_reads(rule: str, expected: bool) -> None:
    assert holds(parse(rule), STATES.get) is expected


@pytest.mark.parametrize("rule", ["", "ALARM()", "ALARM(a) ALARM(b)", "(ALARM(a)", "ALARM(a) AND", "NEVER(a)", "NOT"])
def test_what_is_no_rule_is_refused(rule: str) -> None:
    with pytest.raises(RuleError):
        parse(rule)


def test_a_rule_tells_which_alarms_it_speaks_of() -> None:
    assert list(alarms(parse("ALARM(a) AND NOT (OK(b) OR TRUE)"))) == ["a", "b"]
