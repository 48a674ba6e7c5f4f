"""Points in time as AWS's answers carry them."""

from datetime import UTC, datetime


def moment(seconds: float) -> datetime:
    """Seconds since the epoch as an aware UTC datetime, to the millisecond, as AWS keeps time."""
    return datetime.fromtimestamp(round(seconds, 3), UTC)


def seconds(value: datetime | float | str) -> float:
    """A timestamp from a request (a datetime, epoch seconds, or ISO 8601 text) as seconds since the epoch."""
    match value:
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
        case str():
            return seconds(datetime.fromisoformat(value))
        case _:
            return float(value)
