"""What messages are made of: numbers, octets, addresses, AS numbers."""

from ipaddress import IPv4Address, IPv6Address

from hypothesis import strategies as st

from bgpkit.wire.tlv import Tlv
from bgpkit_rib import MacAddress, RouteDistinguisher


def numbers(bits: int) -> st.SearchStrategy[int]:
    """Return unsigned numbers of so many bits."""
    return st.integers(0, (1 << bits) - 1)


def octets(length: int) -> st.SearchStrategy[bytes]:
    """Return octets, exactly so many."""
    return st.binary(min_size=length, max_size=length)


def asns(*, four_octet_as: bool = True) -> st.SearchStrategy[int]:
    """Return AS numbers, never 0: of 32 bits, half of them small; or of 16 bits only."""
    small = st.integers(1, 0xFFFF)
    return small | st.integers(1, 0xFFFFFFFF) if four_octet_as else small


def ipv4_addresses() -> st.SearchStrategy[IPv4Address]:
    """Return IPv4 addresses of all kinds."""
    return numbers(32).map(IPv4Address)


def ipv4_hosts() -> st.SearchStrategy[IPv4Address]:
    """Return IPv4 addresses that can be a host's, as a next hop must be: 1.0.0.0 to 223.255.255.255."""
    return st.integers(1 << 24, (224 << 24) - 1).map(IPv4Address)


def ipv6_addresses() -> st.SearchStrategy[IPv6Address]:
    """Return IPv6 addresses of all kinds."""
    return numbers(128).map(IPv6Address)


def addresses(width: int = 0) -> st.SearchStrategy[IPv4Address | IPv6Address]:
    """Return IPv4 and IPv6 addresses, or those of a ``width`` of 32 or 128 bits only."""
    kinds: dict[int, st.SearchStrategy[IPv4Address | IPv6Address]] = {32: ipv4_addresses(), 128: ipv6_addresses()}
    return kinds[width] if width else st.one_of(*kinds.values())


def mac_addresses() -> st.SearchStrategy[MacAddress]:
    """Return MAC addresses of all kinds."""
    return octets(6).map(MacAddress)


def route_distinguishers() -> st.SearchStrategy[RouteDistinguisher]:
    """Return route distinguishers: mostly of the types 0, 1 and 2, some of others. RFC 4364, section 4.2."""
    known = st.tuples(st.integers(0, 2).map(lambda kind: bytes((0, kind))), octets(6)).map(b"".join)
    return (known | octets(8)).map(RouteDistinguisher)


def tlvs(codes: st.SearchStrategy[int], longest: int = 12) -> st.SearchStrategy[Tlv]:
    """Return TLVs that nobody looks into, of the types that ``codes`` gives, with up to ``longest`` octets."""
    return st.builds(Tlv, codes, st.binary(max_size=longest))
