"""What an operator may say of channels."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator
from pydantic.alias_generators import to_camel

from controller.loop.facts import UNSENT, Fact, Kind, Tone
from controller.notify.secret import SecretSource

T = TypeVar("T")
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# What there is to say on a commit: how its rollout went, and whether it is in anybody's way.
ON_COMMITS = (
    Kind.STARTED,
    Kind.DONE,
    Kind.ROLLED_BACK,
    Kind.FAILED,
    Kind.STOPPED,
    Kind.SUPERSEDED,
    Kind.HELD,
    Kind.BLOCKED,
    Kind.CLEARED,
)
# Told only where a filter names it: whoever orders mostly tells others, and what comes of it is told anyway.
IF_NAMED = frozenset({Kind.ORDERED})
# No name of a repository's is dots alone: such a one would lead elsewhere on the host.
_REPOSITORY = re.compile(r"^[.]?[A-Za-z0-9_-][A-Za-z0-9_.-]*/[.]?[A-Za-z0-9_-][A-Za-z0-9_.-]*$")
_PROJECT = re.compile(r"^([0-9]+|[.]?[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[.]?[A-Za-z0-9_-][A-Za-z0-9_.-]*)+)$")


def _address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not text.isprintable() or " " in text:
        raise ValueError("It must be an address such as https://example.com/path.")
    if not _port(parts):
        raise ValueError("The port after the host must be a number from 1 to 65535.")
    if parts.username is not None or parts.password is not None:
        raise ValueError("It must hold no user name and no password: they would be seen wherever the address is.")
    return text


def _port(parts: SplitResult) -> bool:
    """Whether the port, where there is one, is one."""
    try:
        return parts.port != 0
    except ValueError:
        return False


def _some(given: tuple[T, ...]) -> tuple[T, ...]:
    """Not by ``min_length``: it counts what is right, and would say the same of a list with one wrong thing in it."""
    if not given:
        raise ValueError("Name at least one.")
    return given


def _sent(kind: Kind) -> Kind:
    if kind in UNSENT:
        raise ValueError(f"No channel is told {kind}: it is in the activity alone.")
    return kind


_SENT: Any = {"enum": [str(each) for each in Kind if each not in UNSENT], "type": "string"}
Sent = Annotated[Kind, AfterValidator(_sent), WithJsonSchema(_SENT)]
Address = Annotated[str, AfterValidator(_address)]
SOME: Any = {"minItems": 1}


class _Part(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, validate_by_alias=True, validate_by_name=False
    )


class Filter(_Part):
    """Which facts a channel is told: those that every field given here lets pass."""

    kinds: tuple[Sent, ...] = Field(
        default=(), description="Kinds of facts; if empty all that the channel can tell, but orders (ordered)."
    )
    tones: tuple[Tone, ...] = Field(default=(), description="How it is meant: good, news, warning, bad; all if empty.")
    environments: tuple[str, ...] = Field(default=(), description="Environments, as globs; all if empty.")
    services: tuple[str, ...] = Field(default=(), description="Names of services in Git, as globs; all if empty.")

    def passes(self, fact: Fact) -> bool:
        """Whether the fact is wanted. What happened to the repository concerns every environment and service."""
        if (self.kinds and fact.kind not in self.kinds) or (self.tones and fact.tone not in self.tones):
            return False
        if fact.service is None:
            return True
        return _one_of(fact.service.environment, self.environments) and _one_of(fact.service.name, self.services)


class _Channel(_Part):
    name: str = Field(
        pattern=r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$",
        description="Small letters, digits, dashes. What was told is kept by it: another name is another channel.",
    )
    filter: Filter = Field(default=Filter(), description="Which facts it is told.")
    insecure: bool = Field(
        default=False, description="Allow http to another host. What is told can be read on the way."
    )


class SlackChannel(_Channel):
    """Slack: an incoming webhook (url or urlFrom), or a bot's token and the channel's id or name."""

    kind: Literal["slack"]
    url: Address | None = Field(
        default=None, description="Address of an incoming webhook. It is a secret: see urlFrom."
    )
    url_from: SecretSource | None = Field(default=None, description="Where the address of an incoming webhook stands.")
    token_from: SecretSource | None = Field(default=None, description="Where a bot's token (xoxb-…) stands.")
    channel: str | None = Field(
        default=None,
        description="With a token: where it posts, C0123ABCD or #deploys.",
        pattern=r"^[#@]?[^\s#@]+$",
    )
    api_url: Address = Field(default="https://slack.com/api", description="Slack's API, with a token.")

    @model_validator(mode="after")
    def _one_way(self) -> SlackChannel:
        ways = [self.url is not None, self.url_from is not None, self.token_from is not None]
        if sum(ways) != 1:
            raise ValueError("Name one of the three: url, urlFrom, or tokenFrom with channel.")
        if (self.token_from is not None) != (self.channel is not None):
            raise ValueError("tokenFrom and channel go together: an incoming webhook knows its channel.")
        return self


class _Forge(_Channel):
    token_from: SecretSource = Field(description="Where the token stands.")
    deployments: bool = Field(default=True, description="Tell deployments as well as commit statuses.")

    @model_validator(mode="after")
    def _on_commits(self) -> _Forge:
        other = [kind for kind in self.filter.kinds if kind not in ON_COMMITS]
        if other:
            raise ValueError(f"{other[0]} is about no commit: a commit can be told {', '.join(ON_COMMITS)}.")
        return self


class GitHubChannel(_Forge):
    """GitHub: a status on the commit, and a deployment."""

    kind: Literal["github"]
    repository: str | None = Field(
        default=None,
        description="owner/name; taken from the repository's URL if left out.",
        pattern=_REPOSITORY.pattern,
    )
    api_url: Address | None = Field(default=None, description="Its API; of GitHub Enterprise https://HOST/api/v3.")


class GitLabChannel(_Forge):
    """GitLab: a status on the commit, and a deployment."""

    kind: Literal["gitlab"]
    project: str | None = Field(
        default=None,
        description="Path or number; taken from the repository's URL if left out.",
        pattern=_PROJECT.pattern,
    )
    api_url: Address | None = Field(default=None, description="Its API, such as https://gitlab.example.com/api/v4.")


class WebhookChannel(_Channel):
    """Any receiver of signed CloudEvents."""

    kind: Literal["webhook"]
    url: Address = Field(description="Where events are posted.")
    secrets_from: Annotated[tuple[SecretSource, ...], AfterValidator(_some)] = Field(
        max_length=3,
        description="Where the secrets (whsec_…) stand that sign: two while one is rotated.",
        json_schema_extra=SOME,
    )


ChannelConfig = Annotated[SlackChannel | GitHubChannel | GitLabChannel | WebhookChannel, Field(discriminator="kind")]


class Notifications(_Part):
    """The file: the channels, and where Trueup's own page is."""

    page_url: Address | None = Field(default=None, description="Where people reach Trueup's page, for links.")
    channels: Annotated[tuple[ChannelConfig, ...], AfterValidator(_some)] = Field(
        description="Who is told.", json_schema_extra=SOME
    )


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of the file, for editors."""
    heading = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Trueup notifications"}
    return {**heading, **Notifications.model_json_schema(by_alias=True), "title": "Trueup notifications"}


def repository_of(url: str) -> tuple[str, str] | None:
    """Host and path of a repository's URL, ``("github.com", "owner/name")``; ``None`` of a file or a path.

    The host comes with its port where that is the web's: the port of ssh leads to no API.
    """
    scp = re.fullmatch(r"(?:[\w.-]+@)?(?P<host>[\w.-]+):(?P<path>(?!//)[\w./~-]+)", url, re.ASCII)
    if scp is not None:
        host, path = scp["host"], scp["path"]
    else:
        parts = urlsplit(url)
        host, path = (_host(parts), parts.path) if parts.scheme in ("https", "http", "ssh", "git") else ("", "")
    path = path.strip("/").removesuffix(".git")
    return (host.lower(), path) if host and "/" in path else None


def _host(parts: SplitResult) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    web = parts.scheme in ("https", "http") and _port(parts)
    return f"{host}:{parts.port}" if host and web and parts.port not in (None, 443) else host


def safe(address: str, *, insecure: bool) -> bool:
    """Whether secrets may be sent there: over https, to this very host, or because somebody says so."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and (insecure or parts.hostname in LOOPBACK))


def _one_of(name: str, globs: tuple[str, ...]) -> bool:
    return not globs or any(fnmatchcase(name, glob) for glob in globs)
