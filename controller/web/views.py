"""The shapes of the API's answers: the same for the page, the terminal and whoever else asks.

Here are those that the others are made of; ``fleet_views``, ``detail_views``, ``fact_views`` and ``task_log_views``
have the rest.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

MOST_SAID = 200  # characters of why somebody asks for something


class View(BaseModel):
    """A frozen answer with names as JSON has them, and with its numbers: no infinity and no NaN, whoever says so."""

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True, allow_inf_nan=False)


class Accepted(View):
    """It is noted and will be looked at next."""

    accepted: bool = True


class CommitView(View):
    """The commit that brought the wanted release; without author, subject and time where Git did not tell them."""

    id: str
    author: str
    subject: str
    committed_at: float | None = Field(description="Seconds since the epoch.")


class ChangeView(View):
    """One leaf that differs between Git and live. Values of environment variables are masked."""

    path: str = Field(description="JSON pointer; named things by their name.")
    kind: str = Field(description="changed, added (live only) or removed (Git only).")
    declared: Any = None
    live: Any = None
    since: float | None = Field(
        default=None,
        description="Since when it differs, as AWS tells, or else was seen to. Seconds since the epoch.",
    )
    at_least: bool = Field(default=False, description="It differed at the first look already: longer than since then.")
    by: str | None = Field(
        default=None,
        description="Who registered the revision that has it or, as CloudTrail tells, edited the field, as an ARN; "
        "null: AWS does not tell.",
    )
    at: float | None = Field(default=None, description="When that was; while nobody is known, when it was first seen.")
    via: str = Field(default="", description="The program it was done with: AWS CLI 2.9.8, console, CloudFormation, ….")
    call: str = Field(
        default="", description="The call as IAM names it: ecs:UpdateService. Empty: CloudTrail did not tell."
    )
    source: str = Field(default="", description="The address the call came from, or the AWS service that made it.")
    pending: bool = Field(default=False, description="CloudTrail may still tell who; it is up to 15 minutes late.")


class FindingView(View):
    """Something a check found, and what to do about it."""

    code: str
    message: str
    remedy: str
    blocking: bool


class LinkView(View):
    """A link of the chain from commit to traffic."""

    name: str
    state: str
    text: str
    who: str = ""
    how: str = ""


class EventView(View):
    """A lifecycle event of the running deployment."""

    name: str
    status: str


class RolloutView(View):
    """The deployment that runs now."""

    deployment: str
    since: float | None
    traffic: float | None = Field(default=None, description="The new version's share of production, in percent.")
    running: int | None = None
    desired: int | None = None
    events: tuple[EventView, ...] = ()


class RunningView(View):
    """What serves now: the revision, who registered it, its images, and the deployment that shipped it, if known."""

    task_definition: str
    registered_by: str | None
    registered_at: float | None
    images: dict[str, str]
    deployment: str | None = None
    deployed_by: str | None = Field(default=None, description="AWS's word for who: user, codeDeployRollback, ….")
    deployed_at: float | None = None


class ProblemView(View):
    """What is wrong with the newest commit, and where."""

    file: str
    line: int | None
    column: int | None
    message: str
    remedy: str
    severity: str


class ServiceView(View):
    """One service: how Git and AWS stand to each other, how it is, and why.

    Times are in seconds since the epoch. Cluster, service, region, commit and release are null where the manifest never
    could be read.
    """

    environment: str
    name: str
    cluster: str | None
    service: str | None
    region: str | None
    source: str = Field(description="The manifest's path in the repository.")
    sync: str
    health: str
    ready: bool
    stale: bool = Field(
        default=False, description="The newest commit's manifest is broken; an earlier one is in force."
    )
    outcome: str
    text: str
    reason: str
    remedy: str
    since: float | None = None
    seen_at: float | None = None
    failing_since: float | None = None
    commit: CommitView | None = None
    release: str | None = Field(
        default=None,
        description="The digest of all that one rollout ships. The chain names the revision's, of the task definition "
        "alone.",
    )
    images: dict[str, str] = {}
    running: RunningView | None = None
    rollout: RolloutView | None = None
    changes: tuple[ChangeView, ...] = Field(default=(), description="Every leaf that differs between Git and live.")
    drift: tuple[ChangeView, ...] = Field(default=(), description="Those of them that nobody committed.")
    findings: tuple[FindingView, ...] = ()
    problems: tuple[ProblemView, ...] = Field(default=(), description="What is wrong with its manifest or its chart.")
    chain: tuple[LinkView, ...]


class SourceView(View):
    """The repository: the commit that counts, and what is wrong with it or with reading it."""

    commit: str | None
    author: str = ""
    subject: str = ""
    committed_at: float | None = None
    good_at: float | None
    arriving: str = Field(
        default="", description="How far a commit is that takes long to fetch or to compile. Empty: there is none."
    )
    failing_since: float | None
    reason: str
    message: str
    remedy: str
    problems: tuple[ProblemView, ...] = Field(description="The first hundred, errors before warnings.")
    more_problems: int = Field(default=0, description="How many there are besides.")

    @property
    def unread(self) -> bool:
        """Whether Git was never read since the start: no service is known then, which is not the same as none."""
        return self.commit is None
