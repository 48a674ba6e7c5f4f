"""What happens from outside: commits, people, other hands, and what the faults of a history do."""

import contextlib
import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from reconcilers.model import ServiceKey
from reconcilers.verdict import Order
from sandbox.errors import AwsError
from sandbox.world.calls import Answer
from tests.simulation.door import Sent
from tests.simulation.drawing import Event
from tests.simulation.fleet import Declared, Plan, definition, push
from tests.simulation.weather import Killed, Trap, Window

if TYPE_CHECKING:
    from tests.simulation.stage import Stage

MOST_JUMPED = 200.0  # seconds that a wall clock is wrong by
THEIRS = 11  # the grace period that another controller wants
AGAIN = 90.0  # seconds after which it looks again
ROOM = 20.0  # seconds between two looks at whether there is room for tasks


class Deeds:
    """Each kind of event is a method of that name. What makes no sense at the moment is refused, as AWS refuses it."""

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage

    def happening(self, event: Event, index: int) -> Callable[[], None]:
        """One event of the history; what it leaves to chance is drawn from a random of its own."""
        deed: Callable[[Event, random.Random], None] = getattr(self, f"_{event.kind.replace('-', '_')}")
        chance = random.Random(f"{self._stage.history.seed}/{index}/{event.kind}")

        def happen() -> None:
            with contextlib.suppress(AwsError):
                deed(event, chance)

        return happen

    def say(self, plan: Plan, to: str, order: Order) -> None:
        """A person asks a replica, if it is there to be asked."""
        replica = self._stage.replicas.get(to)
        if replica is None or replica.frozen:
            return
        self._stage.witness.asked(replica, plan, order)
        try:
            replica.ask(ServiceKey("prod", plan.name), replace(order, at=replica.now()))
        except Killed:
            self._stage.gone(replica)

    def by_hand(self, plan: Plan, service: str, operation: str, params: dict[str, Any]) -> Answer:
        """A call of somebody else's."""
        answer = self._stage.aws.call(service, operation, params, plan.caller)
        self._stage.witness.by_hand(plan, Sent(plan.region, service, operation, params, answer))
        return answer

    def update(self, plan: Plan, **fields: int) -> None:
        """Somebody edits the service."""
        self.by_hand(plan, "ecs", "UpdateService", {"cluster": plan.cluster, "service": plan.name, **fields})

    def ring(self, plan: Plan, state: str) -> None:
        """Somebody sets the service's alarms."""
        for name in plan.alarms:
            how = {"AlarmName": name, "StateValue": state, "StateReason": "by hand"}
            self.by_hand(plan, "cloudwatch", "SetAlarmState", how)

    def push(self, plan: Plan, tag: str) -> None:
        """Somebody pushes the image of a release."""
        push(self._stage.aws.world, plan, tag)

    def _plan(self, event: Event) -> Plan:
        return self._stage.plans[event.target]

    def _commit(self, event: Event, _: random.Random) -> None:
        origin, (kind, tag, *_late) = self._stage.origin, event.detail
        if kind == "force":
            origin.force(self._stage.now())
            return
        says = dict(origin.head.says)
        before = says.get(event.target) or Declared()
        match kind:
            case "good" | "bad" | "crash" | "unpushed":
                self._built(event)
                says[event.target] = replace(before, tag=str(tag))
            case "back":
                says[event.target] = origin.earlier(event.target, before)
            case "grace":
                says[event.target] = replace(before, grace=before.grace + 30)
            case "colour":
                says[event.target] = replace(before, colour="green" if before.colour == "blue" else "blue")
            case "broken":
                says[event.target] = None
            case "removed":
                says.pop(event.target, None)
            case _:
                pass  # a README: nothing that runs changes
        origin.commit(self._stage.now(), says)

    def _built(self, event: Event) -> None:
        """The image of a commit is pushed before it, or some time after."""
        plan, (kind, tag, *late) = self._plan(event), event.detail
        if kind == "unpushed":
            self._stage.later(float(late[0]), lambda: self.push(plan, str(tag)))
        else:
            self.push(plan, str(tag))

    def _git_down(self, event: Event, _: random.Random) -> None:
        """For everybody, or for one replica alone."""
        away = self._stage.origin.away
        away.add(event.target)
        self._stage.later(float(event.detail[0]), lambda: away.discard(event.target))

    def _table_down(self, event: Event, _: random.Random) -> None:
        self._stage.weather.table_down_until = self._stage.now() + float(event.detail[0])

    def _window(self, event: Event, chance: random.Random) -> None:
        seconds, number = (float(each) for each in event.detail)
        until, stale = self._stage.now() + seconds, event.kind == "stale"
        window = Window(event.kind, until, 0.6 if stale else number, chance, number if stale else 0.0)
        self._stage.weather.windows.append(window)

    _throttle = _error = _timeout = _unheard = _stale = _unread = _window

    def _trap(self, event: Event, _: random.Random) -> None:
        replica = self._stage.replicas.get(event.target)
        place, which, nth, seconds = event.detail
        trap = Trap(event.kind, str(place), str(which), int(nth), float(seconds))
        if replica is not None:
            replica.traps.append(trap)
        else:
            self._stage.traps[event.target].append(trap)

    _kill = _pause = _hang = _lose = _trap

    def _end(self, event: Event, _: random.Random) -> None:
        replica = self._stage.replicas.get(event.target)
        if replica is not None and not (replica.busy or replica.keeping or replica.frozen):
            self._stage.weather.injected["end"] += 1
            with contextlib.suppress(Killed):
                replica.end()
            self._stage.gone(replica)

    def _jump(self, event: Event, _: random.Random) -> None:
        self._stage.weather.injected["jump"] += 1
        jumped = self._stage.jumped.get(event.target, 0.0) + float(event.detail[0])
        self._stage.jumped[event.target] = jumped = max(-MOST_JUMPED, min(MOST_JUMPED, jumped))
        if event.target in self._stage.replicas:
            self._stage.replicas[event.target].jumped = jumped

    def _retry(self, event: Event, _: random.Random) -> None:
        self.say(self._plan(event), str(event.detail[0]), Order(retry=True, by="ana"))

    def _sync(self, event: Event, _: random.Random) -> None:
        self.say(self._plan(event), str(event.detail[0]), Order(sync=True, by="ana"))

    def _stop(self, event: Event, _: random.Random) -> None:
        plan = self._plan(event)
        moving = self._stage.truth.moving(plan)
        if moving is not None and plan.shifted:
            self.by_hand(plan, "codedeploy", "StopDeployment", {"deploymentId": moving, "autoRollbackEnabled": True})
        elif moving is not None:
            how = {"serviceDeploymentArn": moving, "stopType": "ROLLBACK"}
            self.by_hand(plan, "ecs", "StopServiceDeployment", how)

    def _continue(self, event: Event, _: random.Random) -> None:
        plan = self._plan(event)
        moving = self._stage.truth.moving(plan)
        if plan.shifted and moving is not None:
            how = {"deploymentId": moving, "deploymentWaitType": "TERMINATION_WAIT"}
            self.by_hand(plan, "codedeploy", "ContinueDeployment", how)

    def _ship(self, event: Event, _: random.Random) -> None:
        """Somebody ships what runs with a variable more."""
        plan = self._plan(event)
        request = definition(plan, Declared(tag=str(self._stage.truth.runs(plan)[0][0])))
        request["containerDefinitions"][0]["environment"].append({"name": "DEBUG", "value": "1"})
        arn = self.by_hand(plan, "ecs", "RegisterTaskDefinition", request)["taskDefinition"]["taskDefinitionArn"]
        if not plan.shifted:
            update = {"cluster": plan.cluster, "service": plan.name, "taskDefinition": arn}
            self.by_hand(plan, "ecs", "UpdateService", update)
            return
        balancer = {"ContainerName": "app", "ContainerPort": 80}
        properties = {"TaskDefinition": arn, "LoadBalancerInfo": balancer}
        target = {"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}
        content = json.dumps({"version": 0.0, "Resources": [target]})
        revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
        self.by_hand(plan, "codedeploy", "CreateDeployment", {**plan.group, "revision": revision})

    def _edit(self, event: Event, _: random.Random) -> None:
        self.update(self._plan(event), healthCheckGracePeriodSeconds=7)

    def _fight(self, event: Event, _: random.Random) -> None:
        """Another controller wants another grace period, and looks as often as we do."""
        plan, until = self._plan(event), self._stage.now() + 60 * float(event.detail[0])

        def again() -> None:
            if self._stage.witness.over or self._stage.now() > until:
                return
            if self._stage.truth.service(plan).settings.get("healthCheckGracePeriodSeconds") != THEIRS:
                self.update(plan, healthCheckGracePeriodSeconds=THEIRS)
            self._stage.later(AGAIN, again)

        again()

    def _scale(self, event: Event, _: random.Random) -> None:
        plan = self._plan(event)
        if plan.scaled:
            self.update(plan, desiredCount=int(float(event.detail[0])))

    def _hook(self, event: Event, _: random.Random) -> None:
        """What a service's hook looks at is not well for a while."""
        plan = self._plan(event)
        lambdas = self._stage.truth.place(plan).codedeploy.engine.lambdas
        lambdas.update(dict.fromkeys(plan.hooks.values(), "Failed"))
        well = dict.fromkeys(plan.hooks.values(), "Succeeded")
        self._stage.later(float(event.detail[0]), lambda: lambdas.update(well))

    def _full(self, event: Event, _: random.Random) -> None:
        """For a while AWS has no room for the new tasks of a service: what CodeDeploy begins fails."""
        plan, until = self._plan(event), self._stage.now() + float(event.detail[0])

        def again() -> None:
            if self._stage.witness.over or self._stage.now() > until:
                return
            moving = self._stage.truth.installing(plan)
            if moving is not None:
                self._stage.weather.injected["no room"] += 1
                moving.fail("RESOURCE_LIMIT_EXCEEDED", "There is no more capacity of that kind.")
            self._stage.later(ROOM, again)

        if plan.shifted:
            again()

    def _alarm(self, event: Event, _: random.Random) -> None:
        plan = self._plan(event)
        self.ring(plan, "ALARM")
        self._stage.later(float(event.detail[0]), lambda: self.ring(plan, "OK"))
