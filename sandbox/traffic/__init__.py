"""Traffic one can touch: real HTTP through a real Envoy, split as the world's listeners say (extra ``traffic``).

    with real_traffic(world) as traffic, serve(world, traffic=traffic.told) as server: ...

In the sandbox's process, ``sight`` reads a ``scene`` off the world whenever something has changed: listeners with their
weights, target groups with their targets. ``beside`` sends it to a process of its own, the ``companion``, and takes in
what that reports. There every target is a small HTTP server (``tasks``, ``pages``), Envoy (``envoy``) reads the scene
as files (``configuration``, ``files``), and ``visitors`` ask each production listener so many times a second.
``counting`` makes the world's metrics of Envoy's own counters, minute by minute of the world's time, and ``told`` tells
of it all.

Everything listens on loopback, on ports that the system chose. The companion ends when its standard input does, and
takes Envoy along; Envoy ends with the companion, by the kernel's word. So nobody stays behind a sandbox that was
killed.
"""

from sandbox.traffic.beside import Traffic, alarm_threshold, real_traffic
from sandbox.traffic.errors import TrafficError
from sandbox.traffic.sight import gate_id
from sandbox.traffic.told import Failure, Seen, Visited

__all__ = ["Failure", "Seen", "Traffic", "TrafficError", "Visited", "alarm_threshold", "gate_id", "real_traffic"]
