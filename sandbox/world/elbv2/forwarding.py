"""Forward actions: what AWS makes of them, and the weights in them."""

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Params

HEAVIEST = 999
NO_STICKINESS: Answer = {"Enabled": False}


def normalised(actions: Iterable[Params], exists: Callable[[str], bool]) -> list[Answer]:
    """Actions as AWS reads them back.

    A forward to one target group carries both ``TargetGroupArn`` and a ``ForwardConfig`` of weight 1; to several,
    only the ``ForwardConfig``. Refuses unknown target groups and weights outside 0-999.
    """
    return [_normal(action, exists) for action in actions]


def _normal(action: Params, exists: Callable[[str], bool]) -> Answer:
    normal = deepcopy(dict(action))
    if action.get("Type") != "forward":
        return normal
    config = deepcopy(dict(action.get("ForwardConfig") or {}))
    groups = config.get("TargetGroups") or _single(action)
    for group in groups:
        group.setdefault("Weight", 1)
        _check(group, exists)
    config["TargetGroups"] = groups
    config.setdefault("TargetGroupStickinessConfig", dict(NO_STICKINESS))
    normal["ForwardConfig"] = config
    normal.pop("TargetGroupArn", None)
    if len(groups) == 1:
        normal["TargetGroupArn"] = groups[0]["TargetGroupArn"]
    return normal


def _single(action: Params) -> list[Answer]:
    arn = action.get("TargetGroupArn")
    if not arn:
        raise AwsError("ValidationError", "A target group ARN must be specified")
    return [{"TargetGroupArn": arn, "Weight": 1}]


def _check(group: Params, exists: Callable[[str], bool]) -> None:
    if not 0 <= group["Weight"] <= HEAVIEST:
        raise AwsError("ValidationError", f"The weight '{group['Weight']}' must be between 0 and {HEAVIEST}")
    if not exists(group["TargetGroupArn"]):
        raise AwsError("TargetGroupNotFound", f"Target groups '{group['TargetGroupArn']}' not found")


def weights(actions: Iterable[Params]) -> dict[str, int]:
    """What share each target group has of the requests, by ARN; empty when nothing is forwarded."""
    for action in actions:
        if action.get("Type") == "forward":
            return {group["TargetGroupArn"]: group["Weight"] for group in action["ForwardConfig"]["TargetGroups"]}
    return {}


def reweighted(actions: Iterable[Params], shares: Mapping[str, int]) -> list[Answer]:
    """The same actions with the forward's target groups and weights replaced by ``shares``.

    Only the ``ForwardConfig`` stays, as after every hand that weighs two target groups (AWS, observed); target groups
    that stood there keep their places.
    """
    changed: list[Answer] = []
    for action in actions:
        if action.get("Type") != "forward":
            changed.append(deepcopy(dict(action)))
            continue
        before = [arn for arn in weights([action]) if arn in shares]
        order = before + [arn for arn in shares if arn not in before]
        config = {
            "TargetGroups": [{"TargetGroupArn": arn, "Weight": shares[arn]} for arn in order],
            "TargetGroupStickinessConfig": deepcopy(action["ForwardConfig"]["TargetGroupStickinessConfig"]),
        }
        kept = {key: deepcopy(value) for key, value in action.items() if key not in {"TargetGroupArn", "ForwardConfig"}}
        changed.append({**kept, "ForwardConfig": config})
    return changed
