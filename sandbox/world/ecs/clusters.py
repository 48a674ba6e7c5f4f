"""Clusters: making, listing, changing and deleting them."""

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecs.cluster import ACTIVE, INACTIVE, Cluster
from sandbox.world.ecs.names import last_part
from sandbox.world.ecs.pages import page
from sandbox.world.ecs.refusals import at_most
from sandbox.world.ecs.state import State
from sandbox.world.ecs.tags import checked

MOST_DESCRIBED = 100
_SETTINGS = (
    "settings",
    "configuration",
    "serviceConnectDefaults",
    "capacityProviders",
    "defaultCapacityProviderStrategy",
)


class Clusters:
    """The operations on clusters."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.operations: dict[str, Handler] = {
            "CreateCluster": self.create_cluster,
            "DescribeClusters": self.describe_clusters,
            "ListClusters": self.list_clusters,
            "UpdateCluster": self.update_cluster,
            "UpdateClusterSettings": self.update_cluster,
            "PutClusterCapacityProviders": self.update_cluster,
            "DeleteCluster": self.delete_cluster,
        }

    def create_cluster(self, params: Params, _caller: Caller) -> Answer:
        name = params.get("clusterName") or "default"
        existing = self._state.clusters.get(name)
        if existing is None or existing.status != ACTIVE:
            tags = checked(params.get("tags") or [])
            existing = Cluster(name, self._state.arn("cluster", name), _settings(params))
            self._state.clusters[name] = existing
            self._state.tags[existing.arn] = tags
        return {"cluster": existing.to_answer() | {"tags": self._state.tags_of(existing.arn)}}

    def describe_clusters(self, params: Params, _caller: Caller) -> Answer:
        found, failures = [], []
        asked = at_most(params, "clusters", MOST_DESCRIBED) if params.get("clusters") else ["default"]
        for reference in asked:
            name = last_part(reference)
            cluster = self._state.clusters.get(name)
            if cluster is None or (reference.startswith("arn:") and reference != cluster.arn):
                arn = reference if reference.startswith("arn:") else self._state.arn("cluster", name)
                failures.append({"arn": arn, "reason": "MISSING"})
                continue
            tags = {"tags": self._state.tags_of(cluster.arn)} if "TAGS" in (params.get("include") or []) else {}
            found.append(cluster.to_answer() | tags)
        return {"clusters": found, "failures": failures}

    def list_clusters(self, params: Params, _caller: Caller) -> Answer:
        arns = [cluster.arn for cluster in self._state.clusters.values() if cluster.status == ACTIVE]
        shown, token = page(arns, params)
        return {"clusterArns": shown} | ({"nextToken": token} if token else {})

    def update_cluster(self, params: Params, _caller: Caller) -> Answer:
        cluster = self._state.cluster(params.get("cluster"))
        cluster.settings = cluster.settings | _settings(params)
        return {"cluster": cluster.to_answer()}

    def delete_cluster(self, params: Params, _caller: Caller) -> Answer:
        cluster = self._state.cluster(params.get("cluster"))
        if cluster.live_services:
            raise AwsError(
                "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."
            )
        if any(task.wanted for task in cluster.tasks.values()):
            raise AwsError("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")
        cluster.status = INACTIVE
        return {"cluster": cluster.to_answer()}


def _settings(params: Params) -> dict[str, object]:
    return {name: params[name] for name in _SETTINGS if params.get(name)}
