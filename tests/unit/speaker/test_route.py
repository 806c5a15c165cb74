"""Routes as people see them."""

import pytest

from bgpkit import IPV4_UNICAST, Family, Origin, PathAttributes, Prefix, Route, RouteChange
from bgpkit.wire import encode_attributes
from bgpkit.wire.families import LabeledPrefix
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


def test_a_route_may_show_another_block_than_its_paths() -> None:
    """As it was received, or as it is sent."""
    path = Path(SOURCE, encode_attributes(ATTRIBUTES))
    received = PathAttributes(origin=Origin.EGP, med=9)
    assert Route(Prefix.parse("10.0.0.0/8"), path, best=True, block=encode_attributes(received)).attributes == received


def test_a_change_tells_its_prefix_where_it_has_one() -> None:
    """Other destinations are read as nlri."""
    change = RouteChange(family=IPV4_UNICAST, nlri=Prefix.parse("10.0.0.0/8"), route=None)
    assert (str(change.prefix), change.cursor) == ("10.0.0.0/8", "")
    labeled = LabeledPrefix(Prefix.parse("10.0.0.0/8"))
    with pytest.raises(ValueError, match="read its nlri"):
        _ = RouteChange(family=Family(1, 4), nlri=labeled, route=None).prefix
