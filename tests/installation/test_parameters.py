"""Parameters that make no sense are refused before anything is made, each with what to do."""

from dataclasses import fields
from itertools import product
from typing import get_type_hints

import pytest

from controller.settings import Settings
from reconcilers.fargate import MEMORY_BY_CPU
from tests.installation.accepted import PARAMETERS, let_out, refusals, ways_to_itself

SIZES = list(product(PARAMETERS["Cpu"]["AllowedValues"], PARAMETERS["Memory"]["AllowedValues"]))
ADDRESSES = ("0.0.0.0/0", "10.1.0.0/16", "255.255.255.255/32", "192.168.0.9/9", "")
NO_ADDRESSES = (
    "999.1.1.1/99",
    "10.1.0.0",
    "10.1.0/16",
    "10.1.0.0/33",
    "256.0.0.0/8",
    "10.1.0.0/",
    "010.1.0.0/16",
    "10.1.0.0/016",
    "10.1.0.0.0/16",
    "10x1x0x0/16",
    "::/0",
)


@pytest.mark.parametrize(("cpu", "memory"), SIZES)
def test_cpu_and_memory_go_together_as_fargate_has_them(cpu: str, memory: str) -> None:
    assert (refusals(Cpu=cpu, Memory=memory) == []) == (int(memory) in MEMORY_BY_CPU[int(cpu)])


def test_each_size_of_cpu_goes_with_some_memory() -> None:
    fit = {cpu for cpu, memory in SIZES if refusals(Cpu=cpu, Memory=memory) == []}
    assert fit == set(PARAMETERS["Cpu"]["AllowedValues"])


@pytest.mark.parametrize("cidr", ADDRESSES)
def test_a_range_of_addresses_is_taken(cidr: str) -> None:
    assert refusals(SourceCidr=cidr) == []


@pytest.mark.parametrize("cidr", NO_ADDRESSES)
def test_what_is_no_range_of_addresses_is_refused(cidr: str) -> None:
    assert refusals(SourceCidr=cidr) == ["SourceCidr"]


def test_a_namespace_without_its_name_is_refused() -> None:
    (refused,) = refusals(NamespaceId="ns-abc", NamespaceName="")
    assert "NamespaceName" in refused
    assert refusals(NamespaceId="ns-abc", NamespaceName="corp") == refusals(NamespaceName="") == refusals() == []


@pytest.mark.parametrize(("parameter", "setting"), [("Workers", "workers"), ("SweepInterval", "sweep_interval")])
def test_the_loop_s_parameters_have_the_defaults_and_bounds_of_the_daemon(parameter: str, setting: str) -> None:
    said = PARAMETERS[parameter]
    (default,) = (each.default for each in fields(Settings) if each.name == setting)
    option = get_type_hints(Settings, include_extras=True)[setting].__metadata__[0]
    assert (said["Default"], said["MinValue"], said.get("MaxValue")) == (default, option.min, option.max)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"StartsBeforeItStops": "yes"}, "stops before it starts"),
        ({"Replicas": "2"}, "one task runs"),
    ],
)
def test_without_a_lease_table_only_one_may_act(first: dict[str, str], then: str) -> None:
    (refused,) = refusals(**first)
    assert then in refused
    assert refusals(LeaseTable="yes", **first) == []


@pytest.mark.parametrize(
    ("given", "ports"),
    [
        ({}, [443]),
        ({"GitPort": "8443"}, [443, 8443]),
        ({"ReceiverPort": "9443"}, [443, 9443]),
        ({"GitPort": "8443", "ReceiverPort": "9443"}, [443, 8443, 9443]),
        ({"GitPort": "8443", "ReceiverPort": "8443"}, [443, 8443]),
    ],
)
def test_it_gets_out_to_the_ports_that_are_named_and_to_each_by_one_rule(
    given: dict[str, str], ports: list[int]
) -> None:
    assert let_out(**given) == ports


def test_replicas_reach_each_other_on_the_port_of_the_page_and_one_alone_reaches_nobody() -> None:
    assert ways_to_itself(LeaseTable="yes") == [(8080, 8080), (8080, 8080)]
    assert ways_to_itself() == []


@pytest.mark.parametrize("proxy", ["http://proxy.corp:3128", "https://10.0.0.7:8443/", ""])
def test_a_proxy_is_named_by_its_address(proxy: str) -> None:
    assert refusals(HttpsProxy=proxy, NoProxy=".corp,10.0.0.0/8,git.example:8443") == []


@pytest.mark.parametrize("proxy", ["proxy.corp:3128", "http://me:secret@proxy.corp:3128", "http://proxy corp"])
def test_a_proxy_with_a_password_for_all_to_read_is_refused(proxy: str) -> None:
    assert refusals(HttpsProxy=proxy) == ["HttpsProxy"]
