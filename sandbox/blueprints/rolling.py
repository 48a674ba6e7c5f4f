"""The plain set-up: a service that ECS rolls itself."""

from sandbox.blueprints.parts import behind, by, define, listener, load_balancer, service, target_group
from sandbox.blueprints.plans import Rolling, RollingService
from sandbox.world.calls import Caller
from sandbox.world.world import World


def rolling(world: World, plan: Rolling | None = None, caller: Caller | None = None) -> RollingService:
    """Build a service that ECS rolls, with a circuit breaker that rolls back."""
    plan, call = plan or Rolling(), by(world, caller)
    definition = define(call, plan.name, plan.workload)
    call("ecs", "CreateCluster", {"clusterName": plan.prefix})
    balancer = group = None
    request = service(plan.prefix, plan.name, plan.workload, definition)
    if plan.balanced:
        balancer = load_balancer(call, plan.prefix)
        group = target_group(call, plan.prefix, plan.workload.port, (30, 3))
        listener(call, balancer, 80, group)
        request |= behind(group, plan.workload)
    request |= {
        "deploymentController": {"type": "ECS"},
        "deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    }
    made = call("ecs", "CreateService", request)["service"]
    return RollingService(plan.prefix, plan.name, made["serviceArn"], definition, balancer, group)
