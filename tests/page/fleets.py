"""Fleets to look at: services in every state, as the loop would report them. The chains are the program's own."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from controller.source.problem import Problem
from controller.source.snapshot import Snapshot
from reconcilers.attempts import Attempt, AttemptState, AwsReason, Cause, Mark
from reconcilers.diff import Change
from reconcilers.explain import chain
from reconcilers.live import Live
from reconcilers.live_service import RegisteredRevision
from reconcilers.model import CodeDeployRollout, Revision, Scope, Service, ServiceKey
from reconcilers.outcome import Differs, Finding, Health, Held, InSync, Outcome, Progressing, Sync
from reconcilers.preflight_facts import Alarm
from reconcilers.progress import Colour, LifecycleEvent, Progress
from reconcilers.report import Report
from reconcilers.task_definition import release_digest, revision_digest
from reconcilers.verdict import Plan
from sandbox.world.codedeploy.words import ALARM_ACTIVE
from tests.reconcilers.builders import service as live_service
from tests.reconcilers.builders import task_set

NOW = datetime(2026, 11, 20, 14, 32, 7, tzinfo=UTC).timestamp()
MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
ACCOUNT = "123456789012"
COMMIT = Revision("9f41c7e2a6b05d13", NOW - 11 * MINUTE, "Ada Moreau", "Ship checkout 4.12.0 to prod")
EARLIER = 3 * DAY  # ago: what still runs where something newer is wanted was shipped then
MALLORY = f"arn:aws:iam::{ACCOUNT}:user/mallory"
OURS = f"arn:aws:sts::{ACCOUNT}:assumed-role/trueup/trueup"
ALARMED = AwsReason("ALARM_ACTIVE", ALARM_ACTIVE.format(alarms="<prod-payments-5xx>"))
EVENTS = (
    ("BeforeInstall", 0, 1),
    ("Install", 1, 141),
    ("AfterInstall", 141, 142),
    ("AllowTestTraffic", 142, 143),
    ("AfterAllowTestTraffic", 143, 171),
    ("BeforeAllowTraffic", 171, 172),
    ("AllowTraffic", 172, 760),
    ("AfterAllowTraffic", 760, 762),
)


def definition(name: str, tag: str) -> dict[str, Any]:
    """A task definition of two containers."""
    registry = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
    log = {"logDriver": "awslogs", "options": {"awslogs-group": f"/ecs/{name}"}}
    containers = [
        {"name": "app", "image": f"{registry}/{name}:{tag}", "essential": True, "logConfiguration": log},
        {"name": "proxy", "image": f"{registry}/envoy:{tag}", "essential": True},
    ]
    return {"family": name, "networkMode": "awsvpc", "containerDefinitions": containers}


def wants(name: str, environment: str, tag: str, **more: Any) -> Service:
    """A manifest."""
    shipped = definition(name, tag)
    revision = revision_digest(shipped)
    given: dict[str, Any] = {
        "key": ServiceKey(environment, name),
        "scope": Scope("eu-west-1"),
        "cluster": f"{environment}-apps",
        "name": f"{environment}-{name}",
        "task_definition": shipped,
        "revision": revision,
        "release": release_digest(revision, {"hooks": {}}),
        "rollout": CodeDeployRollout(f"{environment}-{name}", f"{environment}-{name}-dg"),
        "commit": replace(COMMIT, subject=f"Ship {name} {tag} to {environment}"),
        "source": f"desired/{environment}/{name}.yaml",
    }
    return Service(**{**given, **more})


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found: enough to make a report of it."""

    outcome: Outcome
    sync: Sync = Sync.IN_SYNC
    health: Health = Health.HEALTHY
    ago: float = 3 * DAY
    runs: str = ""  # the tag that runs; the wanted one where none is named
    changes: tuple[Change, ...] = ()
    warnings: tuple[Finding, ...] = ()
    attempts: tuple[Attempt, ...] | None = None
    by: str = OURS


def looked(wanted: Service, look: Look) -> Report:
    """The report of that look."""
    live = seen(wanted, look)
    links = chain(wanted, live, look.outcome)
    plan = Plan((), look.outcome, look.sync, look.health, look.changes, look.warnings, links)
    return Report(wanted.key, plan, look.outcome, (), 0.4, NOW - look.ago, live)


def seen(wanted: Service, look: Look) -> Live:
    """What AWS said at that look."""
    family = wanted.task_definition["family"]
    content = definition(family, look.runs) if look.runs else wanted.task_definition
    arn = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/{family}:{41 if look.runs else 42}"
    made = NOW - (EARLIER if look.runs else look.ago) - 4 * MINUTE
    running = RegisteredRevision(arn, content, revision_digest(content), registered_by=look.by, registered_at=made)
    registered = RegisteredRevision(arn.replace(":41", ":42"), wanted.task_definition, wanted.revision)
    return Live(NOW - look.ago, live_service(task_set()), running, look.attempts, candidates=(registered,))


def shift(traffic: float = 30.0, ago: float = 4 * MINUTE + 12) -> Progressing:
    """A shift under way."""
    begun = NOW - ago
    colours = (
        Colour(False, 100 - traffic, 4, 4, f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/checkout:41"),
        Colour(True, traffic, 4, 4, f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/checkout:42"),
    )
    alarms = (Alarm("prod-checkout-5xx", "OK"), Alarm("prod-checkout-latency-p99", "INSUFFICIENT_DATA"))
    progress = Progress(traffic, 4, 4, tuple(events(begun)), colours, alarms, NOW + 7 * MINUTE)
    return Progressing("d-7KQ2M9XA1 goes on", 15.0, "d-7KQ2M9XA1", progress)


def events(begun: float) -> Iterator[LifecycleEvent]:
    """The steps of a deployment that began then, as they stand now."""
    for name, start, end in EVENTS:
        started, ended = begun + start, begun + end
        if ended <= NOW:
            yield LifecycleEvent(name, "Succeeded", started, ended)
        elif started <= NOW:
            yield LifecycleEvent(name, "InProgress", started)
        else:
            yield LifecycleEvent(name, "Pending")


def attempt(wanted: Service, deployment: str, ago: float, **more: Any) -> Attempt:
    """A deployment of ours that succeeded after sixteen minutes, unless told otherwise."""
    given: dict[str, Any] = {
        "id": deployment,
        "state": AttemptState.SUCCEEDED,
        "aws_status": "Succeeded",
        "created_at": NOW - ago,
        "finished_at": NOW - ago + 16 * MINUTE + 16,
        "mark": Mark(wanted.release, COMMIT.commit, Cause.COMMIT),
    }
    return Attempt(**{**given, **more})


def held(wanted: Service) -> Held:
    """An alarm stopped it, and it was rolled back."""
    return Held(wanted.release, "d-MX41TQ0ZB", ALARMED)


DRIFT = (
    Change("/serviceDefinition/desiredCount", "changed", 4, 9),
    Change("/taskDefinition/containerDefinitions/app/environment/FEATURE_FLAGS", "changed", "off", "on"),
    Change("/taskDefinition/containerDefinitions/debug", "added", None,
           {"name": "debug", "image": "busybox:latest", "environment": [{"name": "KEY", "value": "hunter2"}]}),
)  # fmt: skip
FIRING = Finding(
    "AlarmFiring",
    "Alarm prod-ledger-5xx is in ALARM: the deployment would be stopped at once, or not be watched.",
    "Wait until it is OK. To ship a fix for what it tells of: trueup sync prod/ledger --despite-alarm REASON.",
)
BROKEN = Problem("desired/staging/reports.yaml", 14, 5, "There is no field imagez.", "Did you mean images?")


def snapshot(*services: Service, problems: tuple[Problem, ...] = (), **more: Any) -> Snapshot:
    """A commit that wants these."""
    return Snapshot(COMMIT, {each.key: each for each in services}, problems, **more)


def in_sync(wanted: Service, ago: float = 3 * DAY) -> Report:
    """A look that found nothing to do."""
    return looked(wanted, Look(InSync(), ago=ago))


def drifted(wanted: Service, ago: float = 42 * MINUTE, **more: Any) -> Report:
    """A look that found what mallory did."""
    outcome = Differs("task definition differs from what is declared.")
    return looked(wanted, Look(outcome, Sync.DRIFTED, ago=ago, **{"changes": DRIFT, "by": MALLORY, **more}))


def shifting(wanted: Service, traffic: float = 30.0, runs: str = "4.11.3") -> Report:
    """A look at a shift."""
    running = {"state": AttemptState.RUNNING, "aws_status": "InProgress", "finished_at": None}
    attempts = (attempt(wanted, "d-7KQ2M9XA1", 4 * MINUTE + 12, **running),)
    return looked(wanted, Look(shift(traffic), Sync.OUTDATED, Health.PROGRESSING, ago=0, runs=runs, attempts=attempts))


def hold(wanted: Service, ago: float = 26 * MINUTE, runs: str = "2.8.1") -> Report:
    """A look at a release that is held."""
    return looked(wanted, Look(held(wanted), Sync.HELD, ago=ago, runs=runs))


def thousand(count: int = 1000) -> tuple[Snapshot, tuple[Report, ...]]:
    """So many services, one in forty of them in trouble."""
    services = [
        wants(f"service-{number:04d}", ("prod", "staging", "dev")[number % 3], "1.0.0") for number in range(count)
    ]
    reports = (hold(each, runs="0.9.9") if number % 40 == 7 else in_sync(each) for number, each in enumerate(services))
    return snapshot(*services), tuple(reports)
