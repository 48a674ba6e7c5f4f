"""One service whole, and what was tried with it, as the API tells them."""

from pydantic import Field

from controller.web.views import ServiceView, View


class FailureView(View):
    """Something that went wrong within an attempt: a lifecycle event, a hook, a task."""

    what: str
    code: str
    message: str


class AttemptView(View):
    """One deployment that was tried, by whomever. Times in seconds since the epoch."""

    deployment: str
    state: str = Field(description="running, ready, stopping, succeeded, failed, stopped or rolled-back.")
    aws_status: str = Field(description="AWS's own word.")
    ours: bool
    cause: str | None = Field(default=None, description="commit, heal or retry; null: somebody else's.")
    commit: str | None = None
    release: str | None = None
    creator: str = Field(default="", description="AWS's word for who: user, codeDeployRollback, ….")
    who: str | None = Field(default=None, description="Of somebody else's, the principal, where CloudTrail tells.")
    via: str = Field(default="", description="The program it was done with: AWS CLI 2.9.8, console, CloudFormation, ….")
    call: str = Field(
        default="", description="The call as IAM names it: ecs:UpdateService. Empty: CloudTrail did not tell."
    )
    source: str = Field(default="", description="The address the call came from, or the AWS service that made it.")
    pending: bool = Field(default=False, description="CloudTrail may still tell who; it is up to 15 minutes late.")
    task_definition: str | None = None
    created_at: float
    finished_at: float | None = None
    reason: str = Field(default="", description="AWS's error code.")
    message: str = Field(default="", description="AWS's words.")
    rollback: str | None = Field(default=None, description="The deployment that takes this one back.")
    rollback_of: str | None = None
    failures: tuple[FailureView, ...] = ()
    url: str = Field(default="", description="AWS's console.")


class HistoryView(View):
    """The attempts that AWS remembers, newest first. ``as_of``: when they were read."""

    attempts: tuple[AttemptView, ...]
    as_of: float | None
    error: str = Field(default="", description="Why AWS could not be asked; what is shown is then older.")


class ColourView(View):
    """One side of a shift: what runs now (blue) or what comes (green)."""

    label: str = Field(description="blue or green.")
    task_definition: str
    images: dict[str, str] = Field(default={})
    weight: float = Field(description="Its share of production traffic, in percent.")
    running: int
    desired: int


class StepView(View):
    """A lifecycle event of the running deployment."""

    name: str
    status: str
    started_at: float | None = None
    ended_at: float | None = None


class AlarmView(View):
    """An alarm that watches the shift."""

    name: str
    state: str
    url: str = ""


class ShiftView(View):
    """The deployment that runs now, live. ``ends_at``: when production is expected to have moved, if that is known."""

    deployment: str
    state: str = Field(default="running", description="running, ready (it waits for a person) or stopping.")
    since: float | None
    ends_at: float | None = None
    gives_up_at: float | None = Field(
        default=None, description="When AWS stops it, should no person let the traffic go; null: nobody is waited for."
    )
    colours: tuple[ColourView, ...] = ()
    steps: tuple[StepView, ...] = ()
    alarms: tuple[AlarmView, ...] = ()
    url: str = ""


class ActionView(View):
    """Something that a reader may ask for. ``allowed`` false: ``why`` says what is in the way."""

    name: str = Field(description="sync, retry or sync-despite-alarm.")
    title: str
    allowed: bool
    why: str = ""


class ConsoleLink(View):
    """A page of AWS's console."""

    title: str
    url: str


class DetailView(ServiceView):
    """One service, whole: what the page of a service shows."""

    shift: ShiftView | None = None
    actions: tuple[ActionView, ...] = ()
    you: str = Field(default="", description="Who the daemon takes you for; empty where nobody is known yet.")
    links: tuple[ConsoleLink, ...] = ()
    history: HistoryView | None = None
    git: str = Field(default="", description="Why what Git says now does not count. Empty: it does.")
