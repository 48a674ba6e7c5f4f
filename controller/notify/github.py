"""GitHub: the commit's status and a deployment. Both can be told twice and are seen once.

Sources: docs.github.com, REST API, *Commit statuses*, *Deployments*, *Deployment statuses*.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast
from urllib.parse import quote

from controller.loop.facts import Fact, Kind
from controller.loop.telling import LEFT_GIT
from controller.notify import wording
from controller.notify.answers import parsed, taken
from controller.notify.told import Answer, Later, Request, Telling

API = "https://api.github.com"
DESCRIPTION = 140
TASK = "deploy:trueup"
_STATES = {
    Kind.STARTED: "pending",
    Kind.DONE: "success",
    Kind.ROLLED_BACK: "failure",
    Kind.FAILED: "failure",
    Kind.STOPPED: "error",
    Kind.SUPERSEDED: "error",
    Kind.HELD: "failure",
    Kind.BLOCKED: "pending",
}
_DEPLOYED = {
    Kind.STARTED: "in_progress",
    Kind.DONE: "success",
    Kind.ROLLED_BACK: "failure",
    Kind.FAILED: "failure",
    Kind.STOPPED: "error",
    Kind.SUPERSEDED: "error",
}
Exchange = Callable[[Request], Answer]


@dataclass(frozen=True, slots=True)
class Repository:
    """A repository at GitHub's API: ``path`` is owner/name, ``token`` what it is asked with."""

    api: str
    path: str
    token: Callable[[], str]
    deployments: bool = True


def state(telling: Telling) -> str | None:
    """The commit's state; ``None`` where a fact says nothing of the commit."""
    return unblocked(telling, "error") if telling.fact.kind is Kind.CLEARED else _STATES.get(telling.fact.kind)


def unblocked(telling: Telling, given_up: str) -> str | None:
    """The state of a commit that was blocked and is so no more: it serves, it may ship, or it is not wanted now.

    A commit that was held did fail, and that stays true of it.
    """
    fact, place = telling.fact, telling.place
    if not fact.id.endswith("/blocked/cleared"):
        return None
    if fact.reason == LEFT_GIT or (place is not None and fact.commit != place.commit):
        return given_up
    if place is None:
        return None
    return "success" if place.synced else "pending"


def context(fact: Fact) -> str:
    """Under which name a commit shows it; the newest state of a name is the one that counts."""
    return f"trueup/{fact.service}"


def description(fact: Fact, most: int) -> str:
    """What a commit shows beside the name."""
    return wording.cut(f"{wording.WORDS[fact.kind]}: {fact.text}", most)


class GitHub:
    """Tells one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    def deliver(self, telling: Telling, exchange: Exchange, now: float) -> None:
        """The deployment first, then the status. Raises ``Later`` or ``Refused``."""
        fact, found = telling.fact, state(telling)
        if fact.service is None or not fact.commit or found is None:
            return
        asking = _Asking(self._repository, self._repository.token(), exchange, now)
        if self._repository.deployments and fact.kind in _DEPLOYED and fact.deployment:
            asking.deployment(telling, fact.commit)
        asking.status(telling, fact.commit, found)

    def test(self, exchange: Exchange, now: float) -> None:
        """Whether the token opens the repository. Nothing is written: a commit shows what is so, and nothing else."""
        _Asking(self._repository, self._repository.token(), exchange, now).reach()


@dataclass(frozen=True, slots=True)
class _Asking:
    """The calls of one telling."""

    repository: Repository
    token: str
    exchange: Exchange
    now: float

    def reach(self) -> None:
        self._ask("GET", "deployments?per_page=1")

    def status(self, telling: Telling, commit: str, found: str) -> None:
        body = {
            "state": found,
            "context": context(telling.fact),
            "description": description(telling.fact, DESCRIPTION),
            **({"target_url": telling.page} if telling.page else {}),
        }
        self._ask("POST", f"statuses/{quote(commit, safe='')}", body)

    def deployment(self, telling: Telling, commit: str) -> None:
        fact = telling.fact
        number = self._known(fact, commit)
        if number is None:
            number = self._created(fact, commit)
        body = {
            "state": _DEPLOYED[fact.kind],
            "environment": str(fact.service),
            "description": description(fact, DESCRIPTION),
            "auto_inactive": True,
        }
        url = wording.deployment(fact, telling.place) or telling.page
        self._ask("POST", f"deployments/{number}/statuses", {**body, **({"log_url": url} if url else {})})

    def _known(self, fact: Fact, commit: str) -> int | None:
        """The deployment that was made for this one of AWS's before, if it was: its payload says so."""
        query = (
            f"sha={quote(commit, safe='')}&environment={quote(str(fact.service), safe='')}&task={quote(TASK, safe='')}"
        )
        for each in listed(self._ask("GET", f"deployments?{query}&per_page=100")):
            if _payload(each).get("deployment") == fact.deployment:
                return cast("int", each["id"])
        return None

    def _created(self, fact: Fact, commit: str) -> int:
        body = {
            "ref": commit,
            "task": TASK,
            "auto_merge": False,
            "required_contexts": [],
            "environment": str(fact.service),
            "description": description(fact, DESCRIPTION),
            "payload": {"deployment": fact.deployment, "release": fact.release},
        }
        made = self._ask("POST", "deployments", body)
        return cast("int", listed([made])[0]["id"])

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        url = f"{self.repository.api.rstrip('/')}/repos/{self.repository.path}/{path}"
        headers = {
            "accept": "application/vnd.github+json",
            "authorization": f"Bearer {self.token}",
            "x-github-api-version": "2022-11-28",
        }
        request = Request(method, url, headers)
        if body is not None:
            json_headers = {**headers, "content-type": "application/json"}
            request = replace(request, headers=json_headers, body=json.dumps(body).encode())
        answer = self.exchange(request)
        taken(answer, self.now)
        return parsed(answer)


def listed(answer: Any) -> list[dict[str, Any]]:
    """Deployments as an API lists them. Raises ``Later`` where something else answered in its place."""
    if not isinstance(answer, list) or not all(
        isinstance(each, dict) and type(each.get("id")) is int for each in answer
    ):
        raise Later("the answer names no deployments")
    return answer


def _payload(deployment: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we wrote into it; GitHub gives it back as it was, or as text."""
    payload = deployment.get("payload")
    if isinstance(payload, str):
        try:
            payload = json.loads(payload or "{}")
        except (ValueError, RecursionError):
            payload = {}
    return payload if isinstance(payload, dict) else {}
