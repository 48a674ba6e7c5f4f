"""What a replica says: of Git, of each service, and why."""

from typing import TYPE_CHECKING

from controller.loop.board import Told
from controller.loop.status import ServiceStatus
from reconcilers.attempts import deployment_name
from reconcilers.outcome import Blocked, Differs, Failed, Held, InSync, Sync, Waiting
from reconcilers.verdict import LinkState
from tests.simulation.fleet import Plan
from tests.simulation.rules.record import OLDEST, Records
from tests.simulation.violation import Violated

if TYPE_CHECKING:
    from tests.simulation.replica import Replica, Step
    from tests.simulation.stage import Stage

# What people are shown of a rollout, and nothing rests on it.
DISPENSABLE = frozenset({"DescribeAlarms", "GetDeploymentConfig", "GetDeploymentGroup", "GetDeploymentTarget"})


class Reporting:
    """What holds of every report."""

    def __init__(self, stage: "Stage", records: Records) -> None:
        self._stage = stage
        self._of = records
        self._read: dict[tuple[str, str], tuple[object, str]] = {}  # by replica and service, what was found right

    def told(self, told: Told) -> None:
        """How a service stands now."""
        before, after = told.before, told.after
        outcome = after.outcome
        if not isinstance(outcome, Failed):
            if after.failing_since is None:
                _explained(after)
            return
        if outcome.reason == "Unexpected":
            raise Violated("no look ends with a defect", outcome.message)
        if after.sync is not before.sync or after.changes != before.changes:
            raise Violated("unknown is never read as empty", f"{outcome.reason} made {before.sync} {after.sync}")

    def read_all(self, step: "Step", told: Told) -> None:
        """A look that could not read what it needs comes to no conclusion."""
        outcome, name = told.after.outcome, told.after.wanted.key.name
        if set(step.failed) - DISPENSABLE and not isinstance(outcome, Failed):
            raise Violated("unknown is never read as empty", f"{name}: {step.failed} failed, and still: {outcome}")
        for each in outcome.findings if isinstance(outcome, Blocked) else ():
            if each.code == "ImageMissing":
                self._missing(step, told.after)
            elif each.code.endswith("Missing"):  # everything else that a manifest names is there, always
                raise Violated("unknown is never read as empty", f"{name}: {each}")

    def _missing(self, step: "Step", status: ServiceStatus) -> None:
        """What is said not to be there is not there."""
        plan = self._of[status.wanted.key.name].plan
        tag = str(status.wanted.task_definition["containerDefinitions"][0]["image"]).rpartition(":")[2]
        pushed = self._stage.truth.pushed_at(plan, tag)
        if pushed is not None and pushed < step.began - OLDEST:
            raise Violated("unknown is never read as empty", f"{plan.name}: {tag} is there since {pushed:.0f}")

    def reads_git(self, replica: "Replica") -> None:
        """What is wanted is what the commits say that were read, and what could not be read is as it was."""
        statuses, known = replica.board.services(), replica.clone.shown
        wanted = [each.wanted.key.name for each in statuses]
        if wanted != sorted(known):
            raise Violated("unknown is never read as empty", f"{wanted} wanted, {sorted(known)} known")
        for status in statuses:
            name, declared = status.wanted.key.name, known[status.wanted.key.name].declared
            read = self._read.get((replica.name, name))
            if read is not None and read[0] is status.wanted.task_definition and read[1] == declared.tag:
                continue  # as it was
            image = str(status.wanted.task_definition["containerDefinitions"][0]["image"])
            if image.rpartition(":")[2] != declared.tag:
                raise Violated("what Git says is what is wanted", f"{name}: {image}, not {declared.tag}")
            self._read[replica.name, name] = status.wanted.task_definition, declared.tag

    def in_sync(self, replica: "Replica", step: "Step", status: ServiceStatus) -> None:
        """What was wrong at a look before this one already is not still said to be in sync."""
        record, who = self._of[status.wanted.key.name], replica.name
        looked_at_next = status.wanted.key in replica.loop.queue._backlog._waiting
        said = status.sync is Sync.IN_SYNC and status.failing_since is None and not looked_at_next
        if not said or not self.differs(record.plan, status):
            record.wrong.pop(who, None)
        elif step.began - record.wrong.setdefault(who, self._stage.now()) > OLDEST + 5:
            runs = self._stage.truth.runs(record.plan)
            raise Violated("what is reported in sync is in sync", f"{record.plan.name} runs {runs}")

    def differs(self, plan: Plan, status: ServiceStatus) -> bool:
        """Whether what serves is not what this status says it wants."""
        if status.wanted.drift.value == "ignore":
            return False
        container = status.wanted.task_definition["containerDefinitions"][0]
        variables = tuple((each["name"], each["value"]) for each in container.get("environment", ()))
        if self._stage.truth.runs(plan) != ((str(container["image"]).rpartition(":")[2], variables),):
            return True
        grace = status.wanted.service_definition.get("healthCheckGracePeriodSeconds")
        live = self._stage.truth.service(plan).settings.get("healthCheckGracePeriodSeconds")
        return grace is not None and live != grace


def _explained(status: ServiceStatus) -> None:
    """A chain with exactly one link that stands in the way, who can clear it, and how."""
    outcome, rule = status.outcome, "at any moment it is said what stands in the way"
    stops = [each for each in status.chain if each.state in (LinkState.BLOCKED, LinkState.ACTIVE)]
    if len(status.chain) != 6 or len(stops) != (not isinstance(outcome, InSync)):
        raise Violated(rule, f"{status.wanted.key.name}: {outcome} {status.chain}")
    for stop in stops if isinstance(outcome, Held | Blocked | Waiting | Differs) else ():
        if not (stop.text and stop.who and stop.how):
            raise Violated(rule, f"{status.wanted.key.name}: {stop}")
    if isinstance(outcome, Held) and deployment_name(outcome.deployment) not in stops[0].text:
        raise Violated(rule, f"{status.wanted.key.name}: {stops[0]}")
