"""Load balancers: made, described, changed, deleted."""

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.elbv2.pages import paged
from sandbox.world.elbv2.records import LoadBalancer
from sandbox.world.elbv2.registry import Registry
from sandbox.world.elbv2.tags import tag_map
from sandbox.world.moments import moment

PREFIX = {"application": "app", "network": "net", "gateway": "gwy"}


class LoadBalancers:
    """The calls on load balancers."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "CreateLoadBalancer": self.create,
            "DescribeLoadBalancers": self.describe,
            "DeleteLoadBalancer": self.delete,
            "DescribeLoadBalancerAttributes": self.describe_attributes,
            "ModifyLoadBalancerAttributes": self.modify_attributes,
            "SetSecurityGroups": self.set_security_groups,
            "SetSubnets": self.set_subnets,
        }

    def create(self, params: Params, _: Caller) -> Answer:
        name, kind = params["Name"], params.get("Type", "application")
        for one in self._registry.load_balancers.values():
            if one.name == name:
                raise AwsError("DuplicateLoadBalancerName", f"A load balancer with name '{name}' already exists")
        arn = self._registry.arn(f"loadbalancer/{PREFIX[kind]}/{name}/{self._registry.new_id()}")
        made = LoadBalancer(arn, name, kind, self._shape(arn, params), _attributes(kind))
        self._registry.load_balancers[arn] = made
        self._registry.tags[arn] = tag_map(params.get("Tags"))
        return {"LoadBalancers": [{**made.shape, "State": {"Code": "provisioning"}}]}

    def _shape(self, arn: str, params: Params) -> Answer:
        name, region = params["Name"], self._registry.place.region
        scheme = params.get("Scheme", "internet-facing")
        prefix = "internal-" if scheme == "internal" else ""
        number = self._registry.place.world.random.randrange(10**9)
        return {
            "LoadBalancerArn": arn,
            "DNSName": f"{prefix}{name}-{number}.{region}.elb.amazonaws.com",
            "CanonicalHostedZoneId": "Z32O12XQLNTSW2",
            "CreatedTime": moment(self._registry.now),
            "LoadBalancerName": name,
            "Scheme": scheme,
            "VpcId": "vpc-0a1b2c3d4e5f60718",
            "State": {"Code": "active"},
            "Type": params.get("Type", "application"),
            "AvailabilityZones": _zones(region, _subnets(params)),
            "SecurityGroups": list(params.get("SecurityGroups") or []),
            "IpAddressType": params.get("IpAddressType", "ipv4"),
        }

    def describe(self, params: Params, _: Caller) -> Answer:
        registry = self._registry
        if arns := params.get("LoadBalancerArns"):
            found = [registry.load_balancer(arn) for arn in arns]
        elif names := params.get("Names"):
            by_name = {one.name: one for one in registry.load_balancers.values()}
            if missing := [name for name in names if name not in by_name]:
                raise AwsError("LoadBalancerNotFound", f"Load balancers '[{', '.join(missing)}]' not found")
            found = [by_name[name] for name in names]
        else:
            found = list(registry.load_balancers.values())
        shown, following = paged(found, params)
        return {"LoadBalancers": [one.shape for one in shown], **following}

    def delete(self, params: Params, _: Caller) -> Answer:
        """Deletes its listeners as well; an unknown load balancer is no error, as the API says."""
        registry = self._registry
        arn = params["LoadBalancerArn"]
        if registry.load_balancers.pop(arn, None) is not None:
            for listener in registry.listeners_of(arn):
                registry.drop_listener(listener)
            registry.tags.pop(arn, None)
        return {}

    def describe_attributes(self, params: Params, _: Caller) -> Answer:
        return {"Attributes": attribute_list(self._registry.load_balancer(params["LoadBalancerArn"]).attributes)}

    def modify_attributes(self, params: Params, _: Caller) -> Answer:
        balancer = self._registry.load_balancer(params["LoadBalancerArn"])
        balancer.attributes.update({one["Key"]: one["Value"] for one in params["Attributes"]})
        return {"Attributes": attribute_list(balancer.attributes)}

    def set_security_groups(self, params: Params, _: Caller) -> Answer:
        balancer = self._registry.load_balancer(params["LoadBalancerArn"])
        balancer.shape["SecurityGroups"] = list(params["SecurityGroups"])
        return {"SecurityGroupIds": list(params["SecurityGroups"])}

    def set_subnets(self, params: Params, _: Caller) -> Answer:
        balancer = self._registry.load_balancer(params["LoadBalancerArn"])
        balancer.shape["AvailabilityZones"] = _zones(self._registry.place.region, _subnets(params))
        return {"AvailabilityZones": balancer.shape["AvailabilityZones"]}


def attribute_list(attributes: dict[str, str]) -> list[Answer]:
    return [{"Key": key, "Value": value} for key, value in attributes.items()]


def _subnets(params: Params) -> list[str]:
    return list(params.get("Subnets") or [one["SubnetId"] for one in params.get("SubnetMappings") or []])


def _zones(region: str, subnets: list[str]) -> list[Answer]:
    return [
        {"ZoneName": f"{region}{'abc'[index % 3]}", "SubnetId": subnet, "LoadBalancerAddresses": []}
        for index, subnet in enumerate(subnets)
    ]


def _attributes(kind: str) -> dict[str, str]:
    shared = {"deletion_protection.enabled": "false", "access_logs.s3.enabled": "false"}
    if kind != "application":
        return {**shared, "load_balancing.cross_zone.enabled": "false"}
    return {**shared, "idle_timeout.timeout_seconds": "60", "routing.http2.enabled": "true"}
