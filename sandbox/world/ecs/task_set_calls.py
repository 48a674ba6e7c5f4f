"""The operations on task sets: everybody may look, and EXTERNAL deployment controllers may change."""

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecs import service_rules as rules
from sandbox.world.ecs.names import last_part
from sandbox.world.ecs.refusals import invalid, required
from sandbox.world.ecs.service import Service
from sandbox.world.ecs.state import State
from sandbox.world.ecs.tags import checked
from sandbox.world.ecs.task_set import PRIMARY, TaskSet
from sandbox.world.ecs.task_sets import TaskSets
from sandbox.world.ecs.workload import Workload, network


class TaskSetCalls:
    """DescribeTaskSets, CreateTaskSet, UpdateTaskSet, UpdateServicePrimaryTaskSet and DeleteTaskSet."""

    def __init__(self, state: State, task_sets: TaskSets) -> None:
        self._state = state
        self._task_sets = task_sets
        self.operations: dict[str, Handler] = {
            "DescribeTaskSets": self.describe_task_sets,
            "CreateTaskSet": self.create_task_set,
            "UpdateTaskSet": self.update_task_set,
            "UpdateServicePrimaryTaskSet": self.update_service_primary_task_set,
            "DeleteTaskSet": self.delete_task_set,
        }

    def describe_task_sets(self, params: Params, _caller: Caller) -> Answer:
        service = self._state.active_service(params)
        if service.controller == "ECS":
            raise invalid(
                "Amazon ECS task sets exist only on services with a CODE_DEPLOY or EXTERNAL deployment controller."
            )
        wanted, failures, found = params.get("taskSets") or [], [], list(service.task_sets)
        if wanted:
            by_id = {last_part(task_set.id): task_set for task_set in service.task_sets}
            found = [by_id[last_part(each)] for each in wanted if last_part(each) in by_id]
            failures = [{"arn": each, "reason": "MISSING"} for each in wanted if last_part(each) not in by_id]
        with_tags = "TAGS" in (params.get("include") or [])
        answers = [
            task_set.to_answer() | ({"tags": self._state.tags_of(task_set.arn)} if with_tags else {})
            for task_set in found
        ]
        return {"taskSets": answers, "failures": failures}

    def create_task_set(self, params: Params, _caller: Caller) -> Answer:
        service = self._external(params)
        definition = self._state.families.usable(required(params, "taskDefinition"))
        balancers = list(params.get("loadBalancers") or [])
        rules.check_network(params.get("networkConfiguration"), definition)
        rules.check_load_balancers(balancers, definition, self._state.place.elbv2)
        strategy = params.get("capacityProviderStrategy") or None
        launch_type = None if strategy else params.get("launchType") or "EC2"
        workload = Workload(
            definition=definition,
            load_balancers=balancers,
            network_configuration=network(params.get("networkConfiguration")),
            platform_version=(params.get("platformVersion") or "LATEST") if launch_type == "FARGATE" else None,
            launch_type=launch_type,
            capacity_provider_strategy=strategy,
        )
        tags = checked(params.get("tags") or [])
        task_set = self._task_sets.create(service, workload, params.get("externalId"), "EXTERNAL", scale=_scale(params))
        self._state.tags[task_set.arn] = tags
        return {"taskSet": task_set.to_answer()}

    def update_task_set(self, params: Params, _caller: Caller) -> Answer:
        task_set = _named(self._external(params), required(params, "taskSet"))
        self._task_sets.rescale(task_set, _scale(params))
        return {"taskSet": task_set.to_answer()}

    def update_service_primary_task_set(self, params: Params, _caller: Caller) -> Answer:
        task_set = _named(self._external(params), required(params, "primaryTaskSet"))
        self._task_sets.make_primary(task_set)
        return {"taskSet": task_set.to_answer()}

    def delete_task_set(self, params: Params, _caller: Caller) -> Answer:
        task_set = _named(self._external(params), required(params, "taskSet"))
        if task_set.status == PRIMARY and not params.get("force"):
            raise invalid("The primary task set cannot be deleted without force.")
        if task_set.scale > 0 and not params.get("force"):
            raise invalid("The task set cannot be deleted while it is scaled above 0 percent, without force.")
        self._task_sets.drain(task_set)
        return {"taskSet": task_set.to_answer()}

    def _external(self, params: Params) -> Service:
        service = self._state.active_service(params)
        if service.controller != "EXTERNAL":
            raise invalid(
                f"Unable to change task sets on services with a {service.controller} deployment controller. "
                "Only services with an EXTERNAL deployment controller support this action."
            )
        return service


def _scale(params: Params) -> float:
    """In percent. A task set that is created without a scale has none of the service's tasks."""
    value = float((params.get("scale") or {}).get("value", 0.0))
    if not 0.0 <= value <= 100.0:
        raise invalid("The scale of a task set must be between 0 and 100 percent.")
    return value


def _named(service: Service, reference: str) -> TaskSet:
    for task_set in service.task_sets:
        if last_part(task_set.id) == last_part(reference):
            return task_set
    raise AwsError("TaskSetNotFoundException", "The specified task set was not found.")
