"""What must always be true, whatever happens. Each rule has a sentence, which a failing history is known by.

Nothing here asks the controller what it thinks, but for what it reports: what is wanted is known from the commits that
a replica has read, what is so from the world.
"""

from typing import TYPE_CHECKING

from controller.loop.board import Told
from controller.loop.keys import Key, SyncSource
from controller.loop.status import ServiceStatus
from reconcilers.model import Cluster, Scope, ServiceKey
from reconcilers.verdict import Order
from tests.simulation.door import Sent
from tests.simulation.fleet import REGIONS, Plan
from tests.simulation.rules import newest
from tests.simulation.rules.record import Record, declared_content
from tests.simulation.rules.reporting import Reporting
from tests.simulation.rules.shipping import Shipping
from tests.simulation.rules.writing import ALLOWED, Writing
from tests.simulation.violation import Violated

if TYPE_CHECKING:
    from tests.simulation.replica import Replica, Step
    from tests.simulation.stage import Stage

__all__ = ["Rules", "declared_content"]

SCOPES = tuple(Scope(region) for region in REGIONS)


class Rules:
    """All of them, over one history. ``over``: nothing more happens from outside."""

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self.of = {plan.name: Record(plan) for plan in stage.history.plans}
        self.writing = Writing(stage, self.of)
        self.shipping = Shipping(stage, self.of)
        self.reporting = Reporting(stage, self.of)
        self.over = False

    def by_hand(self, plan: Plan, sent: Sent) -> None:
        """Somebody else did something."""
        record, now = self.of[plan.name], self._stage.now()
        record.by_hand.append(now)
        if sent.operation == "CreateDeployment":
            record.foreign[str((sent.answer or {})["deploymentId"])] = now
        moving = self._stage.truth.moving(plan)
        if sent.operation == "UpdateService" and "taskDefinition" in sent.params and moving is not None:
            record.foreign.setdefault(moving, now)

    def asked(self, replica: "Replica", plan: Plan, order: Order) -> None:
        """A person said something to a replica, and means what it shows."""
        record, shown = self.of[plan.name], replica.clone.shown.get(plan.name)
        if shown is not None:
            record.asked.add(declared_content(shown.declared))
        (record.retries if order.retry else record.syncs).append(self._stage.now())

    def heard(self, replica: "Replica", sent: Sent) -> None:
        """A call of a replica's was heard by AWS, and this came of it."""
        if not sent.writes:
            return
        step = replica.busy[-1]
        if sent.operation not in ALLOWED or not isinstance(step.key, ServiceKey):
            raise Violated("nothing that Git does not declare is ever written", f"{sent.operation} at {step.key}")
        self.writing.counts[sent.operation] += 1
        plan = self.of[step.key.name].plan
        self.writing.any(replica, step, plan, sent)
        if sent.answer is None:
            self.writing.refused(plan, sent, step)
        else:
            self._done(step, plan, sent)

    def _done(self, step: "Step", plan: Plan, sent: Sent) -> None:
        match sent.operation:
            case "RegisterTaskDefinition":
                self.writing.registered(step, plan, sent)
            case "CreateDeployment":
                self.shipping.shifted(step, plan, sent)
            case "UpdateService":
                self.writing.edited(step, plan, sent)
                if "taskDefinition" in sent.params:
                    self.shipping.rolled(step, plan, sent)
                else:
                    self.writing.healed(plan)
            case "StopDeployment" | "StopServiceDeployment":
                stopped = self.writing.stopped(step, plan, sent)
                self.shipping.superseding(step, plan, stopped)
            case "ContinueDeployment":
                self.writing.continued(plan, sent)
            case "TagResource":
                self.writing.tagged(plan, sent)
            case _:
                pass

    def unanswered(self, replica: "Replica", sent: Sent) -> None:
        """AWS heard it, and whoever asked does not know."""
        key = replica.busy[-1].key if replica.busy else None
        if sent.operation == "RegisterTaskDefinition" and isinstance(key, ServiceKey):
            self.of[key.name].excused += 1
        if sent.operation == "UpdateService" and "taskDefinition" not in sent.params and isinstance(key, ServiceKey):
            self.of[key.name].field_heals.pop()  # which nobody remembers

    def told(self, replica: "Replica", told: Told) -> None:
        """A replica says how a service stands."""
        self.reporting.told(told)
        step = replica.busy[-1] if replica.busy else None
        if step is not None and step.key == told.after.wanted.key:
            self.reporting.read_all(step, told)
            newest.on_time(self.of[step.key.name], step, told.after)

    def broke(self, replica: "Replica", what: str, error: Exception) -> None:
        """Something was raised that no step may raise."""
        raise Violated("no look ends with a defect", f"{what}: {error!r}")

    def taken(self, replica: "Replica", key: Key) -> None:
        """A worker takes a key."""
        if key in [step.key for step in replica.busy]:
            raise Violated("no key is in two hands", f"{replica.name} was handed {key} twice")

    def ticked(self, replica: "Replica") -> None:
        """A replica has had a round of its lease."""
        others = [each for each in self._stage.replicas.values() if each is not replica]
        for scope in SCOPES:
            # Nobody begins to keep anything but in a round of its own, so whoever has had this one must be among them.
            if not replica.keeper.keeps(scope):
                continue
            sure = [each.name for each in (replica, *others) if each is replica or each.keeper.keeps(scope)]
            if len(sure) > 1:
                raise Violated("no key is in two hands", f"{sure} both keep {scope.region}")

    def looked(self, replica: "Replica", step: "Step") -> None:
        """A replica has looked at something, and this is what it says now."""
        if isinstance(step.key, SyncSource):
            self.reporting.reads_git(replica)
        elif any(each.operation == "DescribeServices" for each in step.sent):
            self._said(replica, step)

    def _said(self, replica: "Replica", step: "Step") -> None:
        for status in _seen(replica, step.key):
            if status.kept_by is None:
                self.reporting.in_sync(replica, step, status)


def _seen(replica: "Replica", key: Key) -> tuple[ServiceStatus, ...]:
    """What is known of the services that a look at ``key`` shows."""
    match key:
        case ServiceKey():
            status = replica.board.service(key)
            return (status,) if status is not None else ()
        case Cluster():
            return replica.board.in_cluster(key)
        case _:
            return ()
