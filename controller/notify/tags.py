"""The ledgers that replicas share: a tag on each ECS service, ``trueup:told:<channel>``.

Nothing else reads or compares it: a look at a service asks for no tags, and a deployment copies none. A service whose
manifest says ``sync: observe`` is never written, and has none.
"""

from collections.abc import Callable, Mapping

from controller.loop.status import ServiceStatus
from controller.notify.ledger import Entry
from controller.notify.writing import read, written
from reconcilers.aws.gateways import Gateways
from reconcilers.model import Scope, SyncPolicy

PREFIX = "trueup:told:"


class Tags:
    """``gateways_for`` gives a scope's gateways. What it raises is ``Retry`` or ``Stalled``, as they do."""

    def __init__(self, gateways_for: Callable[[Scope], Gateways]) -> None:
        self._gateways_for = gateways_for

    def entries(self, statuses: tuple[ServiceStatus, ...]) -> tuple[Mapping[str, Entry], ...]:
        """By channel, of each service in turn. All of them of one cluster, at most ten: one call."""
        wanted = statuses[0].wanted
        names = tuple(dict.fromkeys(each.wanted.name for each in statuses))
        found = self._gateways_for(wanted.scope).ecs.service_tags(wanted.cluster, names)
        return tuple(_entries(found.get(each.wanted.name, {})) for each in statuses)

    def entry(self, status: ServiceStatus, channel: str) -> Entry:
        """What one channel was told of a service, as of now."""
        return self.entries((status,))[0].get(channel, Entry())

    def write(self, status: ServiceStatus, channel: str, entry: Entry) -> None:
        arn = status.live.service.arn if status.live is not None and status.live.service is not None else ""
        self._gateways_for(status.wanted.scope).ecs.tag(arn, {PREFIX + channel: written(entry)})


def shared(status: ServiceStatus) -> bool:
    """Whether a service may carry our tag: it is there, and ours to write."""
    live = status.live.service if status.live is not None else None
    return live is not None and live.status == "ACTIVE" and status.wanted.sync is not SyncPolicy.OBSERVE


def _entries(tags: Mapping[str, str]) -> dict[str, Entry]:
    return {key.removeprefix(PREFIX): read(text) for key, text in tags.items() if key.startswith(PREFIX)}
