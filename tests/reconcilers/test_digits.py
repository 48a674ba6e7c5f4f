import pytest

from reconcilers.digits import MOST, number


@pytest.mark.parametrize(("text", "found"), [("0", 0), ("0080", 80), ("9" * MOST, int("9" * MOST))])
def test_digits_are_a_number(text: str, found: int) -> None:
    assert number(text) == found


@pytest.mark.parametrize("text", ["", "-1", "1.5", "²", "٢", " 1", "1" * (MOST + 1), "9" * 5000])
def test_everything_else_is_none(text: str) -> None:
    assert number(text) is None
