"""Notices: heeded in their order, kept back while they would have no clear meaning."""

from bgpkit.fib.form import make_form
from bgpkit.fib.hearing import Hearing
from bgpkit.fib.netlink.decode import LinkNotice, RouteNotice
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.resolve import Resolver
from tests.unit.fib.model_kernel import OURS, ModelKernel

KEY = b"\x10\x0a\x01"
COME = RouteNotice(True, 32, KEY, OURS, (make_form(6, [], 0),))


class Rig:
    """A kernel that tells, and who hears it."""

    def __init__(self) -> None:
        """Know one interface and no route."""
        self.kernel = ModelKernel()
        self.resolver = Resolver(32, lambda _: 0)
        self.ipv4 = Reconciler(32, OURS, self.resolver)
        self.hearing = Hearing(self.kernel.notices, {32: self.ipv4}, {32: self.resolver}, None)
        self.hearing.know_links([LinkNotice(2, ("e0", 1, 0))])


def test_what_is_read_is_heeded_later() -> None:
    """Reading alone changes nothing; it tells that there is something, also the second time."""
    rig = Rig()
    assert not rig.hearing.read()
    rig.kernel.told.append(COME)
    assert rig.hearing.read()
    assert rig.hearing.read()
    assert rig.ipv4.held == {}
    assert rig.hearing.listen()
    assert KEY in rig.ipv4.held
    assert not rig.hearing.listen()


def test_what_is_kept_back_is_heeded_when_that_is_over() -> None:
    """In the order in which it was told."""
    rig = Rig()
    rig.hearing.keeping_back = True
    rig.kernel.told.append(COME)
    assert rig.hearing.listen()
    rig.kernel.told.append(COME._replace(present=False))
    rig.hearing.listen()
    assert rig.ipv4.pending == 0
    rig.hearing.keeping_back = False
    rig.hearing.listen()
    assert rig.ipv4.held == {}
    assert rig.ipv4.pending == 2


def test_a_loss_is_noted_at_once() -> None:
    """Even while notices are kept back: nothing may be replaced from now on."""
    rig = Rig()
    rig.hearing.keeping_back = True
    rig.kernel.lost = True
    assert rig.hearing.read()
    assert rig.hearing.lost
    assert rig.hearing.check_wanted


def test_a_notice_that_has_crossed_leaves_a_doubt() -> None:
    """Of a prefix of the batch only."""
    rig = Rig()
    rig.kernel.told.append(COME)
    rig.hearing.listen(32, frozenset({b"\x08\x0b"}))
    assert not rig.hearing.check_wanted
    rig.kernel.told.append(COME)
    rig.hearing.listen(32, frozenset({KEY}))
    assert rig.hearing.check_wanted


def test_interfaces_have_names_as_long_as_they_are_there() -> None:
    """Else the number stands for it; one that goes is a reason to look."""
    rig = Rig()
    assert (rig.hearing.name_of(2), rig.hearing.name_of(3)) == ("e0", "#3")
    rig.kernel.told.append(LinkNotice(2, None))
    rig.hearing.listen()
    assert rig.hearing.name_of(2) == "#2"
    assert rig.hearing.check_wanted
