"""What AWS means by a task definition: its defaults, and which of its lists have no order.

The source of each line is the ECS API reference (RegisterTaskDefinition, ContainerDefinition, Volume) or real AWS,
observed. A line that is missing here costs a false drift, a line too many a drift that is not seen. Lists without a
line (command, environmentFiles, dnsServers and the like) keep their order.
"""

from reconcilers.json_value import Json
from reconcilers.shape import PLAIN, Amount, Entries, Record, Shape, Values

_NAMED_TEXT = Entries(Record(texts=("value",)), key=("name",), value="value")
_SECRETS = Entries(PLAIN, key=("name",), value="valueFrom")
TAGS = Entries(Record(texts=("value",)), key=("key",), value="value", open=True)

_LINUX_PARAMETERS = Record(
    fields={
        "capabilities": Record(fields={"add": Values(), "drop": Values()}),
        "devices": Entries(Record(fields={"permissions": Values()}), key=("hostPath",)),
        "tmpfs": Entries(PLAIN, key=("containerPath",)),
    }
)

_CONTAINER_FIELDS: dict[str, Shape] = {
    "dependsOn": Entries(PLAIN, key=("containerName",)),
    "dockerSecurityOptions": Values(),
    "environment": _NAMED_TEXT,
    "extraHosts": Entries(PLAIN, key=("hostname",)),
    "healthCheck": Record(defaults={"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}),
    "links": Values(),
    "linuxParameters": _LINUX_PARAMETERS,
    "logConfiguration": Record(fields={"secretOptions": _SECRETS}),
    "mountPoints": Entries(PLAIN, key=("containerPath",)),
    "resourceRequirements": Entries(PLAIN, key=("type",)),
    "restartPolicy": Record(fields={"ignoredExitCodes": Values()}, defaults={"restartAttemptPeriod": 300}),
    "secrets": _SECRETS,
    "systemControls": Entries(PLAIN, key=("namespace",), value="value"),
    "ulimits": Entries(PLAIN, key=("name",)),
    "volumesFrom": Entries(PLAIN, key=("sourceContainer",)),
}
_CONTAINER_DEFAULTS: dict[str, Json] = {"cpu": 0, "essential": True, "versionConsistency": "enabled"}

_EFS = Record(
    fields={"authorizationConfig": Record(defaults={"iam": "DISABLED"})},
    defaults={"rootDirectory": "/", "transitEncryption": "DISABLED"},
)
_VOLUME = Record(
    fields={"dockerVolumeConfiguration": Record(defaults={"scope": "task"}), "efsVolumeConfiguration": _EFS}
)


def _port_mappings(*, own_network: bool) -> Entries:
    mapping = (
        Record(defaults={"protocol": "tcp"}, mirrors={"hostPort": "containerPort"})
        if own_network
        else Record(defaults={"protocol": "tcp", "hostPort": 0})
    )
    return Entries(mapping, key=("containerPort", "containerPortRange", "protocol"))


def _task_definition(*, own_network: bool) -> Record:
    container = Record(
        fields=_CONTAINER_FIELDS | {"portMappings": _port_mappings(own_network=own_network)},
        defaults=_CONTAINER_DEFAULTS,
    )
    return Record(
        fields={
            "containerDefinitions": Entries(container, key=("name",)),
            "cpu": Amount("vcpu"),
            "memory": Amount("gb"),
            "inferenceAccelerators": Entries(PLAIN, key=("deviceName",)),
            "placementConstraints": Entries(PLAIN, label=("type",)),
            "proxyConfiguration": Record(fields={"properties": _NAMED_TEXT}, defaults={"type": "APPMESH"}),
            "requiresCompatibilities": Values(),
            "volumes": Entries(_VOLUME, key=("name",)),
        },
        defaults={"networkMode": "bridge"},
    )


# A container's port is the host's own port where the task has the host's network or a network interface to itself.
OWN_NETWORK = _task_definition(own_network=True)
BRIDGE = _task_definition(own_network=False)
