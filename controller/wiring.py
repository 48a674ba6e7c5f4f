"""The composition root: every object of the daemon, built once from the settings and handed what it needs."""

import os
import random
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any

from controller.git_access import git_source
from controller.lease.beliefs import Terms
from controller.lease.keeper import Keeper
from controller.lease.means import Lease, Means
from controller.lease.sole import Sole
from controller.loop.board import Board
from controller.loop.commits import History
from controller.loop.gate import gate as opened
from controller.loop.gate import seen
from controller.loop.inquiry import Asking, Inquiry
from controller.loop.journal import Journal
from controller.loop.loop import Loop
from controller.loop.observers import LogLines, Several
from controller.loop.surroundings import Clocks, Observer, Rhythm, Work
from controller.metrics import Metrics
from controller.metrics.notifications import Backlogs, Tries
from controller.notify.building import Surroundings, as_said, build_notifier, configured
from controller.notify.notifier import Notifier
from controller.rules.guard_rails import guard_rails
from controller.rules.roles import roles
from controller.settings import CloudTrail, Settings
from controller.source.git import GitSource
from controller.source.headway import Compiling, Headway
from controller.source.repository import Repository
from controller.web.app import build
from controller.web.face import Face
from controller.web.identity.gate import build_gate
from controller.web.neighbours.advertised import advertised
from controller.web.neighbours.contacts import Contacts
from controller.web.neighbours.follower import Follower
from controller.web.neighbours.neighbourhood import Neighbourhood
from controller.web.neighbours.wire import Wire
from controller.web.patience import REASONS, Limits
from controller.web.server import HttpServer
from controller.web.stream import MOST_READERS, Hub
from reconcilers.aws.dynamodb import LeaseTable, place_of
from reconcilers.aws.gateways import GatewayPool
from reconcilers.aws.notes import Notes
from reconcilers.aws.pace import Pace
from reconcilers.aws.session import AwsClients
from reconcilers.guard_rails.rails import GuardRails
from reconcilers.history import Historian
from reconcilers.model import Scope
from reconcilers.observe import attempts
from reconcilers.reconcile import Gate, Reconciler
from reconcilers.sweep import Sweeper
from reconcilers.task_definition import revision_digest
from reconcilers.task_logs import LogReader, Reach
from reconcilers.trail import Lookup, TrailPage
from reconcilers.verdict import Policy

STILL = 300.0  # seconds without a finished step after which the loop counts as stuck
READERS = 44  # threads beside the loop's that ask AWS: forty of the server's, who asks CloudTrail, who tells others
PATIENCE = 5.0  # seconds for what is noted in the lease table
LAST_STEP = 5.0  # seconds for the step in hand when the daemon ends: an orchestrator kills after ten
LAST_WORDS = 2.0  # seconds to tell what is at hand; the next daemon finds the rest
# Linux's clock that goes on while the machine is suspended: by the other one a lease would seem good after that.
lease_clock = partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic


@dataclass(frozen=True, slots=True)
class Daemon:
    """A daemon that is built and not yet started."""

    loop: Loop
    http: HttpServer
    near: Neighbourhood
    repository: Repository
    hub: Hub
    ending: threading.Event
    lease: Lease
    inquiry: Inquiry | None = None
    notifier: Notifier | None = None

    def run(self, workers: int, wait: Callable[[], object]) -> bool:
        """Serve until ``wait`` returns. Whether every step in hand ended in time.

        A step that waits for an AWS that does not answer is left where it is: what was asked is asked of AWS again by
        the next daemon, which looks before it tries.
        """
        self.lease.start()
        self.near.start()
        self.http.start()
        self.loop.start(workers)
        if self.inquiry is not None:
            self.inquiry.start()
        if self.notifier is not None:
            self.notifier.start()
        wait()
        self.ending.set()
        self.near.stop()
        self.repository.close()
        self.hub.close()
        if self.inquiry is not None:
            self.inquiry.stop()
        ended = self.loop.stop(within=LAST_STEP)
        self.lease.stop(idle=ended)
        if self.notifier is not None:
            self.notifier.stop(within=LAST_WORDS)
        self.http.stop()
        return ended


def build_daemon(settings: Settings, log: Any) -> Daemon:
    """All of it, from ``settings``. Outcomes go to ``log``. Opens the HTTP port; asks nothing of Git or AWS yet.

    Raises ``MisconfiguredError`` where the settings of Git do not fit, or a file of the operator's cannot be used, and
    ``Stalled`` where nobody says in which region the lease table is.
    """
    release = version("trueup")
    gate = build_gate(settings.api_token, roles(settings.roles, settings.roles_yaml))
    metrics = Metrics()
    board = Board()
    clients = _clients(settings, release, metrics)
    notes = _notes(settings, clients)
    repository = _repository(git_source(settings, clients, notes), settings.path, board, log)
    lease = _lease(settings, clients, board, log, lambda: advertised(settings.advertise, http.url, os.environ))
    pool = GatewayPool(clients, revision_digest)
    work = _work(settings, pool, repository, lambda wanted, _: opened(lease, board, wanted))
    rhythm = Rhythm(settings.poll_interval, settings.sweep_interval)
    journal, hub = Journal(board, time.time), Hub(most=min(MOST_READERS, Limits().connections // 2))
    inquiry = _inquiry(settings, pool, board, lease, log)
    notifier = _notifier(settings, Surroundings(pool, notes, board, log), metrics)
    observers: tuple[Observer | None, ...] = (metrics, LogLines(log, board), journal, hub, inquiry, notifier)
    told = Several(tuple(each for each in observers if each is not None))
    loop = Loop(work, board, told, rhythm, Clocks(time.time, time.monotonic, random.random), tenancy=lease)
    if isinstance(lease, Keeper):
        lease.tell(loop)
    _measure(metrics, settings, loop, lease)
    ending = threading.Event()
    historian = Historian(pool, time.time)
    logs = LogReader(Reach(pool, historian.history, time.time, time.monotonic))
    near = _near(lease, journal, hub, log)
    face = Face(
        board=board,
        asked=loop,
        registry=metrics.registry,
        beats=lambda: loop.beats(_longest(settings), repository.moved_at) and lease.alive,
        ready=lambda: board.snapshot is not None and not ending.is_set(),
        now=time.time,
        version=release,
        journal=journal,
        hub=hub,
        history=historian.history,
        sharing=lease.sharing,
        logs=logs.read,
        inquire=inquiry.ask if inquiry is not None else None,
        log=log,
        ordered=notifier.ordered if notifier is not None else None,
        near=near,
    )
    app = build(face, settings.api_token, settings.webhook_secret, gate)
    http = HttpServer(app, settings.host, settings.port, let_go=partial(_let_go, metrics, log))
    return Daemon(loop, http, near, repository, hub, ending, lease, inquiry, notifier)


def _near(lease: Lease, journal: Journal, hub: Hub, log: Any) -> Neighbourhood:
    """The other replicas, as the lease table's rows name them."""
    contacts = Contacts(lease.sharing, Wire(version("trueup")), time.monotonic, log)
    return Neighbourhood(contacts, Follower(contacts, journal, hub, time.monotonic))


def _measure(metrics: Metrics, settings: Settings, loop: Loop, lease: Lease) -> None:
    """Let the numbers tell what stands around the loop, from the first scrape on."""
    metrics.watch(loop.board, loop.queue, time.time)
    metrics.shares(lease.sharing)
    metrics.let_go(dict.fromkeys(REASONS, 0))
    metrics.configured(settings.poll_interval, settings.sweep_interval, settings.workers)


def _work(settings: Settings, pool: GatewayPool, repository: Repository, gate: Gate) -> Work:
    """What the loop's keys stand for. Raises ``MisconfiguredError`` where the guard rails cannot be used."""
    policy = Policy(
        poll=settings.shift_interval, guard_rails=guard_rails(settings.guard_rails, settings.guard_rails_yaml)
    )
    acting = Reconciler(pool, time.time, policy, gate=gate)
    return Work(
        repository.poll,
        Sweeper(pool, time.time).sweep,
        acting.reconcile,
        History(repository.named, repository.touched),
        lambda wanted: attempts(pool(wanted.scope), wanted, time.time()),
        repository.recall,
    )


def _repository(git: GitSource, folder: str, board: Board, log: Any) -> Repository:
    repository = Repository(git, folder)

    def arriving(headway: Headway) -> None:
        board.source_arriving(str(headway))
        log.info("git still fetches", mebibytes=headway.arrived >> 20, doing=headway.doing)

    def compiling(far: Compiling) -> None:
        board.source_arriving(str(far))
        log.info("commit still compiles", rendered=far.done, of=far.of)

    repository.on_arriving(arriving)
    repository.on_compiling(compiling)
    return repository


def _longest(settings: Settings) -> float:
    """Seconds without a finished step after which the loop counts as stuck."""
    return max(STILL, 3 * settings.poll_interval, 2 * settings.git_timeout)


def _let_go(metrics: Metrics, log: Any, reasons: dict[str, int]) -> None:
    metrics.let_go(reasons)
    log.warning("clients let go", clients=sum(reasons.values()), reasons=reasons)


def _clients(settings: Settings, release: str, metrics: Metrics) -> AwsClients:
    """Clients that are counted, and that ask no faster than AWS allows."""
    clients = AwsClients(release, metrics.called, endpoint_url=settings.endpoint_url, sharers=sharers(settings))
    clients.pace = Pace(time.monotonic, time.sleep, share=settings.aws_share, observe=metrics.waited)
    metrics.levels(clients.pace.levels)
    return clients


def sharers(settings: Settings) -> int:
    """How many threads may ask AWS through one client at once: the loop's, and whoever asks beside it."""
    return settings.workers + READERS


def _notes(settings: Settings, clients: AwsClients) -> Notes | None:
    """What replicas write down for each other, where a table is named."""
    if settings.lease_table is None:
        return None
    name, region = place_of(settings.lease_table)
    return Notes(clients.impatient("dynamodb", region, PATIENCE), name)


def _notifier(settings: Settings, around: Surroundings, metrics: Metrics) -> Notifier | None:
    """Who tells others, where a file or a text says whom."""
    if settings.notifications_yaml:
        _, channels = as_said(settings.notifications_yaml.encode(), "TRUEUP_NOTIFICATIONS_YAML", settings.repository)
    elif settings.notifications is not None:
        _, channels = configured(settings.notifications, settings.repository)
    else:
        return None
    folder = settings.state_dir / "notifications"
    tries = Tries(metrics.registry)
    tries.begin([each.name for each in channels])
    notifier = build_notifier(channels, around, folder, tries.count, version("trueup"))
    metrics.registry.register(Backlogs(notifier.backlog))
    return notifier


def _lease(settings: Settings, clients: AwsClients, board: Board, log: Any, address: Callable[[], str]) -> Lease:
    """What this replica keeps: everything, where no table is named. ``address``: where the others reach it.

    Raises ``Stalled`` where nobody says in which region the table is.
    """
    if settings.lease_table is None:
        return Sole()
    name, region = place_of(settings.lease_table)
    terms, host = Terms(settings.lease_ttl), socket.gethostname().partition(".")[0]

    table = LeaseTable(clients.impatient("dynamodb", region, terms.patience), name)
    keeper = Keeper(
        Means(table, terms, lease_clock, lambda: f"{host}-{uuid.uuid4().hex[:8]}", partial(seen, board), log, address)
    )
    clients.may_change = keeper.allows
    return keeper


def _inquiry(settings: Settings, pool: GatewayPool, board: Board, lease: Lease, log: Any) -> Inquiry | None:
    """Who asks CloudTrail, unless nobody is to. Nothing is asked yet."""
    use = settings.cloudtrail
    if use is CloudTrail.OFF:
        return None

    def look(scope: Scope, lookup: Lookup, token: str | None) -> TrailPage:
        return pool(scope).cloudtrail.page(lookup, token)

    asking = Asking(look, time.time, time.monotonic, insisting=use is CloudTrail.ON, ours=lease.keeps)
    return Inquiry(asking, board, log)


def reconciler(
    release: str, endpoint_url: str | None, clock: Callable[[], float], rails: GuardRails | None = None
) -> Reconciler:
    """A reconciler alone, for a look without a daemon."""
    clients = AwsClients(release, lambda _: None, endpoint_url=endpoint_url)
    return Reconciler(GatewayPool(clients, revision_digest), clock, Policy(guard_rails=rails))
