"""What may be written at all, by whom, and after what."""

from collections import Counter
from typing import TYPE_CHECKING

from reconcilers.leases import shard_of
from reconcilers.model import Scope
from tests.simulation.door import Sent
from tests.simulation.fleet import Plan, fields
from tests.simulation.rules.record import HOUR, OLDEST, Record, Records, declared_content
from tests.simulation.violation import Violated

if TYPE_CHECKING:
    from tests.simulation.replica import Replica, Step
    from tests.simulation.stage import Stage

STEPS = frozenset(
    {"CreateDeployment", "UpdateService", "StopServiceDeployment", "StopDeployment", "ContinueDeployment"}
)
TAGS = frozenset({"TagResource", "UntagResource"})
ALLOWED = STEPS | TAGS | {"RegisterTaskDefinition"}
BESIDE_FIELDS = frozenset({"cluster", "service", "taskDefinition", "forceNewDeployment", "deploymentConfiguration"})
HEALS = 3  # an hour, says the policy; one more is on its way
LATE = "late"  # counted beside the calls by their names
MOST = 250  # writes to one service in one history: nobody needs as many


class Writing:
    """What holds of every call that changes something."""

    def __init__(self, stage: "Stage", records: Records) -> None:
        self._stage = stage
        self._of = records
        self._late: Counter[tuple[str, int]] = Counter()
        self.counts: Counter[str] = Counter()

    def any(self, replica: "Replica", step: "Step", plan: Plan, sent: Sent) -> None:
        """Whatever it is."""
        record = self._of[plan.name]
        record.writes += 1
        if record.writes > MOST:
            raise Violated("nobody fights for ever", f"{record.writes} writes to {plan.name}")
        reads = [each for each in step.sent if each.operation == "DescribeServices"]
        if not any(plan.name in each.params["services"] for each in reads):
            raise Violated("a fresh look comes before every change", f"{sent.operation} of {plan.name} after none")
        earlier = [each.operation for each in step.sent if each is not sent]
        further = (STEPS if sent.operation in STEPS else {sent.operation} - TAGS).intersection(earlier)
        if further:
            raise Violated("a look does at most one step", f"{sent.operation} of {plan.name} after {earlier}")
        if sent.operation not in TAGS:
            self._by_its_keeper(replica, record, sent)

    def _by_its_keeper(self, replica: "Replica", record: Record, sent: Sent) -> None:
        if replica.keeper.keeps(Scope(record.plan.region)):
            return
        self._late[replica.name, replica.life] += 1
        self.counts[LATE] += 1
        record.excused += sent.operation == "RegisterTaskDefinition"
        if self._late[replica.name, replica.life] > replica.pauses:
            said = f"{sent.operation} of {record.plan.name} by {replica.name}, which paused {replica.pauses} times"
            raise Violated("no more than one late call per pause", said)

    def refused(self, plan: Plan, sent: Sent, step: "Step") -> None:
        """AWS said no."""
        if sent.refusal != "DeploymentLimitExceededException":
            return
        active = self._stage.truth.moving(plan)
        began = self._stage.truth.shift(plan, active).created_at if active is not None else self._stage.now()
        if step.began - began > OLDEST:
            raise Violated("one deployment per group at a time", f"{plan.name} has {active} since {began:.0f}")

    def registered(self, step: "Step", plan: Plan, sent: Sent) -> None:
        """A revision more."""
        record, truth = self._of[plan.name], self._stage.truth
        arn = str((sent.answer or {})["taskDefinition"]["taskDefinitionArn"])
        content = truth.content(plan, arn)
        declared(step, plan, content, "a revision")
        record.registered.setdefault(content, []).append(arn)
        doubles = sum(len(each) - 1 for each in record.registered.values())
        excused = record.excused + self._stage.aws.stale_lists[plan.name]
        if doubles > excused:
            said = f"{record.registered[content]} have one content, and {excused} answers were lost"
            raise Violated("no more than one duplicate revision per lost answer", said)

    def edited(self, step: "Step", plan: Plan, sent: Sent) -> None:
        """UpdateService, whatever for."""
        known = step.known.get(plan.name)
        wanted = fields(plan, known.declared) if known is not None else {}
        odd = [name for name in sent.params.keys() - BESIDE_FIELDS if sent.params[name] != wanted.get(name)]
        counts = plan.scaled and "desiredCount" in sent.params and "taskDefinition" not in sent.params
        if odd or counts:
            raise Violated("nothing that Git does not declare is ever written", f"{plan.name}: {dict(sent.params)}")

    def healed(self, plan: Plan) -> None:
        """Service fields were put back, or are as a commit wants them now."""
        record, now = self._of[plan.name], self._stage.now()
        shard = shard_of(Scope(plan.region))
        epoch = self._stage.rows.holdings[shard].epoch
        record.field_heals.append((now, epoch))
        applies = plan.sync == "auto" and self._stage.origin.has_changed_fields(plan.name)
        if plan.sync == "observe" or (plan.drift != "heal" and not record.words and not applies):
            raise Violated("nothing is written that the manifest forbids", f"{plan.name} has drift {plan.drift}")
        # AWS keeps no record of them: a replica remembers its own, since it took the shard.
        recent = sum(now - at < HOUR and taken == epoch for at, taken in record.field_heals)
        if recent > HEALS + 1 + sum(now - at < 2 * HOUR for at in record.words):
            raise Violated("nobody fights for ever", f"{recent} edits of {plan.name} within an hour")

    def stopped(self, step: "Step", plan: Plan, sent: Sent) -> str:
        """A deployment was stopped: which."""
        stopped = str(sent.params.get("deploymentId") or sent.params.get("serviceDeploymentArn"))
        record, known = self._of[plan.name], step.known.get(plan.name)
        ours = next((each for each in record.shipments if each.id == stopped), None)
        if ours is None:
            raise Violated("somebody else's deployment is waited for", f"{plan.name}: {stopped} was stopped")
        if known is not None and declared_content(known.declared) != ours.content:
            ours.superseded = True
        elif self._stage.now() - ours.at < 60 * plan.timeout - 5 * OLDEST:
            raise Violated("what is wanted and goes on is not stopped", f"{plan.name}: {stopped}")
        return stopped

    def tagged(self, plan: Plan, sent: Sent) -> None:
        """A revision says which deployment of it is about to be stopped for a newer release."""
        doomed = {each["value"] for each in sent.params["tags"] if each["key"] == "trueup:superseded"}
        for each in self._of[plan.name].shipments:
            each.doomed |= each.id in doomed

    def continued(self, plan: Plan, sent: Sent) -> None:
        """A termination wait was ended."""
        if sent.params["deploymentId"] not in {each.id for each in self._of[plan.name].shipments}:
            raise Violated("somebody else's deployment is waited for", f"{plan.name}: {dict(sent.params)}")


def declared(step: "Step", plan: Plan, content: object, what: str) -> None:
    """What a replica ships or registers is what the commit declares that it had read."""
    known = step.known.get(plan.name)
    if known is None or content != declared_content(known.declared):
        said = f"{what} of {plan.name} with {content}, and Git wants {known.declared if known else 'none'}"
        raise Violated("nothing that Git does not declare is ever written", said)
