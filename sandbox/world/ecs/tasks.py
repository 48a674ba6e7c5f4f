"""RunTask, StopTask, DescribeTasks and ListTasks."""

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.ecs import service_rules as rules
from sandbox.world.ecs.cluster import Cluster
from sandbox.world.ecs.names import last_part
from sandbox.world.ecs.pages import page
from sandbox.world.ecs.refusals import at_most, invalid, required
from sandbox.world.ecs.scheduler import Scheduler
from sandbox.world.ecs.state import State
from sandbox.world.ecs.tags import checked
from sandbox.world.ecs.task import Task, TaskPlan
from sandbox.world.ecs.workload import Workload, network

MOST_RUN = 10
MOST_DESCRIBED = 100


class Tasks:
    """The operations on single tasks."""

    def __init__(self, state: State, scheduler: Scheduler) -> None:
        self._state = state
        self._scheduler = scheduler
        self._run_before: dict[str, list[Task]] = {}
        self.operations: dict[str, Handler] = {
            "RunTask": self.run_task,
            "StopTask": self.stop_task,
            "DescribeTasks": self.describe_tasks,
            "ListTasks": self.list_tasks,
            "ExecuteCommand": self.execute_command,
        }

    def run_task(self, params: Params, _caller: Caller) -> Answer:
        """Up to ten tasks that belong to no service. A ``clientToken`` that was used before starts nothing new."""
        cluster = self._state.cluster(params.get("cluster"))
        token = params.get("clientToken")
        if token in self._run_before:
            return {"tasks": [task.to_answer() for task in self._run_before[token]], "failures": []}
        count = 1 if params.get("count") is None else params["count"]
        if not 1 <= count <= MOST_RUN:
            raise invalid(f"count must be between 1 and {MOST_RUN}.")
        tags = checked(params.get("tags") or [])
        plan = self._plan(params)
        tasks = [self._scheduler.start(cluster, plan, lambda _: None) for _ in range(count)]
        for task in tasks:
            self._tag(task, tags)
        if token:
            self._run_before[token] = tasks
        return {"tasks": [task.to_answer() for task in tasks], "failures": []}

    def stop_task(self, params: Params, _caller: Caller) -> Answer:
        cluster = self._state.cluster(params.get("cluster"))
        task = cluster.tasks.get(last_part(required(params, "task")))
        if task is None:
            raise invalid("The referenced task was not found.")
        self._scheduler.stop(task, "UserInitiated", params.get("reason") or "Task stopped by user")
        return {"task": task.to_answer()}

    def describe_tasks(self, params: Params, _caller: Caller) -> Answer:
        cluster = self._state.cluster(params.get("cluster"))
        with_tags = "TAGS" in (params.get("include") or [])
        tasks, failures = [], []
        for reference in at_most(params, "tasks", MOST_DESCRIBED):
            task = cluster.tasks.get(last_part(reference))
            if task is None:
                arn = self._state.arn("task", cluster.name, last_part(reference))
                failures.append({"arn": arn, "reason": "MISSING"})
            else:
                tags = {"tags": self._state.tags_of(task.arn)} if with_tags else {}
                tasks.append(task.to_answer() | tags)
        return {"tasks": tasks, "failures": failures}

    def list_tasks(self, params: Params, _caller: Caller) -> Answer:
        """Tasks whose *desired* status is ``desiredStatus`` (RUNNING unless told otherwise), by any filter."""
        cluster = self._state.cluster(params.get("cluster"))
        desired = params.get("desiredStatus") or "RUNNING"
        candidates = self._candidates(cluster, params)
        arns = [task.arn for task in candidates if task.desired_status == desired and _matches(task, params)]
        shown, token = page(arns, params)
        return {"taskArns": shown} | ({"nextToken": token} if token else {})

    def execute_command(self, params: Params, _caller: Caller) -> Answer:
        """Never to be had: there are no containers here, and so nobody in them to run a command."""
        cluster = self._state.cluster(params.get("cluster"))
        task = cluster.tasks.get(last_part(required(params, "task")))
        if task is None or not task.running:
            raise invalid("The execute command failed because the task is not running.")
        name = params.get("container")
        if name and all(name != each["name"] for each in task.plan.workload.definition.containers):
            raise invalid(f"The container {name} does not exist in the task.")
        if not task.plan.takes_commands:
            raise invalid(
                "The execute command failed because execute command was not enabled when the task was run or the "
                "execute command agent isn't running. Wait and try again or run a new task with execute command "
                "enabled and try again."
            )
        raise AwsError("TargetNotConnectedException", "The execute command failed due to an internal error.")

    @staticmethod
    def _candidates(cluster: Cluster, params: Params) -> list[Task]:
        name = params.get("serviceName")
        if name and last_part(name) not in cluster.services:
            raise AwsError("ServiceNotFoundException", "Service not found.")
        group = f"service:{last_part(name)}" if name else None
        return [task for task in cluster.tasks.values() if group in {None, task.plan.group}]

    def _plan(self, params: Params) -> TaskPlan:
        definition = self._state.families.usable(required(params, "taskDefinition"))
        rules.check_network(params.get("networkConfiguration"), definition)
        rules.check_launch_type(params.get("launchType"), definition)
        launch_type = params.get("launchType") or "EC2"
        workload = Workload(
            definition=definition,
            network_configuration=network(params.get("networkConfiguration")),
            platform_version=(params.get("platformVersion") or "LATEST") if launch_type == "FARGATE" else None,
            launch_type=launch_type,
            capacity_provider_strategy=params.get("capacityProviderStrategy"),
        )
        return TaskPlan(
            workload=workload.concretely(),
            group=params.get("group") or f"family:{definition.family}",
            started_by=params.get("startedBy"),
            overrides=params.get("overrides") or {},
            takes_commands=bool(params.get("enableExecuteCommand")),
        )

    def _tag(self, task: Task, tags: dict[str, str]) -> None:
        if tags:
            self._state.tags[task.arn] = dict(tags)


def _matches(task: Task, params: Params) -> bool:
    wanted = (
        (params.get("startedBy"), task.plan.started_by),
        (params.get("family"), task.plan.workload.definition.family),
        (params.get("launchType"), task.plan.workload.launch_type),
    )
    return all(asked in {None, has} for asked, has in wanted)
