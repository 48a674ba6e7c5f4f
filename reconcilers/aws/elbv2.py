"""Elastic Load Balancing: where listeners send traffic. Only ever read: CodeDeploy and ECS own what is behind them."""

from collections.abc import Mapping
from typing import Any

from reconcilers.aws.calls import ask_or_none, batches
from reconcilers.preflight_facts import Listener, TargetGroup

NAMES_LIMIT = 20  # for a request's length; the API itself names no limit
_NO_LISTENER = frozenset({"ListenerNotFound", "ListenerNotFoundException"})
_NO_TARGET_GROUP = frozenset({"TargetGroupNotFound", "TargetGroupNotFoundException"})


class Elbv2Gateway:
    """One account and region of Elastic Load Balancing, as ``client`` reaches it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def listeners(self, arns: tuple[str, ...]) -> tuple[Listener, ...]:
        """The listeners that exist, with the weights of their default action."""
        found = self._found("describe_listeners", "ListenerArns", "Listeners", arns, _NO_LISTENER)
        return tuple(Listener(each["ListenerArn"], _weights(each)) for each in found)

    def target_groups(self, names: tuple[str, ...] = (), arns: tuple[str, ...] = ()) -> tuple[TargetGroup, ...]:
        """The target groups of these names or these ARNs that exist."""
        found = self._found("describe_target_groups", "Names", "TargetGroups", names, _NO_TARGET_GROUP)
        found += self._found("describe_target_groups", "TargetGroupArns", "TargetGroups", arns, _NO_TARGET_GROUP)
        return tuple(TargetGroup(each["TargetGroupArn"], each["TargetGroupName"]) for each in found)

    def _found(
        self, operation: str, parameter: str, member: str, wanted: tuple[str, ...], absent: frozenset[str]
    ) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for batch in batches(tuple(dict.fromkeys(wanted)), NAMES_LIMIT):
            answer = ask_or_none(self._client, operation, {parameter: batch}, absent, about=", ".join(batch))
            if answer is None and len(batch) > 1:
                # One that is missing spoils the answer for all of them: ask for each alone.
                each = (ask_or_none(self._client, operation, {parameter: [one]}, absent, about=one) for one in batch)
                found += [item for one in each if one for item in one.get(member, ())]
            elif answer is not None:
                found += answer.get(member, ())
        return found


def _weights(listener: Mapping[str, Any]) -> dict[str, int]:
    """Target group → weight. AWS answers with ``ForwardConfig``, or for a single target group with its ARN alone."""
    weights: dict[str, int] = {}
    for action in listener.get("DefaultActions", ()):
        if action.get("Type") != "forward":
            continue
        tuples = action.get("ForwardConfig", {}).get("TargetGroups", ())
        weights |= {each["TargetGroupArn"]: int(each.get("Weight", 1)) for each in tuples if "TargetGroupArn" in each}
        if not tuples and "TargetGroupArn" in action:
            weights[action["TargetGroupArn"]] = 1
    return weights
