"""Amazon ECS: the tasks of a service, those that run and those that ended within about an hour."""

from collections.abc import Iterator, Mapping
from typing import Any

from reconcilers.aws.calls import ask, ask_or_none, batches
from reconcilers.aws.moments import seconds
from reconcilers.task_output import ContainerEnd, Task

PAGES = 5  # of a hundred tasks each; a service that crashes all the time leaves more behind
DESCRIBED = 100
_ABSENT = frozenset({"ServiceNotFoundException"})


class TasksGateway:
    """One account and region of ECS, as ``client`` reaches it. Nothing is remembered: tasks come and go."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def of_service(self, cluster: str, service: str) -> tuple[Task, ...]:
        """Its tasks, in no order; none where there is no such service. Raises ``Retry`` or ``Stalled``."""
        arns = dict.fromkeys(arn for status in ("RUNNING", "STOPPED") for arn in self._listed(cluster, service, status))
        found: list[Task] = []
        for batch in batches(tuple(arns), DESCRIBED):
            answer = ask(self._client, "describe_tasks", {"cluster": cluster, "tasks": batch}, about=service)
            found += [_task(each) for each in answer.get("tasks", ())]
        return tuple(found)

    def _listed(self, cluster: str, service: str, status: str) -> Iterator[str]:
        parameters: dict[str, Any] = {"cluster": cluster, "serviceName": service, "desiredStatus": status}
        for _ in range(PAGES):
            answer = ask_or_none(self._client, "list_tasks", parameters, _ABSENT, about=service) or {}
            yield from answer.get("taskArns", ())
            if not answer.get("nextToken"):
                return
            parameters["nextToken"] = answer["nextToken"]


def _task(answer: Mapping[str, Any]) -> Task:
    return Task(
        id=answer["taskArn"].rpartition("/")[2],
        task_definition_arn=answer.get("taskDefinitionArn", ""),
        created_at=seconds(answer.get("createdAt")) or 0.0,
        last_status=answer.get("lastStatus", ""),
        stopped_at=seconds(answer.get("stoppedAt")),
        stop_code=answer.get("stopCode", ""),
        stopped_reason=answer.get("stoppedReason", ""),
        containers=tuple(
            ContainerEnd(each.get("name", ""), each.get("exitCode"), each.get("reason", ""))
            for each in answer.get("containers", ())
        ),
    )
