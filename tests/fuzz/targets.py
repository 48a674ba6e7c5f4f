"""What is fed: each takes any bytes, and raises only where a promise is broken. ``SEEDS`` is what is mutated first."""

import asyncio
import contextlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
from fastapi import FastAPI

from controller.notify import reading
from controller.rules import guard_rails, roles
from controller.source import documents
from controller.source.defects import BY_DEFECT
from controller.source.problem import Problem
from controller.source.snapshot import Snapshot
from controller.web import webhook
from reconcilers import log_cursor
from reconcilers.aws import appspec, marks
from reconcilers.diff import service_changes, task_definition_changes
from reconcilers.task_definition import canonical, revision_digest
from tests.controller.builders import drifted, named, snapshot
from tests.controller.source.commits import CHART, MANIFEST, SOUND, TEMPLATE, compiled, plain
from tests.controller.web.served import TOKEN, Served
from tests.fuzz import seeds

SECRET = "s3cret"


@dataclass(frozen=True, slots=True)
class Target:
    """``feed`` takes any bytes; ``seeds`` are sound ones."""

    feed: Callable[[bytes], object]
    seeds: tuple[bytes, ...]


def _documents(data: bytes) -> None:
    found = documents.load(data, "any.yaml")
    _placed(found.problems)
    for each in found.documents:
        json.dumps(each.data)


def _manifest(data: bytes) -> None:
    _answered(compiled({**CHART, "desired/prod/web.yaml": data}))


def _chart(name: str) -> Callable[[bytes], None]:
    def feed(data: bytes) -> None:
        _answered(compiled({**SOUND, f"charts/web/{name}": data}))

    return feed


def _template(data: bytes) -> None:
    """In this process there is no limit to what a template takes, so what repeats is for the tests of the child."""
    if not any(each in data for each in (b"for", b"*", b"macro", b"include", b"range", b"%", b"center", b"join")):
        _answered(compiled({**SOUND, "charts/web/task-definition.yaml.j2": data}))


def _task_definition(data: bytes) -> None:
    """A plain one, JSON or YAML, through everything that is checked before it would run."""
    _answered(compiled({**plain("{}"), "web.json": data}))


def _form(data: bytes) -> None:
    """The form of a form is itself, and what is the same does not differ."""
    value = _json(data)
    if isinstance(value, dict) and _is_task_definition(value):
        form = canonical(value)
        assert canonical(form) == form
        assert revision_digest(form) == revision_digest(value)
        assert task_definition_changes(value, value) == ()


def _diff(data: bytes) -> None:
    """Of any two, what differs is told from both sides, and nothing differs where the forms are equal."""
    one, _, other = data.partition(b"\n")
    declared, live = _json(one), _json(other)
    if isinstance(declared, dict) and isinstance(live, dict) and _is_task_definition(declared):
        service_changes(declared, live, scalable=False)
        if _is_task_definition(live):
            found = task_definition_changes(declared, live)
            assert bool(found) == bool(task_definition_changes(live, declared))


def _appspec(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    found = appspec.read(text)
    assert all(isinstance(each, str) for pair in found.hooks.items() for each in pair)
    marks.mark_in(text)
    log_cursor.packed({("task", "web"): text})
    with contextlib.suppress(ValueError):
        log_cursor.unpacked(text)


def _webhook(data: bytes) -> None:
    """Headers line by line, then the body: nothing but a secret makes it a push."""
    head, _, body = data.partition(b"\n\n")
    lines = head.decode("latin-1").splitlines()
    headers = {name.strip().lower(): text.strip() for name, _, text in (each.partition(":") for each in lines)}
    sealed = webhook.seal(SECRET)
    sealed.update(body)
    found = webhook.check(headers, sealed, SECRET)
    assert found is webhook.Delivery.REFUSED or SECRET in headers.get("x-gitlab-token", "")


def _operators(parse: Callable[[bytes, str], object]) -> Callable[[bytes], None]:
    def feed(data: bytes) -> None:
        found = parse(data, "any.yaml")
        if isinstance(found, tuple):
            assert found
            _placed(found)

    return feed


class _Api:
    """The routes, called in this process. The server's own errors are what is looked for: they are raised here."""

    def __init__(self) -> None:
        self._app: FastAPI | None = None

    def feed(self, data: bytes) -> None:
        """A request: method, path and body, a line each."""
        if self._app is None:
            served = Served()
            served.adopt(snapshot(named("web")))
            served.look(replace(drifted(), key=named("web").key))
            self._app = served.app
        method, _, rest = data.partition(b" ")
        path, _, body = rest.partition(b"\n")
        if b"/stream" in path:
            return  # what never ends has tests of its own
        verb = method.decode("latin-1") if method in (b"GET", b"HEAD", b"POST", b"PUT", b"DELETE") else "GET"
        url = "/" + quote_from_bytes(path, safe="/?&=%").lstrip("/")
        assert asyncio.run(_status(self._app, verb, url, body)) < 500


async def _status(app: FastAPI, verb: str, url: str, body: bytes) -> int:
    given = {"authorization": f"Bearer {TOKEN}", "content-type": "application/json"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://trueup") as client:
        return (await client.request(verb, url, content=body, headers=given)).status_code


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _is_task_definition(value: Mapping[str, Any]) -> bool:
    """What the checks of a manifest let through: only that reaches the canonical form."""
    return bool(compiled(plain(json.dumps(value))).services)


def _answered(snapshot: Snapshot) -> None:
    assert snapshot.services or snapshot.errors
    _placed(snapshot.problems)


def _placed(problems: tuple[Problem, ...]) -> None:
    for each in problems:
        assert not each.message.startswith(BY_DEFECT)
        assert each.file
        assert each.message
        assert str(each)


TARGETS = {
    "documents": Target(_documents, (MANIFEST.encode(), b"a: &a [1]\nb: *a\n<<: {c: d}\n", b"---\n{}\n---\n[]\n")),
    "manifest": Target(_manifest, (MANIFEST.encode(),)),
    "chart-values": Target(_chart("values.yaml"), (b"logLevel: info\n",)),
    "chart-schema": Target(_chart("values.schema.json"), (seeds.SCHEMA,)),
    "chart-template": Target(_template, (TEMPLATE.encode(),)),
    "task-definition": Target(_task_definition, (seeds.DEFINITION, seeds.LONG, seeds.NAMELESS)),
    "canonical-form": Target(_form, (seeds.DEFINITION, seeds.LONG, seeds.NAMELESS)),
    "diff": Target(_diff, (seeds.DEFINITION + b"\n" + seeds.DEFINITION,)),
    "appspec": Target(_appspec, (seeds.APPSPEC, seeds.APPSPEC_JSON, seeds.MARK, seeds.CURSOR)),
    "webhook": Target(
        _webhook, (b"X-Hub-Signature-256: sha256=00\nX-GitHub-Event: push\n\n{}", b"X-Gitlab-Token: t\n\n{}")
    ),
    "guard-rails": Target(_operators(guard_rails.parse), (seeds.GUARD_RAILS,)),
    "roles": Target(_operators(roles.parse), (seeds.ROLES,)),
    "notifications": Target(_operators(reading.parse), (seeds.NOTIFICATIONS,)),
    "api": Target(_Api().feed, seeds.CALLS),
}

EVERYTHING = "everything"  # in one process: the first byte says which


def target(name: str) -> Target:
    """The target of this name, or all of them in one."""
    if name != EVERYTHING:
        return TARGETS[name]
    each = tuple(TARGETS.values())
    seeds = tuple(bytes([number]) + seed for number, one in enumerate(each) for seed in one.seeds)
    return Target(lambda data: each[data[0] % len(each)].feed(data[1:]) if data else None, seeds)
