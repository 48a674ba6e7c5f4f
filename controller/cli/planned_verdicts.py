"""A plan in a word, and a service's version before and after it: what a table shows."""

from collections.abc import Mapping
from typing import Any, assert_never

from controller.web.rows import version
from reconcilers.actions import (
    Action,
    CreateDeployment,
    EndTerminationWait,
    RegisterTaskDefinition,
    StartRolling,
    StopDeployment,
    StopServiceDeployment,
    TagRevision,
    UpdateService,
)
from reconcilers.attempts import Cause
from reconcilers.model import Service, SyncPolicy
from reconcilers.outcome import Blocked, Differs, Failed, Held, InSync, Outcome, Progressing, Sync, Waiting
from reconcilers.verdict import Plan

TROUBLE = frozenset({"held", "blocked", "fails"})
FOR_SYNC, WATCHED, REPORTED = "waits for sync", "only watched", "only reported"
UNDER_WAY, WAITS = "goes on", "waits"
_CAUSES = {Cause.COMMIT: "ship", Cause.HEAL: "put back", Cause.RETRY: "ship again"}
_IMAGES = "/taskDefinition/containerDefinitions/"


def verdict(plan: Plan, wanted: Service | None = None) -> str:
    """What the daemon would do, in a word or two; what is in the way where it would do nothing."""
    words = [word for action in plan.actions if (word := _word(action))]
    return words[-1] if words else left(plan, wanted) or _standing(plan.outcome)


def left(plan: Plan, wanted: Service | None) -> str:
    """By which rule of the manifest something is left as it is, in a word or two; empty where nothing is."""
    if not isinstance(plan.outcome, Differs):
        return ""
    if wanted is not None and wanted.sync is SyncPolicy.OBSERVE:
        return WATCHED
    return FOR_SYNC if plan.sync is Sync.OUTDATED else REPORTED


def _word(action: Action) -> str:
    match action:
        case CreateDeployment(mark=mark) | StartRolling(mark=mark):
            return _CAUSES[mark.cause]
        case UpdateService(fields=fields):
            return f"set {', '.join(fields)}"
        case StopDeployment() | StopServiceDeployment():
            return "stop and roll back"
        case EndTerminationWait():
            return "end the termination wait"
        case RegisterTaskDefinition() | TagRevision():
            return ""
        case _:
            assert_never(action)


def _standing(outcome: Outcome) -> str:
    match outcome:
        case InSync():
            return "nothing"
        case Progressing():
            return UNDER_WAY
        case Waiting():
            return WAITS
        case Differs():
            return REPORTED
        case Held():
            return "held"
        case Blocked():
            return "blocked"
        case Failed():
            return "fails"
        case _:
            assert_never(outcome)


def versions(wanted: Service, plan: Plan) -> tuple[str, str]:
    """What runs, and what is wanted, in a word each."""
    declared = {str(each.get("name", "")): str(each.get("image", "")) for each in _containers(wanted.task_definition)}
    live = dict(declared)
    for change in plan.changes:
        name, _, leaf = change.path.removeprefix(_IMAGES).partition("/")
        if change.path.startswith(_IMAGES) and leaf == "image":
            live[name] = str(change.live or "")
        elif change.path.startswith(_IMAGES) and not leaf:
            live = _without_or_with(live, name, change.live)
    return _version(live), _version(declared)


def _without_or_with(images: Mapping[str, str], name: str, container: Any) -> dict[str, str]:
    """The images of what runs, where a whole container is there on one side alone."""
    others = {each: image for each, image in images.items() if each != name}
    return others | {name: str(container.get("image", ""))} if isinstance(container, Mapping) else others


def _version(images: Mapping[str, str]) -> str:
    return version({"containerDefinitions": [{"name": name, "image": image} for name, image in images.items()]})


def _containers(definition: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return list(definition.get("containerDefinitions", ()))
