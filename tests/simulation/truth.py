"""What is so, read from the world itself: nothing here asks the controller anything."""

from typing import Any

from sandbox.world.codedeploy.records import Deployment
from sandbox.world.codedeploy.run import Run
from sandbox.world.ecs.deployment import UNFINISHED, ServiceDeployment
from sandbox.world.ecs.service import Service
from sandbox.world.world import Place, World
from tests.simulation.fleet import Plan

Content = tuple[Any, ...]


class Truth:
    """One world, seen from inside."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._contents: dict[str, Content] = {}
        self._places: dict[str, Place] = {}

    def place(self, plan: Plan) -> Place:
        found = self._places.get(plan.region)
        if found is None:
            found = self._places[plan.region] = self.world.place(plan.caller.account, plan.region)
        return found

    def service(self, plan: Plan) -> Service:
        found = self.place(plan).ecs.service(plan.cluster, plan.name)
        assert found is not None
        return found

    def definition(self, plan: Plan, arn: str) -> Any:
        """A task definition, in the world's own form."""
        return self.place(plan).ecs.task_definition(arn)

    def running(self, plan: Plan) -> str:
        """The ARN of what serves production."""
        service = self.service(plan)
        primary = next((each for each in service.task_sets if each.status == "PRIMARY"), None)
        return str(primary.task_definition_arn if primary is not None else service.task_definition_arn)

    def content(self, plan: Plan, arn: str) -> Content:
        """What a revision runs: image's tag and variables. A registered revision never changes."""
        known = self._contents.get(arn)
        if known is None:
            found = self.definition(plan, arn)
            known = self._contents[arn] = tuple(_of_container(each) for each in found.containers)
        return known

    def runs(self, plan: Plan) -> Content:
        """What serves production now."""
        return self.content(plan, self.running(plan))

    def shifts(self, plan: Plan) -> list[Deployment]:
        """CodeDeploy's deployments of a service, oldest first."""
        store = self.place(plan).codedeploy.store
        return store.of_group(store.group(*plan.group.values()))

    def rollings(self, plan: Plan) -> list[ServiceDeployment]:
        """ECS's deployments of a service, in the order in which they were begun."""
        return sorted(self.service(plan).history, key=lambda each: each.created_at)

    def rolling(self, plan: Plan, arn: str) -> ServiceDeployment | None:
        return next((each for each in self.service(plan).history if each.arn == arn), None)

    def shift(self, plan: Plan, deployment: str) -> Deployment:
        return self.place(plan).codedeploy.store.deployment(deployment)

    def moving(self, plan: Plan) -> str | None:
        """The deployment that is under way, if one is: CodeDeploy's until its traffic has moved."""
        if plan.shifted:
            active = next((each for each in reversed(self.shifts(plan)) if not each.status.over), None)
            return active.id if active is not None else None
        current = self.service(plan).current
        return current.arn if current is not None and current.status in UNFINISHED else None

    def installing(self, plan: Plan) -> Run | None:
        """CodeDeploy's deployment of a service whose new tasks are not up yet, if there is one."""
        moving = self.moving(plan)
        run = self.place(plan).codedeploy.engine.runs.get(moving or "")
        event = run.deployment.current_event if run is not None else None
        return run if event is not None and event.name == "Install" else None

    def pushed_at(self, plan: Plan, tag: str) -> float | None:
        """Since when the image of a release is in its registry; ``None``: it is not."""
        if not plan.private:
            return 0.0
        repository = self.place(plan).ecr.registry.repositories.get(f"fleet/{plan.name}")
        image = repository.tagged(tag) if repository is not None else None
        return image.pushed if image is not None else None

    def at_rest(self, plan: Plan) -> bool:
        """Whether nothing is under way, termination waits included."""
        service = self.service(plan)
        return self.moving(plan) is None and [each.status for each in service.task_sets] in ([], ["PRIMARY"])


def unfinished_until(one: ServiceDeployment) -> float | None:
    """When a rolling update came to its end; ``None``: it has not."""
    ended = one.stopped_at or one.finished_at
    if one.status in UNFINISHED:
        return None
    return (ended or one.updated_at).timestamp()


def _of_container(container: Any) -> tuple[Any, ...]:
    variables = tuple(sorted((each["name"], each["value"]) for each in container.get("environment") or ()))
    return str(container["image"]).rpartition(":")[2], variables
