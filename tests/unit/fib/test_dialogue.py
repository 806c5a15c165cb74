"""The dialogue: what is read before, between and after the batches, against a model of the kernel."""

from collections.abc import Callable
from ipaddress import IPv4Address

import pytest

from bgpkit.fib import NextHop, RouteKind
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice
from bgpkit.fib.operation import Answers, Batch, Verb
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.route import Spec
from tests.unit.fib.model_kernel import OURS, ModelKernel, complete

KEY, OTHER = b"\x10\x0a\x01", b"\x10\x0a\x02"
PLACE = (32, KEY)
STATIC = 4
A = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.2")),))
FORM_A = make_form(1, [Hop(b"\x0a\0\0\2", 2, onlink=False, weight=1)], 0)
FORM_B = make_form(1, [Hop(b"\x0a\0\0\3", 3, onlink=False, weight=1)], 0)


class QuickKernel(ModelKernel):
    """A kernel that is done before it could ask for the next batch."""

    async def execute(self, batch: Batch, meanwhile: Callable[[], Batch | None]) -> Answers:
        """Carry a batch out."""
        del meanwhile
        return await super().execute(batch, lambda: None)


def compare(dialogue: Dialogue) -> None:
    """Compare all, slice by slice."""
    for _ in dialogue.compare():
        pass


def start(kernel: ModelKernel) -> tuple[Dialogue, Reconciler]:
    """Return a dialogue that has adopted what is there, and its IPv4 part."""
    dialogue = Dialogue(OURS, kernel, lambda _: 0)
    dialogue.hearing.know_links([LinkNotice(index, (f"e{index}", 1, 0)) for index in (2, 3, 4)])
    complete(dialogue.read_all(lambda: 0.0, adopt=True))
    compare(dialogue)
    return dialogue, dialogue.reconcilers[32]


def work(dialogue: Dialogue) -> int:
    """Write and check until there is nothing left to do; return how many changes were asked for."""
    before = dialogue.writes
    for _ in range(20):
        if dialogue.check_wanted:
            complete(dialogue.read_all(lambda: 0.0))
            compare(dialogue)
        elif dialogue.pending:
            complete(dialogue.write(0.0))
        else:
            return dialogue.writes - before
    raise AssertionError("it never comes to rest")


def with_route(kind: type[ModelKernel] = ModelKernel) -> tuple[ModelKernel, Dialogue, Reconciler]:
    """Return a kernel that holds KEY as wanted, and the dialogue that put it there."""
    kernel = kind()
    dialogue, reconciler = start(kernel)
    reconciler.want([KEY], A)
    assert work(dialogue) == 1
    return kernel, dialogue, reconciler


def test_the_start_reads_and_writes_nothing() -> None:
    """Routes of ours are adopted as stale, those of others are left out of it."""
    kernel = ModelKernel()
    kernel.add(PLACE, OURS, FORM_A)
    kernel.add((32, OTHER), STATIC, FORM_B)
    kernel.add((128, b"\x08\x20"), OURS, FORM_A)
    dialogue, reconciler = start(kernel)
    assert kernel.executed == []
    assert reconciler.stale == {KEY}
    assert dialogue.reconcilers[128].stale == {b"\x08\x20"}


def test_restart_with_the_same_wishes_writes_nothing() -> None:
    """0 messages when the kernel holds already what is wanted."""
    kernel, _, _ = with_route()
    dialogue, reconciler = start(kernel)
    reconciler.want([KEY], A)
    assert work(dialogue) == 0
    assert reconciler.stale == set()


def test_a_change_just_before_the_batch_is_seen_through() -> None:
    """Deleted by another hand between the last look and the batch: REPLACE finds nothing, a dump clears it up."""
    kernel, dialogue, reconciler = with_route()
    reconciler.want([KEY], Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.3")),)))
    kernel.before_batch = lambda: kernel.delete(PLACE, OURS)
    work(dialogue)
    assert kernel.ours() == {PLACE: [FORM_B]}


def test_a_change_just_after_the_batch_is_seen_through() -> None:
    """Deleted by another hand right after the batch: the notice is not taken for an older one."""
    kernel = ModelKernel()
    dialogue, reconciler = start(kernel)
    reconciler.want([KEY], A)
    kernel.after_batch = lambda: kernel.delete(PLACE, OURS)
    assert work(dialogue) == 2
    assert kernel.ours() == {PLACE: [FORM_A]}


@pytest.mark.parametrize("kind", [ModelKernel, QuickKernel])
def test_a_notice_that_crossed_a_deletion_does_not_bring_the_route_back_to_mind(kind: type[ModelKernel]) -> None:
    """Added by another hand, deleted by us, wanted again: the old notice must not pass for the route."""
    kernel, dialogue, reconciler = with_route(kind)
    reconciler.unwant([KEY])
    kernel.before_batch = lambda: kernel.change(PLACE, OURS, FORM_A)
    complete(dialogue.write(0.0))
    reconciler.want([KEY], A)
    work(dialogue)
    assert kernel.ours() == {PLACE: [FORM_A]}


def test_a_conflict_is_explained_by_a_dump_and_left_alone() -> None:
    """A foreign route that was there before the start is found by EEXIST; then nothing more is written."""
    kernel = ModelKernel()
    kernel.add(PLACE, STATIC, FORM_B)
    dialogue, reconciler = start(kernel)
    reconciler.want([KEY], A)
    assert work(dialogue) == 1
    assert reconciler.foreign.conflicts == {KEY: STATIC}
    complete(dialogue.read_all(lambda: 0.0))
    compare(dialogue)
    assert work(dialogue) == 0
    assert kernel.foreign() == {PLACE: [FORM_B]}


def test_a_foreign_route_beside_ours_is_known_from_the_dump_at_the_start() -> None:
    """Adopted next to a foreign one of the same metric, ours is never replaced over it."""
    kernel = ModelKernel()
    kernel.add(PLACE, STATIC, FORM_B)
    kernel.add(PLACE, OURS, FORM_B, exclusive=False)
    dialogue, reconciler = start(kernel)
    reconciler.want([KEY], A)
    work(dialogue)
    assert [operation.verb for operation in kernel.executed] == [Verb.DELETE]
    assert kernel.foreign() == {PLACE: [FORM_B]}


def test_lost_notices_lead_to_a_dump() -> None:
    """An overflow: what was missed is found by comparison."""
    kernel, dialogue, _ = with_route()
    kernel.delete(PLACE, OURS)
    kernel.overflow()
    dialogue.listen()
    assert dialogue.check_wanted
    assert work(dialogue) == 1
    assert kernel.ours() == {PLACE: [FORM_A]}


def test_nothing_is_replaced_while_notices_are_lost() -> None:
    """A foreign route took the place of ours and the notice was lost: REPLACE would overwrite it unseen."""
    kernel, dialogue, reconciler = with_route()
    kernel.change(PLACE, STATIC, FORM_B)
    kernel.overflow()
    reconciler.want([KEY, OTHER], Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.4")),)))
    assert complete(dialogue.write(0.0)) == 1
    assert kernel.ours().keys() == {(32, OTHER)}
    work(dialogue)
    assert kernel.foreign() == {PLACE: [FORM_B]}
    assert reconciler.foreign.conflicts == {KEY: STATIC}


def test_a_replacement_that_waited_for_a_dump_is_made() -> None:
    """After the loss of notices that meant nothing, the new form is written."""
    kernel, dialogue, reconciler = with_route()
    kernel.lost = True
    reconciler.want([KEY], Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.3")),)))
    assert complete(dialogue.write(0.0)) == 0
    assert work(dialogue) == 1
    assert kernel.ours() == {PLACE: [FORM_B]}


def test_lost_answers_lead_to_a_dump() -> None:
    """What became of a batch is read from the table when the answers are lost."""
    kernel = ModelKernel()
    dialogue, reconciler = start(kernel)
    reconciler.want([KEY], A)
    kernel.lose_answers = True
    assert work(dialogue) == 1
    assert reconciler.held == {KEY: (FORM_A,)}


def test_notices_during_a_dump_are_newer_than_it() -> None:
    """A route that goes while later pages are read is missed by none: the notice waits for the end."""
    kernel, dialogue, _ = with_route()
    kernel.add((32, b"\x10\x0b\x01"), STATIC, FORM_B)
    kernel.between_pages = lambda: kernel.delete(PLACE, OURS)
    complete(dialogue.read_all(lambda: 0.0))
    assert dialogue.reconcilers[32].held == {}
    work(dialogue)
    assert kernel.ours() == {PLACE: [FORM_A]}


def test_a_link_that_goes_down_takes_routes_without_a_word() -> None:
    """The interface's notice is the only one: the routes are compared, and added again when it is back."""
    kernel, dialogue, reconciler = with_route()
    kernel.set_link(2, up=False)
    dialogue.listen()
    assert dialogue.check_wanted
    work(dialogue)
    assert reconciler.attempts.failed.keys() == {KEY}
    assert kernel.ours() == {}
    kernel.set_link(2, up=True)
    dialogue.listen()
    work(dialogue)
    assert kernel.ours() == {PLACE: [FORM_A]}
    assert reconciler.attempts.failed == {}


def test_a_repeated_link_notice_means_nothing() -> None:
    """Interfaces are announced for many reasons; only a change of name, state or master counts."""
    kernel, dialogue, _ = with_route()
    kernel.told.append(LinkNotice(2, ("e2", 1, 0)))
    dialogue.listen()
    assert not dialogue.check_wanted
    assert dialogue.pending == 0


def test_a_new_interface_is_no_reason_to_read_the_table() -> None:
    """A pod's interface that comes takes no route away: only what failed is tried again."""
    kernel, dialogue, _ = with_route()
    kernel.told.append(LinkNotice(9, ("cali9", 0, 0)))
    dialogue.listen()
    assert not dialogue.check_wanted
    assert dialogue.hearing.name_of(9) == "cali9"
    assert dialogue.hearing.name_of(10) == "#10"


def test_an_address_that_goes_is_a_reason_one_that_comes_is_not() -> None:
    """IPv4 gateway routes go with the address that made the gateway reachable."""
    kernel, dialogue, _ = with_route()
    kernel.told.append(AddressNotice(True))
    dialogue.listen()
    assert not dialogue.check_wanted
    kernel.told.append(AddressNotice(False))
    dialogue.listen()
    assert dialogue.check_wanted


def test_both_widths_are_told_apart() -> None:
    """10.0.0.0/8 and a00::/8 have the same key, and live in two tables."""
    kernel = ModelKernel()
    dialogue, _ = start(kernel)
    blackhole = Spec(RouteKind.BLACKHOLE, ())
    for reconciler in dialogue.reconcilers.values():
        reconciler.want([b"\x08\x0a"], blackhole)
    assert work(dialogue) == 2
    assert kernel.ours() == {(32, b"\x08\x0a"): [Form(6, (), 0)], (128, b"\x08\x0a"): [Form(6, (), 1024)]}


B = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.3")),))


def with_two_routes() -> tuple[ModelKernel, Dialogue, Reconciler]:
    """Return a kernel that holds two routes which are wanted otherwise by now, and a dialogue with batches of one."""
    kernel = ModelKernel()
    dialogue = Dialogue(OURS, kernel, lambda _: 0, batch=1)
    dialogue.hearing.know_links([LinkNotice(index, (f"e{index}", 1, 0)) for index in (2, 3, 4)])
    reconciler = dialogue.reconcilers[32]
    reconciler.want([KEY, OTHER], A)
    assert work(dialogue) == 2
    reconciler.want([KEY, OTHER], B)
    return kernel, dialogue, reconciler


def test_the_next_batch_is_taken_while_the_kernel_is_busy() -> None:
    """It is announced to the kernel, which may write it down meanwhile; a call writes several in a row."""
    kernel, dialogue, _ = with_two_routes()
    first: list[list[bytes]] = []
    kernel.before_batch = lambda: first.append([operation.key for operation in kernel.announced])
    assert complete(dialogue.write(0.0)) == 2
    assert first == [[OTHER]]
    assert kernel.ours() == {PLACE: [FORM_B], (32, OTHER): [FORM_B]}
    assert not dialogue.check_wanted


def test_a_batch_that_was_taken_before_a_notice_is_taken_again() -> None:
    """A foreign route takes the place of ours during the batch before: what was to replace ours is not asked for."""
    kernel, dialogue, reconciler = with_two_routes()
    kernel.after_batch = lambda: kernel.change((32, OTHER), STATIC, FORM_A)
    assert complete(dialogue.write(0.0)) == 1
    work(dialogue)
    assert kernel.foreign() == {(32, OTHER): [FORM_A]}
    assert kernel.ours() == {PLACE: [FORM_B]}
    assert reconciler.foreign.conflicts == {OTHER: STATIC}


def test_a_batch_that_is_taken_again_loses_none_of_its_prefixes() -> None:
    """The notice is of another prefix: what had been taken before is taken again all the same."""
    kernel, dialogue, _ = with_two_routes()
    kernel.after_batch = lambda: kernel.change((32, b"\x08\x14"), STATIC, FORM_A)
    assert complete(dialogue.write(0.0)) == 2
    assert kernel.ours() == {PLACE: [FORM_B], (32, OTHER): [FORM_B]}


def test_a_batch_that_was_taken_before_notices_were_lost_is_taken_again() -> None:
    """The loss is heard of during the batch before, when somebody listens: nothing is replaced after it."""
    kernel, dialogue, reconciler = with_two_routes()

    def lose() -> None:
        """Change the other route, lose the word of it, and hear of the loss."""
        kernel.change((32, OTHER), STATIC, FORM_A)
        kernel.overflow()
        dialogue.listen()

    kernel.before_batch = lose
    assert complete(dialogue.write(0.0)) == 1
    work(dialogue)
    assert kernel.foreign() == {(32, OTHER): [FORM_A]}
    assert reconciler.foreign.conflicts == {OTHER: STATIC}


def test_a_notice_that_is_read_during_a_batch_has_crossed_it() -> None:
    """Deleted by another hand during the batch, and heard of at once: a dump tells what became of the route."""
    kernel, dialogue, _ = with_two_routes()

    def delete() -> None:
        """Delete what has just been written, and listen."""
        kernel.delete(PLACE, OURS)
        dialogue.listen()

    kernel.after_batch = delete
    complete(dialogue.write(0.0))
    assert dialogue.check_wanted
    work(dialogue)
    assert kernel.ours() == {PLACE: [FORM_B], (32, OTHER): [FORM_B]}


def test_a_prefix_that_is_being_written_is_not_taken_a_second_time() -> None:
    """Wanted twice before the first batch: one message, since the kernel would refuse the second."""
    kernel = ModelKernel()
    dialogue = Dialogue(OURS, kernel, lambda _: 0, batch=1)
    reconciler = dialogue.reconcilers[32]
    reconciler.want([KEY], A)
    reconciler.want([KEY], B)
    assert work(dialogue) == 1
    assert kernel.ours() == {PLACE: [FORM_B]}
    assert not reconciler.doubtful


def test_what_is_being_written_is_pending() -> None:
    """Nobody who waits for the end is told that it has come while a batch is under way, or taken."""
    kernel, dialogue, _ = with_two_routes()
    left: list[int] = []
    kernel.after_batch = lambda: left.append(dialogue.pending)
    complete(dialogue.write(0.0))
    assert left == [2]
    assert dialogue.pending == 0


def test_what_is_being_written_when_all_is_abandoned_goes_too() -> None:
    """Added to the kernel in the moment in which nothing is wanted any more: it is taken out again."""
    kernel = ModelKernel()
    dialogue, reconciler = start(kernel)
    reconciler.want([KEY, OTHER], A)
    kernel.before_batch = lambda: list(reconciler.abandon()).clear()
    work(dialogue)
    assert kernel.executed
    assert kernel.ours() == {}


def test_routes_that_wait_for_an_object_do_not_wait_until_all_others_are_written() -> None:
    """A new next hop is met in a long row of batches: its object is made after the one that is under way by then."""
    kernel, keys = ModelKernel(), [bytes((24, 10, 1, number)) for number in range(20)]
    dialogue = Dialogue(OURS, kernel, lambda _: 0, objects=kernel, batch=1)
    reconciler = dialogue.reconcilers[32]

    def write() -> int:
        """Ask for objects, then for routes, as the worker does."""
        complete(dialogue.write_objects(lambda: 0.0))
        return complete(dialogue.write(0.0))

    reconciler.want(keys[:1], A)
    assert [write(), write()] == [0, 1]
    reconciler.want(keys[1:3], A)
    reconciler.want([OTHER], B)
    reconciler.want(keys[3:], A)
    assert 2 <= write() <= 4
    assert write() >= len(keys) - 5
    assert {key for _, key in kernel.ours()} == {OTHER, *keys}


def test_a_row_begins_with_a_short_batch() -> None:
    """The kernel has nothing to do until the first one is there, and the loop makes two before it goes on."""
    sizes: list[int] = []

    class MeasuredKernel(ModelKernel):
        """A kernel that notes how long batches are."""

        async def execute(self, batch: Batch, meanwhile: Callable[[], Batch | None]) -> Answers:
            """Carry a batch out."""
            sizes.append(len(batch))
            return await super().execute(batch, meanwhile)

    dialogue, reconciler = start(MeasuredKernel())
    reconciler.want([b"\x18\x0a" + number.to_bytes(2, "big") for number in range(5000)], A)
    assert work(dialogue) == 5000
    assert sizes == [512, 2048, 2048, 392]
