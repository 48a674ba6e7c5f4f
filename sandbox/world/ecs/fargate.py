"""The task sizes of Fargate, and how sizes may be written.

Source: Amazon ECS Developer Guide, "Fargate task definition differences", "Task CPU and memory".
"""

import re

from sandbox.world.ecs.refusals import refused

GIB = 1024


def _gibibytes(first: int, last: int, step: int = 1) -> frozenset[int]:
    return frozenset(range(first * GIB, last * GIB + 1, step * GIB))


MEMORY_BY_CPU = {
    256: frozenset({512, 1024, 2048}),
    512: _gibibytes(1, 4),
    1024: _gibibytes(2, 8),
    2048: _gibibytes(4, 16),
    4096: _gibibytes(8, 30),
    8192: _gibibytes(16, 60, 4),
    16384: _gibibytes(32, 120, 8),
}

_UNITS = re.compile(r"\s*(\d*\.?\d+)\s*(vcpu|gb)\s*", re.IGNORECASE)


def units(size: str, *, member: str) -> str:
    """``"512"`` for ``"0.5 vCPU"`` and ``"1024"`` for ``"1 GB"``; a plain number stays as it is."""
    written = str(size)
    if match := _UNITS.fullmatch(written):
        return str(round(float(match[1]) * 1024))
    if not written.strip().isdigit():
        raise refused(f"Invalid '{member}' setting for task. The value '{written}' is not valid.")
    return written.strip()


def fits(cpu: str | None, memory: str | None) -> bool:
    """Whether Fargate has tasks of this size, both in units (CPU units, MiB)."""
    if cpu is None or memory is None:
        return False
    return int(memory) in MEMORY_BY_CPU.get(int(cpu), frozenset())
