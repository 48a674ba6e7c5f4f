"""Plans of several services, as data, as text and as JSON. Environment values are masked."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.cli.applied import Applied, in_fields
from controller.cli.besides import Besides
from controller.cli.clean import clean, spelled
from controller.cli.drifted import drifted_before
from controller.loop import words
from controller.source.problem import Problem
from reconcilers import preview
from reconcilers.diff import masked
from reconcilers.model import Scope, Service, ServiceKey
from reconcilers.outcome import Retry, Stalled
from reconcilers.verdict import Order, Plan

UNTOLD = "A service field that Git changed reads as drift here."
NO_ANSWER = frozenset({"Timeout", "Unreachable", "ConnectionFailed", "NoAnswer", "NoCredentials", "CredentialsRefused"})


@dataclass(frozen=True, slots=True)
class Planned:
    """What would happen to each service; ``failed`` says why AWS could not be asked about some.

    ``services`` are those that were planned, as they are wanted. ``removed`` have no manifest any more. ``unchanged``:
    how many services were left out since nothing changed in them; ``known``: so many problems were there before.
    ``untold``: why a service field that Git changed reads as an edited one; empty where none may. ``besides``: where a
    plan is a change's, the paths that differ for another reason than that change.
    """

    plans: Mapping[ServiceKey, Plan]
    problems: tuple[Problem, ...] = ()
    failed: Mapping[ServiceKey, str] = field(default_factory=dict)
    services: Mapping[ServiceKey, Service] = field(default_factory=dict, compare=False)
    removed: tuple[ServiceKey, ...] = ()
    unchanged: int = 0
    known: int = 0
    untold: str = ""
    besides: Besides = field(default_factory=dict)

    def besides_of(self, key: ServiceKey) -> frozenset[str]:
        """The paths of a service that differ for another reason than the change that is planned."""
        return self.besides.get(key, frozenset())

    @property
    def broken(self) -> bool:
        """Whether some service could not be planned."""
        return bool(self.failed) or any(problem.severity == "error" for problem in self.problems)

    @property
    def changes(self) -> bool:
        """Whether anything differs or would be done."""
        return any(plan.actions or plan.changes for plan in self.plans.values())


def plan_each(
    chosen: Mapping[ServiceKey, Service],
    preview: Callable[[Service, Order], Plan],
    problems: tuple[Problem, ...],
    applied: Applied,
) -> Planned:
    """The plan of each of ``chosen``. An AWS that does not answer is not waited for once for each service."""
    plans: dict[ServiceKey, Plan] = {}
    failed: dict[ServiceKey, str] = {}
    silent: dict[Scope, str] = {}
    for key, wanted in chosen.items():
        if wanted.scope in silent:
            failed[key] = silent[wanted.scope]
            continue
        try:
            plans[key] = _plan_of(wanted, preview, applied)
        except (Retry, Stalled) as error:
            failed[key] = str(error)
            if error.reason in NO_ANSWER:
                silent[wanted.scope] = f"{error.reason}, as for {key}"
    return Planned(plans, problems, failed, chosen, untold=applied.untold)


def _plan_of(wanted: Service, preview: Callable[[Service, Order], Plan], applied: Applied) -> Plan:
    """With what the daemon will know. Only where that matters is the commit before read, and AWS asked once more."""
    plan = preview(wanted, Order())
    fields = applied.of(wanted.key) if in_fields(plan) else None
    drifted = drifted_before(plan, wanted, applied.named.get(wanted.key), preview)
    known = Order(applied=fields, in_sync_before=drifted)
    return plan if known == Order() else preview(wanted, known)


def text(planned: Planned) -> str:
    """For a terminal and a log: AWS's names and words move no cursor, and each stays on its line."""
    lines: list[str] = [f"{problem.severity}: {problem}" for problem in planned.problems]
    for key, plan in planned.plans.items():
        first, *more = preview.lines(plan, planned.besides_of(key))
        lines += [f"{key}: {first}", *more]
    lines += [f"{key}: not planned. {why}" for key, why in planned.failed.items()]
    lines += [f"{key}: its manifest is removed; its ECS service is left running." for key in planned.removed]
    lines += [f"note: {UNTOLD} {planned.untold}"] if planned.untold else []
    return "\n".join(clean(line) for line in (*lines, _summary(planned)))


def as_json(planned: Planned) -> str:
    """For machines."""
    answer = {
        "changes": planned.changes,
        "services": [{**_names(key), **_plan(plan, planned.besides_of(key))} for key, plan in planned.plans.items()],
        "failed": [{**_names(key), "message": why} for key, why in planned.failed.items()],
        "problems": [
            {"file": each.file, "line": each.line, "column": each.column, "severity": each.severity}
            | {"message": each.message, "remedy": each.remedy}
            for each in planned.problems
        ],
        "removed": [_names(key) for key in planned.removed],
        "unchanged": planned.unchanged,
        "untold": planned.untold,
    }
    return spelled(json.dumps(answer, indent=2, ensure_ascii=False))


def _plan(plan: Plan, besides: frozenset[str]) -> dict[str, Any]:
    return {
        "sync": plan.sync,
        "health": plan.health,
        "outcome": words.kind(plan.outcome),
        "text": preview.sentence(plan.outcome),
        "changes": [
            {"path": each.path, "kind": each.kind, "declared": each.declared, "live": each.live}
            for each in map(masked, plan.changes)
        ],
        "besides": sorted(besides),
        "actions": [preview.step(each) for each in plan.actions],
        "warnings": [preview.found(each) for each in plan.warnings],
    }


def _names(key: ServiceKey) -> dict[str, str]:
    return {"environment": key.environment, "name": key.name}


def _summary(planned: Planned) -> str:
    differing = sum(bool(plan.actions or plan.changes) for plan in planned.plans.values())
    trouble = len(planned.failed) + sum(problem.severity == "error" for problem in planned.problems)
    said = f"{len(planned.plans)} planned, {differing} with changes, {trouble} with errors"
    more = [f"{planned.unchanged} unchanged services left out"] if planned.unchanged else []
    more += [f"{planned.known} problems left out that were there before"] if planned.known else []
    return ", ".join([said, *more])
