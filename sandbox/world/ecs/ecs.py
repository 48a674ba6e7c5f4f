"""The service's door: operations by name, and what the other services of a place ask of it."""

from collections.abc import Iterator

from sandbox.world.calls import Handler
from sandbox.world.ecs.clusters import Clusters
from sandbox.world.ecs.creation import STARTED_BY_CODE_DEPLOY, Creation
from sandbox.world.ecs.definitions import Definitions
from sandbox.world.ecs.deployer import Deployer
from sandbox.world.ecs.deployment_calls import DeploymentCalls
from sandbox.world.ecs.names import last_part
from sandbox.world.ecs.pace import Pace
from sandbox.world.ecs.protection import Protection
from sandbox.world.ecs.rolling import Rolling
from sandbox.world.ecs.scheduler import Scheduler
from sandbox.world.ecs.service import Service
from sandbox.world.ecs.services import Services
from sandbox.world.ecs.state import State
from sandbox.world.ecs.surroundings import Surroundings
from sandbox.world.ecs.tags import Tags
from sandbox.world.ecs.task import Task
from sandbox.world.ecs.task_definition import TaskDefinition
from sandbox.world.ecs.task_set import TaskSet, TaskSetRequest
from sandbox.world.ecs.task_set_calls import TaskSetCalls
from sandbox.world.ecs.task_sets import TaskSets
from sandbox.world.ecs.tasks import Tasks
from sandbox.world.ecs.updates import Updates


class Ecs:
    """ECS in one account and region.

    ``operations`` answers API calls by AWS's names for them; the methods are what CodeDeploy, which is another service
    of AWS and not a caller, does with a service's task sets.
    """

    def __init__(self, place: Surroundings, pace: Pace | None = None) -> None:
        self._state = state = State(place, pace or Pace())
        scheduler = Scheduler(state)
        rolling = Rolling(state, scheduler)
        deployer = Deployer(state, rolling)
        self._task_sets = task_sets = TaskSets(state, scheduler)
        creation = Creation(state, deployer, task_sets)
        self.operations: dict[str, Handler] = {
            "CreateService": creation.create_service,
            **Clusters(state).operations,
            **Definitions(state).operations,
            **Services(state, deployer).operations,
            **Updates(state, rolling, deployer, task_sets).operations,
            **Tasks(state, scheduler).operations,
            **Protection(state).operations,
            **TaskSetCalls(state, task_sets).operations,
            **DeploymentCalls(state, deployer).operations,
            **Tags(state).operations,
        }

    @property
    def pace(self) -> Pace:
        """How long things take. A scenario may set its own; what is already under way keeps its time."""
        return self._state.pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self._state.pace = pace

    def service(self, cluster: str, name: str) -> Service | None:
        """The service, whatever its status; both are names or ARNs."""
        found = self._state.clusters.get(last_part(cluster))
        return self._state.named(found, name) if found else None

    def tasks(self) -> Iterator[Task]:
        """Every task that is not forgotten yet, stopped ones included."""
        return (task for cluster in self._state.clusters.values() for task in cluster.tasks.values())

    def task_definition(self, reference: str) -> TaskDefinition | None:
        """The revision of ``family:revision``, of its ARN, or of a family's latest ACTIVE revision."""
        return self._state.families.find(reference)

    def create_task_set(self, service: Service, request: TaskSetRequest) -> TaskSet:
        """A new ACTIVE task set at 100 percent, whose tasks begin to start.

        Its ``stability`` becomes STEADY_STATE once all of them run and are healthy in the target group; tasks of an
        image that does not start are tried for ever. Raises ``AwsError``: no such task definition, or an INACTIVE one;
        five task sets already; a container or port the task definition lacks.
        """
        workload = self._task_sets.workload(service, request)
        return self._task_sets.create(
            service, workload, request.external_id, request.started_by or STARTED_BY_CODE_DEPLOY
        )

    def make_primary(self, _service: Service, task_set: TaskSet) -> None:
        """``task_set`` becomes PRIMARY and the former one ACTIVE; the service's parameters follow the new one."""
        self._task_sets.make_primary(task_set)

    def drain(self, _service: Service, task_set: TaskSet) -> None:
        """Scale to 0: DRAINING while connections end, then gone from the service."""
        self._task_sets.drain(task_set)
