"""What the stack made is what the chart says: Trueup adopts itself without changing anything."""

from dataclasses import replace
from typing import Any

import pytest

from reconcilers.outcome import Differs, InSync
from sandbox.clock import ManualClock
from sandbox.world.world import World
from tests.installation.keeping import files, service
from tests.installation.stack import CLUSTER, deployed, ground
from tests.reconcilers.sandboxed import SCOPE, push, reconciler

pytestmark = pytest.mark.timeout(600)  # moto's networks take seconds of a processor, which may be busy
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/trueup"
TOLD = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:trueup/notifications-AbCdEf"
RAILS, GRANTS = TOLD.replace("notifications", "guard-rails"), TOLD.replace("notifications", "roles")
OPTIONS = {
    "plain": ({}, {}),
    "with every secret and a table": ({"GitToken": "t", "WebhookSecret": "generate", "LeaseTable": "yes"}, {}),
    "without secrets but notifications": ({"ApiToken": "", "Notifications": TOLD}, {"notifications": TOLD}),
    "with guard rails and roles": ({"GuardRails": RAILS, "Grants": GRANTS}, {"guardRails": RAILS, "grants": GRANTS}),
    "on ARM": (
        {"Architecture": "ARM64", "Cpu": "512", "Memory": "1024"},
        {"architecture": "ARM64", "cpu": "512", "memory": "1024"},
    ),
    "a large fleet": ({"Workers": "16", "SweepInterval": "90"}, {"workers": 16, "sweepInterval": 90}),
    "behind a proxy": (
        {"HttpsProxy": "http://proxy.corp:3128", "NoProxy": ".corp,10.0.0.0/8", "ReceiverPort": "3128"},
        {"httpsProxy": "http://proxy.corp:3128", "noProxy": ".corp,10.0.0.0/8"},
    ),
    "another branch, no questions": (
        {"Branch": "live", "Path": "fleet", "AsksCloudTrail": "no"},
        {"branch": "live", "path": "fleet", "cloudTrail": "off"},
    ),
}


def settled() -> tuple[World, ManualClock]:
    clock = ManualClock()
    world = World(clock)
    push(world, IMAGE, "0.1.0")
    return world, clock


@pytest.mark.parametrize(("given", "values"), OPTIONS.values(), ids=OPTIONS.keys())
def test_the_first_look_finds_it_in_sync_and_writes_nothing(given: dict[str, str], values: dict[str, Any]) -> None:
    world, clock = settled()
    with deployed(ground(world), **given) as stack:
        clock.advance(600)
        world.run()
        world.calls.clear()
        report = reconciler(world).reconcile(service(files(stack, **values)))
        assert isinstance(report.outcome, InSync), report.outcome
        assert not {name for _, name in world.calls if name.startswith(("Register", "Update", "Tag"))}


def test_room_for_a_second_controller_is_drift_and_is_taken_back() -> None:
    world, clock = settled()
    with deployed(ground(world)) as stack:
        clock.advance(600)
        world.run()
        ecs = stack.boto("ecs")
        roomy = {"minimumHealthyPercent": 100, "maximumPercent": 200}
        ecs.update_service(cluster=CLUSTER, service="trueup", deploymentConfiguration=roomy)
        wanted = service(files(stack))
        observed = reconciler(world).reconcile(replace(wanted, sync=type(wanted.sync)("observe")))
        assert isinstance(observed.outcome, Differs)
        daemon = reconciler(world)
        for _ in range(40):
            clock.advance(30)
            outcome = daemon.reconcile(wanted).outcome
        assert isinstance(outcome, InSync), outcome
        configuration = stack.service()["deploymentConfiguration"]
        assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (0, 100)


def test_the_scope_of_the_manifest_is_the_stack_s_region() -> None:
    world, _ = settled()
    with deployed(ground(world)) as stack:
        assert service(files(stack)).scope == SCOPE
