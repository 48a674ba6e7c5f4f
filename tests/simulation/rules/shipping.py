"""What may ship, and when."""

import json
import re
from typing import TYPE_CHECKING, Any

from tests.simulation.door import Sent
from tests.simulation.fleet import NETWORK, Plan
from tests.simulation.rules import newest
from tests.simulation.rules.record import HOUR, OLDEST, Record, Records, Shipment, declared_content
from tests.simulation.rules.writing import HEALS, declared
from tests.simulation.truth import unfinished_until
from tests.simulation.violation import Violated

if TYPE_CHECKING:
    from tests.simulation.replica import Step
    from tests.simulation.stage import Stage

MARK = re.compile(r"^trueup release=(\S+) commit=([0-9a-f]{40}) cause=(commit|heal|retry)( |$)")
INFRASTRUCTURE = frozenset(
    {"ECS_UPDATE_ERROR", "INTERNAL_ERROR", "REVISION_MISSING", "THROTTLED", "AGENT_ISSUE", "RESOURCE_LIMIT_EXCEEDED"}
)
BY_HAND = frozenset({"MANUAL_STOP", "STOPPED", "ROLLBACK_SUCCESSFUL"})
RETRIES = 3  # of what failed for AWS's reasons, says the manifest where it says nothing
SOONEST = 55.0  # seconds after a failure of AWS's; it says a minute


class Shipping:
    """What holds of every deployment of ours."""

    def __init__(self, stage: "Stage", records: Records) -> None:
        self._stage = stage
        self._of = records

    def shifted(self, step: "Step", plan: Plan, sent: Sent) -> None:
        """CreateDeployment."""
        description = str(sent.params.get("description", ""))
        said = MARK.match(description)
        if said is None or len(description) > 256:
            raise Violated("every deployment of ours says what it is", description)
        known = step.known.get(plan.name)
        # After a restart marks tell which commit brought a release, and a heal and a retry name that one.
        if known is not None and not f"{1:040x}" <= said[2] <= known.brought.id:
            raise Violated(
                "every deployment of ours says what it is", f"{said[2]} did not bring it: {known.brought.id}"
            )
        spec = json.loads(sent.params["revision"]["appSpecContent"]["content"])
        properties = spec["Resources"][0]["TargetService"]["Properties"]
        _carries(plan, properties)
        if spec.get("Hooks", []) != [{event: function} for event, function in plan.hooks.items()]:
            raise Violated("every AppSpec carries the hooks of the manifest", f"{plan.name}: {spec.get('Hooks')}")
        arn, id_ = str(properties["TaskDefinition"]), str((sent.answer or {})["deploymentId"])
        content = self._stage.truth.content(plan, arn)
        newest.after_the_drain(step, plan)
        self._shipped(step, plan, Shipment(id_, content, arn, self._stage.now(), said[3]))

    def rolled(self, step: "Step", plan: Plan, sent: Sent) -> None:
        """UpdateService with a revision."""
        record, truth = self._of[plan.name], self._stage.truth
        arn = str(sent.params["taskDefinition"])
        for each in record.shipments[-1:]:
            each.superseded |= self._just_ended(plan, each.id)
        id_ = str(truth.moving(plan))
        begun = truth.rollings(plan)[-1:]  # within OLDEST of another the look need not have known of it
        if not begun or begun[0].created_at.timestamp() < step.began - OLDEST:
            raise Violated("whatever ships begins a deployment", f"{plan.name}: {dict(sent.params)}")
        self._shipped(step, plan, Shipment(id_, truth.content(plan, arn), arn, self._stage.now()))

    def _shipped(self, step: "Step", plan: Plan, shipment: Shipment) -> None:
        record = self._of[plan.name]
        declared(step, plan, shipment.content, "a deployment")
        if not record.retries:
            self._called_for(step, plan, shipment)
        if plan.sync == "observe" or (plan.sync == "manual" and not record.words and not record.by_hand):
            raise Violated("nothing is written that the manifest forbids", f"{plan.name} has sync {plan.sync}")
        if self._stage.truth.pushed_at(plan, str(shipment.content[0][0])) is None:
            raise Violated("nothing ships whose image is not there", f"{plan.name} ships {shipment.content}")
        self._not_held(step, record, shipment)
        self._not_for_ever(step, record, shipment)
        self._no_double(record, shipment)
        self._nobody_elses(step, record)
        shipment.read, shipment.sound = step.read, step.known[plan.name].sound.id
        newest.by_no_older(step, record, shipment)
        newest.not_overtaken(step, plan, shipment.content, "a deployment")
        newest.asked_for(record, shipment)
        record.shipments.append(shipment)
        self._not_too_often(record)

    def _called_for(self, step: "Step", plan: Plan, shipment: Shipment) -> None:
        truth = self._stage.truth
        if plan.shifted:
            others = [each for each in truth.shifts(plan) if each.id != shipment.id]
            since = others[-1].completed_at if others else None
            same = truth.runs(plan) == shipment.content
        else:
            earlier = [each for each in truth.rollings(plan) if each.arn != shipment.id]
            ended = earlier[-1].finished_at if earlier else None
            since = ended.timestamp() if ended is not None else None
            good = bool(earlier) and earlier[-1].status == "SUCCESSFUL"
            runs = truth.content(plan, earlier[-1].target.revision.workload.definition.arn) if earlier else None
            same = good and runs == shipment.content
        if same and step.began - (since or 0.0) > OLDEST:
            said = f"{plan.name} runs {shipment.content} already, and {shipment.id} ships it"
            raise Violated("no deployment that was not called for", said)

    def _not_held(self, step: "Step", record: Record, shipment: Shipment) -> None:
        earlier = record.last(shipment.content)
        verdict = self.verdict(record.plan, earlier) if earlier is not None else None
        if earlier is None or verdict is None or not verdict[0] or step.began - verdict[1] <= OLDEST:
            return
        if not any(at >= earlier.at for at in record.retries):
            said = f"{record.plan.name}: {earlier.id} ended as {verdict[0]}, and {shipment.id} ships the same"
            raise Violated("what is held is never shipped again without a person or a change", said)
        if sum(each.cause == "retry" for each in (*record.shipments, shipment)) > len(record.retries):
            raise Violated("a retry is spent by the one deployment that it makes", f"{record.plan.name}")

    def _not_for_ever(self, step: "Step", record: Record, shipment: Shipment) -> None:
        """What AWS itself fails at is tried again, each time later, and only so often. Of what failed since a look
        began, that look need not know.
        """
        row = 0
        for each in reversed(record.shipments):
            ended = self.ended(record.plan, each)
            if each.content != shipment.content or ended is None or ended[0] not in INFRASTRUCTURE:
                break
            known, soon = step.began >= ended[1], step.wall - ended[1] < SOONEST
            if row == 0 and known and soon and not any(at >= each.at for at in record.words):
                raise Violated("what AWS fails at is not tried again at once", f"{record.plan.name}: {each.id}")
            row += 1
        if row > RETRIES + len(record.words):
            raise Violated("what AWS fails at is not tried for ever", f"{record.plan.name}: {row} times in a row")

    def superseding(self, step: "Step", plan: Plan, stopped: str) -> None:
        """What was stopped for a newer release was stopped for something that comes of it."""
        record, known = self._of[plan.name], step.known.get(plan.name)
        ours = next((each for each in record.shipments if each.id == stopped), None)
        if (
            known is None
            or ours is None
            or declared_content(known.declared) in (ours.content, self._stage.truth.runs(plan))
        ):
            return
        content, rule = declared_content(known.declared), "nothing is stopped for what cannot ship"
        if self._stage.truth.pushed_at(plan, known.declared.tag) is None:
            raise Violated(rule, f"{plan.name}: {stopped} for {content}, whose image is not there")
        earlier = record.last(content)
        verdict = self.verdict(plan, earlier) if earlier is not None else None
        if earlier is None or verdict is None or not verdict[0] or step.began - verdict[1] <= OLDEST:
            return
        if not any(at >= earlier.at for at in record.retries):
            raise Violated(rule, f"{plan.name}: {stopped} for {content}, of which {earlier.id} ended as {verdict[0]}")

    def verdict(self, plan: Plan, shipment: Shipment) -> tuple[str, float] | None:
        """Why a deployment holds its release (empty: it does not) and since when; ``None`` while it runs."""
        found = self.ended(plan, shipment)
        if found is None:
            return None
        superseded = shipment.superseded or (shipment.doomed and found[0] in BY_HAND)
        held = found[0] and not superseded and found[0] not in INFRASTRUCTURE
        return (found[0] if held else ""), found[1]

    def ended(self, plan: Plan, shipment: Shipment) -> tuple[str, float] | None:
        """How a deployment ended (empty: well) and when; ``None`` while it runs."""
        if plan.shifted:
            one = self._stage.truth.shift(plan, shipment.id)
            if not one.status.over:
                return None
            return one.fault.code if one.fault is not None else "", one.completed_at or self._stage.now()
        found = self._stage.truth.rolling(plan, shipment.id)
        if found is None or unfinished_until(found) is None:
            return None
        return "" if found.status == "SUCCESSFUL" else found.status, unfinished_until(found) or 0.0

    def _no_double(self, record: Record, shipment: Shipment) -> None:
        shipped = {each.arn for each in record.shipments if each.content == shipment.content} | {shipment.arn}
        ours = shipped & set(record.registered.get(shipment.content, ()))
        if len(ours) > 1 and not self._stage.aws.stale_lists[record.plan.name]:
            raise Violated("a duplicate revision is never shipped", f"{record.plan.name}: {sorted(ours)}")

    def _nobody_elses(self, step: "Step", record: Record) -> None:
        for deployment, began in record.foreign.items():
            if began < step.began - OLDEST and self._ran_until_now(record.plan, deployment):
                raise Violated("somebody else's deployment is waited for", f"{record.plan.name}: {deployment}")

    def _ran_until_now(self, plan: Plan, deployment: str) -> bool:
        if plan.shifted:
            return not self._stage.truth.shift(plan, deployment).status.over
        return self._just_ended(plan, deployment)

    def _just_ended(self, plan: Plan, deployment: str) -> bool:
        """Whether a rolling update goes on, or did until the newer one took its place a moment ago."""
        found = self._stage.truth.rolling(plan, deployment)
        if found is None or found.status == "SUCCESSFUL":
            return False
        ended = unfinished_until(found)
        return ended is None or ended >= self._stage.now() - 1.0

    def _not_too_often(self, record: Record) -> None:
        now = self._stage.now()
        heals = sum(each.cause == "heal" and now - each.at < HOUR for each in record.shipments)
        if heals > HEALS + 1 + sum(now - at < 2 * HOUR for at in record.words):
            raise Violated("nobody fights for ever", f"{heals} heals of {record.plan.name} within an hour")


def _carries(plan: Plan, properties: dict[str, Any]) -> None:
    network = properties.get("NetworkConfiguration", {}).get("AwsvpcConfiguration", {})
    if {name: sorted(each) if isinstance(each, list) else each for name, each in network.items()} != NETWORK:
        raise Violated("every AppSpec carries the live network", f"{plan.name}: {properties}")
    if properties["LoadBalancerInfo"] != {"ContainerName": "app", "ContainerPort": 80}:
        raise Violated("every AppSpec names the live container", f"{plan.name}: {properties}")
    if ("PlatformVersion" in properties) is not (plan.platform and plan.declares):
        raise Violated("the platform version is carried if declared, and only then", f"{plan.name}: {properties}")
