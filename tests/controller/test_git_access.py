"""Who knows the password of the repository, as the settings say it; with a Secrets Manager that speaks the wire."""

import os
from pathlib import Path
from typing import Any

import boto3
import pytest

from controller.credentials.github_app import AppToken
from controller.credentials.tokens import SecretToken
from controller.git_access import git_source, git_tokens, stores
from controller.rules.reading import MisconfiguredError
from controller.settings import Settings
from reconcilers.aws.session import AwsClients
from sandbox.clock import HostClock
from sandbox.server import serve
from sandbox.world.world import World
from tests.controller.credentials.stores import Shelf
from tests.controller.source.hosts import Host, serving
from tests.controller.source.repository import Repository

KEY = "/key"
APP: dict[str, Any] = {"github_app_id": "42", "github_app_installation": "7", "github_app_key": KEY}


def settings(**more: Any) -> Settings:
    return Settings("https://git.example/x.git", **more)


def test_without_a_word_about_it_there_is_no_password() -> None:
    assert git_tokens(settings(), Shelf({}).reader) is None
    assert git_tokens(settings(git_token="t"), Shelf({}).reader) is None


def test_a_secret_is_a_password() -> None:
    assert isinstance(git_tokens(settings(git_token_from="ssm:/git"), Shelf({}).reader), SecretToken)


@pytest.mark.parametrize("api", ["https://api.github.com", "https://git.example/api/v3"])
def test_an_app_is_a_password(api: str) -> None:
    assert isinstance(git_tokens(settings(github_api_url=api, **APP), Shelf({}).reader), AppToken)


@pytest.mark.parametrize(
    "said",
    [
        {"github_app_id": "42"},
        {**APP, "github_app_key": None},
        {**APP, "git_token": "t"},
        {"git_token_from": KEY, "git_token_file": Path("/token")},
        {**APP, "github_api_url": "http://git.example"},
        {**APP, "github_api_url": "ftp://git.example", "git_allow": frozenset({"http"})},
        {**APP, "github_app_installation": "7/../8"},
        {**APP, "github_app_id": "4\r\n2"},
    ],
)
def test_settings_that_do_not_fit_are_refused_by_name(said: dict[str, Any]) -> None:
    with pytest.raises(MisconfiguredError, match="TRUEUP_G"):
        git_tokens(settings(**said), Shelf({}).reader)


def test_a_repository_is_opened_by_a_secret_of_aws_and_again_when_that_is_rotated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_REGION": "eu-west-1"}.items():
        monkeypatch.setenv(name, value)
    Repository(tmp_path / "served" / "app.git").commit({"a": "1"})
    with serve(World(HostClock())) as aws, serving(Host(tmp_path / "served", "git", "0ne")) as host:
        name = f"git/{tmp_path.name}"  # moto remembers for as long as this process lives
        manager = boto3.client("secretsmanager", region_name="eu-west-1", endpoint_url=aws.url)
        manager.create_secret(Name=name, SecretString='{"token": "0ne"}')
        said = Settings(
            f"{host.url}/app.git",
            state_dir=tmp_path / "state",
            git_token_from=f"secretsmanager:{name}:token",
            git_allow=frozenset({"http"}),
        )
        source = git_source(said, AwsClients("1", lambda _: None, endpoint_url=aws.url))
        assert source.fetch().changed
        manager.put_secret_value(SecretId=name, SecretString='{"token": "tw0"}')
        host.password = "tw0"
        assert not source.fetch().changed
        assert "0ne" not in repr(said)


def test_a_parameter_of_aws_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b"}.items():
        monkeypatch.setenv(name, value)
    with serve(World(HostClock())) as aws:
        ssm = boto3.client("ssm", region_name="eu-west-1", endpoint_url=aws.url)
        ssm.put_parameter(Name="/git", Value="s3cret", Type="SecureString", Overwrite=True)
        found = stores(AwsClients("1", lambda _: None, endpoint_url=aws.url))
        assert found.parameters("eu-west-1").value("/git") == "s3cret"
    assert "s3cret" not in os.environ.values()
