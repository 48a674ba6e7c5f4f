"""The daemon but for its threads and its HTTP: the real loop with its real work, whose steps are taken one by one."""

import random
import time
from pathlib import Path

from controller.loop.board import Board
from controller.loop.keys import SyncSource
from controller.loop.loop import Loop
from controller.loop.surroundings import Clocks, Rhythm, Work
from controller.metrics import Metrics
from controller.source.repository import Repository
from reconcilers.aws.gateways import GatewayPool
from reconcilers.aws.session import AwsClients, Call
from reconcilers.reconcile import Reconciler
from reconcilers.sweep import Sweeper
from reconcilers.verdict import Policy
from tests.bench.fleet import source_of

# Credentials that the sandbox takes, and no proxy between it and us.
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "NO_PROXY": "127.0.0.1"}


class SteppedDaemon:
    """``calls`` are those that were made of AWS, oldest first. AWS's credentials come from the environment."""

    def __init__(self, repository: str, endpoint: str, folder: Path) -> None:
        """``folder`` is for the mirror. The repository is read and compiled at once, AWS is not asked yet."""
        self.calls: list[Call] = []
        self._metrics = Metrics()
        self._repository = Repository(source_of(repository, folder), "desired")
        pool = GatewayPool(AwsClients("bench", self._called, endpoint_url=endpoint))
        reconciler = Reconciler(pool, time.time, Policy())
        work = Work(self._repository.poll, Sweeper(pool, time.time).sweep, reconciler.reconcile)
        clocks = Clocks(time.time, time.monotonic, random.random)
        self.loop = Loop(work, Board(), self._metrics, Rhythm(), clocks)
        self.loop.step(SyncSource())

    def close(self) -> None:
        self._repository.close()

    def _called(self, call: Call) -> None:
        self.calls.append(call)
        self._metrics.called(call)
