"""AWS Secrets Manager: what a secret is now. Nothing of it is kept here, and no error repeats it."""

from typing import Any

from reconcilers.aws.calls import ask


class SecretsManagerGateway:
    """One account and region of Secrets Manager, as ``client`` reaches it; another account's by its ARN."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def value(self, secret_id: str, *, stage: str = "", version: str = "") -> str:
        """The text of a secret by name or ARN; by default of the version that is current.

        Raises ``Retry`` or ``Stalled``. A secret of bytes is read as UTF-8, and what is none as an empty text.
        """
        asked = {"SecretId": secret_id, "VersionStage": stage, "VersionId": version}
        answer = ask(self._client, "get_secret_value", {k: v for k, v in asked.items() if v}, about=secret_id)
        if "SecretString" in answer:
            return str(answer["SecretString"])
        return bytes(answer.get("SecretBinary", b"")).decode("utf-8", "ignore")
