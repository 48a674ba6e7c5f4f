"""Links to AWS's console. Only forms that AWS's own pages use; where a name is not known, there is no link."""

from urllib.parse import quote

_HOSTS = {
    "cn-": "console.amazonaws.cn",
    "us-gov-": "console.amazonaws-us-gov.com",
}


def _console(region: str, path: str) -> str:
    host = next(
        (host for start, host in _HOSTS.items() if region.startswith(start)), f"{region}.console.aws.amazon.com"
    )
    return f"https://{host}/{path}"


def _name(text: str) -> str:
    return quote(text, safe="")


def service(region: str, cluster: str, name: str) -> str:
    """A service's page in ECS. ``cluster`` is its name."""
    path = f"ecs/v2/clusters/{_name(cluster)}/services/{_name(name)}/health?region={region}"
    return _console(region, path)


def task_definition(region: str, arn: str) -> str:
    """A revision's page, from its ARN or ``family:revision``."""
    family, _, revision = arn.rpartition("/")[2].partition(":")
    return _console(region, f"ecs/v2/task-definitions/{_name(family)}/{_name(revision)}/containers?region={region}")


def deployment(region: str, deployment_id: str) -> str:
    """A CodeDeploy deployment's page; for one of ECS, by its ARN, its service's list of them."""
    if deployment_id.startswith("d-"):
        return _console(region, f"codesuite/codedeploy/deployments/{_name(deployment_id)}?region={region}")
    match deployment_id.partition(":service-deployment/")[2].split("/"):
        case [cluster, name, _]:
            # The form that AWS's own action for GitHub links to (aws-actions/amazon-ecs-deploy-task-definition).
            path = f"ecs/v2/clusters/{_name(cluster)}/services/{_name(name)}/deployments?region={region}"
            return _console(region, path)
        case _:
            return ""


def deployment_group(region: str, application: str, name: str) -> str:
    """A deployment group's page in CodeDeploy."""
    path = f"codesuite/codedeploy/applications/{_name(application)}/deployment-groups/{_name(name)}?region={region}"
    return _console(region, path)


def alarm(region: str, name: str) -> str:
    """An alarm's page in CloudWatch."""
    return _console(region, f"cloudwatch/home?region={region}#alarmsV2:alarm/{_name(name)}")


def log_group(region: str, name: str) -> str:
    """A log group's page in CloudWatch, whose own escape is a percent sign written as ``$25``."""
    escaped = _name(_name(name)).replace("%", "$")
    return _console(region, f"cloudwatch/home?region={region}#logsV2:log-groups/log-group/{escaped}")
