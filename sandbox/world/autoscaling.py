"""Application Auto Scaling: who may change a service's desired count, and what is suspended. It never acts itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.moments import moment
from sandbox.world.paging import page

if TYPE_CHECKING:
    from sandbox.world.world import Place

Key = tuple[str, str, str]
_ROLE = "aws-service-role/ecs.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_ECSService"
_SUSPENDABLE = ("DynamicScalingInSuspended", "DynamicScalingOutSuspended", "ScheduledScalingSuspended")


class Autoscaling:
    """Scalable targets and their policies, of whatever namespace; those of ECS must name a service that is there."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._targets: dict[Key, Answer] = {}
        self._policies: dict[tuple[Key, str], Answer] = {}
        self.operations: dict[str, Handler] = {
            "RegisterScalableTarget": self._register,
            "DeregisterScalableTarget": self._deregister,
            "DescribeScalableTargets": self._describe_targets,
            "PutScalingPolicy": self._put_policy,
            "DeleteScalingPolicy": self._delete_policy,
            "DescribeScalingPolicies": self._describe_policies,
            "DescribeScalingActivities": lambda _params, _caller: {"ScalingActivities": []},
        }

    def _register(self, params: Params, caller: Caller) -> Answer:
        key = _key(params)
        known = self._targets.get(key)
        if known is None:
            self._must_exist(params, caller)
            known = self._targets[key] = self._new_target(params)
        known |= {name: params[name] for name in ("MinCapacity", "MaxCapacity", "RoleARN") if name in params}
        known["SuspendedState"] |= params.get("SuspendedState", {})
        return {"ScalableTargetARN": known["ScalableTargetARN"]}

    def _new_target(self, params: Params) -> Answer:
        if "MinCapacity" not in params or "MaxCapacity" not in params:
            told = "You must specify both MinCapacity and MaxCapacity when registering a new scalable target"
            raise AwsError("ValidationException", told)
        return {
            "ServiceNamespace": params["ServiceNamespace"],
            "ResourceId": params["ResourceId"],
            "ScalableDimension": params["ScalableDimension"],
            "RoleARN": f"arn:aws:iam::{self._place.account}:role/{_ROLE}",
            "CreationTime": moment(self._place.timeline.now),
            "SuspendedState": dict.fromkeys(_SUSPENDABLE, False),
            "ScalableTargetARN": self._place.arn("application-autoscaling", f"scalable-target/{self._identifier()}"),
        }

    def _must_exist(self, params: Params, caller: Caller) -> None:
        if params["ServiceNamespace"] != "ecs":
            return
        told = f"ECS service doesn't exist: {params['ResourceId']}"
        match params["ResourceId"].split("/"):
            case ["service", cluster, service]:
                asked = {"cluster": cluster, "services": [service]}
            case _:
                raise AwsError("ValidationException", told)
        try:
            answer = self._place.operations["ecs"]["DescribeServices"](asked, caller)
        except AwsError:
            raise AwsError("ValidationException", told) from None
        if not any(service["status"] == "ACTIVE" for service in answer["services"]):
            raise AwsError("ValidationException", told)

    def _deregister(self, params: Params, _: Caller) -> Answer:
        key = self._known(params)
        del self._targets[key]
        self._policies = {name: policy for name, policy in self._policies.items() if name[0] != key}
        return {}

    def _describe_targets(self, params: Params, _: Caller) -> Answer:
        wanted = params.get("ResourceIds")
        targets = [one for one in self._targets.values() if _selected(one, params)]
        return _paged("ScalableTargets", [one for one in targets if not wanted or one["ResourceId"] in wanted], params)

    def _put_policy(self, params: Params, _: Caller) -> Answer:
        key = self._known(params)
        name = params["PolicyName"]
        resource = f"scalingPolicy:{self._identifier()}:resource/{key[0]}/{key[1]}:policyName/{name}"
        known = self._policies.get((key, name)) or {
            "PolicyARN": self._place.arn("autoscaling", resource),
            "PolicyType": "StepScaling",
            "CreationTime": moment(self._place.timeline.now),
            "Alarms": [],
        }
        self._policies[key, name] = {**known, **params}
        return {"PolicyARN": known["PolicyARN"], "Alarms": []}

    def _delete_policy(self, params: Params, _: Caller) -> Answer:
        if self._policies.pop((_key(params), params["PolicyName"]), None) is None:
            told = f"No scaling policy found for service namespace: {params['ServiceNamespace']}"
            raise AwsError("ObjectNotFoundException", f"{told}, resource ID: {params['ResourceId']}")
        return {}

    def _describe_policies(self, params: Params, _: Caller) -> Answer:
        names = params.get("PolicyNames")
        resource = params.get("ResourceId")
        policies = [one for one in self._policies.values() if _selected(one, params)]
        wanted = [one for one in policies if resource in {None, one["ResourceId"]}]
        return _paged("ScalingPolicies", [one for one in wanted if not names or one["PolicyName"] in names], params)

    def _known(self, params: Params) -> Key:
        key = _key(params)
        if key not in self._targets:
            told = f"No scalable target found for service namespace: {key[0]}, resource ID: {key[1]}"
            raise AwsError("ObjectNotFoundException", f"{told}, scalable dimension: {key[2]}")
        return key

    def _identifier(self) -> str:
        return f"{self._place.world.random.getrandbits(128):032x}"


def _key(params: Params) -> Key:
    return params["ServiceNamespace"], params["ResourceId"], params["ScalableDimension"]


def _selected(item: Answer, params: Params) -> bool:
    dimension: Any = params.get("ScalableDimension")
    return item["ServiceNamespace"] == params["ServiceNamespace"] and dimension in {None, item["ScalableDimension"]}


def _paged(name: str, items: list[Answer], params: Params) -> Answer:
    strange = AwsError("InvalidNextTokenException", "The next token is not valid.")
    shown, following = page(items, params.get("NextToken"), params.get("MaxResults", 50), strange)
    return {name: shown, **({"NextToken": following} if following else {})}
