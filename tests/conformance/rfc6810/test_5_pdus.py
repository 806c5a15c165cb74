"""RFC 6810, section 5: version 0 of the protocol, where it differs from version 1."""

import pytest

from bgpkit.rpki.effects import RtrTimer
from tests.unit.rpki import octets
from tests.unit.rpki.machines import ONE_TEXT, Driven

ONE = octets.prefix("192.0.2.0/24", 64500, version=0)
GONE = octets.prefix("192.0.2.0/24", 64500, announce=False, version=0)


def downgraded() -> Driven:
    """Return a machine whose cache wants version 0, on its new connection."""
    return Driven().connect().hear(octets.report(4, version=0)).lose().connect()


@pytest.mark.rfc("6810", "5.8")
def test_an_end_of_data_has_no_intervals() -> None:
    """It is 12 octets long; the recommended intervals are used."""
    driven = downgraded().hear(octets.response(version=0), ONE, octets.end_of_version_0(4))
    assert driven.roas == [ONE_TEXT]
    assert driven.timers == {RtrTimer.REFRESH: 3600, RtrTimer.EXPIRE: 7200}


@pytest.mark.rfc("6810", "5.8")
def test_an_end_of_data_of_the_other_length_is_corrupt() -> None:
    """24 octets are of version 1."""
    pdu = octets.pdu(octets.END, octets.SESSION, bytes(16), version=0)
    assert downgraded().hear(octets.response(version=0), pdu).error == (0, pdu)


@pytest.mark.rfc("6810", "5.1")
def test_there_are_no_router_keys() -> None:
    """Their type is unsupported in version 0."""
    pdu = octets.pdu(octets.KEY, 0, bytes(30), version=0)
    assert downgraded().hear(octets.response(version=0), pdu).error == (5, pdu)


@pytest.mark.rfc("6810", "5.3")
def test_what_is_sent_is_of_version_0() -> None:
    """Queries and reports alike."""
    driven = downgraded().hear(octets.response(version=0), ONE, octets.end_of_version_0(4))
    driven.hear(octets.notify(5, version=0), octets.response(version=0), GONE, GONE)
    assert driven.sent[:2] == [octets.reset_query(version=0), octets.serial_query(4, version=0)]
    assert (driven.error, driven.sent[-1][0]) == ((6, GONE), 0)


@pytest.mark.rfc("6810", "5.3")
def test_changes_are_followed() -> None:
    """Over the next connection, too, which starts with the version of the data."""
    driven = downgraded().hear(octets.response(version=0), ONE, octets.end_of_version_0(4)).lose().connect()
    assert driven.sent == [octets.serial_query(4, version=0)]
    assert driven.hear(octets.response(version=0), GONE, octets.end_of_version_0(5)).roas == []
