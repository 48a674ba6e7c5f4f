from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError

from reconcilers.live_service import LiveService, RegisteredRevision
from reconcilers.model import Cluster, Scope, Service, ServiceKey
from reconcilers.outcome import Retry
from reconcilers.sweep import Glance, Sweeper, SweepResult
from tests.reconcilers.aws.wire import Params, Refusal, Reply, Wire
from tests.reconcilers.builders import NOW, arn, definition, wanted
from tests.reconcilers.gateways import SERVICE, over

CLUSTER = Cluster(Scope("eu-west-1"), "prod")


def named(name: str, number: int = 1) -> dict[str, Any]:
    return {**SERVICE, "serviceName": name, "taskDefinition": arn(number)}


def manifests(count: int) -> tuple[Service, ...]:
    return tuple(replace(wanted(), key=ServiceKey("prod", f"s{n}"), name=f"s{n}") for n in range(count))


def describe(params: Params) -> Mapping[str, Any]:
    return {"services": [named(name, int(name[1:])) for name in params["services"]]}


def definitions(params: Params) -> Mapping[str, Any]:
    return {"taskDefinition": {**definition("v1"), "taskDefinitionArn": params["taskDefinition"]}}


def in_sync(wanted: Service, service: LiveService | None, running: RegisteredRevision | None) -> bool:
    return False


def sweeper(glance: Glance = in_sync, **answers: Reply) -> tuple[Sweeper, Wire]:
    gateways, wire = over({"DescribeServices": describe, "DescribeTaskDefinition": definitions, **answers})
    return Sweeper(lambda _: gateways, lambda: NOW, glance), wire


def everything(result: SweepResult) -> list[ServiceKey]:
    return sorted([*result.in_sync, *result.differing, *result.errors])


@pytest.mark.parametrize(("services", "calls"), [(0, 0), (1, 1), (10, 1), (11, 2), (100, 10)])
def test_a_sweep_where_nothing_changed_costs_a_call_for_ten_services(services: int, calls: int) -> None:
    sweep, wire = sweeper()
    sweep.sweep(CLUSTER, manifests(services))
    wire.calls.clear()

    result = sweep.sweep(CLUSTER, manifests(services))

    assert wire.operations == ["DescribeServices"] * calls
    assert len(result.in_sync) == services


def test_a_definition_is_asked_for_the_first_time_it_is_seen() -> None:
    sweep, wire = sweeper(DescribeServices=lambda params: {"services": [named(name) for name in params["services"]]})

    sweep.sweep(CLUSTER, manifests(25))

    assert wire.operations.count("DescribeTaskDefinition") == 1


def test_what_was_read_is_given_with_its_time() -> None:
    sweep, _ = sweeper()

    live = sweep.sweep(CLUSTER, manifests(1)).live[ServiceKey("prod", "s0")]

    assert live.observed_at == NOW
    assert live.service is not None
    assert live.running is not None


def test_what_is_worth_a_look_differs() -> None:
    sweep, _ = sweeper(lambda wanted, service, running: wanted.name == "s1")

    result = sweep.sweep(CLUSTER, manifests(3))

    assert result.differing == {ServiceKey("prod", "s1")}
    assert result.in_sync == {ServiceKey("prod", "s0"), ServiceKey("prod", "s2")}


def test_a_missing_service_is_read_and_missing() -> None:
    sweep, _ = sweeper(
        lambda wanted, service, running: service is None,
        DescribeServices={"failures": [{"arn": "x/s0", "reason": "MISSING"}]},
    )

    result = sweep.sweep(CLUSTER, manifests(1))

    assert result.differing == {ServiceKey("prod", "s0")}
    assert result.live[ServiceKey("prod", "s0")].service is None


def test_a_batch_that_failed_is_unknown_and_the_others_are_not() -> None:
    def third_fails(params: Params) -> Mapping[str, Any]:
        if "s20" in params["services"]:
            raise Refusal("ThrottlingException")
        return describe(params)

    sweep, _ = sweeper(DescribeServices=third_fails)

    result = sweep.sweep(CLUSTER, manifests(25))

    assert result.errors.keys() == {ServiceKey("prod", f"s{n}") for n in range(20, 25)}
    assert len(result.in_sync) == 20
    assert not result.live.keys() & result.errors.keys()


def test_an_aws_that_answers_nothing_is_asked_twice_and_not_for_every_batch() -> None:
    sweep, wire = sweeper(DescribeServices=ReadTimeoutError(endpoint_url="https://ecs"))

    result = sweep.sweep(CLUSTER, manifests(100))

    assert wire.operations == ["DescribeServices"] * 2
    assert {str(error).split(":")[0] for error in result.errors.values()} == {"Timeout"}
    assert len(result.errors) == 100


def test_one_lost_answer_among_others_costs_no_other_batch() -> None:
    def every_other_is_lost(params: Params) -> Mapping[str, Any]:
        if int(params["services"][0][1:]) % 20 == 0:
            raise ReadTimeoutError(endpoint_url="https://ecs")
        return describe(params)

    sweep, wire = sweeper(DescribeServices=every_other_is_lost)

    result = sweep.sweep(CLUSTER, manifests(100))

    assert len(wire.operations) - wire.operations.count("DescribeTaskDefinition") == 10
    assert len(result.in_sync) == 50


def test_every_service_is_in_exactly_one_place() -> None:
    sweep, _ = sweeper(lambda wanted, service, running: wanted.name == "s1")
    wanted_services = manifests(12)

    assert everything(sweep.sweep(CLUSTER, wanted_services)) == sorted(each.key for each in wanted_services)


def test_once_aws_throttles_no_more_definitions_are_asked_for() -> None:
    sweep, wire = sweeper(DescribeTaskDefinition=Refusal("ThrottlingException"))

    result = sweep.sweep(CLUSTER, manifests(30))

    assert len(result.errors) == 30
    assert all(isinstance(error, Retry) for error in result.errors.values())
    assert wire.operations.count("DescribeTaskDefinition") == 1
    assert wire.operations.count("DescribeServices") == 3


def test_definitions_that_are_known_are_read_while_aws_throttles() -> None:
    throttling = False

    def sometimes(params: Params) -> Mapping[str, Any]:
        if throttling:
            raise Refusal("ThrottlingException")
        return definitions(params)

    sweep, _ = sweeper(DescribeTaskDefinition=sometimes)
    sweep.sweep(CLUSTER, manifests(3))
    throttling = True

    result = sweep.sweep(CLUSTER, manifests(5)[::-1])

    assert len(result.in_sync) == 3
    assert len(result.errors) == 2


def test_one_definition_that_is_denied_spoils_its_own_service_only() -> None:
    def denied(params: Params) -> Mapping[str, Any]:
        if params["taskDefinition"] == arn(1):
            raise Refusal("AccessDeniedException")
        return definitions(params)

    sweep, _ = sweeper(DescribeTaskDefinition=denied)

    assert sweep.sweep(CLUSTER, manifests(3)).errors.keys() == {ServiceKey("prod", "s1")}


def test_the_real_glance_is_the_default() -> None:
    gateways, _ = over({"DescribeServices": {"services": [named("notes")]}, "DescribeTaskDefinition": definitions})

    result = Sweeper(lambda _: gateways, lambda: NOW).sweep(CLUSTER, (wanted(),))

    assert result.in_sync == {wanted().key}
