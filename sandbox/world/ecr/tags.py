"""Calls about a repository's tags."""

from __future__ import annotations

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecr.records import Repository
from sandbox.world.ecr.registry import Registry


class Tags:
    """TagResource, UntagResource and ListTagsForResource."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.operations: dict[str, Handler] = {
            "TagResource": self._tag,
            "UntagResource": self._untag,
            "ListTagsForResource": self._list,
        }

    def _tag(self, params: Params, _: Caller) -> Answer:
        self._tagged(params).tags.update(by_key(params["tags"]))
        return {}

    def _untag(self, params: Params, _: Caller) -> Answer:
        tags = self._tagged(params).tags
        for key in params["tagKeys"]:
            tags.pop(key, None)
        return {}

    def _list(self, params: Params, _: Caller) -> Answer:
        return {"tags": [{"Key": key, "Value": value} for key, value in self._tagged(params).tags.items()]}

    def _tagged(self, params: Params) -> Repository:
        arn: str = params["resourceArn"]
        _, separator, name = arn.partition(":repository/")
        if not separator:
            raise AwsError("InvalidParameterException", f"Invalid parameter at 'resourceArn': '{arn}' is no repository")
        return self._registry.named({"repositoryName": name})


def by_key(tags: list[Params] | None) -> dict[str, str]:
    """The shape ``TagList`` as key to value."""
    return {tag["Key"]: tag.get("Value", "") for tag in tags or []}
