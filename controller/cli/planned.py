"""Plans of several services as text, JSON or Markdown: renderers of the same data. Environment values are masked."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from controller.loop import words
from controller.source.problem import Problem
from reconcilers import preview
from reconcilers.diff import masked
from reconcilers.model import Scope, Service, ServiceKey
from reconcilers.outcome import Retry, Stalled
from reconcilers.verdict import Plan

NO_ANSWER = frozenset({"Timeout", "Unreachable", "ConnectionFailed", "NoAnswer", "NoCredentials", "CredentialsRefused"})


@dataclass(frozen=True, slots=True)
class Planned:
    """What would happen to each service; ``failed`` says why AWS could not be asked about some."""

    plans: Mapping[ServiceKey, Plan]
    problems: tuple[Problem, ...] = ()
    failed: Mapping[ServiceKey, str] = field(default_factory=dict)

    @property
    def broken(self) -> bool:
        """Whether some service could not be planned."""
        return bool(self.failed) or any(problem.severity == "error" for problem in self.problems)

    @property
    def changes(self) -> bool:
        """Whether anything differs or would be done."""
        return any(plan.actions or plan.changes for plan in self.plans.values())


def plan_each(
    chosen: Mapping[ServiceKey, Service], preview: Callable[[Service], Plan], problems: tuple[Problem, ...]
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
            plans[key] = preview(wanted)
        except (Retry, Stalled) as error:
            failed[key] = str(error)
            if error.reason in NO_ANSWER:
                silent[wanted.scope] = f"{error.reason}, as for {key}"
    return Planned(plans, problems, failed)


def text(planned: Planned) -> str:
    """For a terminal and a log."""
    lines: list[str] = [f"{problem.severity}: {problem}" for problem in planned.problems]
    for key, plan in planned.plans.items():
        first, *more = preview.lines(plan)
        lines += [f"{key}: {first}", *more]
    lines += [f"{key}: not planned. {why}" for key, why in planned.failed.items()]
    return "\n".join([*lines, _summary(planned)])


def as_json(planned: Planned) -> str:
    """For machines."""
    answer = {
        "changes": planned.changes,
        "services": [{**_names(key), **_plan(plan)} for key, plan in planned.plans.items()],
        "failed": [{**_names(key), "message": why} for key, why in planned.failed.items()],
        "problems": [
            {"file": each.file, "line": each.line, "column": each.column, "severity": each.severity}
            | {"message": each.message, "remedy": each.remedy}
            for each in planned.problems
        ],
    }
    return json.dumps(answer, indent=2, ensure_ascii=False)


def markdown(planned: Planned) -> str:
    """For a comment on a pull request."""
    lines = ["### Trueup plan", "", _summary(planned), ""]
    if planned.plans:
        lines += ["| Service | Sync | Health | What |", "|---|---|---|---|"]
        lines += [
            f"| {key} | {plan.sync} | {plan.health} | {_cell(preview.sentence(plan.outcome))} |"
            for key, plan in planned.plans.items()
        ]
    for key, plan in planned.plans.items():
        if plan.changes or plan.actions:
            body = _fenced(
                (*map(preview.described, plan.changes), *(f"> {preview.step(each)}" for each in plan.actions))
            )
            lines += ["", f"<details><summary>{key}</summary>", "", *body, "", "</details>"]
    lines += [""] if planned.problems or planned.failed else []
    lines += [
        f"- {problem.severity}: `{problem.place}` {_cell(problem.message)} {problem.remedy}"
        for problem in planned.problems
    ]
    lines += [f"- {key} could not be planned: {_cell(why)}" for key, why in planned.failed.items()]
    return "\n".join(lines)


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "sync": plan.sync,
        "health": plan.health,
        "outcome": words.kind(plan.outcome),
        "text": preview.sentence(plan.outcome),
        "changes": [
            {"path": each.path, "kind": each.kind, "declared": each.declared, "live": each.live}
            for each in map(masked, plan.changes)
        ],
        "actions": [preview.step(each) for each in plan.actions],
        "warnings": [preview.found(each) for each in plan.warnings],
    }


def _names(key: ServiceKey) -> dict[str, str]:
    return {"environment": key.environment, "name": key.name}


def _summary(planned: Planned) -> str:
    differing = sum(bool(plan.actions or plan.changes) for plan in planned.plans.values())
    trouble = len(planned.failed) + sum(problem.severity == "error" for problem in planned.problems)
    return f"{len(planned.plans)} planned, {differing} with changes, {trouble} with errors"


def _cell(words_: str) -> str:
    return words_.replace("|", "\\|").replace("\n", " ")


def _fenced(lines: Iterable[str]) -> list[str]:
    return ["````diff", *(line.replace("````", "'''' ") for line in lines), "````"]
