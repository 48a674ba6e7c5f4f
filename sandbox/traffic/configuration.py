"""A scene as Envoy's resources: listeners, routes, clusters and endpoints, each in a file that Envoy watches.

What changes often has a file of its own: a listener's routes (weights) and a cluster's endpoints (tasks). A listener or
a cluster is made once, so that neither a connection nor a counter is lost when something shifts. Reading from files
needs no server beside Envoy; a file is replaced as a whole, which is what Envoy looks for (Envoy documentation, "xDS
configuration API overview", filesystem subscriptions).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from sandbox.traffic.scene import Gate, Pool, Route, Scene

TYPES = "type.googleapis.com/envoy"
LOOPBACK = "127.0.0.1"
# An application load balancer's own idle timeout.
TIMEOUT = "60s"

Resource = dict[str, Any]
Endpoints = Mapping[str, Sequence[int]]
"""The ports of the tasks that serve, by pool."""


def bootstrap(folder: Path) -> Resource:
    """What Envoy is started with: its administration on loopback, and where everything else is read from."""
    return {
        "node": {"id": "sandbox", "cluster": "sandbox"},
        "admin": {"address": _address(0)},
        "dynamic_resources": {"lds_config": _file(folder, "listeners"), "cds_config": _file(folder, "clusters")},
    }


def files(scene: Scene, endpoints: Endpoints, folder: Path) -> dict[str, str]:
    """By name, in the order in which they have to be there: tasks before clusters, both before who sends to them."""
    content: dict[str, list[Resource]] = {}
    for pool in scene.pools:
        content[f"endpoints-{pool.id}"] = [_endpoints(pool, endpoints.get(pool.id, ()))]
    content["clusters"] = [_cluster(pool, folder) for pool in scene.pools] + [_nowhere(gate) for gate in scene.gates]
    for gate in scene.gates:
        content[f"routes-{gate.id}"] = [_routes(gate)]
    content["listeners"] = [_listener(gate, folder) for gate in scene.gates]
    return {f"{name}.json": json.dumps({"resources": resources}) for name, resources in content.items()}


def nowhere(gate_id: str) -> str:
    """The cluster without a task, for a listener none of whose target groups has any weight."""
    return f"nowhere-{gate_id}"


def _address(port: int) -> Resource:
    return {"socket_address": {"address": LOOPBACK, "port_value": port}}


def _file(folder: Path, name: str) -> Resource:
    return {"resource_api_version": "V3", "path_config_source": {"path": str(folder / f"{name}.json")}}


def _listener(gate: Gate, folder: Path) -> Resource:
    router = {"@type": f"{TYPES}.extensions.filters.http.router.v3.Router"}
    manager = {
        "@type": f"{TYPES}.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": gate.id,
        "rds": {"route_config_name": gate.id, "config_source": _file(folder, f"routes-{gate.id}")},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
    }
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    return {
        "@type": f"{TYPES}.config.listener.v3.Listener",
        "name": gate.id,
        "address": _address(0),
        "enable_reuse_port": False,
        "filter_chains": [chain],
    }


def _routes(gate: Gate) -> Resource:
    routes = [made for route in gate.routes if (made := _route(gate, route)) is not None]
    host = {"name": "everything", "domains": ["*"], "routes": routes}
    return {"@type": f"{TYPES}.config.route.v3.RouteConfiguration", "name": gate.id, "virtual_hosts": [host]}


def _route(gate: Gate, route: Route) -> Resource | None:
    match = _match(route)
    if match is None:
        return None
    if route.status is not None:
        answer = {"status": route.status, "body": {"inline_string": route.body}}
        return {"match": match, "direct_response": answer}
    if sum(weight for _, weight in route.shares) == 0:
        return {"match": match, "route": {"cluster": nowhere(gate.id), "timeout": TIMEOUT}}
    clusters = [{"name": pool, "weight": weight} for pool, weight in route.shares]
    return {"match": match, "route": {"weighted_clusters": {"clusters": clusters}, "timeout": TIMEOUT}}


def _match(route: Route) -> Resource | None:
    """Paths, hosts and methods; ``None`` for a rule that asks for anything else, which is then passed over."""
    path: Resource = {"prefix": "/"}
    headers = []
    for field, values in route.conditions:
        match field:
            case "path-pattern":
                # ALB leaves the query out of a path pattern, and so does Envoy out of a path's expression.
                path = {"safe_regex": {"regex": _pattern(values)}}
            case "host-header":
                headers.append(_header(":authority", f"(?i)({_pattern(values)})(:[0-9]+)?"))
            case "http-request-method":
                headers.append(_header(":method", _pattern(values)))
            case _:
                return None
    return {**path, "headers": headers} if headers else path


def _header(name: str, pattern: str) -> Resource:
    return {"name": name, "string_match": {"safe_regex": {"regex": pattern}}}


def _pattern(values: tuple[str, ...]) -> str:
    """ELB's wildcards, ``*`` and ``?``, as a regular expression."""
    return "|".join(re.escape(value).replace(r"\*", ".*").replace(r"\?", ".") for value in values)


def _cluster(pool: Pool, folder: Path) -> Resource:
    return {
        "@type": f"{TYPES}.config.cluster.v3.Cluster",
        "name": pool.id,
        "type": "EDS",
        "eds_cluster_config": {"eds_config": _file(folder, f"endpoints-{pool.id}")},
        "connect_timeout": "2s",
        # Who serves is the world's to say, failing open included.
        "common_lb_config": {"healthy_panic_threshold": {"value": 0}},
    }


def _nowhere(gate: Gate) -> Resource:
    name = nowhere(gate.id)
    return {
        "@type": f"{TYPES}.config.cluster.v3.Cluster",
        "name": name,
        "type": "STATIC",
        "load_assignment": {"cluster_name": name},
    }


def _endpoints(pool: Pool, ports: Sequence[int]) -> Resource:
    hosts = [{"endpoint": {"address": _address(port)}} for port in ports]
    return {
        "@type": f"{TYPES}.config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": pool.id,
        "endpoints": [{"lb_endpoints": hosts}],
    }
