"""CodeDeploy as the callers meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.calls import Handler
from sandbox.world.codedeploy.applications import Applications
from sandbox.world.codedeploy.configs import Configs
from sandbox.world.codedeploy.deployments import Deployments
from sandbox.world.codedeploy.engine import Engine
from sandbox.world.codedeploy.groups import Groups
from sandbox.world.codedeploy.interventions import Interventions
from sandbox.world.codedeploy.listing import Listing
from sandbox.world.codedeploy.revisions import Revisions
from sandbox.world.codedeploy.store import Store
from sandbox.world.codedeploy.targets import DeploymentTargets

if TYPE_CHECKING:
    from sandbox.world.world import Place


class CodeDeploy:
    """``operations`` answer AWS's calls.

    ``engine`` has what a test may set before a deployment: ``pace``, ``lambdas`` (what hooks answer), ``denied``.
    """

    def __init__(self, place: Place) -> None:
        self.store = Store(place)
        self.engine = Engine(place, self.store)
        self.operations: dict[str, Handler] = {
            **Applications(self.store).operations,
            **Revisions(self.store).operations,
            **Configs(self.store).operations,
            **Groups(self.store).operations,
            **Deployments(self.store, self.engine).operations,
            **Listing(self.store).operations,
            **Interventions(self.store, self.engine).operations,
            **DeploymentTargets(self.store).operations,
        }
