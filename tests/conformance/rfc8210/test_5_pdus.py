"""RFC 8210, section 5: the PDUs, sentence by sentence."""

import pytest

from bgpkit.rpki import RtrState
from bgpkit.rpki.effects import RtrTimer
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE, ONE_GONE, ONE_TEXT, TWO, TWO_TEXT, Driven, loaded


@pytest.mark.rfc("8210", "5.1")
def test_another_session_id_in_a_response_ends_the_session_and_flushes_the_data() -> None:
    """The router MUST close with Corrupt Data, and MUST flush all data learned from that cache."""
    answer = octets.response(octets.SESSION + 1)
    driven = loaded().expire(RtrTimer.REFRESH).hear(answer)
    assert driven.error == (0, answer)
    assert (driven.published[-1], driven.roas, len(driven.closed)) == (None, [], 1)
    assert driven.lose().connect().sent == [octets.reset_query()]


@pytest.mark.rfc("8210", "5.1")
@pytest.mark.parametrize("pdu", [octets.notify(2, 1), octets.end(2, 1)], ids=["Serial Notify", "End of Data"])
def test_another_session_id_anywhere_ends_the_session(pdu: bytes) -> None:
    """While loading, the ID is that of the Cache Response."""
    driven = Driven().connect().hear(octets.response(), ONE, pdu)
    assert driven.error == (0, pdu)
    assert driven.published == []


@pytest.mark.rfc("8210", "5.1")
def test_another_session_id_in_a_notify_flushes_the_data() -> None:
    """So the cache has started anew."""
    pdu = octets.notify(2, 1)
    driven = loaded().hear(pdu)
    assert (driven.error, driven.roas) == ((0, pdu), [])


@pytest.mark.rfc("8210", "5.1")
def test_bits_that_must_be_zero_are_ignored() -> None:
    """Fields that are zero on sending are ignored on receipt."""
    pdu = ONE[:2] + b"\xff\xff" + ONE[4:8] + b"\xff" + ONE[9:11] + b"\xff" + ONE[12:]
    driven = Driven().connect().hear(octets.response(), pdu, octets.end(1))
    assert driven.roas == [ONE_TEXT]


@pytest.mark.rfc("8210", "5.2")
def test_a_serial_notify_is_followed_by_a_query() -> None:
    """The router MAY ask at once, without waiting for the Refresh Interval."""
    assert loaded(serial=1).hear(octets.notify(2)).sent == [octets.serial_query(1)]


@pytest.mark.rfc("8210", "5.3")
def test_a_serial_query_names_the_session_and_the_serial_that_is_held() -> None:
    """The answer tells what changed since."""
    driven = loaded(serial=41).expire(RtrTimer.REFRESH)
    assert driven.sent == [octets.serial_query(41)]
    driven.hear(octets.response(), ONE_GONE, octets.prefix("198.51.100.0/24", 1), octets.end(43))
    assert driven.roas == ["198.51.100.0/24-24 AS1", TWO_TEXT]
    assert driven.machine.serial == 43


@pytest.mark.rfc("8210", "5.4")
def test_the_answer_to_a_reset_query_replaces_all() -> None:
    """What is not in it is held no more."""
    driven = loaded().expire(RtrTimer.REFRESH).hear(octets.cache_reset(), octets.response(), TWO, octets.end(1))
    assert driven.roas == [TWO_TEXT]


@pytest.mark.rfc("8210", "5.5")
@pytest.mark.parametrize(
    "pdu", [ONE, TWO, octets.router_key(), octets.end(1)], ids=["IPv4", "IPv6", "key", "End of Data"]
)
def test_data_comes_behind_a_cache_response(pdu: bytes) -> None:
    """Anywhere else it is corrupt."""
    assert Driven().connect().hear(pdu).error == (0, pdu)


@pytest.mark.rfc("8210", "5.5")
def test_a_cache_response_comes_when_it_was_asked_for() -> None:
    """Neither in the middle of another nor unasked."""
    assert Driven().connect().hear(octets.response(), octets.response()).error == (0, octets.response())
    assert loaded().hear(octets.response()).error == (0, octets.response())


@pytest.mark.rfc("8210", "5.6")
def test_a_record_that_is_announced_twice_is_a_duplicate() -> None:
    """The same prefix, length, maximum length and AS as one that is active: Duplicate Announcement Received."""
    assert Driven().connect().hear(octets.response(), ONE, ONE).error == (7, ONE)
    assert loaded().expire(RtrTimer.REFRESH).hear(octets.response(), TWO).error == (7, TWO)


@pytest.mark.rfc("8210", "5.6")
def test_records_that_differ_in_anything_are_several() -> None:
    """One prefix may have any number of ASes and maximum lengths."""
    pdus = [octets.prefix("192.0.2.0/24", asn, most) for asn in (1, 2) for most in (24, 25)]
    assert len(Driven().connect().hear(octets.response(), *pdus, octets.end(1)).roas) == 4


@pytest.mark.rfc("8210", "5.6")
def test_a_withdrawal_of_what_is_not_held_is_an_error() -> None:
    """Withdrawal of Unknown Record, also when only the maximum length differs."""
    other = octets.prefix("192.0.2.0/24", 64500, 25, announce=False)
    assert loaded().expire(RtrTimer.REFRESH).hear(octets.response(), other).error == (6, other)
    assert Driven().connect().hear(octets.response(), ONE_GONE).error == (6, ONE_GONE)


@pytest.mark.rfc("8210", "5.6")
def test_the_maximum_length_must_not_be_less_than_the_length() -> None:
    """Such a record is corrupt."""
    pdu = octets.prefix("192.0.2.0/24", 64500, 23)
    assert Driven().connect().hear(octets.response(), pdu).error == (0, pdu)


@pytest.mark.rfc("8210", "5.7")
def test_ipv6_prefixes_are_read() -> None:
    """The analog of IPv4 with longer addresses."""
    pdu = octets.prefix("2001:db8::ff00/120", 4200000000, 128)
    driven = Driven().connect().hear(octets.response(), pdu, octets.end(1))
    assert driven.roas == ["2001:db8::ff00/120-128 AS4200000000"]


@pytest.mark.rfc("8210", "5.8")
def test_end_of_data_sets_the_intervals() -> None:
    """All three are the cache's."""
    driven = Driven().connect().hear(octets.response(), octets.end(1, refresh=100, retry=50, expire=1000))
    assert driven.timers == {RtrTimer.REFRESH: 100, RtrTimer.EXPIRE: 1000}
    assert driven.machine.retry_seconds == 50


@pytest.mark.rfc("8210", "5.9")
def test_a_cache_reset_is_followed_by_a_reset_query() -> None:
    """The old data stays in use until the new is complete."""
    driven = loaded().expire(RtrTimer.REFRESH).hear(octets.cache_reset())
    assert driven.sent == [octets.serial_query(1), octets.reset_query()]
    assert driven.roas == [ONE_TEXT, TWO_TEXT]


@pytest.mark.rfc("8210", "5.9")
def test_a_cache_reset_answers_a_serial_query_only() -> None:
    """To a Reset Query it is no answer."""
    assert Driven().connect().hear(octets.cache_reset()).error == (0, octets.cache_reset())


@pytest.mark.rfc("8210", "5.10")
def test_router_keys_are_passed_over() -> None:
    """They are not used here, and disturb nothing."""
    driven = Driven().connect().hear(octets.response(), octets.router_key(), ONE, octets.router_key(1), octets.end(1))
    assert driven.roas == [ONE_TEXT]


@pytest.mark.rfc("8210", "5.11")
@pytest.mark.parametrize("code", [0, 1, 3, 4, 5, 6, 7, 8, 99])
def test_an_error_report_is_never_answered(code: int) -> None:
    """An Error Report MUST NOT be sent for an Error Report; all but one end the session."""
    driven = loaded().hear(octets.report(code, octets.reset_query(), "because"))
    assert (driven.sent, len(driven.closed)) == ([], 1)
    assert "because" in driven.closed[0].reason


@pytest.mark.rfc("8210", "5.11")
@pytest.mark.parametrize(
    "broken",
    [octets.pdu(octets.REPORT, 0, b"\0\0\0\xff\0\0\0\0"), octets.pdu(octets.REPORT, 0, bytes(4))],
    ids=["lengths inside", "too short"],
)
def test_a_broken_error_report_is_not_answered_either(broken: bytes) -> None:
    """The session is dropped without a word."""
    driven = loaded().hear(broken)
    assert (driven.sent, len(driven.closed), driven.machine.state) == ([], 1, RtrState.CLOSED)


@pytest.mark.rfc("8210", "5.11")
def test_the_erroneous_pdu_is_sent_back_and_a_long_one_is_cut() -> None:
    """It MAY be truncated; the lengths say so."""
    driven = Driven().connect().hear(octets.pdu(77, 0, bytes(60_000)))
    assert driven.error == (5, octets.pdu(77, 0, bytes(60_000))[:1024])
    assert int.from_bytes(driven.sent[-1][4:8], "big") == len(driven.sent[-1])
