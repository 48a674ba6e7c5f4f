"""Tags, of whatever has an ARN."""

from typing import Any

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecs.names import last_part
from sandbox.world.ecs.refusals import invalid, required
from sandbox.world.ecs.state import State

MOST_TAGS = 50


def checked(tags: list[dict[str, Any]]) -> dict[str, str]:
    """The shape ``Tags`` as key to value. Refuses reserved keys and too many tags."""
    for tag in tags:
        if not tag.get("key") or tag["key"].lower().startswith("aws:"):
            raise invalid(f"The tag key '{tag.get('key', '')}' is not allowed: aws: is reserved.")
    if len(tags) > MOST_TAGS:
        raise invalid(f"The number of tags exceeds the maximum of {MOST_TAGS}.")
    return {tag["key"]: tag.get("value") or "" for tag in tags}


class Tags:
    """TagResource, UntagResource and ListTagsForResource."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.operations: dict[str, Handler] = {
            "TagResource": self.tag_resource,
            "UntagResource": self.untag_resource,
            "ListTagsForResource": self.list_tags_for_resource,
        }

    def tag_resource(self, params: Params, _caller: Caller) -> Answer:
        tags = self._of(params)
        merged = tags | checked(required(params, "tags"))
        if len(merged) > MOST_TAGS:
            raise invalid(f"The number of tags exceeds the maximum of {MOST_TAGS}.")
        tags.update(merged)
        return {}

    def untag_resource(self, params: Params, _caller: Caller) -> Answer:
        tags = self._of(params)
        for key in required(params, "tagKeys"):
            tags.pop(key, None)
        return {}

    def list_tags_for_resource(self, params: Params, _caller: Caller) -> Answer:
        self._of(params)
        return {"tags": self._state.tags_of(params["resourceArn"])}

    def _of(self, params: Params) -> dict[str, str]:
        arn: str = required(params, "resourceArn")
        kind = arn.split(":")[5].split("/", maxsplit=1)[0] if arn.count(":") >= 5 else ""
        if not self._exists(kind, arn):
            raise _missing(kind)
        return self._state.tags.setdefault(arn, {})

    def _exists(self, kind: str, arn: str) -> bool:
        if kind == "task-definition":
            return self._state.families.find(arn) is not None
        parts = arn.split("/")
        cluster = self._state.clusters.get(parts[1]) if len(parts) > 1 else None
        if cluster is None:
            return False
        match kind:
            case "cluster":
                return cluster.arn == arn
            case "service":
                return arn in {service.arn for service in cluster.live_services}
            case "task":
                return last_part(arn) in cluster.tasks
            case "task-set":
                return any(arn == each.arn for service in cluster.live_services for each in service.task_sets)
            case _:
                return False


def _missing(kind: str) -> AwsError:
    match kind:
        case "cluster":
            return AwsError("ClusterNotFoundException", "Cluster not found.")
        case "task-definition" | "service" | "task" | "task-set":
            return AwsError("ResourceNotFoundException", f"The specified {kind} was not found.")
        case _:
            return invalid(
                "Invalid resource ARN. Specify the ARN of a cluster, service, task, task set or task definition."
            )
