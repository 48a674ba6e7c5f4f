"""What of a service is compared: the fields that were declared, in UpdateService's and CreateService's words.

Everything else belongs to somebody else. Of an object that was declared, only the members that were named are compared;
a list that was declared is compared whole, tags excepted.
"""

from collections.abc import Mapping
from typing import Any

from reconcilers.compare import Difference, differences
from reconcilers.service_definition_shape import DAEMON, REPLICA
from reconcilers.shape import fold

_ORDERS = frozenset({"forceNewDeployment"})  # something to be done once, not something that is
_ALSO_CALLED: Mapping[str, tuple[str, ...]] = {
    "cluster": ("cluster", "clusterArn"),
    "placementStrategies": ("placementStrategies", "placementStrategy"),
    "role": ("role", "roleArn"),
    "service": ("serviceName", "serviceArn"),
}
# Where AWS's answer is silent on these, nobody asked, or it speaks of them only in the deployments.
_PERHAPS_NOT_SHOWN = frozenset(
    {"serviceConnectConfiguration", "tags", "volumeConfigurations", "vpcLatticeConfigurations"}
)
_NAMES_A_RESOURCE = frozenset({"cluster", "role", "service", "taskDefinition"})


def service_differences(
    declared: Mapping[str, Any], live: Mapping[str, Any], *, scalable: bool
) -> tuple[Difference, ...]:
    """The declared leaves in which ``live``, one service of DescribeServices, differs.

    ``scalable``: autoscaling owns the desired count, which then is nobody's mistake.
    """
    left_out = _ORDERS | {"desiredCount"} if scalable else _ORDERS
    named = {name: value for name, value in declared.items() if name not in left_out and value is not None}
    if _type_of_controller(live) == "CODE_DEPLOY":
        named = {name: _beside_codedeploy(name, value) for name, value in named.items()}
    actual = {name: _resolved(name, value, _live_value(name, live), live) for name, value in named.items()}
    if actual == named:
        return ()  # as nearly all of a sweep: what is written alike means the same
    named = {name: value for name, value in named.items() if not (actual[name] is None and name in _PERHAPS_NOT_SHOWN)}
    shape = DAEMON if live.get("schedulingStrategy") == "DAEMON" else REPLICA
    return tuple(differences(shape, fold(shape, named, keep=True), fold(shape, actual), subset=True))


def _type_of_controller(live: Mapping[str, Any]) -> str:
    return str((live.get("deploymentController") or {}).get("type") or "ECS")


def _beside_codedeploy(name: str, value: Any) -> Any:
    """What remains to be compared where CodeDeploy moves the service between two target groups at every deployment."""
    if name != "loadBalancers":
        return value
    return [{field: one for field, one in entry.items() if field != "targetGroupArn"} for entry in value]


def _live_value(name: str, live: Mapping[str, Any]) -> Any:
    """A field of the service, or of its PRIMARY deployment, where ECS keeps some (serviceConnectConfiguration)."""
    for spelling in _ALSO_CALLED.get(name, (name,)):
        if live.get(spelling) is not None:
            return live[spelling]
    deployments = live.get("deployments") or ()
    return next((one.get(name) for one in deployments if one.get("status") == "PRIMARY"), None)


def _resolved(name: str, declared: Any, actual: Any, live: Mapping[str, Any]) -> Any:
    """``actual``, or what was declared where that is another way of writing the same."""
    if name in _NAMES_A_RESOURCE and isinstance(declared, str) and isinstance(actual, str):
        return declared if _same_resource(declared, actual) else actual
    if name == "serviceConnectConfiguration" and isinstance(declared, Mapping) and isinstance(actual, Mapping):
        return _namespace_resolved(declared, actual)
    if name == "platformVersion" and declared == "LATEST" and _type_of_controller(live) == "CODE_DEPLOY":
        return declared  # AWS, observed: the service shows its task set's version, which is a number
    return actual


def _namespace_resolved(declared: Mapping[str, Any], actual: Mapping[str, Any]) -> Mapping[str, Any]:
    """``actual``, where the ARN of a namespace, which holds an id and no name, may be the one that was declared."""
    mine, theirs = declared.get("namespace"), actual.get("namespace")
    unknown = mine and not str(mine).startswith("arn:") and str(theirs).startswith("arn:")
    return {**actual, "namespace": mine} if unknown else actual


def _same_resource(declared: str, actual: str) -> bool:
    """Whether a name or ARN names the same resource as another. A family without a revision names each of its own."""
    if declared.startswith("arn:") and actual.startswith("arn:"):
        return declared == actual
    mine, theirs = declared.rpartition("/")[2], actual.rpartition("/")[2]
    return mine == theirs or (":" not in mine and ":" in theirs and mine == theirs.partition(":")[0])
