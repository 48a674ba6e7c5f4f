"""The ledgers that replicas share: a tag on each ECS service, ``trueup:told:<channel>``.

Nothing else reads or compares it: a look at a service asks for no tags, and a deployment copies none. A service whose
manifest says ``sync: observe`` is never written, and has none. What happened to the repository is kept by the first of
the services: ``trueup:told:<channel>:source``.
"""

from collections.abc import Callable, Iterable, Mapping

from controller.loop.status import ServiceStatus
from controller.notify.ledger import Entry
from controller.notify.writing import read, written
from reconcilers.aws.gateways import Gateways
from reconcilers.model import Scope, ServiceKey, SyncPolicy

PREFIX = "trueup:told:"


class Tags:
    """``gateways_for`` gives a scope's gateways. What it raises is ``Retry`` or ``Stalled``, as they do."""

    def __init__(self, gateways_for: Callable[[Scope], Gateways]) -> None:
        self._gateways_for = gateways_for

    def entries(self, statuses: tuple[ServiceStatus, ...]) -> tuple[Mapping[str, Entry], ...]:
        """By ``tag_of``, of each service in turn. All of them of one cluster, at most ten: one call."""
        wanted = statuses[0].wanted
        names = tuple(dict.fromkeys(each.wanted.name for each in statuses))
        found = self._gateways_for(wanted.scope).ecs.service_tags(wanted.cluster, names)
        return tuple(_entries(found.get(each.wanted.name, {})) for each in statuses)

    def entry(self, status: ServiceStatus, tag: str) -> Entry:
        """What is kept there now."""
        return self.entries((status,))[0].get(tag, Entry())

    def write(self, status: ServiceStatus, tag: str, entry: Entry) -> None:
        arn = status.live.service.arn if status.live is not None and status.live.service is not None else ""
        self._gateways_for(status.wanted.scope).ecs.tag(arn, {PREFIX + tag: written(entry)})


def tag_of(channel: str, key: ServiceKey | None) -> str:
    """Under which name a channel's ledger is kept on a service: its own, or the repository's."""
    return channel if key is not None else f"{channel}:source"


def shared(status: ServiceStatus) -> bool:
    """Whether a service may carry our tag: it is there, and ours to write."""
    live = status.live.service if status.live is not None else None
    return live is not None and live.status == "ACTIVE" and status.wanted.sync is not SyncPolicy.OBSERVE


def _entries(tags: Mapping[str, str]) -> dict[str, Entry]:
    return {key.removeprefix(PREFIX): read(text) for key, text in tags.items() if key.startswith(PREFIX)}


def keeper(statuses: Iterable[ServiceStatus]) -> ServiceStatus | None:
    """The service, of all in the order of their keys, that keeps what was told of the repository; ``None``: none can.

    Raises ``LookupError`` while that is not known. Every replica must choose the same.
    """
    for each in statuses:
        if each.wanted.sync is SyncPolicy.OBSERVE:
            continue
        if each.live is None and each.failing_since is None:
            raise LookupError
        if shared(each):
            return each
    return None
