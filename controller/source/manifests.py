"""What a user may write: one manifest, one service of one environment. Frozen; a field that is not here is refused.

The JSON Schema that editors use is made from these models, descriptions included.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from controller.source.durations import seconds
from controller.source.images import ImageError, checked
from reconcilers.model import DriftPolicy, NewerCommit, Severity, SyncPolicy

_LONGEST = 30 * 86_400


class AsWritten:
    """Marks a field whose text counts as it stands in the file: 0012345, 1.10 and on are texts there."""


def refusal(message: str, remedy: str) -> PydanticCustomError:
    """Make the error that a validator raises to say what is wrong and what to do."""
    return PydanticCustomError("refused", "{message}", {"message": message, "remedy": remedy})


def _duration(value: Any) -> Any:
    found = seconds(value) if isinstance(value, str) else None
    if found is None:
        raise refusal(f"{value!r} is no duration", "Write 90m, 2h, 1h30m, 45s or a number of seconds.")
    if not 1 <= found <= _LONGEST:
        raise refusal(f"{value} is no time to wait", "Write one second to 30 days.")
    return found


def _image(value: str) -> str:
    try:
        return checked(value)
    except ImageError as error:
        raise refusal(error.message, error.remedy) from None


def _path(value: str) -> str:
    if value.startswith("/") or "\\" in value or ".." in value.split("/") or not value.strip("./"):
        raise refusal(f"The path {value} leaves the repository", "Write a path inside it, without ../ or a leading /.")
    return value


Text = Annotated[str, AsWritten(), Field(min_length=1)]
Duration = Annotated[
    float,
    AsWritten(),
    BeforeValidator(_duration),
    Field(json_schema_extra={"type": ["string", "number"], "examples": ["90m", "2h", 5400]}),
]
NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$"
_ECS_NAME = r"^[A-Za-z0-9_-]{1,255}$"
_CODE_DEPLOY_NAME = r"^[A-Za-z0-9._+=,@-]{1,100}$"
_CLUSTER = r"^(arn:aws[a-z-]*:ecs:[a-z0-9-]+:[0-9]{12}:cluster/)?[A-Za-z0-9_-]{1,255}$"
_REGION = r"^[a-z]{2,}(-[a-z]+)+-[0-9]+$"
_ROLE = r"^arn:aws[a-z-]*:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$"
_EXTERNAL_ID = r"^[A-Za-z0-9_+=,.@:/-]{2,}$"
PATTERNS = {  # what to write, in words
    NAME: "Write at most 100 letters, digits, _ and -, beginning with a letter or a digit.",
    _ECS_NAME: "Write letters, digits, _ and -, as ECS shows the name.",
    _CODE_DEPLOY_NAME: "Write at most 100 letters, digits and . _ + = , @ -, as CodeDeploy shows the name.",
    _CLUSTER: "Write the cluster's name (letters, digits, _ and -) or its whole ARN.",
    _REGION: "Write a region such as eu-west-1.",
    _ROLE: "Write a role's ARN: arn:aws:iam::123456789012:role/name.",
    _EXTERNAL_ID: "Write at least two letters, digits and + = , . @ : / - _.",
}
Name = Annotated[str, AsWritten(), Field(pattern=NAME)]
EcsName = Annotated[str, AsWritten(), Field(pattern=_ECS_NAME)]
CodeDeployName = Annotated[str, AsWritten(), Field(pattern=_CODE_DEPLOY_NAME)]
ClusterName = Annotated[str, AsWritten(), Field(pattern=_CLUSTER)]
Region = Annotated[str, AsWritten(), Field(pattern=_REGION)]
RoleArn = Annotated[str, AsWritten(), Field(pattern=_ROLE)]
ExternalId = Annotated[str, AsWritten(), Field(pattern=_EXTERNAL_ID, max_length=1224)]
RepositoryPath = Annotated[Text, AfterValidator(_path)]
# An editor takes a tag such as 1.10 for a number; here its text counts.
Image = Annotated[str, AsWritten(), AfterValidator(_image), Field(json_schema_extra={"type": ["string", "number"]})]
HookEvent = Literal["BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"]


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, alias_generator=to_camel, hide_input_in_errors=True
    )


class Metadata(_Part):
    """Which service this is, among all that Trueup keeps."""

    name: Name = Field(description="The service's name here, unique together with its environment.")
    environment: Name = Field(description="The environment's name, such as prod.")


class CodeDeploy(_Part):
    """A traffic shift by CodeDeploy, for a service with the deployment controller CODE_DEPLOY."""

    application: CodeDeployName = Field(description="The CodeDeploy application.")
    deployment_group: CodeDeployName = Field(description="Its deployment group for this service.")
    timeout: Duration = Field(
        default=5400.0, description="Longest time from creation to AfterAllowTraffic, waits for a person apart."
    )
    hooks: Mapping[HookEvent, Annotated[str, AsWritten()]] = Field(
        default_factory=dict,
        description="Lambda functions by lifecycle event, names or ARNs; an empty one takes a hook away.",
    )
    newer_commit: NewerCommit = Field(
        default=NewerCommit.SUPERSEDE,
        strict=False,
        description="What a newer commit does to a running shift: supersede (stop it, roll back, ship) or wait.",
    )
    retries: int = Field(default=3, ge=0, le=100, description="Attempts after faults of the infrastructure.")


class Strategy(StrEnum):
    """ECS's own strategies, as far as they are driven here."""

    ROLLING = "ROLLING"


class Ecs(_Part):
    """ECS's own rolling update, for a service with the deployment controller ECS.

    Beside the fields here it takes those of UpdateService's deploymentConfiguration, in AWS's words.
    """

    model_config = ConfigDict(extra="allow")

    strategy: Strategy = Field(default=Strategy.ROLLING, strict=False, description="ROLLING.")
    timeout: Duration = Field(default=3600.0, description="Longest time until the rollout has completed.")
    newer_commit: NewerCommit = Field(
        default=NewerCommit.SUPERSEDE,
        strict=False,
        description="What a newer commit does to a running rollout: supersede (stop it, roll back, ship) or wait.",
    )
    retries: int = Field(default=3, ge=0, le=100, description="Attempts after faults of the infrastructure.")


class Rollout(_Part):
    """How a new release ships: exactly one way."""

    code_deploy: CodeDeploy | None = Field(default=None, description="By CodeDeploy's traffic shift.")
    ecs: Ecs | None = Field(default=None, description="By ECS's own rolling update.")


class Scan(_Part):
    """What ECR's scan of an image may find."""

    severity: Severity | None = Field(
        default=Severity.CRITICAL,
        strict=False,
        description="Findings of this severity or worse are warned of before a rollout; null for none.",
    )


class Spec(_Part):
    """What runs, where, and how it gets there."""

    cluster: ClusterName = Field(description="The ECS cluster, name or ARN.")
    service: EcsName = Field(description="The ECS service's name.")
    region: Region | None = Field(
        default=None, description="The AWS region. May be left out where the cluster is an ARN."
    )
    role_arn: RoleArn | None = Field(default=None, description="Role to assume, for a service in another account.")
    external_id: ExternalId | None = Field(default=None, description="External ID for assuming the role.")
    chart: RepositoryPath | None = Field(
        default=None,
        description="Folder of the chart that the task definition is rendered from, from the repository's root.",
    )
    task_definition: RepositoryPath | None = Field(
        default=None,
        description="Instead of a chart: a JSON or YAML file that holds exactly the input of RegisterTaskDefinition, "
        "from the repository's root or beside the manifest.",
    )
    values: Mapping[str, Any] = Field(default_factory=dict, description="Laid over the chart's values.yaml.")
    images: Mapping[str, Image] = Field(
        default_factory=dict,
        description="By container name: a tag, a digest (sha256:…) or a whole reference. This is what a "
        "deployment changes.",
    )
    rollout: Rollout = Field(
        default=Rollout(),
        description="How a release ships. Without one: ECS's rolling update.",
    )
    service_definition: Mapping[str, Any] = Field(
        default_factory=dict,
        description="Fields of the service to keep as declared, in UpdateService's words. Others are left alone.",
    )
    sync: SyncPolicy = Field(
        default=SyncPolicy.AUTO,
        strict=False,
        description="auto ships by itself, manual on a person's word, observe never.",
    )
    drift: DriftPolicy = Field(
        default=DriftPolicy.HEAL, strict=False, description="What happens to a change by hand: heal, warn or ignore."
    )
    ignore: tuple[Annotated[str, AsWritten()], ...] = Field(
        default=(),
        strict=False,
        description="Places that are never compared, such as /serviceDefinition/desiredCount or "
        "/taskDefinition/containerDefinitions/proxy/environment/BUILD.",
    )
    strict: bool = Field(default=False, description="Whether warnings count as errors.")
    scan: Scan = Field(default=Scan(), description="What is made of ECR's findings in the images.")


class Manifest(_Part):
    """One service of one environment, as it should be."""

    api_version: Literal["trueup/v1"] = Field(description="trueup/v1")
    kind: Literal["Service"] = Field(description="Service")
    metadata: Metadata
    spec: Spec
