"""What moves deployments: the runs, and everything they reach for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.switches import Switches
from sandbox.world.codedeploy import alarm_watch, ending, install, rollback, steps, termination
from sandbox.world.codedeploy.app_spec import AppSpec, AppSpecError, parse
from sandbox.world.codedeploy.pace import Pace
from sandbox.world.codedeploy.records import Deployment, Fault, LifecycleEvent, Status
from sandbox.world.codedeploy.run import Run
from sandbox.world.codedeploy.store import Store
from sandbox.world.codedeploy.words import BAD_APP_SPEC

if TYPE_CHECKING:
    from sandbox.world.world import Place

Outcome = str
NOTHING = AppSpec("", "", 0)


class Engine:
    """Starts runs and takes them through their events.

    ``lambdas`` says what a hook's function answers (``Succeeded`` or ``Failed``) by its name; one that is not in
    there is waited for until somebody answers in its place. ``denied`` are the AWS services (``AWSLambda``,
    ``AmazonECS``, ``AmazonElasticLoadBalancing``) that the service role may not use.
    """

    def __init__(self, place: Place, store: Store) -> None:
        self.place = place
        self.store = store
        self.pace = Pace()
        self.lambdas: dict[str, Outcome] = {}
        self.denied: set[str] = set()
        self.runs: dict[str, Run] = {}
        self.hooks: dict[str, tuple[Run, LifecycleEvent]] = {}

    @property
    def now(self) -> float:
        return self.place.timeline.now

    @property
    def switches(self) -> Switches:
        return self.place.world.switches

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        self.place.timeline.after(seconds, act)

    def start(self, deployment: Deployment) -> None:
        """Take a deployment that has just been created on its way."""
        run = Run(self, deployment, NOTHING)
        self.runs[deployment.id] = run
        run.later(self.pace.pick_up, lambda: self._pick_up(run))

    def _pick_up(self, run: Run) -> None:
        if self.pace.queued:
            run.turn(Status.QUEUED)
            run.later(self.pace.queued, lambda: self._set_out(run))
        else:
            self._set_out(run)

    def _set_out(self, run: Run) -> None:
        deployment = run.deployment
        run.turn(Status.IN_PROGRESS)
        deployment.started_at = self.now
        if deployment.creator == rollback.CREATOR and rollback.is_short(self, deployment):
            rollback.bring_back(run)
            return
        try:
            run.app_spec = parse(deployment.revision.content if deployment.revision else "")
        except AppSpecError as error:
            run.fail("INVALID_REVISION", BAD_APP_SPEC.format(reason=error))
            return
        self.begin(run, deployment.events[0])
        alarm_watch.begin(run)

    def begin(self, run: Run, event: LifecycleEvent) -> None:
        """Do what an event is there for."""
        if event.name == "AllowTraffic" and steps.must_be_told(run):
            steps.await_word(run, event)
            return
        run.open_event(event)
        match event.name:
            case "Install":
                install.begin(run)
            case "AllowTestTraffic":
                steps.allow_test_traffic(run)
            case "AllowTraffic":
                steps.allow_traffic(run)
            case _:
                steps.hook(run, event)

    def terminate(self, run: Run) -> None:
        """Every event has succeeded."""
        termination.begin(run)

    def end(self, run: Run, status: Status, fault: Fault, *, rollback: bool) -> None:
        """A deployment ends without success."""
        ending.end(run, status, fault, rollback=rollback)
