"""What became of alarms: DescribeAlarmHistory."""

from collections import deque

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.cloudwatch.records import HistoryItem
from sandbox.world.moments import moment, seconds
from sandbox.world.paging import page

KEPT = 5000
BAD_TOKEN = AwsError("InvalidNextToken", "The next token specified is invalid.")


class History:
    """The latest items of all alarms of a place."""

    def __init__(self) -> None:
        self._items: deque[HistoryItem] = deque(maxlen=KEPT)
        self.operations: dict[str, Handler] = {"DescribeAlarmHistory": self.describe}

    def note(self, item: HistoryItem) -> None:
        self._items.append(item)

    def describe(self, params: Params, _: Caller) -> Answer:
        start = seconds(params["StartDate"]) if params.get("StartDate") else float("-inf")
        end = seconds(params["EndDate"]) if params.get("EndDate") else float("inf")
        found = [one for one in self._items if _asked(one, params) and start <= one.at <= end]
        if params.get("ScanBy") != "TimestampAscending":
            found.reverse()
        shown, token = page(found, params.get("NextToken"), params.get("MaxRecords") or 100, BAD_TOKEN)
        return {"AlarmHistoryItems": [_shape(one) for one in shown], **({"NextToken": token} if token else {})}


def _asked(item: HistoryItem, params: Params) -> bool:
    if params.get("AlarmName") not in {None, item.alarm}:
        return False
    if params.get("HistoryItemType") not in {None, item.kind}:
        return False
    return item.alarm_kind in (params.get("AlarmTypes") or ["MetricAlarm"])


def _shape(item: HistoryItem) -> Answer:
    return {
        "AlarmName": item.alarm,
        "AlarmType": item.alarm_kind,
        "Timestamp": moment(item.at),
        "HistoryItemType": item.kind,
        "HistorySummary": item.summary,
        "HistoryData": item.data,
    }
