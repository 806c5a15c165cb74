"""Overlaps: each pair once, in the order given, in either family."""

from ipaddress import IPv4Network, ip_network
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from bgpkit_node.startup.overlaps import overlaps


def _network(bits: int, length: int) -> IPv4Network:
    """Return the network of this length round an address."""
    return IPv4Network((bits, length), strict=False)


NETWORKS = st.builds(_network, st.integers(0, 255), st.integers(24, 32))


def test_an_overlap_is_a_sentence() -> None:
    """Both ranges with their names, in the order in which they were given, the larger one first or not."""
    named = [("cni0", ip_network("10.244.1.0/24")), ("IPPool(p)", ip_network("10.244.0.0/16"))]
    assert [str(found) for found in overlaps(named)] == ["cni0 10.244.1.0/24 overlaps IPPool(p) 10.244.0.0/16"]


def test_what_has_one_name_belongs_together() -> None:
    """As do two addresses of one interface; and the same range given twice is one range."""
    named = [("a", ip_network("10.0.0.0/8")), ("a", ip_network("10.1.0.0/16")), ("b", ip_network("10.2.0.0/16"))]
    assert [str(found) for found in overlaps([*named, *named])] == ["a 10.0.0.0/8 overlaps b 10.2.0.0/16"]


def test_families_never_overlap() -> None:
    """Not even the whole of both."""
    assert overlaps([("a", ip_network("0.0.0.0/0")), ("b", ip_network("::/0"))]) == ()
    found = overlaps([("a", ip_network("fd00::/8")), ("b", ip_network("fd80:24e2:f998:72d6::/64"))])
    assert [str(overlap) for overlap in found] == ["a fd00::/8 overlaps b fd80:24e2:f998:72d6::/64"]


@given(st.lists(st.tuples(st.sampled_from("abcd"), NETWORKS), max_size=12))
def test_all_pairs_are_found(named: list[tuple[str, IPv4Network]]) -> None:
    """As many as comparing each range with every other finds, in the same order."""
    expected = [
        (one, other)
        for one, other in combinations(dict.fromkeys(named), 2)
        if one[0] != other[0] and one[1].overlaps(other[1])
    ]
    found = [((o.name, o.network), (o.other, o.other_network)) for o in overlaps(named)]
    assert found == expected
