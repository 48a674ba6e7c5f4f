"""botocore's own clients with AWS left out: parameters are checked against the model, answers come from a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from reconcilers.aws import models

Params = dict[str, Any]
Reply = Mapping[str, Any] | Callable[[Params], Mapping[str, Any]] | Exception


class Refusal(Exception):
    """An error answer of AWS."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


@dataclass
class Wire:
    """``replies`` by operation (``DescribeServices``); ``calls`` are what was asked, in order."""

    replies: dict[str, Reply]
    region: str = "eu-west-1"
    calls: list[tuple[str, Params]] = field(default_factory=list)

    def client(self, service: str, *_: Any) -> Any:
        client = _session().create_client(
            service,
            region_name=self.region,
            aws_access_key_id="AKIAEXAMPLE",
            aws_secret_access_key="secret",
            config=Config(retries={"total_max_attempts": 1}),
        )
        client.meta.events.register_first("before-parameter-build", self._hear)
        answer: Any = self._answer  # whose answer botocore takes, which its stubs do not know
        client.meta.events.register("before-call", answer)
        return client

    def asked(self, operation: str) -> list[Params]:
        return [params for name, params in self.calls if name == operation]

    @property
    def operations(self) -> list[str]:
        return [name for name, _ in self.calls]

    def _hear(self, params: Params, model: Any, context: dict[str, Any], **_: Any) -> None:
        context["heard"] = dict(params)

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> tuple[Any, dict[str, Any]]:
        params = context["heard"]
        self.calls.append((model.name, params))
        reply = self.replies[model.name]
        try:
            found = reply(params) if callable(reply) else reply
            if isinstance(found, Exception):
                raise found
        except Refusal as refusal:
            error = {"Code": refusal.code, "Message": refusal.message}
            return _Http(refusal.status), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": refusal.status}}
        return _Http(200), dict(found)


@dataclass(frozen=True)
class _Http:
    status_code: int


@cache
def _session() -> botocore.session.Session:
    session = botocore.session.Session()
    session.register_component("data_loader", models.loader())
    return session
