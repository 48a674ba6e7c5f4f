"""How often AWS lets an account call, in one region: token buckets, each for several operations.

Amazon ECS publishes its own (API reference, "Request throttling for the Amazon ECS API"), Elastic Load Balancing its
(Application Load Balancers, "Request throttling for the Elastic Load Balancing API"; all that Trueup asks of it only
reads), CloudWatch a rate of DescribeAlarms (service quotas), which ECS's own look at alarms takes from as well, and
CloudTrail one of LookupEvents (API reference). A rate without a burst is taken for a bucket of one second. CodeDeploy
and the others publish nothing: what is assumed of them is wide, and learnt to be narrower where AWS refuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Family:
    """A bucket: so many calls at once, and so many a second that last. ``published``: AWS says so, not we.

    ``turns``: tokens are so rare that whoever comes too early is sent away with the promise of a turn.
    """

    name: str
    capacity: float
    refill: float
    turns: bool = False
    published: bool = True


_FAMILIES: Mapping[Family, tuple[str, ...]] = {
    Family("ecs service read", 100, 20): ("ecs:DescribeServices",),
    Family("ecs service modify", 50, 5, turns=True): ("ecs:UpdateService",),
    Family("ecs service deployment read", 50, 20): (
        "ecs:ListServiceDeployments",
        "ecs:DescribeServiceDeployments",
    ),
    Family("ecs service revision read", 50, 20): ("ecs:DescribeServiceRevisions",),
    Family("ecs task definition read", 50, 20): ("ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"),
    Family("ecs task definition modify", 20, 1, turns=True): ("ecs:RegisterTaskDefinition",),
    Family("ecs tag modify", 20, 10): ("ecs:TagResource", "ecs:UntagResource"),
    Family("ecs cluster resource read", 100, 20): ("ecs:DescribeTasks", "ecs:ListTasks"),
    Family("elbv2 read", 40, 10): ("elbv2:DescribeListeners", "elbv2:DescribeTargetGroups"),
    Family("cloudwatch alarm read", 9, 9): ("cloudwatch:DescribeAlarms",),
    Family("cloudtrail lookup", 2, 2): ("cloudtrail:LookupEvents",),
}
FAMILIES: Mapping[tuple[str, str], Family] = {
    (call.partition(":")[0], call.partition(":")[2]): family for family, calls in _FAMILIES.items() for call in calls
}
"""The published bucket of a call, by its service (as botocore names it) and operation."""


def family_of(service: str, operation: str) -> Family:
    """The bucket that a call takes from; a wide one of the service's own where AWS publishes none."""
    return FAMILIES.get((service, operation)) or Family(service, 100, 20, published=False)
