"""Pointers: names for places, and what is said about a wrong one."""

import re

import pytest

from reconcilers.pointer import Pointer, spelled, unspelled


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("/serviceDefinition/desiredCount", ("serviceDefinition", "desiredCount")),
        (
            "/taskDefinition/containerDefinitions/proxy/environment/BUILD",
            ("taskDefinition", "containerDefinitions", "proxy", "environment", "BUILD"),
        ),
        ("/taskDefinition/containerDefinitions/a/mountPoints/~1data", None),
        ("/taskDefinition/a~0b", ("taskDefinition", "a~b")),
        ("/taskDefinition/a~01", ("taskDefinition", "a~1")),
    ],
)
def test_a_pointer_is_written_as_it_is_read(text: str, tokens: tuple[str, ...] | None) -> None:
    parsed = Pointer.parse(text)
    assert str(parsed) == text
    assert parsed.tokens == (tokens or ("taskDefinition", "containerDefinitions", "a", "mountPoints", "/data"))
    assert spelled(parsed.tokens) == text


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "begin it with a slash"),
        ("serviceDefinition/desiredCount", "begin it with a slash"),
        ("/serviceDefinition/a~b", "write '~0' for a tilde"),
        ("/serviceDefinition//desiredCount", "remove the slash that is too many"),
        ("/serviceDefinition/desiredCount/", "remove the slash that is too many"),
        ("/desiredCount", "begin it with /taskDefinition or /serviceDefinition"),
        ("/taskDefinition", "name one field below it"),
    ],
)
def test_a_wrong_pointer_is_refused_with_its_remedy(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)) as refused:
        Pointer.parse(text)
    assert repr(text) in str(refused.value)


def test_a_pointer_covers_itself_and_what_is_below_and_no_namesake() -> None:
    image = Pointer.parse("/taskDefinition/containerDefinitions/app")
    assert image.covers(("taskDefinition", "containerDefinitions", "app"))
    assert image.covers(("taskDefinition", "containerDefinitions", "app", "image"))
    assert not image.covers(("taskDefinition", "containerDefinitions", "app2"))
    assert not image.covers(("taskDefinition", "containerDefinitions"))


@pytest.mark.parametrize("tokens", [(), ("",), ("taskDefinition", "volumes", "", "host"), ("a~1", "~/", "~01", "")])
def test_what_was_spelled_is_read_back_whatever_its_names_are(tokens: tuple[str, ...]) -> None:
    assert unspelled(spelled(tokens)) == tokens
