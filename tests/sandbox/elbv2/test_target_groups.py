"""Load balancers, target groups, and the health of targets."""

import pytest

from tests.sandbox.answers import CheckedWorld
from tests.sandbox.elbv2.test_forwarding import Balanced
from tests.sandbox.stage import refused

IP = "10.0.0.1"


def health(world: CheckedWorld, group: str) -> dict[str, tuple[str, str | None]]:
    told = world.call("elbv2", "DescribeTargetHealth", TargetGroupArn=group)["TargetHealthDescriptions"]
    return {one["Target"]["Id"]: (one["TargetHealth"]["State"], one["TargetHealth"].get("Reason")) for one in told}


def checked(images: tuple[str, ...] = ()) -> Balanced:
    """A target in a group that is checked every ten seconds, three times."""
    world = Balanced()
    world.call(
        "elbv2",
        "ModifyTargetGroup",
        TargetGroupArn=world.one,
        HealthCheckIntervalSeconds=10,
        HealthyThresholdCount=3,
        UnhealthyThresholdCount=2,
    )
    world.place.elbv2.register_targets(world.one, [(IP, 80)], images)
    return world


def test_a_new_target_is_initial_until_its_checks_have_passed() -> None:
    world = checked()
    assert health(world, world.one) == {IP: ("initial", "Elb.RegistrationInProgress")}
    world.pass_time(29)
    assert health(world, world.one) == {IP: ("initial", "Elb.InitialHealthChecking")}
    assert not world.place.elbv2.healthy(world.one, IP)
    world.pass_time(1)
    assert health(world, world.one) == {IP: ("healthy", None)}
    assert world.place.elbv2.healthy(world.one, IP)


def test_a_target_whose_image_is_sick_becomes_unhealthy() -> None:
    world = checked(("registry/app:crash",))
    world.pass_time(19)
    assert health(world, world.one)[IP][0] == "initial"
    world.pass_time(1)
    assert health(world, world.one) == {IP: ("unhealthy", "Target.FailedHealthChecks")}
    assert world.place.elbv2.unhealthy(world.one, IP)


def test_durations_follow_the_speed() -> None:
    world = CheckedWorld(speed=60)
    group = world.call("elbv2", "CreateTargetGroup", Name="g", Protocol="HTTP", Port=80, TargetType="ip")
    assert world.place.elbv2.seconds_to_healthy(group["TargetGroups"][0]["TargetGroupArn"]) == 150


def test_a_target_group_without_a_listener_is_not_checked() -> None:
    world = Balanced()
    world.place.elbv2.register_targets(world.two, [(IP, 80)])
    world.pass_time(600)
    assert health(world, world.two) == {IP: ("unused", "Target.NotInUse")}
    assert world.place.elbv2.healthy(world.two, IP)


def test_checks_begin_when_a_listener_comes() -> None:
    world = Balanced()
    world.place.elbv2.register_targets(world.two, [(IP, 80)])
    world.pass_time(600)
    world.modify(world.weigh(one=100, two=0))
    assert health(world, world.two)[IP][0] == "initial"
    world.pass_time(150)
    assert health(world, world.two)[IP][0] == "healthy"
    world.modify(world.forward(world.one))
    assert health(world, world.two)[IP][0] == "unused"


def test_a_deregistered_target_drains_and_then_is_gone() -> None:
    world = checked()
    world.pass_time(60)
    world.call("elbv2", "DeregisterTargets", TargetGroupArn=world.one, Targets=[{"Id": IP}])
    assert health(world, world.one) == {IP: ("draining", "Target.DeregistrationInProgress")}
    assert not world.place.elbv2.healthy(world.one, IP)
    world.pass_time(299)
    assert health(world, world.one)[IP][0] == "draining"
    world.pass_time(1)
    assert health(world, world.one) == {}


def test_the_deregistration_delay_is_the_groups() -> None:
    world = checked()
    attributes = [{"Key": "deregistration_delay.timeout_seconds", "Value": "5"}]
    world.call("elbv2", "ModifyTargetGroupAttributes", TargetGroupArn=world.one, Attributes=attributes)
    world.place.elbv2.deregister_targets(world.one, [(IP, 80)])
    world.pass_time(5)
    assert health(world, world.one) == {}


def test_a_target_that_was_never_registered_is_unused() -> None:
    world = Balanced()
    told = world.call("elbv2", "DescribeTargetHealth", TargetGroupArn=world.one, Targets=[{"Id": "10.9.9.9"}])
    state = told["TargetHealthDescriptions"][0]["TargetHealth"]
    assert (state["State"], state["Reason"]) == ("unused", "Target.NotRegistered")


def test_the_world_may_decide_a_targets_health() -> None:
    world = checked()
    world.pass_time(60)
    elbv2 = world.place.elbv2
    elbv2.set_health(world.one, IP, False)
    assert health(world, world.one)[IP][0] == "unhealthy"
    elbv2.set_health(world.one, IP, None)
    assert health(world, world.one)[IP][0] == "healthy"


def test_without_a_healthy_target_all_of_them_serve() -> None:
    world = checked()
    elbv2 = world.place.elbv2
    elbv2.register_targets(world.one, [("10.0.0.2", 80)])
    world.pass_time(60)
    group = elbv2.registry.target_group(world.one)
    elbv2.set_health(world.one, IP, False)
    assert [one.id for one in elbv2.serving(group)] == ["10.0.0.2"]
    elbv2.set_health(world.one, "10.0.0.2", False)
    assert len(elbv2.serving(group)) == 2
    assert elbv2.health_counts(group) == (0, 2)


def test_targets_are_registered_through_the_api_as_well() -> None:
    world = Balanced()
    world.call("elbv2", "RegisterTargets", TargetGroupArn=world.one, Targets=[{"Id": IP, "Port": 8080}])
    told = world.call("elbv2", "DescribeTargetHealth", TargetGroupArn=world.one)["TargetHealthDescriptions"][0]
    assert (told["Target"]["Port"], told["HealthCheckPort"]) == (8080, "8080")


def test_a_target_group_that_is_gone_has_no_healthy_targets_and_nothing_to_drain() -> None:
    elbv2 = Balanced().place.elbv2
    assert not elbv2.target_group_exists("arn:nobody")
    assert not elbv2.healthy("arn:nobody", IP)
    elbv2.deregister_targets("arn:nobody", [(IP, 80)])
    with refused("TargetGroupNotFound"):
        elbv2.register_targets("arn:nobody", [(IP, 80)])


def test_a_target_group_knows_its_load_balancers_once_each() -> None:
    world = Balanced()
    world.listen(8080, world.forward(world.one))
    told = world.call("elbv2", "DescribeTargetGroups", Names=["one", "two"])["TargetGroups"]
    assert [one["LoadBalancerArns"] for one in told] == [[world.balancer], []]
    used = world.call("elbv2", "DescribeTargetGroups", LoadBalancerArn=world.balancer)["TargetGroups"]
    assert [one["TargetGroupName"] for one in used] == ["one"]


def test_a_target_group_in_use_is_not_deleted() -> None:
    world = Balanced()
    with refused("ResourceInUse"):
        world.call("elbv2", "DeleteTargetGroup", TargetGroupArn=world.one)
    world.call("elbv2", "DeleteListener", ListenerArn=world.listener)
    world.call("elbv2", "DeleteTargetGroup", TargetGroupArn=world.one)
    with refused("TargetGroupNotFound"):
        world.call("elbv2", "DescribeTargetGroups", Names=["one"])
    world.group("one")


@pytest.mark.parametrize(
    ("operation", "params", "code"),
    [
        ("DescribeTargetGroups", {"TargetGroupArns": ["arn:nobody"]}, "TargetGroupNotFound"),
        ("DescribeTargetHealth", {"TargetGroupArn": "arn:nobody"}, "TargetGroupNotFound"),
        ("DescribeLoadBalancers", {"Names": ["nobody"]}, "LoadBalancerNotFound"),
        ("DescribeLoadBalancers", {"LoadBalancerArns": ["arn:nobody"]}, "LoadBalancerNotFound"),
        ("DescribeRules", {"ListenerArn": "arn:nobody"}, "ListenerNotFound"),
        ("DescribeRules", {"RuleArns": ["arn:nobody"]}, "RuleNotFound"),
        ("DeleteListener", {"ListenerArn": "arn:nobody"}, "ListenerNotFound"),
        ("DescribeTags", {"ResourceArns": ["arn:x:targetgroup/nobody/1"]}, "TargetGroupNotFound"),
    ],
)
def test_what_does_not_exist_is_said_in_awss_words(operation: str, params: dict[str, object], code: str) -> None:
    with refused(code):
        Balanced().call("elbv2", operation, **params)


def test_lists_come_in_pages() -> None:
    world = Balanced()
    first = world.call("elbv2", "DescribeTargetGroups", PageSize=1)
    assert [one["TargetGroupName"] for one in first["TargetGroups"]] == ["one"]
    second = world.call("elbv2", "DescribeTargetGroups", PageSize=1, Marker=first["NextMarker"])
    assert [one["TargetGroupName"] for one in second["TargetGroups"]] == ["two"]
    assert "NextMarker" not in second
    with refused("ValidationError"):
        world.call("elbv2", "DescribeTargetGroups", Marker="nobody")


def test_names_are_taken_once() -> None:
    world = Balanced()
    with refused("DuplicateTargetGroupName"):
        world.group("one")
    with refused("DuplicateLoadBalancerName"):
        world.call("elbv2", "CreateLoadBalancer", Name="alb", Subnets=["subnet-1"])


def test_a_load_balancer_takes_its_listeners_and_rules_along() -> None:
    world = Balanced()
    world.call("elbv2", "DeleteLoadBalancer", LoadBalancerArn=world.balancer)
    with refused("ListenerNotFound"):
        world.call("elbv2", "DescribeListeners", ListenerArns=[world.listener])
    world.call("elbv2", "DeleteTargetGroup", TargetGroupArn=world.one)


def test_a_load_balancer_reads_back_and_can_be_changed() -> None:
    world = Balanced()
    told = world.call("elbv2", "DescribeLoadBalancers", Names=["alb"])["LoadBalancers"][0]
    assert told["State"] == {"Code": "active"}
    assert [zone["SubnetId"] for zone in told["AvailabilityZones"]] == ["subnet-1", "subnet-2"]
    assert told["DNSName"].endswith(".eu-west-1.elb.amazonaws.com")
    changed = world.call("elbv2", "SetSubnets", LoadBalancerArn=world.balancer, Subnets=["subnet-3"])
    assert [zone["SubnetId"] for zone in changed["AvailabilityZones"]] == ["subnet-3"]
    groups = world.call("elbv2", "SetSecurityGroups", LoadBalancerArn=world.balancer, SecurityGroups=["sg-1"])
    assert groups["SecurityGroupIds"] == ["sg-1"]


@pytest.mark.parametrize(
    ("kind", "key", "attribute"),
    [
        ("LoadBalancer", "balancer", "idle_timeout.timeout_seconds"),
        ("TargetGroup", "one", "slow_start.duration_seconds"),
        ("Listener", "listener", "routing.http.response.server.enabled"),
    ],
)
def test_attributes_read_back(kind: str, key: str, attribute: str) -> None:
    world = Balanced()
    arn = {f"{kind}Arn": getattr(world, key)}
    wanted = {"Key": attribute, "Value": "17"}
    world.call("elbv2", f"Modify{kind}Attributes", **arn, Attributes=[wanted])
    assert wanted in world.call("elbv2", f"Describe{kind}Attributes", **arn)["Attributes"]


def test_tags_come_and_go() -> None:
    world = Balanced()
    arns = [world.balancer, world.one, world.listener]
    world.call("elbv2", "AddTags", ResourceArns=arns, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    world.call("elbv2", "RemoveTags", ResourceArns=arns, TagKeys=["b"])
    told = world.call("elbv2", "DescribeTags", ResourceArns=arns)["TagDescriptions"]
    assert [one["Tags"] for one in told] == [[{"Key": "a", "Value": "1"}]] * 3
