"""Routes stated one by one, in our words and in those of BIRD's protocol ``static``."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from bgpkit.fib import KernelRoute, RouteKind
from tests.integration.fib_node import route, via


class Stated(NamedTuple):
    """One route of both."""

    route: KernelRoute
    bird: str
    """What follows its prefix in BIRD's configuration."""


FORMS: Final[Sequence[Stated]] = (
    Stated(route("7.0.1.0/24", kind=RouteKind.BLACKHOLE), "blackhole"),
    Stated(route("7.0.2.0/24", kind=RouteKind.UNREACHABLE), "unreachable"),
    Stated(route("7.0.3.0/24", kind=RouteKind.PROHIBIT), "prohibit"),
    Stated(route("7.0.4.0/24", kind=RouteKind.BLACKHOLE, metric=77), "blackhole { krt_metric = 77; }"),
    Stated(route("7.0.5.0/24", via("10.0.0.2", "e0")), "via 10.0.0.2"),
    Stated(route("7.0.6.0/24", via("10.0.0.2", "e0"), metric=9), "via 10.0.0.2 { krt_metric = 9; }"),
    Stated(route("7.0.7.0/24", via("10.0.0.2", "e0"), mtu=1400), "via 10.0.0.2 { krt_mtu = 1400; }"),
    Stated(
        route("7.0.8.0/24", via("10.0.0.2", "e0"), source=via("10.0.1.1").gateway),
        "via 10.0.0.2 { krt_prefsrc = 10.0.1.1; }",
    ),
    Stated(
        route("7.0.9.0/24", via("10.0.0.2", "e0", weight=3), via("10.0.1.2", "e1")),
        "via 10.0.0.2 weight 3 via 10.0.1.2",
    ),
    Stated(route("7.0.10.0/24", via("10.99.0.1", "e1", onlink=True)), "via 10.99.0.1%e1 onlink"),
    Stated(
        route("7.0.11.0/24", via("10.99.0.1", "e0", onlink=True), via("10.99.0.1", "e1", onlink=True)),
        "via 10.99.0.1%e0 onlink via 10.99.0.1%e1 onlink",
    ),
    Stated(route("7.0.12.0/24", via("2001:db8::2", "e0")), "via 2001:db8::2"),
    Stated(
        route("7.0.13.0/24", via("2001:db8::2", "e0"), via("10.0.1.2", "e1", weight=2)),
        "via 2001:db8::2 via 10.0.1.2 weight 2",
    ),
    Stated(route("0.0.0.0/0", via("10.0.1.2", "e1"), metric=4000), "via 10.0.1.2 { krt_metric = 4000; }"),
    Stated(route("7.0.14.1/32", via(None, "e1")), 'via "e1"'),
    Stated(route("2001:db8:700::/48", kind=RouteKind.BLACKHOLE), "blackhole"),
    Stated(route("2001:db8:701::/48", kind=RouteKind.UNREACHABLE), "unreachable"),
    Stated(route("2001:db8:702::/48", kind=RouteKind.PROHIBIT, metric=5), "prohibit { krt_metric = 5; }"),
    Stated(route("2001:db8:703::/48", via("2001:db8:1::2", "e1"), metric=3), "via 2001:db8:1::2 { krt_metric = 3; }"),
    Stated(
        route("2001:db8:704::/48", via("2001:db8::2", "e0"), source=via("2001:db8:1::1").gateway, mtu=1400),
        "via 2001:db8::2 { krt_prefsrc = 2001:db8:1::1; krt_mtu = 1400; }",
    ),
    Stated(
        route("2001:db8:705::/48", via("2001:db8::2", "e0"), via("2001:db8:1::2", "e1", weight=200)),
        "via 2001:db8::2 via 2001:db8:1::2 weight 200",
    ),
    Stated(route("2001:db8:706::1/128", via(None, "e1")), 'via "e1"'),
    Stated(route("2001:db8:707::/48", via("fe80::77", "e0")), "via fe80::77%e0"),
    Stated(route("2001:db8:708::/48", via("2001:db8:99::1", "e1", onlink=True)), "via 2001:db8:99::1%e1 onlink"),
)
"""Each form that both can say."""


def as_protocols(stated: Sequence[Stated]) -> str:
    """Return BIRD's protocols with these routes."""
    return "".join(
        f"protocol static stated_{channel} {{ {channel}; {_lines(stated, width)} }}\n"
        for channel, width in (("ipv4", 32), ("ipv6", 128))
    )


def _lines(stated: Sequence[Stated], width: int) -> str:
    """Return the routes of one address width; what has no block of attributes ends with a semicolon likewise."""
    return " ".join(f"route {each.route.prefix} {each.bird};" for each in stated if each.route.prefix.width == width)
