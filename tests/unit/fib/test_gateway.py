"""What a BGP next hop is to the kernel."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.fib import NextHop
from bgpkit.fib.gateway import address_of, gateway_of, neighbor_of
from bgpkit_rib import Path, Source, SourceKind

PEER = Source("2001:db8::9", SourceKind.CLIENT)
ON_LINK = Source("fe80::1%eth0", SourceKind.EBGP)
FOUR, GLOBAL, LINK_LOCAL = IPv4Address("10.0.0.7"), IPv6Address("2001:db8::1"), IPv6Address("fe80::1")


def path(source: Source, next_hop: bytes) -> Path:
    """Return a path, of which only source and next hop matter."""
    return Path(source, b"", next_hop=next_hop)


def test_gateway_of_a_double_next_hop_is_the_global_address() -> None:
    """RFC 2545, section 3: a next hop of 32 octets is the global address and then the link-local one."""
    assert gateway_of(path(PEER, GLOBAL.packed + LINK_LOCAL.packed)) == NextHop(GLOBAL)
    assert gateway_of(path(PEER, GLOBAL.packed)) == NextHop(GLOBAL)
    assert gateway_of(path(PEER, FOUR.packed)) == NextHop(FOUR)
    assert gateway_of(path(PEER, bytes(16) + LINK_LOCAL.packed)) == NextHop(LINK_LOCAL)


def test_from_a_peer_on_an_interface_the_link_local_address_there_is_the_gateway() -> None:
    """Beside a global address, alone, or twice; where there is none the global one, wherever it is."""
    one = LINK_LOCAL.packed
    for octets in (GLOBAL.packed + one, one, one * 2, bytes(16) + one, IPv6Address("fe80::7").packed + one):
        assert gateway_of(path(ON_LINK, octets)) == NextHop(LINK_LOCAL, "eth0")
    assert gateway_of(path(ON_LINK, GLOBAL.packed)) == NextHop(GLOBAL)


@pytest.mark.parametrize(
    ("source", "octets", "neighbor"),
    [
        (PEER, FOUR.packed, None),
        (ON_LINK, IPv4Address("169.254.0.7").packed, None),
        (PEER, GLOBAL.packed, None),
        (PEER, GLOBAL.packed + LINK_LOCAL.packed, None),
        (PEER, LINK_LOCAL.packed, NextHop(LINK_LOCAL)),
        (ON_LINK, FOUR.packed, None),
        (ON_LINK, GLOBAL.packed, None),
        (ON_LINK, GLOBAL.packed + LINK_LOCAL.packed, NextHop(LINK_LOCAL, "eth0")),
        (ON_LINK, LINK_LOCAL.packed, NextHop(LINK_LOCAL, "eth0")),
    ],
)
def test_a_link_local_next_hop_is_a_neighbor_and_is_not_looked_up(
    source: Source, octets: bytes, neighbor: NextHop | None
) -> None:
    """It is one on the interface of its peer; no route leads there."""
    assert neighbor_of(path(source, octets)) == neighbor


def test_of_two_addresses_the_first_is_looked_up_if_it_is_any() -> None:
    """RFC 2545, section 3; some send none but the link-local one."""
    assert address_of(FOUR.packed) == FOUR.packed
    assert address_of(GLOBAL.packed + LINK_LOCAL.packed) == GLOBAL.packed
    assert address_of(bytes(16) + LINK_LOCAL.packed) == LINK_LOCAL.packed


@pytest.mark.parametrize("octets", [bytes(4), b"\xe0\0\0\1", bytes(16), bytes.fromhex("ff02" + "00" * 13 + "01")])
def test_what_is_no_hosts_address_is_no_gateway(octets: bytes) -> None:
    """RFC 4271, section 6.3: a semantically incorrect NEXT_HOP; the kernel would take some of these for no gateway."""
    assert (gateway_of(path(PEER, octets)), gateway_of(path(ON_LINK, octets))) == (None, None)
    assert neighbor_of(path(PEER, octets)) is None
