"""Times of packets."""

import pytest

from bgpkit.command.capture.packet import moment
from bgpkit.command.items import Time


@pytest.mark.parametrize(
    ("ticks", "ticks_a_second", "offset", "expected"),
    [
        (1_500_000, 1_000_000, 0, Time(1, 500_000)),
        (1_999_999_999, 1_000_000_000, 0, Time(1, 999_999)),
        (3, 2, 10, Time(11, 500_000)),
        (7, 1, -7, Time(0, 0)),
        (1 << 63, 1, 0, None),
        (0, 1, -1, None),
    ],
)
def test_ticks_are_seconds_and_microseconds(
    ticks: int, ticks_a_second: int, offset: int, expected: Time | None
) -> None:
    """Finer parts are cut off; a time that no calendar has is none."""
    assert moment(ticks, ticks_a_second, offset) == expected
