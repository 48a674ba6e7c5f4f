"""Containers that keep state, and whether it outlives their task."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from controller.source.images import ImageError, repository

_KEEPS_STATE = frozenset(
    [
        "postgres",
        "postgresql",
        "postgis",
        "timescaledb",
        "pgvector",
        "mysql",
        "mariadb",
        "percona",
        "mongo",
        "mongodb",
        "mssql",
        "sqlserver",
        "oracle",
        "elasticsearch",
        "opensearch",
        "cassandra",
        "scylla",
        "couchdb",
        "couchbase",
        "influxdb",
        "neo4j",
        "clickhouse",
        "cockroach",
        "cockroachdb",
        "etcd",
        "zookeeper",
        "kafka",
        "rabbitmq",
        "minio",
        "vault",
        "solr",
        "questdb",
        "surrealdb",
        "arangodb",
    ]
)
_KEEPS_STATE_IF_TOLD = frozenset(("redis", "valkey", "keydb", "dragonfly"))
_TOLD = re.compile(r"--appendonly\s+yes|--save\s+['\"]?\d|--dir\s")
_ONLY_TALKS_TO_IT = frozenset(
    [
        "exporter",
        "express",
        "client",
        "backup",
        "ui",
        "admin",
        "operator",
        "proxy",
        "agent",
        "migrate",
        "migrations",
        "migration",
        "init",
        "connect",
        "web",
        "console",
        "bouncer",
        "pgbouncer",
    ]
)
_DATABASE_PORTS = frozenset((5432, 3306, 27017))
_OUTLIVES = ("efsVolumeConfiguration", "fsxWindowsFileServerVolumeConfiguration", "configuredAtLaunch")


def loses_state(container: Mapping[str, Any], volumes: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a container keeps state where it ends with its task. `volumes` are the task's, by name."""
    return _keeps_state(container) and not any(
        _outlives(volumes.get(str(mount.get("sourceVolume")), {}))
        for mount in container.get("mountPoints") or ()
        if not mount.get("readOnly")
    )


def _keeps_state(container: Mapping[str, Any]) -> bool:
    words = _words(str(container.get("image")))
    if words & _ONLY_TALKS_TO_IT:
        return False
    if words & _KEEPS_STATE_IF_TOLD:
        return _TOLD.search(" ".join(map(str, container.get("command") or ()))) is not None
    ports = {mapping.get("containerPort") for mapping in container.get("portMappings") or ()}
    return bool(words & _KEEPS_STATE or ports & _DATABASE_PORTS)


def _words(image: str) -> frozenset[str]:
    try:
        name = repository(image).rpartition("/")
    except ImageError:
        return frozenset()
    maker = name[0].rpartition("/")[2]
    return frozenset(re.split(r"[-_.]+", name[2])) | (frozenset(("mssql",)) if maker == "mssql" else frozenset())


def _outlives(volume: Mapping[str, Any]) -> bool:
    shared = (volume.get("dockerVolumeConfiguration") or {}).get("scope") == "shared"
    on_host = bool((volume.get("host") or {}).get("sourcePath"))
    return shared or on_host or any(volume.get(kind) for kind in _OUTLIVES)
