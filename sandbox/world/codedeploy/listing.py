"""ListDeployments: which deployments there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.switches import DeploymentOrder
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.codedeploy.configs import BAD_TOKEN
from sandbox.world.codedeploy.records import Deployment, Status
from sandbox.world.moments import seconds
from sandbox.world.paging import page

if TYPE_CHECKING:
    from sandbox.world.codedeploy.store import Store

PAGE = 100


class Listing:
    """The call that lists deployments."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.operations: dict[str, Handler] = {"ListDeployments": self.list_all}

    def list_all(self, params: Params, _: Caller) -> Answer:
        """Of one group, or of the whole account and region; filtered by status and time of creation."""
        wanted = params.get("includeOnlyStatuses") or []
        if unknown := [status for status in wanted if status not in list(Status)]:
            raise AwsError("InvalidDeploymentStatusException", f"The deployment status {unknown[0]} is not valid")
        start, end = _time_range(params.get("createTimeRange") or {})
        found = [
            one
            for one in self._candidates(params)
            if (not wanted or one.status in wanted) and start <= one.created_at <= end
        ]
        if self._store.place.world.switches.deployment_order is DeploymentOrder.NEWEST_FIRST:
            found.reverse()
        shown, token = page([one.id for one in found], params.get("nextToken"), PAGE, BAD_TOKEN)
        return {"deployments": shown, **({"nextToken": token} if token else {})}

    def _candidates(self, params: Params) -> list[Deployment]:
        application, group = params.get("applicationName"), params.get("deploymentGroupName")
        if params.get("externalId"):
            return []
        if not application and not group:
            return list(self._store.deployments.values())
        return self._store.of_group(self._store.group(application, group))


def _time_range(given: Params) -> tuple[float, float]:
    start = seconds(given["start"]) if given.get("start") is not None else float("-inf")
    end = seconds(given["end"]) if given.get("end") is not None else float("inf")
    if start > end:
        raise AwsError("InvalidTimeRangeException", "The start time is later than the end time")
    return start, end
