"""Secrets of channels: where they stand, and what they are now. What they are is never printed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from controller.notify.told import Later


class SecretSource(BaseModel):
    """Where a secret stands: an environment variable, or a file, which is read anew each time and may be rotated.

    Or it stands here: for a text that is a secret as a whole, where there is no second variable and no file.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    env: str | None = Field(default=None, description="Name of an environment variable.", min_length=1)
    file: str | None = Field(default=None, description="Path of a file.", min_length=1)

    value: str | None = Field(default=None, description="The secret itself.", min_length=1, repr=False)

    @model_validator(mode="after")
    def _one(self) -> "SecretSource":
        if sum(each is not None for each in (self.env, self.file, self.value)) != 1:
            raise ValueError("Name one: env, the name of a variable, file, the path of a file, or value, the secret.")
        return self

    def __str__(self) -> str:
        if self.value is not None:
            return "the value given"
        return f"the variable {self.env}" if self.env is not None else f"the file {self.file}"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Reads secrets: ``environment`` as the process was given it, ``text`` of a file (raises ``OSError``)."""

    environment: Mapping[str, str]
    text: Callable[[Path], str] = lambda path: path.read_text("utf-8")

    def value(self, source: SecretSource) -> str:
        """The secret as it is now. Raises ``Later`` where there is none: somebody may put it there."""
        try:
            found = self._found(source)
        except (OSError, UnicodeDecodeError) as error:
            raise Later(f"{source} cannot be read ({type(error).__name__})") from None
        if not found.strip():
            raise Later(f"{source} is empty")
        if any(character in found.strip() for character in "\r\n\0"):
            raise Later(f"{source} holds more than one line")
        return found.strip()

    def _found(self, source: SecretSource) -> str:
        if source.value is not None:
            return source.value
        return self.environment.get(source.env, "") if source.env is not None else self.text(Path(source.file or ""))
