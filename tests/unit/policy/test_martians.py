"""Destinations that make no sense in BGP."""

from ipaddress import ip_network

import pytest

from bgpkit.policy import MARTIANS, RoutePolicy, Rule, Then, verdicts
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import Path, Prefix, Source, SourceKind

PATH = Path(Source("a", SourceKind.EBGP), b"")
POLICY = RoutePolicy("no martians", (Rule(MARTIANS, then=Then.REJECT),), default=True)


@pytest.mark.parametrize(
    ("text", "martian"),
    [
        *((text, True) for text in ("0.0.0.0/8", "127.0.0.1/32", "169.254.1.0/24", "224.0.0.0/4", "240.0.0.0/4")),
        *((text, True) for text in ("::1/128", "::/128", "fe80::/64", "ff02::/16")),
        *((text, False) for text in ("0.0.0.0/0", "::/0", "10.0.0.0/8", "128.0.0.0/1", "126.0.0.0/7", "2001:db8::/32")),
    ],
)
def test_what_no_router_forwards_is_a_martian(text: str, martian: bool) -> None:
    """The default route is none, private routes are none, nor is what only covers a martian."""
    network = ip_network(text)
    if martian:  # the standard library knows them, too
        assert network.is_multicast or not network.is_global
    family = IPV4_UNICAST if network.version == 4 else IPV6_UNICAST
    ((verdict, _),) = verdicts(POLICY, family, PATH, [Prefix.parse(text).key])
    assert verdict.accepted is not martian
