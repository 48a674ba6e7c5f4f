"""What of a plan is not the pull request's own: where live is otherwise than Git said before already."""

from collections.abc import Iterator, Mapping

from reconcilers.declared import declared, field_of, renewed
from reconcilers.diff import Change, task_definition_changes
from reconcilers.model import Service, ServiceKey
from reconcilers.verdict import Plan

Besides = Mapping[ServiceKey, frozenset[str]]


def besides(
    plans: Mapping[ServiceKey, Plan], after: Mapping[ServiceKey, Service], before: Mapping[ServiceKey, Service]
) -> Besides:
    """The paths, of each service that differs, in which Git says the same ``before`` and ``after``. Of a service that
    was not there before all is new.
    """
    known = {key: (plan, before[key], after[key]) for key, plan in plans.items() if key in before and key in after}
    found = {key: frozenset(_foreign(plan.changes, old, new)) for key, (plan, old, new) in known.items()}
    return {key: paths for key, paths in found.items() if paths}


def _foreign(changes: tuple[Change, ...], old: Service, new: Service) -> Iterator[str]:
    own = [each.path for each in task_definition_changes(new.task_definition, old.task_definition)]
    fields, fields_before = declared(new), declared(old)
    for each in changes:
        if each.path.startswith("/taskDefinition/"):
            mine = any(_below(each.path, path) or _below(path, each.path) for path in own)
        else:
            mine = renewed(field_of(each), fields, fields_before)
        if not mine:
            yield each.path


def _below(path: str, other: str) -> bool:
    return path == other or path.startswith(f"{other}/")
