"""The task role allows what Trueup calls, and nothing that it does not."""

import json
import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

from reconcilers.model import Scope
from reconcilers.outcome import Blocked, Held, InSync
from sandbox import clients
from sandbox.clock import ManualClock
from sandbox.world.calls import Caller
from sandbox.world.world import World
from tests.installation.stack import ROOT, deployed, ground
from tests.reconcilers.sandboxed import rolled, shifted
from tests.scenarios.hands import edit_service, ship_by_hand
from tests.scenarios.house import QUICK, House

pytestmark = pytest.mark.timeout(600)  # moto's networks take seconds of a processor, which may be busy
IAM_PREFIX = {"monitoring": "cloudwatch"}
# Allowed, and called elsewhere than in the stories below; where, and the test that shows it.
CALLED_ELSEWHERE = {
    "cloudtrail:LookupEvents": "asked by a thread of its own: tests/scenarios/test_who_did_it.py",
    "codedeploy:RegisterApplicationRevision": "CreateDeployment checks it for an AppSpec that comes with it",
    "codedeploy:GetApplicationRevision": "an AppSpec that somebody shipped by digest",
    "codedeploy:ContinueDeployment": "a newer commit during the wait: tests/scenarios/test_newer_commits.py",
    "codedeploy:StopDeployment": "a newer commit during a shift: tests/scenarios/test_newer_commits.py",
    "ecs:StopServiceDeployment": "a newer commit during a rolling update: tests/scenarios/test_newer_commits.py",
    "ecr:DescribeImageScanFindings": "images that were scanned: tests/reconcilers/aws/test_ecr.py",
    "ecs:UntagResource": "a hold that is over: tests/reconcilers/aws/test_ecs.py",
    "application-autoscaling:DescribeScalableTargets": "a declared desiredCount: tests/scenarios/test_other_hands.py",
    "ecs:DescribeTasks": "trueup logs: tests/reconcilers/test_task_logs.py",
    "ecs:ListTasks": "trueup logs: tests/reconcilers/test_task_logs.py",
    "logs:DescribeLogStreams": "trueup logs: tests/reconcilers/test_task_logs.py",
    "logs:GetLogEvents": "trueup logs: tests/reconcilers/test_task_logs.py",
    "iam:PassRole": "checked by ECS for the roles of a task definition, never called",
    "sts:AssumeRole": "services in other accounts: tests/reconcilers/aws/test_session.py",
    "dynamodb:DeleteItem": "replicas agree by the lease table",
    "dynamodb:PutItem": "replicas agree by the lease table",
    "dynamodb:Scan": "replicas agree by the lease table",
    "dynamodb:UpdateItem": "replicas agree by the lease table",
}
EVERYTHING = {
    "KeepsItself": "yes",
    "LeaseTable": "yes",
    "Applications": "prod-*",
    "LogGroups": "/ecs/*",
    "Roles": "arn:aws:iam::222222222222:role/trueup",
}


def actions(statements: Iterator[dict[str, Any]]) -> set[str]:
    named = [each["Action"] for each in statements]
    return {action for each in named for action in ([each] if isinstance(each, str) else each)}


@pytest.fixture(scope="module")
def allowed() -> set[str]:
    """What the template allows with every option."""
    with deployed(ground(World(ManualClock())), **EVERYTHING) as stack:
        return actions(iter(stack.statements("TaskRole").values()))


def documented() -> set[str]:
    text = (ROOT / "docs/operating.md").read_text("utf-8").split("## Permissions")[1]
    policy = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert policy
    return actions(iter(json.loads(policy[1])["Statement"]))


class Guarded:
    """Clients that refuse what is not allowed, as IAM does, and remember what was called."""

    def __init__(self, allowed: set[str]) -> None:
        self.allowed = allowed
        self.called: set[str] = set()

    def client(self, world: World, service: str, scope: Scope) -> Any:
        made = clients.client(world, service, caller=Caller(region=scope.region))  # its own, since it is guarded
        made.meta.events.register_first("before-call", self._checked)
        return made

    def _checked(self, **event: Any) -> None:
        model = event["model"]
        prefix = model.service_model.signing_name
        action = f"{IAM_PREFIX.get(prefix, prefix)}:{model.name}"
        self.called.add(action)
        if action not in self.allowed:
            refusal = {"Error": {"Code": "AccessDeniedException", "Message": f"not authorized to perform: {action}"}}
            raise ClientError(refusal, model.name)  # type: ignore[arg-type]

    def house(self, house: House) -> House:
        house.client = partial(self.client, house.world)
        house.start()
        return house


def shifts(guarded: Guarded) -> None:
    """By CodeDeploy: a release, a bad one that is rolled back, somebody else's, drift that is healed."""
    house = guarded.house(House(shifted(QUICK)))
    house.settle(InSync)
    house.commit("1.1.0")
    house.settle(InSync)
    edit_service(house, healthCheckGracePeriodSeconds=7)
    ship_by_hand(house)
    house.run(3)
    house.settle(InSync)
    assert house.runs() == "1.1.0"
    house.commit("bad")
    house.settle(Held)


def rolls(guarded: Guarded) -> None:
    """By ECS: a release, and one that the circuit breaker takes back."""
    house = guarded.house(House(rolled()))
    house.settle(InSync)
    house.commit("1.28")
    house.settle(InSync)
    house.commit("crash")
    house.settle(Held)


@pytest.fixture(scope="module")
def called(allowed: set[str]) -> set[str]:
    """What the stories called; they came to their end, so nothing that they called was refused."""
    guarded = Guarded(allowed)
    shifts(guarded)
    rolls(guarded)
    return guarded.called


def test_everything_that_is_called_is_allowed(called: set[str], allowed: set[str]) -> None:
    assert {"codedeploy:CreateDeployment", "ecs:RegisterTaskDefinition", "ecs:UpdateService"} <= called
    assert called - allowed == set()


def test_everything_that_is_allowed_is_called_or_has_a_reason(called: set[str], allowed: set[str]) -> None:
    assert allowed - called - CALLED_ELSEWHERE.keys() == set()
    assert CALLED_ELSEWHERE.keys() - allowed == set()


def test_the_test_that_a_reason_names_is_there() -> None:
    named = [found[0] for reason in CALLED_ELSEWHERE.values() if (found := re.findall(r"tests/\S+", reason))]
    assert [each for each in named if not (ROOT / each).is_file()] == []


def test_a_role_without_one_of_them_is_noticed(allowed: set[str]) -> None:
    guarded = Guarded(allowed - {"ecs:RegisterTaskDefinition"})
    house = guarded.house(House(rolled()))
    house.settle(InSync)
    house.commit("1.28")
    house.run_until(lambda: isinstance(house.outcome, Blocked))


def test_the_template_allows_what_the_documents_say(allowed: set[str]) -> None:
    own = {"sts:AssumeRole", *(action for action in allowed if action.startswith("dynamodb:"))}
    assert allowed - own == documented()


def test_without_codedeploy_logs_and_cloudtrail_there_is_nothing_of_them() -> None:
    with deployed(ground(World(ManualClock())), AsksCloudTrail="no") as stack:
        left = actions(iter(stack.statements("TaskRole").values()))
    assert not {action for action in left if action.startswith(("codedeploy:", "logs:", "cloudtrail:", "dynamodb:"))}


def test_nothing_but_reading_is_allowed_on_everything() -> None:
    with deployed(ground(World(ManualClock())), **EVERYTHING) as stack:
        unbound = [each for each in stack.statements("TaskRole").values() if each["Resource"] == "*"]
    reads = ("Describe", "List", "Lookup")
    assert {action for action in actions(iter(unbound)) if not action.partition(":")[2].startswith(reads)} == set()


def test_itself_it_may_change_only_when_told_so() -> None:
    own = "arn:aws:ecs:eu-west-1:123456789012:service/tools/trueup"
    with deployed(ground(World(ManualClock()))) as stack:
        assert "UpdateItself" not in stack.statements("TaskRole")
    with deployed(ground(World(ManualClock())), KeepsItself="yes") as stack:
        allowed = stack.statements("TaskRole")
        assert own in allowed["UpdateItself"]["Resource"]
        roles = {stack.outputs["TaskRoleArn"], stack.task_definition()["executionRoleArn"]}
        assert set(allowed["PassOwnRoles"]["Resource"]) == roles
