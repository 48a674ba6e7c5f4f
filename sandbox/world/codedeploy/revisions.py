"""Revisions of an application: AppSpecs, found again by their SHA-256."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.codedeploy.configs import BAD_TOKEN
from sandbox.world.codedeploy.records import Application, Registration, Revision
from sandbox.world.moments import moment
from sandbox.world.paging import page

if TYPE_CHECKING:
    from sandbox.world.codedeploy.store import Store

MEMBERS = {"AppSpecContent": "appSpecContent", "String": "string"}
MOST_IN_A_BATCH = 25


def read(application: Application, location: Params | None) -> Revision:
    """A revision from a request: its text, or the SHA-256 of one that the application knows.

    The AppSpec's text is not looked into here. Raises RevisionRequired-, InvalidRevision- and
    RevisionDoesNotExistException.
    """
    kind, body = _body(location)
    content, digest = body.get("content"), str(body.get("sha256") or "").lower()
    if not content:
        if not digest:
            raise AwsError("InvalidRevisionException", "The AppSpec content is missing from the revision location")
        return _known(application, digest).revision
    actual = hashlib.sha256(content.encode()).hexdigest()
    if digest and digest != actual:
        raise AwsError("InvalidRevisionException", "The sha256 of the revision does not match its content")
    return Revision(kind, content, actual)


def location(revision: Revision | None, *, content: bool = False) -> Answer | None:
    """A revision as AWS names it; only GetApplicationRevision gives the content back."""
    if revision is None:
        return None
    body = {"sha256": revision.sha256, **({"content": revision.content} if content else {})}
    return {"revisionType": revision.kind, MEMBERS[revision.kind]: body}


def _body(given: Params | None) -> tuple[str, Params]:
    if not given:
        raise AwsError("RevisionRequiredException", "RevisionLocation must be specified")
    kind = next((name for name, member in MEMBERS.items() if given.get(member)), None)
    kind = given.get("revisionType") or kind
    if kind not in MEMBERS or not given.get(MEMBERS[kind]):
        raise AwsError(
            "InvalidRevisionException",
            f"The revision location of type {kind} cannot be read: send an AppSpec as appSpecContent",
        )
    return kind, given[MEMBERS[kind]]


def _known(application: Application, digest: str) -> Registration:
    if digest not in application.revisions:
        raise AwsError("RevisionDoesNotExistException", "The specified revision does not exist in the application")
    return application.revisions[digest]


def register(application: Application, revision: Revision, now: float) -> Registration:
    """A revision becomes known to its application, once."""
    return application.revisions.setdefault(revision.sha256, Registration(revision, now))


def note_use(application: Application, revision: Revision, group: str, now: float) -> None:
    """A deployment group deploys a revision."""
    known = register(application, revision, now)
    known.first_used_at = known.first_used_at or now
    known.last_used_at = now
    if group not in known.groups:
        known.groups.append(group)


class Revisions:
    """The calls on revisions."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.operations: dict[str, Handler] = {
            "RegisterApplicationRevision": self.register,
            "GetApplicationRevision": self.get,
            "BatchGetApplicationRevisions": self.batch_get,
            "ListApplicationRevisions": self.list_all,
        }

    def register(self, params: Params, _: Caller) -> Answer:
        application = self._store.application(params.get("applicationName"))
        known = register(application, read(application, params.get("revision")), self._store.now)
        known.description = params.get("description") or known.description
        return {}

    def get(self, params: Params, _: Caller) -> Answer:
        application = self._store.application(params.get("applicationName"))
        known = _known(application, read(application, params.get("revision")).sha256)
        return {
            "applicationName": application.name,
            "revision": location(known.revision, content=True),
            "revisionInfo": _info(known),
        }

    def batch_get(self, params: Params, _: Caller) -> Answer:
        application = self._store.application(params.get("applicationName"))
        asked = params.get("revisions") or []
        if len(asked) > MOST_IN_A_BATCH:
            raise AwsError("BatchLimitExceededException", f"The maximum number of revisions is {MOST_IN_A_BATCH}")
        known = [_known(application, read(application, one).sha256) for one in asked]
        shapes = [
            {"revisionLocation": location(one.revision, content=True), "genericRevisionInfo": _info(one)}
            for one in known
        ]
        return {"applicationName": application.name, "errorMessage": "", "revisions": shapes}

    def list_all(self, params: Params, _: Caller) -> Answer:
        application = self._store.application(params.get("applicationName"))
        deployed = params.get("deployed", "ignore")
        found = [one for one in application.revisions.values() if _wanted(one, deployed)]
        key = {"firstUsedTime": "first_used_at", "lastUsedTime": "last_used_at"}.get(
            params.get("sortBy") or "", "registered_at"
        )
        found.sort(key=lambda one: getattr(one, key) or 0.0, reverse=params.get("sortOrder") == "descending")
        shown, token = page(found, params.get("nextToken"), 100, BAD_TOKEN)
        return {"revisions": [location(one.revision) for one in shown], **({"nextToken": token} if token else {})}


def _wanted(known: Registration, deployed: str) -> bool:
    match deployed:
        case "include":
            return bool(known.groups)
        case "exclude":
            return not known.groups
        case _:
            return True


def _info(known: Registration) -> Answer:
    times = {
        "registerTime": known.registered_at,
        "firstUsedTime": known.first_used_at,
        "lastUsedTime": known.last_used_at,
    }
    told = {key: moment(value) for key, value in times.items() if value is not None}
    return {"description": known.description, "deploymentGroups": list(known.groups), **told}
