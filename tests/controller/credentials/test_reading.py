"""Secrets, where they stand and for how long they are remembered."""

from pathlib import Path

import pytest

from controller.credentials.reading import REMEMBERED, SecretError
from controller.credentials.reference import File, Parameter, Reference, Secret
from controller.credentials.tokens import SecretToken
from controller.source.git_errors import SourceError
from reconcilers.outcome import Retry, Stalled
from tests.controller.credentials.stores import Shelf

GIT = Parameter("/git", "eu-west-1")


def failure(shelf: Shelf, reference: Reference) -> SecretError:
    with pytest.raises(SecretError) as caught:
        shelf.reader.value(reference)
    return caught.value


def test_a_file_is_read_anew_each_time(tmp_path: Path) -> None:
    file, reader = tmp_path / "token", Shelf({}).reader
    file.write_text("one\n")
    assert reader.value(File(file)) == "one"
    file.write_text("two\n")
    assert reader.value(File(file)) == "two"


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, content: bytes | None) -> None:
    if content:
        (tmp_path / "token").write_bytes(content)
    assert f"The file {tmp_path}/token cannot be read: " in failure(Shelf({}), File(tmp_path / "token")).message


def test_a_parameter_is_asked_for_in_its_region() -> None:
    shelf = Shelf({"/git": "s3cret"})
    assert shelf.reader.value(GIT) == "s3cret"
    assert shelf.asked == [("eu-west-1", "/git")]


def test_a_secret_is_asked_for_in_its_version() -> None:
    assert Shelf({"gitAWSPREVIOUSv1": "s3cret"}).reader.value(Secret("git", "", "", "AWSPREVIOUS", "v1")) == "s3cret"


def test_a_key_of_a_secret_in_json_is_taken() -> None:
    assert Shelf({"git": '{"token": "s3cret"}'}).reader.value(Secret("git", key="token")) == "s3cret"


@pytest.mark.parametrize("text", ["s3cret", '["s3cret"]', '{"other": "s3cret"}', '{"token": {"s3cret": 1}}'])
def test_a_key_that_is_not_there_is_said_without_what_is(text: str) -> None:
    error = failure(Shelf({"git": text}), Secret("git", key="token"))
    assert error.message == "The secret git, key token is no text in a JSON object."
    assert "s3cret" not in str(error)


def test_an_empty_secret_is_none() -> None:
    assert "is empty" in failure(Shelf({"/git": " \n"}), GIT).message


@pytest.mark.parametrize(
    ("error", "remedy"),
    [(Retry("Throttled", "slow"), "It is tried again."), (Stalled("AccessDenied", "no", "Allow."), "Allow.")],
)
def test_what_aws_refuses_is_told_with_its_remedy(error: Retry | Stalled, remedy: str) -> None:
    found = failure(Shelf({"/git": error}), GIT)
    assert found.message == f"The parameter /git cannot be read: {error.message}"
    assert found.remedy == remedy


def test_what_aws_answered_is_remembered_for_minutes() -> None:
    shelf = Shelf({"/git": "one"})
    reader = shelf.reader
    reader.value(GIT)
    shelf.values["/git"] = "two"
    shelf.now += REMEMBERED - 1
    assert reader.value(GIT) == "one"
    shelf.now += 1
    assert reader.value(GIT) == "two"


def test_what_is_forgotten_is_asked_for_again() -> None:
    shelf = Shelf({"/git": "one"})
    reader = shelf.reader
    reader.value(GIT)
    shelf.values["/git"] = "two"
    reader.forget(GIT)
    assert reader.value(GIT) == "two"


def test_a_token_that_was_rotated_is_found_when_it_is_refused() -> None:
    shelf = Shelf({"/git": "one"})
    token = SecretToken(shelf.reader, GIT)
    assert token.current() == "one"
    assert not token.renewed()
    shelf.values["/git"] = "two"
    assert token.renewed()
    assert token.current() == "two"


def test_a_token_that_is_not_to_be_had_is_a_matter_of_credentials() -> None:
    with pytest.raises(SourceError) as caught:
        SecretToken(Shelf({"/git": Stalled("AccessDenied", "no", "Allow.")}).reader, GIT).current()
    assert (caught.value.reason, caught.value.remedy) == ("wrong-credentials", "Allow.")
