"""What Trueup asks of others: AWS, with its budget, and Git."""

from tests.dashboards.frame import OF_INSTANCE, Row
from tests.dashboards.panels import Ask, Panel, Says, counts, lines
from tests.dashboards.process import SERIES, both, rate, took


def of_aws() -> Row:
    """What is asked of AWS, how much of it AWS allows, and what it refuses."""
    return Row("AWS", [_calls(), _budget(), _left(), _waits(), _throttles(), _refused(), _call_takes()])


def of_git() -> Row:
    """Whether Git answers, and how."""
    return Row("Git", [_snapshot_age(), _polls(), _poll_takes()])


def _calls() -> Panel:
    says = Says(
        "Calls of AWS",
        "Calls a second by operation. A hundred unchanged services cost ten DescribeServices a sweep, and nothing "
        "else.",
        unit="reqps",
    )
    return lines(says, [Ask(rate("trueup_aws_calls_total", "service, operation"), "{{service}} {{operation}}")], 12)


def _budget() -> Panel:
    says = Says(
        "Share of AWS's budget",
        "Calls a second as a share of what AWS lets an account make in a region. Others share it: above half, sweep "
        "more rarely (TRUEUP_SWEEP_INTERVAL), or ask AWS for more. Where Trueup looks after several regions, each "
        "takes less. TRUEUP_AWS_SHARE says how much may be Trueup's.",
        unit="percentunit",
    )
    limit = f"max by (service, operation) (trueup_aws_limit_calls_per_second{{{OF_INSTANCE}}})"
    made = rate("trueup_aws_calls_total", "service, operation")
    return lines(says, [Ask(f"{made} / on (service, operation) {limit}", "{{service}} {{operation}}")], 12, limit=0.5)


def _left() -> Panel:
    says = Says(
        "Left of AWS's limits",
        "Calls that could be made at once, by API family. Below nought: so many services wait for a turn that they "
        "were promised, which comes as fast as AWS allows. Ask AWS for more where that is often.",
        nothing="No call was made",
    )
    left = SERIES % "trueup_aws_tokens"
    return lines(says, [Ask(f"min by (account, region, family) ({left})", "{{account}} {{region}} {{family}}")], 12)


def _waits() -> Panel:
    says = Says(
        "Waits for AWS's limits",
        "Workers that stand still at once because a call waits for its turn, by API family. Nearly all of them, all "
        "the time: AWS's limit is what makes it slow, and more workers do not help.",
        nothing="No call was made",
    )
    return lines(says, [Ask(rate("trueup_aws_wait_seconds_total", "family"), "{{family}}")], 12)


def _throttles() -> Panel:
    says = Says(
        "Throttled",
        "Calls that AWS refused as too many, by operation. Trueup backs off and loses nothing, but is slower. For "
        "ten minutes on end the alert TrueupThrottled fires: find who else calls AWS, in CloudTrail.",
        nothing="AWS throttled nothing",
    )
    counted = f"trueup_aws_throttles_total{{{OF_INSTANCE}}}"
    grown = f"sum by (service, operation) (increase({counted}[$__rate_interval]))"
    return counts(says, [Ask(grown, "{{service}} {{operation}}")], 8)


def _refused() -> Panel:
    says = Says(
        "Answers other than good",
        "Calls by what came of them, without the good ones. Denied: the task role lacks a permission, trueup why "
        "names it. Several of one kind in a row: the log has AWS's words.",
        nothing="AWS answered everything well",
    )
    counted = f'trueup_aws_calls_total{{{OF_INSTANCE},result!="ok"}}'
    return counts(
        says, [Ask(f"sum by (service, result) (increase({counted}[$__rate_interval]))", "{{service}} {{result}}")], 8
    )


def _call_takes() -> Panel:
    says = Says(
        "A call of AWS takes (95 %)",
        "By AWS service. Seconds instead of tenths: AWS has trouble, or the network to it.",
        unit="s",
        nothing="No call was made",
    )
    return lines(says, [Ask(took("trueup_aws_call_duration_seconds", 0.95, "le, service"), "{{service}}")], 8)


def _snapshot_age() -> Panel:
    says = Says(
        "Git answered",
        "How long ago. Above the line the alert TrueupGitStale fires: new commits do not ship. The page and trueup "
        "why say what Git answers.",
        unit="dtdurations",
        nothing="Git was not read yet",
    )
    return lines(says, [Ask(f"max({SERIES % 'trueup_git_snapshot_age_seconds'})", "Ago")], 8, limit=900)


def _polls() -> Panel:
    says = Says(
        "Looks at Git",
        "By what came of them. Anything but changed and unchanged: the credentials, the address or the network.",
        unit="reqps",
    )
    return lines(says, [Ask(f"{rate('trueup_git_polls_total', 'result')} > 0", "{{result}}")], 8)


def _poll_takes() -> Panel:
    says = Says(
        "A look at Git takes",
        "Without a change it is one ls-remote. Long ones: a slow server, or a repository that grew large.",
        unit="s",
        nothing="Git was not looked at",
    )
    return lines(says, both("trueup_git_poll_duration_seconds"), 8)
