"""Amazon ECS: services, task definitions and rolling deployments.

Content is asked for once: a registered task definition never changes, nor does a service revision, nor a deployment
that has ended. Status and tags do, so they are read afresh wherever a decision rests on them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconcilers.attempts import Attempt
from reconcilers.aws.arns import service_name
from reconcilers.aws.calls import ask, ask_or_none, batches
from reconcilers.aws.ecs_answers import live_service, rolling_attempt
from reconcilers.aws.lru import Bounded
from reconcilers.aws.marks import marked
from reconcilers.aws.moments import seconds
from reconcilers.digest import Digest
from reconcilers.live_service import LiveService, RegisteredRevision
from reconcilers.outcome import Retry
from reconcilers.tags import SUPERSEDED, VALUE_LIMIT, value

DESCRIBE_SERVICES_LIMIT = 10
REMEMBERED = 4096
LISTED = 100  # task definitions on one page
UNSEEN = 5  # of them, at most so many are described in search of a content
SAME = 3  # of those that are known to have it, at most so many are read afresh
ATTEMPTS = 10
_NOT_A_TASK_DEFINITION = frozenset({"ClientException"})
_NO_SERVICE = frozenset({"ServiceNotFoundException"})
_NOT_IN_A_TAG = re.compile(r"[^\w +\-=./:@]")


@dataclass(frozen=True, slots=True)
class DescribedServices:
    """An answer of DescribeServices: what was found by name, and the names that ECS does not know."""

    found: Mapping[str, LiveService]
    missing: frozenset[str]


class EcsGateway:
    """``digest_of`` computes a task definition's digest from its content; it is asked once per registered revision."""

    def __init__(self, client: Any, digest_of: Callable[[Mapping[str, Any]], Digest]) -> None:
        self._client = client
        self._digest_of = digest_of
        self._revisions: Bounded[str, RegisteredRevision] = Bounded(REMEMBERED)
        self._services: set[str] = set()
        self._ended: Bounded[str, Attempt] = Bounded(REMEMBERED)
        self._shipped_by: Bounded[str, str] = Bounded(REMEMBERED)  # service revision → task definition
        self._gave_way: Bounded[str, bool] = Bounded(REMEMBERED)  # CodeDeploy's deployments, by their ids
        self._newest: Bounded[str, str] = Bounded(REMEMBERED)  # family → what was registered here last

    def describe_services(self, cluster: str, names: tuple[str, ...]) -> DescribedServices:
        """The services by name, ten a call. Raises ``Stalled`` where the cluster does not exist."""
        found: dict[str, LiveService] = {}
        missing: set[str] = set()
        for batch in batches(names, DESCRIBE_SERVICES_LIMIT):
            answer = ask(self._client, "describe_services", {"cluster": cluster, "services": batch}, about=cluster)
            found |= {each["serviceName"]: live_service(each) for each in answer.get("services", ())}
            missing |= set(_missing(answer, cluster))
        self._services.update(each.arn for each in found.values())
        self._revisions.hold(2 * len(self._services))  # what runs, and what comes: or every sweep asks for all again
        return DescribedServices(found, frozenset(missing))

    def service_tags(self, cluster: str, names: tuple[str, ...]) -> Mapping[str, Mapping[str, str]]:
        """The tags of services by name, ten a call; a service that is not there has no entry."""
        found: dict[str, Mapping[str, str]] = {}
        for batch in batches(names, DESCRIBE_SERVICES_LIMIT):
            parameters = {"cluster": cluster, "services": batch, "include": ["TAGS"]}
            answer = ask(self._client, "describe_services", parameters, about=cluster)
            found |= {
                each["serviceName"]: {tag["key"]: tag.get("value", "") for tag in each.get("tags", ())}
                for each in answer.get("services", ())
            }
            tuple(_missing(answer, cluster))  # what could not be read must not look as if it had no tags
        return found

    def task_definition(self, arn: str) -> RegisteredRevision | None:
        """The content behind an ARN, asked for once. ``status`` may be old; ``None`` where AWS has deleted it."""
        return self._revisions.get(arn) or self.revision(arn)

    def remembers(self, arn: str) -> bool:
        """Whether ``task_definition`` would answer without asking AWS."""
        return self._revisions.get(arn) is not None

    def revision(self, arn: str) -> RegisteredRevision | None:
        """The same with status and tags of this moment."""
        answer = ask_or_none(
            self._client,
            "describe_task_definition",
            {"taskDefinition": arn, "include": ["TAGS"]},
            _NOT_A_TASK_DEFINITION,
            about=arn,
        )
        if answer is None:
            return None
        definition, tags = answer["taskDefinition"], answer.get("tags", ())
        revision = self._registered(definition)
        return replace(
            revision,
            status=definition.get("status", "ACTIVE"),
            tags={each["key"]: each.get("value", "") for each in tags},
        )

    def gave_way(self, arn: str, deployment: str) -> bool:
        """Whether a revision's tag says that we stopped its deployment for a newer release. It must have ended: the
        answer is kept.
        """
        known = self._gave_way.get(deployment)
        if known is not None:
            return known
        found = self.revision(arn)
        return self._gave_way.put(deployment, found is not None and value(found, SUPERSEDED) == deployment)

    def _registered(self, definition: Mapping[str, Any]) -> RegisteredRevision:
        arn = definition["taskDefinitionArn"]
        known = self._revisions.get(arn)
        if known is not None:
            return known
        # Half of an answer is attributes that ECS derives for its scheduler: nothing here ever reads them.
        content = {name: value for name, value in definition.items() if name != "requiresAttributes"}
        revision = RegisteredRevision(
            arn=arn,
            definition=content,
            digest=self._digest_of(content),
            status=definition.get("status", "ACTIVE"),
            registered_at=seconds(definition.get("registeredAt")),
            registered_by=definition.get("registeredBy"),
        )
        return self._revisions.put(arn, revision)

    def candidates(
        self, family: str, digests: frozenset[Digest], hints: tuple[str, ...] = ()
    ) -> tuple[RegisteredRevision, ...]:
        """ACTIVE revisions of ``family`` with one of those contents, status and tags fresh; empty where none is found.

        All of the ``hints`` (ARNs that are likely) and of the newest page whose content is known already; where there
        is none among these, the first one among the few newest whose content is not.
        """
        parameters = {"familyPrefix": family, "status": "ACTIVE", "sort": "DESC", "maxResults": LISTED}
        listed = ask(self._client, "list_task_definitions", parameters, about=family).get("taskDefinitionArns", [])
        own = self._newest.get(family)  # a list may be half a minute behind
        hints = hints if own is None else (own, *hints)
        known = {arn: self._revisions.get(arn) for arn in dict.fromkeys((*hints, *listed))}
        likely = {arn: arn in hints if found is None else found.digest in digests for arn, found in known.items()}
        same = [arn for arn, fits in likely.items() if fits]
        found = tuple(self._active(tuple(same[:SAME]), digests))
        if found:
            return found
        unseen = dict.fromkeys(
            arn for arn in (*hints, *listed[:UNSEEN]) if known[arn] is None and arn not in same[:SAME]
        )
        first = next(self._active(tuple(unseen), digests), None)
        return () if first is None else (first,)

    def _active(self, arns: tuple[str, ...], digests: frozenset[Digest]) -> Iterator[RegisteredRevision]:
        for arn in arns:
            revision = self.revision(arn)
            if revision is not None and revision.digest in digests and revision.status == "ACTIVE":
                yield revision

    def register(self, definition: Mapping[str, Any], tags: Mapping[str, str]) -> str:
        """Register a revision and return its ARN. Not idempotent: see ``session`` on why it is never sent twice."""
        own = {each["key"]: each.get("value", "") for each in definition.get("tags", ())}
        parameters = {**definition, "tags": _tags({**own, **tags})}
        answer = ask(
            self._client,
            "register_task_definition",
            parameters,
            about=str(definition.get("family", "")),
            hide=_environment_values(definition),
        )
        arn = self._registered(answer["taskDefinition"]).arn
        return self._newest.put(str(definition.get("family", "")), arn)

    def tag(self, arn: str, tags: Mapping[str, str | None]) -> None:
        """Put labels on a revision or a service; a label that is ``None`` is taken off."""
        put = {key: value for key, value in tags.items() if value is not None}
        if put:
            ask(self._client, "tag_resource", {"resourceArn": arn, "tags": _tags(put)}, about=arn)
        off = [key for key, value in tags.items() if value is None]
        if off:
            ask(self._client, "untag_resource", {"resourceArn": arn, "tagKeys": off}, about=arn)

    def update_service(self, cluster: str, service: str, fields: Mapping[str, Any]) -> LiveService:
        """UpdateService with just ``fields``: on a CODE_DEPLOY service the mere presence of some is refused."""
        parameters = {"cluster": cluster, "service": service, **fields}
        return live_service(ask(self._client, "update_service", parameters, about=f"{cluster}/{service}")["service"])

    def service_deployments(self, cluster: str, service: str, owner: str) -> tuple[Attempt, ...]:
        """The newest rolling deployments, newest first.

        A mark is read from the revision's tags, and only where these name ``owner`` (a service's key) as its owner.
        """
        parameters = {"cluster": cluster, "service": service, "maxResults": 2 * ATTEMPTS}
        answer = ask_or_none(
            self._client, "list_service_deployments", parameters, _NO_SERVICE, about=f"{cluster}/{service}"
        )
        listed = (answer or {}).get("serviceDeployments", [])
        newest = sorted(listed, key=lambda each: seconds(each.get("createdAt")) or 0.0, reverse=True)[:ATTEMPTS]
        targets = {each["serviceDeploymentArn"]: each.get("targetServiceRevisionArn", "") for each in newest}
        fresh = self._rolling(targets)
        known = tuple(attempt for arn in targets if (attempt := fresh.get(arn) or self._ended.get(arn)) is not None)
        return self._told_whose(known, frozenset(fresh), owner)

    def _told_whose(self, known: tuple[Attempt, ...], fresh: frozenset[str], owner: str) -> tuple[Attempt, ...]:
        shipped = {each.task_definition_arn for each in known if each.id in fresh} - {None}
        revisions = {arn: found for arn in sorted(filter(None, shipped)) if (found := self.revision(arn)) is not None}
        labelled = marked(known, {arn: found.tags or {} for arn, found in revisions.items()}, owner)
        told = (new if old.id in fresh else old for old, new in zip(known, labelled, strict=True))
        return tuple(self._with_content(each, revisions) for each in told)

    def _with_content(self, attempt: Attempt, revisions: Mapping[str, RegisteredRevision]) -> Attempt:
        revision = revisions.get(attempt.task_definition_arn or "")
        return self._remembered(replace(attempt, revision=revision.digest) if revision is not None else attempt)

    def _rolling(self, targets: Mapping[str, str]) -> dict[str, Attempt]:
        asked = [arn for arn in targets if self._ended.get(arn) is None]
        if not asked:
            return {}
        answer = ask(self._client, "describe_service_deployments", {"serviceDeploymentArns": asked}, about=asked[0])
        shipped = self._task_definitions(tuple(targets[arn] for arn in asked))
        attempts: dict[str, Attempt] = {}
        for each in answer.get("serviceDeployments", ()):
            arn = each["serviceDeploymentArn"]
            attempts[arn] = rolling_attempt(each, shipped.get(targets.get(arn, "")))
        return attempts

    def _remembered(self, attempt: Attempt) -> Attempt:
        return attempt if attempt.active else self._ended.put(attempt.id, attempt)

    def _task_definitions(self, service_revisions: tuple[str, ...]) -> dict[str, str]:
        """Service revision → task definition, asked for once."""
        distinct = [arn for arn in dict.fromkeys(service_revisions) if arn]
        asked = [arn for arn in distinct if self._shipped_by.get(arn) is None]
        if asked:
            answer = ask(self._client, "describe_service_revisions", {"serviceRevisionArns": asked}, about=asked[0])
            for each in answer.get("serviceRevisions", ()):
                self._shipped_by.put(each["serviceRevisionArn"], each["taskDefinition"])
        return {arn: shipped for arn in distinct if (shipped := self._shipped_by.get(arn)) is not None}

    def stop_service_deployment(self, arn: str) -> None:
        """End a rolling deployment and roll it back."""
        ask(
            self._client,
            "stop_service_deployment",
            {"serviceDeploymentArn": arn, "stopType": "ROLLBACK"},
            about=arn,
        )


def _missing(answer: Mapping[str, Any], cluster: str) -> Iterator[str]:
    for failure in answer.get("failures", ()):
        if failure.get("reason") != "MISSING":
            # Unknown is not absent: a service that could not be read must not look as if it were gone.
            raise Retry("Unread", f"ecs:DescribeServices on {cluster}: {failure.get('reason')}")
        yield service_name(failure["arn"])


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as ECS takes them: it refuses a whole registration for one character that it does not allow."""
    return [{"key": key, "value": _NOT_IN_A_TAG.sub(" ", value)[:VALUE_LIMIT]} for key, value in tags.items()]


def _environment_values(definition: Mapping[str, Any]) -> tuple[str, ...]:
    containers = definition.get("containerDefinitions", ())
    return tuple(str(pair.get("value", "")) for each in containers for pair in each.get("environment", ()))
