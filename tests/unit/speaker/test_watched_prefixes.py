"""Which destinations a watcher of prefixes is told of."""

import pytest

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, ConfigError, Family
from bgpkit.speaker.watched_prefixes import WatchedPrefixes, watched_prefixes
from bgpkit_rib import Prefix

CHOSEN = WatchedPrefixes(map(Prefix.parse, ("10.0.0.0/9", "192.0.2.1/32", "2001:db8::/33")))


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("10.0.0.0/9", True),
        ("10.127.0.0/16", True),
        ("10.128.0.0/16", False),
        ("10.0.0.0/8", False),
        ("0.0.0.0/0", False),
        ("192.0.2.1/32", True),
        ("192.0.2.0/31", False),
        ("2001:db8:7fff::/48", True),
        ("2001:db8:8000::/48", False),
    ],
)
def test_a_prefix_is_chosen_with_what_lies_inside_it(text: str, chosen: bool) -> None:
    """One by one and in a block."""
    prefix = Prefix.parse(text)
    assert CHOSEN.has(prefix.width, prefix.key) is chosen
    assert CHOSEN.of(prefix.width, [prefix.key]) == ([prefix.key] if chosen else [])


def test_a_width_that_no_prefix_has_holds_nothing() -> None:
    """IPv6 prefixes say nothing of IPv4."""
    chosen = WatchedPrefixes([Prefix.parse("::/0")])
    assert not chosen.has(32, b"\0")
    assert chosen.of(32, [b"\0"]) == []
    assert chosen.has(128, b"\0")


def test_prefixes_of_families_without_bare_prefixes_are_refused() -> None:
    """The sentence names the family; a text that is no prefix is refused as anywhere."""
    evpn = Family(25, 70)
    with pytest.raises(ConfigError, match="l2vpn-evpn"):
        watched_prefixes(["10.0.0.0/8"], [IPV4_UNICAST, evpn])
    assert watched_prefixes([], [evpn]) is None
    with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
        watched_prefixes(["10.0.0.1/8"], [IPV4_UNICAST])
    chosen = watched_prefixes([Prefix.parse("10.0.0.0/8"), "10.0.0.0/8"], [IPV4_UNICAST, IPV6_UNICAST])
    assert chosen is not None
    assert chosen.prefixes == {Prefix.parse("10.0.0.0/8")}
