"""A daemon that is given secrets, as whoever is not meant to see them looks at it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3

from sandbox.clock import HostClock
from sandbox.server import serve
from sandbox.world.world import World
from tests.controller.daemons import PLAIN, TOKEN, DaemonProcess, until
from tests.controller.source.hosts import Host, serving
from tests.controller.source.repository import Repository

SECRET = "s3cret-of-git"


@contextmanager
def daemon(folder: Path, **settings: str) -> Iterator[tuple[DaemonProcess, Host]]:
    """One whose token of Git stands in Secrets Manager."""
    Repository(folder / "served" / "app.git").commit(PLAIN)
    with serve(World(HostClock())) as aws, serving(Host(folder / "served", "git", SECRET)) as host:
        manager = boto3.client(
            "secretsmanager", "eu-west-1", endpoint_url=aws.url, aws_access_key_id="a", aws_secret_access_key="b"
        )
        # moto remembers for as long as this process lives, hence the name.
        arn = manager.create_secret(Name=f"git/{folder.name}", SecretString=f'{{"token": "{SECRET}"}}')["ARN"]
        given = {"git_token_from": f"{arn}:token", "endpoint_url": aws.url, "api_token": TOKEN, "log_level": "debug"}
        with DaemonProcess(folder, repository=f"{host.url}/app.git", **given, **settings) as made:
            yield made, host


def told(made: DaemonProcess) -> str:
    """Everything that it says of itself."""
    paths = ("/metrics", "/api/v1/source", "/api/v1/services", "/api/v1/services/prod/notes", "/api/v1/activity")
    return made.log_file.read_text("utf-8") + "".join(made.asks(path)[1].decode() for path in paths)


def test_a_token_of_git_is_seen_in_nothing_that_the_daemon_says_writes_or_was_started_with(tmp_path: Path) -> None:
    with daemon(tmp_path) as (made, host):
        until("Git to be read", lambda: made.said("git changed"), 60)
        assert any(host.authorizations)
        host.password = "another"
        until("Git to refuse", lambda: made.said("git wrong-credentials"), 60)
        assert SECRET not in told(made)
        for name in ("cmdline", "environ"):
            assert SECRET.encode() not in (Path("/proc") / str(made.process.pid) / name).read_bytes()
        for file in (tmp_path / "mirror").rglob("*"):
            assert not file.is_file() or SECRET.encode() not in file.read_bytes()


def test_a_commit_that_is_not_verified_is_told_everywhere_a_silent_git_is(tmp_path: Path) -> None:
    signers = tmp_path / "signers"
    signers.write_text("")
    with daemon(tmp_path, verify="head", allowed_signers=str(signers)) as (made, _):
        (line,) = until("the refusal", lambda: made.said("git unverified"), 60)
        assert "has no signature" in line["text"]
        assert b'"reason":"unverified"' in made.asks("/api/v1/source")[1]
        assert b'trueup_git_polls_total{result="unverified"}' in made.asks("/metrics")[1]
        assert made.asks("/readyz")[0] == 503
