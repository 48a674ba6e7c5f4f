"""Target groups: made, described, changed, deleted."""

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.elbv2.load_balancers import attribute_list
from sandbox.world.elbv2.pages import paged
from sandbox.world.elbv2.records import TargetGroup
from sandbox.world.elbv2.registry import Registry
from sandbox.world.elbv2.tags import tag_map

CHECKS = (
    "HealthCheckProtocol",
    "HealthCheckPort",
    "HealthCheckEnabled",
    "HealthCheckIntervalSeconds",
    "HealthCheckTimeoutSeconds",
    "HealthyThresholdCount",
    "UnhealthyThresholdCount",
    "HealthCheckPath",
    "Matcher",
)


class TargetGroups:
    """The calls on target groups."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "CreateTargetGroup": self.create,
            "DescribeTargetGroups": self.describe,
            "ModifyTargetGroup": self.modify,
            "DeleteTargetGroup": self.delete,
            "DescribeTargetGroupAttributes": self.describe_attributes,
            "ModifyTargetGroupAttributes": self.modify_attributes,
        }

    def create(self, params: Params, _: Caller) -> Answer:
        registry, name = self._registry, params["Name"]
        if name in registry.groups_by_name:
            raise AwsError("DuplicateTargetGroupName", f"A target group with the same name '{name}' exists")
        arn = registry.arn(f"targetgroup/{name}/{registry.new_id()}")
        group = TargetGroup(arn, name, _shape(arn, params), _attributes())
        registry.target_groups[arn] = registry.groups_by_name[name] = group
        registry.tags[arn] = tag_map(params.get("Tags"))
        return {"TargetGroups": [self._described(group)]}

    def _described(self, group: TargetGroup) -> Answer:
        return {**group.shape, "LoadBalancerArns": self._registry.users(group.arn)}

    def describe(self, params: Params, _: Caller) -> Answer:
        shown, following = paged(self._selected(params), params)
        return {"TargetGroups": [self._described(one) for one in shown], **following}

    def _selected(self, params: Params) -> list[TargetGroup]:
        registry = self._registry
        if arns := params.get("TargetGroupArns"):
            return [registry.target_group(arn) for arn in arns]
        if names := params.get("Names"):
            by_name = registry.groups_by_name
            if any(name not in by_name for name in names):
                raise AwsError("TargetGroupNotFound", "One or more target groups not found")
            return [by_name[name] for name in names]
        if arn := params.get("LoadBalancerArn"):
            registry.load_balancer(arn)
            return [one for one in registry.target_groups.values() if arn in registry.users(one.arn)]
        return list(registry.target_groups.values())

    def modify(self, params: Params, _: Caller) -> Answer:
        group = self._registry.target_group(params["TargetGroupArn"])
        group.shape.update({key: params[key] for key in CHECKS if params.get(key) is not None})
        return {"TargetGroups": [self._described(group)]}

    def delete(self, params: Params, _: Caller) -> Answer:
        """Refused while a listener forwards to it; an unknown one is no error, as the API says."""
        registry, arn = self._registry, params["TargetGroupArn"]
        if registry.users(arn):
            raise AwsError("ResourceInUse", f"Target group '{arn}' is currently in use by a listener or a rule")
        if (group := registry.target_groups.pop(arn, None)) is not None:
            del registry.groups_by_name[group.name]
        registry.tags.pop(arn, None)
        return {}

    def describe_attributes(self, params: Params, _: Caller) -> Answer:
        return {"Attributes": attribute_list(self._registry.target_group(params["TargetGroupArn"]).attributes)}

    def modify_attributes(self, params: Params, _: Caller) -> Answer:
        group = self._registry.target_group(params["TargetGroupArn"])
        group.attributes.update({one["Key"]: one["Value"] for one in params["Attributes"]})
        return {"Attributes": attribute_list(group.attributes)}


def _shape(arn: str, params: Params) -> Answer:
    protocol = params.get("Protocol", "HTTP")
    defaults: Answer = {
        "TargetGroupArn": arn,
        "TargetGroupName": params["Name"],
        "Protocol": protocol,
        "Port": params.get("Port", 80),
        "VpcId": params.get("VpcId"),
        "HealthCheckProtocol": protocol,
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "TargetType": params.get("TargetType", "instance"),
        "IpAddressType": params.get("IpAddressType", "ipv4"),
    }
    if protocol in {"HTTP", "HTTPS"}:
        defaults |= {"ProtocolVersion": params.get("ProtocolVersion", "HTTP1"), "HealthCheckPath": "/"}
        defaults["Matcher"] = {"HttpCode": "200"}
    given = {key: params[key] for key in CHECKS if params.get(key) is not None}
    return {key: value for key, value in {**defaults, **given}.items() if value is not None}


def _attributes() -> dict[str, str]:
    return {
        "deregistration_delay.timeout_seconds": "300",
        "stickiness.enabled": "false",
        "stickiness.type": "lb_cookie",
        "stickiness.lb_cookie.duration_seconds": "86400",
        "slow_start.duration_seconds": "0",
        "load_balancing.algorithm.type": "round_robin",
        "load_balancing.cross_zone.enabled": "use_load_balancer_configuration",
    }
