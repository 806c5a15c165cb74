"""Routes as people see them."""

from bgpkit import Origin, PathAttributes, Prefix, Route
from bgpkit.wire import encode_attributes
from bgpkit_rib import Path, Source, SourceKind

SOURCE = Source("192.0.2.1", SourceKind.EBGP)
ATTRIBUTES = PathAttributes(origin=Origin.EGP, med=5)


def test_a_route_tells_its_attributes_and_its_peer() -> None:
    """Attributes are decoded from the path's octets, the peer is the source's name."""
    route = Route(Prefix.parse("10.0.0.0/8"), Path(SOURCE, encode_attributes(ATTRIBUTES)), best=True)
    assert (route.attributes, route.peer, route.eligible) == (ATTRIBUTES, "192.0.2.1", True)


def test_a_route_that_may_not_be_chosen_says_why() -> None:
    """The path carries the reason."""
    path = Path(SOURCE, encode_attributes(ATTRIBUTES), eligible=False, reason="looped")
    route = Route(Prefix.parse("10.0.0.0/8"), path, best=False)
    assert (route.eligible, route.path.reason) == (False, "looped")
