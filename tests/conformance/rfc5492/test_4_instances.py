"""RFC 5492, sections 3 and 4: capabilities that are not understood, that come several times, in several parameters."""

from dataclasses import replace

import pytest

from bgpkit.wire import decode_open
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    MultiprotocolCapability,
    Open,
    RouteRefreshCapability,
    UnknownCapability,
    check_open,
    negotiate,
)
from tests.unit.fsm.sessions import CONFIG, remote_open
from tests.unit.wire.octets import message

FIXED = "04 fc01 001e 0a000002"
"""The fixed part of the OPEN of the peer that the tests of the machine know."""


def _read(parameters: str) -> Open:
    octets = message(1, bytes.fromhex(f"{FIXED} {parameters}"))
    return decode_open(octets, 19, len(octets))


@pytest.mark.rfc("5492", "4")
def test_the_same_capability_twice_is_accepted_and_means_the_same() -> None:
    """A speaker MUST be prepared to accept instances that are equal: they change nothing."""
    four, six = MultiprotocolCapability(IPV4_UNICAST), MultiprotocolCapability(IPV6_UNICAST)
    refresh = RouteRefreshCapability()
    config = replace(CONFIG, capabilities=(four, six))
    twice = remote_open(six, six, four, refresh, refresh)
    assert check_open(config, twice) is None
    terms = negotiate(config.open, twice)
    assert (terms.families, terms.route_refresh) == ((IPV4_UNICAST, IPV6_UNICAST), True)


@pytest.mark.rfc("5492", "4")
def test_capabilities_in_several_parameters_are_one_set() -> None:
    """A speaker MUST be prepared to receive several Capabilities parameters, to the same effect as one."""
    one = _read("0e 02 0c 0104 0001 0001 0200 4600 0600")
    several = _read("14 02 06 0104 0001 0001 02 02 0200 02 02 4600 02 02 0600")
    assert one.capabilities == several.capabilities
    assert len(one.capabilities) == 4


@pytest.mark.rfc("5492", "3")
def test_a_capability_that_is_not_understood_is_no_error() -> None:
    """It MUST be ignored, and MUST NOT be answered with Unsupported Capability."""
    message_with_unknown = _read("07 02 05 c8 03 010203")
    assert message_with_unknown.capabilities == (UnknownCapability(200, b"\1\2\3"),)
    assert check_open(CONFIG, message_with_unknown) is None
