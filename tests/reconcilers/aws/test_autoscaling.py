from reconcilers.aws.autoscaling import AutoScalingGateway
from tests.reconcilers.aws.wire import Wire


def test_a_service_with_a_scalable_target_is_scaled() -> None:
    target = {"ResourceId": "service/prod/web"}
    wire = Wire({"DescribeScalableTargets": {"ScalableTargets": [target]}})

    assert AutoScalingGateway(wire.client("application-autoscaling")).scales("prod", "web")
    assert wire.calls[0][1]["ResourceIds"] == ["service/prod/web"]


def test_a_service_without_one_is_not() -> None:
    wire = Wire({"DescribeScalableTargets": {"ScalableTargets": []}})

    assert not AutoScalingGateway(wire.client("application-autoscaling")).scales("prod", "web")
