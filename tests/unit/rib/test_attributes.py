"""The attribute values."""

from ipaddress import IPv4Address

from bgpkit_rib import Aggregator, AsPath, Origin, PathAttributes


def test_a_route_without_attributes_is_our_own() -> None:
    """The defaults are those of a route that the speaker originates: IGP, an empty path, nothing else."""
    attributes = PathAttributes()
    assert attributes.origin is Origin.IGP
    assert attributes.as_path == AsPath()
    assert attributes.med is None
    assert attributes.local_pref is None
    assert attributes.communities == ()


def test_equal_attributes_are_one_key() -> None:
    """Attributes are values: equal ones hash alike."""
    one = PathAttributes(as_path=AsPath.of(1), aggregator=Aggregator(1, IPv4Address("192.0.2.1")))
    other = PathAttributes(as_path=AsPath.of(1), aggregator=Aggregator(1, IPv4Address("192.0.2.1")))
    assert len({one, other}) == 1


def test_origins_order_from_best_to_worst() -> None:
    """IGP is lower than EGP, EGP lower than INCOMPLETE. RFC 4271, section 9.1.2.2 (b)."""
    assert Origin.IGP < Origin.EGP < Origin.INCOMPLETE
