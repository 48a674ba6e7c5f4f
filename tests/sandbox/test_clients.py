"""Door one: clients that are botocore's own, with nothing behind them but the world."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, OperationNotPageableError, ParamValidationError, WaiterError

from sandbox import clients
from sandbox.clock import HostClock, ManualClock
from sandbox.errors import AwsError
from sandbox.world.calls import Caller
from tests.sandbox.scripted import ScriptedWorld

DESCRIBE = "ecs:DescribeServices"


def service(**more: Any) -> dict[str, Any]:
    return {"services": [{"serviceName": "web", "status": "ACTIVE", "desiredCount": 1, "runningCount": 1, **more}]}


def test_a_call_reaches_the_world_with_its_caller() -> None:
    world = ScriptedWorld({DESCRIBE: service()})
    caller = Caller("111122223333", "us-east-1", "arn:aws:iam::111122223333:user/alice")
    clients.client(world, "ecs", caller=caller).describe_services(cluster="prod", services=("web",))
    assert world.heard == [(DESCRIBE, {"cluster": "prod", "services": ["web"]}, caller)]


def test_an_answer_has_only_what_the_model_has() -> None:
    world = ScriptedWorld({DESCRIBE: service(secretOfTheWorld=1, roleArn=None)})
    answer = clients.client(world, "ecs").describe_services(services=["web"])
    assert answer["services"] == service()["services"]


def test_an_answer_is_a_copy() -> None:
    kept = service(tags=[{"key": "a", "value": "b"}])
    ecs = clients.client(ScriptedWorld({DESCRIBE: kept}), "ecs")
    ecs.describe_services(services=["web"])["services"][0]["tags"][0]["key"] = "spoilt"
    assert kept["services"][0]["tags"] == [{"key": "a", "value": "b"}]


def test_an_answer_tells_its_status_and_request_id() -> None:
    metadata = clients.client(ScriptedWorld({DESCRIBE: service()}), "ecs").describe_services(services=["w"])[
        "ResponseMetadata"
    ]
    assert metadata["HTTPStatusCode"] == 200
    assert len(metadata["RequestId"]) == 36


def test_timestamps_come_aware_and_to_the_millisecond() -> None:
    noon = datetime(2026, 5, 1, 12, 0, 0, 123456, UTC)
    answer = clients.client(ScriptedWorld({DESCRIBE: service(createdAt=noon)}), "ecs").describe_services(services=["w"])
    assert answer["services"][0]["createdAt"] == noon.replace(microsecond=123000)
    assert answer["services"][0]["createdAt"].tzinfo is not None


def test_the_world_gets_timestamps_in_utc_however_they_are_written() -> None:
    world = ScriptedWorld({"codedeploy:ListDeployments": {"deployments": []}})
    codedeploy = clients.client(world, "codedeploy")
    east = datetime(2026, 5, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    for start in (east, "2026-05-01T12:00:00Z", east.timestamp()):
        codedeploy.list_deployments(createTimeRange={"start": start})
    assert [params["createTimeRange"]["start"] for _, params, _ in world.heard] == [
        datetime(2026, 5, 1, 12, tzinfo=UTC)
    ] * 3


def test_parameters_are_validated_as_botocore_does() -> None:
    ecs = clients.client(ScriptedWorld({DESCRIBE: service()}), "ecs")
    with pytest.raises(ParamValidationError, match="nonsense"):
        ecs.describe_services(services=["web"], nonsense=1)
    with pytest.raises(ParamValidationError, match="Missing required parameter"):
        ecs.describe_services()


def test_a_refusal_is_the_client_s_own_exception_class() -> None:
    ecs = clients.client(ScriptedWorld({DESCRIBE: AwsError("ClusterNotFoundException", "Cluster not found.")}), "ecs")
    with pytest.raises(ecs.exceptions.ClusterNotFoundException) as caught:
        ecs.describe_services(services=["web"])
    assert isinstance(caught.value, ClientError)
    assert caught.value.response["Error"] == {"Code": "ClusterNotFoundException", "Message": "Cluster not found."}
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_refusal_that_no_model_knows_is_a_client_error() -> None:
    ecs = clients.client(ScriptedWorld({DESCRIBE: AwsError("ThrottlingException", "Rate exceeded")}), "ecs")
    with pytest.raises(ClientError, match="Rate exceeded") as caught:
        ecs.describe_services(services=["web"])
    assert caught.value.response["Error"]["Code"] == "ThrottlingException"


def test_a_missing_alarm_is_not_found() -> None:
    cloudwatch = clients.client(
        ScriptedWorld({"cloudwatch:SetAlarmState": AwsError("ResourceNotFound", "none")}), "cloudwatch"
    )
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound) as caught:
        cloudwatch.set_alarm_state(AlarmName="a", StateValue="OK", StateReason="r")
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_an_operation_that_the_world_lacks_is_refused() -> None:
    ecs = clients.client(ScriptedWorld({}), "ecs")
    with pytest.raises(ClientError) as caught:
        ecs.describe_services(services=["web"])
    assert caught.value.response["Error"]["Code"] == "UnknownOperationException"


def test_pages_are_followed() -> None:
    pages = {None: (["a"], "2"), "2": (["b"], None)}

    def answer(params: Any) -> dict[str, Any]:
        arns, token = pages[params.get("nextToken")]
        return {"serviceArns": arns, "nextToken": token}

    ecs = clients.client(ScriptedWorld({"ecs:ListServices": answer}), "ecs")
    assert ecs.can_paginate("list_services")
    assert ecs.get_paginator("list_services").paginate().build_full_result() == {"serviceArns": ["a", "b"]}
    with pytest.raises(OperationNotPageableError):
        ecs.get_paginator("describe_services")


def test_a_waiter_lets_the_manual_clock_go() -> None:
    clock = ManualClock()
    start = clock.now()

    def answer(_: Any) -> dict[str, Any]:
        return service(deployments=[{}] if clock.now() - start >= 45 else [{}, {}])

    world = ScriptedWorld({DESCRIBE: answer}, clock)
    clients.client(world, "ecs").get_waiter("services_stable").wait(services=["web"])
    assert clock.now() - start == 45
    assert len(world.heard) == 4


def test_a_waiter_asks_the_sleep_it_was_given() -> None:
    slept: list[float] = []
    world = ScriptedWorld({DESCRIBE: service(deployments=[{}, {}])}, HostClock())
    waiter = clients.client(world, "ecs", sleep=slept.append).get_waiter("services_stable")
    with pytest.raises(WaiterError, match="Max attempts exceeded"):
        waiter.wait(services=["web"], WaiterConfig={"Delay": 7, "MaxAttempts": 3})
    assert slept == [7, 7]


def test_a_waiter_ends_at_once_where_the_state_cannot_come() -> None:
    slept: list[float] = []
    world = ScriptedWorld({"codedeploy:GetDeployment": {"deploymentInfo": {"status": "Failed"}}})
    waiter = clients.client(world, "codedeploy", sleep=slept.append).get_waiter("deployment_successful")
    with pytest.raises(WaiterError, match="terminal failure"):
        waiter.wait(deploymentId="d-1")
    assert slept == []


def test_a_waiter_that_is_not_there_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Waiter does not exist"):
        clients.client(ScriptedWorld({}), "ecs").get_waiter("pigs_fly")


def test_a_session_makes_clients_in_the_region_that_is_asked_for() -> None:
    world = ScriptedWorld({DESCRIBE: service()})
    session = clients.Session(world, Caller(region="eu-central-1"))
    near = session.client("ecs", config=Config(retries={"total_max_attempts": 1}))
    far = session.client("ecs", region_name="us-west-2", config=Config())
    assert (session.region_name, near.meta.region_name, far.meta.region_name) == (
        "eu-central-1",
        "eu-central-1",
        "us-west-2",
    )
    far.describe_services(services=["web"])
    assert world.heard[0][2].region == "us-west-2"


def test_a_session_takes_another_s_keys() -> None:
    world = ScriptedWorld({DESCRIBE: service()})
    session = clients.Session(world)
    taken = session.client("sts").assume_role(RoleArn="arn:aws:iam::555566667777:role/deploy", RoleSessionName="me")
    keys = {"aws_access_key_id": taken["Credentials"]["AccessKeyId"], "aws_secret_access_key": "s"}
    session.client("ecs", **keys).describe_services(services=["web"])
    assert world.heard[0][2].principal == "arn:aws:sts::555566667777:assumed-role/deploy/me"
    session.client("ecs", aws_access_key_id="111122223333").describe_services(services=["web"])
    assert world.heard[1][2].account == "111122223333"


def test_clients_of_two_worlds_do_not_hear_each_other() -> None:
    first, second = ScriptedWorld({DESCRIBE: service()}), ScriptedWorld({DESCRIBE: service()})
    ecs = clients.client(first, "ecs")
    clients.client(second, "ecs").describe_services(services=["web"])
    assert first.heard == []
    ecs.describe_services(services=["web"])
    assert len(first.heard) == len(second.heard) == 1


def test_the_service_model_is_the_client_s_own() -> None:
    assert clients.client(ScriptedWorld({}), "ecs").meta.service_model.service_name == "ecs"


def test_idempotency_tokens_reach_the_world() -> None:
    world = ScriptedWorld({"codedeploy:GetDeployment": {}, "ecs:CreateTaskSet": {}})
    world.script["secretsmanager:CreateSecret"] = {}
    clients.client(world, "secretsmanager").create_secret(Name="a")
    assert len(world.heard[0][1]["ClientRequestToken"]) == 36


def test_blobs_reach_the_world_as_bytes() -> None:
    world = ScriptedWorld({"kms:Encrypt": {"CiphertextBlob": b"\x00\xff"}})
    kms = clients.client(world, "kms")
    for plain in (b"abc", "abc", bytearray(b"abc")):
        assert kms.encrypt(KeyId="a", Plaintext=plain)["CiphertextBlob"] == b"\x00\xff"
    assert [params["Plaintext"] for _, params, _ in world.heard] == [b"abc"] * 3


def test_services_that_are_not_the_world_s_are_answered_in_process() -> None:
    world = ScriptedWorld({})
    logs = clients.client(world, "logs", caller=Caller(account="222233334444"))
    logs.create_log_group(logGroupName="door-one")
    groups = logs.describe_log_groups(logGroupNamePrefix="door-one")["logGroups"]
    assert [group["arn"].split(":")[4] for group in groups] == ["222233334444"]
    with pytest.raises(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName="door-one")


def test_the_caller_s_identity_is_the_caller() -> None:
    caller = Caller("222233334444", "eu-west-1", "arn:aws:iam::222233334444:user/bob")
    identity = clients.client(ScriptedWorld({}), "sts", caller=caller).get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == ("222233334444", caller.principal)


def test_query_services_go_through_as_well() -> None:
    sts = clients.client(ScriptedWorld({}), "sts")
    role = sts.assume_role(RoleArn="arn:aws:iam::555566667777:role/deploy", RoleSessionName="me")
    assert role["AssumedRoleUser"]["Arn"] == "arn:aws:sts::555566667777:assumed-role/deploy/me"


def test_a_body_that_streams_can_be_read() -> None:
    s3 = clients.client(ScriptedWorld({}), "s3", caller=Caller(region="us-east-1"))
    s3.create_bucket(Bucket="door-one")
    s3.put_object(Bucket="door-one", Key="a b", Body=b"hello")
    assert s3.get_object(Bucket="door-one", Key="a b")["Body"].read() == b"hello"


def test_nothing_of_the_machine_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "no-such-profile")
    assert clients.client(ScriptedWorld({}), "ecs", caller=Caller(region="sa-east-1")).meta.region_name == "sa-east-1"
