"""The template deployed into the sandbox: the world answers for ECS, moto for everything else."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox import clients
from sandbox.world.calls import Caller
from sandbox.world.world import World

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "charts/trueup/cloudformation.yaml"
REGION, ACCOUNT, CLUSTER, STACK = "eu-west-1", "123456789012", "tools", "trueup"
REPOSITORY = "https://git.example.com/you/gitops.git"
Boto = Callable[[str], Any]
_WAY_OUT = re.compile(r"^  EgressToItself:\n(?:    .*\n)+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ground:
    """What is there before the stack: a network and a cluster."""

    boto: Boto
    vpc: str
    subnets: tuple[str, ...]
    group: str

    def parameters(self, **given: str) -> list[dict[str, str]]:
        """The least that the template takes, and what is given."""
        least = {
            "Cluster": CLUSTER,
            "Vpc": self.vpc,
            "Subnets": ",".join(self.subnets),
            "Tag": "0.1.0",
            "Repository": REPOSITORY,
            "Clusters": "prod-*",
            "Families": "prod-*",
            "TaskRoles": "prod-*",
        }
        return [{"ParameterKey": name, "ParameterValue": value} for name, value in (least | given).items()]


@dataclass(frozen=True, slots=True)
class Stack:
    """What the template made."""

    boto: Boto
    outputs: dict[str, str]
    resources: dict[str, str]  # physical ids, by logical id
    types: dict[str, str]

    def service(self) -> dict[str, Any]:
        found: dict[str, Any] = self.boto("ecs").describe_services(cluster=CLUSTER, services=["trueup"])["services"][0]
        return found

    def task_definition(self) -> dict[str, Any]:
        arn = self.service()["taskDefinition"]
        found: dict[str, Any] = self.boto("ecs").describe_task_definition(taskDefinition=arn)["taskDefinition"]
        return found

    def statements(self, role: str) -> dict[str, dict[str, Any]]:
        """What a role is allowed, by the statement's name."""
        iam, name = self.boto("iam"), self.resources[role]
        documents = [
            iam.get_role_policy(RoleName=name, PolicyName=policy)["PolicyDocument"]
            for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]
        ]
        return {each["Sid"]: each for document in documents for each in document["Statement"] if each}


def connected(world: World, account: str = ACCOUNT) -> Boto:
    """boto3's clients in front of the sandbox, in one account."""
    return lambda service: clients.client(world, service, caller=Caller(account, REGION))


def ground(world: World, account: str = ACCOUNT) -> Ground:
    """A network of two subnets, Prometheus's security group, and a cluster."""
    boto = connected(world, account)
    ec2 = boto("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = tuple(
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"] for number in range(2)
    )
    group = ec2.create_security_group(GroupName="prometheus", Description="Prometheus", VpcId=vpc)["GroupId"]
    boto("ecs").create_cluster(clusterName=CLUSTER)
    return Ground(boto, vpc, subnets, group)


def understood() -> str:
    """The template without the one resource that moto does not know; ``accepted.ways_to_itself`` reads that."""
    text, found = _WAY_OUT.subn("", TEMPLATE.read_text("utf-8"))
    assert found == 1
    return text


@contextmanager
def deployed(ground: Ground, **given: str) -> Iterator[Stack]:
    """The stack, for as long as the block lasts, if nobody deletes it before."""
    cloudformation = ground.boto("cloudformation")
    try:
        cloudformation.create_stack(
            StackName=STACK,
            TemplateBody=understood(),
            Parameters=ground.parameters(**given),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        yield told(ground.boto)
    finally:
        with suppress(cloudformation.exceptions.ClientError):
            cloudformation.delete_stack(StackName=STACK)


def told(boto: Boto) -> Stack:
    """What CloudFormation says of the stack; it must be there, and complete."""
    cloudformation = boto("cloudformation")
    (stack,) = cloudformation.describe_stacks(StackName=STACK)["Stacks"]
    assert stack["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, json.dumps(stack, default=str)
    listed = cloudformation.describe_stack_resources(StackName=STACK)["StackResources"]
    resources = [
        each for each in listed if each.get("LogicalResourceId")
    ]  # moto lists those without their condition, too
    return Stack(
        boto,
        {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]},
        {each["LogicalResourceId"]: each.get("PhysicalResourceId", "") for each in resources},
        {each["LogicalResourceId"]: each["ResourceType"] for each in resources},
    )
