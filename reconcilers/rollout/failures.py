"""Whose fault a failure was: the release's, the infrastructure's, or the set-up's.

The codes are the ErrorCode enumeration of CodeDeploy's API; ``CIRCUIT_BREAKER`` is ours for ECS's deployment circuit
breaker, which gives a sentence and no code. A code that is not in the table is the release's: holding something back
that was not to blame costs a word from a person, shipping something bad again costs an outage.
"""

from dataclasses import dataclass
from enum import StrEnum

from reconcilers.attempts import Attempt, AwsReason
from reconcilers.outcome import BlockedBy


class Fault(StrEnum):
    """What a failed attempt says of the release that it shipped."""

    RELEASE = "release"  # it is held
    INFRASTRUCTURE = "infrastructure"  # nothing: it may go well the next time
    SETUP = "setup"  # nothing: it will fail again until somebody sets something right


@dataclass(frozen=True, slots=True)
class Handling:
    """How a code is dealt with. ``by`` and ``remedy`` are for faults of the set-up."""

    fault: Fault
    by: BlockedBy = BlockedBy.REQUEST
    remedy: str = ""


_RELEASE = Handling(Fault.RELEASE)
_AGAIN = Handling(Fault.INFRASTRUCTURE)


def _setup(remedy: str, by: BlockedBy = BlockedBy.REQUEST) -> Handling:
    return Handling(Fault.SETUP, by, remedy)


_ROLE = "Correct the deployment group's service role: it needs what AWSCodeDeployRoleForECS allows"
_GROUP = "Correct the deployment group"

CODES: dict[str, Handling] = {
    "AGENT_ISSUE": _AGAIN,
    "ALARM_ACTIVE": _RELEASE,
    "APPLICATION_MISSING": _setup("Create the CodeDeploy application, or correct rollout.codeDeploy.application"),
    "AUTOSCALING_VALIDATION_ERROR": _setup("Correct the service's auto scaling"),
    "AUTO_SCALING_CONFIGURATION": _setup("Correct the service's auto scaling"),
    "AUTO_SCALING_IAM_ROLE_PERMISSIONS": _setup(_ROLE, BlockedBy.PERMISSION),
    "CIRCUIT_BREAKER": _RELEASE,
    "CLOUDFORMATION_STACK_FAILURE": _RELEASE,
    "CODEDEPLOY_RESOURCE_CANNOT_BE_FOUND": _setup("Create what CodeDeploy misses"),
    "CUSTOMER_APPLICATION_UNHEALTHY": _RELEASE,
    "DEPLOYMENT_GROUP_MISSING": _setup("Create the deployment group, or correct rollout.codeDeploy.deploymentGroup"),
    # The last deployment's task set was still behind the listener.
    "ECS_UPDATE_ERROR": _AGAIN,
    "ELASTIC_LOAD_BALANCING_INVALID": _setup(
        "Put the PRIMARY task set's target group behind the production listener, and check the group's listeners"
    ),
    "ELB_INVALID_INSTANCE": _setup("Correct the load balancer's targets"),
    "HEALTH_CONSTRAINTS": _RELEASE,
    "HEALTH_CONSTRAINTS_INVALID": _setup(f"{_GROUP}: its health constraints cannot be met"),
    "HOOK_EXECUTION_FAILURE": _RELEASE,
    "IAM_ROLE_MISSING": _setup("Give the deployment group a service role that exists", BlockedBy.PERMISSION),
    "IAM_ROLE_PERMISSIONS": _setup(_ROLE, BlockedBy.PERMISSION),
    "INTERNAL_ERROR": _AGAIN,
    "INVALID_ECS_SERVICE": _setup(
        "Set the ECS service right: its task sets must point at target groups that exist", BlockedBy.SERVICE
    ),
    "INVALID_LAMBDA_CONFIGURATION": _setup("Correct the hook's Lambda function"),
    "INVALID_LAMBDA_FUNCTION": _setup("Correct the hook's Lambda function, or its name in rollout.codeDeploy.hooks"),
    "INVALID_REVISION": _RELEASE,
    "MANUAL_STOP": _RELEASE,
    "MISSING_BLUE_GREEN_DEPLOYMENT_CONFIGURATION": _setup(f"{_GROUP}: it lacks its blue/green configuration"),
    "MISSING_ELB_INFORMATION": _setup(f"{_GROUP}: it lacks its load balancer"),
    "MISSING_GITHUB_TOKEN": _setup("Give CodeDeploy its GitHub token"),
    "NO_EC2_SUBSCRIPTION": _setup("Subscribe the account to Amazon EC2"),
    "NO_INSTANCES": _setup("Give the cluster capacity to run the tasks on"),
    "OVER_MAX_INSTANCES": _AGAIN,
    "RESOURCE_LIMIT_EXCEEDED": _AGAIN,
    # Deregistered in between: the next attempt registers it again.
    "REVISION_MISSING": _AGAIN,
    "THROTTLED": _AGAIN,
    "TIMEOUT": _RELEASE,
}


def handling(attempt: Attempt) -> Handling:
    """How a failed attempt is dealt with."""
    return CODES.get(reason(attempt).code, _RELEASE)


def reason(attempt: Attempt) -> AwsReason:
    """Why an attempt did not succeed, in AWS's words, or in ours where AWS has none."""
    if attempt.reason is not None:
        return attempt.reason
    if attempt.rollback is not None:
        return AwsReason("ROLLED_BACK", f"It was rolled back by {attempt.rollback}.")
    return AwsReason(attempt.aws_status.upper() or attempt.state.value, "AWS gives no reason.")
