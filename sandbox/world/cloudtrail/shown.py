"""Parameters and answers as CloudTrail writes them: its own spelling of names and dates, and no secrets."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

HIDDEN = "HIDDEN_DUE_TO_SECURITY_REASONS"
# A service's hundred events would be most of its record, and say nothing of the call.
_LEFT_OUT = frozenset({"events", "layerPartBlob", "authorizationToken"})
_SECRET = frozenset({"environment"})


def shown(value: Any) -> Any:
    """Plain data for JSON. Names begin small, as CloudTrail spells them whatever the service does."""
    match value:
        case Mapping():
            return {_name(key): _member(key, inner) for key, inner in value.items() if key not in _LEFT_OUT}
        case list() | tuple():
            return [shown(each) for each in value]
        case datetime():
            # As "Nov 3, 2026 9:05:00 AM", without a zero before the day and the hour.
            return value.strftime(f"%b {value.day}, %Y {value.hour % 12 or 12}:%M:%S %p")
        case _:
            return value


def _member(name: str, value: Any) -> Any:
    return HIDDEN if name in _SECRET and value else shown(value)


def _name(name: str) -> str:
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
