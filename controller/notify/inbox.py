"""What was seen and ordered and nobody has read yet: the newest few looks at each service, the newest orders."""

import threading
from collections import deque
from collections.abc import Set
from itertools import islice

from controller.loop.board import cluster_of
from controller.loop.facts import Fact
from controller.loop.status import ServiceStatus
from reconcilers.model import Cluster, ServiceKey

LOOKS = 8  # of one service; of more, the newest
ORDERS = 200  # of all services; of more, the newest
BATCH = 10  # services of one call


class Inbox:
    """For several threads: workers put, one reader takes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._looks: dict[ServiceKey, deque[ServiceStatus]] = {}
        self._orders: deque[Fact] = deque(maxlen=ORDERS)
        self._polled = False
        self.news = threading.Event()

    def put(self, status: ServiceStatus) -> None:
        with self._lock:
            self._looks.setdefault(status.wanted.key, deque(maxlen=LOOKS)).append(status)
        self.news.set()

    def put_order(self, fact: Fact) -> None:
        """Somebody ordered something."""
        with self._lock:
            self._orders.append(fact)
        self.news.set()

    def take_orders(self) -> tuple[Fact, ...]:
        """The orders since this was asked last, oldest first."""
        with self._lock:
            taken = tuple(self._orders)
            self._orders.clear()
        return taken

    def put_poll(self) -> None:
        """The repository was looked at."""
        self._polled = True
        self.news.set()

    def take_poll(self) -> bool:
        """Whether the repository was looked at since this was asked last."""
        polled, self._polled = self._polled, False
        return polled

    def empty(self) -> bool:
        with self._lock:
            return not self._looks and not self._orders and not self._polled

    def batch(self, but: Set[Cluster]) -> dict[ServiceKey, ServiceStatus]:
        """The newest look at each of the next services, all of one cluster, as many as one call reads."""
        with self._lock:
            newest = [(key, looks[-1]) for key, looks in self._looks.items()]
        ready = [(key, look, cluster) for key, look in newest if (cluster := cluster_of(look)) not in but]
        return dict(islice(((key, look) for key, look, cluster in ready if cluster == ready[0][2]), BATCH))

    def first(self, key: ServiceKey) -> ServiceStatus | None:
        """The oldest look at a service."""
        with self._lock:
            looks = self._looks.get(key)
            return looks[0] if looks else None

    def drop(self, look: ServiceStatus) -> None:
        """It was read."""
        key = look.wanted.key
        with self._lock:
            looks = self._looks[key]
            if looks[0] is look:
                looks.popleft()
            if not looks:
                del self._looks[key]
