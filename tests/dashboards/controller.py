"""*Controller*: is Trueup itself well? Its queue and sweeps, what AWS lets it ask and what it refuses, Git, its
process.
"""

from grafana_foundation_sdk.models.common import BigValueTextMode

from tests.dashboards import colours
from tests.dashboards.frame import OF_INSTANCE, Row, Sheet, choice
from tests.dashboards.outside import of_aws, of_git
from tests.dashboards.panels import Ask, Panel, Says, counts, figure, lines
from tests.dashboards.process import OURS, SERIES, both, rate


def sheet() -> Sheet:
    """The dashboard."""
    return Sheet(
        uid="trueup-controller",
        title="Trueup / Controller",
        description="Is Trueup itself well: its work, its sweeps, AWS, Git and its process.",
        since="now-6h",
        variables=[choice("instance", "Instance", "label_values(trueup_build_info, instance)")],
        rows=[
            Row("Is it well", [_leads(), _version(), _age(), _commit(), _defects(), _problems()]),
            Row("Work", [_queue(), _oldest(), _workers(), _looks(), _look_takes()]),
            Row("Sweeps", [_sweep_takes(), _sweep_age(), _sweeps_failed()]),
            of_aws(),
            of_git(),
            Row("Process", [_memory(), _processor(), _files()]),
        ],
        annotated=OF_INSTANCE,
    )


def _leads() -> Panel:
    says = Says(
        "Acts",
        "How many processes of Trueup act: one, or with a lease table as many as there is work for. None: the alert "
        "TrueupNoLeader fires and nothing ships. Two without a table: stop one of them.",
        decimals=0,
        nothing="Nobody answers",
    )
    steps = ((None, colours.BAD), (1, colours.GOOD))
    leaders = SERIES % "trueup_leader"
    return figure(says, [Ask(f"sum({leaders})", "Acts")], 4, steps=steps)


def _version() -> Panel:
    says = Says("Version", "What runs. Two names for long: an update that did not end.", nothing="Nobody answers")
    known = SERIES % "trueup_build_info"
    panel = figure(says, [Ask(f"max by (version) ({known})", "{{version}}")], 4, coloured=False)
    return panel.text_mode(BigValueTextMode.NAME)


def _age() -> Panel:
    says = Says(
        "Up for",
        "Since the process began. Short again and again: it is killed; look at its memory below and at the task's "
        "stop reason in ECS.",
        unit="dtdurations",
        nothing="Nobody answers",
    )
    started = SERIES % "process_start_time_seconds"
    return figure(says, [Ask(f"max((time() - {started}) * {OURS})", "Up for")], 4, coloured=False)


def _commit() -> Panel:
    says = Says(
        "Newest commit",
        "How old the newest commit is that Trueup knows. Older than the newest that you know: look at Git below.",
        unit="dtdurations",
        nothing="Git was not read yet",
    )
    made = SERIES % "trueup_git_commit_timestamp_seconds"
    return figure(says, [Ask(f"time() - max({made})", "Age")], 4, coloured=False)


def _defects() -> Panel:
    says = Says(
        "Defects",
        "Steps that ended in a defect of Trueup within the time that is shown. They are tried again; the log has the "
        "place. Please report it.",
        decimals=0,
    )
    broke = SERIES % "trueup_step_failures_total"
    steps = ((None, colours.GOOD), (0.5, colours.BAD))
    return figure(says, [Ask(f"sum(increase({broke}[$__range])) or vector(0)", "Defects")], 4, steps=steps)


def _problems() -> Panel:
    says = Says(
        "Problems of the newest commit",
        "Manifests that cannot be read: their services stay as the last good commit had them. trueup validate names "
        "file, line and remedy.",
        decimals=0,
        nothing="Git was not read yet",
    )
    found = f'max(trueup_git_problems{{{OF_INSTANCE},severity="error"}})'
    stale = SERIES % "trueup_git_stale_services"
    steps = ((None, colours.GOOD), (1, colours.WARNING))
    return figure(says, [Ask(found, "Errors"), Ask(f"max({stale})", "Stale services")], 4, steps=steps)


def _queue() -> Panel:
    says = Says(
        "Queue",
        "Services and sweeps that are ready and wait for a worker. It empties again and again; if it only grows, AWS "
        "is slow or there are too few workers (TRUEUP_WORKERS).",
        decimals=0,
    )
    return lines(says, [Ask(f"sum({SERIES % 'trueup_queue_depth_keys'})", "Waiting")], 8)


def _oldest() -> Panel:
    says = Says(
        "Longest wait",
        "How long the first in the queue has waited. Above the line the alert TrueupQueueSlow fires.",
        unit="dtdurations",
    )
    return lines(says, [Ask(f"max({SERIES % 'trueup_queue_oldest_age_seconds'})", "Oldest")], 8, limit=300)


def _workers() -> Panel:
    says = Says(
        "Workers",
        "How many workers have something in hand, of how many there are. All of them, all the time: set "
        "TRUEUP_WORKERS higher, unless AWS throttles.",
        decimals=0,
    )
    busy, all_of_them = SERIES % "trueup_busy_workers", SERIES % "trueup_workers"
    return lines(says, [Ask(f"sum({busy})", "Busy"), Ask(f"sum({all_of_them})", "Configured", colours.QUIET)], 8)


def _looks() -> Panel:
    says = Says(
        "Looks at single services",
        "How many services a second are looked at on their own, by what was found. In sync services are seen by "
        "sweeps and do not count here. Many failed: see what AWS refuses.",
        unit="reqps",
    )
    return lines(says, [Ask(rate("trueup_reconcile_duration_seconds_count", "outcome"), "{{outcome}}")], 12)


def _look_takes() -> Panel:
    says = Says(
        "A look at one service takes",
        "It never waits for a shift, so it takes a second or so. Longer: AWS answers slowly, or throttles.",
        unit="s",
        nothing="No service was looked at on its own",
    )
    return lines(says, both("trueup_reconcile_duration_seconds"), 12)


def _sweep_takes() -> Panel:
    says = Says(
        "A sweep takes",
        "One look at all services of a cluster, ten to a call. Near the interval of sweeps: set "
        "TRUEUP_SWEEP_INTERVAL higher.",
        unit="s",
        nothing="No sweep ended",
    )
    return lines(says, both("trueup_sweep_duration_seconds"), 8)


def _sweep_age() -> Panel:
    says = Says(
        "Last sweep",
        "How long ago each cluster was last looked at as a whole, beside the interval that is configured. The alert "
        "TrueupSweepSlow fires eight minutes after it has come to two intervals: drift would not be seen meanwhile.",
        unit="dtdurations",
    )
    age, interval = SERIES % "trueup_sweep_age_seconds", SERIES % "trueup_sweep_interval_seconds"
    asks = [
        Ask(f"max by (region, cluster) ({age})", "{{cluster}} ({{region}})"),
        Ask(f"max({interval})", "Interval", colours.QUIET),
    ]
    return lines(says, asks, 8)


def _sweeps_failed() -> Panel:
    says = Says(
        "Sweeps that failed",
        "Sweeps in which AWS did not answer for everything. What is known stands meanwhile. The log says what AWS "
        "answered.",
        decimals=0,
    )
    failed = SERIES % "trueup_sweep_failures_total"
    return counts(says, [Ask(f"sum(increase({failed}[$__rate_interval]))", "Failed", colours.BAD)], 8)


def _memory() -> Panel:
    says = Says(
        "Memory",
        "Resident memory. It levels out after the first sweeps; if it climbs for days, restart it and report it.",
        unit="bytes",
    )
    return lines(says, [Ask(f"{SERIES % 'process_resident_memory_bytes'} * {OURS}", "{{instance}}")], 8)


def _processor() -> Panel:
    says = Says(
        "Processor",
        "Share of one processor. Sweeps are what it is spent on.",
        unit="percentunit",
    )
    used = f"rate(process_cpu_seconds_total{{{OF_INSTANCE}}}[$__rate_interval])"
    return lines(says, [Ask(f"{used} * {OURS}", "{{instance}}")], 8)


def _files() -> Panel:
    says = Says(
        "Open files",
        "Connections and files, beside the most that the system allows. If it climbs steadily, restart it and report "
        "it.",
        decimals=0,
    )
    opened, most = SERIES % "process_open_fds", SERIES % "process_max_fds"
    asks = [Ask(f"{opened} * {OURS}", "{{instance}}"), Ask(f"min({most} * {OURS})", "Allowed", colours.QUIET)]
    return lines(says, asks, 8)
