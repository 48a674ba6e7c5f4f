"""Everything CodeDeploy remembers in one place, and how it is found."""

from __future__ import annotations

import string
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.codedeploy.configs import PREDEFINED
from sandbox.world.codedeploy.records import Application, Deployment, DeploymentConfig, DeploymentGroup

if TYPE_CHECKING:
    from sandbox.world.world import Place

LETTERS = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"


class Store:
    """What there is. The finders raise AWS's own "required" and "does not exist"."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.applications: dict[str, Application] = {}
        self.groups: dict[tuple[str, str], DeploymentGroup] = {}
        self.configs: dict[str, DeploymentConfig] = {config.name: config for config in PREDEFINED}
        self.deployments: dict[str, Deployment] = {}
        self.by_group: dict[str, list[Deployment]] = {}
        self.tags: dict[str, dict[str, str]] = {}

    @property
    def now(self) -> float:
        return self.place.timeline.now

    def new_deployment_id(self) -> str:
        while (made := "d-" + "".join(self.place.world.random.choices(LETTERS, k=9))) in self.deployments:
            pass
        return made

    def new_uuid(self) -> str:
        digits = "".join(self.place.world.random.choices(HEX, k=32))
        return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))

    def application(self, name: str | None) -> Application:
        if not name:
            raise AwsError("ApplicationNameRequiredException", "Application name is missing")
        if name not in self.applications:
            raise AwsError("ApplicationDoesNotExistException", f"No application found for name: {name}")
        return self.applications[name]

    def group(self, application: str | None, name: str | None) -> DeploymentGroup:
        self.application(application)
        if not name:
            raise AwsError("DeploymentGroupNameRequiredException", "Deployment Group name is missing")
        found = self.groups.get((str(application), name))
        if found is None:
            raise AwsError("DeploymentGroupDoesNotExistException", f"No Deployment Group found for name: {name}")
        return found

    def config(self, name: str) -> DeploymentConfig:
        if name not in self.configs:
            words = f"No Deployment Configuration found for name: {name}"
            raise AwsError("DeploymentConfigDoesNotExistException", words)
        return self.configs[name]

    def deployment(self, deployment_id: str | None) -> Deployment:
        if not deployment_id:
            raise AwsError("DeploymentIdRequiredException", "Deployment ID is missing")
        if not deployment_id.startswith("d-"):
            raise AwsError("InvalidDeploymentIdException", f"The specified deployment ID {deployment_id} is not valid")
        if deployment_id not in self.deployments:
            raise AwsError("DeploymentDoesNotExistException", f"The deployment {deployment_id} could not be found")
        return self.deployments[deployment_id]

    def keep(self, deployment: Deployment) -> None:
        self.deployments[deployment.id] = deployment
        self.by_group.setdefault(deployment.group.id, []).append(deployment)

    def of_group(self, group: DeploymentGroup) -> list[Deployment]:
        """A group's deployments, oldest first."""
        return self.by_group.get(group.id, [])

    def active(self, group: DeploymentGroup) -> Deployment | None:
        return next((one for one in reversed(self.of_group(group)) if not one.status.over), None)

    def groups_of(self, application: str) -> Iterator[DeploymentGroup]:
        return (group for (owner, _), group in self.groups.items() if owner == application)

    def routes(self) -> tuple[set[str], set[str]]:
        """The listeners of all groups: those of production, and those that only test."""
        groups = self.groups.values()
        production = {arn for group in groups if (arn := group.listener("prodTrafficRoute"))}
        test = {arn for group in groups if (arn := group.listener("testTrafficRoute"))}
        return production, test - production
