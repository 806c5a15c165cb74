"""RFC 8210, section 6: the timing parameters."""

import pytest

from bgpkit.rpki import RtrIntervals, RtrState
from bgpkit.rpki.effects import RtrTimer
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE, Driven, loaded


@pytest.mark.rfc("8210", "6")
def test_the_recommended_defaults() -> None:
    """3,600 seconds to refresh, 600 to retry, 7,200 to expire."""
    assert RtrIntervals() == RtrIntervals(refresh=3600, retry=600, expire=7200)


@pytest.mark.rfc("8210", "6")
def test_the_refresh_interval_starts_at_the_end_of_data() -> None:
    """When it is over the cache is asked, unless it has said something before."""
    driven = loaded()
    assert driven.timers[RtrTimer.REFRESH] == 3600
    assert driven.expire(RtrTimer.REFRESH).sent == [octets.serial_query(1)]


@pytest.mark.rfc("8210", "6")
def test_the_retry_interval_runs_from_a_failed_query_until_one_succeeds() -> None:
    """After each failure it starts again."""
    driven = Driven().connect().hear(octets.report(2))
    for _ in range(3):
        assert driven.timers[RtrTimer.RETRY] == 600
        driven.expire(RtrTimer.RETRY).hear(octets.report(2))
    driven.expire(RtrTimer.RETRY).hear(octets.response(), ONE, octets.end(1))
    assert RtrTimer.RETRY not in driven.timers
    assert driven.machine.state is RtrState.READY


@pytest.mark.rfc("8210", "6")
def test_data_is_not_kept_past_the_expire_interval() -> None:
    """The router MUST NOT retain it; whether there is a connection does not matter."""
    for driven in (loaded(), loaded().lose()):
        driven.expire(RtrTimer.EXPIRE)
        assert (driven.published[-1], driven.machine.table) == (None, None)


@pytest.mark.rfc("8210", "6")
def test_after_the_expiry_all_is_asked_for() -> None:
    """There is nothing left to which changes could be made."""
    assert loaded().expire(RtrTimer.EXPIRE).sent == [octets.reset_query()]
    assert loaded().lose().expire(RtrTimer.EXPIRE).connect().sent == [octets.reset_query()]


@pytest.mark.rfc("8210", "6")
def test_every_end_of_data_gives_the_data_its_time_again() -> None:
    """A success without news is a success."""
    driven = loaded()
    del driven.timers[RtrTimer.EXPIRE]
    driven.expire(RtrTimer.REFRESH).hear(octets.response(), octets.end(1))
    assert driven.timers[RtrTimer.EXPIRE] == 7200


@pytest.mark.rfc("8210", "6")
@pytest.mark.parametrize(
    ("sent", "used"),
    [((0, 0, 0), (1, 1, 600)), ((2**32 - 1,) * 3, (86400, 7200, 172800)), ((1000, 10, 700), (1000, 10, 1001))],
)
def test_intervals_out_of_bounds_are_not_taken(sent: tuple[int, int, int], used: tuple[int, int, int]) -> None:
    """Each has its bounds, and the Expire Interval is larger than both others."""
    refresh, retry, expire = sent
    driven = Driven().connect().hear(octets.response(), octets.end(1, refresh=refresh, retry=retry, expire=expire))
    timers = driven.timers
    assert (timers[RtrTimer.REFRESH], driven.machine.retry_seconds, timers[RtrTimer.EXPIRE]) == used
