"""What was applied last, as far as files can tell: what the commit before a change declares.

The daemon remembers what it applied. A plan cannot, and would call a service field that Git changed an edit by hand.
"""

from collections.abc import Callable, Mapping
from typing import Any

from controller.source.git_errors import SourceError
from controller.source.rendering import RendererError
from controller.source.snapshot import Snapshot
from reconcilers.declared import declared
from reconcilers.model import Service, ServiceKey
from reconcilers.verdict import Plan


class Applied:
    """``before`` reads what was declared before, once, and only if it is asked for. ``named``: the services as the
    commit has them that a change is compared with; none where none is named, since HEAD may be what is to ship.

    Where it raises ``SourceError`` or ``RendererError`` nothing is known, and ``untold`` says why and what to do.
    """

    def __init__(self, before: Callable[[], Snapshot], named: Mapping[ServiceKey, Service] | None = None) -> None:
        self._before = before
        self.named = named or {}
        self._services: Mapping[ServiceKey, Mapping[str, Any]] | None = None
        self.untold = ""

    def of(self, key: ServiceKey) -> Mapping[str, Any] | None:
        """The service fields that were declared before, ``None`` where that is not known."""
        if self._services is None:
            self._services = self._read()
        return self._services.get(key)

    def _read(self) -> Mapping[ServiceKey, Mapping[str, Any]]:
        try:
            return {key: declared(each) for key, each in self._before().services.items()}
        except SourceError as error:
            self.untold = f"{error.message} {error.remedy}"
        except RendererError as error:
            self.untold = str(error)
        return {}


def in_fields(plan: Plan) -> bool:
    """Whether service fields differ, so that it matters who changed them."""
    return any(each.path.startswith("/serviceDefinition/") for each in plan.changes)
