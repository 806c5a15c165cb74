"""Routes as a caller states them: what cannot be is refused with one clear sentence."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.fib import IpEncap, KernelRoute, NextHop, RouteKind, Seg6Encap, Seg6Mode
from bgpkit.fib.route import Spec
from bgpkit_rib import Prefix

V4, V6 = Prefix.parse("10.1.0.0/16"), Prefix.parse("2001:db8::/32")
GATEWAY, GATEWAY6 = IPv4Address("10.0.0.2"), IPv6Address("fe80::1")
HOP = NextHop(GATEWAY)
INSERTED = NextHop(device="eth0", encap=Seg6Encap((IPv6Address("2001:db8::9"),), Seg6Mode.INLINE))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: NextHop(), "a next hop needs a gateway, a device or both"),
        (lambda: NextHop(device="a name too long for it"), "is not an interface name"),
        (lambda: NextHop(device="a/b"), "is not an interface name"),
        (lambda: NextHop(GATEWAY, onlink=True), "needs both a gateway and a device"),
        (lambda: NextHop(device="eth0", onlink=True), "needs both a gateway and a device"),
        (lambda: NextHop(GATEWAY, weight=0), "weight 0 is not within 1 to 256"),
        (lambda: NextHop(GATEWAY, weight=257), "weight 257 is not within 1 to 256"),
        (lambda: NextHop(IPv6Address("fe80::1%eth0")), "name the interface as device instead"),
        (lambda: KernelRoute(prefix=V4), "unicast needs at least one next hop"),
        (lambda: KernelRoute(prefix=V4, kind=RouteKind.BLACKHOLE, next_hops=(HOP,)), "blackhole needs no next hop"),
        (lambda: KernelRoute(prefix=V4, next_hops=(HOP,), metric=-1), "metric -1 is not"),
        (lambda: KernelRoute(prefix=V4, next_hops=(HOP,), metric=1 << 32), "metric 4294967296 is not"),
        (lambda: NextHop(IPv4Address("0.0.0.0")), "gateway 0.0.0.0 is no host's address"),
        (lambda: NextHop(IPv4Address("224.0.0.1"), "eth0"), "gateway 224.0.0.1 is no host's address"),
        (lambda: NextHop(IPv4Address("239.9.9.9")), "gateway 239.9.9.9 is no host's address"),
        (lambda: NextHop(IPv6Address("::"), "eth0"), "gateway :: is no host's address"),
        (lambda: NextHop(IPv6Address("ff02::1"), "eth0"), "gateway ff02::1 is no host's address"),
        (lambda: KernelRoute(prefix=V4, next_hops=(HOP,), mtu=67), "MTU 67 is below 68"),
        (lambda: KernelRoute(prefix=V6, next_hops=(NextHop(GATEWAY6),), mtu=65521), "MTU 65521 is above 65520"),
        (lambda: KernelRoute(prefix=V4, next_hops=(HOP,), source=IPv4Address("0.0.0.0")), "source 0.0.0.0 is no"),
        (lambda: KernelRoute(prefix=V6, kind=RouteKind.BLACKHOLE, source=IPv6Address("::")), "source :: is no"),
        (lambda: KernelRoute(prefix=V4, next_hops=(HOP,), source=GATEWAY6), "source fe80::1 is of the other"),
        (lambda: KernelRoute(prefix=V4, next_hops=(HOP, NextHop(GATEWAY, weight=2))), "the same next hop twice"),
        (lambda: KernelRoute(prefix=V6, next_hops=(HOP,)), "an IPv6 prefix cannot have an IPv4 gateway"),
        (lambda: KernelRoute(prefix=V4, next_hops=(INSERTED,)), "10.1.0.0/16: segments are inserted into IPv6 only"),
    ],
)
def test_what_cannot_be_is_refused(make: Callable[[], object], words: str) -> None:
    """ValueError says which value is wrong, and the route's prefix where there is one."""
    with pytest.raises(ValueError, match=words):
        make()


def test_ipv4_prefix_may_have_an_ipv6_gateway() -> None:
    """RFC 8950, section 3: IPv4 reachability with an IPv6 next hop."""
    assert KernelRoute(prefix=V4, next_hops=(NextHop(GATEWAY6, "eth0"),)).next_hops[0].gateway == GATEWAY6


def test_a_spec_gives_back_the_route() -> None:
    """A route taken apart into prefix and spec is put together unchanged."""
    route = KernelRoute(prefix=V4, next_hops=(HOP,), metric=5, source=GATEWAY, mtu=1400)
    assert Spec(RouteKind.UNICAST, (HOP,), 5, GATEWAY, 1400).route(V4) == route


def test_one_gateway_may_be_the_way_into_two_tunnels() -> None:
    """Next hops that differ in their encapsulation are two: the kernel has them side by side."""
    ends = (IPv4Address("10.9.9.8"), IPv4Address("10.9.9.9"))
    hops = tuple(NextHop(GATEWAY, encap=IpEncap(destination=end)) for end in ends)
    assert KernelRoute(prefix=V4, next_hops=hops).next_hops == hops
    assert KernelRoute(prefix=V6, next_hops=(INSERTED,)).next_hops == (INSERTED,)
