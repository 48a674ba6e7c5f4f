from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from controller.source.images import ImageError, checked, floats, image, repository
from tests.examples import examples

DIGEST = "sha256:" + "0123456789abcdef" * 4
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/notes-backend"


@pytest.mark.parametrize("rendered", [ECR, f"{ECR}:old", f"{ECR}@{DIGEST}", f"{ECR}:old@{DIGEST}"])
def test_a_tag_keeps_the_repository(rendered: str) -> None:
    assert image("3f2a1bc", rendered) == f"{ECR}:3f2a1bc"


@pytest.mark.parametrize("rendered", [ECR, f"{ECR}:old", f"{ECR}@{DIGEST}"])
def test_a_digest_keeps_the_repository(rendered: str) -> None:
    assert image(DIGEST, rendered) == f"{ECR}@{DIGEST}"


@pytest.mark.parametrize(
    "whole", ["nginx:1.27", "ghcr.io/a/b:1", f"nginx@{DIGEST}", f"nginx:1@{DIGEST}", "localhost:5000/a", "a.b/c__d/e-f"]
)
def test_a_whole_reference_replaces_everything(whole: str) -> None:
    assert image(whole, ECR) == whole


def test_a_whole_reference_stands_in_for_an_image_that_is_none() -> None:
    assert image("nginx:1.27", "") == "nginx:1.27"


def test_the_port_of_a_registry_is_no_tag() -> None:
    assert image("2", "localhost:5000/notes") == "localhost:5000/notes:2"


@pytest.mark.parametrize("tag", ["0012345", "1.10", "1e3", "latest", "v1_2-3.4", "nginx", "x" * 128])
def test_every_tag_that_a_registry_takes_is_a_tag(tag: str) -> None:
    assert image(tag, "web:old") == f"web:{tag}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a b",
        "22:30",
        "-dash",
        ".dot",
        "x" * 129,
        "Upper/case:1",
        "a//b",
        "a:b:c",
        "über",
        "a/b:",
        "http://a/b",
    ],
)
def test_what_is_no_image_is_refused_as_it_stands(text: str) -> None:
    with pytest.raises(ImageError) as raised:
        checked(text)
    assert repr(text) in raised.value.message
    assert "A tag has at most 128" in raised.value.remedy


def test_an_endless_text_is_no_image() -> None:
    with pytest.raises(ImageError, match="An image of 1,000 characters is none"):
        checked("a/" * 500)
    with pytest.raises(ImageError, match="no image reference"):
        floats("a/" * 500)


@pytest.mark.parametrize("text", ["sha256:123", f"{DIGEST}0", "sha256:" + "G" * 64, "web@sha256:12", f"@{DIGEST}"])
def test_a_digest_of_the_wrong_form_is_refused(text: str) -> None:
    with pytest.raises(ImageError, match="has no valid digest"):
        checked(text)


def test_a_tag_for_an_image_that_is_none_is_refused() -> None:
    with pytest.raises(ImageError, match="no image reference"):
        image("1", "Not An Image")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [("web", True), ("web:latest", True), ("web:1", False), (f"web@{DIGEST}", False), (f"web:latest@{DIGEST}", False)],
)
def test_an_image_floats_without_a_tag_or_digest(reference: str, expected: bool) -> None:
    assert floats(reference) is expected


@settings(max_examples=examples(100))
@given(
    st.from_regex(r"[a-z0-9]+(/[a-z0-9]+){0,2}", fullmatch=True),
    st.from_regex(r"[A-Za-z0-9_][\w.-]{0,20}", fullmatch=True),
)
def test_tagging_and_taking_apart_undo_each_other(name: str, tag: str) -> None:
    tag = tag.encode("ascii", "ignore").decode()
    assert repository(image(tag, name)) == name
