"""By what of Git something is done, and whether it was the time for it."""

from typing import TYPE_CHECKING

from reconcilers.outcome import Progressing
from tests.simulation.fleet import Plan
from tests.simulation.rules.record import OLDEST, Record, Shipment, declared_content
from tests.simulation.violation import Violated

if TYPE_CHECKING:
    from controller.loop.status import ServiceStatus
    from tests.simulation.replica import Step
    from tests.simulation.truth import Content

JUMPED = 200.0  # seconds that a wall clock may be wrong by


def by_no_older(step: "Step", record: Record, shipment: Shipment) -> None:
    """Nobody must go by an older commit than another shipped by: neither than it had read, nor than the newest in which
    it could read that manifest.
    """
    for each in record.shipments:
        if each.at > step.began:
            continue
        if each.read > shipment.read or each.sound > shipment.sound:
            before, now = (f"{one.read[-3:]}, sound in {one.sound[-3:]}" for one in (each, shipment))
            said = f"{record.plan.name}: {each.id} by {before}, and then {shipment.id} by {now}"
            raise Violated("nobody ships by an older commit than another did", said)


def not_overtaken(step: "Step", plan: Plan, content: "Content", what: str) -> None:
    """What was no longer wanted when the gate was asked is not begun any more."""
    known = step.gated.get(plan.name)
    if known is None or declared_content(known.declared) != content:
        said = f"{what} of {plan.name} with {content}, and Git wants {known.declared if known else 'none'} by now"
        raise Violated("what a newer commit wants otherwise is not begun any more", said)


def after_the_drain(step: "Step", plan: Plan) -> None:
    """CodeDeploy fails what begins before the old tasks have gone."""
    seen = [each.answer for each in step.sent if each.operation == "DescribeServices" and each.answer]
    services = [each for answer in seen[-1:] for each in answer["services"] if each["serviceName"] == plan.name]
    draining = [one["id"] for each in services for one in each.get("taskSets", ()) if one["status"] == "DRAINING"]
    if draining:
        raise Violated("no shift begins while the old tasks drain", f"{plan.name}: {draining}")


def asked_for(record: Record, shipment: Shipment) -> None:
    """Where a person has the word, it must be about this."""
    if record.plan.sync == "manual" and not record.by_hand and shipment.content not in record.asked:
        said = f"{record.plan.name}: {shipment.content}, and people asked for {sorted(record.asked)}"
        raise Violated("what a person asked for is what ships", said)


def on_time(record: Record, step: "Step", after: "ServiceStatus") -> None:
    """What takes longer than its manifest allows is not said to go on."""
    outcome, plan = after.outcome, record.plan
    if not isinstance(outcome, Progressing) or plan.sync == "observe":
        return
    ours = next((each for each in record.shipments if each.id == outcome.deployment), None)
    if ours is None or any(each.operation in _ENDS for each in step.sent):
        return
    if step.began - ours.at > 60 * plan.timeout + JUMPED + OLDEST:
        raise Violated("what takes too long is stopped", f"{plan.name}: {ours.id} since {ours.at:.0f}: {outcome.what}")


_ENDS = frozenset({"StopDeployment", "StopServiceDeployment", "ContinueDeployment"})
