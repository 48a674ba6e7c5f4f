"""Reads secrets where they stand. What AWS answered is remembered for a few minutes, or until it is refused."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import assert_never

from controller.credentials.reference import File, Parameter, Reference, Secret
from reconcilers.aws.secretsmanager import SecretsManagerGateway
from reconcilers.aws.ssm import SsmGateway
from reconcilers.outcome import Retry, Stalled

REMEMBERED = 300.0  # seconds: GetSecretValue costs money, and a poll comes every half minute


class SecretError(Exception):
    """A secret is not to be had. ``message`` and ``remedy`` are sentences and never hold it."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class Stores:
    """Where secrets of AWS are asked for, by region; an empty one is the daemon's own."""

    secrets: Callable[[str], SecretsManagerGateway]
    parameters: Callable[[str], SsmGateway]


class SecretReader:
    """For several threads. ``clock`` is monotonic, in seconds."""

    def __init__(self, stores: Stores, clock: Callable[[], float]) -> None:
        self._stores = stores
        self._clock = clock
        self._lock = Lock()
        self._kept: dict[Reference, tuple[str, float]] = {}

    def value(self, reference: Reference) -> str:
        """The secret as it is, at most ``REMEMBERED`` seconds old. Raises ``SecretError``."""
        with self._lock:
            kept = self._kept.get(reference)
        if kept is not None and self._clock() - kept[1] < REMEMBERED:
            return kept[0]
        found = self._read(reference).strip()
        if not found:
            raise SecretError(f"{_begun(reference)} is empty.", "Put the secret there.")
        if not isinstance(reference, File):
            with self._lock:
                self._kept[reference] = (found, self._clock())
        return found

    def forget(self, reference: Reference) -> None:
        """Read anew when asked next: somebody refused what is remembered."""
        with self._lock:
            self._kept.pop(reference, None)

    def _read(self, reference: Reference) -> str:
        match reference:
            case File():
                return _text(reference)
            case Secret():
                return _at_key(reference, self._of_aws(reference))
            case Parameter():
                return self._of_aws(reference)
            case _:
                assert_never(reference)

    def _of_aws(self, reference: Secret | Parameter) -> str:
        try:
            if isinstance(reference, Parameter):
                return self._stores.parameters(reference.region).value(reference.name)
            gateway = self._stores.secrets(reference.region)
            return gateway.value(reference.id, stage=reference.stage, version=reference.version)
        except Retry as error:
            raise SecretError(f"{_begun(reference)} cannot be read: {error.message}", "It is tried again.") from None
        except Stalled as error:
            raise SecretError(f"{_begun(reference)} cannot be read: {error.message}", error.remedy) from None


def _text(file: File) -> str:
    try:
        return file.path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        what = error.strerror if isinstance(error, OSError) else "it is not text"
        raise SecretError(f"{_begun(file)} cannot be read: {what}.", "Make it readable for this user.") from None


def _at_key(secret: Secret, text: str) -> str:
    if not secret.key:
        return text
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or not isinstance(found.get(secret.key), str):
        raise SecretError(f"{_begun(secret)} is no text in a JSON object.", "Correct the key, or the secret.")
    return str(found[secret.key])


def _begun(reference: Reference) -> str:
    said = str(reference)
    return said[0].upper() + said[1:]
