"""Strategies for routes of any form that the kernel can hold."""

from ipaddress import IPv4Address, IPv6Address

from hypothesis import strategies as st

from bgpkit.fib import Encap, IpEncap, MplsEncap, Seg6Encap, Seg6Mode
from bgpkit.fib.form import Form, Hop, make_form

tables = st.one_of(st.integers(1, 254), st.integers(256, (1 << 32) - 1))
metrics = st.one_of(st.just(0), st.integers(0, (1 << 32) - 1))
mtus = st.one_of(st.just(0), st.integers(68, 65535))
octets = st.integers(0, 255)
addresses4 = st.integers(1, (1 << 32) - 1).map(IPv4Address)
addresses6 = st.integers(1, (1 << 128) - 1).map(IPv6Address)


@st.composite
def keys(draw: st.DrawFn, width: int) -> bytes:
    """Return a canonical prefix key."""
    length = draw(st.integers(0, width))
    size = (length + 7) // 8
    number = draw(st.integers(0, (1 << length) - 1)) << (size * 8 - length)
    return bytes((length,)) + number.to_bytes(size, "big")


def ip_encaps(addresses: st.SearchStrategy[IPv4Address] | st.SearchStrategy[IPv6Address]) -> st.SearchStrategy[IpEncap]:
    """Return tunnels between addresses."""
    return st.builds(
        IpEncap,
        destination=addresses,
        source=st.one_of(st.none(), addresses),
        tunnel_id=st.integers(0, (1 << 64) - 1),
        ttl=octets,
        tos=octets,
        key=st.booleans(),
        checksum=st.booleans(),
        sequence=st.booleans(),
    )


labels = st.integers(0, (1 << 20) - 1).filter(lambda label: label != 3)
mpls_encaps = st.builds(
    MplsEncap, st.lists(labels, min_size=1, max_size=30).map(tuple), ttl=st.one_of(st.none(), octets)
)
segments = st.lists(addresses6, min_size=1, max_size=5).map(tuple)


def encaps(width: int) -> st.SearchStrategy[Encap]:
    """Return any encapsulation that routes of ``width`` bits may have."""
    modes = st.sampled_from([mode for mode in Seg6Mode if width == 128 or mode is not Seg6Mode.INLINE])
    return st.one_of(
        ip_encaps(addresses4), ip_encaps(addresses6), mpls_encaps, st.builds(Seg6Encap, segments, mode=modes)
    )


@st.composite
def hops(draw: st.DrawFn, width: int) -> Hop:
    """Return one next hop; an IPv4 prefix may have an IPv6 gateway."""
    size = draw(st.sampled_from((0, 4, 16) if width == 32 else (0, 16)))
    gateway = draw(st.binary(min_size=size, max_size=size))
    index = draw(st.integers(0 if gateway else 1, (1 << 31) - 1))
    onlink = bool(gateway) and draw(st.booleans())
    return Hop(gateway, index, onlink, draw(st.integers(1, 256)), draw(st.one_of(st.none(), encaps(width))))


@st.composite
def forms(draw: st.DrawFn, width: int) -> Form:
    """Return a form of any kind."""
    kind = draw(st.sampled_from((1, 1, 1, 6, 7, 8)))
    source = draw(st.one_of(st.just(b""), st.binary(min_size=width // 8, max_size=width // 8)))
    several = draw(st.lists(hops(width), min_size=1, max_size=3))
    return make_form(kind, several, draw(metrics), source, draw(mtus))
