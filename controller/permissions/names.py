"""Where things are, as ARNs: of a service, of what it passes on, of where it writes its log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconcilers.model import Service


@dataclass(frozen=True, slots=True)
class Place:
    """An account and a region of one of AWS's partitions."""

    account: str
    region: str

    @property
    def partition(self) -> str:
        """``aws``, or that of China or of the American government."""
        return partition_of(self.region)

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        """The ARN of what is here, or in another ``region`` of the account."""
        return f"arn:{self.partition}:{service}:{self.region if region is None else region}:{self.account}:{resource}"

    def role(self, named: str) -> str:
        """A role's ARN, where a task definition may name it shortly."""
        return named if named.startswith("arn:") else self.arn("iam", f"role/{named}", "")


def partition_of(region: str) -> str:
    """The partition of a region."""
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(region.rsplit("-", 2)[0], "aws")


def task_roles(service: Service, place: Place) -> Iterator[str]:
    """The roles that registering its task definition passes to the tasks."""
    for field in ("taskRoleArn", "executionRoleArn"):
        if service.task_definition.get(field):
            yield place.role(str(service.task_definition[field]))


def infrastructure_roles(fields: Any) -> Iterator[str]:
    """The roles that a service's fields pass to ECS itself: for volumes, load balancers, hooks, certificates."""
    if isinstance(fields, Mapping):
        for name, value in fields.items():
            if name == "roleArn" and isinstance(value, str):
                yield value
            else:
                yield from infrastructure_roles(value)
    elif isinstance(fields, list | tuple):
        for each in fields:
            yield from infrastructure_roles(each)


def accounts_of(service: Service) -> frozenset[str]:
    """The accounts that a service's own roles tell: a role can be passed only inside its account."""
    roles = (service.task_definition.get(field) for field in ("taskRoleArn", "executionRoleArn"))
    arns = [service.scope.role_arn] if service.scope.role_arn else [each for each in roles if each]
    return frozenset(each.split(":")[4] for each in arns if str(each).startswith("arn:"))
