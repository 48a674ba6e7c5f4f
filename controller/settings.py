"""What the operator says, read once at the start: each setting is a flag and an environment variable."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from typer import BadParameter, Option

from controller.credentials.reference import parse_reference
from controller.lease.address import address_of
from controller.source.address import ON_REQUEST, taken_apart
from controller.source.git_errors import SourceError
from controller.source.signatures import Verify

GIT, AWS, LOOP, HTTP, LOGS = "Git", "AWS", "Loop", "HTTP", "Logs"


def _said(text: str, name: str, panel: str, *, least: float | None = None, most: float | None = None) -> object:
    return Option(help=text, envvar=f"TRUEUP_{name}", show_envvar=True, rich_help_panel=panel, min=least, max=most)


def transports(said: str | frozenset[str]) -> frozenset[str]:
    """The transports of a list with commas. Raises ``BadParameter`` where one is not to be had."""
    found = said if isinstance(said, frozenset) else frozenset(filter(None, said.replace(",", " ").split()))
    if unknown := sorted(found.difference(ON_REQUEST)):
        raise BadParameter(f"{', '.join(unknown)}: only {', '.join(ON_REQUEST)} can be allowed, with commas between.")
    return found


def _allowed() -> object:
    text = "Transports beside https and ssh, with commas: file, git, http. None of them is safe against the network."
    made = _said(text, "GIT_ALLOW", GIT)
    made.parser, made.metavar, made.show_default = transports, "TRANSPORTS", False  # type: ignore[attr-defined]
    return made


def named(said: str | None) -> str | None:
    """Where a secret stands, unchanged. Raises ``BadParameter``, without what was said: it may be the secret itself."""
    if said:
        try:
            parse_reference(said)
        except ValueError as error:
            raise BadParameter(str(error)) from None
    return said or None


def _named(text: str, name: str) -> object:
    forms = "a file, or the ARN of a secret or parameter as in a task definition's valueFrom"
    made = _said(text.format(forms), name, GIT)
    made.callback, made.metavar = named, "REFERENCE"  # type: ignore[attr-defined]
    return made


def address(said: str) -> str:
    """The repository's address, unchanged. Raises ``BadParameter``, without what was said, where git never gets it."""
    try:
        taken_apart(said)
    except SourceError as error:
        raise BadParameter(f"{error.message} {error.remedy}") from None
    return said


def _addressed() -> object:
    made = _said("URL of the Git repository: https or ssh.", "REPOSITORY", GIT)
    made.callback = address  # type: ignore[attr-defined]
    return made


def reached(said: str | None) -> str | None:
    """An address at which other replicas reach this one. Raises ``BadParameter`` where it is none."""
    if said and address_of(said) is None:
        raise BadParameter("It is no address such as http://10.0.1.7:8080, with neither a path nor a user.")
    return said or None


def _reached() -> object:
    text = "Address (http://host:port) at which other replicas reach this one; on ECS it is found out."
    made = _said(text, "ADVERTISE", HTTP)
    made.callback, made.metavar = reached, "ADDRESS"  # type: ignore[attr-defined]
    return made


class LogFormat(StrEnum):
    """How a line is written. ``AUTO``: as text where a person looks on, else as JSON."""

    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


class LogLevel(StrEnum):
    """The least that is worth a line."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class CloudTrail(StrEnum):
    """Whether CloudTrail is asked who did something: ``auto`` where it lets us, ``on`` warns of each denial."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything ``trueup run`` can be told. Durations in seconds. Secrets stay out of ``repr``."""

    repository: Annotated[str, _addressed()] = field(repr=False)
    branch: Annotated[str, _said("Branch that says what should run.", "BRANCH", GIT)] = "main"
    path: Annotated[str, _said("Folder of the repository that holds the manifests.", "PATH", GIT)] = "desired"
    state_dir: Annotated[
        Path, _said("Folder for the mirror of the repository; may be lost at any time.", "STATE_DIR", GIT)
    ] = Path("/var/lib/trueup")
    git_username: Annotated[str | None, _said("User name for https.", "GIT_USERNAME", GIT)] = None
    git_token: Annotated[
        str | None, _said("Token or password for https. Better: --git-token-file.", "GIT_TOKEN", GIT)
    ] = field(default=None, repr=False)
    git_token_file: Annotated[
        Path | None, _said("File that holds the token, read anew at every fetch.", "GIT_TOKEN_FILE", GIT)
    ] = None
    git_token_from: Annotated[
        str | None, _named("Where the token stands: {}; read anew when it is refused.", "GIT_TOKEN_FROM")
    ] = None
    github_app_id: Annotated[str | None, _said("ID of a GitHub App that may read.", "GITHUB_APP_ID", GIT)] = None
    github_app_installation: Annotated[
        str | None, _said("ID of the App's installation.", "GITHUB_APP_INSTALLATION", GIT)
    ] = None
    github_app_key: Annotated[str | None, _named("Where the App's private key stands: {}.", "GITHUB_APP_KEY")] = None
    github_api_url: Annotated[
        str, _said("GitHub's API; of an Enterprise server https://HOST/api/v3.", "GITHUB_API_URL", GIT)
    ] = "https://api.github.com"
    git_ssh_key: Annotated[Path | None, _said("Private key for ssh.", "GIT_SSH_KEY", GIT)] = None
    git_known_hosts: Annotated[Path | None, _said("known_hosts file for ssh.", "GIT_KNOWN_HOSTS", GIT)] = None
    git_allow: Annotated[frozenset[str], _allowed()] = frozenset()
    verify: Annotated[Verify, _said("Commits that must be signed: off, head (the newest), every.", "VERIFY", GIT)] = (
        Verify.OFF
    )
    allowed_signers: Annotated[
        Path | None, _said("Who may sign with SSH: an allowed signers file.", "ALLOWED_SIGNERS", GIT)
    ] = None
    revoked_signers: Annotated[
        Path | None, _said("SSH keys that no longer count, one a line, or a KRL.", "REVOKED_SIGNERS", GIT)
    ] = None
    gpg_keyring: Annotated[
        Path | None, _said("Who may sign with GPG: public keys, as gpg --export writes them.", "GPG_KEYRING", GIT)
    ] = None
    git_timeout: Annotated[
        float,
        _said("Seconds that a look at Git may take; a fetch goes on while more comes.", "GIT_TIMEOUT", GIT, least=1),
    ] = 60.0
    poll_interval: Annotated[
        float, _said("Seconds between two looks at the branch.", "POLL_INTERVAL", LOOP, least=0.1)
    ] = 30.0
    sweep_interval: Annotated[
        float, _said("Seconds between two looks at all services.", "SWEEP_INTERVAL", LOOP, least=0.1)
    ] = 60.0
    shift_interval: Annotated[
        float, _said("Seconds between two looks at a running shift.", "SHIFT_INTERVAL", LOOP, least=0.1)
    ] = 15.0
    workers: Annotated[int, _said("How many services are worked on at once.", "WORKERS", LOOP, least=1, most=64)] = 4
    endpoint_url: Annotated[
        str | None, _said("Another AWS, such as the sandbox. Default: the real one.", "ENDPOINT_URL", AWS)
    ] = None
    cloudtrail: Annotated[
        CloudTrail, _said("Ask CloudTrail who did it: auto (where it lets us), on, off.", "CLOUDTRAIL", AWS)
    ] = CloudTrail.AUTO
    aws_share: Annotated[
        float,
        _said(
            "How much of the calls that AWS allows an account may be Trueup's.", "AWS_SHARE", AWS, least=0.01, most=1
        ),
    ] = 1.0
    lease_table: Annotated[
        str | None,
        _said("DynamoDB table (name or ARN) through which several replicas share the work.", "LEASE_TABLE", AWS),
    ] = None
    lease_ttl: Annotated[
        float, _said("Seconds after which another replica takes over from one that is gone.", "LEASE_TTL", AWS, least=1)
    ] = 10.0
    notifications: Annotated[
        Path | None, _said("YAML file that says who is told what; without one nobody is.", "NOTIFICATIONS", LOOP)
    ] = None
    notifications_yaml: Annotated[
        str | None,
        _said(
            "The text of that file, for a task that gets it as a secret. Goes before it.", "NOTIFICATIONS_YAML", LOOP
        ),
    ] = field(default=None, repr=False)
    guard_rails: Annotated[
        Path | None,
        _said("YAML file that says what may run in which environment; without one anything.", "GUARD_RAILS", LOOP),
    ] = None
    guard_rails_yaml: Annotated[str | None, _said("The text of that file, in its place.", "GUARD_RAILS_YAML", LOOP)] = (
        None
    )
    host: Annotated[str, _said("Address to serve on.", "HOST", HTTP)] = "127.0.0.1"
    port: Annotated[int, _said("Port to serve on; 0 takes a free one.", "PORT", HTTP, least=0, most=65535)] = 8080
    advertise: Annotated[str | None, _reached()] = None
    api_token: Annotated[
        str | None,
        _said(
            "Bearer token for what acts (sync, retry) and for logs. Without one there is no such route.",
            "API_TOKEN",
            HTTP,
        ),
    ] = field(default=None, repr=False)
    roles: Annotated[Path | None, _said("YAML file that says who may do what in which environment.", "ROLES", HTTP)] = (
        None
    )
    roles_yaml: Annotated[str | None, _said("The text of that file, in its place.", "ROLES_YAML", HTTP)] = field(
        default=None, repr=False
    )
    webhook_secret: Annotated[
        str | None,
        _said("Secret shared with GitHub or GitLab. Without one there is no webhook.", "WEBHOOK_SECRET", HTTP),
    ] = field(default=None, repr=False)
    log_format: Annotated[LogFormat, _said("How a log line is written.", "LOG_FORMAT", LOGS)] = LogFormat.AUTO
    log_level: Annotated[LogLevel, _said("The least that is worth a line.", "LOG_LEVEL", LOGS)] = LogLevel.INFO
