"""RFC 8210, section 8: the sequences of PDUs."""

import pytest

from bgpkit.rpki import RtrState
from bgpkit.rpki.effects import RtrTimer
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE, ONE_GONE, ONE_TEXT, TWO, TWO_TEXT, Driven, loaded


@pytest.mark.rfc("8210", "8.1")
def test_start_or_restart() -> None:
    """Reset Query, Cache Response, the data, End of Data."""
    driven = Driven().connect()
    assert driven.sent == [octets.reset_query()]
    driven.hear(octets.response(), ONE, TWO, octets.end(1))
    assert (driven.roas, driven.machine.state) == ([ONE_TEXT, TWO_TEXT], RtrState.READY)


@pytest.mark.rfc("8210", "8.2")
def test_typical_exchange() -> None:
    """Serial Notify, Serial Query, Cache Response, the changes, End of Data."""
    driven = loaded().hear(octets.notify(2))
    assert driven.sent == [octets.serial_query(1)]
    assert driven.hear(octets.response(), ONE_GONE, octets.end(2)).roas == [TWO_TEXT]


@pytest.mark.rfc("8210", "8.3")
def test_no_incremental_update_available() -> None:
    """Serial Query, Cache Reset, Reset Query, all data anew, perhaps of another session."""
    driven = loaded(serial=1).expire(RtrTimer.REFRESH).hear(octets.cache_reset())
    assert driven.sent == [octets.serial_query(1), octets.reset_query()]
    driven.hear(octets.response(5), TWO, octets.end(9, 5))
    assert driven.roas == [TWO_TEXT]
    assert driven.expire(RtrTimer.REFRESH).sent[-1] == octets.serial_query(9, 5)


@pytest.mark.rfc("8210", "8.4")
def test_cache_has_no_data_available() -> None:
    """The session and the data stay; the cache is asked again later, or when it says that it has some."""
    driven = loaded().expire(RtrTimer.REFRESH).hear(octets.report(2, octets.serial_query(1)))
    assert (driven.closed, driven.machine.state) == ([], RtrState.WAITING)
    assert driven.problems == ["the cache has no data"]
    assert len(driven.roas) == 2
    assert driven.hear(octets.notify(7)).sent[-1] == octets.serial_query(1)


@pytest.mark.rfc("8210", "8.4")
def test_a_cache_without_data_may_be_of_version_0() -> None:
    """The report tells the version, too."""
    driven = Driven().connect().hear(octets.report(2, version=0))
    assert driven.expire(RtrTimer.RETRY).sent[-1] == octets.reset_query(version=0)
    moved = loaded().lose().connect().hear(octets.report(2, version=0))
    assert (len(moved.closed), moved.problems) == (1, [])
