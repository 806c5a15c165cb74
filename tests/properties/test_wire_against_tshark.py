"""Another decoder reads what our encoder writes: tshark, from a capture file put together here."""

import random
from collections import Counter
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path

import pytest

from bgpkit.wire import (
    KEEPALIVE,
    Rewrite,
    encode_announcements,
    encode_attributes,
    encode_message,
    encode_withdrawals,
    rewrite,
)
from bgpkit_fsm import (
    IPV4_UNICAST,
    IPV6_UNICAST,
    EnhancedRouteRefreshCapability,
    ExtendedMessageCapability,
    Family,
    ForwardingState,
    FourOctetAsCapability,
    GracefulRestartCapability,
    MultiprotocolCapability,
    Notification,
    Open,
    RouteRefresh,
    RouteRefreshCapability,
)
from bgpkit_rib import Aggregator, AsPath, Community, LargeCommunity, Origin, PathAttributes, Prefix
from tests.support.tshark import read_layers, texts

FIELDS = {
    IPV4_UNICAST: ("bgp.nlri_prefix", "bgp.withdrawn_prefix"),
    IPV6_UNICAST: ("bgp.mp_reach_nlri_ipv6_prefix", "bgp.mp_unreach_nlri_ipv6_prefix"),
}


def some_keys(rng: random.Random, family: Family, count: int) -> list[bytes]:
    """Return distinct keys of many lengths."""
    width = 32 if family == IPV4_UNICAST else 128
    found: dict[bytes, None] = {}
    while len(found) < count:
        length = rng.randrange(1, width + 1)
        number = rng.getrandbits(length) << (width - length)
        found[bytes((length,)) + number.to_bytes(width // 8, "big")[: (length + 7) // 8]] = None
    return list(found)


def prefixes(keys: list[bytes], family: Family) -> Counter[str]:
    """Return the addresses of keys."""
    width = 32 if family == IPV4_UNICAST else 128
    return Counter(str(Prefix.from_key(key, width).address) for key in keys)


@pytest.mark.parametrize("family", [IPV4_UNICAST, IPV6_UNICAST])
def test_tshark_reads_the_routes_that_we_write(tmp_path: Path, family: Family) -> None:
    """Addresses, lengths and attributes of announcements and withdrawals that fill several messages."""
    rng = random.Random(7)
    came, gone = some_keys(rng, family, 1500), some_keys(rng, family, 1500)
    hop = IPv4Address("192.0.2.77") if family == IPV4_UNICAST else IPv6Address("2001:db8::77")
    values = PathAttributes(
        origin=Origin.EGP,
        as_path=AsPath.parse("64512 70000 {5,6}"),
        next_hop=hop,
        med=17,
        local_pref=170,
        atomic_aggregate=True,
        aggregator=Aggregator(70001, IPv4Address("192.0.2.78")),
        communities=(Community.parse("64512:99"),),
        large_communities=(LargeCommunity(1, 2, 3),),
    )
    change = Rewrite(originator_id=0xC0000209, cluster_id=0xC000020A)
    block = rewrite(encode_attributes(values, family), change)
    messages = encode_announcements(block, family, came) + encode_withdrawals(family, gone)
    layers = read_layers(tmp_path, b"".join(messages))
    reach, unreach = FIELDS[family]
    assert Counter(text for layer in layers for text in texts(layer, reach)) == prefixes(came, family)
    assert Counter(text for layer in layers for text in texts(layer, unreach)) == prefixes(gone, family)
    lengths = Counter(text for layer in layers for text in texts(layer, "bgp.prefix_length"))
    assert lengths == Counter(str(key[0]) for key in came + gone)
    assert [text for layer in layers for text in texts(layer, "_ws.malformed")] == []
    expected = {
        "bgp.update.path_attribute.origin": ["1"],
        "bgp.update.path_attribute.as_path_segment.as4": ["64512", "70000", "5", "6"],
        "bgp.update.path_attribute.multi_exit_disc": ["17"],
        "bgp.update.path_attribute.local_pref": ["170"],
        "bgp.update.path_attribute.aggregator_as": ["70001"],
        "bgp.update.path_attribute.originator_id": ["192.0.2.9"],
        "bgp.path_attribute.cluster_id": ["192.0.2.10"],
        "bgp.update.path_attribute.community_as": ["64512"],
    }
    assert {name: texts(layers[0], name) for name in expected} == expected


def test_tshark_reads_the_other_messages_that_we_write(tmp_path: Path) -> None:
    """OPEN with all capabilities, KEEPALIVE, ROUTE-REFRESH, NOTIFICATION."""
    opened = Open(
        my_as=23456,
        hold_time=90,
        bgp_identifier=IPv4Address("192.0.2.1"),
        capabilities=(
            MultiprotocolCapability(IPV4_UNICAST),
            MultiprotocolCapability(IPV6_UNICAST),
            RouteRefreshCapability(),
            ExtendedMessageCapability(),
            GracefulRestartCapability(restarted=True, restart_time=77, families=(ForwardingState(IPV6_UNICAST, True),)),
            FourOctetAsCapability(70000),
            EnhancedRouteRefreshCapability(),
        ),
    )
    refresh, notification = RouteRefresh(IPV6_UNICAST), Notification(6, 2, b"\x03bye")
    stream = encode_message(opened) + KEEPALIVE + encode_message(refresh) + encode_message(notification)
    layers = read_layers(tmp_path, stream)
    assert [text for layer in layers for text in texts(layer, "bgp.type")] == ["1", "4", "5", "3"]
    expected = {
        "bgp.open.myas": ["23456"],
        "bgp.open.holdtime": ["90"],
        "bgp.open.identifier": ["192.0.2.1"],
        "bgp.cap.type": ["1", "1", "2", "6", "64", "65", "70"],
        "bgp.cap.4as": ["70000"],
        "bgp.cap.gr.timers.restart_time": ["77"],
        "bgp.route_refresh.afi": ["2"],
        "bgp.notify.major_error": ["6"],
        "bgp.notify.communication": ["bye"],
    }
    assert {name: [text for layer in layers for text in texts(layer, name)] for name in expected} == expected
