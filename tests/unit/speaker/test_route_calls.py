"""Originating routes, on the loopback interface."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, PathAttributes, PeerConfig, Speaker
from tests.support import octets
from tests.support.scripted_peer import ScriptedPeer
from tests.support.speakers import (
    ASN,
    OURS,
    THEIRS,
    connect,
    holds,
    port_of,
    prefixes,
    route_to,
    scripted,
    speaker_at,
    towards_scripted,
)

BOTH = (IPV4_UNICAST, IPV6_UNICAST)


async def test_routes_of_both_families_travel_both_ways() -> None:
    """IPv4 and IPv6 prefixes announced at either end are held at the other with the attributes given."""
    attributes = PathAttributes(med=7, local_pref=200)
    async with speaker_at(OURS) as one, speaker_at(THEIRS) as other:
        await connect(one, other, {"families": BOTH}, {"families": BOTH})
        await one.announce("10.1.0.0/16", attributes=attributes)
        await one.announce("2001:db8:1::/48", next_hop="2001:db8::1")
        await other.announce("10.2.0.0/16")
        await holds(other, {"10.1.0.0/16", "10.2.0.0/16"})
        await holds(other, {"2001:db8:1::/48"}, IPV6_UNICAST)
        await holds(one, {"10.1.0.0/16", "10.2.0.0/16"})
        received = route_to(other, "10.1.0.0/16").attributes
        assert (received.med, received.local_pref, received.next_hop) == (7, 200, IPv4Address(OURS))
        assert route_to(other, "2001:db8:1::/48", IPV6_UNICAST).attributes.next_hop == IPv6Address("2001:db8::1")
        await one.withdraw("10.1.0.0/16", "2001:db8:1::/48")
        await holds(other, {"10.2.0.0/16"})
        await holds(other, set(), IPV6_UNICAST)


async def test_a_peer_over_ipv6_is_told_our_ipv6_address_as_next_hop() -> None:
    """On a session over ::1 an IPv6 route without a next hop goes out with the session's own address."""
    async with Speaker(asn=ASN, bgp_identifier="10.0.0.1", listen=[("::1", 0)]) as one:
        await one.add_peer(PeerConfig(address="0:0::1", asn=ASN, passive=True, families=BOTH))
        async with await ScriptedPeer.dial("::1", port_of(one), local="::1") as peer:
            await peer.handshake(ASN, "10.0.0.2", octets.IPV4_CAPABILITY, octets.IPV6_CAPABILITY)
            await one.announce("2001:db8::/32")
            while not (heard := await peer.update()).announced:
                pass
            assert (heard.announced, heard.next_hop) == (("2001:db8::/32",), "::1")
        assert one.peers()[0].address == "::1"


async def test_ipv6_routes_over_ipv4_get_a_next_hop_of_their_own_family() -> None:
    """The mapped form of the session's address, or the address of ``next_hops``."""
    async with speaker_at(OURS) as one:
        await one.announce("2001:db8::/32")
        for own, expected in (((), "::ffff:7f00:1"), ((IPv6Address("2001:db8::7"),), "2001:db8::7")):
            await one.add_peer(towards_scripted(families=(IPV6_UNICAST,), next_hops=own))
            async with await scripted(one, octets.IPV6_CAPABILITY) as peer:
                assert (await peer.update()).next_hop == expected
            await one.remove_peer(THEIRS)


async def test_announcing_a_wrong_prefix_announces_none() -> None:
    """One bad prefix, or a next hop of the wrong family, among several: ValueError, and nothing is held."""
    async with speaker_at() as speaker:
        with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
            await speaker.announce("192.0.2.0/24", "10.0.0.1/8")
        with pytest.raises(ValueError, match=r"10\.0\.0\.1"):
            await speaker.announce("192.0.2.0/24", "2001:db8::/32", next_hop="10.0.0.1")
        assert prefixes(speaker) == prefixes(speaker, IPV6_UNICAST) == set()
