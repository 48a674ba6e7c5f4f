"""DescribeLogStreams."""

from collections.abc import Callable

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.logs.book import Book, Stream
from sandbox.world.paging import page

PAGE = 50
_ORDERS: dict[str, Callable[[Stream], object]] = {
    "LogStreamName": lambda stream: stream.name,
    "LastEventTime": lambda stream: (stream.lines[-1][0] if stream.lines else stream.created_at, stream.name),
}


class Streams:
    """The call that lists a group's streams."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self.operations: dict[str, Handler] = {"DescribeLogStreams": self.describe}

    def describe(self, params: Params, _: Caller) -> Answer:
        group = self._book.asked(params)
        order, prefix = params.get("orderBy") or "LogStreamName", params.get("logStreamNamePrefix") or ""
        if order not in _ORDERS:
            raise invalid(f"Value '{order}' at 'orderBy' is not one of {sorted(_ORDERS)}.")
        if prefix and order == "LastEventTime":
            raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        found = [stream for stream in group.streams.values() if stream.name.startswith(prefix)]
        found.sort(key=_ORDERS[order], reverse=bool(params.get("descending")))  # type: ignore[arg-type]  # each order compares with itself
        size = limit(params, PAGE)
        strange = invalid("The specified nextToken is invalid.")
        shown, token = page(found, params.get("nextToken"), size, strange)
        return {"logStreams": [_shape(each) for each in shown]} | ({"nextToken": token} if token else {})


def limit(params: Params, most: int) -> int:
    """How many a call asks for: ``most`` unless told otherwise."""
    size = int(params.get("limit") or most)
    if not 1 <= size <= most:
        raise invalid(
            f"1 validation error detected: Value '{size}' at 'limit' failed to satisfy constraint: "
            f"Member must have value between 1 and {most}"
        )
    return size


def invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)


def _shape(stream: Stream) -> Answer:
    answer: Answer = {
        "logStreamName": stream.name,
        "creationTime": stream.created_at,
        "arn": stream.arn,
        "storedBytes": 0,  # AWS tells no size of a stream any more
        "uploadSequenceToken": "49039859500000000000000000000000000000000000000000000000",
    }
    if stream.lines:
        times = {
            "firstEventTimestamp": stream.lines[0][0],
            "lastEventTimestamp": stream.lines[-1][0],
            "lastIngestionTime": stream.lines[-1][0],
        }
        answer |= times
    return answer
