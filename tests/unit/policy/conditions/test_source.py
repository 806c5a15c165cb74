"""Where a route is from."""

from ipaddress import IPv6Address

from bgpkit.policy import FamilyIs, PeerIs, RouteSource, SourceIs
from bgpkit_fsm import IPV4_UNICAST, IPV6_UNICAST
from bgpkit_rib import Source, SourceKind
from tests.unit.policy.routes import facts, path

PEERS = PeerIs.of("upstream", "192.0.2.0/24", "2001:db8::1")


def test_a_peer_is_told_by_name_by_address_and_by_prefix() -> None:
    """Of a route of our own there is a name only."""
    named = Source("upstream", SourceKind.EBGP)
    inside = Source("x", SourceKind.EBGP, address=bytes((192, 0, 2, 7)))
    exact = Source("y", SourceKind.EBGP, address=IPv6Address("2001:db8::1").packed)
    other = Source("z", SourceKind.EBGP, address=bytes((192, 0, 3, 7)))
    own = Source("local", SourceKind.LOCAL)
    sources = [named, inside, exact, other, own]
    assert [PEERS.holds(facts(path(source=each))) for each in sources] == [True, True, True, False, False]
    assert str(PEERS) == "from 192.0.2.0/24, 2001:db8::1/128, upstream"


def test_kinds_of_source_are_those_of_the_path() -> None:
    """A client is internal, too."""
    found = {
        kind: {source for source in RouteSource if SourceIs.of(source).holds(facts(path(source=Source("x", kind))))}
        for kind in SourceKind
    }
    assert found == {
        SourceKind.LOCAL: {RouteSource.LOCAL},
        SourceKind.EBGP: {RouteSource.EXTERNAL},
        SourceKind.CLIENT: {RouteSource.CLIENT, RouteSource.INTERNAL},
        SourceKind.NON_CLIENT: {RouteSource.INTERNAL},
        SourceKind.CONFEDERATION: {RouteSource.CONFEDERATION},
    }
    assert str(SourceIs.of(RouteSource.LOCAL, RouteSource.CLIENT)) == "source client, local"


def test_a_family_is_one_of_several() -> None:
    """That of the routes, not of the session."""
    condition = FamilyIs.of(IPV4_UNICAST)
    assert condition.holds(facts(path()))
    assert not condition.holds(facts(path(), IPV6_UNICAST))
    assert str(condition) == "family ipv4-unicast"
