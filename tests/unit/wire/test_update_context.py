"""What two OPENs agree on, as an UPDATE's decoder wants it."""

from ipaddress import IPv4Address

import pytest

from bgpkit.wire import UpdateContext
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    Capability,
    ExtendedMessageCapability,
    FourOctetAsCapability,
    MultiprotocolCapability,
    Open,
    negotiate,
)


def opened(asn: int, *capabilities: Capability) -> Open:
    """Return an OPEN."""
    return Open(my_as=asn, hold_time=90, bgp_identifier=IPv4Address(asn), capabilities=capabilities)


@pytest.mark.parametrize(("peer", "internal"), [(64512, True), (64513, False)])
def test_the_context_is_what_was_negotiated(peer: int, internal: bool) -> None:
    """Families, AS number size, kind of peer and longest message."""
    everything = (
        MultiprotocolCapability(IPV4_UNICAST),
        MultiprotocolCapability(IPV6_UNICAST),
        ExtendedMessageCapability(),
    )
    ours = opened(64512, *everything, FourOctetAsCapability(64512))
    theirs = opened(peer, *everything, FourOctetAsCapability(peer))
    assert UpdateContext.of(negotiate(ours, theirs)) == UpdateContext(
        families=frozenset({IPV4_UNICAST, IPV6_UNICAST}), four_octet_as=True, internal=internal, maximum=65535
    )
    assert UpdateContext.of(negotiate(ours, opened(peer))) == UpdateContext(
        families=frozenset({IPV4_UNICAST}), four_octet_as=False, internal=internal, maximum=4096
    )
