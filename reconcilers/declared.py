"""The fields of a service that Git names: which, and what is sent to put one right."""

from collections.abc import Mapping
from typing import Any

from reconcilers.diff import Change
from reconcilers.model import CodeDeployRollout, Service

DESIRED_COUNT = "desiredCount"
# What a CodeDeploy deployment carries in its AppSpec. UpdateService refuses these on such a service, even unchanged.
CARRIED = frozenset({"networkConfiguration", "platformVersion", "capacityProviderStrategy"})
# What nothing changes on a service of CodeDeploy's.
REFUSED = frozenset({"loadBalancers", "serviceRegistries", "taskDefinition"})
# By which UpdateService starts a rolling deployment, beside taskDefinition and forceNewDeployment.
STARTING = frozenset(
    {
        "capacityProviderStrategy",
        "loadBalancers",
        "networkConfiguration",
        "platformVersion",
        "serviceConnectConfiguration",
        "serviceRegistries",
        "volumeConfigurations",
        "vpcLatticeConfigurations",
    }
)


def declared(wanted: Service) -> Mapping[str, Any]:
    """The service fields that Git names, a rolling update's configuration among them."""
    if isinstance(wanted.rollout, CodeDeployRollout) or not wanted.rollout.configuration:
        return wanted.service_definition
    configuration = merged(wanted.service_definition.get("deploymentConfiguration"), wanted.rollout.configuration)
    return {**wanted.service_definition, "deploymentConfiguration": configuration}


def deployment_configuration(wanted: Service, live: Mapping[str, Any]) -> Mapping[str, Any]:
    """A service's deploymentConfiguration as it will be when what Git declares of it is live."""
    configured = merged(live.get("deploymentConfiguration"), declared(wanted).get("deploymentConfiguration") or {})
    result: Mapping[str, Any] = configured
    return result


def merged(live: Any, wanted: Any) -> Any:
    """A declared value over a live one: maps are merged, everything else is replaced."""
    if not isinstance(live, Mapping) or not isinstance(wanted, Mapping):
        return wanted
    return {**live, **{name: merged(live.get(name), value) for name, value in wanted.items()}}


def field_of(change: Change) -> str:
    """The UpdateService field in which a leaf differs."""
    return change.path.split("/")[2]


def renewed(field: str, wanted: Mapping[str, Any], applied: Mapping[str, Any] | None) -> bool:
    """Whether Git declares a field otherwise than when it was applied last. Of what is not known nothing is new."""
    return applied is not None and applied.get(field) != wanted.get(field)


def sent(names: tuple[str, ...], wanted: Mapping[str, Any], live: Mapping[str, Any]) -> dict[str, Any]:
    """What to send for these fields: what is declared, over what is live for everything below that is not."""
    return {name: merged(live.get(name), wanted[name]) for name in names}
