"""Rules of the dialogue that the walk of test_fib_reconciliation.py seldom meets: what is lost, or told meanwhile."""

from collections.abc import AsyncIterator
from ipaddress import IPv4Address

import pytest

from bgpkit.errors import FibError
from bgpkit.fib import NextHop, RouteKind
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.events import Drift
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.netlink.decode import LinkNotice
from bgpkit.fib.netlink.page import Page
from bgpkit.fib.operation import Verb
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.route import Spec
from bgpkit.fib.watching import WatchingDialogue
from tests.unit.fib.model_kernel import OURS, ModelKernel, complete

KEY, OTHER = b"\x10\x0a\x01", b"\x10\x0a\x02"
PLACE = (32, KEY)
STATIC = 4
UP, DOWN = 1, 0


class Unreadable(ModelKernel):
    """A table that can be made unreadable."""

    broken = False

    async def dump(self, width: int, *, own_only: bool) -> AsyncIterator[Page]:
        """Give it page by page, or fail."""
        if self.broken:
            raise FibError("the kernel's table cannot be read", 12)
        async for page in super().dump(width, own_only=own_only):
            yield page


def spec(number: int = 2, metric: int = 0) -> Spec:
    """Return what is wanted as a route by one of the model's gateways."""
    return Spec(RouteKind.UNICAST, (NextHop(IPv4Address(f"10.0.0.{number}")),), metric)


def by(number: int, metric: int = 0) -> Form:
    """Return the form of such a route."""
    return make_form(1, [Hop(bytes((10, 0, 0, number)), number, onlink=False, weight=1)], metric)


def link(index: int, flags: int = UP) -> LinkNotice:
    """Return what is told of an interface."""
    return LinkNotice(index, (f"e{index}", flags, 0))


def started(
    kernel: ModelKernel, indexes: dict[str, int] | None = None, kind: type[Dialogue] = Dialogue
) -> tuple[Dialogue, Reconciler]:
    """Return a dialogue that has adopted what is there, and its IPv4 part; ``indexes`` are those of interfaces."""
    known = {} if indexes is None else indexes
    dialogue = kind(OURS, kernel, lambda name: known.get(name, 0))
    dialogue.hearing.know_links([link(index) for index in (2, 3, 4)])
    check(dialogue, adopt=True)
    return dialogue, dialogue.reconcilers[32]


def check(dialogue: Dialogue, *, adopt: bool = False) -> None:
    """Read the table and compare it with what is wanted."""
    complete(dialogue.read_all(lambda: 0.0, adopt=adopt))
    for _ in dialogue.compare():
        pass


def work(dialogue: Dialogue) -> None:
    """Write and check until there is nothing left to do."""
    for _ in range(20):
        if dialogue.check_wanted:
            check(dialogue)
        elif dialogue.pending:
            complete(dialogue.write(0.0))
        else:
            return
    raise AssertionError("it never comes to rest")


def test_what_has_moved_is_replaced_though_it_was_right_before() -> None:
    """That a route is as wanted is remembered by what it is wanted as: that must be forgotten when this moves."""
    kernel = ModelKernel()
    dialogue, reconciler = started(kernel)
    wanted = spec(2)
    reconciler.want([KEY], wanted)
    work(dialogue)
    check(dialogue)
    wanted.next_hops = spec(3).next_hops
    reconciler.move(wanted)
    work(dialogue)
    assert kernel.ours() == {PLACE: [by(3)]}


def test_an_adopted_route_without_a_way_yet_is_left_alone() -> None:
    """Nothing can be wanted in its place, and it stays until the sweep."""
    kernel = ModelKernel()
    kernel.add(PLACE, OURS, by(2))
    dialogue, reconciler = started(kernel)
    reconciler.want([KEY], Spec(RouteKind.UNICAST, ()))
    work(dialogue)
    assert kernel.executed == []
    assert kernel.ours() == {PLACE: [by(2)]}


def test_lost_notices_stay_lost_when_the_table_cannot_be_read() -> None:
    """Nothing is replaced before a dump has come to its end."""
    kernel = Unreadable()
    dialogue, reconciler = started(kernel)
    reconciler.want([KEY], spec(2))
    work(dialogue)
    kernel.add((32, OTHER), STATIC, by(3))
    kernel.overflow()
    dialogue.listen()
    kernel.broken = True
    with pytest.raises(FibError):
        complete(dialogue.read_all(lambda: 0.0))
    assert (dialogue.hearing.lost, dialogue.check_wanted) == (True, True)
    reconciler.want([KEY], spec(3))
    complete(dialogue.write(0.0))
    assert [operation.verb for operation in kernel.executed] == [Verb.ADD]
    kernel.broken = False
    work(dialogue)
    assert kernel.ours() == {PLACE: [by(3)]}


def test_what_is_told_while_the_table_is_read_is_heeded_afterwards() -> None:
    """The loop may read notices between two pages, before or after the dump has come to the route."""
    kernel = ModelKernel()
    dialogue, reconciler = started(kernel)
    reconciler.want([KEY, OTHER], spec(2))
    work(dialogue)
    pages: list[None] = []

    def delete_behind_the_reader() -> None:
        pages.append(None)
        if len(pages) == 1:
            kernel.delete(PLACE, OURS)
        dialogue.listen()

    kernel.between_pages = delete_behind_the_reader
    check(dialogue)
    assert KEY not in reconciler.held
    work(dialogue)
    assert set(kernel.ours()) == {PLACE, (32, OTHER)}


def test_a_link_that_is_said_to_be_up_again_after_losses_has_been_down() -> None:
    """That it went was lost; to whoever remembers it as up, this is a repetition."""
    kernel = ModelKernel()
    dialogue, reconciler = started(kernel)
    kernel.set_link(2, up=False)
    kernel.overflow()
    reconciler.want([KEY], spec(2))
    dialogue.listen()
    work(dialogue)
    assert list(reconciler.attempts.failed) == [KEY]
    kernel.set_link(2, up=True)
    dialogue.listen()
    assert dialogue.check_wanted
    work(dialogue)
    assert kernel.ours() == {PLACE: [by(2)]}


def test_an_interface_that_comes_again_with_another_index_is_looked_up_anew() -> None:
    """What was resolved before names one that is gone."""
    kernel, indexes = ModelKernel(), {"e9": 2}
    dialogue, reconciler = started(kernel, indexes)
    reconciler.want([KEY], Spec(RouteKind.UNICAST, (NextHop(device="e9"),)))
    work(dialogue)
    kernel.set_link(2, up=False)
    indexes["e9"] = 3
    work(dialogue)
    dialogue.listen()
    work(dialogue)
    assert [form.hops[0].ifindex for form in kernel.ours()[PLACE]] == [3]


def test_what_was_not_right_before_has_not_drifted() -> None:
    """Another hand has changed nothing: the route was never as it is wanted since."""
    kernel = ModelKernel()
    kernel.add(PLACE, OURS, by(2))
    dialogue, reconciler = started(kernel)
    reconciler.want([KEY], spec(3))
    check(dialogue)
    assert reconciler.foreign.drifted.take() == []


def test_what_was_right_before_the_dump_has_drifted() -> None:
    """It is gone, and no notice has told of it."""
    kernel = ModelKernel()
    dialogue, reconciler = started(kernel)
    reconciler.want([KEY], spec(2))
    work(dialogue)
    kernel.table.clear()
    check(dialogue)
    assert [(each.reason, each.first) for each in reconciler.foreign.drifted.take()] == [(Drift.REMOVED, (KEY,))]


def test_a_conflict_ends_when_the_route_is_wanted_no_more() -> None:
    """Nothing stands in the way of what nobody wants."""
    kernel = ModelKernel()
    kernel.add(PLACE, STATIC, by(3))
    dialogue, reconciler = started(kernel)
    reconciler.want([KEY], spec(2))
    work(dialogue)
    assert reconciler.foreign.conflicts == {KEY: STATIC}
    reconciler.foreign.fresh.take()
    reconciler.unwant([KEY])
    work(dialogue)
    assert reconciler.foreign.conflicts == {}
    assert [(each.reason, each.first) for each in reconciler.foreign.ended.take()] == [(STATIC, (KEY,))]
    assert kernel.foreign() == {PLACE: [by(3)]}


def test_who_only_reads_finds_a_conflict_with_a_route_that_was_there_before() -> None:
    """No refusal ever tells of it: each look at the table is at the routes of others, too."""
    kernel = ModelKernel()
    kernel.add(PLACE, STATIC, by(3))
    dialogue, reconciler = started(kernel, kind=WatchingDialogue)
    reconciler.want([KEY], spec(2))
    work(dialogue)
    check(dialogue)
    work(dialogue)
    assert reconciler.foreign.conflicts == {KEY: STATIC}
    assert kernel.executed == []


def test_a_route_of_ours_that_took_the_place_of_one_beside_a_foreign_route_needs_a_look() -> None:
    """Whose route was replaced, the notice does not say."""
    kernel = ModelKernel()
    kernel.add(PLACE, STATIC, by(3, metric=5))
    dialogue, reconciler = started(kernel)
    reconciler.want([KEY], spec(2))
    work(dialogue)
    kernel.add(PLACE, STATIC, by(4, metric=7))
    dialogue.listen()
    kernel.change(PLACE, OURS, by(4, metric=7))
    dialogue.listen()
    assert dialogue.check_wanted
