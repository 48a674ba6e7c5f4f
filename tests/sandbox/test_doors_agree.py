"""Whatever is asked and answered, both doors say the same, in every protocol."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox import clients
from sandbox.errors import AwsError
from sandbox.server.front import Front
from tests.examples import examples
from tests.sandbox.scripted import ScriptedWorld
from tests.sandbox.shapes import values
from tests.sandbox.spoken import ask, operation

SPOKEN = [
    ("ecs", "DescribeServices", "json"),
    ("ecs", "RegisterTaskDefinition", "json"),
    ("ecs", "DescribeServiceDeployments", "json"),
    ("codedeploy", "GetDeployment", "json"),
    ("codedeploy", "CreateDeployment", "smithy-rpc-v2-cbor"),
    ("codedeploy", "ListDeployments", "smithy-rpc-v2-cbor"),
    ("codedeploy", "GetDeploymentTarget", "smithy-rpc-v2-cbor"),
    ("elbv2", "DescribeListeners", "query"),
    ("elbv2", "ModifyListener", "query"),
    ("elbv2", "DescribeTargetHealth", "query"),
    ("cloudwatch", "DescribeAlarms", "json"),
    ("cloudwatch", "PutMetricData", "smithy-rpc-v2-cbor"),
    ("cloudwatch", "PutMetricAlarm", "query"),
    ("cloudwatch", "DescribeAlarms", "query"),
    ("cloudwatch", "GetMetricData", "smithy-rpc-v2-cbor"),
    ("cloudwatch", "GetMetricData", "query"),
]
quickly = settings(
    deadline=None, max_examples=examples(12), suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def python_name(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def call(world: ScriptedWorld, service: str, name: str, params: dict[str, Any]) -> dict[str, Any]:
    answer: dict[str, Any] = getattr(clients.client(world, service), python_name(name))(**params)
    del answer["ResponseMetadata"]
    return answer


@pytest.mark.parametrize(("service", "name", "protocol"), SPOKEN)
@quickly
@given(data=st.data())
def test_the_world_hears_the_same_through_both_doors(
    service: str, name: str, protocol: str, data: st.DataObject
) -> None:
    model = operation(service, name)
    assert model.input_shape is not None
    params = data.draw(values(model.input_shape, micros=1))
    world = ScriptedWorld({f"{service}:{name}": {}})
    call(world, service, name, params)
    ask(Front(world), model, protocol, params)
    (_, first, _), (_, second, _) = world.heard
    assert first == second


@pytest.mark.parametrize(("service", "name", "protocol"), SPOKEN)
@quickly
@given(data=st.data())
def test_an_answer_arrives_the_same_through_both_doors(
    service: str, name: str, protocol: str, data: st.DataObject
) -> None:
    model = operation(service, name)
    answer = data.draw(values(model.output_shape)) if model.output_shape else {}
    asked = data.draw(values(model.input_shape)) if model.input_shape else {}
    world = ScriptedWorld({f"{service}:{name}": answer | {"notInTheModel": 1}})
    first = call(world, service, name, asked)
    assert first == answer
    assert ask(Front(world), model, protocol, asked) == first


REFUSED = [
    ("ecs", "DescribeServices", "json", AwsError("ClusterNotFoundException", "Cluster not found.")),
    ("codedeploy", "GetDeployment", "json", AwsError("DeploymentDoesNotExistException", "No d-1.")),
    ("codedeploy", "GetDeployment", "smithy-rpc-v2-cbor", AwsError("DeploymentDoesNotExistException", "No d-1.")),
    (
        "elbv2",
        "DescribeListeners",
        "query",
        AwsError("LoadBalancerNotFound", "One or more <load> balancers & not found"),
    ),
    ("elbv2", "DescribeListeners", "query", AwsError("ListenerNotFoundException", "by its shape's name")),
    ("cloudwatch", "SetAlarmState", "json", AwsError("ResourceNotFound", "no alarm")),
    ("cloudwatch", "SetAlarmState", "smithy-rpc-v2-cbor", AwsError("ResourceNotFound", "no alarm")),
    ("cloudwatch", "PutMetricAlarm", "json", AwsError("LimitExceededFault", "by its shape's name")),
    ("cloudwatch", "PutMetricAlarm", "json", AwsError("LimitExceeded", "by its query code")),
    ("ecs", "DescribeServices", "json", AwsError("ThrottlingException", "Rate exceeded")),
    ("ecs", "DescribeServices", "json", AwsError("ServerException", "down", 500)),
]
ASKED: dict[str, dict[str, Any]] = {
    "DescribeServices": {"services": ["web"]},
    "GetDeployment": {"deploymentId": "d-1"},
    "DescribeListeners": {"ListenerArns": ["a"]},
    "SetAlarmState": {"AlarmName": "a", "StateValue": "OK", "StateReason": "r"},
    "PutMetricAlarm": {"AlarmName": "a", "EvaluationPeriods": 1, "ComparisonOperator": "GreaterThanThreshold"},
}


@pytest.mark.parametrize(("service", "name", "protocol", "error"), REFUSED)
def test_a_refusal_arrives_the_same_through_both_doors(service: str, name: str, protocol: str, error: AwsError) -> None:
    world = ScriptedWorld({f"{service}:{name}": error})
    with pytest.raises(ClientError) as caught:
        call(world, service, name, ASKED[name])
    first = caught.value.response
    second = ask(Front(world), operation(service, name), protocol, ASKED[name])
    assert first["Error"] == second["Error"]
    assert first["Error"]["Message"] == error.message
