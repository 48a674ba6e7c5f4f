"""A GitHub App's tokens, from a GitHub that checks the App's signature."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from controller.credentials.github_app import BEFORE, YOUNG, App, AppToken
from controller.credentials.reference import Parameter
from controller.source.git import GitSource
from controller.source.git_errors import SourceError
from reconcilers.outcome import Stalled
from tests.controller.credentials.github import GitHub, app_key, github, pem
from tests.controller.credentials.stores import Shelf
from tests.controller.source.hosts import Host, serving
from tests.controller.source.repository import Repository, local

KEY = Parameter("/key")
NOW = 1_700_000_000.0


@dataclass
class Installed:
    """An App's token at a GitHub, and the shelf where the App's key stands."""

    host: GitHub
    shelf: Shelf

    def __post_init__(self) -> None:
        self.now = NOW
        self.token = AppToken(App("42", "7", KEY, self.host.url), self.shelf.reader, lambda: self.now)

    def later(self, seconds: float) -> None:
        self.now += seconds
        self.host.now += seconds

    def failure(self) -> SourceError:
        with pytest.raises(SourceError) as caught:
            self.token.current()
        assert "s3cret" not in f"{caught.value!r} {caught.value}"
        return caught.value


@pytest.fixture
def installed() -> Iterator[Installed]:
    with github(NOW) as host:
        yield Installed(host, Shelf({"/key": pem()}))


def test_a_token_is_made_with_the_apps_key_for_reading_alone(installed: Installed) -> None:
    assert installed.token.current() == "ghs_s3cret0"
    (asked,) = installed.host.asked
    assert asked["path"] == "/app/installations/7/access_tokens"
    assert asked["claims"]["iss"] == "42"
    assert asked["body"] == {"permissions": {"contents": "read"}}


def test_a_token_is_kept_until_minutes_before_its_end(installed: Installed) -> None:
    installed.token.current()
    installed.later(3600 - BEFORE)
    assert installed.token.current() == "ghs_s3cret0"
    installed.later(1)
    assert installed.token.current() == "ghs_s3cret1"


def test_a_token_that_is_refused_is_made_again_with_the_key_as_it_is_now(installed: Installed) -> None:
    installed.token.current()
    installed.later(YOUNG)
    assert installed.token.renewed()
    assert installed.token.current() == "ghs_s3cret1"
    assert len(installed.shelf.asked) == 2


def test_a_token_that_is_refused_at_once_is_not_made_again(installed: Installed) -> None:
    assert not installed.token.renewed()
    installed.token.current()
    installed.later(YOUNG - 1)
    assert not installed.token.renewed()


def test_a_clock_that_is_half_a_minute_ahead_does_not_matter(installed: Installed) -> None:
    installed.host.now -= 30
    assert installed.token.current()


def test_a_clock_that_is_wrong_is_named_among_the_causes(installed: Installed) -> None:
    installed.host.now += 3600
    error = installed.failure()
    assert error.reason == "wrong-credentials"
    assert "this machine's clock" in error.remedy


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (403, "wrong-credentials", "installation's ID"),
        (404, "wrong-credentials", "installation's ID"),
        (422, "wrong-credentials", "Contents: read"),
        (500, "unreachable", "TRUEUP_GITHUB_API_URL"),
        (429, "unreachable", "TRUEUP_GITHUB_API_URL"),
    ],
)
def test_what_github_refuses_has_its_reason(installed: Installed, status: int, reason: str, words: str) -> None:
    installed.host.status = status
    error = installed.failure()
    assert (error.reason, words in error.remedy) == (reason, True)


@pytest.mark.parametrize(
    "body", [b"s3cret", b"[]", b'{"token": "s3cret"}', b'{"token": "s3cret", "expires_at": "s3cret"}']
)
def test_an_answer_that_is_no_token_is_said_without_it(installed: Installed, body: bytes) -> None:
    installed.host.body = body
    assert installed.failure().reason == "unreachable"


def test_a_redirect_is_not_followed(installed: Installed) -> None:
    with github(NOW) as elsewhere:
        installed.host.status, installed.host.location = 302, f"{elsewhere.url}/app"
        assert installed.failure().reason == "unreachable"
        assert elsewhere.asked == []


def test_a_github_that_is_not_there_is_unreachable(installed: Installed) -> None:
    installed.token = AppToken(App("42", "7", KEY, "http://127.0.0.1:1"), installed.shelf.reader, lambda: NOW)
    assert installed.failure().reason == "unreachable"


def locked() -> str:
    made = app_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    return made.decode()


def not_rsa() -> str:
    made = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made.decode()


@pytest.mark.parametrize("key", ["s3cret", locked(), not_rsa()])
def test_a_key_that_is_none_is_said_without_it(installed: Installed, key: str) -> None:
    installed.shelf.values["/key"] = key
    error = installed.failure()
    assert error.message == "The GitHub App's key is no RSA key in PEM, or has a passphrase."
    assert key[:40] not in str(error)


def test_a_key_that_is_not_to_be_had_is_said(installed: Installed) -> None:
    installed.shelf.values["/key"] = Stalled("AccessDenied", "no", "Allow it.")
    error = installed.failure()
    assert (error.reason, error.remedy) == ("wrong-credentials", "Allow it.")


def test_nothing_prints_a_token(installed: Installed) -> None:
    installed.token.current()
    assert "s3cret" not in repr(vars(installed.token))


def test_a_repository_is_read_with_the_token_of_the_moment(installed: Installed, tmp_path: Path) -> None:
    origin = Repository(tmp_path / "served" / "app.git")
    origin.commit({"a": "1"})
    with serving(Host(tmp_path / "served", "x-access-token", "ghs_s3cret0")) as host:
        settings = local(f"{host.url}/app.git", timeout=60, username="x-access-token", tokens=installed.token)
        source = GitSource(settings, tmp_path / "state")
        assert source.fetch().changed
        host.password = "ghs_s3cret1"  # GitHub took the first one back
        installed.later(YOUNG)
        origin.commit({"a": "2"})
        assert source.fetch().changed
