"""Where things are, as ARNs: of a service, of what it passes on, of where it writes its log.

Names come out of manifests, so whoever may write those would choose what a policy allows: none may be a pattern.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reconcilers.guard_rails.roles import passed
from reconcilers.model import Service

# What IAM reads as more than itself, or as the end of a part: no name of AWS's has one of them.
_MORE_THAN_ITSELF = re.compile(r"[*?$\s]")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::([0-9]+):role/[A-Za-z0-9_+=,.@/-]+")
_ROLE_NAME = re.compile(r"[A-Za-z0-9_+=,.@/-]+")
_PARTITIONS = {
    "cn-": "aws-cn",
    "us-gov-": "aws-us-gov",
    "eusc-": "aws-eusc",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "eu-isoe-": "aws-iso-e",
    "us-isof-": "aws-iso-f",
}


class MisnamedError(Exception):
    """A name of the manifests' that would allow more than itself, or is an ARN of nothing."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name[:200]} cannot stand in a policy: write the name, or the whole ARN, of one thing.")


@dataclass(frozen=True, slots=True)
class Place:
    """An account and a region of one of AWS's partitions."""

    account: str
    region: str

    @property
    def partition(self) -> str:
        """``aws``, or that of China, of the American government, or of another cloud apart."""
        return partition_of(self.region)

    def arn(self, service: str, resource: str, rest: str = "", region: str | None = None) -> str:
        """The ARN of what is here, or in another ``region`` of the account. Only ``rest``, its end, may be a pattern.

        Raises ``MisnamedError``.
        """
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{exactly(where)}:{exactly(self.account)}:{exactly(resource)}{rest}"

    def role(self, named: str) -> str:
        """A role's ARN, where a task definition may name it shortly. Raises ``MisnamedError``."""
        if named.startswith("arn:"):
            account_of(named)
            return named
        if not _ROLE_NAME.fullmatch(named):
            raise MisnamedError(named)
        return self.arn("iam", f"role/{named}", region="")


def exactly(name: str) -> str:
    """The name, which IAM takes for itself alone. Raises ``MisnamedError``."""
    if _MORE_THAN_ITSELF.search(name):
        raise MisnamedError(name)
    return name


def account_of(role: str) -> str:
    """The account of a role, by its ARN. Raises ``MisnamedError``."""
    found = _ROLE.fullmatch(role)
    if found is None:
        raise MisnamedError(role)
    return found[1]


def partition_of(region: str) -> str:
    """The partition of a region."""
    return next((each for prefix, each in _PARTITIONS.items() if region.startswith(prefix)), "aws")


def task_roles(service: Service, place: Place) -> Iterator[str]:
    """The roles that registering its task definition passes to the tasks."""
    for field in ("taskRoleArn", "executionRoleArn"):
        if service.task_definition.get(field):
            yield place.role(str(service.task_definition[field]))


def infrastructure_roles(fields: Any) -> Iterator[str]:
    """The roles that a service's fields pass to ECS itself: for volumes, load balancers, hooks, certificates."""
    for _, role in passed(fields):
        account_of(role)
        yield role


def accounts_of(service: Service) -> frozenset[str]:
    """The accounts that a service's own roles tell: a role can be passed only inside its account."""
    roles = (service.task_definition.get(field) for field in ("taskRoleArn", "executionRoleArn"))
    arns = [service.scope.role_arn] if service.scope.role_arn else [each for each in roles if each]
    return frozenset(account_of(str(each)) for each in arns if str(each).startswith("arn:"))
