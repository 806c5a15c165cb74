"""Tests of the messages as values."""

from dataclasses import replace
from ipaddress import IPv4Address

import pytest

from bgpkit_fsm import (
    AS_TRANS,
    IPV4_UNICAST,
    FourOctetAsCapability,
    Keepalive,
    Message,
    MultiprotocolCapability,
    Open,
    RouteRefresh,
    RouteRefreshCapability,
)
from tests.unit.fsm.sessions import REMOTE_OPEN


def test_as_number_is_that_of_the_four_octet_capability() -> None:
    """RFC 6793, section 4.1: My Autonomous System holds AS_TRANS when the number does not fit."""
    message = replace(REMOTE_OPEN, my_as=AS_TRANS, capabilities=(FourOctetAsCapability(400_000),))
    assert (message.asn, REMOTE_OPEN.asn) == (400_000, REMOTE_OPEN.my_as)


@pytest.mark.parametrize("groups", [(1,), (3,), (2, 1), (-1, 3)])
def test_groups_that_do_not_match_the_capabilities_are_refused(groups: tuple[int, ...]) -> None:
    """Every capability is in one group."""
    refresh = RouteRefreshCapability()
    with pytest.raises(ValueError, match="capability_groups"):
        replace(REMOTE_OPEN, capabilities=(refresh, refresh), capability_groups=groups)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (
            Open(
                my_as=64512,
                hold_time=90,
                bgp_identifier=IPv4Address("192.0.2.1"),
                capabilities=(MultiprotocolCapability(IPV4_UNICAST), RouteRefreshCapability()),
            ),
            (
                "OPEN version 4, AS 64512, hold time 90 s, identifier 192.0.2.1, "
                "capabilities: multiprotocol ipv4-unicast, route-refresh"
            ),
        ),
        (
            Open(
                my_as=AS_TRANS,
                hold_time=0,
                bgp_identifier=IPv4Address(1),
                capabilities=(FourOctetAsCapability(400_000),),
            ),
            "OPEN version 4, AS 400000, hold time 0 s, identifier 0.0.0.1, capabilities: four-octet-as 400000",
        ),
        (
            Open(my_as=1, hold_time=3, bgp_identifier=IPv4Address(1)),
            "OPEN version 4, AS 1, hold time 3 s, identifier 0.0.0.1, no capabilities",
        ),
        (Keepalive(), "KEEPALIVE"),
        (RouteRefresh(IPV4_UNICAST), "ROUTE-REFRESH ipv4-unicast request"),
        (RouteRefresh(IPV4_UNICAST, 1), "ROUTE-REFRESH ipv4-unicast beginning"),
        (RouteRefresh(IPV4_UNICAST, 2), "ROUTE-REFRESH ipv4-unicast end"),
        (RouteRefresh(IPV4_UNICAST, 3), "ROUTE-REFRESH ipv4-unicast subtype 3"),
        (RouteRefresh(IPV4_UNICAST, 0, bytes(5)), "ROUTE-REFRESH ipv4-unicast request, 5 octets of ORF entries"),
    ],
)
def test_message_is_one_line(message: Message, text: str) -> None:
    """All that a person wants to see of it."""
    assert str(message) == text
