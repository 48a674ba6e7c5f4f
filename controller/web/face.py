"""What the HTTP face stands on: what it reads, and whom it asks."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from prometheus_client import CollectorRegistry

from controller.lease.view import Sharing
from controller.loop.board import Board
from controller.loop.facts import Fact
from controller.loop.journal import Journal
from controller.loop.questions import Question
from controller.web.neighbours.contacts import Contacts
from controller.web.neighbours.follower import Follower
from controller.web.neighbours.neighbourhood import Neighbourhood
from controller.web.neighbours.wire import nobody
from controller.web.stream import Hub
from controller.web.task_logs import Reading
from reconcilers.history import History
from reconcilers.model import Service, ServiceKey
from reconcilers.verdict import Order


def _alone() -> Neighbourhood:
    contacts = Contacts(Sharing, nobody, time.monotonic)
    return Neighbourhood(contacts, Follower(contacts, Journal(Board(), time.time), Hub(), time.monotonic))


class Asked(Protocol):
    """Who takes what people ask for: the loop."""

    def look_at_source(self) -> None: ...
    def ask(self, key: ServiceKey, order: Order) -> bool: ...


@dataclass(frozen=True, slots=True)
class Face:
    """What the HTTP face stands on. ``beats``: whether the loop does. Secrets stay out of ``repr``."""

    board: Board
    asked: Asked
    registry: CollectorRegistry
    beats: Callable[[], bool]
    ready: Callable[[], bool]
    now: Callable[[], float]
    version: str
    journal: Journal
    hub: Hub
    history: Callable[[Service, object], History]  # what was tried, for who knows that of the service
    sharing: Callable[[], Sharing] = Sharing
    logs: Reading | None = None  # who reads what tasks wrote
    inquire: Callable[[Iterable[Question]], None] | None = None  # who asks CloudTrail who made a deployment
    log: Any = None  # where it is written who did what; nowhere but in the activity without one
    ordered: Callable[[Fact], None] | None = None  # who else is told what somebody ordered
    near: Neighbourhood = field(default_factory=_alone)  # the other replicas
