"""RFC 8210, section 7: which version is spoken."""

import pytest

from bgpkit.rpki import RtrState
from bgpkit.rpki.effects import RtrTimer
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE, ONE_TEXT, Driven, loaded

VERSION_0 = (octets.response(version=0), octets.prefix("192.0.2.0/24", 64500, version=0), octets.end_of_version_0(1))


@pytest.mark.rfc("8210", "7")
def test_a_connection_starts_with_a_query() -> None:
    """A router MUST start each transport connection by issuing either a Reset Query or a Serial Query."""
    assert Driven().connect().sent == [octets.reset_query()]
    assert loaded(serial=3).lose().connect().sent == [octets.serial_query(3)]


@pytest.mark.rfc("8210", "7")
def test_an_answer_of_version_0_downgrades_the_session() -> None:
    """The router MUST either downgrade to version 0 or terminate the connection: it downgrades."""
    driven = Driven().connect().hear(*VERSION_0)
    assert (driven.roas, driven.machine.version, driven.closed) == ([ONE_TEXT], 0, [])
    assert driven.expire(RtrTimer.REFRESH).sent[-1] == octets.serial_query(1, version=0)


@pytest.mark.rfc("8210", "7")
def test_an_unsupported_protocol_version_report_makes_the_router_retry_with_version_0() -> None:
    """The cache may terminate the connection with a version 0 Error Report; the router MAY then use version 0."""
    driven = Driven().connect().hear(octets.report(4, octets.reset_query(), version=0))
    assert (driven.closed[0].at_once, driven.sent) == (True, [octets.reset_query()])
    assert driven.lose().connect().sent == [octets.reset_query(version=0)]
    assert driven.hear(*VERSION_0).roas == [ONE_TEXT]


@pytest.mark.rfc("8210", "7")
def test_connections_that_end_without_a_word_make_the_router_try_version_0() -> None:
    """One may be a cache that restarts; after two the other version is tried, and so on."""
    driven = Driven()
    versions = [driven.connect().lose().machine.version for _ in range(6)]
    assert versions == [1, 0, 0, 1, 1, 0]


@pytest.mark.rfc("8210", "7")
def test_data_of_version_1_is_not_continued_in_version_0() -> None:
    """A session is of one version: all is asked for again, and the old data is used until it has come."""
    driven = loaded().lose().connect().hear(octets.response(version=0))
    assert driven.closed[0].at_once
    assert driven.lose().connect().sent == [octets.reset_query(version=0)]
    assert len(driven.roas) == 2
    assert driven.hear(*VERSION_0).roas == [ONE_TEXT]


@pytest.mark.rfc("8210", "7")
@pytest.mark.parametrize("version", [0, 1, 2])
def test_a_serial_notify_during_start_up_is_ignored(version: int) -> None:
    """The router MUST ignore it, even for an unexpected protocol version."""
    driven = Driven().connect().hear(octets.notify(5, 1, version=version))
    assert (driven.sent, driven.closed) == ([octets.reset_query()], [])
    assert driven.hear(octets.response(), ONE, octets.end(1)).roas == [ONE_TEXT]


@pytest.mark.rfc("8210", "7")
@pytest.mark.parametrize("pdu", [octets.notify(2, version=0), octets.response(version=0), octets.notify(2, version=2)])
def test_another_version_after_negotiation_drops_the_session(pdu: bytes) -> None:
    """With an Error Report of Unexpected Protocol Version."""
    driven = loaded().hear(pdu)
    assert (driven.error, len(driven.closed)) == ((8, pdu), 1)


@pytest.mark.rfc("8210", "7")
def test_an_error_report_of_another_version_drops_the_session_without_one() -> None:
    """Unless the PDU with the unexpected protocol version was itself an Error Report."""
    driven = loaded().hear(octets.report(2, version=0))
    assert (driven.sent, len(driven.closed), driven.machine.state) == ([], 1, RtrState.CLOSED)


@pytest.mark.rfc("8210", "7")
def test_an_answer_of_a_later_version_is_not_read() -> None:
    """Version 2 is not spoken here; and a query of version 0 is not answered in version 1."""
    pdu = octets.response(version=2)
    assert Driven().connect().hear(pdu).error == (4, pdu)
    downgraded = Driven().connect().hear(octets.report(4, version=0)).lose().connect()
    assert downgraded.hear(octets.response()).error == (8, octets.response())
    assert downgraded.sent[-1][0] == 0
