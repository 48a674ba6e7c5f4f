"""How often AWS lets an account call, in one region, where AWS publishes it.

Amazon ECS meters by token buckets of several operations each (API reference, "Request throttling for the Amazon ECS
API"); Elastic Load Balancing and CloudWatch likewise (their service quotas); CloudTrail's LookupEvents is limited to
two a second (CloudTrail, "LookupEvents"). CodeDeploy publishes nothing. Only the operations that Trueup uses are here.
"""

from collections.abc import Mapping

REFILL: Mapping[tuple[str, str], float] = {
    ("ecs", "DescribeServices"): 20,
    ("ecs", "ListServiceDeployments"): 20,
    ("ecs", "DescribeServiceDeployments"): 20,
    ("ecs", "DescribeServiceRevisions"): 20,
    ("ecs", "UpdateService"): 5,
    ("ecs", "StopServiceDeployment"): 20,
    ("ecs", "RegisterTaskDefinition"): 1,
    ("ecs", "DescribeTaskDefinition"): 20,
    ("ecs", "ListTaskDefinitions"): 20,
    ("ecs", "TagResource"): 10,
    ("ecs", "ListTagsForResource"): 20,
    ("ecs", "ListTasks"): 20,
    ("ecs", "DescribeTasks"): 20,
    ("elbv2", "DescribeListeners"): 10,
    ("elbv2", "DescribeRules"): 10,
    ("elbv2", "DescribeTargetGroups"): 10,
    ("elbv2", "DescribeTargetHealth"): 10,
    ("cloudwatch", "DescribeAlarms"): 9,
    ("cloudtrail", "LookupEvents"): 2,
}
"""Calls a second that last, by service and operation. Short bursts above it are let through."""
