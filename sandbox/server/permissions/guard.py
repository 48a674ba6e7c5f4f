"""Refuses what a principal's policy does not allow, as IAM does, and keeps what was refused."""

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from sandbox.errors import AwsError
from sandbox.server.permissions.policy import Policy, Wish
from sandbox.server.permissions.requests import wishes
from sandbox.wire.refusals import Style
from sandbox.world.calls import Caller, Params

Policies = Mapping[str, Iterable[Mapping[str, Any]]]
_KEPT = 1000
_QUERY = frozenset({Style.QUERY, Style.EC2, Style.REST_XML, Style.S3})


class Guard:
    """``policies``: documents by the name of a user or role. Whoever is not named may do everything.

    Raises ``PolicyError`` where a document is not understood.
    """

    def __init__(self, policies: Policies | None = None) -> None:
        self._policies = {name: Policy(documents) for name, documents in (policies or {}).items()}
        self._lock = Lock()
        self._refused: dict[tuple[str, str, str], None] = {}

    @property
    def refused(self) -> tuple[tuple[str, str, str], ...]:
        """What was refused, each once: principal, action, resource (``*`` where there was none)."""
        with self._lock:
            return tuple(self._refused)

    def watches(self, caller: Caller) -> bool:
        """Whether the caller has a policy here."""
        return _name(caller.principal) in self._policies

    def check(self, asked: tuple[str, str, Style], params: Params, caller: Caller) -> None:
        """Let a request pass, ``asked`` being service, operation and style, or raise ``AwsError``."""
        service, operation, style = asked
        policy = self._policies.get(_name(caller.principal))
        for wish in wishes(service, operation, params, caller) if policy is not None else ():
            if policy is not None and not policy.allows(wish):
                self._keep(wish, caller)
                raise _denied(wish, caller, style)

    def _keep(self, wish: Wish, caller: Caller) -> None:
        with self._lock:
            if len(self._refused) < _KEPT:
                self._refused[caller.principal, wish.action, wish.resource or "*"] = None


def _denied(wish: Wish, caller: Caller, style: Style) -> AwsError:
    on = f" on resource: {wish.resource}" if wish.resource else ""
    said = f"User: {caller.principal} is not authorized to perform: {wish.action}{on}"
    because = f"because no identity-based policy allows the {wish.action} action"
    return AwsError("AccessDenied" if style in _QUERY else "AccessDeniedException", f"{said} {because}", 403)


def _name(principal: str) -> str:
    """A user's name, or that of the role that a session is of."""
    kind, _, name = principal.partition(":user/")
    if name:
        return name.rpartition("/")[2]
    return kind.partition(":assumed-role/")[2].partition("/")[0]
