"""What Trueup costs, measured: ``make bench``, or ``python -m tests.bench --json FILE``.

A fleet is a real Git repository and an AWS that matches it: ``fleet`` writes the manifests, ``aws`` serves the sandbox
from a process of its own, every service with the hundred events that ECS sends. What is measured runs in a third
process, ``sweep``, so that neither the sandbox's nor the bench's own CPU and memory count. ``daemon`` is the
daemon without its threads, ``lead`` takes the time from a commit to CreateDeployment, ``speed`` renderings and
comparisons a second, and ``report`` holds all of it against what was promised: a missed budget ends in exit 1.
``copies`` is an AWS of 10,000 services that are alike, for ``pressure`` to take such a fleet, and ``floods`` what comes
from outside.
"""
