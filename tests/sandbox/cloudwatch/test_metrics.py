"""Metrics: put, read, listed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.world.cloudwatch.metrics import KEPT, Metrics, Stat, metric_key
from tests.sandbox.answers import CheckedWorld
from tests.sandbox.stage import refused

ERRORS = {"Namespace": "App", "MetricName": "Errors", "Dimensions": [{"Name": "Service", "Value": "web"}]}


def put(world: CheckedWorld, **datum: Any) -> None:
    whole = {"MetricName": "Errors", "Dimensions": ERRORS["Dimensions"]} | datum
    world.call("cloudwatch", "PutMetricData", Namespace="App", MetricData=[whole])


def span(world: CheckedWorld, minutes: int = 10) -> dict[str, datetime]:
    now = world.clock.now()
    return {
        "StartTime": datetime.fromtimestamp(now - minutes * 60, UTC),
        "EndTime": datetime.fromtimestamp(now + 60, UTC),
    }


def test_values_of_a_minute_are_summed_up() -> None:
    world = CheckedWorld()
    for value in (1.0, 5.0, 3.0):
        put(world, Value=value, Unit="Count")
    names = ["Sum", "Average", "Minimum", "Maximum", "SampleCount"]
    told = world.call("cloudwatch", "GetMetricStatistics", **ERRORS, **span(world), Period=60, Statistics=names)
    point = told["Datapoints"][0]
    assert [point[name] for name in names] == [9.0, 3.0, 1.0, 5.0, 3.0]
    assert point["Unit"] == "Count"


def test_statistic_sets_and_arrays_of_values_count_as_they_say() -> None:
    world = CheckedWorld()
    put(world, StatisticValues={"SampleCount": 2.0, "Sum": 6.0, "Minimum": 1.0, "Maximum": 5.0})
    put(world, Values=[1.0, 2.0], Counts=[3.0, 1.0])
    told = world.call("cloudwatch", "GetMetricStatistics", **ERRORS, **span(world), Period=60, Statistics=["Sum"])
    assert told["Datapoints"][0]["Sum"] == 11.0


def test_metric_data_comes_newest_first_with_expressions() -> None:
    world = CheckedWorld()
    for value in (1.0, 2.0):
        put(world, Value=value)
        world.pass_time(60)
    stat = {"Metric": ERRORS, "Period": 60, "Stat": "Sum"}
    queries = [{"Id": "m1", "MetricStat": stat}, {"Id": "e1", "Expression": "m1 * 10", "Label": "tenfold"}]
    told = world.call("cloudwatch", "GetMetricData", MetricDataQueries=queries, **span(world))["MetricDataResults"]
    assert [(one["Label"], one["Values"]) for one in told] == [("Errors", [2.0, 1.0]), ("tenfold", [20.0, 10.0])]
    assert told[0]["Timestamps"][0] > told[0]["Timestamps"][1]
    ascending = world.call(
        "cloudwatch", "GetMetricData", MetricDataQueries=queries[:1], ScanBy="TimestampAscending", **span(world)
    )
    assert ascending["MetricDataResults"][0]["Values"] == [1.0, 2.0]


def test_an_expression_that_cannot_be_understood_is_refused() -> None:
    world = CheckedWorld()
    with refused("ValidationError"):
        queries = [{"Id": "e1", "Expression": "m1 *"}]
        world.call("cloudwatch", "GetMetricData", MetricDataQueries=queries, **span(world))


def test_time_runs_forward() -> None:
    world = CheckedWorld()
    now = span(world)
    with refused("ValidationError"):
        world.call(
            "cloudwatch",
            "GetMetricStatistics",
            **ERRORS,
            StartTime=now["EndTime"],
            EndTime=now["StartTime"],
            Period=60,
            Statistics=["Sum"],
        )


def test_metrics_are_listed_by_their_dimensions() -> None:
    world = CheckedWorld()
    put(world, Value=1.0)
    put(world, Value=1.0, MetricName="Other", Dimensions=[])

    def listed(**filters: Any) -> list[str]:
        return [one["MetricName"] for one in world.call("cloudwatch", "ListMetrics", **filters)["Metrics"]]

    assert listed(Namespace="App") == ["Errors", "Other"]
    assert listed(Dimensions=[{"Name": "Service"}]) == ["Errors"]
    assert listed(Dimensions=[{"Name": "Service", "Value": "api"}]) == []
    assert listed(MetricName="Other") == ["Other"]
    assert listed(Namespace="Nobody") == []


def test_awss_own_namespaces_are_reserved() -> None:
    with refused("InvalidParameterValue"):
        CheckedWorld().call("cloudwatch", "PutMetricData", Namespace="AWS/ECS", MetricData=[])


def test_a_datapoint_lies_where_its_timestamp_says() -> None:
    world = CheckedWorld()
    earlier = datetime.fromtimestamp(world.clock.now() - 300, UTC)
    put(world, Value=1.0, Timestamp=earlier)
    told = world.call("cloudwatch", "GetMetricStatistics", **ERRORS, **span(world), Period=60, Statistics=["Sum"])
    assert 0 <= (earlier - told["Datapoints"][0]["Timestamp"]).total_seconds() < 60


def test_a_metric_forgets_what_is_too_old() -> None:
    metrics = Metrics(60.0)
    key = metric_key("App", "Errors", None)
    for minute in range(KEPT + 10):
        metrics.put(key, minute, Stat(1.0, 1.0, 1.0, 1.0))
    assert metrics.period(key, 0, 10) is None
    assert metrics.period(key, 10, 1) is not None


def test_a_period_without_a_value_has_none() -> None:
    assert Metrics(60.0).period(metric_key("App", "Errors", None), 0, 5) is None


@pytest.mark.parametrize("statistic", ["p99", "TM(10%:90%)"])
def test_percentiles_are_not_kept(statistic: str) -> None:
    assert Stat(1.0, 1.0, 1.0, 1.0).read(statistic) is None


@pytest.mark.parametrize(
    "datum",
    [
        {},
        {"Values": [1.0, 2.0], "Counts": [1.0]},
        {"StatisticValues": {"SampleCount": 0.0, "Sum": 0.0, "Minimum": 0.0, "Maximum": 0.0}},
    ],
)
def test_a_datum_that_tells_nothing_is_refused_and_spoils_nothing(datum: dict[str, Any]) -> None:
    world = CheckedWorld()
    good = {"MetricName": "Errors", "Dimensions": ERRORS["Dimensions"], "Value": 1.0}
    with refused("(InvalidParameterCombination|InvalidParameterValue)"):
        world.call("cloudwatch", "PutMetricData", Namespace="App", MetricData=[good, {"MetricName": "Errors"} | datum])
    assert world.call("cloudwatch", "ListMetrics", Namespace="App")["Metrics"] == []
