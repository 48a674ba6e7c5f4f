"""Times as AWS gives them, as seconds since the epoch."""

from datetime import datetime
from typing import Any


def seconds(moment: Any) -> float | None:
    """A timestamp, whether the client parsed it or left the number, in seconds since the epoch; ``None`` stays."""
    if moment is None:
        return None
    return moment.timestamp() if isinstance(moment, datetime) else float(moment)
