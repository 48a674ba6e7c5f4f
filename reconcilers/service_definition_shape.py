"""What AWS means by a service: the defaults of absent fields, and which of its lists have no order.

The source of each line is the ECS API reference (CreateService, UpdateService, Service) or real AWS, observed.
"""

from reconcilers.json_value import Json
from reconcilers.shape import PLAIN, Entries, Record, Shape, Values
from reconcilers.task_definition_shape import TAGS

_AWSVPC = Record(
    fields={"subnets": Values(), "securityGroups": Values()},
    defaults={"assignPublicIp": "DISABLED"},
)
_CIRCUIT_BREAKER = Record(
    fields={"thresholdConfiguration": Record(defaults={"type": "BOUNDED_PERCENT", "value": 50})},
    defaults={"resetOnHealthyTask": True},
)
_SERVICE_CONNECT = Record(
    fields={
        "logConfiguration": Record(fields={"secretOptions": Entries(PLAIN, key=("name",), value="valueFrom")}),
        "services": Entries(
            Record(fields={"clientAliases": Entries(PLAIN, label=("port", "dnsName"))}), key=("portName",)
        ),
    }
)
_VOLUME = Record(
    fields={
        "managedEBSVolume": Record(
            fields={"tagSpecifications": Entries(Record(fields={"tags": TAGS}), key=("resourceType",))}
        )
    }
)


def _service(*, maximum: int, minimum: int) -> Record:
    deployment_defaults: dict[str, Json] = {
        "bakeTimeInMinutes": 0,
        "maximumPercent": maximum,
        "minimumHealthyPercent": minimum,
        "strategy": "ROLLING",
    }
    deployment_fields: dict[str, Shape] = {
        "alarms": Record(fields={"alarmNames": Values()}),
        "deploymentCircuitBreaker": _CIRCUIT_BREAKER,
        "lifecycleHooks": Entries(Record(fields={"lifecycleStages": Values()}), label=("targetType", "hookTargetArn")),
    }
    return Record(
        fields={
            "capacityProviderStrategy": Entries(Record(defaults={"base": 0, "weight": 0}), key=("capacityProvider",)),
            "deploymentConfiguration": Record(fields=deployment_fields, defaults=deployment_defaults),
            "deploymentController": Record(defaults={"type": "ECS"}),
            "loadBalancers": Entries(PLAIN, label=("containerName", "containerPort")),
            "networkConfiguration": Record(fields={"awsvpcConfiguration": _AWSVPC}),
            "placementConstraints": Entries(PLAIN, label=("type",)),
            "serviceConnectConfiguration": _SERVICE_CONNECT,
            "serviceRegistries": Entries(PLAIN, label=("registryArn",)),
            "tags": TAGS,
            "volumeConfigurations": Entries(_VOLUME, key=("name",)),
            "vpcLatticeConfigurations": Entries(PLAIN, label=("portName",)),
        },
        defaults={
            "availabilityZoneRebalancing": "DISABLED",
            "healthCheckGracePeriodSeconds": 0,
            "platformVersion": "LATEST",
            "propagateTags": "NONE",
            "schedulingStrategy": "REPLICA",
        },
    )


REPLICA = _service(maximum=200, minimum=100)
DAEMON = _service(maximum=100, minimum=0)
