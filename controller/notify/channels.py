"""Channels, built from what the operator said."""

from collections.abc import Callable
from functools import partial
from typing import Protocol, assert_never

from controller.loop.facts import UNSENT, Kind
from controller.notify.cloud_events import Webhook
from controller.notify.configuration import (
    IF_NAMED,
    ON_COMMITS,
    ChannelConfig,
    Filter,
    GitHubChannel,
    GitLabChannel,
    SlackChannel,
    WebhookChannel,
    repository_of,
)
from controller.notify.github import API, GitHub, Repository
from controller.notify.gitlab import GitLab, Project
from controller.notify.secret import Secrets
from controller.notify.slack import Slack
from controller.notify.told import Answer, Request, Telling

Exchange = Callable[[Request], Answer]


class Voice(Protocol):
    """How a kind of channel is told something, or tried out. Raises ``Later`` or ``Refused``."""

    def deliver(self, telling: Telling, exchange: Exchange, now: float) -> None: ...
    def test(self, exchange: Exchange, now: float) -> None: ...


class NowhereError(ValueError):
    """A channel names no repository, and Trueup's own is not one that it could be."""


def voice(config: ChannelConfig, secrets: Secrets, repository: str) -> Voice:
    """Who tells a channel. ``repository`` is the URL of the one that Trueup reads. Raises ``NowhereError``."""
    match config:
        case SlackChannel():
            return Slack(config, secrets, commits_at(repository))
        case WebhookChannel():
            return Webhook(config, secrets)
        case GitHubChannel():
            host, path = _found(config, config.repository, repository, "repository")
            api = config.api_url or (API if host in ("github.com", "") else f"https://{host}/api/v3")
            return GitHub(Repository(api, path, partial(secrets.value, config.token_from), config.deployments))
        case GitLabChannel():
            host, path = _found(config, config.project, repository, "project")
            api = config.api_url or f"https://{host or 'gitlab.com'}/api/v4"
            return GitLab(Project(api, path, partial(secrets.value, config.token_from), config.deployments))
        case _:
            assert_never(config)


def commits_at(repository: str) -> str:
    """Where the repository's commits can be looked at, where its host is known to show them; else empty."""
    host, path = repository_of(repository) or ("", "")
    if host == "github.com":
        return f"https://{host}/{path}"
    return f"https://{host}/{path}/-" if host == "gitlab.com" or host.startswith("gitlab.") else ""


def kinds(config: ChannelConfig) -> frozenset[Kind]:
    """What a channel can be told at all."""
    return frozenset(ON_COMMITS) if isinstance(config, GitHubChannel | GitLabChannel) else frozenset(Kind) - UNSENT


def filter_of(config: ChannelConfig) -> Filter:
    """Which facts a channel is told: where nobody says which, those it can be told but what is told if named only."""
    can = config.filter.kinds or tuple(sorted(kinds(config) - IF_NAMED))
    return config.filter.model_copy(update={"kinds": can})


def _found(config: ChannelConfig, said: str | None, repository: str, field: str) -> tuple[str, str]:
    own = repository_of(repository)
    if own is None and said is None:
        raise NowhereError(
            f"The channel {config.name} names no {field}, and the repository's URL does not show one. "
            f"Add {field} to the channel."
        )
    return (own[0] if own is not None else "", said or (own[1] if own is not None else ""))
