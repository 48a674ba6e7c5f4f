"""What Git is shown as a password: a secret as it stands somewhere, read anew when it is refused."""

from controller.credentials.reading import SecretError, SecretReader
from controller.credentials.reference import Reference
from controller.source.git_errors import SourceError


class SecretToken:
    """A token that stands in a secret, and may be rotated there at any time."""

    def __init__(self, reader: SecretReader, reference: Reference) -> None:
        self._reader = reader
        self._reference = reference

    def current(self) -> str:
        """The token. Raises SourceError `wrong-credentials` where it is not to be had."""
        try:
            return self._reader.value(self._reference)
        except SecretError as error:
            raise SourceError("wrong-credentials", error.message, error.remedy) from None

    def renewed(self) -> bool:
        """Look again, since the token was refused. Whether there is another one now."""
        refused = self.current()
        self._reader.forget(self._reference)
        return self.current() != refused
