"""What there is to know of an answer about logs beside its lines: sentences for people, made of names alone."""

from collections.abc import Collection, Iterator, Sequence

from reconcilers.attempts import Attempt
from reconcilers.model import ServiceKey
from reconcilers.task_output import Which

NAMED = 24  # tasks in a sentence
_UNOPENED = (
    "A stream is opened when its container starts: see why it does not, whether the group exists, and whether the "
    "execution role may write to it."
)


def of_attempt(attempt: Attempt | None, *, nothing: bool) -> Iterator[str]:
    """Whose tasks these are, where that is not plain. ``nothing``: neither a task nor a stream was found."""
    if attempt is None:
        yield "AWS remembers no deployment: these are the service's tasks."
    elif nothing and attempt.rollback_of is not None:
        yield (
            f"{attempt.name} is a rollback: it started no tasks, and went back to those that still ran. What it undid: "
            f"--deployment {attempt.rollback_of}."
        )
    elif nothing and not attempt.task_definition_arn:
        yield f"AWS does not tell which revision {attempt.name} shipped, so that its tasks cannot be told from others."
    elif nothing:
        yield f"No task of {attempt.name} was found, and no stream that one of them opened."


def older(error: str) -> str:
    """The deployments are those of a moment ago."""
    return f"There may be newer deployments, for which AWS could not be asked: {error}"


def unopened(groups: Collection[str]) -> str:
    """No stream that there should be is there."""
    return f"No container has opened its stream in {', '.join(sorted(groups))}. {_UNOPENED}"


def by_time(groups: Collection[str]) -> str:
    """How streams were found whose tasks ECS does not know any more, and what else may be among them."""
    return (
        "ECS has forgotten tasks of this deployment. Their lines are found by when their streams were opened, and may "
        f"hold those of others that write to {', '.join(sorted(groups))}."
    )


def nothing_fits(tasks: Collection[str], containers: Collection[str]) -> str:
    """What was named is not there, and what is."""
    known = sorted(each[:8] for each in tasks)[:NAMED]
    return f"Nothing fits. There are the containers {', '.join(sorted(containers))} and the tasks {', '.join(known)}."


def no_container(name: str, containers: Collection[str]) -> str:
    """A container that was named is in no task definition of the deployment."""
    return f"There is no container {name} in this deployment. It has {', '.join(sorted(containers))}."


def too_many(read: int, streams: int) -> str:
    """Not all streams are read."""
    return f"The newest {read} of {streams} streams are read. Name a task or a container."


def unknown(service: ServiceKey, which: Which, attempts: Sequence[Attempt]) -> str:
    """AWS remembers no such attempt, and which it does."""
    known = ", ".join(each.name for each in attempts) or "none"
    if which.deployment:
        what = f"AWS remembers no deployment {which.deployment} of {service}"
    elif which.number:
        what = f"AWS remembers {len(attempts)} attempts of {service}, and none with the number {which.number}"
    else:
        what = f"AWS remembers no {'earlier ' if which.previous else ''}deployment of {service} that started tasks"
    return f"{what}. Known, newest first: {known}."
