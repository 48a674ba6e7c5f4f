"""A deployment under way: from event to event, until it ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.world.codedeploy.app_spec import AppSpec
from sandbox.world.codedeploy.records import Deployment, Fault, LifecycleEvent, Status

if TYPE_CHECKING:
    from sandbox.world.codedeploy.engine import Engine
    from sandbox.world.codedeploy.shift import Shift

Act = Callable[[], None]


class Run:
    """Where a deployment stands. ``ending`` and ``termination`` decide how it goes on after the last event or a fault.

    ``waiting`` is ``READY_WAIT`` or ``TERMINATION_WAIT`` while somebody may say ContinueDeployment;
    ``stopping`` is set once StopDeployment has been accepted and has not yet taken effect.
    """

    def __init__(self, engine: Engine, deployment: Deployment, app_spec: AppSpec) -> None:
        self.engine = engine
        self.deployment = deployment
        self.app_spec = app_spec
        self.shift: Shift | None = None
        self.waiting: str | None = None
        self.stopping = False
        self._on: Act | None = None
        self._turn = 0

    @property
    def now(self) -> float:
        return self.engine.now

    def later(self, seconds: float, act: Act) -> None:
        """Let ``act`` happen in the course of this turn: not once the run has gone on, or ended."""
        turn = self._turn

        def if_still() -> None:
            if turn == self._turn and not self.deployment.status.over:
                act()

        self.engine.after(seconds, if_still)

    def whenever(self, seconds: float, act: Act) -> None:
        """Let ``act`` happen wherever the run stands by then, unless it has ended."""
        self.engine.after(seconds, lambda: None if self.deployment.status.over else act())

    def turn(self, status: Status | None = None) -> None:
        """Go on: what was due in the last turn is void."""
        self._turn += 1
        self.waiting = self._on = None
        if status is not None:
            self.deployment.status = status
        self.deployment.updated_at = self.now

    def wait(self, kind: str, seconds: float, on: Act, out: Act) -> None:
        """Stand still until ContinueDeployment (then ``on``) or until the time is up (then ``out``)."""
        self.waiting, self._on = kind, on
        self.later(seconds, out)

    def go_on(self) -> None:
        """ContinueDeployment: end the wait."""
        if self._on is not None:
            self._on()

    def open_event(self, event: LifecycleEvent) -> None:
        event.status, event.started_at = "InProgress", self.now
        self.turn()

    def close_event(self, status: str = "Succeeded", message: str | None = None) -> None:
        """End the event that is in progress, if one is."""
        event = self.deployment.current_event
        if event is not None:
            event.status, event.ended_at, event.message = status, self.now, message
            self.deployment.updated_at = self.now

    def next_event(self) -> None:
        """End this event well and begin the next; after the last one, the termination."""
        self.close_event()
        following = next((event for event in self.deployment.events if event.status == "Pending"), None)
        if following is None:
            self.engine.terminate(self)
        else:
            self.engine.begin(self, following)

    def fail(self, code: str, message: str) -> None:
        """End as Failed, with a rollback if failures are to be rolled back."""
        rollback = self.deployment.rolls_back_on("DEPLOYMENT_FAILURE")
        self.engine.end(self, Status.FAILED, Fault(code, message), rollback=rollback)
