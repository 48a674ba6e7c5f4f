"""A fact in the words of channels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from controller.loop.facts import Kind
from controller.notify.told import Place
from controller.notify.wording import WORDS, cut, deployment, page, title, took
from reconcilers.model import ServiceKey
from tests.controller.notify.builders import KEY, fact, properties

PLACE = Place("eu-west-1", "arn:aws:ecs:eu-west-1:1:cluster/prod", "notes")


def test_every_kind_has_words() -> None:
    assert WORDS.keys() == set(Kind)
    assert title(fact(Kind.ROLLED_BACK)) == "Rolled back: prod/notes"
    assert title(fact(Kind.SOURCE_STALE, service=None)) == "Git is stale"


@properties
@given(st.text(), st.integers(1, 50))
def test_a_text_is_cut_to_one_printable_line(text: str, most: int) -> None:
    found = cut(text, most)
    assert len(found) <= most
    assert found.isprintable()


def test_what_was_cut_says_so() -> None:
    assert (cut("a\n b\u202e", 9), cut("abcdef", 4)) == ("a b", "abc…")


def test_the_page_is_where_the_operator_says() -> None:
    assert page(None, KEY) == ""
    assert page("https://t/", None) == "https://t/"
    assert page("https://t/base", ServiceKey("prod", "a b/c")) == "https://t/base/services/prod/a%20b%2Fc"


def test_a_deployment_is_in_awss_console() -> None:
    assert "codedeploy/deployments/d-ABC" in deployment(fact(deployment="d-ABC"), PLACE)
    assert "clusters/prod/services/notes" in deployment(fact(deployment="1234"), PLACE)
    assert deployment(fact(deployment=None), PLACE) == deployment(fact(), None) == ""


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (119.4, "119 s"), (120, "2 min"), (3599, "1 h 0 min"), (11100, "3 h 5 min")]
)
def test_a_duration_is_as_people_say_it(seconds: float, text: str) -> None:
    assert took(seconds) == text
