"""Policies within IAM's size that together allow what was asked for, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.permissions.documents import LIMIT, TooLongError, documents, size
from controller.permissions.statement import Conditions, Statement, statement

NAMES = st.text("abc:/*-", min_size=1, max_size=12)
STATEMENTS = st.builds(
    lambda sid, actions, resources: Statement(sid, tuple(actions), tuple(resources), {"StringEquals": {"k": ("v",)}}),
    st.sampled_from(["Read", "Write", "Pass"]),
    st.lists(NAMES, min_size=1, max_size=3),
    st.lists(NAMES, min_size=1, max_size=30),
)


def allowed(policies: tuple[dict[str, Any], ...]) -> set[tuple[str, str, str]]:
    """Every (action, resource, condition)."""
    return {
        (action, resource, json.dumps(each.get("Condition", {})))
        for policy in policies
        for each in policy["Statement"]
        for action in many(each["Action"])
        for resource in many(each["Resource"])
    }


def many(said: Any) -> list[str]:
    return [said] if isinstance(said, str) else list(said)


@given(st.lists(STATEMENTS, max_size=6))
def test_however_it_is_cut_the_same_is_allowed_and_no_part_is_too_long(statements: list[Statement]) -> None:
    small = documents(statements, 300)
    assert all(size(each) <= 300 for each in small)
    assert allowed(small) == allowed(documents(statements, 1_000_000))


@given(st.lists(STATEMENTS, max_size=6))
def test_what_fits_into_one_document_is_one(statements: list[Statement]) -> None:
    assert len(documents(statements)) == (1 if statements else 0)


def test_what_one_name_alone_makes_too_long_is_an_error() -> None:
    with pytest.raises(TooLongError, match=r"The permission Read for a+ is too long"):
        documents([Statement("Read", ("a",), ("a" * LIMIT,))])


def test_a_document_is_written_as_iam_reads_it() -> None:
    conditions: Conditions = {"StringEquals": {"k": "v"}, "ArnLike": {"a": ("x",), "b": ("x", "y")}}
    written = documents(statement("Read", ["s:A"], ["r", "q", "r"], conditions))
    assert written == (
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Read",
                    "Effect": "Allow",
                    "Action": "s:A",
                    "Resource": ["q", "r"],
                    "Condition": {"ArnLike": {"a": "x", "b": ["x", "y"]}, "StringEquals": {"k": "v"}},
                }
            ],
        },
    )


def test_a_statement_that_allows_nothing_is_none() -> None:
    assert statement("Read", ["s:A"], []) == ()
    assert statement("Read", [], ["r"]) == ()


def test_white_space_is_not_counted() -> None:
    assert size({"a": "b c"}) == len('{"a":"bc"}')


def test_what_does_not_fit_into_one_document_goes_into_another() -> None:
    read, write = (Statement(sid, ("ecs:Do",), (f"arn:{'x' * 150}",), {}) for sid in ("Read", "Write"))
    assert [each["Statement"][0]["Sid"] for each in documents([read, write], 300)] == ["Read", "Write"]


def test_a_statement_that_is_too_long_alone_is_cut_in_halves() -> None:
    long = Statement("Read", ("ecs:Do",), tuple(f"arn:{'x' * 100}{number}" for number in range(4)), {})
    small = documents([long], 400)
    assert [each["Statement"][0]["Sid"] for each in small] == ["ReadA", "ReadB"]
    assert allowed(small) == allowed(documents([long], LIMIT))
