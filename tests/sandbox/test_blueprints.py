"""Whole set-ups, as they stand when they have been built."""

from sandbox.blueprints import BlueGreen, Rolling, Workload, blue_green, rolling
from sandbox.world.calls import Caller
from tests.sandbox.answers import CheckedWorld
from tests.sandbox.stage import Stage


def test_the_textbook_set_up_runs_two_tasks_behind_production() -> None:
    stage = Stage()
    service = stage.service()
    assert (service["runningCount"], service["deploymentController"]["type"]) == (2, "CODE_DEPLOY")
    assert stage.task_sets() == {"first": "PRIMARY"}
    assert stage.weights()["blue"] == 100


def test_the_textbook_set_up_has_an_alarm_on_each_colour() -> None:
    stage = Stage()
    told = stage.call("cloudwatch", "DescribeAlarms", AlarmNames=list(stage.built.alarms))["MetricAlarms"]
    watched = {one["Dimensions"][1]["Value"].split("/")[1] for one in told}
    assert watched == {"prod-notes-app-blue", "prod-notes-app-green"}
    assert {(one["TreatMissingData"], one["EvaluationPeriods"], one["Threshold"]) for one in told} == {
        ("notBreaching", 2, 10.0)
    }
    assert {one["StateValue"] for one in told} == {"OK"}


def test_names_follow_from_the_plan() -> None:
    built = blue_green(CheckedWorld().world, BlueGreen(name="shop", environment="dev", alarms=False))
    assert (built.cluster, built.service, built.application) == ("dev-shop", "shop", "dev-shop")
    assert (built.deployment_group, built.alarms) == ("dev-shop-dg", ())


def test_it_is_built_where_and_for_whom_the_caller_says() -> None:
    world = CheckedWorld()
    built = blue_green(world.world, caller=Caller(account="111111111111", region="us-east-1"))
    assert built.service_arn.startswith("arn:aws:ecs:us-east-1:111111111111:service/")


def test_a_task_definition_of_ones_own_takes_the_place_of_the_images() -> None:
    world = CheckedWorld()
    container = {"name": "proxy", "image": "nginx:1", "essential": True, "portMappings": [{"containerPort": 80}]}
    own = {"cpu": "256", "memory": "512", "networkMode": "awsvpc", "containerDefinitions": [container]}
    workload = Workload(task_definition=own | {"requiresCompatibilities": ["FARGATE"]})
    built = blue_green(world.world, BlueGreen(workload=workload))
    told = world.call("ecs", "DescribeTaskDefinition", taskDefinition=built.task_definition_arn)["taskDefinition"]
    assert (told["cpu"], told["containerDefinitions"][0]["image"]) == ("256", "nginx:1")


def test_the_rolling_set_up_becomes_steady_with_its_circuit_breaker_on() -> None:
    world = CheckedWorld()
    built = rolling(world.world)
    world.pass_time(600)
    service = world.call("ecs", "DescribeServices", cluster=built.cluster, services=[built.service])["services"][0]
    assert service["runningCount"] == service["desiredCount"] == 2
    breaker = service["deploymentConfiguration"]["deploymentCircuitBreaker"]
    assert (breaker["enable"], breaker["rollback"]) == (True, True)


def test_the_rolling_set_up_may_do_without_a_load_balancer() -> None:
    built = rolling(CheckedWorld().world, Rolling(balanced=False))
    assert (built.load_balancer_arn, built.target_group_arn) == (None, None)
