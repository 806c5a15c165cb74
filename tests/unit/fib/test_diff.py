"""Differences, as a person reads them."""

from ipaddress import IPv4Address

from bgpkit.fib import FailedRoute, FibDiff, ForeignConflict, KernelRoute, NextHop, RouteKind, UnwantedRoute
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.diff import diff_of
from bgpkit.fib.form import Form
from bgpkit.fib.route import Spec
from bgpkit_rib import Prefix
from tests.unit.fib.model_kernel import OURS, ModelKernel, complete

BLACKHOLE = Form(6, (), 0)
PREFIXES = [Prefix.parse(f"10.{number}.0.0/16") for number in range(5)]


def test_every_difference_is_shown_in_its_place() -> None:
    """As wanted, leftover, taken by another, refused: each prefix under its heading, with the reason."""
    kernel = ModelKernel()
    wanted, leftover, taken, refused, _ = (prefix.key for prefix in PREFIXES)
    kernel.add((32, leftover), OURS, BLACKHOLE)
    kernel.add((32, taken), 4, BLACKHOLE)
    dialogue = Dialogue(OURS, kernel, lambda _: 0)
    complete(dialogue.read_all(lambda: 0.0, adopt=True))
    assert list(dialogue.compare())
    drop, send = Spec(RouteKind.BLACKHOLE, ()), Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.9")),))
    dialogue.reconcilers[32].want([taken, wanted], drop)
    dialogue.reconcilers[32].want([refused], send)
    complete(dialogue.write(0.0))
    complete(dialogue.read_all(lambda: 0.0))
    complete(dialogue.write(0.0))
    lost = KernelRoute(prefix=PREFIXES[2], kind=RouteKind.BLACKHOLE)
    assert diff_of(dialogue) == FibDiff(
        missing=(lost, KernelRoute(prefix=PREFIXES[3], next_hops=send.next_hops)),
        unwanted=(UnwantedRoute(PREFIXES[1], 0),),
        conflicts=(ForeignConflict(lost, 4),),
        failed=(FailedRoute(PREFIXES[3], 101, "error 101", 1),),
    )


def test_no_difference_is_false() -> None:
    """A table as wanted gives a diff that is falsy."""
    diff = diff_of(Dialogue(OURS, ModelKernel(), lambda _: 0))
    assert not diff
    assert diff == FibDiff((), (), (), ())
