"""An AWS that remembers who changed what, and who held the lease then; and two implementations of DynamoDB."""

import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from reconcilers.aws.dynamodb import LeaseTable
from reconcilers.aws.session import CHANGES
from reconcilers.leases import Holding, Shard, Table
from reconcilers.outcome import Retry, Stalled
from sandbox.blueprints import rolling
from sandbox.blueprints.plans import Rolling
from sandbox.clock import HostClock
from sandbox.server import Server, serve
from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.world import World
from tests.controller.daemons import until

SPEED = 60.0
PATIENCE = 30.0  # seconds


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it arrived: who called (the access key), and what the shard's row read then."""

    caller: str
    region: str
    operation: str
    holding: Holding


class Recording(World):
    """A world that looks at the lease table whenever somebody is about to change something."""

    def __init__(self) -> None:
        super().__init__(HostClock(), speed=SPEED)
        self.changes: list[Change] = []
        self.reads: dict[tuple[str, str], int] = {}
        self.table: LeaseTable | None = None

    def call(self, service: str, operation: str, params: Params, caller: Caller | None = None) -> Answer:
        if self.table is not None and caller is not None:
            key = caller.principal.rpartition("/")[2]
            if operation in CHANGES.get(service, ()):
                holding = self.table.read().holdings.get(Shard("", caller.region), Holding("", 0))
                self.changes.append(Change(key, caller.region, operation, holding))
            else:
                self.reads[key, caller.region] = self.reads.get((key, caller.region), 0) + 1
        return super().call(service, operation, params, caller)


@dataclass(frozen=True, slots=True)
class Stand:
    """The world behind its door, and the lease table behind the same or another one."""

    world: Recording
    aws: Server
    dynamodb: str
    table: LeaseTable

    @property
    def environment(self) -> Mapping[str, str]:
        """What a daemon needs to find both."""
        return {
            "AWS_ENDPOINT_URL": self.aws.url,
            "AWS_ENDPOINT_URL_DYNAMODB": self.dynamodb,
            "AWS_DEFAULT_REGION": "eu-west-1",
        }

    def read(self) -> Table:
        return self.table.read()


@contextmanager
def stand(implementation: str, folder: Path, regions: tuple[str, ...]) -> Iterator[Stand]:
    """A service in each region, and a lease table by moto (in the sandbox) or by roto."""
    world = Recording()
    for region in regions:
        rolling(world, Rolling(name=f"web-{region}", balanced=False), Caller(region=region))
    with serve(world) as aws, _dynamodb(implementation, aws, folder) as url:
        table = _table(url)
        world.table = table
        yield Stand(world, aws, url, table)


@contextmanager
def _dynamodb(implementation: str, aws: Server, folder: Path) -> Iterator[str]:
    if implementation == "moto":
        yield aws.url
        return
    found = Path(sys.executable).with_name("roto-server")
    program = str(found) if found.exists() else shutil.which("roto-server")
    if program is None:
        pytest.skip("roto-server is missing. Install it: pip install roto-aws")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    with (folder / "roto.log").open("wb") as log:
        process = subprocess.Popen([program, "--port", port, "--ephemeral"], cwd=folder, stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait(10)


def _table(url: str) -> LeaseTable:
    client = botocore.session.Session().create_client(
        "dynamodb",
        region_name="eu-west-1",
        endpoint_url=url,
        aws_access_key_id="tests",
        aws_secret_access_key="sandbox",
        config=Config(retries={"total_max_attempts": 1}),
    )
    table = LeaseTable(client, f"leases-{uuid.uuid4().hex[:8]}")  # moto's tables belong to the process
    until("DynamoDB to make a table", lambda: _made(client, table.name), PATIENCE)
    until("the table to be there", lambda: _readable(table), PATIENCE)
    return table


def _made(client: Any, name: str) -> bool:
    try:
        client.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    except BotoCoreError:  # nobody listens yet
        return False
    return True


def _readable(table: LeaseTable) -> bool:
    try:
        table.read()
    except (Retry, Stalled):
        return False
    return True
