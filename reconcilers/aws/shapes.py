"""What AWS would refuse in a request, by botocore's own model of it: a field that AWS adds is known the day botocore
knows it. Offline, and no client is made. Bounds of numbers that are not in it are in ``counts``.

Values are never repeated in a message, but for those of closed lists: they may be secrets.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reconcilers.aws import counts, models

Path = tuple[str | int, ...]
Model = Mapping[str, Any]

# UpdateService's members that a manifest says elsewhere.
SAID_ELSEWHERE = frozenset({"cluster", "service", "taskDefinition", "forceNewDeployment"})


@dataclass(frozen=True, slots=True)
class Misfit:
    """What does not fit, and where: names and positions from the top. ``nearest``: the right name, if one is near."""

    at: Path
    message: str
    nearest: str | None = None


def task_definition(document: Any) -> tuple[Misfit, ...]:
    """A task definition as RegisterTaskDefinition takes it, against the model. Empty where everything fits."""
    return tuple(_walk((), document, _shape("RegisterTaskDefinitionRequest")))


def service_definition(document: Any) -> tuple[Misfit, ...]:
    """Fields of a service in UpdateService's words, without those that a manifest says elsewhere."""
    request = _shape("UpdateServiceRequest")
    members = {name: shape for name, shape in request["members"].items() if name not in SAID_ELSEWHERE}
    misfits = _walk((), document, {**request, "members": members, "required": []})
    return (*misfits, *(Misfit(at, why) for at, why in counts.of_service(document)))


def deployment_configuration(document: Any) -> tuple[Misfit, ...]:
    """A service's deploymentConfiguration, as far as declared."""
    misfits = _walk((), document, _shape("DeploymentConfiguration"))
    return (*misfits, *(Misfit(at, why) for at, why in counts.of_deployment(document)))


@cache
def _shapes() -> Mapping[str, Model]:
    shapes: Mapping[str, Model] = models.loader().load_service_model("ecs", "service-2")["shapes"]
    return shapes


def _shape(name: str) -> Model:
    return _shapes()[name]


def _walk(at: Path, value: Any, shape: Model) -> Iterator[Misfit]:
    kind = shape["type"]
    fits, called = _KINDS.get(kind, (_anything, kind))
    if value is None:
        yield Misfit(at, f"must be {called}, and is null. Leave it out to say nothing.")
    elif not fits(value):
        yield Misfit(at, f"must be {called}, and is {_called(value)}.")
    else:
        yield from _WITHIN.get(kind, _nothing)(at, value, shape)


def _structure(at: Path, value: Mapping[Any, Any], shape: Model) -> Iterator[Misfit]:
    members = shape["members"]
    for name, inner in value.items():
        if name in members:
            yield from _walk((*at, name), inner, _shape(members[name]["shape"]))
        else:
            nearest = _nearest(str(name), members)
            hint = f" Did you mean {nearest}?" if nearest else ""
            yield Misfit((*at, str(name)), f"AWS knows no field {name} here.{hint}", nearest)
    for name in shape.get("required", ()):
        if name not in value:
            yield Misfit((*at, name), f"{name} is required and missing.")


def _list(at: Path, value: list[Any], shape: Model) -> Iterator[Misfit]:
    yield from _bounds(at, len(value), shape, "entries")
    member = _shape(shape["member"]["shape"])
    for position, inner in enumerate(value):
        yield from _walk((*at, position), inner, member)


def _map(at: Path, value: Mapping[Any, Any], shape: Model) -> Iterator[Misfit]:
    key, inner_shape = _shape(shape["key"]["shape"]), _shape(shape["value"]["shape"])
    for name, inner in value.items():
        yield from _walk((*at, str(name)), name, key)
        yield from _walk((*at, str(name)), inner, inner_shape)


def _text(at: Path, value: str, shape: Model) -> Iterator[Misfit]:
    yield from _bounds(at, len(value), shape, "characters")
    choices = shape.get("enum", ())
    if choices and value not in choices:
        nearest = _nearest(value, choices)
        yield Misfit(at, f"{value} is not one of {', '.join(choices)}.", nearest)


def _number(at: Path, value: float, shape: Model) -> Iterator[Misfit]:
    yield from _bounds(at, value, shape, "")


def _nothing(_at: Path, _value: Any, _shape: Model) -> Iterator[Misfit]:
    yield from ()


def _bounds(at: Path, size: float, shape: Model, unit: str) -> Iterator[Misfit]:
    least, most = shape.get("min"), shape.get("max")
    counted = f" {unit}" if unit else ""
    if least is not None and size < least:
        yield Misfit(at, f"must be at least {least}{counted}, and is {size}.")
    if most is not None and size > most:
        yield Misfit(at, f"must be at most {most}{counted}, and is {size}.")


def _nearest(name: str, names: Iterable[str]) -> str | None:
    by_lower = {each.lower(): each for each in names}
    near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _real(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _anything(_value: Any) -> bool:
    return True


def _is(kind: type) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, kind)


_KINDS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "structure": (_is(Mapping), "an object"),
    "map": (_is(Mapping), "an object"),
    "list": (_is(list), "a list"),
    "string": (_is(str), "text"),
    "boolean": (_is(bool), "true or false"),
    "integer": (_whole, "a whole number"),
    "long": (_whole, "a whole number"),
    "float": (_real, "a number"),
    "double": (_real, "a number"),
}
_WITHIN: Mapping[str, Callable[[Path, Any, Model], Iterator[Misfit]]] = {
    "structure": _structure,
    "map": _map,
    "list": _list,
    "string": _text,
    "integer": _number,
    "long": _number,
    "float": _number,
    "double": _number,
}


def _called(value: Any) -> str:
    """A value's kind, in the words of JSON."""
    if isinstance(value, bool):
        return "true or false"
    kinds = ((str, "text"), (int | float, "a number"), (Mapping, "an object"), (list | tuple, "a list"))
    return next((called for kind, called in kinds if isinstance(value, kind)), f"a {type(value).__name__}")
