"""Telling it from beginning to end."""

import time
from pathlib import Path

from rich.console import Console

from controller.demo.acts import ACTS, Act
from controller.demo.invited import commands
from controller.demo.record import Check, Record, Step
from controller.demo.stage import Stage, staged
from controller.demo.teller import Teller
from controller.demo.waiting import NeverHappenedError, until
from controller.web.client import DaemonError


def tell(
    console: Console, *, speed: float, report: Path | None = None, stay: bool = False, teller: Teller | None = None
) -> bool:
    """Play every act, and say what was checked. Whether all of it was true.

    ``speed``: how many times as fast AWS's durations pass. ``stay``: keep everything up at the end, until Ctrl-C.
    ``teller``: who speaks; one that suits the console by default.
    """
    started = time.monotonic()
    teller = teller or Teller(console, lively=console.is_terminal)
    record = Record(speed)
    console.print("Trueup keeps Amazon ECS services true to a Git repository. This is its daemon on an AWS of its own,")
    console.print(f"where a minute takes {60 / speed:.1f} s. Everything else is as it will be on yours.")
    with staged(speed, touchable=True) as stage:
        _invite(stage, teller)
        for number, act in enumerate(ACTS, 1):
            step = _played(stage, act, number, teller)
            record.steps.append(step)
            if not all(check.true for check in step.checks):
                break
        record.seconds = round(time.monotonic() - started, 1)
        if report is not None:
            record.write(report)
        teller.end(record, f". The record: {report}" if report else "")
        if not record.true:
            console.print(f"The end of the daemon's log:\n{stage.daemon.log.read_text()[-3000:]}", markup=False)
        if stay and record.true:
            _stay(stage, teller)
    return record.true


def _invite(stage: Stage, teller: Teller) -> None:
    if stage.visitors is None:
        teller.say(f"Requests are a model here. {stage.untouchable}", "yellow")
    else:
        until("Envoy to listen", lambda: stage.visitors is not None and stage.visitors.url)
        teller.say(f"Envoy splits real requests as the listener says. Reload it during a shift: {stage.visitors.url}")


def _played(stage: Stage, act: Act, number: int, teller: Teller) -> Step:
    step, began = Step(act.title), time.monotonic()
    teller.act(number, act.title)
    before = stage.visitors.so_far() if stage.visitors else None
    try:
        act.play(stage, step, teller)
    except (NeverHappenedError, DaemonError) as error:
        step.checks.append(Check("the act came to its end", False, str(error)))
    step.seconds = round(time.monotonic() - began, 1)
    if stage.visitors and before:
        tally = stage.visitors.since(before)
        step.visits = tally.to_record()
        teller.say(f"{tally}.")
        step.checks += act.visited(stage, step, tally)
    if act is ACTS[-1]:
        refused = stage.refused()
        claim = "the daemon was allowed just what trueup iam-policy prints, and that was enough"
        step.checks.append(Check(claim, not refused, ", ".join(refused)))
    for check in step.checks:
        teller.checked(check)
    return step


def _stay(stage: Stage, teller: Teller) -> None:
    traffic = stage.visitors.url if stage.visitors else ""
    teller.say("")
    teller.say(f"All of it stays up until Ctrl-C. The page: {stage.daemon.url}", "bold")
    teller.say("In another terminal:", "bold")
    for line in commands(stage.daemon.url, stage.server.url, stage.repository.url, traffic):
        teller.typed(line)
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        teller.say("Good bye.")
