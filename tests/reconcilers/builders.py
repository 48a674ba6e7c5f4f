"""Small builders: a service that runs v1, a manifest that wants v1 or v2, and what AWS may say of them."""

from dataclasses import replace
from functools import cache
from typing import Any

from reconcilers.attempts import Attempt, AttemptState, AwsReason, Cause, Mark
from reconcilers.digest import Digest, digest_of
from reconcilers.live import Live
from reconcilers.live_service import LiveService, LoadBalancer, RegisteredRevision, RollingDeployment, TaskSet
from reconcilers.model import CodeDeployRollout, Revision, RollingRollout, Scope, Service, ServiceKey
from reconcilers.plan import decide
from reconcilers.preflight_facts import Alarm, DeploymentGroup, Image, Listener, PreflightFacts, TargetGroup
from reconcilers.progress import Progress
from reconcilers.task_definition import release_digest, revision_digest
from reconcilers.verdict import Look, LookCloser, Order, Plan, Policy

NOW = 1_000_000.0
POLICY = Policy()
KEY = ServiceKey("prod", "notes")
BLUE = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/blue/1"
GREEN = "arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/green/2"
LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/lb/1/80"
TEST_LISTENER = "arn:aws:elasticloadbalancing:eu-west-1:1:listener/app/lb/1/8080"
NETWORK = {"awsvpcConfiguration": {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}}
CODE_DEPLOY = CodeDeployRollout("notes", "notes-dg")
ROLLING = RollingRollout()


def definition(tag: str = "v1", **more: Any) -> dict[str, Any]:
    """A task definition whose image has this tag."""
    proxy = {"name": "proxy", "image": f"notes:{tag}", "essential": True, "portMappings": [{"containerPort": 80}]}
    return {"family": "notes", "networkMode": "awsvpc", "containerDefinitions": [proxy], **more}


def wanted(tag: str = "v1", **more: Any) -> Service:
    """A manifest that wants this tag."""
    rollout = more.get("rollout", CODE_DEPLOY)
    shipped = definition(tag)
    revision = digest(tag)
    hooks = rollout.hooks if isinstance(rollout, CodeDeployRollout) else {}
    given: dict[str, Any] = {
        "key": KEY,
        "scope": Scope("eu-west-1"),
        "cluster": "prod",
        "name": "notes",
        "task_definition": shipped,
        "revision": revision,
        "release": release_digest(revision, {"hooks": hooks}),
        "rollout": rollout,
        "commit": Revision(f"commit-{tag}", NOW - 60, "ann", f"ship {tag}"),
        "source": "desired/prod/notes.yaml",
    }
    return Service(**{**given, **more})


def release(tag: str, hooks: dict[str, str] | None = None) -> Digest:
    """The release that a manifest with this tag wants."""
    return release_digest(digest(tag), {"hooks": hooks or {}})


@cache
def digest(tag: str) -> Digest:
    """The digest of a task definition whose image has this tag."""
    return revision_digest(definition(tag))


def arn(number: int) -> str:
    """The ARN of a revision."""
    return f"arn:aws:ecs:eu-west-1:1:task-definition/notes:{number}"


def registered(tag: str = "v1", number: int = 1, **more: Any) -> RegisteredRevision:
    """A registered revision whose image has this tag."""
    content = more.pop("definition", None)
    if content is not None:
        return RegisteredRevision(arn(number), content, revision_digest(content), **more)
    return RegisteredRevision(arn(number), definition(tag), digest(tag), **more)


def task_set(status: str = "PRIMARY", number: int = 1, **more: Any) -> TaskSet:
    """A task set of two tasks."""
    given: dict[str, Any] = {"target_group_arns": (BLUE,), "desired": 2, "running": 2}
    return TaskSet(f"ecs-svc/{number}", status, arn(number), **{**given, **more})


def service(*task_sets: TaskSet, **more: Any) -> LiveService:
    """A service of CodeDeploy's, running one PRIMARY task set where none are given."""
    sets = task_sets or (task_set(),)
    given: dict[str, Any] = {
        "arn": "arn:aws:ecs:eu-west-1:1:service/prod/notes",
        "name": "notes",
        "cluster_arn": "arn:aws:ecs:eu-west-1:1:cluster/prod",
        "status": "ACTIVE",
        "controller": "CODE_DEPLOY",
        "task_definition_arn": sets[0].task_definition_arn,
        "desired_count": 2,
        "running_count": 2,
        "load_balancers": (LoadBalancer(BLUE, "proxy", 80),),
        "task_sets": sets,
        "definition": {
            "desiredCount": 2,
            "deploymentController": {"type": "CODE_DEPLOY"},
            "networkConfiguration": NETWORK,
            "platformVersion": "1.4.0",
            "healthCheckGracePeriodSeconds": 0,
        },
    }
    return LiveService(**{**given, **more})


def rolling_service(state: str = "COMPLETED", number: int = 1, **more: Any) -> LiveService:
    """A service of ECS's own controller with one deployment."""
    deployment = RollingDeployment("ecs-svc/1", "PRIMARY", arn(number), state, desired=2, running=2)
    given: dict[str, Any] = {
        "controller": "ECS",
        "task_sets": (),
        "deployments": (deployment,),
        "task_definition_arn": arn(number),
        "definition": {
            "desiredCount": 2,
            "deploymentController": {"type": "ECS"},
            "networkConfiguration": NETWORK,
            "deploymentConfiguration": {
                "maximumPercent": 200,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
                "alarms": {"enable": True, "rollback": True, "alarmNames": ["5xx"]},
            },
        },
    }
    return replace(service(), **{**given, **more})


def attempt(tag: str | None, state: AttemptState = AttemptState.SUCCEEDED, **more: Any) -> Attempt:
    """An attempt of ours at this tag; somebody else's where ``mark`` is given as None."""
    given: dict[str, Any] = {
        "id": f"d-{tag}",
        "state": state,
        "aws_status": state.value,
        "created_at": NOW - 3600,
        "revision": digest(tag) if tag else None,
        "task_definition_arn": arn(int(tag[1:])) if tag and tag[1:].isdigit() else None,
        "mark": Mark(release(tag), f"commit-{tag}", Cause.COMMIT) if tag else None,
    }
    return Attempt(**{**given, **more})


def failed(tag: str, code: str = "ALARM_ACTIVE", **more: Any) -> Attempt:
    """An attempt of ours that did not succeed, for this reason."""
    state = AttemptState.STOPPED if code in ("ALARM_ACTIVE", "MANUAL_STOP") else AttemptState.FAILED
    return attempt(tag, more.pop("state", state), reason=AwsReason(code, f"because {code}"), **more)


def group(**more: Any) -> DeploymentGroup:
    """A deployment group in which nothing is amiss."""
    given: dict[str, Any] = {
        "application": "notes",
        "name": "notes-dg",
        "cluster": "prod",
        "service": "notes",
        "config": "CodeDeployDefault.ECSLinear10PercentEvery1Minutes",
        "prod_listener_arns": (LISTENER,),
        "test_listener_arns": (TEST_LISTENER,),
        "target_group_names": ("blue", "green"),
        "alarm_names": ("5xx",),
        "alarms_enabled": True,
        "rollback_events": ("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"),
    }
    return DeploymentGroup(**{**given, **more})


def facts(**more: Any) -> PreflightFacts:
    """What preflight reads when nothing is amiss."""
    given: dict[str, Any] = {
        "group": group(),
        "listeners": (Listener(LISTENER, {BLUE: 100, GREEN: 0}), Listener(TEST_LISTENER, {GREEN: 1})),
        "target_groups": (TargetGroup(BLUE, "blue"), TargetGroup(GREEN, "green")),
        "alarms": (Alarm("5xx", "OK", target_groups=("targetgroup/blue/1", "targetgroup/green/2")),),
        "images": (Image("proxy", "notes:v2", found=True),),
        "rollback_target": registered(),
    }
    return PreflightFacts(**{**given, **more})


def live(*attempts: Attempt, **more: Any) -> Live:
    """Everything read of a service that runs v1, with these attempts; ``look=...`` to leave fields unread."""
    given: dict[str, Any] = {
        "observed_at": NOW,
        "service": service(),
        "running": registered(),
        "attempts": attempts,
        "progress": Progress(10.0, 2, 2),
        "candidates": (),
        "scalable": False,
        "preflight": facts(),
    }
    return Live(**{**given, **more})


def decided(want: Service, seen: Live, order: Order | None = None, now: float = NOW) -> Plan:
    """The plan, where everything was read."""
    verdict = decide(want, seen, now, POLICY, order or Order())
    assert isinstance(verdict, Plan), verdict
    return verdict


def looks(want: Service, seen: Live, order: Order | None = None) -> frozenset[Look]:
    """What is asked for."""
    verdict = decide(want, seen, NOW, POLICY, order or Order())
    assert isinstance(verdict, LookCloser), verdict
    return verdict.at


def kinds(plan: Plan) -> tuple[str, ...]:
    """The actions of a plan by name, in order."""
    return tuple(type(action).__name__ for action in plan.actions)


def old(value: str) -> Digest:
    """A digest as an older version wrote it."""
    return Digest("v0-" + digest_of(value)[3:])
