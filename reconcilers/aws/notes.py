"""Notes in the lease table: what replicas have to know of each other's doing, and has no place of its own in AWS.

A row is ``note#NAME`` with the text in ``said``. Whoever reads the leases passes over it.
"""

from collections.abc import Mapping
from typing import Any

from reconcilers.aws.calls import ask
from reconcilers.aws.dynamodb import items

_NOTE = "note#"


class Notes:
    """Of one table, as ``client`` reaches it. Each method raises ``Retry`` or ``Stalled``."""

    def __init__(self, client: Any, table: str) -> None:
        self._client = client
        self._table = table

    def read(self) -> Mapping[str, str]:
        """All of them, by name. What was written before this began is in it."""
        found = ((item["key"]["S"], item) for item in items(self._client, self._table))
        return {key.removeprefix(_NOTE): item["said"]["S"] for key, item in found if key.startswith(_NOTE)}

    def write(self, name: str, text: str) -> None:
        """Keep a text, in place of what was kept under that name."""
        self._ask("put_item", {"Item": {"key": {"S": f"{_NOTE}{name}"}, "said": {"S": text}}})

    def drop(self, name: str) -> None:
        """Forget it; what is not there is no error."""
        self._ask("delete_item", {"Key": {"key": {"S": f"{_NOTE}{name}"}}})

    def _ask(self, operation: str, parameters: Mapping[str, Any]) -> None:
        ask(self._client, operation, {"TableName": self._table, **parameters}, about=f"table {self._table}")
