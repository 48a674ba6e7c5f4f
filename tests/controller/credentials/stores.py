"""AWS's places of secrets, in a dictionary; and a clock that a test moves."""

from dataclasses import dataclass, field

from controller.credentials.reading import SecretReader, Stores
from reconcilers.aws.secretsmanager import SecretsManagerGateway
from reconcilers.aws.ssm import SsmGateway
from reconcilers.outcome import Retry, Stalled


@dataclass
class Shelf:
    """What stands where, by name; an error is raised. ``asked``: region and name of every question."""

    values: dict[str, str | Retry | Stalled]
    now: float = 1_000_000.0
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def reader(self) -> SecretReader:
        return SecretReader(
            Stores(lambda region: _Secrets(self, region), lambda region: _Parameters(self, region)), self.clock
        )

    def clock(self) -> float:
        return self.now

    def take(self, region: str, name: str) -> str:
        self.asked.append((region, name))
        found = self.values[name]
        if isinstance(found, str):
            return found
        raise found


class _Secrets(SecretsManagerGateway):
    def __init__(self, shelf: Shelf, region: str) -> None:
        self._shelf, self._region = shelf, region

    def value(self, secret_id: str, *, stage: str = "", version: str = "") -> str:
        return self._shelf.take(self._region, f"{secret_id}{stage}{version}")


class _Parameters(SsmGateway):
    def __init__(self, shelf: Shelf, region: str) -> None:
        self._shelf, self._region = shelf, region

    def value(self, name: str) -> str:
        return self._shelf.take(self._region, name)
