"""One leaf in which live is not what was declared."""

from dataclasses import dataclass
from typing import Literal

from reconcilers.json_value import Json

Kind = Literal["changed", "added", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """``path`` is a JSON pointer with names for places: ``/taskDefinition/containerDefinitions/app/image``.

    ``removed``: declared but not live; ``added``: live but not declared. An entry of a list that only one side has, a
    container for example, is one change whose value is the entry. Values are in canonical form.
    """

    path: str
    kind: Kind
    declared: Json
    live: Json
