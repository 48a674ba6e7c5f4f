"""Door one: clients shaped like boto3's, in process.

They *are* botocore's clients: its validation, paginators, waiters, exception classes and service models, with all that
lies between the call and the world left out. A call that the world answers is handed over before a request is made of
it; any other is handed, as the request it became, to what stands behind door two. So nothing is retried here, and
nothing waits: a waiter asks the ``sleep`` it was given, which on a ``ManualClock`` lets the clock go.

    world = World(ManualClock())
    ecs = clients.client(world, "ecs", caller=Caller(region="eu-west-1"))
    ecs.describe_services(cluster="prod", services=["web"])
"""

import copy
import os
import threading
import time
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import botocore.session
from botocore.client import BaseClient, ClientMeta
from botocore.config import Config

from sandbox.answering import Answering
from sandbox.clock import ManualClock
from sandbox.line import Line
from sandbox.server.callers import caller_of
from sandbox.server.signature import Scope
from sandbox.waiters import Sleep, waiters
from sandbox.world.calls import Caller


def client(world: Answering, service: str, *, caller: Caller | None = None, sleep: Sleep | None = None) -> Any:
    """A client for ``service`` (botocore's name) in the caller's account and region.

    ``sleep`` gets the seconds between two looks of a waiter. Without one a world on a ``ManualClock`` has its clock
    advanced by them, and any other waits. To a type checker the client is whatever its user says it is.
    """
    caller = caller or Caller()
    template = _template(service, caller.region)
    meta = template.meta
    # Making a client takes botocore milliseconds; a copy with ears of its own is had for less.
    events = copy.copy(meta.events)
    line = Line(world, service, caller)
    events.register_last("before-parameter-build", line.hear)
    events.register_last("before-call", line.answer)
    own_meta = ClientMeta(
        events, meta.config, meta.endpoint_url, meta.service_model, meta.method_to_api_mapping, meta.partition
    )
    made = type(template).__new__(type(template))
    get_waiter = waiters(made, sleep or _default_sleep(world))
    vars(made).update(vars(template) | {"meta": own_meta, "get_waiter": get_waiter})
    return made


@dataclass(frozen=True, slots=True)
class Session:
    """For code that is handed a ``boto3.Session``: the clients it makes belong to ``caller``."""

    world: Answering
    caller: Caller = field(default_factory=Caller)
    sleep: Sleep | None = None

    @property
    def region_name(self) -> str:
        return self.caller.region

    def client(
        self, service_name: str, region_name: str | None = None, aws_access_key_id: str | None = None, **_: Any
    ) -> Any:
        """A client, in the session's region unless another is named, of whoever an access key given here belongs to.

        ``config`` and whatever else boto3 takes here concern the network, and there is none.
        """
        region = region_name or self.caller.region
        known = caller_of(Scope(aws_access_key_id, region, service_name)) if aws_access_key_id else self.caller
        return client(self.world, service_name, caller=replace(known, region=region), sleep=self.sleep)


_making = threading.Lock()
_templates: dict[tuple[str, str], BaseClient] = {}


def _template(service: str, region: str) -> BaseClient:
    """The one real client of a service in a region. Nobody calls it: it is what copies are made of."""
    with _making:
        if (service, region) not in _templates:
            _templates[service, region] = _session().create_client(
                service,
                region_name=region,
                aws_access_key_id="sandbox",
                aws_secret_access_key="sandbox",  # noqa: S106 - nothing is signed here
                # Named here, the program is not put together again from its parts at each call.
                config=Config(parameter_validation=True, user_agent=_session().user_agent()),
            )
        return _templates[service, region]


@cache
def _session() -> botocore.session.Session:
    """A session that reads nothing of the machine it runs on: no profile, no configuration file."""
    nowhere = dict.fromkeys(("config_file", "credentials_file"), (None, None, os.devnull, None))
    return botocore.session.Session(session_vars={**nowhere, "profile": (None, None, None, None)})


def _default_sleep(world: Answering) -> Sleep:
    return world.clock.advance if isinstance(world.clock, ManualClock) else time.sleep
