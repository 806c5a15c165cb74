"""Prefixes against the standard library's networks."""

from ipaddress import IPv4Network, IPv6Network

from hypothesis import given
from hypothesis import strategies as st

from bgpkit_rib import Prefix


@st.composite
def networks(draw: st.DrawFn) -> IPv4Network | IPv6Network:
    """Draw a network of either version, often close to others."""
    width = draw(st.sampled_from((32, 128)))
    length = draw(st.integers(0, width))
    bits = draw(st.integers(0, (1 << length) - 1) | st.integers(0, min(3, (1 << length) - 1)))
    network: type[IPv4Network | IPv6Network] = IPv4Network if width == 32 else IPv6Network
    return network((bits << (width - length), length))


@given(networks())
def test_a_prefix_says_what_the_network_says(network: IPv4Network | IPv6Network) -> None:
    """Text, length, address and the way back agree with the standard library."""
    prefix = Prefix.parse(str(network))
    assert str(prefix) == str(network)
    assert prefix == Prefix.from_network(network) == Prefix.from_key(prefix.key, network.max_prefixlen)
    assert prefix.network == network
    assert prefix.length == network.prefixlen
    assert prefix.address == network.network_address


def covers(one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network) -> bool:
    """Tell, by the standard library, whether ``one`` contains ``other``."""
    if isinstance(one, IPv4Network):
        return isinstance(other, IPv4Network) and other.subnet_of(one)
    return isinstance(other, IPv6Network) and other.subnet_of(one)


@given(networks(), networks())
def test_containment_and_order_are_those_of_networks(
    one: IPv4Network | IPv6Network, other: IPv4Network | IPv6Network
) -> None:
    """`contains` is the standard library's `subnet_of`, and order goes by address, then length."""
    left, right = Prefix.from_network(one), Prefix.from_network(other)
    assert left.contains(right) is covers(one, other)
    if one.version == other.version:
        sort_key: tuple[int, int] = (int(one.network_address), one.prefixlen)
        assert (left < right) is (sort_key < (int(other.network_address), other.prefixlen))
    else:
        assert (left < right) is (one.version < other.version)


@given(st.binary(max_size=6), st.sampled_from((32, 128)))
def test_any_octets_are_a_prefix_or_a_value_error(octets: bytes, width: int) -> None:
    """Octets either make a prefix that keeps them, or are refused; nothing else is raised."""
    try:
        prefix = Prefix.from_key(octets, width)
    except ValueError:
        return
    assert Prefix.parse(str(prefix)) == prefix
    assert prefix.key == octets
