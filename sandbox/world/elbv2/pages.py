"""Lists, a page at a time."""

from collections.abc import Sequence
from typing import TypeVar

from sandbox.errors import AwsError
from sandbox.world.calls import Params
from sandbox.world.paging import page

Item = TypeVar("Item")

BAD_MARKER = AwsError("ValidationError", "Invalid marker")
LARGEST = 400


def paged(items: Sequence[Item], params: Params) -> tuple[list[Item], dict[str, str]]:
    """The page that ``Marker`` and ``PageSize`` ask for, and what the answer says of the next one."""
    size = LARGEST if params.get("PageSize") is None else params["PageSize"]
    if not 1 <= size <= LARGEST:
        raise AwsError("ValidationError", f"The page size must be between 1 and {LARGEST}, not {size}")
    shown, marker = page(items, params.get("Marker"), size, BAD_MARKER)
    return shown, {"NextMarker": marker} if marker else {}
