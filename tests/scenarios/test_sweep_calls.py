"""What a sweep costs, counted where AWS would count it: at the HTTP door."""

from dataclasses import replace

import pytest

from reconcilers.aws.gateways import GatewayPool
from reconcilers.aws.session import AwsClients
from reconcilers.model import Cluster, ServiceKey
from reconcilers.sweep import Sweeper
from sandbox.blueprints.parts import behind, by, define, listener, load_balancer, service, target_group
from sandbox.blueprints.plans import Workload
from sandbox.server import serve
from tests.reconcilers.sandboxed import SCOPE, Account, shifted

SERVICES = 100


def beside_each_other(account: Account) -> Cluster:
    """A hundred services of CodeDeploy's in one cluster."""
    call, workload = by(account.world, None), Workload()
    call("ecs", "CreateCluster", {"clusterName": "many"})
    for number in range(SERVICES):
        name = f"s{number}"
        definition = define(call, "notes-app", workload)
        balancer = load_balancer(call, name)
        group = target_group(call, name, workload.port, (30, 3))
        listener(call, balancer, 80, group)
        made = service("many", name, workload, definition) | behind(group, workload)
        call("ecs", "CreateService", made | {"deploymentController": {"type": "CODE_DEPLOY"}})
    account.clock.advance(600)
    return Cluster(SCOPE, "many")


def test_a_sweep_of_a_hundred_unchanged_services_is_ten_calls_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    account = shifted()
    cluster = beside_each_other(account)
    wanted = tuple(
        replace(account.wanted, key=ServiceKey("prod", f"s{n}"), name=f"s{n}", cluster="many") for n in range(SERVICES)
    )
    with serve(account.world) as server:
        pool = GatewayPool(AwsClients("test", lambda _: None, endpoint_url=server.url))
        sweeper = Sweeper(pool, account.clock.now)
        sweeper.sweep(cluster, wanted)
        server.calls.clear()

        result = sweeper.sweep(cluster, wanted)

        assert dict(server.calls.counts()) == {("ecs", "DescribeServices"): 10}
    assert len(result.in_sync) == SERVICES
