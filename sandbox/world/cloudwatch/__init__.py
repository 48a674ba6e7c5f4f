"""CloudWatch: metrics, and the alarms that watch them.

``metrics`` keeps what was measured, in minutes of AWS's time; ``expressions`` is metric math. ``records`` are the
alarms, ``evaluation`` says what a row of datapoints makes of one, ``rules`` what the alarms below make of a composite
one. ``alarm_book`` holds and evaluates them, and ``history`` tells what became of them; ``alarm_calls``,
``alarm_puts`` and ``metric_calls`` answer the calls; ``service`` joins it all and lets the minutes pass.

A minute passes only once something watches: a place without alarms and without a reader has no timer. An alarm whose
metric says nothing and whose state has settled is not evaluated again until something is measured.
"""

from sandbox.world.cloudwatch.service import CloudWatch

__all__ = ["CloudWatch"]
