"""Whatever people and the network do to a service that CodeDeploy shifts: what is true at every look."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconcilers.aws.gateways import GatewayPool
from reconcilers.aws.marks import mark_in
from reconcilers.model import Service
from reconcilers.outcome import Blocked, Failed, Held, InSync
from reconcilers.reconcile import Reconciler
from reconcilers.report import Report
from reconcilers.verdict import Order, Policy
from sandbox.errors import AwsError
from sandbox.switches import DeploymentOrder, Switches
from sandbox.world.calls import Answer, Caller, Params
from sandbox.world.world import World
from tests.examples import examples
from tests.reconcilers.sandboxed import SCOPE, Account, client_of, shifted

TAGS = ("1.0.0", "1.1.0", "1.2.0", "bad")
WRITES = {"CreateDeployment", "StopDeployment", "ContinueDeployment", "UpdateService", "RegisterTaskDefinition"}
OVER = ("Succeeded", "Failed", "Stopped")
DEEDS = st.one_of(
    st.tuples(st.just("commit"), st.sampled_from(TAGS)),
    st.tuples(st.just("wait"), st.sampled_from([15.0, 120.0, 600.0, 1200.0])),
    st.tuples(st.just("weather"), st.sampled_from([0.0, 0.0, 0.2, 0.5])),
    st.tuples(st.sampled_from(["restart", "stop", "ship by hand", "ring", "retry"]), st.just("")),
)
SWITCHES = st.builds(
    Switches,
    deployment_order=st.sampled_from(DeploymentOrder),
    termination_wait_is_baking=st.booleans(),
    stop_in_termination_wait_rolls_back=st.booleans(),
    batch_get_refuses_unknown_ids=st.booleans(),
)


class Killed(BaseException):
    """The process is gone; nothing catches this."""


class Weather:
    """A world behind a bad line: calls are throttled, answers are lost, and the caller dies before or after a write."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._chance = random.Random(seed)
        self.badness = 0.0
        self.written: list[tuple[str, Params]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._world, name)

    def call(self, service: str, operation: str, params: Params, caller: Caller | None = None) -> Answer:
        drawn = self._chance.random()
        if drawn < self.badness * 0.3:
            raise AwsError("ThrottlingException", "Rate exceeded")
        if operation not in WRITES:
            return self._world.call(service, operation, params, caller)
        if drawn < self.badness * 0.6:
            raise Killed
        answer = self._world.call(service, operation, params, caller)
        self.written.append((operation, params))
        if drawn < self.badness:
            raise Killed
        if drawn < self.badness * 1.4:
            raise AwsError("InternalFailure", "The answer is lost.", 500)
        return answer


@dataclass
class History:
    account: Account
    weather: Weather
    wanted: Service
    order: Order = field(default_factory=Order)

    def __post_init__(self) -> None:
        for tag in (*TAGS, "hand", "last"):
            self.account.push(tag)
        self.codedeploy = client_of(self.account.world, "codedeploy", SCOPE)
        self.cloudwatch = client_of(self.account.world, "cloudwatch", SCOPE)
        rollout: Any = self.account.wanted.rollout
        self.group = {"applicationName": rollout.application, "deploymentGroupName": rollout.deployment_group}
        self.restart()

    def restart(self) -> None:
        clock = self.account.clock
        factory = GatewayPool(
            lambda service, _: client_of(self.weather, service, SCOPE)
        )  # the world, but for its weather
        self.daemon = Reconciler(factory, clock.now, Policy())

    def do(self, deed: str, how: Any) -> None:
        deeds: dict[str, Callable[[Any], None]] = {
            "commit": self.commit,
            "wait": self.wait,
            "weather": self.turn,
            "restart": lambda _: self.restart(),
            "stop": lambda _: self.stop(),
            "ship by hand": lambda _: self.ship_by_hand(),
            "ring": lambda _: self.ring("ALARM"),
            "retry": lambda _: self.retry(),
        }
        deeds[deed](how)
        self.look()

    def commit(self, tag: str) -> None:
        self.wanted = self.account.wants(tag) if tag != "1.0.0" else self.account.wanted

    def wait(self, seconds: float) -> None:
        for _ in range(int(seconds / 15)):
            self.account.clock.advance(15)
            self.look()

    def turn(self, badness: float) -> None:
        self.weather.badness = badness

    def stop(self) -> None:
        for each in self.active():
            self.codedeploy.stop_deployment(deploymentId=each["deploymentId"], autoRollbackEnabled=True)

    def retry(self) -> None:
        self.order = Order(retry=True, at=self.account.clock.now())

    def deployments(self) -> list[Mapping[str, Any]]:
        """Oldest first."""
        ids = self.codedeploy.list_deployments(**self.group)["deployments"]
        infos = [self.codedeploy.get_deployment(deploymentId=each)["deploymentInfo"] for each in ids]
        return sorted(infos, key=lambda info: str(info["createTime"]))

    def active(self) -> list[Mapping[str, Any]]:
        return [each for each in self.deployments() if each["status"] not in OVER]

    def ship_by_hand(self) -> None:
        ecs = client_of(self.account.world, "ecs", SCOPE)
        made = ecs.register_task_definition(**self.account.wants("hand").task_definition)["taskDefinition"]
        balancer = {"ContainerName": "proxy", "ContainerPort": 80}
        properties = {"TaskDefinition": made["taskDefinitionArn"], "LoadBalancerInfo": balancer}
        target = {"TargetService": {"Type": "AWS::ECS::Service", "Properties": properties}}
        content = json.dumps({"version": 0.0, "Resources": [target]})
        if not self.active():
            revision = {"revisionType": "AppSpecContent", "appSpecContent": {"content": content}}
            self.codedeploy.create_deployment(**self.group, revision=revision)

    def ring(self, state: str) -> None:
        for colour in ("blue", "green"):
            name = f"prod-notes-app-5xx-{colour}"
            self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="by hand")

    def look(self) -> Report | None:
        """One reconcile, and what must be true of it whatever came before."""
        before, theirs, held = len(self.weather.written), self.foreign(), self.held()
        retried = self.order.retry
        report: Report | None = None
        try:
            report = self.daemon.reconcile(self.wanted, self.order)
        except Killed:
            self.restart()
        if report is not None and report.spent:
            self.order = Order()
        assert report is None or not isinstance(report.outcome, Failed) or report.outcome.reason != "Unexpected"
        for operation, params in self.weather.written[before:]:
            assert not theirs, f"{operation} while {theirs} is under way"
            if operation == "CreateDeployment":
                mark = mark_in(params["description"])
                assert mark is not None
                assert retried or mark.release not in held
        return report

    def foreign(self) -> list[str]:
        found = (each for each in self.active() if each["creator"] == "user")
        return [each["deploymentId"] for each in found if mark_in(each.get("description")) is None]

    def held(self) -> set[str]:
        """The releases whose newest deployment of ours was ended by an alarm."""
        held: set[str] = set()
        for each in self.deployments():
            mark = mark_in(each.get("description"))
            if mark is None or each["status"] not in OVER:
                continue
            code = (each.get("errorInformation") or {}).get("code")
            held = held | {mark.release} if code == "ALARM_ACTIVE" else held - {mark.release}
        return held

    def calm(self) -> Report:
        """The world turns kind, and Git wants something good: the last report."""
        self.weather.badness = 0.0
        self.wanted = self.account.wants("last")
        report = None
        for _ in range(400):
            self.account.clock.advance(30)
            report = self.look()
            assert report is not None
            if isinstance(report.outcome, InSync) and not report.outcome.note:
                break
            if isinstance(report.outcome, Held | Blocked):  # what rang before was not this release's fault
                self.ring("OK")
                self.order = Order(sync=True, retry=True, despite_alarm="it is a fix", at=self.account.clock.now())
        assert report is not None
        return report


@settings(max_examples=examples(15), suppress_health_check=[HealthCheck.too_slow])
@given(deeds=st.lists(DEEDS, max_size=12), switches=SWITCHES, seed=st.integers(0, 10**6))
def test_every_history_ends_in_sync_and_nothing_held_or_foreign_is_touched_on_the_way(
    deeds: list[tuple[str, Any]], switches: Switches, seed: int
) -> None:
    account = shifted(switches=switches)
    history = History(account, Weather(account.world, seed), account.wanted)
    for deed, how in deeds:
        history.do(deed, how)

    report = history.calm()

    assert report.outcome == InSync()
    shipped = [
        each
        for each in history.deployments()
        if f"release={history.wanted.release} " in (each.get("description") or "")
    ]
    assert [each["status"] for each in shipped][-1] == "Succeeded"
    assert sum(each["status"] == "Succeeded" for each in shipped) == 1
