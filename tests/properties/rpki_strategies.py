"""ROAs and routes close to each other, so that they cover one another."""

from ipaddress import IPv4Network, IPv6Network, ip_network

from hypothesis import strategies as st

from bgpkit.rpki import Roa
from bgpkit_rib import Prefix

ASNS = st.sampled_from([0, 1, 2, 4294967295])
_FOUR = st.sampled_from([0x0A000000, 0x0A010000, 0x0A010203, 0x0AFF8000, 0xC0000200, 0])
_SIX = st.sampled_from([0x20010DB8 << 96, (0x20010DB8 << 96) | (1 << 80), 0x20010DB9 << 96, 0])


@st.composite
def prefixes(draw: st.DrawFn) -> Prefix:
    """Draw a prefix of either family; lengths on both sides of those that the tables are divided by are frequent."""
    if draw(st.booleans()):
        length = draw(st.sampled_from([0, 8, 15, 16, 17, 24, 32]) | st.integers(0, 32))
        return Prefix.from_network(IPv4Network((draw(_FOUR), length), strict=False))
    length = draw(st.sampled_from([0, 16, 31, 32, 33, 48, 64, 128]) | st.integers(0, 128))
    return Prefix.from_network(IPv6Network((draw(_SIX), length), strict=False))


@st.composite
def roas(draw: st.DrawFn) -> Roa:
    """Draw a ROA."""
    prefix = draw(prefixes())
    longest = draw(st.sampled_from([prefix.length, prefix.width]) | st.integers(prefix.length, prefix.width))
    return Roa(prefix, longest, draw(ASNS))


def network(prefix: Prefix) -> IPv4Network | IPv6Network:
    """Return the prefix as the standard library has it, from its text."""
    return ip_network(str(prefix))
