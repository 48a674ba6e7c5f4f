"""A plan in words: what ``act`` would do, and nothing done. The second interpreter of the same data."""

from collections.abc import Iterator, Mapping, Set
from typing import Any, assert_never

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
from reconcilers.attempts import deployment_name
from reconcilers.diff import Change, masked
from reconcilers.excerpt import sentences
from reconcilers.json_value import written
from reconcilers.outcome import (
    Blocked,
    Differs,
    Failed,
    Finding,
    Held,
    InSync,
    Outcome,
    Progressing,
    Waiting,
)
from reconcilers.verdict import Plan

BESIDES = "not of this change: live is otherwise already"


def lines(plan: Plan, besides: Set[str] = frozenset()) -> tuple[str, ...]:
    """A plan for people, a line each: how it stands, what differs, what would be done. Secret values are masked.

    ``besides``: the paths that differ for another reason than the change that is planned.
    """
    return (
        f"{plan.sync.value}, {plan.health.value}: {sentence(plan.outcome)}",
        *(f"  {described(each)}{f' ({BESIDES})' if each.path in besides else ''}" for each in plan.changes),
        *(f"  ! {found(finding)}" for finding in plan.warnings),
        *(f"  > {step(action)}" for action in plan.actions),
    )


def sentence(outcome: Outcome) -> str:
    """An outcome in a sentence."""
    match outcome:
        case InSync(note=note):
            return f"nothing to do. {note}".strip()
        case Progressing(what=what) | Differs(what=what):
            return what
        case Waiting(what=what, on=on):
            return f"{what} Waits for {on}."
        case Held():
            return f"held since {outcome.why}"
        case Blocked(by=by, findings=findings):
            return f"blocked ({by.value}). {sentences(map(found, findings))}"
        case Failed(reason=word, message=message):
            return f"failed. {word}: {message}"
        case _:
            assert_never(outcome)


def described(change: Change) -> str:
    """A leaf that differs: where, what is declared, and what is live."""
    seen = masked(change)
    match change.kind:
        case "changed":
            return f"~ {seen.path}: {written(seen.live)} -> {written(seen.declared)}"
        case "removed":
            return f"+ {seen.path}: {written(seen.declared)}"
        case "added":
            return f"- {seen.path}: {written(seen.live)}"
        case _:
            assert_never(change.kind)


def found(finding: Finding) -> str:
    """A finding with its remedy."""
    return f"{finding.code}: {finding.message} {finding.remedy}"


def step(action: Action) -> str:
    """What one action would do."""
    return " ".join(_words(action))


def _words(action: Action) -> Iterator[str]:
    match action:
        case RegisterTaskDefinition(definition=definition):
            yield f"register a revision of {definition['family']}"
        case TagRevision(arn=arn, tags=tags):
            yield f"tag {_name(arn)}: {', '.join(_tag(name, value) for name, value in tags.items())}"
        case CreateDeployment() | StartRolling():
            yield from _start(action)
        case UpdateService(service=service, fields=fields):
            yield f"set {_fields(fields)} of service {service}"
        case StopDeployment(deployment_id=stopped, why=why) | StopServiceDeployment(arn=stopped, why=why):
            yield f"stop {deployment_name(stopped)} and roll back: {why}"
        case EndTerminationWait(deployment_id=deployment):
            yield f"end the termination wait of {deployment}"
        case _:
            assert_never(action)


def _start(action: CreateDeployment | StartRolling) -> Iterator[str]:
    revision = _name(action.task_definition_arn) if action.task_definition_arn else "the new revision"
    if isinstance(action, CreateDeployment):
        yield f"shift the traffic of {action.application}/{action.deployment_group} to {revision}"
    else:
        yield f"roll service {action.service} to {revision}"
        if action.fields:
            yield f"with {_fields(action.fields)}"
    yield f"({action.mark.cause.value})"
    if action.despite_alarm is not None:
        yield f"despite an alarm: {action.despite_alarm}"


def _fields(fields: Mapping[str, Any]) -> str:
    return ", ".join(fields)


def _tag(name: str, value: str | None) -> str:
    return f"{name} off" if value is None else f"{name}={value}"


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]
