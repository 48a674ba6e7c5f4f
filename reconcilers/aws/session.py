"""Where clients come from: one session per role, counted calls, bounded waits.

Five things are decided here for every call.

- *What is repeated.* botocore repeats a call that AWS throttled or did not answer. RegisterTaskDefinition,
  CreateDeployment and UpdateService are never repeated: none has a token that would make the second one harmless, and
  a lost answer may mean that the first was heard. The next reconcile looks before it tries again. Neither is
  LookupEvents: its two calls a second belong to everybody, and whoever asks waits for its turn.
- *When it goes.* No faster than AWS allows, where ``pace`` says so: see there. What AWS refused as too many and may be
  repeated is repeated for longer than what it did not answer.
- *What is parsed.* Real services carry a hundred events each, which nobody here reads. Without them in the output
  shape, and with timestamps left as the numbers they arrive as, botocore takes a tenth of the time for ten services.
- *What is let out.* What changes something is asked about once more as its bytes are about to leave, at each attempt:
  whoever lost the lease since it decided sends nothing.
- *What is counted.* Every attempt on the wire, repeated ones and role assumptions included, is told to an observer.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Lock, RLock
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
from botocore.endpoint import MAX_POOL_CONNECTIONS
from botocore.exceptions import ConnectTimeoutError, NoCredentialsError, ReadTimeoutError
from botocore.parsers import DEFAULT_TIMESTAMP_PARSER

from reconcilers.aws import models
from reconcilers.aws.errors import result_of
from reconcilers.aws.pace import Pace, keep
from reconcilers.leases import shard_of
from reconcilers.model import Scope
from reconcilers.outcome import Retry, Stalled

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 15.0
ATTEMPTS = 3
NEVER_REPEATED = (
    "needs-retry.ecs.RegisterTaskDefinition",
    "needs-retry.ecs.UpdateService",
    "needs-retry.codedeploy.CreateDeployment",
    "needs-retry.cloudtrail.LookupEvents",
)
# Tags are left out: they tell what is so, and are as true when they come late.
CHANGES = {
    "ecs": ("RegisterTaskDefinition", "UpdateService", "StopServiceDeployment"),
    "codedeploy": ("CreateDeployment", "StopDeployment", "ContinueDeployment"),
}
_STARTED = "trueup_started"
_SERVICES = {"elastic-load-balancing-v2": "elbv2", "application-auto-scaling": "autoscaling"}


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt on the wire. ``result``: ok, throttled, denied, error or timeout."""

    service: str
    operation: str
    result: str
    seconds: float


Observer = Callable[[Call], None]
ClientFactory = Callable[[str, Scope], Any]


def _anything(_: Scope) -> bool:
    return True


class AwsClients:
    """A ``ClientFactory`` for real AWS, or for what answers at ``endpoint_url`` like it.

    Credentials come from where boto3 finds them; a scope with a role assumes it, and renews the result ten minutes
    before it expires. Making a client asks nothing of the network. ``may_change``: whether this process may change
    anything in a scope at this moment; where not, the call is a ``Retry`` and was not sent. ``pace``: when each attempt
    may go out; without one at once. ``sharers``: how many threads may use a client at once; of more than that, urllib3
    throws connections away and warns of each.
    """

    def __init__(
        self,
        version: str,
        observe: Observer,
        *,
        endpoint_url: str | None = None,
        session_name: str = "trueup",
        sharers: int = MAX_POOL_CONNECTIONS,
    ) -> None:
        self._observe = observe
        self._endpoint_url = endpoint_url
        self._session_name = session_name
        self.may_change: Callable[[Scope], bool] = _anything
        self.pace: Pace | None = None
        self._config = Config(
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
            user_agent_extra=f"trueup/{version}",
            max_pool_connections=sharers,
        )
        self._sessions: dict[tuple[str | None, str | None], botocore.session.Session] = {}
        self._lock = RLock()  # botocore's sessions are not made for several threads; its clients are

    def __call__(self, service: str, scope: Scope) -> Any:
        """A client for ``service``, as botocore names it, in the scope's region and as the scope's role."""
        with self._lock:
            client = self._client(self._session(scope), service, scope.region)
        for operation in CHANGES.get(service, ()):
            client.meta.events.register(f"before-send.{service}.{operation}", partial(self._let_out, scope))
        if self.pace is not None:
            keep(client, service, shard_of(scope), self.pace)
        return client

    def impatient(self, service: str, region: str | None, seconds: float) -> Any:
        """A client with the credentials at hand that gives up after ``seconds`` and repeats nothing.

        ``region``: ``None`` for the one that the environment names. Raises ``Stalled`` where it names none.
        """
        own = Config(
            connect_timeout=seconds, read_timeout=seconds, retries={"mode": "standard", "total_max_attempts": 1}
        )
        config = self._config.merge(own)
        with self._lock:
            session = self._session(Scope(region or ""))
            found = region or session.get_config_variable("region") or os.environ.get("AWS_REGION")
            if not found:
                raise Stalled("NoRegion", f"Nobody says in which region {service} is asked.", "Set AWS_REGION.")
            return session.create_client(service, region_name=found, endpoint_url=self._endpoint_url, config=config)

    def _let_out(self, scope: Scope, **_: Any) -> None:
        if not self.may_change(scope):
            raise Retry("LeaseLost", "The lease was lost before the call was sent. Nothing was changed.")

    def _locked_client(self, session: botocore.session.Session, service: str, region: str, **credentials: Any) -> Any:
        with self._lock:
            return self._client(session, service, region, **credentials)

    def _client(self, session: botocore.session.Session, service: str, region: str, **credentials: Any) -> Any:
        return session.create_client(
            service, region_name=region, endpoint_url=self._endpoint_url, config=self._config, **credentials
        )

    def _session(self, scope: Scope) -> botocore.session.Session:
        key = (scope.role_arn, scope.external_id)
        if key not in self._sessions:
            session = self._plain_session()
            if scope.role_arn is not None:
                assume = self._assume(session, scope, scope.role_arn)
                credentials = DeferredRefreshableCredentials(refresh_using=assume, method="assume-role")
                session.register_component("credential_provider", _Provider(credentials))
            self._sessions[key] = session
        return self._sessions[key]

    def _plain_session(self) -> botocore.session.Session:
        session = botocore.session.Session()
        session.register_component("data_loader", models.loader())
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=number_or_datetime)
        hooks: dict[str, Any] = dict.fromkeys(NEVER_REPEATED, _never)
        hooks |= {"request-created": _note_start, "response-received": partial(_report, observe=self._observe)}
        for event, hook in hooks.items():
            session.register(event, hook)
        return session

    def _assume(self, session: botocore.session.Session, scope: Scope, role_arn: str) -> Callable[[], dict[str, Any]]:
        extra = {"RoleSessionName": self._session_name}
        if scope.external_id is not None:
            extra["ExternalId"] = scope.external_id
        source = botocore.session.Session()

        def assume() -> dict[str, Any]:
            credentials = source.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            fetcher = AssumeRoleCredentialFetcher(
                client_creator=lambda service, **keys: self._locked_client(session, service, scope.region, **keys),
                source_credentials=credentials,
                role_arn=role_arn,
                extra_args=extra,
            )
            answer: dict[str, Any] = fetcher.fetch_credentials()
            return answer

        return assume


@dataclass(frozen=True, slots=True)
class _Provider:
    """What a session asks for its credentials."""

    credentials: DeferredRefreshableCredentials

    def load_credentials(self) -> DeferredRefreshableCredentials:
        return self.credentials


class LazyClient:
    """A client that is made when it is first used: an environment without ECR never loads ECR's model."""

    def __init__(self, factory: ClientFactory, service: str, scope: Scope) -> None:
        self._make = partial(factory, service, scope)
        self._client: Any = None
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._make()
        return getattr(self._client, name)


def number_or_datetime(value: Any) -> Any:
    """botocore's timestamp parser, but JSON's numbers stay numbers: making datetimes of them is most of a parse."""
    return value if isinstance(value, int | float) else DEFAULT_TIMESTAMP_PARSER(value)


def _never(**_: Any) -> bool:
    # botocore takes the first answer that is not None, and asks the most specific handler first.
    return False


def _note_start(request: Any, **_: Any) -> None:
    request.context[_STARTED] = time.monotonic()


def _report(  # noqa: PLR0913 - botocore's event, by keyword
    *,
    observe: Observer,
    event_name: str,
    parsed_response: Any,
    response_dict: Any,
    context: dict[str, Any],
    exception: Exception | None,
    **_: Any,
) -> None:
    if isinstance(exception, Retry):
        return  # kept in: nothing was on the wire
    _event, service, operation = event_name.split(".", 2)
    seconds = time.monotonic() - context.get(_STARTED, time.monotonic())
    if exception is not None:
        result = "timeout" if isinstance(exception, ConnectTimeoutError | ReadTimeoutError) else "error"
    else:
        code = str((parsed_response or {}).get("Error", {}).get("Code", ""))
        result = result_of(code.rsplit("#", 1)[-1], int((response_dict or {}).get("status_code", 200)))
    observe(Call(_SERVICES.get(service, service), operation, result, seconds))
