"""How a secret is named: by a file, or as ECS names one in a task definition's ``valueFrom``."""

import re
from dataclasses import dataclass
from pathlib import Path

_SECRET_ARN = re.compile(
    r"(?P<id>arn:aws[\w-]*:secretsmanager:(?P<region>[a-z0-9-]+):\d{12}:secret:[\w/+=.@-]+)"
    r"(?::(?P<key>[^:]*))?(?::(?P<stage>[^:]*))?(?::(?P<version>[^:]*))?"
)
_PARAMETER_ARN = re.compile(r"arn:aws[\w-]*:ssm:(?P<region>[a-z0-9-]+):\d{12}:parameter/?[\w./-]+")
_SECRET_NAME = re.compile(r"secretsmanager:(?P<id>[\w/+=.@-]+)(?::(?P<key>[^:]+))?")
_PARAMETER_NAME = re.compile(r"ssm:(?P<name>[\w./-]+)")


@dataclass(frozen=True, slots=True)
class File:
    """A file's whole text, without the blanks around it."""

    path: Path

    def __str__(self) -> str:
        return f"the file {self.path}"


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret of Secrets Manager, or the text at ``key`` of one that is JSON. No ``region``: the daemon's own."""

    id: str
    region: str = ""
    key: str = ""
    stage: str = ""
    version: str = ""

    def __str__(self) -> str:
        return f"the secret {self.id}" + (f", key {self.key}" if self.key else "")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the SSM Parameter Store, decrypted. No ``region``: the daemon's own."""

    name: str
    region: str = ""

    def __str__(self) -> str:
        return f"the parameter {self.name}"


Reference = File | Secret | Parameter


def parse_reference(said: str) -> Reference:
    """What ``said`` names. Raises ``ValueError``, which does not repeat it: it may be the secret itself."""
    if said.startswith("file:") and len(said) > len("file:"):
        return File(Path(said.removeprefix("file:")))
    if said.startswith("/"):
        return File(Path(said))
    if found := _SECRET_ARN.fullmatch(said):
        return Secret(**found.groupdict(default=""))
    if found := _SECRET_NAME.fullmatch(said):
        return Secret(**found.groupdict(default=""))
    if found := _PARAMETER_ARN.fullmatch(said):
        return Parameter(said, found["region"])
    if found := _PARAMETER_NAME.fullmatch(said):
        return Parameter(found["name"])
    raise ValueError(
        "That names no secret. Write a file's path, the ARN of a secret or a parameter as in a task definition's "
        "valueFrom, secretsmanager:NAME, secretsmanager:NAME:JSON-KEY or ssm:NAME."
    )
