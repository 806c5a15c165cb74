"""Routes as JSON."""

import json

from bgpkit import PathAttributes, Prefix, RouteChange, Speaker
from bgpkit.control.route_items import attributes_of, change_item, nlri_text, route_item
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import AsPath, Community


async def test_a_route_says_what_it_carries_and_no_more() -> None:
    """Attributes that are not there are left out; a change says what is now, or that there is nothing."""
    attributes = PathAttributes(as_path=AsPath.parse("1 2"), med=0, communities=(Community.parse("1:2"),))
    async with Speaker(asn=64512, bgp_identifier="192.0.2.1") as speaker:
        await speaker.announce("10.0.0.0/8", attributes=attributes, next_hop="192.0.2.9")
        (route,) = speaker.routes()
        told = json.loads(route_item(route))
        assert told == {
            "destination": "10.0.0.0/8",
            "peer": "local",
            "best": True,
            "eligible": True,
            "attributes": {
                "origin": "igp",
                "as_path": "1 2",
                "next_hop": "192.0.2.9",
                "med": 0,
                "communities": ["1:2"],
            },
        }
        change = RouteChange(family=IPV4_UNICAST, nlri=route.nlri, route=route)
        head = {"event": "route", "family": "ipv4-unicast", "destination": "10.0.0.0/8"}
        assert json.loads(change_item(change)) == {**head, "route": told}
        gone = RouteChange(family=IPV4_UNICAST, nlri=route.nlri, route=None)
        assert json.loads(change_item(gone)) == {**head, "route": None}


def test_destinations_are_texts() -> None:
    """Of any kind."""
    assert nlri_text(Prefix.parse("10.0.0.0/8")) == '"10.0.0.0/8"'
    assert nlri_text('a "b"') == '"a \\"b\\""'
    assert attributes_of(PathAttributes()) == {"origin": "igp", "as_path": ""}
