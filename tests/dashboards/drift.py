"""*Drift*: is the fleet as Git says, what is not, since when, who made it so, and how long it takes to be put back."""

from tests.dashboards import colours
from tests.dashboards.frame import OF_ENVIRONMENT, OF_SERVICE, PAGE, Row, Sheet, services
from tests.dashboards.panels import Ask, Column, Panel, Says, bars, counts, figure, layers, lines, rows, states

INFO = f"trueup_service_info{{{OF_SERVICE}%s}}"
DRIFT_AGE = f"max by (environment, service) (trueup_service_drift_age_seconds{{{OF_SERVICE}}})"
OBSTACLES = {
    "held": ("Held", colours.BAD),
    "blocked": ("Blocked", colours.WARNING),
    "drifted": ("Drifted", colours.DRIFT),
}
NOT_YET = "AWS does not tell"


def sheet() -> Sheet:
    """The dashboard."""
    return Sheet(
        uid="trueup-drift",
        title="Trueup / Drift",
        description="Is what runs what Git says? What is not, since when, by whom, and how long until it is put back.",
        since="now-6h",
        variables=services(),
        rows=[
            Row("The fleet now", [_states_now(), _in_sync(), _oldest(), _fields()]),
            Row("Needs a person", [_needs_a_person(), _by_age()]),
            Row("What differs, and who did it", [_by_field(), _who(), _ages()]),
            Row("The fleet over time", [_over_time(), _timeline()]),
            Row("Time to heal", [_time_to_heal(), _healed(), _healed_when()]),
        ],
    )


def in_state(sync: str) -> str:
    """How many services are in a state: nought where none is."""
    named = INFO % f',sync="{sync}"'
    return f"count(max by (environment, service) ({named})) or vector(0)"


def _states_now() -> Panel:
    says = Says(
        "Fleet by state",
        "Services by how Git and AWS stand to each other. Outdated: Git wants something that was not shipped yet. "
        "Drifted: somebody changed what runs. Held: what Git wants was tried and did not succeed. Unknown: not "
        "looked at yet.",
        decimals=0,
    )
    return figure(says, [Ask(in_state(sync), name, colour) for sync, (name, colour) in colours.SYNC.items()], 12)


def _in_sync() -> Panel:
    says = Says(
        "In sync",
        "Share of the services that run what Git says. Below 100 %: see who needs a person, below.",
        unit="percentunit",
        nothing="No service",
    )
    everything = INFO % ""
    ratio = f"({in_state('in-sync')}) / count(max by (environment, service) ({everything}))"
    steps = ((None, colours.BAD), (0.9, colours.WARNING), (1, colours.GOOD))
    return figure(says, [Ask(ratio, "In sync")], 4, steps=steps)


def _oldest() -> Panel:
    says = Says(
        "Oldest drift",
        "How long the oldest drift has been there. From 15 minutes on the alert TrueupDriftStays fires: trueup diff "
        "says what differs and who did it; undo it, commit it, or let the manifest ignore it.",
        unit="dtdurations",
        nothing="No service",
    )
    steps = ((None, colours.GOOD), (1, colours.DRIFT), (900, colours.BAD))
    return figure(says, [Ask(f"max({DRIFT_AGE})", "Oldest drift")], 4, steps=steps)


def _fields() -> Panel:
    says = Says(
        "Fields that differ",
        "How many fields differ from what Git last shipped, in all services. The table below names them.",
        decimals=0,
        nothing="No service",
    )
    found = f"sum(max by (environment, service) (trueup_service_drift_fields{{{OF_SERVICE}}}))"
    return figure(says, [Ask(found, "Fields")], 4, steps=((None, colours.GOOD), (1, colours.DRIFT)))


def _needs_a_person() -> Panel:
    says = Says(
        "Needs a person",
        "Held: commit a fix, or run trueup retry if it was not the release's fault. Blocked: trueup why names what "
        "is in the way and who can clear it. Drifted: it is healed if the manifest says so; else undo it or commit "
        "it. Click a service for the whole story.",
        nothing="Nobody is needed: nothing is held, blocked or drifted",
    )
    columns = [
        Column("environment", "Environment", 130),
        Column("service", "Service", link=PAGE),
        Column("obstacle", "State", 100, words=OBSTACLES),
        Column("reason", "Why", 190),
        Column("Value", "For", 130, unit="dtdurations"),
    ]
    return rows(says, Ask(needs_a_person(), "Needs a person"), columns, 16)


def needs_a_person() -> str:
    """Held, blocked and drifted services with the reason, and for how many seconds they have been."""
    drifted = f'label_replace({DRIFT_AGE} > 0, "obstacle", "drifted", "", "")'
    drifted = f'label_replace({drifted}, "reason", "differs from Git", "", "")'
    return f"{_obstacle('held')} or {_obstacle('blocked')} or {drifted}"


def _obstacle(obstacle: str) -> str:
    known = f"max by (environment, service, reason) (trueup_service_{obstacle}_info{{{OF_SERVICE}}})"
    selected = f'{OF_SERVICE},obstacle="{obstacle}"'
    age = f"max by (environment, service) (trueup_service_obstacle_age_seconds{{{selected}}})"
    return f'label_replace({known} * on (environment, service) group_left () {age}, "obstacle", "{obstacle}", "", "")'


def _by_age() -> Panel:
    says = Says(
        "Drift by age",
        "Drifted services by how long they have been. Healing takes minutes; what is older is not healed (drift: "
        "warn), is fought over, or waits for a person.",
        decimals=0,
    )
    spans = (("up to 5 min", 0, 300), ("5 to 15 min", 300, 900), ("15 min to 1 h", 900, 3600), ("longer", 3600, None))
    hues = (colours.QUIET, colours.DRIFT, colours.WARNING, colours.BAD)
    asks = [Ask(_aged(least, most), name, hue) for (name, least, most), hue in zip(spans, hues, strict=True)]
    return bars(says, asks, 8, height=8)


def _aged(least: int, most: int | None) -> str:
    within = f"{DRIFT_AGE} > {least}" + ("" if most is None else f" <= {most}")
    return f"count({within}) or vector(0)"


def _by_field() -> Panel:
    says = Says(
        "Drift by field",
        "Each field that differs, with who changed it as far as AWS tells: at once from the revision, within some "
        "twenty minutes from CloudTrail. Talk to them, or commit what they meant.",
        nothing="No drift",
    )
    columns = [
        Column("environment", "Environment", 130),
        Column("service", "Service", 170, link=PAGE),
        Column("field", "Field"),
        Column("who", "Who", 220),
        Column("Value", "For", 130, unit="dtdurations"),
    ]
    return rows(says, Ask(_named(), "Drift"), columns, 24)


def _named() -> str:
    """Each field once, though two replicas tell of it while one hands it over to the other."""
    age = f"trueup_service_drift_field_age_seconds{{{OF_SERVICE}}}"
    named = f'label_replace({age}, "who", "{NOT_YET}", "who", "")'
    return f"max by (environment, service, field, who) ({named})"


def _who() -> Panel:
    says = Says(
        "Who made it",
        "Fields that differ, by who changed them. The same name again and again: that change belongs into Git, or "
        "that tool must stop making it.",
        nothing="No drift",
        decimals=0,
    )
    return layers(says, [Ask(f"count by (who) ({_named()})", "{{who}}")], 12)


def _ages() -> Panel:
    says = Says(
        "Age of drift",
        "How long each drifted service has been. Above the line the alert TrueupDriftStays fires. A saw's teeth: it "
        "is healed and made again, so find who makes it.",
        unit="dtdurations",
        nothing="No drift",
    )
    return lines(says, [Ask(f"{DRIFT_AGE} > 0", "{{environment}}/{{service}}")], 12, limit=900)


def _over_time() -> Panel:
    says = Says(
        "Fleet over time",
        "Services by state. What is not green for long needs a person.",
        decimals=0,
    )
    return layers(says, [Ask(in_state(sync), name, colour) for sync, (name, colour) in colours.SYNC.items()], 12)


def _timeline() -> Panel:
    says = Says(
        "Services that were not in sync",
        "The state of each service that was anything but in sync in the time that is shown.",
        nothing="Every service was in sync all the time",
    )
    bands = [
        f"{at} * max by (environment, service) ({INFO % f',sync={sync!r}'})" for at, sync in enumerate(colours.SYNC, 1)
    ]
    unlike = INFO % ',sync!~"in-sync|unknown"'
    shown = f"group by (environment, service) (count_over_time({unlike}[$__range] @ end()))"
    expression = f"max by (environment, service) ({' or '.join(bands)}) and on (environment, service) {shown}"
    return states(says, Ask(expression, "{{environment}}/{{service}}"), colours.SYNC, 12)


HEALS = f"trueup_drift_duration_seconds%s{{{OF_ENVIRONMENT}}}"


def _time_to_heal() -> Panel:
    says = Says(
        "Time to heal",
        "From the first sight of drift until it was gone, whoever made it go: half of them took no longer than the "
        "median. Far above the interval of sweeps plus a shift's length: look at the controller's queue.",
        unit="dtdurations",
        nothing="No drift ended",
    )
    return figure(says, [Ask(quantile(each, HEALS), name) for each, name in ((0.5, "Median"), (0.95, "95 %"))], 10)


def quantile(share: float, histogram: str, window: str = "$__range") -> str:
    """A quantile of what ended within a window; nothing where nothing did."""
    buckets = histogram % "_bucket"
    return f"histogram_quantile({share}, sum by (le) (increase({buckets}[{window}]))) >= 0"


def _healed() -> Panel:
    says = Says("Drifts that ended", "How many drifts were gone within the time that is shown.", decimals=0)
    counted = HEALS % "_count"
    return figure(says, [Ask(f"sum(increase({counted}[$__range])) or vector(0)", "Ended")], 4)


def _healed_when() -> Panel:
    says = Says(
        "Drifts that ended, over time",
        "When drift ended, by environment. Many in a row: somebody and Trueup undo each other's work.",
        nothing="No drift ended",
    )
    counted = HEALS % "_count"
    return counts(says, [Ask(f"sum by (environment) (increase({counted}[$__rate_interval]))", "{{environment}}")], 10)
