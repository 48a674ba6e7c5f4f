"""What git tells of signatures, and what that means: no key and no git takes part."""

from __future__ import annotations

from pathlib import Path

import pytest

from controller.source.git_errors import SourceError
from controller.source.signatures import Signature, Trust, Verify, parse_signatures, untraceable, unverified

COMMIT = "a" * 40
TRUST = Trust(Verify.HEAD, Path("/signers"), None, Path("/keys.asc"))


def against(*found: Signature, commits: tuple[str, ...] = (COMMIT,), trust: Trust = TRUST) -> SourceError:
    error = unverified(commits, found, trust)
    assert error is not None
    return error


def test_what_git_says_is_taken_apart() -> None:
    answer = (
        f"{COMMIT}\0G\0ann@x\0SHA256:f\0SHA256:f\0Ann\0ann@x\0Good\nday\0{'b' * 40}\0N\0\0\0\0Eve\0eve@x\0\0".encode()
    )
    assert parse_signatures(answer) == (
        Signature(COMMIT, "G", "ann@x", "SHA256:f", "Ann", "ann@x", "Good\nday"),
        Signature("b" * 40, "N", author="Eve", committer="eve@x"),
    )


def test_no_commit_gives_no_signature() -> None:
    assert parse_signatures(b"") == ()


def test_a_key_that_is_not_known_is_shown_by_its_id() -> None:
    (found,) = parse_signatures(f"{COMMIT}\0E\0\0\0KEYID\0Ann\0a@x\0\0".encode())
    assert found.key == "KEYID"


def test_names_are_shown_without_what_a_terminal_would_obey_and_not_at_any_length() -> None:
    (found,) = parse_signatures(f"{COMMIT}\0N\0\0\0\0\x1b[31m{'x' * 500}\0\0\0".encode())
    assert found.author == "[31m" + "x" * 96


def test_good_signatures_are_enough() -> None:
    assert unverified([COMMIT], [Signature(COMMIT, "G")], TRUST) is None


@pytest.mark.parametrize("state", [*"NUEXYRB", "", "?", "GG", "g"])
def test_nothing_but_good_is_good(state: str) -> None:
    assert against(Signature(COMMIT, state)).reason == "unverified"


def test_a_commit_of_which_git_says_nothing_is_not_verified() -> None:
    assert "has no signature" in against(Signature("b" * 40, "G")).message


def test_one_bad_commit_among_good_ones_is_named_alone() -> None:
    other = "b" * 40
    said = against(Signature(COMMIT, "G"), Signature(other, "N"), commits=(COMMIT, other)).message
    assert other[:12] in said
    assert COMMIT[:12] not in said


def test_of_many_bad_commits_three_are_named() -> None:
    commits = tuple(f"{number:040d}" for number in range(5))
    said = against(*(Signature(each, "N") for each in commits), commits=commits).message
    assert said.count("has no signature") == 3
    assert said.endswith("; and 2 more.")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Signature(COMMIT, "N", author="Ann"), "(as it says, of Ann) has no signature."),
        (Signature(COMMIT, "U", key="SHA256:f"), "is signed with SHA256:f, which is no allowed signer's."),
        (Signature(COMMIT, "U", said="verify time 1 > valid-before 0"), "at a time at which the key was not valid"),
        (Signature(COMMIT, "E", key="KEY"), "is signed with the GPG key KEY, which is not in the keyring"),
        (
            Signature(COMMIT, "Y", "Ann", "KEY"),
            "is signed by Ann with the GPG key KEY, and the key or the signature has",
        ),
        (
            Signature(COMMIT, "X", "Ann", "KEY"),
            "is signed by Ann with the GPG key KEY, and the key or the signature has",
        ),
        (Signature(COMMIT, "R", "Ann", "KEY"), "is signed by Ann with the GPG key KEY, which was revoked"),
        (Signature(COMMIT, "B", said="namespace does not match"), "for something else than commits"),
        (Signature(COMMIT, "B", said="incorrect signature"), "the commit was changed after it was signed"),
        (Signature(COMMIT, "B", said='gpg: BAD signature from "Ann"'), "the commit was changed after it was signed"),
        (Signature(COMMIT, "B"), "it is damaged, or its key was revoked"),
    ],
)
def test_what_is_wrong_is_said(found: Signature, words: str) -> None:
    assert words in against(found).message


@pytest.mark.parametrize(
    ("trust", "words"),
    [
        (Trust(Verify.HEAD, Path("/signers")), "of GPG none does without TRUEUP_GPG_KEYRING"),
        (Trust(Verify.HEAD, keyring=Path("/keys")), "of SSH none does without TRUEUP_ALLOWED_SIGNERS"),
    ],
)
def test_a_kind_of_signature_that_is_not_read_is_said(trust: Trust, words: str) -> None:
    assert words in against(Signature(COMMIT, "N"), trust=trust).message


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Signature(COMMIT, "N"), "Sign it with a key that is allowed"),
        (Signature(COMMIT, "U"), "add it to /signers"),
        (Signature(COMMIT, "E"), "add it to TRUEUP_GPG_KEYRING"),
        (Signature(COMMIT, "E", committer="noreply@github.com"), "https://github.com/web-flow.gpg"),
        (Signature(COMMIT, "N", committer="noreply@github.com"), "https://github.com/web-flow.gpg"),
        (Signature(COMMIT, "B", committer="noreply@github.com"), "Sign it with a key that is allowed"),
    ],
)
def test_what_to_do_is_said(found: Signature, words: str) -> None:
    assert words in against(found).remedy


def test_without_a_file_of_signers_its_setting_is_named() -> None:
    error = against(Signature(COMMIT, "U"), trust=Trust(Verify.HEAD, keyring=Path("/keys")))
    assert "TRUEUP_ALLOWED_SIGNERS" in error.remedy


def test_a_history_that_is_not_to_be_had_names_both_ends() -> None:
    error = untraceable(COMMIT, "b" * 40)
    assert (error.reason, COMMIT[:12] in error.message, "b" * 12 in error.message) == ("unverified", True, True)
