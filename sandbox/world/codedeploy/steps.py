"""The lifecycle events besides Install: hooks, test traffic, the wait for a person, and the shift of production."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Answer
from sandbox.world.codedeploy.records import Fault, LifecycleEvent, Status
from sandbox.world.codedeploy.words import HOOK_FAILED, HOOK_TIMEOUT, NO_PERMISSION, READY_TIMEOUT

if TYPE_CHECKING:
    from sandbox.world.codedeploy.run import Run


def hook(run: Run, event: LifecycleEvent) -> None:
    """Without a Lambda function the event passes at once; with one it waits for its answer."""
    engine = run.engine
    function = run.app_spec.hooks.get(event.name)
    if function is None:
        run.later(engine.pace.event, run.next_event)
    elif "AWSLambda" in engine.denied:
        role = run.deployment.group.shape["serviceRoleArn"]
        run.fail("IAM_ROLE_PERMISSIONS", NO_PERMISSION.format(role=role, service="AWSLambda"))
    else:
        event.hook = engine.store.new_uuid()
        engine.hooks[event.hook] = (run, event)
        run.later(engine.pace.hook_timeout, lambda: run.fail(engine.switches.hook_timeout_code, HOOK_TIMEOUT))
        answer = engine.lambdas.get(function.rsplit(":", 1)[-1])
        if answer is not None:
            run.later(engine.pace.hook, lambda: answer_hook(run, answer))


def answer_hook(run: Run, status: str) -> None:
    """What the function of the event in progress found: ``Succeeded``, or anything else."""
    if status == "Succeeded":
        run.next_event()
    else:
        run.fail("HOOK_EXECUTION_FAILURE", HOOK_FAILED)


def allow_test_traffic(run: Run) -> None:
    """Show green on the test listener."""
    if run.shift is not None and _moved(run, run.shift.test_green):
        run.later(run.engine.pace.test_shift, run.next_event)


def must_be_told(run: Run) -> bool:
    """Whether the group wants a person to say when production may shift."""
    return bool(_ready_option(run)["actionOnTimeout"] == "STOP_DEPLOYMENT")


def await_word(run: Run, event: LifecycleEvent) -> None:
    """``Ready``: nothing moves until somebody says ContinueDeployment."""
    run.turn(Status.READY)
    minutes = _ready_option(run)["waitTimeInMinutes"]

    def go() -> None:
        run.turn(Status.IN_PROGRESS)
        run.open_event(event)
        allow_traffic(run)

    run.wait("READY_WAIT", minutes * 60, go, lambda: _nobody_came(run, minutes))


def _ready_option(run: Run) -> Answer:
    configuration = run.deployment.group.shape["blueGreenDeploymentConfiguration"]
    return dict(configuration["deploymentReadyOption"])


def _nobody_came(run: Run, minutes: int) -> None:
    switches = run.engine.switches
    status = Status.STOPPED if switches.ready_timeout_is_stopped else Status.FAILED
    fault = Fault(switches.ready_timeout_code, READY_TIMEOUT.format(minutes=minutes))
    run.engine.end(run, status, fault, rollback=run.deployment.rolls_back_on("DEPLOYMENT_FAILURE"))


def allow_traffic(run: Run) -> None:
    """The first share at once, then one for each interval; the event ends with the last."""
    pace, steps = run.engine.pace, run.deployment.config.steps
    for minutes, percentage in steps:
        run.later(pace.step_lag + minutes * 60, _step(run, percentage))
    run.later(pace.step_lag + steps[-1][0] * 60 + pace.after_shift, run.next_event)


def _step(run: Run, percentage: int) -> Callable[[], None]:
    def move() -> None:
        if run.shift is not None:
            shift = run.shift
            _moved(run, lambda: shift.to_green(percentage))

    return move


def _moved(run: Run, move: Callable[[], None]) -> bool:
    """Move a listener; the run has failed if the load balancer did not let us."""
    if "AmazonElasticLoadBalancing" in run.engine.denied:
        role = run.deployment.group.shape["serviceRoleArn"]
        run.fail("IAM_ROLE_PERMISSIONS", NO_PERMISSION.format(role=role, service="AmazonElasticLoadBalancing"))
        return False
    try:
        move()
    except AwsError as error:
        message = f"The ELB could not be updated due to the following error: {error.message}"
        run.fail(run.engine.switches.listener_error_code, message)
        return False
    run.deployment.updated_at = run.now
    return True
