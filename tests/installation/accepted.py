"""What CloudFormation refuses before it makes anything: parameters by their bounds, and together by the Rules.

moto looks at neither. Source: AWS CloudFormation User Guide, *Parameters* and *Rules*.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml

from tests.installation.stack import TEMPLATE


class _Loader(yaml.SafeLoader):
    """Reads a short form as the long one: ``!Equals [a, b]`` is ``{"Fn::Equals": [a, b]}``."""


def _long(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            value: Any = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            raise ValueError(f"{name} of a map")
    return {name if name in {"Ref", "Condition"} else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _long)

WHOLE: Mapping[str, Any] = yaml.load(TEMPLATE.read_text("utf-8"), _Loader)
PARAMETERS: Mapping[str, Mapping[str, Any]] = WHOLE["Parameters"]


def refusals(**given: str) -> list[str]:
    """Why CloudFormation refuses these parameters: names of those out of bounds, then what the Rules say."""
    values = valued(given)
    return [*(name for name in given if not _within(PARAMETERS[name], values[name])), *_broken(values)]


def valued(given: Mapping[str, str]) -> dict[str, str]:
    """Every parameter's value, where so much is given."""
    return {name: given.get(name, str(said.get("Default", ""))) for name, said in PARAMETERS.items()}


def let_out(**given: str) -> list[int]:
    """The ports that Trueup's security group lets it reach, which moto does not look at."""
    values = valued(given)
    found = []
    for each in WHOLE["Resources"]["SecurityGroup"]["Properties"]["SecurityGroupEgress"]:
        match each:
            case {"Fn::If": [name, rule, _]}:
                if holds({"Condition": name}, values):
                    found.append(rule)
            case rule:
                found.append(rule)
    assert all(rule["FromPort"] == rule["ToPort"] and rule["IpProtocol"] == "tcp" for rule in found)
    return [int(holds(rule["FromPort"], values)) for rule in found]


def ways_to_itself(**given: str) -> list[tuple[int, int]]:
    """The ports on which tasks of Trueup's security group may reach, and be reached by, others of it."""
    values, itself = valued(given), {"Fn::GetAtt": "SecurityGroup.GroupId"}
    found = []
    for name, peer in (
        ("EgressToItself", "DestinationSecurityGroupId"),
        ("IngressFromItself", "SourceSecurityGroupId"),
    ):
        resource = WHOLE["Resources"][name]
        rule = resource["Properties"]
        assert (rule["GroupId"], rule[peer], rule["IpProtocol"]) == (itself, itself, "tcp")
        if holds({"Condition": resource["Condition"]}, values):
            found.append((rule["FromPort"], rule["ToPort"]))
    return found


def _within(said: Mapping[str, Any], value: str) -> bool:
    if "AllowedValues" in said and value not in [str(each) for each in said["AllowedValues"]]:
        return False
    if "AllowedPattern" in said and not re.fullmatch(said["AllowedPattern"], value):
        return False
    if said["Type"] != "Number":
        return len(value) >= int(said.get("MinLength", 0))
    return float(said.get("MinValue", "-inf")) <= float(value) <= float(said.get("MaxValue", "inf"))


def _broken(values: Mapping[str, str]) -> Iterator[str]:
    for rule in WHOLE["Rules"].values():
        if holds(rule.get("RuleCondition", True), values):
            for each in rule["Assertions"]:
                if not holds(each["Assert"], values):
                    yield each["AssertDescription"]


def holds(said: Any, values: Mapping[str, str]) -> Any:
    """What an expression of a rule or a condition comes to. ``KeyError``: they have no such function."""
    match said:
        case {"Ref": name}:
            return values[name]
        case {"Condition": name}:
            return holds(WHOLE["Conditions"][name], values)
        case dict():
            ((function, arguments),) = said.items()
            return _FUNCTIONS[function]([holds(each, values) for each in arguments])
        case list():
            return [holds(each, values) for each in said]
        case _:
            return said


_FUNCTIONS: Mapping[str, Callable[[list[Any]], bool]] = {
    "Fn::And": all,
    "Fn::Contains": lambda found: found[1] in found[0],
    "Fn::Equals": lambda found: str(found[0]) == str(found[1]),
    "Fn::Not": lambda found: not found[0],
    "Fn::Or": any,
}
