"""Prefixes that hold another: its aggregates."""

import pytest

from bgpkit.adj_rib_out.covering import Covering
from bgpkit_rib import Prefix


def key(text: str) -> bytes:
    """Return the key of a prefix."""
    return Prefix.parse(text).key


AGGREGATES = Covering(map(key, ("10.0.0.0/8", "10.64.0.0/11", "10.64.0.0/10", "192.0.2.128/25", "2001:db8::/33")))


@pytest.mark.parametrize(
    ("prefix", "over"),
    [
        ("10.0.0.0/8", []),
        ("10.0.0.0/9", ["10.0.0.0/8"]),
        ("10.95.1.0/24", ["10.0.0.0/8", "10.64.0.0/10", "10.64.0.0/11"]),
        ("10.96.0.0/16", ["10.0.0.0/8", "10.64.0.0/10"]),
        ("10.64.0.0/11", ["10.0.0.0/8", "10.64.0.0/10"]),
        ("11.0.0.0/24", []),
        ("192.0.2.0/24", []),
        ("192.0.2.200/32", ["192.0.2.128/25"]),
        ("192.0.2.100/32", []),
        ("2001:db8:7fff::/48", ["2001:db8::/33"]),
        ("2001:db8:8000::/48", []),
        ("0.0.0.0/0", []),
    ],
)
def test_what_is_shorter_and_holds_it_is_over_a_prefix(prefix: str, over: list[str]) -> None:
    """The shortest comes first; a prefix is not over itself."""
    assert AGGREGATES.over([key(prefix)]) == {key(text): [key(prefix)] for text in over}
    assert list(AGGREGATES.over([key(prefix)])) == [key(text) for text in over]
    assert bool(AGGREGATES.over([key(prefix)])) is bool(over)


def test_many_are_looked_up_at_once() -> None:
    """Each prefix of the set comes with all that it holds, in the order given."""
    texts = ("10.95.1.0/24", "11.0.0.0/8", "10.64.0.0/11", "10.200.0.0/16", "192.0.2.130/32")
    found = AGGREGATES.over([key(text) for text in texts])
    assert found[key("10.0.0.0/8")] == [key(text) for text in ("10.95.1.0/24", "10.64.0.0/11", "10.200.0.0/16")]
    assert found[key("192.0.2.128/25")] == [key("192.0.2.130/32")]
    assert len(found) == 4


def test_the_default_route_is_over_all_others() -> None:
    """It has no octets to compare."""
    default = Covering([key("0.0.0.0/0")])
    assert default.over([key("10.0.0.0/8")])
    assert not default.over([key("0.0.0.0/0")])
    assert not Covering([]).over([key("10.0.0.0/8")])
