"""The notifier, built from a file and what the daemon has at hand. Nothing is asked of anybody yet."""

import os
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controller.loop.board import Board
from controller.notify.book import Shelf
from controller.notify.channels import NowhereError, filter_of, voice
from controller.notify.claims import Claims
from controller.notify.client import HttpClient
from controller.notify.configuration import Notifications
from controller.notify.courier import Channel, Clocks, Courier, Delivered, Means
from controller.notify.notifier import Notifier
from controller.notify.places import Noted, Places
from controller.notify.reading import parse
from controller.notify.scribe import Sight
from controller.notify.secret import Secrets
from controller.notify.tags import Tags
from controller.rules.reading import MisconfiguredError, contents
from controller.source.problem import Problem
from reconcilers.attempts import Attempt
from reconcilers.aws.gateways import GatewayPool
from reconcilers.model import Service
from reconcilers.observe import attempts


def configured(file: Path, repository: str) -> tuple[Notifications, tuple[Channel, ...]]:
    """What the file says, and its channels. Raises ``MisconfiguredError``."""
    return as_said(contents(file), str(file), repository)


def as_said(text: bytes, name: str, repository: str) -> tuple[Notifications, tuple[Channel, ...]]:
    """What a text says that is known as ``name``, and its channels. Raises ``MisconfiguredError``."""
    found = parse(text, name)
    if not isinstance(found, Notifications):
        raise MisconfiguredError(found)
    secrets = Secrets(os.environ)
    try:
        channels = tuple(
            Channel(each.name, filter_of(each), voice(each, secrets, repository), found.page_url)
            for each in found.channels
        )
    except NowhereError as error:
        raise MisconfiguredError((Problem(name, None, None, str(error), ""),)) from None
    return found, channels


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the daemon has at hand. ``notes``: those of the lease table, where there is one."""

    pool: GatewayPool
    notes: Noted | None
    board: Board
    log: Any


def build_notifier(
    channels: tuple[Channel, ...],
    around: Surroundings,
    folder: Path,
    heard: Callable[[Delivered], None],
    release: str,
) -> Notifier:
    """A notifier that is built and not yet started. ``folder``: where ledgers are kept; ``heard`` is told of every try;
    ``release``: Trueup's own version.
    """
    pool, log = around.pool, around.log
    places, shelf, client = Places(Tags(pool), around.notes), Shelf(folder), HttpClient(release)
    clocks = Clocks(time.time, random.random)

    def tried(wanted: Service) -> tuple[Attempt, ...]:
        return attempts(pool(wanted.scope), wanted, time.time())

    def means(channel: Channel) -> Means:
        claims = Claims(channel.name, places, shelf.holder, log)
        return Means(client, claims, shelf.book(channel.name), heard, log)

    couriers = tuple(Courier(each, means(each), clocks) for each in channels)
    return Notifier(couriers, Sight(around.board, places, tried, time.time), log)
