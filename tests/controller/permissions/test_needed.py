"""The least that is needed, for exactly the services given."""

import re
from dataclasses import replace
from typing import Any

import pytest
from botocore.session import get_session

from controller.permissions.names import MisnamedError, partition_of
from controller.permissions.needed import AccountUnknownError, Role, Using, needed
from controller.permissions.statement import Statement
from reconcilers.model import CodeDeployRollout, RollingRollout, Scope, Service, ServiceKey, SyncPolicy
from tests.reconcilers.builders import definition, wanted

ACCOUNT = "123456789012"
TASK, EXECUTION = f"arn:aws:iam::{ACCOUNT}:role/task", f"arn:aws:iam::{ACCOUNT}:role/execution"
ECR = f"{ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com"
MODELS = {"elasticloadbalancing": "elbv2"}


def service(name: str = "notes", **more: Any) -> Service:
    """One that names roles, a log group and an image in ECR."""
    log = {"logDriver": "awslogs", "options": {"awslogs-group": f"/ecs/{name}", "awslogs-stream-prefix": "x"}}
    container = {"name": "web", "image": f"{ECR}/{name}:1", "logConfiguration": log}
    made = definition(taskRoleArn=TASK, executionRoleArn=EXECUTION, containerDefinitions=[container])
    own = {"key": ServiceKey("prod", name), "name": name, "task_definition": {**made, "family": name}}
    return replace(wanted(), **{**own, **more})


def rolling(name: str = "web", **more: Any) -> Service:
    return service(name, **{"rollout": RollingRollout(), **more})


def of(*services: Service, using: Using | None = None) -> dict[str, Statement]:
    """The statements of Trueup's own role, by name."""
    return {each.sid: each for each in needed(services, using or Using())[Role(ACCOUNT)]}


def actions(*services: Service, using: Using | None = None) -> set[str]:
    return {action for each in of(*services, using=using).values() for action in each.actions}


def test_every_role_that_is_passed_is_pinned_by_its_arn_and_to_ecs_tasks() -> None:
    passed = of(service())["PassTaskRoles"]
    assert passed.actions == ("iam:PassRole",)
    assert passed.resources == (EXECUTION, TASK)
    assert passed.conditions == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}


def test_a_role_by_its_name_alone_is_pinned_in_the_account() -> None:
    short = replace(service(), task_definition=definition(taskRoleArn="task"))
    assert of(short, using=Using(account=ACCOUNT))["PassTaskRoles"].resources == (TASK,)


def test_the_roles_that_a_services_fields_pass_are_pinned_to_ecs() -> None:
    volumes = {"volumeConfigurations": [{"name": "v", "managedEBSVolume": {"roleArn": f"{TASK}-ebs"}}]}
    hooks = RollingRollout(configuration={"lifecycleHooks": [{"hookTargetArn": "arn:x", "roleArn": f"{TASK}-hook"}]})
    passed = of(service(service_definition=volumes, rollout=hooks))["PassInfrastructureRoles"]
    assert passed.resources == (f"{TASK}-ebs", f"{TASK}-hook")
    assert passed.conditions == {"StringEquals": {"iam:PassedToService": "ecs.amazonaws.com"}}
    assert "PassInfrastructureRoles" not in of(service())


def test_everything_that_can_be_named_is_named_exactly() -> None:
    found = of(service(), rolling())
    home = f"arn:aws:ecs:eu-west-1:{ACCOUNT}"
    deploy = f"arn:aws:codedeploy:eu-west-1:{ACCOUNT}"
    assert found["ReadServices"].resources == (f"{home}:service/prod/notes", f"{home}:service/prod/web")
    assert found["RegisterRevisions"].resources == (f"{home}:task-definition/notes:*", f"{home}:task-definition/web:*")
    assert found["UpdateServices"].resources == (f"{home}:service/prod/web",)
    assert found["StopRollouts"].resources == (f"{home}:service-deployment/prod/web/*",)
    assert found["ReadServiceRevisions"].resources == (f"{home}:service-revision/prod/web/*",)
    assert found["Deploy"].resources == (f"{deploy}:deploymentgroup:notes/notes-dg",)
    assert found["DeployRevisions"].resources == (f"{deploy}:application:notes",)
    assert found["ReadImages"].resources == (
        f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/notes",
        f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/web",
    )


def test_only_what_takes_no_resource_is_allowed_on_all_and_then_in_these_regions_or_clusters() -> None:
    everywhere = {sid: each for sid, each in of(service(), rolling()).items() if each.resources == ("*",)}
    assert everywhere["ReadWithoutResources"].conditions == {"StringEquals": {"aws:RequestedRegion": ("eu-west-1",)}}
    clusters = (f"arn:aws:ecs:eu-west-1:{ACCOUNT}:cluster/prod",)
    assert everywhere["FindTasks"].conditions == {"ArnEquals": {"ecs:cluster": clusters}}
    assert len(everywhere) == 2


def test_a_service_of_codedeploys_with_fields_in_git_is_updated_too() -> None:
    fields = service(service_definition={"desiredCount": 2})
    assert "ecs:UpdateService" in actions(fields)
    assert "application-autoscaling:DescribeScalableTargets" in actions(fields)
    assert "ecs:UpdateService" not in actions(service())
    assert "application-autoscaling:DescribeScalableTargets" not in actions(service())


def test_an_update_may_only_name_our_own_families() -> None:
    family = f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task-definition/web:*"
    assert of(rolling())["UpdateServices"].conditions == {"ArnLikeIfExists": {"ecs:task-definition": (family,)}}


@pytest.mark.parametrize("kind", [service, rolling])
def test_what_is_only_observed_is_only_read(kind: Any) -> None:
    observed = actions(kind(sync=SyncPolicy.OBSERVE, service_definition={"desiredCount": 2}))
    assert {each for each in observed if not re.search(r":(Describe|Get|BatchGet|List|Lookup)", each)} == set()


def test_privileged_containers_are_kept_out_where_no_manifest_has_one() -> None:
    assert of(service())["RegisterRevisions"].conditions == {"BoolIfExists": {"ecs:privileged": "false"}}
    container = {"name": "x", "image": "x", "privileged": True}
    privileged = service(task_definition=definition(taskRoleArn=TASK, containerDefinitions=[container]))
    assert of(service(), privileged)["RegisterRevisions"].conditions == {}


def test_logs_are_read_where_the_containers_write_them() -> None:
    group = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/ecs/notes"
    assert of(service())["ReadLogs"].resources == (group, f"{group}:*")


def test_images_in_another_registry_or_region_are_not_asked_for() -> None:
    elsewhere = [{"name": "a", "image": "nginx"}, {"name": "b", "image": f"{ECR.replace('eu-west-1', 'us-east-1')}/b"}]
    found = of(service(task_definition=definition(taskRoleArn=TASK, containerDefinitions=elsewhere)))
    assert "ReadImages" not in found


def test_scans_are_read_only_where_a_manifest_wants_them() -> None:
    assert "ecr:DescribeImageScanFindings" in actions(service())
    assert "ecr:DescribeImageScanFindings" not in actions(service(scan_severity=None))


@pytest.mark.parametrize(
    ("using", "action"),
    [
        (Using(cloudtrail=True), "cloudtrail:LookupEvents"),
        (Using(logs=True), "logs:GetLogEvents"),
        (Using(logs=True), "ecs:ListTasks"),
        (Using(despite_alarm=True), "codedeploy:UpdateDeploymentGroup"),
        (Using(lease_table="arn:aws:dynamodb:x:1:table/lease"), "dynamodb:PutItem"),
        (Using(secrets=("arn:aws:secretsmanager:x:1:secret:git",)), "secretsmanager:GetSecretValue"),
        (Using(secrets=("arn:aws:ssm:x:1:parameter/git",)), "ssm:GetParameter"),
    ],
)
def test_what_is_switched_on_costs_its_permission_and_nothing_else_does(using: Using, action: str) -> None:
    off = Using(cloudtrail=False, logs=False)
    assert action in actions(service(), using=using)
    assert action not in actions(service(), using=off)


def test_what_was_told_is_kept_on_the_services_themselves() -> None:
    assert "KeepWhatWasTold" not in of(service())
    told = of(service(), using=Using(notifications=True))["KeepWhatWasTold"]
    assert (told.actions, told.resources) == (
        ("ecs:TagResource", "ecs:UntagResource"),
        (f"arn:aws:ecs:eu-west-1:{ACCOUNT}:service/prod/notes",),
    )


OTHER = "arn:aws:iam::210987654321:role/trueup"


def test_another_account_has_a_policy_of_its_own_and_only_the_hub_assumes_its_role() -> None:
    found = needed((service(), rolling(scope=Scope("us-east-1", OTHER))), Using())
    hub, target = found[Role(ACCOUNT)], found[Role("210987654321", OTHER)]
    assert list(found) == [Role(ACCOUNT), Role("210987654321", OTHER)]
    assert [each.resources for each in hub if "sts:AssumeRole" in each.actions] == [(OTHER,)]
    assert not any("sts:AssumeRole" in each.actions for each in target)
    assert all("/web" not in resource or "log-group" in resource for each in hub for resource in each.resources)
    services = next(each for each in target if each.sid == "ReadServices").resources
    assert services == ("arn:aws:ecs:us-east-1:210987654321:service/prod/web",)


def test_the_account_is_told_by_the_roles_or_by_the_operator() -> None:
    nameless = replace(service(), task_definition=definition())
    with pytest.raises(AccountUnknownError, match=r"No service's role tells it: name it with --account"):
        needed((nameless,), Using())
    elsewhere = replace(service(), task_definition=definition(taskRoleArn=OTHER))
    with pytest.raises(AccountUnknownError, match=f"are in {ACCOUNT}, 210987654321"):
        needed((service(), elsewhere), Using())
    assert list(needed((nameless,), Using(account="1" * 12))) == [Role("1" * 12)]


def logging(**options: str) -> Service:
    container = {"name": "web", "image": "x", "logConfiguration": {"logDriver": "awslogs", "options": options}}
    return service(task_definition=definition(taskRoleArn=TASK, containerDefinitions=[container]))


@pytest.mark.parametrize(
    "odd",
    [
        service(task_definition=definition(taskRoleArn=f"arn:aws:iam::{ACCOUNT}:role/*")),
        service(task_definition=definition(taskRoleArn="arn:aws:iam::*:role/exec")),
        service(task_definition=definition(taskRoleArn="*")),
        service(task_definition=definition(taskRoleArn="${aws:username}")),
        service(task_definition=definition(executionRoleArn="arn:x")),
        service(task_definition={**definition(taskRoleArn=TASK), "family": "*"}),
        service(name="*"),
        service(cluster="c?"),
        service(scope=Scope("eu-west-1", f"arn:aws:iam::{ACCOUNT}:role/*")),
        service(scope=Scope("*")),
        service(rollout=CodeDeployRollout("*", "g")),
        service(rollout=CodeDeployRollout("a", "g/*")),
        rolling(service_definition={"volumeConfigurations": [{"roleArn": "*"}]}),
        logging(**{"awslogs-group": "*", "awslogs-stream-prefix": "x"}),
        logging(**{"awslogs-group": "g", "awslogs-stream-prefix": "x", "awslogs-region": "*"}),
    ],
)
def test_what_would_be_a_pattern_in_a_policy_is_an_error(odd: Service) -> None:
    with pytest.raises(MisnamedError, match="cannot stand in a policy"):
        needed((odd,), Using(account=ACCOUNT))


def test_a_role_whose_arn_has_no_account_tells_none() -> None:
    with pytest.raises(MisnamedError, match="arn:x cannot stand in a policy"):
        needed((service(task_definition=definition(executionRoleArn="arn:x")),), Using())


def test_without_services_nothing_is_allowed() -> None:
    assert needed((), Using(account=ACCOUNT)) == {Role(ACCOUNT): ()}


@pytest.mark.parametrize("partition", get_session().get_available_partitions())
def test_every_region_that_is_known_is_in_its_partition(partition: str) -> None:
    regions = get_session().get_available_regions("ecs", partition_name=partition)
    assert {partition_of(each) for each in regions} == {partition}


@pytest.mark.parametrize(("region", "partition"), [("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")])
def test_other_partitions_have_arns_of_their_own(region: str, partition: str) -> None:
    assert of(service(scope=Scope(region)))["ReadServices"].resources[0].startswith(f"arn:{partition}:ecs:{region}:")


def test_every_action_is_one_that_aws_has() -> None:
    everything = Using(
        notifications=True, despite_alarm=True, lease_table="arn:x", secrets=("arn:secretsmanager:", "arn:ssm:")
    )
    unknown = []
    for action in actions(service(service_definition={"desiredCount": 1}), rolling(), using=everything):
        prefix, _, operation = action.partition(":")
        if action != "iam:PassRole":
            known = get_session().get_service_model(MODELS.get(prefix, prefix)).operation_names
            unknown += [action] if operation not in known else []
    assert unknown == []
