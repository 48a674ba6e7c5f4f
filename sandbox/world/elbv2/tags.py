"""Tags of load balancers and what belongs to them."""

from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.elbv2.registry import Registry


class Tags:
    """The calls on tags."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "AddTags": self.add,
            "RemoveTags": self.remove,
            "DescribeTags": self.describe,
        }

    def add(self, params: Params, _: Caller) -> Answer:
        for arn in self._found(params["ResourceArns"]):
            self._registry.tags.setdefault(arn, {}).update(tag_map(params["Tags"]))
        return {}

    def remove(self, params: Params, _: Caller) -> Answer:
        for arn in self._found(params["ResourceArns"]):
            for key in params["TagKeys"]:
                self._registry.tags.get(arn, {}).pop(key, None)
        return {}

    def describe(self, params: Params, _: Caller) -> Answer:
        tags = self._registry.tags
        arns = self._found(params["ResourceArns"])
        return {"TagDescriptions": [{"ResourceArn": arn, "Tags": tag_list(tags.get(arn, {}))} for arn in arns]}

    def _found(self, arns: list[str]) -> list[str]:
        registry = self._registry
        finders = {"targetgroup": registry.target_group, "listener": registry.listener, "listener-rule": registry.rule}
        for arn in arns:
            kind = arn.rsplit(":", 1)[-1].split("/", 1)[0]
            finders.get(kind, registry.load_balancer)(arn)
        return arns


def tag_map(tags: list[Params] | None) -> dict[str, str]:
    """``[{"Key": k, "Value": v}]`` as a mapping."""
    return {tag["Key"]: tag.get("Value", "") for tag in tags or []}


def tag_list(tags: dict[str, str]) -> list[Answer]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
