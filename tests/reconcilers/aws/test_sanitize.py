import pytest

from reconcilers.aws.sanitize import LIMIT, sanitized


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("key AKIAIOSFODNN7EXAMPLE is bad", "IOSFODNN7EXAMPLE"),
        ("cloning https://joe:pw@git/x", "joe:pw"),
        ("GET https://s3/x?X-Amz-Signature=abc", "abc"),
        ("Encoded authorization failure message: Zm9v", "Zm9v"),
        ("Value 'hunter2' at 'environment' failed", "hunter2"),
        ("Invalid type for parameter x, value: hunter2, type: <class 'str'>, valid types: int", "hunter2"),
        ("password=hunter2", "hunter2"),
    ],
)
def test_what_looks_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in sanitized(text)


def test_a_message_is_one_short_line() -> None:
    line = sanitized("word\n " * 1000)

    assert "\n" not in line
    assert len(line) == LIMIT


def test_a_plain_message_stays_as_it_is() -> None:
    words = "Unable to update task definition on services with a CODE_DEPLOY deployment controller."

    assert sanitized(words) == words


def test_short_values_are_not_hunted() -> None:
    assert sanitized("the service is on", hide=("on", "")) == "the service is on"
