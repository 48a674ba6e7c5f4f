"""GitLab: the commit's status and a deployment. Both can be told twice and are seen once.

Sources: docs.gitlab.com, *Commits API* (set commit pipeline status) and *Deployments API*.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from controller.loop.facts import Fact, Kind
from controller.notify.answers import parsed, taken
from controller.notify.github import context, description, listed, unblocked
from controller.notify.told import Answer, Later, Refused, Request, Telling

DESCRIPTION = 255
_STATES = {
    Kind.STARTED: "running",
    Kind.DONE: "success",
    Kind.ROLLED_BACK: "failed",
    Kind.FAILED: "failed",
    Kind.STOPPED: "canceled",
    Kind.SUPERSEDED: "canceled",
}
_OTHERS = {Kind.HELD: "failed", Kind.BLOCKED: "pending"}
_ENDED = frozenset({"success", "failed", "canceled"})
Exchange = Callable[[Request], Answer]


@dataclass(frozen=True, slots=True)
class Project:
    """A project at GitLab's API: ``path`` is its path or number, ``token`` what it is asked with."""

    api: str
    path: str
    token: Callable[[], str]
    deployments: bool = True


def state(telling: Telling) -> str | None:
    """The commit's state; ``None`` where a fact says nothing of the commit."""
    if telling.fact.kind is Kind.CLEARED:
        return unblocked(telling, "canceled")
    return (_STATES | _OTHERS).get(telling.fact.kind)


class GitLab:
    """Tells one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def deliver(self, telling: Telling, exchange: Exchange, now: float) -> None:
        """The deployment first, then the status. Raises ``Later`` or ``Refused``."""
        fact, found = telling.fact, state(telling)
        if fact.service is None or not fact.commit or found is None:
            return
        asking = _Asking(self._project, self._project.token(), exchange, now)
        if self._project.deployments and fact.kind in _STATES:
            asking.deployment(telling, fact.commit)
        asking.status(telling, fact.commit, found)

    def test(self, exchange: Exchange, now: float) -> None:
        """Whether the token opens the project. Nothing is written: a commit shows what is so, and nothing else."""
        _Asking(self._project, self._project.token(), exchange, now).reach()


@dataclass(frozen=True, slots=True)
class _Asking:
    """The calls of one telling."""

    project: Project
    token: str
    exchange: Exchange
    now: float

    def reach(self) -> None:
        self._ask("GET", "deployments?per_page=1&environment=none")

    def status(self, telling: Telling, commit: str, found: str) -> None:
        fact = telling.fact
        body = {
            "state": found,
            "name": context(fact),
            "description": description(fact, DESCRIPTION),
            **({"ref": telling.place.branch} if telling.place and telling.place.branch else {}),
            **({"target_url": telling.page} if telling.page else {}),
        }
        try:
            self._ask("POST", f"statuses/{quote(commit, safe='')}", body)
        except Refused as refused:
            if "transition" not in refused.reason.lower():
                raise  # GitLab takes no state twice: what it says no to is there already
        except Later as later:
            if not later.reason.startswith("HTTP 404") or "commit" not in later.reason.lower():
                raise  # a project that cannot be found may be again; a commit that was pushed away will not
            raise Refused(later.reason) from None

    def deployment(self, telling: Telling, commit: str) -> None:
        fact, wanted = telling.fact, _STATES[telling.fact.kind]
        known = self._known(fact, commit)
        stands = known.get("status") if known is not None else None
        if stands == wanted:
            return
        if known is not None and stands not in _ENDED:
            self._ask("PUT", f"deployments/{known['id']}", {"status": wanted})
            return
        branch = telling.place.branch if telling.place is not None else ""
        made = {"environment": str(fact.service), "sha": commit, "ref": branch or "main", "tag": False}
        self._ask("POST", "deployments", {**made, "status": wanted})

    def _known(self, fact: Fact, commit: str) -> Mapping[str, Any] | None:
        """The newest deployment of this commit there: GitLab keeps no payload by which AWS's could be told apart."""
        query = f"environment={quote(str(fact.service), safe='')}&order_by=id&sort=desc&per_page=20"
        found = self._ask("GET", f"deployments?{query}")
        return next((each for each in listed(found) if each.get("sha") == commit), None)

    def _ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        url = f"{self.project.api.rstrip('/')}/projects/{quote(self.project.path, safe='')}/{path}"
        headers = {"private-token": self.token, "content-type": "application/json"}
        answer = self.exchange(Request(method, url, headers, b"" if body is None else json.dumps(body).encode()))
        taken(answer, self.now)
        return parsed(answer)
