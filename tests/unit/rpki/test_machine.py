"""The session with a cache, as a pure machine."""

import pytest

from bgpkit.rpki import RoaTable, RtrIntervals, RtrState
from bgpkit.rpki.effects import CloseConnection, RtrTimer
from bgpkit.rpki.machine import ANSWER_SECONDS
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE, ONE_GONE, ONE_TEXT, TWO, TWO_TEXT, Driven, loaded


def test_a_table_is_published_at_the_end_of_data_and_not_before() -> None:
    """Half of the data is no data."""
    driven = Driven().connect().hear(octets.response(), ONE, TWO)
    assert (driven.published, driven.machine.state) == ([], RtrState.LOADING)
    driven.hear(octets.end(1))
    assert (len(driven.published), driven.roas, driven.machine.state) == (1, [ONE_TEXT, TWO_TEXT], RtrState.READY)


@pytest.mark.parametrize("step", [1, 3, 7, 8, 19])
def test_pdus_may_come_in_any_pieces(step: int) -> None:
    """TCP keeps no borders."""
    stream = b"".join((octets.response(), ONE, octets.router_key(), TWO, octets.end(1)))
    driven = Driven().connect()
    for start in range(0, len(stream), step):
        driven.hear(stream[start : start + step], limit=1)
    assert driven.roas == [ONE_TEXT, TWO_TEXT]


def test_a_lost_connection_keeps_the_data_and_goes_on_where_it_was() -> None:
    """The next connection asks for what changed; the data still expires."""
    driven = loaded(serial=5).lose()
    assert driven.roas == [ONE_TEXT, TWO_TEXT]
    assert set(driven.timers) == {RtrTimer.EXPIRE}
    assert driven.connect().sent == [octets.serial_query(5)]


def test_a_query_for_changes_that_is_not_answered_is_followed_by_one_for_all() -> None:
    """A cache may hang up on a session that it does not know; that says nothing of the version, and the data stays."""
    driven = loaded().lose().connect().lose().connect()
    assert driven.sent == [octets.reset_query()]
    assert driven.lose().connect().sent == [octets.reset_query()]
    assert driven.roas == [ONE_TEXT, TWO_TEXT]


def test_a_connection_lost_while_loading_leaves_the_old_data() -> None:
    """What has not been completed never was."""
    driven = loaded().lose().connect().hear(octets.response(), ONE_GONE).lose()
    assert driven.roas == [ONE_TEXT, TWO_TEXT]
    driven.connect().hear(octets.response(), ONE_GONE, octets.end(2))
    assert driven.roas == [TWO_TEXT]


def test_a_change_knows_what_differs() -> None:
    """The new table tells the changed prefixes without a comparison."""
    driven = loaded()
    old = driven.machine.table
    driven.expire(RtrTimer.REFRESH).hear(octets.response(), ONE_GONE, octets.end(2))
    new = driven.machine.table
    assert old is not None
    assert new is not None
    known = new.known_changes(old)
    assert known is not None
    assert [str(prefix) for prefix in known.prefixes] == ["192.0.2.0/24"]
    assert new.known_changes(RoaTable()) is None


def test_no_news_leave_the_very_table() -> None:
    """An empty answer makes no other table, but the data is fresh again."""
    driven = loaded()
    old = driven.machine.table
    driven.timers.pop(RtrTimer.EXPIRE)
    driven.expire(RtrTimer.REFRESH).hear(octets.response(), octets.end(1))
    assert driven.machine.table is old
    assert RtrTimer.EXPIRE in driven.timers


def test_a_record_that_goes_and_comes_back_is_no_news() -> None:
    """What an answer undoes itself has not changed."""
    driven = loaded()
    old = driven.machine.table
    driven.expire(RtrTimer.REFRESH).hear(octets.response(), ONE_GONE, ONE, octets.end(2))
    assert driven.machine.table is old


def test_a_cache_that_is_silent_is_left() -> None:
    """The connection is closed when an answer does not come, or does not go on."""
    driven = Driven().connect()
    assert driven.timers[RtrTimer.ANSWER] == ANSWER_SECONDS
    assert driven.expire(RtrTimer.ANSWER).closed == [CloseConnection("the cache has said nothing for 60 seconds")]
    driven.lose().connect().hear(octets.response(), ONE).expire(RtrTimer.ANSWER)
    assert driven.closed


def test_data_that_comes_on_keeps_the_connection() -> None:
    """Each piece of the answer gives the cache as much time again."""
    driven = Driven().connect().hear(octets.response())
    del driven.timers[RtrTimer.ANSWER]
    driven.hear(ONE)
    assert driven.timers[RtrTimer.ANSWER] == ANSWER_SECONDS


def test_news_that_come_while_loading_are_asked_for_afterwards() -> None:
    """A Serial Notify in the middle is not forgotten, and not answered at once either."""
    driven = Driven().connect().hear(octets.response(), ONE, octets.notify(2))
    assert driven.sent == [octets.reset_query()]
    assert driven.hear(octets.end(1)).sent[1:] == [octets.serial_query(1)]


def test_a_notify_of_the_present_serial_asks_for_nothing() -> None:
    """There is nothing new."""
    assert loaded().hear(octets.notify(1)).sent == []


def test_a_cache_with_too_many_records_is_left() -> None:
    """Memory is bounded: the rest is not read."""
    driven = Driven(maximum_roas=1).connect().hear(octets.response(), ONE, TWO, octets.end(1))
    assert driven.error == (1, b"")
    assert (driven.roas, len(driven.closed)) == ([], 1)


def test_own_intervals_win() -> None:
    """What the owner configured is used, whatever the cache says."""
    own = RtrIntervals(refresh=2, retry=1, expire=5)
    driven = loaded(intervals=own)
    assert (driven.timers[RtrTimer.REFRESH], driven.timers[RtrTimer.EXPIRE]) == (2, 5)
    assert driven.machine.retry_seconds == 1


def test_data_that_expires_during_a_refresh_is_dropped_and_loaded_anew() -> None:
    """Expired data is not the ground for an answer that only tells the changes."""
    driven = loaded().expire(RtrTimer.REFRESH).hear(octets.response()).expire(RtrTimer.EXPIRE)
    assert driven.published[-1] is None
    assert driven.closed[0].at_once
    assert driven.lose().connect().sent == [octets.reset_query()]


def test_nothing_is_read_behind_a_fault() -> None:
    """What follows in the same octets is not looked at."""
    driven = Driven().connect().hear(octets.response(), octets.pdu(99), ONE, octets.end(1))
    assert driven.published == []
    assert len(driven.closed) == 1
    assert driven.machine.state is RtrState.CLOSED


def test_after_a_fault_all_data_is_asked_for() -> None:
    """The data stays in use, but a cache that contradicts itself is not asked for changes."""
    driven = loaded().expire(RtrTimer.REFRESH).hear(octets.response(), ONE)
    assert driven.error == (7, ONE)
    assert driven.roas == [ONE_TEXT, TWO_TEXT]
    assert driven.lose().connect().sent == [octets.reset_query()]


def test_timers_out_of_season_do_nothing() -> None:
    """A timer that fires when its state is gone changes nothing."""
    driven = Driven()
    for timer in RtrTimer:
        driven.perform(driven.machine.timer_expired(timer))
    assert (driven.sent, driven.published, driven.closed) == ([], [], [])


def test_the_serial_is_told() -> None:
    """People may see which data is held."""
    assert Driven().machine.serial is None
    assert loaded(serial=9).machine.serial == 9
