"""AWS Systems Manager's Parameter Store: what a parameter is now. Nothing of it is kept, and no error repeats it."""

from typing import Any

from reconcilers.aws.calls import ask


class SsmGateway:
    """One account and region of the Parameter Store, as ``client`` reaches it."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def value(self, name: str) -> str:
        """A parameter by name or ARN, decrypted where it is a SecureString. Raises ``Retry`` or ``Stalled``."""
        answer = ask(self._client, "get_parameter", {"Name": name, "WithDecryption": True}, about=name)
        return str(answer["Parameter"]["Value"])
