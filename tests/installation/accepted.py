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
    values = {name: given.get(name, str(said.get("Default", ""))) for name, said in PARAMETERS.items()}
    return [*(name for name in given if not _within(PARAMETERS[name], values[name])), *_broken(values)]


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
    """What an expression of a rule comes to. ``KeyError``: rules have no such function."""
    match said:
        case {"Ref": name}:
            return values[name]
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
    "Fn::Equals": lambda found: found[0] == found[1],
    "Fn::Not": lambda found: not found[0],
    "Fn::Or": any,
}
