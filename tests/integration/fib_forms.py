"""Every form that a route may have in the kernel: what is asked for, and how ``ip`` words it."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final

from bgpkit.fib import IpEncap, KernelRoute, MplsEncap, RouteKind, Seg6Encap, Seg6Mode
from tests.integration.fib_node import GATEWAY, GATEWAY6, route, via

_V4: Final = "10.1.0.0/16"
_V6: Final = "2001:db8:9::/48"
_MAX: Final = (1 << 32) - 1
_OTHER: Final = "10.0.1.2"
_OTHER6: Final = "2001:db8:1::2"


@dataclass(frozen=True, slots=True)
class Form:
    """A route and the row of ``ip -j -d route`` that shows it, less what every row has."""

    wanted: KernelRoute
    row: dict[str, Any]
    feature: str = ""
    """What the kernel must be able to do: a key of ``tests.support.skips.FEATURES``."""


def _one(wanted: KernelRoute, feature: str = "", **row: Any) -> Form:
    """Return a form; IPv6 routes have the metric 1024 unless another is asked for."""
    row = {"type": wanted.kind.value, "protocol": "bird"} | row
    if wanted.prefix.width == 128:
        row = {"metric": wanted.metric or 1024} | row
    return Form(wanted, row, feature)


def _hop(**row: Any) -> dict[str, Any]:
    return {"weight": 1} | row


_SEGMENTS: Final = (IPv6Address("2001:db8:5::1"), IPv6Address("2001:db8:5::2"))
_IP: Final = IpEncap(destination=IPv4Address("10.9.9.9"), tunnel_id=77, ttl=64)
_IP_OTHER: Final = IpEncap(destination=IPv4Address("10.9.9.8"), tunnel_id=1 << 40)
_IP_ALL: Final = IpEncap(
    destination=IPv4Address("10.9.9.9"),
    source=IPv4Address("10.0.0.1"),
    tunnel_id=(1 << 64) - 1,
    ttl=255,
    tos=16,
    key=True,
    checksum=True,
    sequence=True,
)
_IP6: Final = IpEncap(destination=_SEGMENTS[0], source=_SEGMENTS[1], tunnel_id=5, ttl=3, tos=8)
_SEG6: Final = Seg6Encap(_SEGMENTS)
_SEG6_REDUCED: Final = Seg6Encap(_SEGMENTS, Seg6Mode.ENCAP_RED)
_SEG6_INLINE: Final = Seg6Encap(_SEGMENTS, Seg6Mode.INLINE)
_MPLS: Final = MplsEncap((100, 200), ttl=7)

_IP_ROW: Final = {"encap": "ip", "id": 77, "src": "0.0.0.0", "dst": "10.9.9.9", "ttl": 64, "tos": 0}
_IP_OTHER_ROW: Final = {"encap": "ip", "id": 1 << 40, "src": "0.0.0.0", "dst": "10.9.9.8", "ttl": 0, "tos": 0}
_IP_ALL_ROW: Final = {
    "encap": "ip",
    "id": (1 << 64) - 1,
    "src": "10.0.0.1",
    "dst": "10.9.9.9",
    "ttl": 255,
    "tos": 16,
    "key": True,
    "csum": True,
    "seq": True,
}
_IP6_ROW: Final = {
    "encap": "ip6",
    "id": 5,
    "src": str(_SEGMENTS[1]),
    "dst": str(_SEGMENTS[0]),
    "hoplimit": 3,
    "tc": 8,
}
_SEG6_ROW: Final = {"encap": "seg6", "mode": "encap", "segs": [str(each) for each in _SEGMENTS]}
_SEG6_INLINE_ROW: Final = {"encap": "seg6", "mode": "inline", "segs": [*(str(each) for each in _SEGMENTS), "::"]}
_MPLS_ROW: Final = {"encap": "mpls", "dst": "100/200", "ttl": 7}

PLAIN: Final = {
    "gateway": _one(route(_V4, via(GATEWAY)), gateway=GATEWAY, dev="e0"),
    "gateway and device": _one(route(_V4, via(GATEWAY, "e0")), gateway=GATEWAY, dev="e0"),
    "device": _one(route(_V4, via(device="e1")), dev="e1", scope="link"),
    "metric": _one(route(_V4, via(GATEWAY), metric=77), gateway=GATEWAY, dev="e0", metric=77),
    "largest metric": _one(route(_V4, via(GATEWAY), metric=_MAX), gateway=GATEWAY, dev="e0", metric=_MAX),
    "source": _one(
        route(_V4, via(GATEWAY), source=ip_address("10.0.1.1")), gateway=GATEWAY, dev="e0", prefsrc="10.0.1.1"
    ),
    "mtu": _one(route(_V4, via(GATEWAY), mtu=1400), gateway=GATEWAY, dev="e0", metrics=[{"mtu": 1400}]),
    "source and mtu": _one(
        route(_V4, via(device="e0"), source=ip_address("10.0.1.1"), mtu=68),
        dev="e0",
        scope="link",
        prefsrc="10.0.1.1",
        metrics=[{"mtu": 68}],
    ),
    "via IPv6": _one(route(_V4, via("fe80::9", "e0")), via={"family": "inet6", "host": "fe80::9"}, dev="e0"),
    "via IPv6 by gateway alone": _one(route(_V4, via(GATEWAY6)), via={"family": "inet6", "host": GATEWAY6}, dev="e0"),
    "via IPv6 onlink": _one(
        route(_V4, via("2001:db8:f::1", "e0", onlink=True)),
        via={"family": "inet6", "host": "2001:db8:f::1"},
        dev="e0",
        flags=["onlink"],
    ),
    "onlink": _one(route(_V4, via("172.16.0.1", "e0", onlink=True)), gateway="172.16.0.1", dev="e0", flags=["onlink"]),
    "blackhole": _one(route(_V4, kind=RouteKind.BLACKHOLE)),
    "unreachable": _one(route(_V4, kind=RouteKind.UNREACHABLE)),
    "prohibit": _one(route(_V4, kind=RouteKind.PROHIBIT)),
    "blackhole with metric": _one(route(_V4, kind=RouteKind.BLACKHOLE, metric=_MAX), metric=_MAX),
    "default": _one(route("0.0.0.0/0", via(GATEWAY)), gateway=GATEWAY, dev="e0"),
    "default unreachable": _one(route("0.0.0.0/0", kind=RouteKind.UNREACHABLE)),
    "host": _one(route("10.1.2.3/32", via(device="e0")), dev="e0", scope="link"),
}
PLAIN6: Final = {
    "IPv6 gateway": _one(route(_V6, via(GATEWAY6)), gateway=GATEWAY6, dev="e0"),
    "IPv6 gateway and device": _one(route(_V6, via(GATEWAY6, "e0")), gateway=GATEWAY6, dev="e0"),
    "IPv6 link-local": _one(route(_V6, via("fe80::9", "e1")), gateway="fe80::9", dev="e1"),
    "IPv6 device": _one(route(_V6, via(device="e1")), dev="e1"),
    "IPv6 metric": _one(route(_V6, via(GATEWAY6), metric=5), gateway=GATEWAY6, dev="e0", metric=5),
    "IPv6 largest metric": _one(route(_V6, via(GATEWAY6), metric=_MAX), gateway=GATEWAY6, dev="e0", metric=_MAX),
    "IPv6 source": _one(
        route(_V6, via(GATEWAY6), source=ip_address("2001:db8:1::1")),
        gateway=GATEWAY6,
        dev="e0",
        prefsrc="2001:db8:1::1",
    ),
    "IPv6 mtu": _one(route(_V6, via(GATEWAY6), mtu=1400), gateway=GATEWAY6, dev="e0", metrics=[{"mtu": 1400}]),
    "IPv6 source and mtu": _one(
        route(_V6, via(device="e0"), source=ip_address("2001:db8:1::1"), mtu=1280),
        dev="e0",
        prefsrc="2001:db8:1::1",
        metrics=[{"mtu": 1280}],
    ),
    "IPv6 onlink": _one(
        route(_V6, via("2001:db8:f::1", "e0", onlink=True)), gateway="2001:db8:f::1", dev="e0", flags=["onlink"]
    ),
    "IPv6 blackhole": _one(route(_V6, kind=RouteKind.BLACKHOLE), dev="lo"),
    "IPv6 unreachable": _one(route(_V6, kind=RouteKind.UNREACHABLE), dev="lo"),
    "IPv6 prohibit": _one(route(_V6, kind=RouteKind.PROHIBIT), dev="lo"),
    "IPv6 default": _one(route("::/0", via(GATEWAY6)), gateway=GATEWAY6, dev="e0"),
    "IPv6 default unreachable": _one(route("::/0", kind=RouteKind.UNREACHABLE), dev="lo"),
    "IPv6 host": _one(route("2001:db8:9::1/128", via(device="e0")), dev="e0"),
}
SEVERAL: Final = {
    "ECMP": _one(
        route(_V4, via(GATEWAY), via(_OTHER, weight=3)),
        nexthops=[_hop(gateway=GATEWAY, dev="e0"), _hop(gateway=_OTHER, dev="e1", weight=3)],
    ),
    "ECMP of one link": _one(
        route(_V4, via(GATEWAY, "e0", weight=256), via("10.0.0.3", "e0", weight=2), source=ip_address("10.0.1.1")),
        nexthops=[_hop(gateway=GATEWAY, dev="e0", weight=256), _hop(gateway="10.0.0.3", dev="e0", weight=2)],
        prefsrc="10.0.1.1",
    ),
    "ECMP of devices": _one(
        route(_V4, via(device="e0"), via(device="e1", weight=4), mtu=1400),
        nexthops=[_hop(dev="e0"), _hop(dev="e1", weight=4)],
        scope="link",
        metrics=[{"mtu": 1400}],
    ),
    "ECMP of device and gateway": _one(
        route(_V4, via(device="e0"), via(_OTHER)), nexthops=[_hop(dev="e0"), _hop(gateway=_OTHER, dev="e1")]
    ),
    "ECMP of both families": _one(
        route(_V4, via(GATEWAY), via("fe80::9", "e0"), via("fe80::9", "e1", weight=9)),
        nexthops=[
            _hop(gateway=GATEWAY, dev="e0"),
            _hop(via={"family": "inet6", "host": "fe80::9"}, dev="e0"),
            _hop(via={"family": "inet6", "host": "fe80::9"}, dev="e1", weight=9),
        ],
    ),
    "ECMP onlink": _one(
        route(_V4, via("172.16.0.1", "e0", onlink=True), via("172.16.0.1", "e1", onlink=True)),
        nexthops=[_hop(gateway="172.16.0.1", dev=name, flags=["onlink"]) for name in ("e0", "e1")],
    ),
}
SEVERAL6: Final = {
    "IPv6 ECMP": _one(
        route(_V6, via(GATEWAY6), via(_OTHER6, weight=3)),
        nexthops=[_hop(gateway=GATEWAY6, dev="e0"), _hop(gateway=_OTHER6, dev="e1", weight=3)],
    ),
    "IPv6 ECMP of one link": _one(
        route(_V6, via(GATEWAY6, "e0", weight=256), via("2001:db8::3", "e0", weight=2), mtu=1400),
        nexthops=[_hop(gateway=GATEWAY6, dev="e0", weight=256), _hop(gateway="2001:db8::3", dev="e0", weight=2)],
        metrics=[{"mtu": 1400}],
    ),
    "IPv6 ECMP link-local": _one(
        route(_V6, via("fe80::9", "e0"), via("fe80::9", "e1", weight=4), source=ip_address("2001:db8:1::1")),
        nexthops=[_hop(gateway="fe80::9", dev="e0"), _hop(gateway="fe80::9", dev="e1", weight=4)],
        prefsrc="2001:db8:1::1",
    ),
    "IPv6 ECMP onlink": _one(
        route(_V6, via("2001:db8:f::1", "e0", onlink=True), via("2001:db8:f::1", "e1", onlink=True)),
        nexthops=[_hop(gateway="2001:db8:f::1", dev=name, flags=["onlink"]) for name in ("e0", "e1")],
    ),
}
WRAPPED: Final = {
    "encap ip": _one(route(_V4, via(GATEWAY, "e0", encap=_IP)), "encap_ip", gateway=GATEWAY, dev="e0", **_IP_ROW),
    "encap ip by gateway alone": _one(
        route(_V4, via(GATEWAY, encap=_IP)), "encap_ip", gateway=GATEWAY, dev="e0", **_IP_ROW
    ),
    "encap ip of every field": _one(
        route(_V4, via(device="e1", encap=_IP_ALL)), "encap_ip", dev="e1", scope="link", **_IP_ALL_ROW
    ),
    "encap ip6": _one(route(_V4, via(device="e1", encap=_IP6)), "encap_ip", dev="e1", scope="link", **_IP6_ROW),
    "encap ip via IPv6": _one(
        route(_V4, via("fe80::9", "e0", encap=_IP), mtu=1400),
        "encap_ip",
        via={"family": "inet6", "host": "fe80::9"},
        dev="e0",
        metrics=[{"mtu": 1400}],
        **_IP_ROW,
    ),
    "encap seg6": _one(route(_V4, via(device="e0", encap=_SEG6)), "encap_seg6", dev="e0", scope="link", **_SEG6_ROW),
    "encap seg6 reduced": _one(
        route(_V4, via(device="e0", encap=_SEG6_REDUCED)),
        "encap_seg6",
        dev="e0",
        scope="link",
        **_SEG6_ROW | {"mode": "encap.red"},
    ),
    "encap mpls": _one(route(_V4, via(GATEWAY, encap=_MPLS)), "encap_mpls", gateway=GATEWAY, dev="e0", **_MPLS_ROW),
    "ECMP of encap": _one(
        route(_V4, via(GATEWAY, "e0", encap=_IP), via(GATEWAY, "e0", encap=_IP_OTHER, weight=5), via(_OTHER)),
        "encap_ip",
        nexthops=[
            _hop(gateway=GATEWAY, dev="e0", **_IP_ROW),
            _hop(gateway=GATEWAY, dev="e0", weight=5, **_IP_OTHER_ROW),
            _hop(gateway=_OTHER, dev="e1"),
        ],
    ),
}
WRAPPED6: Final = {
    "IPv6 encap ip": _one(
        route(_V6, via(GATEWAY6, encap=_IP_ALL)), "encap_ip", gateway=GATEWAY6, dev="e0", **_IP_ALL_ROW
    ),
    "IPv6 encap ip6": _one(
        route(_V6, via("fe80::9", "e1", encap=_IP6)), "encap_ip", gateway="fe80::9", dev="e1", **_IP6_ROW
    ),
    "IPv6 encap seg6": _one(route(_V6, via(device="e0", encap=_SEG6)), "encap_seg6", dev="e0", **_SEG6_ROW),
    "IPv6 encap seg6 inline": _one(
        route(_V6, via(GATEWAY6, encap=_SEG6_INLINE)), "encap_seg6", gateway=GATEWAY6, dev="e0", **_SEG6_INLINE_ROW
    ),
    "IPv6 encap mpls": _one(
        route(_V6, via(GATEWAY6, encap=_MPLS)), "encap_mpls", gateway=GATEWAY6, dev="e0", **_MPLS_ROW
    ),
    "IPv6 ECMP of encap": _one(
        route(_V6, via(GATEWAY6, encap=_IP), via(GATEWAY6, encap=_IP_OTHER, weight=5), via(_OTHER6)),
        "encap_ip",
        nexthops=[
            _hop(gateway=GATEWAY6, dev="e0", **_IP_ROW),
            _hop(gateway=GATEWAY6, dev="e0", weight=5, **_IP_OTHER_ROW),
            _hop(gateway=_OTHER6, dev="e1"),
        ],
    ),
}
FORMS: Final = PLAIN | PLAIN6 | SEVERAL | SEVERAL6 | WRAPPED | WRAPPED6
