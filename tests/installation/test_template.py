"""The template deploys what it says, with nothing open and nothing left behind."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_type_hints

import pytest
import yaml
from botocore.exceptions import ClientError

from controller.settings import Settings
from sandbox.clock import ManualClock
from sandbox.world.world import World
from tests.installation.stack import CLUSTER, ROOT, STACK, TEMPLATE, Ground, Stack, deployed, ground, told, understood

pytestmark = pytest.mark.timeout(600)  # moto's networks take seconds of a processor, which may be busy

LEAST = {
    "AWS::Logs::LogGroup": 1,
    "AWS::SecretsManager::Secret": 1,  # the API's token
    "AWS::EC2::SecurityGroup": 1,
    "AWS::ServiceDiscovery::PrivateDnsNamespace": 1,
    "AWS::ServiceDiscovery::Service": 1,
    "AWS::IAM::Role": 2,
    "AWS::IAM::Policy": 3,
    "AWS::ECS::TaskDefinition": 1,
    "AWS::ECS::Service": 1,
}
EVERYTHING = {
    "GitToken": "glpat-1",
    "WebhookSecret": "generate",
    "KeepsItself": "yes",
    "LeaseTable": "yes",
    "StartsBeforeItStops": "yes",
    "Replicas": "2",
    "Applications": "prod-*",
    "LogGroups": "/ecs/prod-*",
    "Roles": "arn:aws:iam::222222222222:role/trueup",
    "SourceCidr": "10.1.0.0/16",
}


@pytest.fixture(scope="module")
def world() -> World:
    return World(ManualClock())


@pytest.fixture(scope="module")
def plain(world: World) -> Iterator[Stack]:
    """What the template makes of the parameters that it insists on."""
    with deployed(ground(world, "111111111111")) as stack:
        yield stack


@pytest.fixture(scope="module")
def full(world: World) -> Iterator[Stack]:
    """What it makes with every option."""
    there = ground(world, "222222222222")
    with deployed(there, **EVERYTHING, SourceSecurityGroup=there.group) as stack:
        yield stack


def container(stack: Stack) -> dict[str, Any]:
    only, *others = stack.task_definition()["containerDefinitions"]
    assert not others
    return dict(only)


def ways_in(stack: Stack) -> list[dict[str, Any]]:
    asked = {"GroupIds": [stack.outputs["SecurityGroupId"]]}
    return list(stack.boto("ec2").describe_security_groups(**asked)["SecurityGroups"][0]["IpPermissions"])


def test_cfn_lint_has_nothing_to_say() -> None:
    cfn_lint = Path(sys.executable).with_name("cfn-lint")
    linted = subprocess.run([cfn_lint, TEMPLATE], capture_output=True, text=True, check=False)
    assert (linted.returncode, linted.stdout, linted.stderr) == (0, "", "")


def test_the_least_makes_what_it_takes_to_run(plain: Stack) -> None:
    assert Counter(plain.types.values()) == LEAST


def test_it_runs_in_the_cluster_alone_and_stops_before_it_starts(plain: Stack) -> None:
    service = plain.service()
    assert service["clusterArn"].endswith(f":cluster/{CLUSTER}")
    assert service["desiredCount"] == 1
    configuration = service["deploymentConfiguration"]
    assert (configuration["minimumHealthyPercent"], configuration["maximumPercent"]) == (0, 100)
    breaker = configuration["deploymentCircuitBreaker"]
    assert (breaker["enable"], breaker["rollback"]) == (True, True)
    assert service["availabilityZoneRebalancing"] == "DISABLED"


def test_it_runs_without_rights_on_its_host(plain: Stack) -> None:
    hardened = container(plain)
    assert hardened["user"] == "10001:10001"
    assert hardened["readonlyRootFilesystem"] is True
    assert hardened["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert not hardened.get("privileged")
    (mount,) = hardened["mountPoints"]
    assert (mount["containerPath"], mount["readOnly"]) == ("/var/lib/trueup", False)


def test_each_variable_is_a_setting_of_trueup(full: Stack) -> None:
    hints = get_type_hints(Settings, include_extras=True)
    known = {str(hints[each.name].__metadata__[0].envvar) for each in fields(Settings)}
    given = {each["name"] for kind in ("environment", "secrets") for each in container(full)[kind]}
    assert given <= known
    assert {"TRUEUP_LEASE_TABLE", "TRUEUP_GIT_TOKEN", "TRUEUP_API_TOKEN", "TRUEUP_WEBHOOK_SECRET"} <= given


def test_nobody_gets_in_unless_told_from_where(plain: Stack) -> None:
    assert ways_in(plain) == []


def test_there_is_one_way_in_and_it_is_the_page(full: Stack) -> None:
    (way,) = ways_in(full)
    assert (way["IpProtocol"], way["FromPort"], way["ToPort"]) == ("tcp", 8080, 8080)
    assert [each["CidrIp"] for each in way["IpRanges"]] == ["10.1.0.0/16"]
    groups = {each["GroupId"] for each in way["UserIdGroupPairs"]}
    (other,) = groups - {full.outputs["SecurityGroupId"]}
    (prometheus,) = full.boto("ec2").describe_security_groups(GroupIds=[other])["SecurityGroups"]
    assert prometheus["GroupName"] == "prometheus"


def test_prometheus_finds_it_by_the_name_in_its_configuration(plain: Stack) -> None:
    scraped = yaml.safe_load((ROOT / "charts/observability/prometheus.yml").read_text("utf-8"))["scrape_configs"][0]
    (lookup,) = scraped["dns_sd_configs"]
    assert lookup["names"] == [plain.outputs["MetricsName"]]
    discovery = plain.boto("servicediscovery")
    service = discovery.get_service(Id=plain.resources["Discovery"])["Service"]
    namespace = discovery.get_namespace(Id=service["DnsConfig"]["NamespaceId"])["Namespace"]
    assert f"{service['Name']}.{namespace['Name']}" == plain.outputs["MetricsName"]
    assert [record["Type"] for record in service["DnsConfig"]["DnsRecords"]] == [lookup["type"]]
    assert plain.service()["serviceRegistries"] == [{"registryArn": service["Arn"]}]
    assert container(plain)["portMappings"][0]["containerPort"] == lookup["port"]


def test_a_namespace_that_is_there_is_used(world: World) -> None:
    there = ground(world, "333333333333")
    discovery = there.boto("servicediscovery")
    begun = discovery.create_private_dns_namespace(Name="corp", Vpc=there.vpc)["OperationId"]
    namespace = discovery.get_operation(OperationId=begun)["Operation"]["Targets"]["NAMESPACE"]
    with deployed(there, NamespaceName="corp", NamespaceId=namespace) as stack:
        assert "Namespace" not in stack.types
        assert stack.outputs["MetricsName"] == "trueup.corp"
        service = discovery.get_service(Id=stack.resources["Discovery"])["Service"]
        assert service["DnsConfig"]["NamespaceId"] == namespace


def test_without_a_namespace_and_a_token_it_does_without_them(world: World) -> None:
    with deployed(ground(world, "444444444444"), NamespaceName="", ApiToken="") as stack:
        kinds = set(stack.types.values())
        assert not {"AWS::ServiceDiscovery::Service", "AWS::SecretsManager::Secret"} & kinds
        assert stack.service()["serviceRegistries"] == []
        assert container(stack)["secrets"] == []
        assert "ReadSecrets" not in stack.statements("ExecutionRole")


def test_the_lease_table_is_made_when_it_is_wanted(plain: Stack, full: Stack) -> None:
    assert "Leases" not in plain.types
    table = full.boto("dynamodb").describe_table(TableName=full.outputs["LeaseTableName"])["Table"]
    assert table["KeySchema"] == [{"AttributeName": "key", "KeyType": "HASH"}]
    assert table["AttributeDefinitions"] == [{"AttributeName": "key", "AttributeType": "S"}]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert full.statements("TaskRole")["HoldLease"]["Resource"] == table["TableArn"]


def test_it_stops_before_it_starts_unless_somebody_says_that_the_lease_is_known(plain: Stack, full: Stack) -> None:
    figures = [stack.service()["deploymentConfiguration"] for stack in (plain, full)]
    assert [(each["minimumHealthyPercent"], each["maximumPercent"]) for each in figures] == [(0, 100), (100, 200)]
    assert [stack.service()["desiredCount"] for stack in (plain, full)] == [1, 2]


def test_ecs_reads_the_secrets_of_the_task_and_no_others(full: Stack) -> None:
    used = {each["valueFrom"] for each in container(full)["secrets"]}
    assert len(used) == 3
    assert set(full.statements("ExecutionRole")["ReadSecrets"]["Resource"]) == used
    values = full.boto("secretsmanager")
    assert values.get_secret_value(SecretId=full.outputs["GitSecretArn"])["SecretString"] == "glpat-1"
    assert len(values.get_secret_value(SecretId=full.outputs["ApiTokenArn"])["SecretString"]) == 40


def test_a_secret_that_is_there_already_is_read_and_none_is_made(world: World) -> None:
    there = ground(world, "555555555555")
    arn = there.boto("secretsmanager").create_secret(Name="bot", SecretString="t")["ARN"]
    with deployed(there, GitSecret=arn, ApiToken=arn, GitToken="ignored") as stack:
        assert "AWS::SecretsManager::Secret" not in stack.types.values()
        given = {each["name"]: each["valueFrom"] for each in container(stack)["secrets"]}
        assert given == {"TRUEUP_GIT_TOKEN": arn, "TRUEUP_API_TOKEN": arn}


def test_texts_that_stand_in_secrets_are_handed_to_the_task_and_readable_for_it(world: World) -> None:
    there = ground(world, "121212121212")
    made = there.boto("secretsmanager").create_secret
    texts = {name: made(Name=name, SecretString="x")["ARN"] for name in ("Notifications", "GuardRails", "Grants")}
    with deployed(there, ApiToken="", **texts) as stack:
        given = {each["name"]: each["valueFrom"] for each in container(stack)["secrets"]}
        assert given == {
            "TRUEUP_NOTIFICATIONS_YAML": texts["Notifications"],
            "TRUEUP_GUARD_RAILS_YAML": texts["GuardRails"],
            "TRUEUP_ROLES_YAML": texts["Grants"],
        }
        assert set(stack.statements("ExecutionRole")["ReadSecrets"]["Resource"]) == set(texts.values())


def test_ecs_writes_one_log_and_pulls_one_image(plain: Stack) -> None:
    allowed = plain.statements("ExecutionRole")
    options = container(plain)["logConfiguration"]["options"]
    group = plain.boto("logs").describe_log_groups(logGroupNamePrefix=options["awslogs-group"])["logGroups"][0]
    assert group["retentionInDays"] == 30
    assert allowed["WriteLog"]["Resource"] == group["arn"]
    registry, _, repository = container(plain)["image"].partition("/")
    account, region = registry.split(".")[0], registry.split(".")[3]
    name = repository.rpartition(":")[0]
    assert allowed["PullImage"]["Resource"] == f"arn:aws:ecr:{region}:{account}:repository/{name}"
    assert set(allowed) == {"WriteLog", "EnterRegistry", "PullImage", "ReadSecrets"}


def test_more_memory_by_the_stack_replaces_the_task(world: World) -> None:
    there = ground(world, "666666666666")
    with deployed(there):
        there.boto("cloudformation").update_stack(
            StackName=STACK,
            TemplateBody=understood(),
            # moto looks at what names a changed parameter itself, and so at the service for the address only.
            Parameters=there.parameters(Cpu="512", Memory="1024", AssignPublicIp="ENABLED"),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        definition = told(there.boto).task_definition()
        assert (definition["revision"], definition["memory"]) == (2, "1024")


def test_nothing_is_left_when_the_stack_is_deleted(world: World) -> None:
    there = ground(world, "777777777777")
    with deployed(there, **EVERYTHING):
        there.boto("cloudformation").delete_stack(StackName=STACK)
        assert list(left(there)) == []


def left(there: Ground) -> Iterator[str]:
    """What remains of a stack that was deleted."""
    for service in there.boto("ecs").describe_services(cluster=CLUSTER, services=["trueup"])["services"]:
        if service["status"] == "ACTIVE":
            yield service["serviceArn"]
    yield from there.boto("ecs").list_task_definitions(familyPrefix="trueup")["taskDefinitionArns"]
    yield from (each["RoleName"] for each in there.boto("iam").list_roles()["Roles"])
    yield from (each["logGroupName"] for each in there.boto("logs").describe_log_groups()["logGroups"])
    yield from (each["Name"] for each in there.boto("secretsmanager").list_secrets()["SecretList"])
    yield from there.boto("dynamodb").list_tables()["TableNames"]
    discovery = there.boto("servicediscovery")
    yield from (each["Name"] for each in discovery.list_services()["Services"])
    yield from (each["Name"] for each in discovery.list_namespaces()["Namespaces"])
    groups = there.boto("ec2").describe_security_groups()["SecurityGroups"]
    yield from (each["GroupName"] for each in groups if each["GroupName"].startswith(STACK))
    try:
        stacks = there.boto("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    except ClientError:
        return
    yield from (each["StackStatus"] for each in stacks if each["StackStatus"] != "DELETE_COMPLETE")
