"""Observe, plan, act: one ECS service at a time.

The core is pure. ``model`` says what is wanted, ``live`` what AWS says, ``plan.decide`` compares the two and answers
with a ``Plan``, which is data: actions to take and the outcome they lead to. Where it cannot decide yet, it answers
with what to look at more closely, so that a service in which nothing changed costs nothing but its share of the sweep.

The edge is thin. ``observe`` fills in ``live`` through the gateways of ``aws``; ``act`` turns a plan into calls, in
order; ``reconcile`` runs the two around the decision and never raises. A preview prints the same plan and calls
nothing.

Imports go one way::

reconcile -> observe, act -> aws
    |          |
    v          v
plan -> rollout, preflight -> diff, task_definition -> model, live, actions, outcome
"""
