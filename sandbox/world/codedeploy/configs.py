"""Deployment configurations: how traffic moves from blue to green."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.codedeploy.records import DeploymentConfig
from sandbox.world.moments import moment
from sandbox.world.paging import page

if TYPE_CHECKING:
    from sandbox.world.codedeploy.store import Store

RESERVED = "CodeDeployDefault."
LONGEST_SHIFT = 2880
MOST_CONFIGS = 200
BAD_TOKEN = AwsError("InvalidNextTokenException", "The next token was specified in an invalid format.")


def linear(percentage: int, interval: int) -> Answer:
    return {
        "type": "TimeBasedLinear",
        "timeBasedLinear": {"linearPercentage": percentage, "linearInterval": interval},
    }


def canary(percentage: int, interval: int) -> Answer:
    return {
        "type": "TimeBasedCanary",
        "timeBasedCanary": {"canaryPercentage": percentage, "canaryInterval": interval},
    }


def steps(routing: Params) -> tuple[tuple[int, int], ...]:
    """``(minutes since the start of AllowTraffic, percentage on green)``: the first at once, the last 100."""
    match routing["type"]:
        case "TimeBasedLinear":
            settings = routing["timeBasedLinear"]
            share, interval = settings["linearPercentage"], settings["linearInterval"]
            count = -(-100 // share)
            return tuple((index * interval, min(100, (index + 1) * share)) for index in range(count))
        case "TimeBasedCanary":
            settings = routing["timeBasedCanary"]
            return (0, settings["canaryPercentage"]), (settings["canaryInterval"], 100)
        case _:
            return ((0, 100),)


def _predefined(name: str, routing: Answer) -> DeploymentConfig:
    return DeploymentConfig(f"{RESERVED}{name}", routing, steps(routing))


ALL_AT_ONCE = _predefined("ECSAllAtOnce", {"type": "AllAtOnce"})
PREDEFINED = (
    ALL_AT_ONCE,
    _predefined("ECSLinear10PercentEvery1Minutes", linear(10, 1)),
    _predefined("ECSLinear10PercentEvery3Minutes", linear(10, 3)),
    _predefined("ECSCanary10Percent5Minutes", canary(10, 5)),
    _predefined("ECSCanary10Percent15Minutes", canary(10, 15)),
)


class Configs:
    """The calls on deployment configurations."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.operations: dict[str, Handler] = {
            "CreateDeploymentConfig": self.create,
            "GetDeploymentConfig": self.get,
            "ListDeploymentConfigs": self.list_all,
            "DeleteDeploymentConfig": self.delete,
        }

    def create(self, params: Params, _: Caller) -> Answer:
        name = _name(params)
        if name.startswith(RESERVED):
            raise AwsError(
                "InvalidDeploymentConfigNameException", f"Deployment configuration names cannot start with {RESERVED}"
            )
        if name in self._store.configs:
            raise AwsError("DeploymentConfigAlreadyExistsException", f"Deployment configuration already exists: {name}")
        if len(self._store.configs) - len(PREDEFINED) >= MOST_CONFIGS:
            words = f"At most {MOST_CONFIGS} deployment configurations"
            raise AwsError("DeploymentConfigLimitExceededException", words)
        routing = dict(params.get("trafficRoutingConfig") or {"type": "AllAtOnce"})
        _check(routing)
        platform = params.get("computePlatform", "Server")
        made = DeploymentConfig(name, routing, steps(routing), self._store.new_uuid(), platform, self._store.now)
        self._store.configs[name] = made
        return {"deploymentConfigId": made.id}

    def get(self, params: Params, _: Caller) -> Answer:
        config = self._store.config(_name(params))
        return {
            "deploymentConfigInfo": {
                "deploymentConfigId": config.id or "00000000-0000-0000-0000-000000000000",
                "deploymentConfigName": config.name,
                "createTime": moment(config.created_at),
                "computePlatform": config.platform,
                "trafficRoutingConfig": config.routing,
            }
        }

    def list_all(self, params: Params, _: Caller) -> Answer:
        shown, token = page(list(self._store.configs), params.get("nextToken"), 100, BAD_TOKEN)
        return {"deploymentConfigsList": shown, **({"nextToken": token} if token else {})}

    def delete(self, params: Params, _: Caller) -> Answer:
        """Refused for AWS's own and for one that a group uses; an unknown one is no error."""
        name = _name(params)
        if name.startswith(RESERVED):
            raise AwsError("InvalidOperationException", "Default deployment configurations cannot be deleted")
        if any(group.shape["deploymentConfigName"] == name for group in self._store.groups.values()):
            raise AwsError("DeploymentConfigInUseException", f"Deployment configuration is in use: {name}")
        self._store.configs.pop(name, None)
        return {}


def _name(params: Params) -> str:
    name = str(params.get("deploymentConfigName") or "")
    if not name:
        raise AwsError("DeploymentConfigNameRequiredException", "Deployment configuration name is missing")
    if len(name) > 100:
        words = "Deployment configuration names have at most 100 characters"
        raise AwsError("InvalidDeploymentConfigNameException", words)
    return name


def _check(routing: Params) -> None:
    kind = {"TimeBasedLinear": "timeBasedLinear", "TimeBasedCanary": "timeBasedCanary"}.get(routing["type"])
    if kind is None:
        return
    settings = routing.get(kind) or {}
    share = next((value for key, value in settings.items() if key.endswith("Percentage")), 0)
    interval = next((value for key, value in settings.items() if key.endswith("Interval")), 0)
    valid = 1 <= share <= 99 and interval >= 1
    if not valid or steps(routing)[-1][0] > LONGEST_SHIFT:
        raise AwsError(
            "InvalidTrafficRoutingConfigurationException",
            f"The traffic routing configuration {kind} needs a percentage between 1 and 99 and an interval of at least "
            f"1 minute, and a shift of at most {LONGEST_SHIFT} minutes",
        )
