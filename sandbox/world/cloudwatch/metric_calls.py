"""The calls on metrics: put, read, listed."""

from collections.abc import Callable

from sandbox.errors import AwsError
from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.cloudwatch.expressions import ExpressionError
from sandbox.world.cloudwatch.history import BAD_TOKEN
from sandbox.world.cloudwatch.metrics import MetricKey, Metrics, Stat, metric_key
from sandbox.world.cloudwatch.queries import rows
from sandbox.world.moments import moment, seconds
from sandbox.world.paging import page

MOST_PERIODS = 1440


class MetricCalls:
    """Operations by name. ``put`` is how a value gets in, ``read`` is told of every metric that somebody looks at."""

    def __init__(
        self,
        metrics: Metrics,
        now: Callable[[], float],
        put: Callable[[MetricKey, int, Stat, str | None], None],
        read: Callable[[MetricKey | None], None],
    ) -> None:
        self._metrics = metrics
        self._now = now
        self._put = put
        self._read = read
        self.operations: dict[str, Handler] = {
            "PutMetricData": self.put_data,
            "GetMetricData": self.get_data,
            "GetMetricStatistics": self.get_statistics,
            "ListMetrics": self.list_metrics,
        }

    def put_data(self, params: Params, _: Caller) -> Answer:
        """A namespace that begins with ``AWS/`` is AWS's own."""
        namespace = params["Namespace"]
        if namespace.startswith("AWS/"):
            raise AwsError("InvalidParameterValue", "The value AWS/ for parameter Namespace is invalid.")
        # All or nothing: what is wrong with one datum is found before another one counts.
        for datum, stats in [(datum, _stats(datum)) for datum in params.get("MetricData") or []]:
            key = metric_key(namespace, datum["MetricName"], datum.get("Dimensions"))
            at = seconds(datum["Timestamp"]) if datum.get("Timestamp") is not None else self._now()
            for stat in stats:
                self._put(key, self._metrics.minute(at), stat, datum.get("Unit"))
        return {}

    def get_data(self, params: Params, _: Caller) -> Answer:
        queries = params["MetricDataQueries"]
        for query in queries:
            if metric := (query.get("MetricStat") or {}).get("Metric"):
                self._read(metric_key(metric["Namespace"], metric["MetricName"], metric.get("Dimensions")))
        grid = self._grid(params, _period(queries))
        try:
            found = rows(self._metrics, queries, grid)
        except ExpressionError as error:
            raise AwsError("ValidationError", str(error)) from error
        labels = {one["Id"]: one.get("Label") or _label(one) for one in queries}
        newest_first = params.get("ScanBy") != "TimestampAscending"
        results = []
        for name, row in found.items():
            points = [(index, value) for index, value in enumerate(row) if value is not None]
            points.sort(reverse=newest_first)
            results.append(
                {
                    "Id": name,
                    "Label": labels[name],
                    "Timestamps": [self._moment(grid, index) for index, _ in points],
                    "Values": [value for _, value in points],
                    "StatusCode": "Complete",
                }
            )
        return {"MetricDataResults": results, "Messages": []}

    def get_statistics(self, params: Params, _: Caller) -> Answer:
        key = metric_key(params["Namespace"], params["MetricName"], params.get("Dimensions"))
        self._read(key)
        grid = self._grid(params, params["Period"])
        wanted = params.get("Statistics") or []
        if not wanted and not params.get("ExtendedStatistics"):
            raise AwsError("MissingParameter", "At least one statistic must be specified")
        points = []
        for index in range(grid[2]):
            stat = self._metrics.period(key, grid[0] + index * grid[1], grid[1])
            if stat is not None:
                point: Answer = {"Timestamp": self._moment(grid, index), "Unit": self._metrics.unit_of(key)}
                points.append(point | {name: stat.read(name) for name in wanted})
        return {"Label": params["MetricName"], "Datapoints": points}

    def list_metrics(self, params: Params, _: Caller) -> Answer:
        self._read(None)
        found = [key for key in self._metrics.keys() if _matches(key, params)]  # noqa: SIM118 - not a dictionary
        shown, token = page(found, params.get("NextToken"), 500, BAD_TOKEN)
        shapes = [
            {
                "Namespace": namespace,
                "MetricName": name,
                "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions],
            }
            for namespace, name, dimensions in shown
        ]
        return {"Metrics": shapes, **({"NextToken": token} if token else {})}

    def _grid(self, params: Params, period: int) -> tuple[int, int, int]:
        """Whole periods from the start to the end, at most a day of minutes."""
        length = max(1, int(period) // 60)
        start, end = seconds(params["StartTime"]), seconds(params["EndTime"])
        if start >= end:
            raise AwsError("ValidationError", "The parameter StartTime must be less than the parameter EndTime.")
        first = self._metrics.minute(start)
        first -= first % length
        last = self._metrics.minute(end - 1e-3)
        count = min(MOST_PERIODS, max(1, (last - first) // length + 1))
        return max(first, last - last % length - (count - 1) * length), length, count

    def _moment(self, grid: tuple[int, int, int], index: int) -> object:
        return moment(self._metrics.begin(grid[0] + index * grid[1]))


def _period(queries: list[Params]) -> int:
    periods = [one["MetricStat"]["Period"] for one in queries if one.get("MetricStat")]
    return int(max(periods + [one["Period"] for one in queries if one.get("Period")], default=60))


def _label(query: Params) -> str:
    stat = query.get("MetricStat")
    return str(stat["Metric"]["MetricName"] if stat else query["Id"])


def _stats(datum: Params) -> list[Stat]:
    if given := datum.get("StatisticValues"):
        if given["SampleCount"] <= 0:
            raise AwsError("InvalidParameterValue", "The value for parameter StatisticValues.SampleCount is invalid.")
        return [Stat(given["SampleCount"], given["Sum"], given["Minimum"], given["Maximum"])]
    if values := datum.get("Values"):
        counts = datum.get("Counts") or [1.0] * len(values)
        if len(counts) != len(values) or min(counts) <= 0:
            raise AwsError("InvalidParameterValue", "Values and Counts must be equally long, and all counts positive.")
        return [Stat(count, value * count, value, value) for value, count in zip(values, counts, strict=True)]
    if datum.get("Value") is None:
        told = "At least one of the parameters Value, Values or StatisticValues must be specified."
        raise AwsError("InvalidParameterCombination", told)
    value = float(datum["Value"])
    return [Stat(1.0, value, value, value)]


def _matches(key: MetricKey, params: Params) -> bool:
    namespace, name, dimensions = key
    if params.get("Namespace") not in {None, namespace} or params.get("MetricName") not in {None, name}:
        return False
    present = dict(dimensions)
    wanted = params.get("Dimensions") or []
    return all(one["Name"] in present and one.get("Value") in {None, present[one["Name"]]} for one in wanted)
