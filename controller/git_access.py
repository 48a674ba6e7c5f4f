"""The repository as the settings name it, with whoever knows the password of the moment."""

import os
import time
from importlib.metadata import version

from controller.credentials.github_app import App, AppToken
from controller.credentials.reading import SecretReader, Stores
from controller.credentials.reference import parse_reference
from controller.credentials.tokens import SecretToken
from controller.rules.reading import MisconfiguredError
from controller.settings import Settings
from controller.source.applied_note import Noted
from controller.source.git import GitSource
from controller.source.problem import Problem
from controller.source.remote import GitSettings, Tokens
from controller.source.signatures import Trust
from reconcilers.aws.secretsmanager import SecretsManagerGateway
from reconcilers.aws.session import AwsClients, ClientFactory, LazyClient
from reconcilers.aws.ssm import SsmGateway
from reconcilers.model import Scope


def git_source(settings: Settings, clients: ClientFactory | None = None, notes: Noted | None = None) -> GitSource:
    """The repository; nothing is asked of it yet, nor of the replicas' ``notes``.

    Raises ``MisconfiguredError`` where the settings do not fit.
    """
    made = clients or AwsClients(version("trueup"), lambda _: None, endpoint_url=settings.endpoint_url)
    tokens = git_tokens(settings, SecretReader(stores(made), time.monotonic))
    return GitSource(
        GitSettings(
            url=settings.repository,
            branch=settings.branch,
            timeout=settings.git_timeout,
            username=settings.git_username or ("x-access-token" if isinstance(tokens, AppToken) else ""),
            token=settings.git_token or "",
            token_file=settings.git_token_file,
            tokens=tokens,
            ssh_key_file=settings.git_ssh_key,
            known_hosts_file=settings.git_known_hosts,
            allow=settings.git_allow,
            trust=Trust(settings.verify, settings.allowed_signers, settings.revoked_signers, settings.gpg_keyring),
        ),
        settings.state_dir,
        notes=notes,
    )


def git_tokens(settings: Settings, reader: SecretReader) -> Tokens | None:
    """Who knows the password: a secret, a GitHub App, or nobody. Raises ``MisconfiguredError``."""
    app = (settings.github_app_id, settings.github_app_installation, settings.github_app_key)
    others = (settings.git_token, settings.git_token_file, settings.git_token_from)
    if sum(each is not None for each in (*others, next(filter(None, app), None))) > 1:
        raise _misfit("TRUEUP_GIT_TOKEN", "There is more than one place of a token", "Name one of them.")
    if settings.git_token_from is not None:
        return SecretToken(reader, parse_reference(settings.git_token_from))
    identity, installation, key = app
    if identity and installation and key:
        _safe(settings)
        return AppToken(App(identity, installation, parse_reference(key), settings.github_api_url), reader, time.time)
    if any(app):
        remedy = "Set the App's ID, its installation's ID and where its key stands."
        raise _misfit("TRUEUP_GITHUB_APP_ID", "The GitHub App is named in part only", remedy)
    return None


def stores(clients: ClientFactory) -> Stores:
    """AWS's places of secrets, as the daemon itself."""

    def scope(region: str) -> Scope:
        return Scope(region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "")

    return Stores(
        lambda region: SecretsManagerGateway(LazyClient(clients, "secretsmanager", scope(region))),
        lambda region: SsmGateway(LazyClient(clients, "ssm", scope(region))),
    )


def _safe(settings: Settings) -> None:
    scheme = settings.github_api_url.partition("://")[0].lower()
    if scheme != "https" and not (scheme == "http" and "http" in settings.git_allow):
        raise _misfit("TRUEUP_GITHUB_API_URL", "The address is not of https", "Write https://HOST/api/v3.")
    for name, value in (("ID", settings.github_app_id), ("INSTALLATION", settings.github_app_installation)):
        if not (value or "").replace(".", "").isalnum():
            raise _misfit(f"TRUEUP_GITHUB_APP_{name}", "That is no ID", "Copy it from the App's page on GitHub.")


def _misfit(setting: str, message: str, remedy: str) -> MisconfiguredError:
    return MisconfiguredError((Problem(setting, None, None, message, remedy),))
