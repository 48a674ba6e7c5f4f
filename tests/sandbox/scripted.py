"""A world that answers what it was told to, and remembers what it was asked."""

import threading
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.clock import Clock, ManualClock
from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.timeline import Timeline
from sandbox.world.world import Place

Scripted = Mapping[str, Any] | Exception | Callable[[Params], Answer]


class ScriptedWorld:
    """``script`` maps ``"ecs:DescribeServices"`` to an answer, an exception, or a function of what is asked."""

    def __init__(self, script: Mapping[str, Scripted], clock: Clock | None = None) -> None:
        self.script = dict(script)
        self.clock: Clock = clock or ManualClock()
        self.timeline = Timeline(self.clock.now())
        self.heard: list[tuple[str, Params, Caller]] = []
        self.runs = 0
        self.ran = threading.Event()

    def place(self, account: str, region: str) -> Place:
        raise AssertionError(f"nobody lives in {account} {region}")

    def answers(self, service: str, operation: str) -> bool:
        return f"{service}:{operation}" in self.script

    def call(self, service: str, operation: str, params: Params, caller: Caller | None = None) -> Answer:
        name = f"{service}:{operation}"
        self.heard.append((name, params, caller or Caller()))
        if name not in self.script:
            raise AwsError("UnknownOperationException", f"{name} is not in the script")
        answer = self.script[name]
        if isinstance(answer, Exception):
            raise answer
        return dict(answer if isinstance(answer, Mapping) else answer(params))

    def run(self) -> None:
        self.runs += 1
        self.ran.set()
