"""What is said of one prefix, from wanted to gone, over a model kernel."""

from ipaddress import IPv4Address, IPv6Address

import pytest

from bgpkit.fib import FibStatus, KernelRoute, NextHop, RouteKind
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.diff import diff_of
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.inspection import Inspection
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice
from bgpkit.fib.route import Spec
from bgpkit.fib.state import FibState, words_of_form, words_of_route
from bgpkit_rib import Prefix
from tests.unit.fib.model_kernel import OURS, ModelKernel, complete

PREFIX = Prefix.parse("10.1.0.0/16")
PLACE = (32, PREFIX.key)
SEND = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.2")),))
OTHERWISE = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.3")),))
GONE = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.9")),))
KEPT = make_form(1, [Hop(b"\x0a\0\0\2", 2, onlink=False, weight=1)], 0)


class Rig:
    """A dialogue over a model kernel."""

    def __init__(self) -> None:
        """Start over an empty table."""
        self.kernel = ModelKernel()
        self.dialogue = Dialogue(OURS, self.kernel, lambda _: 0)
        self.dialogue.hearing.know_links([LinkNotice(2, ("e0", 1, 0)), LinkNotice(3, ("e1", 1, 0))])
        self.reconciler = self.dialogue.reconcilers[32]

    def want(self, spec: Spec) -> None:
        """Want the prefix."""
        self.reconciler.want([PREFIX.key], spec)

    def read(self, *, adopt: bool = False) -> None:
        """Compare with a dump."""
        complete(self.dialogue.read_all(lambda: 0.0, adopt=adopt))
        for _ in self.dialogue.compare():
            pass

    def state(self) -> FibState:
        """Return what is said."""
        return Inspection(self.dialogue, 32, writes=True).state(PREFIX.key)


def told(state: FibState) -> tuple[FibStatus, bool, str]:
    """Return status, whether a route of ours is in use, and the text."""
    return state.status, state.installed, str(state)


def test_nothing_is_said_of_a_prefix_that_nobody_wants() -> None:
    """Neither wanted nor there."""
    assert told(Rig().state()) == (FibStatus.ABSENT, False, "absent")


def test_a_wish_is_pending_until_it_is_written() -> None:
    """First there is nothing; when it changes, the former route is in use meanwhile; so when it is withdrawn."""
    rig = Rig()
    rig.want(SEND)
    assert told(rig.state()) == (FibStatus.PENDING, False, "pending: wanted via 10.0.0.2")
    complete(rig.dialogue.write(0.0))
    rig.read()
    assert told(rig.state()) == (FibStatus.INSTALLED, True, "installed: the kernel has via 10.0.0.2 dev e0")
    assert rig.state().wanted == SEND.route(PREFIX)
    rig.want(OTHERWISE)
    text = "pending: wanted via 10.0.0.3, the kernel has via 10.0.0.2 dev e0"
    assert told(rig.state()) == (FibStatus.PENDING, True, text)
    rig.reconciler.unwant([PREFIX.key])
    assert told(rig.state()) == (FibStatus.PENDING, True, "pending: the kernel has via 10.0.0.2 dev e0")
    complete(rig.dialogue.write(0.0))
    assert rig.state().status is FibStatus.ABSENT


def test_a_route_found_at_the_start_is_adopted() -> None:
    """Until it is asked for, or swept."""
    rig = Rig()
    rig.kernel.add(PLACE, OURS, KEPT)
    rig.read(adopt=True)
    assert told(rig.state()) == (FibStatus.ADOPTED, True, "adopted: the kernel has via 10.0.0.2 dev e0")
    rig.reconciler.sweep()
    assert rig.state().status is FibStatus.PENDING


def test_a_foreign_route_in_the_way_is_named() -> None:
    """By its protocol."""
    rig = Rig()
    rig.kernel.add(PLACE, 4, KEPT)
    rig.want(OTHERWISE)
    complete(rig.dialogue.write(0.0))
    rig.read()
    complete(rig.dialogue.write(0.0))
    text = "conflict: wanted via 10.0.0.3, a route of protocol 4 has its place"
    assert told(rig.state()) == (FibStatus.CONFLICT, False, text)


def test_a_refusal_is_told_in_the_kernels_words() -> None:
    """And how often there was one."""
    rig = Rig()
    rig.want(GONE)
    complete(rig.dialogue.write(0.0))
    assert told(rig.state()) == (FibStatus.FAILED, False, "failed: wanted via 10.0.0.9, refused once: error 101")
    complete(rig.dialogue.write(10.0))
    assert str(rig.state()).endswith("refused 2 times: error 101")


HOPS = (NextHop(IPv4Address("10.0.0.2"), "e0", onlink=True), NextHop(device="e1", weight=3))


@pytest.mark.parametrize(
    ("route", "words"),
    [
        (KernelRoute(prefix=PREFIX, next_hops=HOPS[:1]), "via 10.0.0.2 dev e0 onlink"),
        (
            KernelRoute(prefix=PREFIX, next_hops=HOPS, metric=5),
            "nexthop via 10.0.0.2 dev e0 onlink nexthop dev e1 weight 3 metric 5",
        ),
        (
            KernelRoute(prefix=PREFIX, next_hops=HOPS[1:], source=IPv4Address("10.0.0.1"), mtu=1400),
            "dev e1 weight 3 src 10.0.0.1 mtu 1400",
        ),
        (KernelRoute(prefix=PREFIX, kind=RouteKind.BLACKHOLE), "blackhole"),
    ],
)
def test_a_wanted_route_is_told_as_ip_writes_it(route: KernelRoute, words: str) -> None:
    """ip-route(8)."""
    assert words_of_route(route) == words


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (make_form(7, [], 5), "unreachable metric 5"),
        (make_form(9, [], 0), "type 9"),
        (
            make_form(1, [Hop(IPv6Address("fe80::1").packed, 3, onlink=False, weight=1)], 0, b"\x0a\0\0\1", 1400),
            "via fe80::1 dev #3 src 10.0.0.1 mtu 1400",
        ),
    ],
)
def test_a_route_of_the_kernel_is_told_likewise(form: Form, words: str) -> None:
    """With the names of interfaces; kinds that are none of ours by number."""
    assert words_of_form(form, lambda index: f"#{index}") == words


def test_a_next_hop_that_cannot_be_used_is_named() -> None:
    """The route is there without it, the difference tells of it, and it rejoins when its interface is up."""
    rig = Rig()
    rig.kernel.set_link(3, up=False)
    rig.want(Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.2")), NextHop(IPv4Address("10.0.0.3")))))
    rig.dialogue.listen()
    rig.read()
    complete(rig.dialogue.write(0.0))
    reason = "without via 10.0.0.3: interface down or gateway not on its network"
    state = rig.state()
    assert (state.status, state.present, state.reason) == (FibStatus.REDUCED, ("via 10.0.0.2",), reason)
    diff = diff_of(rig.dialogue)
    assert [each.left_out for each in diff.reduced] == [(NextHop(IPv4Address("10.0.0.3")),)]
    assert (bool(diff), diff.missing, diff.pending) == (True, (), ())
    rig.kernel.told.append(AddressNotice(True, b"\x0a\0\1\1"))
    rig.dialogue.listen()
    assert (rig.state().status, rig.dialogue.check_wanted) == (FibStatus.REDUCED, True)
    rig.kernel.up.add(3)  # the kernel tells of an address before it has the route to its network
    rig.read()
    complete(rig.dialogue.write(0.0))
    assert (rig.state().status, bool(diff_of(rig.dialogue))) == (FibStatus.INSTALLED, False)
