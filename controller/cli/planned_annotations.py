"""Plans as GitHub's workflow commands: each problem stands beside its line in the pull request.

GitHub shows ten errors and ten warnings of a step (GitHub, workflow commands), so problems come before the rest.
"""

from collections.abc import Iterator

from controller.cli.planned import Planned, text
from controller.cli.planned_verdicts import TROUBLE, verdict
from controller.source.problem import Problem
from reconcilers import preview
from reconcilers.model import ServiceKey
from reconcilers.outcome import Failed


def annotations(planned: Planned, folder: str, token: str) -> str:
    """The commands, and the plan as text below them for the log.

    ``folder``: what stands before the files' paths in the repository. ``token`` cannot be guessed: until it is said
    again nothing is a command, since AWS's and Git's words are in the text.
    """
    return "\n".join([*_commands(planned, folder), f"::stop-commands::{token}", text(planned), f"::{token}::"])


def _commands(planned: Planned, folder: str) -> Iterator[str]:
    for problem in sorted(planned.problems, key=lambda each: (each.severity != "error", each)):
        yield _problem(problem, folder)
    for key, why in planned.failed.items():
        yield _command("error", _manifest(planned, key, folder), f"{key} could not be planned. {why}")
    for key, plan in planned.plans.items():
        if verdict(plan) in TROUBLE:
            said = f"{key} {'' if isinstance(plan.outcome, Failed) else 'is '}{preview.sentence(plan.outcome)}"
            yield _command("warning", _manifest(planned, key, folder), said)


def _manifest(planned: Planned, key: ServiceKey, folder: str) -> dict[str, str]:
    """Where the manifest of a service is, as a command's property."""
    wanted = planned.services.get(key)
    return {"file": f"{folder}{wanted.source}"} if wanted else {}


def _problem(problem: Problem, folder: str) -> str:
    place = {"file": f"{folder}{problem.file}"}
    place |= {"line": str(problem.line)} if problem.line else {}
    place |= {"col": str(problem.column)} if problem.line and problem.column else {}
    return _command(problem.severity, place, f"{problem.message.rstrip('.')}. {problem.remedy}".strip())


def _command(kind: str, place: dict[str, str], message: str) -> str:
    properties = ",".join(f"{name}={_property(value)}" for name, value in {**place, "title": "Trueup"}.items())
    return f"::{kind} {properties}::{_data(message)}"


def _data(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")
