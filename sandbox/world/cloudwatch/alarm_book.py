"""All alarms of a place, and what their metrics make of them minute by minute."""

import json
from collections import Counter
from collections.abc import Iterable

from sandbox.errors import AwsError
from sandbox.switches import Switches
from sandbox.world.cloudwatch.evaluation import EXTRA, Criterion, reason, settled, verdict
from sandbox.world.cloudwatch.expressions import ExpressionError
from sandbox.world.cloudwatch.history import History
from sandbox.world.cloudwatch.metrics import MetricKey, Metrics
from sandbox.world.cloudwatch.queries import rows
from sandbox.world.cloudwatch.records import ALARM, OK, Alarm, CompositeAlarm, HistoryItem, MetricAlarm, watched
from sandbox.world.cloudwatch.rules import alarms, holds


class AlarmBook:
    """Alarms by name. ``awake`` are those that the next minute has to look at."""

    def __init__(self, metrics: Metrics, history: History, switches: Switches) -> None:
        self.alarms: dict[str, Alarm] = {}
        self.awake: dict[str, None] = {}
        self._metrics = metrics
        self._history = history
        self._switches = switches
        self._watchers: dict[MetricKey, dict[str, None]] = {}
        self._composites: dict[str, CompositeAlarm] = {}
        # Every dimension value and every metric's name that an alarm watches, and how many do.
        self._values: Counter[str] = Counter()
        self._names: Counter[str] = Counter()

    def state_of(self, name: str) -> str | None:
        alarm = self.alarms.get(name)
        return None if alarm is None else alarm.state.value

    def find(self, name: str) -> Alarm:
        """``AwsError`` ResourceNotFound, as SetAlarmState says it."""
        if name not in self.alarms:
            raise AwsError("ResourceNotFound", "", status=404)
        return self.alarms[name]

    def put(self, alarm: Alarm, now: float) -> None:
        """A new alarm, or a new configuration for one that keeps its state."""
        self._forget(alarm.name)
        self.alarms[alarm.name] = alarm
        match alarm:
            case MetricAlarm():
                for key in watched(alarm):
                    self._watchers.setdefault(key, {})[alarm.name] = None
                    self._values.update(value for _, value in key[2])
                    self._names[key[1]] += 1
                self.awake[alarm.name] = None
            case CompositeAlarm():
                self._composites[alarm.name] = alarm
                self._follow(alarm, now)

    def leads_to(self, names: Iterable[str], wanted: str) -> bool:
        """Whether one of these alarms is ``wanted``, or stands on it."""
        for name in names:
            composite = self._composites.get(name)
            if name == wanted or (composite and self.leads_to(alarms(composite.rule), wanted)):
                return True
        return False

    def delete(self, names: Iterable[str]) -> None:
        """Unknown names are no error, and nothing is deleted beside one that is still needed."""
        doomed = set(names)
        for other in self._composites.values():
            if other.name not in doomed and doomed & set(alarms(other.rule)):
                raise AwsError("ValidationError", f"Cannot delete alarms that {other.name} depends on")
        for name in doomed:
            self._forget(name)
            self.alarms.pop(name, None)

    def _forget(self, name: str) -> None:
        old = self.alarms.get(name)
        if isinstance(old, MetricAlarm):
            for key in watched(old):
                self._watchers.get(key, {}).pop(name, None)
                self._values -= Counter(value for _, value in key[2])
                self._names -= Counter([key[1]])
        self.awake.pop(name, None)
        self._composites.pop(name, None)

    def watches(self, key: MetricKey) -> bool:
        """Whether an alarm watches this very metric."""
        return bool(self._watchers.get(key))

    def watches_name(self, name: str) -> bool:
        """Whether an alarm watches a metric of this name, of whatever resource."""
        return name in self._names

    def watches_any(self, dimension_values: set[str]) -> bool:
        """Whether an alarm watches a metric with one of these dimension values."""
        return not self._values.keys().isdisjoint(dimension_values)

    def measured(self, key: MetricKey) -> None:
        """Something was measured: who watches it has to be looked at."""
        for name in self._watchers.get(key, ()):
            self.awake[name] = None

    def minute(self, minute: int, now: float) -> None:
        """Evaluate what is awake; ``minute`` is the one that begins, the last complete one lies before it."""
        for name in list(self.awake):
            alarm = self.alarms.get(name)
            if isinstance(alarm, MetricAlarm) and not self._held(alarm, now):
                self._evaluate(alarm, minute, now)

    def _held(self, alarm: MetricAlarm, now: float) -> bool:
        """A state set by hand stays for a period at least."""
        return alarm.forced_at is not None and now < alarm.forced_at + alarm.minutes * self._metrics.unit

    def _evaluate(self, alarm: MetricAlarm, minute: int, now: float) -> None:
        criterion = criterion_of(alarm)
        length = alarm.minutes
        end = minute - minute % length
        count = criterion.periods + EXTRA
        try:
            points = rows(self._metrics, alarm.queries, (end - count * length, length, count))
        except ExpressionError:
            self.awake.pop(alarm.name, None)
            return
        row = next(iter(points.values()))
        if settled(row):
            self.awake.pop(alarm.name, None)
            if alarm.forced_at is not None and self._switches.quiet_alarm_keeps_its_state:
                return
        alarm.forced_at = None
        state = verdict(criterion, row, alarm.state.value)
        self.set_state(alarm, state, reason(criterion, row, state), now)

    def set_state(self, alarm: Alarm, value: str, why: str, now: float, data: str | None = None) -> None:
        """An alarm changes, and the composite ones above it follow."""
        state = alarm.state
        if state.value == value and data is None:
            return
        old = state.value
        state.reason, state.reason_data, state.updated_at = why, data, now
        if old == value:
            return
        state.value, state.transitioned_at = value, now
        summary = f"Alarm updated from {old} to {value}"
        told = {"oldState": {"stateValue": old}, "newState": {"stateValue": value, "stateReason": why}}
        self._history.note(HistoryItem(alarm.name, alarm.kind, now, "StateUpdate", summary, json.dumps(told)))
        for other in self._composites.values():
            if alarm.name in set(alarms(other.rule)):
                self._follow(other, now)

    def _follow(self, alarm: CompositeAlarm, now: float) -> None:
        value = ALARM if holds(alarm.rule, self.state_of) else OK
        why = f"{alarm.name} transitioned to {value}: {alarm.shape['AlarmRule']}"
        self.set_state(alarm, value, why, now)


def criterion_of(alarm: MetricAlarm) -> Criterion:
    shape = alarm.shape
    periods = shape["EvaluationPeriods"]
    return Criterion(
        comparison=shape["ComparisonOperator"],
        threshold=float(shape["Threshold"]),
        periods=periods,
        datapoints=shape.get("DatapointsToAlarm") or periods,
        missing=shape.get("TreatMissingData") or "missing",
    )
