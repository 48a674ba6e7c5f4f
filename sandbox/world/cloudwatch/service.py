"""CloudWatch as the other services and the callers meet it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.world.calls import Answer, Caller, Handler, Params
from sandbox.world.cloudwatch.alarm_book import AlarmBook
from sandbox.world.cloudwatch.alarm_calls import AlarmCalls
from sandbox.world.cloudwatch.alarm_puts import AlarmPuts
from sandbox.world.cloudwatch.history import History
from sandbox.world.cloudwatch.metric_calls import MetricCalls
from sandbox.world.cloudwatch.metrics import MetricKey, Metrics, Stat

if TYPE_CHECKING:
    from sandbox.world.world import Place

MINUTE = 60.0


class CloudWatch:
    """``operations`` answer AWS's calls; ``state_of`` is how deployments watch alarms, ``emit`` how services measure.

    At the end of every minute of AWS's time, traffic is measured first and alarms are evaluated then. Minutes begin to
    pass with the first alarm, or with the first look at a metric.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self.metrics = Metrics(MINUTE / place.timeline.speed)
        history = History()
        self.book = AlarmBook(self.metrics, history, place.world.switches)
        self._read: set[str] = set()
        self._reads_all = False
        self._passing = False
        puts = AlarmPuts(self.book, history, self._now, lambda name: place.arn("cloudwatch", f"alarm:{name}"))
        self.operations: dict[str, Handler] = {
            **puts.operations,
            **AlarmCalls(self.book, puts.tags, self._now).operations,
            **MetricCalls(self.metrics, self._now, self._put, self._note_reader).operations,
            **history.operations,
        }
        for name in ("PutMetricAlarm", "SetAlarmState", "PutMetricData"):
            self.operations[name] = self._waking(self.operations[name])

    def _now(self) -> float:
        return self._place.timeline.now

    def state_of(self, alarm_name: str) -> str | None:
        """``OK``, ``ALARM`` or ``INSUFFICIENT_DATA``; ``None`` where no alarm has the name."""
        return self.book.state_of(alarm_name)

    def wants(self, dimension_values: set[str]) -> bool:
        """Whether anybody looks at metrics of one of these resources, so that they have to be measured."""
        return self._reads_all or bool(dimension_values & self._read) or self.book.watches_any(dimension_values)

    def emit(self, key: MetricKey, minute: int, total: float, samples: float) -> None:
        """A service of AWS reports the sum of what it counted in a minute; what nobody looks at is not kept."""
        if self.keeps(key):
            each = total / samples
            self._put(key, minute, Stat(samples, total, each, each), "Count")

    def may_keep(self, name: str) -> bool:
        """Whether somebody may look at a metric of this name; where nobody does, ``keeps`` need not be asked."""
        return self._reads_all or bool(self._read) or self.book.watches_name(name)

    def keeps(self, key: MetricKey) -> bool:
        """Whether somebody looks at this metric, or at another one of the same resource."""
        if self._reads_all or self.book.watches(key):
            return True
        return bool(self._read) and any(value in self._read for _, value in key[2])

    def _put(self, key: MetricKey, minute: int, stat: Stat, unit: str | None) -> None:
        self.metrics.put(key, minute, stat, unit)
        self.book.measured(key)

    def _note_reader(self, key: MetricKey | None) -> None:
        if key is None:
            self._reads_all = True
        else:
            self._read.update(value for _, value in key[2])
        self._pass()

    def _waking(self, handler: Handler) -> Handler:
        def woken(params: Params, caller: Caller) -> Answer:
            answer = handler(params, caller)
            self._pass()
            return answer

        return woken

    def _pass(self) -> None:
        """Let minutes pass from now on."""
        if not self._passing:
            self._passing = True
            self._next()

    def _next(self) -> None:
        timeline = self._place.timeline
        border = self.metrics.begin(self.metrics.minute(timeline.now) + 1)
        timeline.after((border - timeline.now) * timeline.speed, self._minute)

    def _minute(self) -> None:
        now = self._place.timeline.now
        minute = self.metrics.minute(now)
        self._place.traffic.measure(minute - 1)
        self.book.minute(minute, now)
        self._next()
