"""Listeners: made, described, changed, deleted."""

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params, copied
from sandbox.world.elbv2.forwarding import normalised
from sandbox.world.elbv2.load_balancers import attribute_list
from sandbox.world.elbv2.pages import paged
from sandbox.world.elbv2.records import Listener
from sandbox.world.elbv2.registry import Registry
from sandbox.world.elbv2.tags import tag_map

EXTRAS = ("Certificates", "SslPolicy", "AlpnPolicy", "MutualAuthentication")


class Listeners:
    """The calls on listeners."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "CreateListener": self.create,
            "DescribeListeners": self.describe,
            "ModifyListener": self.modify,
            "DeleteListener": self.delete,
            "DescribeListenerAttributes": self.describe_attributes,
            "ModifyListenerAttributes": self.modify_attributes,
            "DescribeListenerCertificates": self.describe_certificates,
        }

    def create(self, params: Params, _: Caller) -> Answer:
        registry = self._registry
        balancer = registry.load_balancer(params["LoadBalancerArn"])
        port = int(params["Port"])
        self._check_port(balancer.arn, port)
        actions = normalised(params["DefaultActions"], registry.group_exists)
        arn = registry.arn(f"listener/{balancer.dimension}/{registry.new_id()}")
        extra = {key: copied(params[key]) for key in EXTRAS if key in params}
        if params["Protocol"] in {"HTTPS", "TLS"}:
            extra.setdefault("SslPolicy", "ELBSecurityPolicy-2016-08")
        listener = Listener(arn, balancer.arn, params["Protocol"], port, actions, extra, {})
        registry.listeners[arn] = listener
        registry.tags[arn] = tag_map(params.get("Tags"))
        registry.note_use(arn, [], actions)
        return {"Listeners": [_shape(listener)]}

    def _check_port(self, balancer_arn: str, port: int, besides: str = "") -> None:
        for one in self._registry.listeners_of(balancer_arn):
            if one.port == port and one.arn != besides:
                raise AwsError("DuplicateListener", "A listener already exists on this port for this load balancer")

    def describe(self, params: Params, _: Caller) -> Answer:
        registry = self._registry
        if arns := params.get("ListenerArns"):
            found = [registry.listener(arn) for arn in dict.fromkeys(arns)]
        elif arn := params.get("LoadBalancerArn"):
            found = registry.listeners_of(registry.load_balancer(arn).arn)
        else:
            raise AwsError("ValidationError", "You must specify either listener ARNs or a load balancer ARN")
        shown, following = paged(found, params)
        return {"Listeners": [_shape(one) for one in shown], **following}

    def modify(self, params: Params, _: Caller) -> Answer:
        listener = self._registry.listener(params["ListenerArn"])
        if params.get("DefaultActions"):
            self.set_actions(listener, normalised(params["DefaultActions"], self._registry.group_exists))
        if params.get("Port"):
            self._check_port(listener.load_balancer_arn, int(params["Port"]), besides=listener.arn)
            listener.port = int(params["Port"])
        listener.protocol = params.get("Protocol") or listener.protocol
        listener.extra.update({key: copied(params[key]) for key in EXTRAS if key in params})
        return {"Listeners": [_shape(listener)]}

    def set_actions(self, listener: Listener, actions: list[Answer]) -> None:
        before, listener.actions = listener.actions, actions
        self._registry.note_use(listener.arn, before, actions)

    def delete(self, params: Params, _: Caller) -> Answer:
        self._registry.drop_listener(self._registry.listener(params["ListenerArn"]))
        return {}

    def describe_attributes(self, params: Params, _: Caller) -> Answer:
        return {"Attributes": attribute_list(self._registry.listener(params["ListenerArn"]).attributes)}

    def modify_attributes(self, params: Params, _: Caller) -> Answer:
        listener = self._registry.listener(params["ListenerArn"])
        listener.attributes.update({one["Key"]: one["Value"] for one in params["Attributes"]})
        return {"Attributes": attribute_list(listener.attributes)}

    def describe_certificates(self, params: Params, _: Caller) -> Answer:
        return {"Certificates": copied(self._registry.listener(params["ListenerArn"]).extra.get("Certificates", []))}


def _shape(listener: Listener) -> Answer:
    return {
        "ListenerArn": listener.arn,
        "LoadBalancerArn": listener.load_balancer_arn,
        "Port": listener.port,
        "Protocol": listener.protocol,
        "DefaultActions": copied(listener.actions),
        **copied(listener.extra),
    }
