"""Path attributes in BIRD's words."""

from ipaddress import IPv4Address

from bgpkit import Aggregator, AsPath, Community, LargeCommunity, Origin, PathAttributes
from bgpkit_node.bird_socket.attribute_rows import attribute_rows, origin_mark


def test_every_attribute_has_its_line() -> None:
    """In the order of their codes, as BIRD 1.6.8 prints them."""
    attributes = PathAttributes(
        origin=Origin.EGP,
        as_path=AsPath.of(65001, 65002),
        next_hop=IPv4Address("10.4.7.12"),
        med=5,
        local_pref=200,
        atomic_aggregate=True,
        aggregator=Aggregator(65001, IPv4Address("10.0.0.1")),
        communities=(Community.parse("65001:7"), Community.parse("no-export")),
        originator_id=IPv4Address("10.4.7.21"),
        cluster_list=(IPv4Address("244.0.0.1"), IPv4Address("244.0.0.2")),
        large_communities=(LargeCommunity(65001, 1, 2),),
    )
    assert list(attribute_rows(attributes)) == [
        "BGP.origin: EGP",
        "BGP.as_path: 65001 65002",
        "BGP.next_hop: 10.4.7.12",
        "BGP.med: 5",
        "BGP.local_pref: 200",
        "BGP.atomic_aggr: ",
        "BGP.aggregator: 10.0.0.1 AS65001",
        "BGP.community: (65001,7) (65535,65281)",
        "BGP.originator_id: 10.4.7.21",
        "BGP.cluster_list: 244.0.0.1 244.0.0.2",
        "BGP.large_community: (65001, 1, 2)",
    ]
    assert origin_mark(attributes) == "AS65002e"


def test_an_internal_route_has_few() -> None:
    """As captured; LOCAL_PREF is 100 where a route brings none."""
    attributes = PathAttributes(next_hop=IPv4Address("10.4.7.12"))
    assert list(attribute_rows(attributes)) == [
        "BGP.origin: IGP",
        "BGP.as_path: ",
        "BGP.next_hop: 10.4.7.12",
        "BGP.local_pref: 100",
    ]
    assert origin_mark(attributes) == "i"
