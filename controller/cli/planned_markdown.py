"""Plans as Markdown, for one comment on a pull request.

The first line is a comment of its own that nobody sees: by it the comment is found again, and changed instead of
followed by another.
"""

from collections.abc import Iterator, Sequence, Set
from functools import partial
from urllib.parse import quote

from controller.cli.clean import clean
from controller.cli.fitting import Part, fitted
from controller.cli.markdown import code, fenced, link, plain, size
from controller.cli.planned import UNTOLD, Planned
from controller.cli.planned_summary import count, summary
from controller.cli.planned_verdicts import FOR_SYNC, TROUBLE, left, verdict, versions
from controller.source.problem import Problem
from controller.web import console
from reconcilers import preview
from reconcilers.aws.arns import cluster_name
from reconcilers.diff import Change, masked
from reconcilers.json_value import Json, written
from reconcilers.model import Service, ServiceKey
from reconcilers.outcome import Blocked, Finding
from reconcilers.verdict import Plan

MARKER = "<!-- trueup-plan -->"
ROWS, FIELDS, LISTED = 100, 100, 50  # rows of the table, fields of a service, entries of a list
VALUE = 300  # characters of a value
DIFF = 20_000  # bytes of one service's diff
NOTHING = frozenset({"nothing"})
BESIDES = "Not of this change: live is otherwise than Git says already."
ASKS = "Ship it once this is merged: `trueup sync {}`."
HELD = "This release did not succeed before. Commit a fix, or try the same again: `trueup retry {}`."


def markdown(planned: Planned, files_url: str = "") -> str:
    """The comment. ``files_url`` is where the repository's files are shown, to link problems to their lines."""
    shown = [key for key, plan in planned.plans.items() if _worth_a_row(plan)]
    fixed = [MARKER, "### Trueup plan", "", summary(planned), *_problems(planned, files_url), *_failed(planned)]
    fixed += ["", f"{UNTOLD} {plain(planned.untold, 2000)}"] if planned.untold else []
    table = _table(planned, shown[:ROWS]) if shown else ()
    left_out = [f"{count(len(shown) - ROWS, 'row')} of the table"] if len(shown) > ROWS else []
    return fitted((*fixed, *table), [Part(str(key), partial(_details, planned, key)) for key in shown], left_out)


def _worth_a_row(plan: Plan) -> bool:
    return bool(plan.actions or plan.changes or plan.warnings) or verdict(plan) not in NOTHING


def _verdict(planned: Planned, key: ServiceKey) -> str:
    return verdict(planned.plans[key], planned.services.get(key))


def _table(planned: Planned, keys: Sequence[ServiceKey]) -> Iterator[str]:
    yield from ("", "| Service | What happens | Version | Fields | |", "|---|---|---|---|---|")
    for key in keys:
        plan, wanted = planned.plans[key], planned.services.get(key)
        version = _version(wanted, plan) if wanted else ""
        cells = (
            link(str(key), _console(wanted)),
            _what(planned, key),
            version,
            _fields(plan, planned.besides_of(key)),
            plain(f"{plan.sync}, {plan.health}"),
        )
        yield f"| {' | '.join(cells)} |"


def _fields(plan: Plan, besides: Set[str]) -> str:
    own = len(plan.changes) - len(besides)
    return f"{own}, and {len(besides)} besides" if besides else str(own or "")


def _what(planned: Planned, key: ServiceKey) -> str:
    word = _verdict(planned, key)
    asks = planned.plans[key].actions or word in {*TROUBLE, FOR_SYNC}
    return f"**{plain(word)}**" if asks else plain(word)


def _version(wanted: Service, plan: Plan) -> str:
    before, after = versions(wanted, plan)
    return code(after, 60) if before == after else f"{code(before, 60)} → {code(after, 60)}"


def _console(wanted: Service | None) -> str:
    return console.service(wanted.scope.region, cluster_name(wanted.cluster), wanted.name) if wanted else ""


def _details(planned: Planned, key: ServiceKey) -> Iterator[str]:
    plan = planned.plans[key]
    yield from ("", f"<details><summary>{plain(str(key))}: {plain(_verdict(planned, key))}</summary>", "")
    yield f"{plain(preview.sentence(plan.outcome), 2000)}"
    besides = planned.besides_of(key)
    yield from _diff("", [each for each in plan.changes if each.path not in besides])
    yield from _diff(BESIDES, [each for each in plan.changes if each.path in besides])
    yield from _bullets("What would be done:", [plain(preview.step(each)) for each in plan.actions])
    yield from _bullets("What to do:", _remedies(planned, key))
    yield from _bullets("Warnings:", [_finding(each) for each in plan.warnings])
    yield from ("", "</details>")


def _diff(title: str, changes: Sequence[Change]) -> Iterator[str]:
    if not changes:
        return
    yield from ("", title, "") if title else ("",)
    shown = _first(changes)
    yield from fenced([line for change in shown for line in _field(change)], "diff")
    if len(changes) > len(shown):
        yield from ("", f"And {count(len(changes) - len(shown), 'field')} more.")


def _first(changes: Sequence[Change]) -> Sequence[Change]:
    """As many as one service may show."""
    room = DIFF
    for place, change in enumerate(changes[:FIELDS]):
        room -= sum(size(line) for line in _field(change))
        if room < 0:
            return changes[:place]
    return changes[:FIELDS]


def _field(change: Change) -> Iterator[str]:
    """A leaf as a diff has it: what is there goes, what is declared comes."""
    seen = masked(change)
    if change.kind != "removed":
        yield f"- {clean(seen.path)}: {_value(seen.live)}"
    if change.kind != "added":
        yield f"+ {clean(seen.path)}: {_value(seen.declared)}"


def _value(value: Json) -> str:
    text = clean(written(value))
    return text if len(text) <= VALUE else f"{text[: VALUE - 1]}…"


def _remedies(planned: Planned, key: ServiceKey) -> list[str]:
    plan = planned.plans[key]
    if isinstance(plan.outcome, Blocked):
        return [_finding(each) for each in plan.outcome.findings]
    if left(plan, planned.services.get(key)) == FOR_SYNC:
        return [ASKS.format(key)]
    return [HELD.format(key)] if verdict(plan) == "held" else []


def _finding(finding: Finding) -> str:
    return plain(f"{finding.code}: {finding.message} {finding.remedy}", 2000)


def _bullets(title: str, entries: Sequence[str]) -> Iterator[str]:
    if entries:
        yield from ("", title, "", *(f"- {each}" for each in entries[:LISTED]))
    if len(entries) > LISTED:
        yield f"- and {len(entries) - LISTED} more"


def _problems(planned: Planned, files_url: str) -> list[str]:
    return list(_bullets("**Problems in the files**", [_problem(each, files_url) for each in planned.problems]))


def _problem(problem: Problem, files_url: str) -> str:
    line = f"#L{problem.line}" if problem.line else ""
    url = f"{files_url.rstrip('/')}/{quote(problem.file)}{line}" if files_url else ""
    said = plain(f"{problem.message.rstrip('.')}. {problem.remedy}", 2000)
    return f"{problem.severity}: {link(problem.place, url)} {said}"


def _failed(planned: Planned) -> list[str]:
    entries = [f"{plain(str(key))}: {plain(why, 2000)}" for key, why in planned.failed.items()]
    gone = [f"{plain(str(key))}: its ECS service is left running" for key in planned.removed]
    return [*_bullets("**Not planned**", entries), *_bullets("**Without a manifest from now on**", gone)]
