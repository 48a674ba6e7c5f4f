"""Elastic Load Balancing v2: load balancers, listeners, rules, target groups and the health of their targets.

``records`` are the things, ``registry`` holds and finds them, ``forwarding`` reads and writes the weights of an
action as AWS does, ``health`` tells a target's state from the clock. ``load_balancers``, ``listeners``, ``rules``,
``target_groups``, ``targets`` and ``tags`` answer the calls, lists by ``pages``; ``service`` is what the other services
talk to.

Health is computed when it is asked for: a target group at rest costs nothing.
"""

from sandbox.world.elbv2.service import Elbv2

__all__ = ["Elbv2"]
