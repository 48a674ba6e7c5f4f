"""Botocore's waiters, with the waiting left to somebody else."""

from collections.abc import Callable
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import WaiterError
from botocore.waiter import Waiter

Sleep = Callable[[float], None]


class PatientWaiter:
    """A botocore waiter that looks as often as botocore's does, and calls ``sleep`` between two looks."""

    def __init__(self, waiter: Waiter, sleep: Sleep) -> None:
        self._waiter = waiter
        self._sleep = sleep
        self.name = waiter.name
        # A SingleWaiterConfig: delay in seconds, max_attempts, acceptors.
        self.config: Any = waiter.config

    def wait(self, **params: Any) -> None:
        """Look until the state is there; ``WaiterError`` when it cannot come, or did not within the attempts."""
        limits = params.pop("WaiterConfig", {})
        attempts = limits.get("MaxAttempts", self.config.max_attempts)
        attempt = 0
        while not self._look(params, last=(attempt := attempt + 1) >= attempts):
            self._sleep(limits.get("Delay", self.config.delay))

    def _look(self, params: dict[str, Any], *, last: bool) -> bool:
        try:
            self._waiter.wait(**params, WaiterConfig={"MaxAttempts": 1})
        except WaiterError as error:
            if last or not str(error.kwargs["reason"]).startswith("Max attempts exceeded"):
                raise
            return False
        return True


def waiters(owner: BaseClient, sleep: Sleep) -> Callable[[str], PatientWaiter]:
    """What stands in for the client's ``get_waiter``; ``ValueError`` for one that the service lacks."""

    def get_waiter(waiter_name: str) -> PatientWaiter:
        return PatientWaiter(type(owner).get_waiter(owner, waiter_name), sleep)

    return get_waiter
