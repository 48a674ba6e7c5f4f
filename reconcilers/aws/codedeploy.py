"""AWS CodeDeploy: a deployment group, what was tried in it, and what can be done about it.

ListDeployments gives ids and no times, in an order that AWS does not promise: the order is read off the first and the
last deployment that it names. What has ended is asked for once, and so is an AppSpec, which its sha256 identifies.
"""

from collections.abc import Mapping
from typing import Any

from reconcilers.actions import CreateDeployment
from reconcilers.attempts import Attempt, Failure
from reconcilers.aws import appspec, codedeploy_answers
from reconcilers.aws.appspec import AppSpec
from reconcilers.aws.calls import ask, ask_or_none, batches
from reconcilers.aws.lru import Bounded
from reconcilers.aws.marks import description, mark_in, says_release
from reconcilers.digest import Digest
from reconcilers.live_service import TaskSet
from reconcilers.preflight_facts import DeploymentGroup
from reconcilers.progress import Pace, Progress

BATCH_GET_LIMIT = 25
APPSPECS = 5  # of the newest deployments, at most so many have their AppSpec looked up
REMEMBERED = 8192
_NO_GROUP = frozenset({"ApplicationDoesNotExistException", "DeploymentGroupDoesNotExistException"})
_NO_REVISION = frozenset({"RevisionDoesNotExistException", "ApplicationDoesNotExistException"})
_NOT_STARTED = frozenset({"DeploymentNotStartedException", "DeploymentTargetDoesNotExistException"})
_NO_CONFIG = frozenset({"DeploymentConfigDoesNotExistException", "InvalidDeploymentConfigNameException"})
_UNKNOWN_ID = frozenset({"DeploymentDoesNotExistException"})
_OVER = frozenset({"DeploymentAlreadyCompletedException"})
# The wait has run out, and the old task set's end is not recorded yet.
_NOT_WAITING = _OVER | {"DeploymentIsNotInReadyStateException"}

Info = Mapping[str, Any]


class CodeDeployGateway:
    """One account and region of CodeDeploy, as ``client`` reaches it."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._ended: Bounded[str, Info] = Bounded(REMEMBERED)
        self._appspecs: Bounded[str, AppSpec] = Bounded(REMEMBERED)
        self._alarm_names: Bounded[str, tuple[str, ...]] = Bounded(REMEMBERED)
        self._failures: Bounded[str, tuple[Failure, ...]] = Bounded(REMEMBERED)
        self._stepped: Bounded[str, tuple[float, float]] = Bounded(REMEMBERED)
        self._moved: Bounded[str, float] = Bounded(REMEMBERED)
        self._paces: dict[str, Pace | None] = {}  # a configuration never changes

    def group(self, application: str, name: str) -> DeploymentGroup | None:
        """The deployment group; ``None`` where it or its application does not exist."""
        parameters = {"applicationName": application, "deploymentGroupName": name}
        answer = ask_or_none(self._client, "get_deployment_group", parameters, _NO_GROUP, about=f"{application}/{name}")
        if answer is None:
            return None
        found = codedeploy_answers.deployment_group(answer["deploymentGroupInfo"])
        self._alarm_names.put(f"{application}/{name}", found.alarm_names)
        return found

    def attempts(self, application: str, group: str, now: float, release: Digest | None = None) -> tuple[Attempt, ...]:
        """The newest deployments of the group, newest first, rollbacks among them.

        AppSpecs, and with them task definition and hooks, are looked up back to the last that succeeded, for those
        whose mark does not say what they shipped, for those of ours that were stopped by hand, and for the newest
        attempt of ``release``; of the others they are there where they are known already.
        """
        infos = self._newest(application, group, now)
        wanted = _worth_reading(infos, release)
        return tuple(
            codedeploy_answers.attempt(info, self._appspec(application, info, ask_for=info["deploymentId"] in wanted))
            for info in infos
        )

    def _newest(self, application: str, group: str, now: float) -> list[Info]:
        ids, token = self._page(application, group, None)
        whole = token is None and len(ids) <= BATCH_GET_LIMIT
        infos = self._infos(ids if whole else (*ids[: BATCH_GET_LIMIT - 1], ids[-1]))
        if not whole and _newest_first(ids, infos):
            infos.pop(ids[-1], None)  # it was asked for the order's sake, and leaves a gap
        elif not whole:
            while token:
                more, token = self._page(application, group, token)
                ids += more
            infos = self._infos(ids[-BATCH_GET_LIMIT:])
        for info in infos.values():
            if codedeploy_answers.final(info, now):
                self._ended.put(info["deploymentId"], info)
        return sorted(infos.values(), key=codedeploy_answers.created_at, reverse=True)

    def _page(self, application: str, group: str, token: str | None) -> tuple[tuple[str, ...], str | None]:
        parameters = {"applicationName": application, "deploymentGroupName": group}
        if token is not None:
            parameters["nextToken"] = token
        about = f"{application}/{group}"
        answer = ask_or_none(self._client, "list_deployments", parameters, _NO_GROUP, about=about) or {}
        return tuple(answer.get("deployments", ())), answer.get("nextToken")

    def _infos(self, ids: tuple[str, ...]) -> dict[str, Info]:
        known = {each: info for each in ids if (info := self._ended.get(each)) is not None}
        for batch in batches(tuple(each for each in ids if each not in known), BATCH_GET_LIMIT):
            answer = ask_or_none(
                self._client, "batch_get_deployments", {"deploymentIds": batch}, _UNKNOWN_ID, about=batch[0]
            )
            known |= {info["deploymentId"]: info for info in (answer or {}).get("deploymentsInfo", ())}
        return known

    def _appspec(self, application: str, info: Info, *, ask_for: bool) -> AppSpec:
        location = codedeploy_answers.revision_location(info)
        if location is None:
            return AppSpec()
        key = _key(application, location)
        known = self._appspecs.get(key)
        if known is not None or not ask_for:
            return known or AppSpec()
        parameters = {"applicationName": application, "revision": location}
        answer = ask_or_none(self._client, "get_application_revision", parameters, _NO_REVISION, about=application)
        content = codedeploy_answers.revision_content(answer) if answer else ""
        return self._appspecs.put(key, appspec.read(content)) if content else AppSpec()

    def progress(
        self, deployment: str, cluster: str, service: str, task_sets: tuple[TaskSet, ...] = ()
    ) -> Progress | None:
        """How far a deployment is; ``None`` where it has not started yet."""
        target = self._target(deployment, cluster, service)
        return codedeploy_answers.progress(target, task_sets) if target else None

    def stepped_at(self, deployment: str, traffic: float, now: float) -> float:
        """Since when the traffic is known to be where it is: AWS dates the events of a shift and not its steps."""
        known = self._stepped.get(deployment)
        if known is None or known[0] != traffic:
            known = self._stepped.put(deployment, (traffic, now))
        return known[1]

    def moved_at(self, deployment: str, cluster: str, service: str) -> float | None:
        """When production had moved in a deployment whose shift is over; ``None`` where AWS does not say. Kept.

        ``completeTime`` is later by the whole wait for the old task set's end.
        """
        known = self._moved.get(deployment)
        if known is not None:
            return known
        target = self._target(deployment, cluster, service)
        at = codedeploy_answers.allowed_at(target) if target else None
        return self._moved.put(deployment, at) if at is not None else None

    def failures(self, deployment: str, cluster: str, service: str) -> tuple[Failure, ...]:
        """What went wrong in a deployment, event by event. It must have ended: the answer is kept."""
        known = self._failures.get(deployment)
        if known is not None:
            return known
        target = self._target(deployment, cluster, service)
        return self._failures.put(deployment, codedeploy_answers.failures(target) if target else ())

    def _target(self, deployment: str, cluster: str, service: str) -> Info | None:
        parameters = {"deploymentId": deployment, "targetId": f"{cluster}:{service}"}
        answer = ask_or_none(self._client, "get_deployment_target", parameters, _NOT_STARTED, about=deployment)
        found: Info | None = (answer or {}).get("deploymentTarget", {}).get("ecsTarget")
        return found

    def alarm_names(self, application: str, group: str) -> tuple[str, ...]:
        """The alarms that watch a group, as it was when it was last read."""
        known = self._alarm_names.get(f"{application}/{group}")
        if known is not None:
            return known
        found = self.group(application, group)
        return found.alarm_names if found is not None else ()

    def pace(self, config: str) -> Pace | None:
        """How a deployment configuration moves traffic; ``None`` at once, or where it does not exist any more."""
        if config not in self._paces:
            parameters = {"deploymentConfigName": config}
            answer = ask_or_none(self._client, "get_deployment_config", parameters, _NO_CONFIG, about=config) or {}
            self._paces[config] = codedeploy_answers.pace(answer.get("deploymentConfigInfo") or {})
        return self._paces[config]

    def create_deployment(self, action: CreateDeployment, task_definition_arn: str) -> str:
        """Start a deployment and return its id. Raises ``Retry("AnotherDeployment")`` where one is active already.

        Not idempotent: see ``session`` on why it is never sent twice.
        """
        content = appspec.written(action, task_definition_arn)
        known = {"sha256": appspec.sha256(content)}
        parameters: dict[str, Any] = {
            "applicationName": action.application,
            "deploymentGroupName": action.deployment_group,
            "description": description(action.mark, action.despite_alarm),
            "revision": {"revisionType": "AppSpecContent", "appSpecContent": {"content": content, **known}},
        }
        if action.despite_alarm is not None:
            parameters["overrideAlarmConfiguration"] = {"enabled": False}
        about = f"{action.application}/{action.deployment_group}"
        created = str(ask(self._client, "create_deployment", parameters, about=about)["deploymentId"])
        location = {"revisionType": "AppSpecContent", "appSpecContent": known}
        self._appspecs.put(_key(action.application, location), appspec.read(content))
        return created

    def stop(self, deployment: str) -> None:
        """End a deployment and roll its traffic back; one that has ended by itself meanwhile is no error."""
        parameters = {"deploymentId": deployment, "autoRollbackEnabled": True}
        ask_or_none(self._client, "stop_deployment", parameters, _OVER, about=deployment)

    def end_termination_wait(self, deployment: str) -> None:
        """Let the old task set go now; a deployment, or a wait, that has ended by itself meanwhile is no error."""
        parameters = {"deploymentId": deployment, "deploymentWaitType": "TERMINATION_WAIT"}
        ask_or_none(self._client, "continue_deployment", parameters, _NOT_WAITING, about=deployment)


def _key(application: str, location: Mapping[str, Any]) -> str:
    return f"{application} {location}"


def _newest_first(ids: tuple[str, ...], infos: Mapping[str, Info]) -> bool:
    first, last = (infos.get(ids[at]) for at in (0, -1))
    return bool(first and last and codedeploy_answers.created_at(first) > codedeploy_answers.created_at(last))


def _worth_reading(infos: list[Info], release: Digest | None) -> frozenset[str]:
    """The deployments whose AppSpec a decision may rest on. A rollback's says nothing that the other's does not."""
    shipped = [info for info in infos if not _rollback(info, "rollbackTriggeringDeploymentId")]
    good = next((at for at, info in enumerate(shipped) if _succeeded(info)), len(shipped))
    since = shipped[: min(good, APPSPECS)]
    told = [info for info in shipped[:APPSPECS] if not says_release(mark_in(info.get("description")), release)]
    tried = [info for info in shipped if _is_of(info, release)]
    stopped = [info for info in shipped if _stopped_by_hand(info)]  # their revisions' tags say if that was us
    chosen = (*since, *shipped[good : good + 1], *told, *stopped, *tried[:1])
    return frozenset(info["deploymentId"] for info in chosen)


def _rollback(info: Info, member: str) -> str | None:
    return (info.get("rollbackInfo") or {}).get(member)


def _succeeded(info: Info) -> bool:
    return info.get("status") == "Succeeded" and not _rollback(info, "rollbackDeploymentId")


def _stopped_by_hand(info: Info) -> bool:
    code = (info.get("errorInformation") or {}).get("code")
    return info.get("status") == "Stopped" and code in (None, "MANUAL_STOP") and bool(mark_in(info.get("description")))


def _is_of(info: Info, release: Digest | None) -> bool:
    mark = mark_in(info.get("description"))
    return mark is not None and mark.release == release
