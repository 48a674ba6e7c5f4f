"""The stories: two ways of deploying, and how each can end."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sandbox.blueprints import BlueGreen, Rolling, Workload, blue_green, rolling
from sandbox.world.world import World

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
OLD = "1.0.0"
MANIFEST = """\
apiVersion: trueup/v1
kind: Service
metadata: {{name: notes, environment: prod}}
spec:
  cluster: prod-notes
  service: notes
  region: eu-west-1
  taskDefinition: notes.json
  images: {{proxy: "{tag}"}}
  rollout: {rollout}
"""


def workload(tag: str) -> Workload:
    """What runs, of one tag."""
    return Workload({"proxy": f"{REGISTRY}/notes:{tag}"})


@dataclass(frozen=True, slots=True)
class Story:
    """A release that is in Git when the daemon starts.

    ``ships``: the call that begins a deployment. ``ends``: the outcome that the daemon says in the end. ``step``: how
    many seconds of AWS's time pass between two looks, so that some fall into the middle of it; a broken number, so that
    nothing falls on the very moment of a look. ``registered``: somebody has registered the release's revision already.
    """

    title: str
    tag: str
    ships: str
    ends: str
    step: float
    registered: bool = False

    @property
    def runs(self) -> str:
        """The tag that production runs in the end."""
        return self.tag if self.ends == "in-sync" else OLD

    def build(self, world: World) -> None:
        """What somebody made long ago: a service that runs the old tag; and the new one's image is in ECR."""
        if self.ships == "CreateDeployment":
            canary = "CodeDeployDefault.ECSCanary10Percent5Minutes"
            blue_green(world, BlueGreen("notes", workload=workload(OLD), deployment_config=canary, wait_minutes=1))
        else:
            rolling(world, Rolling("notes", workload=workload(OLD)))
        if self.registered:
            world.call("ecs", "RegisterTaskDefinition", workload(self.tag).request("notes"))
        ecr = world.place("123456789012", "eu-west-1").ecr
        for tag in (OLD, self.tag):
            ecr.declare(f"notes:{tag}")

    def files(self) -> Mapping[str, str]:
        """What Git says."""
        code_deploy = "{codeDeploy: {application: prod-notes, deploymentGroup: prod-notes-dg}}"
        rollout = code_deploy if self.ships == "CreateDeployment" else "{ecs: {strategy: ROLLING}}"
        return {
            "desired/prod/notes.yaml": MANIFEST.format(tag=self.tag, rollout=rollout),
            "desired/prod/notes.json": json.dumps(workload(OLD).request("notes")),
        }


SHIFTED = Story("CodeDeploy, shifted", "1.1.0", "CreateDeployment", "in-sync", 90.37)
STOPPED = Story("CodeDeploy, rolled back by an alarm", "1.1.0-bad", "CreateDeployment", "held", 60.37)
ROLLED = Story("ECS, rolled", "1.1.0", "UpdateService", "in-sync", 45.37)
REUSED = Story("ECS, rolled, of a revision that is there", "1.1.0", "UpdateService", "in-sync", 45.37, registered=True)
BROKEN = Story("ECS, rolled back by the circuit breaker", "1.1.0-crash", "UpdateService", "held", 30.37)
STORIES = (SHIFTED, STOPPED, ROLLED, REUSED, BROKEN)
