"""Which of CloudTrail's events is the answer to a question."""

from collections.abc import Iterable, Mapping
from typing import Any, assert_never

from controller.loop.author import Author, author_of, ours
from controller.loop.questions import (
    AT_ONCE,
    SKEW,
    Created,
    Deployed,
    Edited,
    Question,
    Registered,
    Rolled,
    Subject,
    Target,
    text,
)
from reconcilers.declared import STARTING
from reconcilers.trail import TrailEvent

_STARTING = STARTING | {"taskDefinition", "forceNewDeployment"}


def found(question: Question, events: Iterable[TrailEvent], *, late: bool = False) -> Author | None:
    """Whoever the newest of ``events`` that answers names; ``None`` where none does. ``late``: no other will come.

    A field that has the value that Trueup gave it was edited by nobody: Git moved on since. What Trueup gave it after
    it was seen to differ is another one. A rolling update has no name in the call that began it, and an earlier call
    may be told of before that one: until all were told, only one of the last moments, and none of Trueup's, is taken
    for it.
    """
    told = (each for each in events if not each.failed and _answers(question.subject, each))
    answer = next((each for each in told if _counts(question, each, late=late)), None)
    if answer is None:
        return None
    author = author_of(answer)
    return Author() if isinstance(question.subject, Edited) and ours(author) else author


def _answers(subject: Subject, event: TrailEvent) -> bool:
    match subject:
        case Registered(arn):
            return _mapping(event.response.get("taskDefinition")).get("taskDefinitionArn") == arn
        case Deployed(deployment):
            return event.response.get("deploymentId") == deployment
        case Rolled(service, _):
            starts = any(event.request.get(field) not in (None, False) for field in _STARTING)
            return starts and _is_about(service, event)
        case Created(service):
            return _is_about(service, event)
        case Edited(service, tokens, live):
            return _is_about(service, event) and _gave(event.request, tokens, live)
        case _:
            assert_never(subject)


def _counts(question: Question, event: TrailEvent, *, late: bool) -> bool:
    match question.subject:
        case Rolled(_, at):
            return late or (event.at >= at - AT_ONCE and not ours(author_of(event)))
        case Edited():
            seen = question.lookup.end - SKEW
            return event.at < int(seen) or not ours(author_of(event))  # CloudTrail counts whole seconds
        case _:
            return True


def _is_about(service: Target, event: TrailEvent) -> bool:
    answered = _mapping(event.response.get("service")).get("serviceArn")
    if answered is not None:
        return bool(answered == service.arn)
    named = str(event.request.get("service") or event.request.get("serviceName", ""))
    cluster = str(event.request.get("cluster", "default"))
    return (named.rpartition("/")[2], cluster.rpartition("/")[2]) == (service.name, service.cluster)


def _gave(request: Mapping[str, Any], tokens: tuple[str, ...], live: str | None) -> bool:
    """Whether a call set the field to what it is now. Where places have names of ours, that it set the whole counts."""
    value: Any = request
    for token in tokens:
        if not isinstance(value, Mapping):
            return True
        if token not in value:
            return False
        value = value[token]
    return live is None or text(value) in (None, live)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
