"""Points in time, in and out."""

from datetime import UTC, datetime

import pytest

from sandbox.world.moments import moment, seconds

NOW = 1_790_000_000.0


@pytest.mark.parametrize(
    "given",
    [
        NOW,
        int(NOW),
        datetime.fromtimestamp(NOW, UTC),
        datetime.fromtimestamp(NOW, UTC).replace(tzinfo=None),
        datetime.fromtimestamp(NOW, UTC).isoformat(),
    ],
)
def test_a_timestamp_is_read_in_every_way_that_callers_write_it(given: datetime | float | str) -> None:
    assert seconds(given) == NOW


def test_a_moment_is_aware_and_exact_to_the_millisecond() -> None:
    assert moment(NOW + 0.1234) == datetime.fromtimestamp(NOW + 0.123, UTC)
