"""A door two, and boto3 in front of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import boto3
import pytest
from botocore.config import Config

from sandbox.server import Server, serve
from tests.sandbox.scripted import ScriptedWorld

Boto = Callable[..., Any]


@pytest.fixture
def world() -> ScriptedWorld:
    """Its script is the test's to write."""
    return ScriptedWorld({})


@pytest.fixture
def server(world: ScriptedWorld) -> Iterator[Server]:
    with serve(world) as running:
        yield running


@pytest.fixture
def boto(server: Server) -> Iterator[Boto]:
    """``boto("ecs", key="alice", region="eu-west-1")`` is a boto3 client that knows nothing but the endpoint."""
    connect: Any = boto3.client
    with ExitStack() as closing:

        def make(service: str, key: str = "alice", region: str = "eu-west-1", token: str | None = None) -> Any:
            client = connect(
                service,
                endpoint_url=server.url,
                region_name=region,
                aws_access_key_id=key,
                aws_secret_access_key="secret",
                aws_session_token=token,
                config=Config(max_pool_connections=20, retries={"mode": "standard", "total_max_attempts": 2}),
            )
            closing.callback(client.close)
            return client

        yield make
