"""Forms: equal routes have equal forms, and what the kernel may add is no difference."""

from ipaddress import IPv4Address

import pytest

from bgpkit.fib import IpEncap, MplsEncap
from bgpkit.fib.form import Form, Hop, make_form, matches

A = Hop(b"\x0a\0\0\2", 3, onlink=False, weight=1)
B = Hop(b"\x0a\0\1\2", 5, onlink=False, weight=3)
UNICAST, BLACKHOLE = 1, 6


def test_order_of_next_hops_makes_no_difference() -> None:
    """ECMP next hops are a set: the kernel may list them in another order."""
    assert make_form(UNICAST, [A, B], 0) == make_form(UNICAST, [B, A], 0)


def test_order_of_encapsulations_makes_no_difference() -> None:
    """Two tunnels by one gateway are a set, too."""
    ends = [A._replace(encap=IpEncap(destination=IPv4Address(end))) for end in ("10.9.9.8", "10.9.9.9")]
    assert make_form(UNICAST, [A, *ends], 0) == make_form(UNICAST, [*reversed(ends), A], 0)


def test_weight_of_a_single_next_hop_makes_no_difference() -> None:
    """A weight is a share among several; the kernel drops it from a single one."""
    assert make_form(UNICAST, [B], 0).hops == (B._replace(weight=1),)


def test_routes_that_drop_have_no_next_hops() -> None:
    """The kernel shows IPv6 blackholes on device lo; that is no next hop."""
    assert make_form(BLACKHOLE, [A], 7) == Form(BLACKHOLE, (), 7)


@pytest.mark.parametrize(
    "found",
    [
        make_form(UNICAST, [A], 1),
        make_form(UNICAST, [A], 0, source=b"\x0a\0\0\1"),
        make_form(UNICAST, [A], 0, mtu=1400),
        make_form(UNICAST, [A._replace(onlink=True)], 0),
        make_form(UNICAST, [A, B], 0),
        make_form(BLACKHOLE, [], 0),
        make_form(UNICAST, [A], 0)._replace(unread=(22,)),
        make_form(UNICAST, [A._replace(encap=MplsEncap((100,)))], 0),
    ],
)
def test_every_field_counts(found: Form) -> None:
    """A route that differs in metric, source, MTU, onlink, next hops, kind or by an unknown attribute is altered."""
    assert not matches(make_form(UNICAST, [A], 0), found)


def test_interface_left_to_the_kernel_matches_any() -> None:
    """Wanted by gateway alone, a route is as wanted on whichever interface the kernel put it."""
    assert matches(make_form(UNICAST, [A._replace(ifindex=0)], 0), make_form(UNICAST, [A], 0))


def test_interface_asked_for_matches_only_itself() -> None:
    """Wanted on an interface, a route on another one is altered."""
    assert not matches(make_form(UNICAST, [A], 0), make_form(UNICAST, [A._replace(ifindex=9)], 0))


def test_same_gateway_on_named_and_unnamed_interface() -> None:
    """The named interface is taken first, so that the unnamed one does not use up its twin."""
    wanted = make_form(UNICAST, [A._replace(ifindex=0), A._replace(ifindex=2)], 0)
    assert matches(wanted, make_form(UNICAST, [A._replace(ifindex=2), A._replace(ifindex=3)], 0))
    assert not matches(wanted, make_form(UNICAST, [A._replace(ifindex=4), A._replace(ifindex=3)], 0))
