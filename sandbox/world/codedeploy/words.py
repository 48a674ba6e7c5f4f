"""What CodeDeploy says, in its own words (AWS's documentation and error messages as reported from the field)."""

ALARM_ACTIVE = (
    "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, and the affected "
    "deployments have been stopped. Activated alarms: {alarms}"
)
ALARM_UNREADABLE = (
    "One or more alarms could not be polled in Amazon CloudWatch, and the affected deployments have been stopped. "
    "Alarms: {alarms}"
)
INSTALL_TIMEOUT = (
    "The deployment timed out while waiting for the replacement task set to become healthy. "
    "This time out period is 60 minutes."
)
READY_TIMEOUT = (
    "The deployment timed out while waiting for a notification to continue. This time out period is {minutes} minutes."
)
HOOK_TIMEOUT = (
    "The deployment timed out while waiting for a status callback. CodeDeploy expects a status callback within "
    "one hour after a deployment hook is invoked."
)
HOOK_FAILED = "The deployment failed because one or more of the lifecycle event validation functions failed."
NO_PERMISSION = (
    "The IAM role {role} does not give you permission to perform operations in the following AWS service: {service}."
)
NOT_BEHIND = (
    "The ELB could not be updated due to the following error: Primary taskset target group must be behind listener "
    "{listener}"
)
STILL_DRAINING = (
    "TaskSet {task_set} is behind prod listener {listener}. Verify that the TaskSet is still serving "
    "production traffic."
)
ECS_REFUSED = "The ECS service cannot be updated due to the following error: {reason}"
NO_SERVICE = "The ECS service {service} in cluster {cluster} cannot be deployed to: {reason}"
BAD_APP_SPEC = (
    "The deployment failed because the AppSpec file that specifies the deployment configuration is missing or has an "
    "invalid configuration. {reason}"
)
STOPPED = "The deployment was stopped by a user."
ROLLED_BACK = "Deployment {failed} terminated. Automatic rollback is triggered with a DeploymentId {rollback}."
ROLLS_BACK = "Deployment {rollback} is triggered to roll back deployment {failed}."
LIMIT = "The Deployment Group '{group}' already has an active Deployment '{deployment}'"
