"""Rules of the reconciler, and of who tells of it, that the walk of test_fib_reconciliation.py seldom meets."""

from ipaddress import IPv4Address

from bgpkit.fib import FibEvent, NextHop, RouteConflict, RouteKind
from bgpkit.fib.attempts import FIRST_DELAY, Attempts
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.form import Forms, Hop, make_form
from bgpkit.fib.objects import NOT_YET
from bgpkit.fib.operation import Answers, Refusal, Verb
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.report import PAUSE, Reporter
from bgpkit.fib.resolve import Resolver
from bgpkit.fib.route import Spec
from tests.unit.fib.model_kernel import OURS, ModelKernel, complete

KEY, OTHER = b"\x10\x0a\x01", b"\x10\x0a\x02"
STATIC = 4
DROP = Spec(RouteKind.BLACKHOLE, ())


class Waiting(Resolver):
    """Resolves nothing yet: its objects are about to be written."""

    def __init__(self) -> None:
        """Resolve for IPv4."""
        super().__init__(32, lambda _: 0)

    def resolve(self, spec: Spec, held: Forms = (), /) -> Forms | Refusal:
        """Put off."""
        return NOT_YET


def test_the_time_of_an_attempt_that_has_been_set_anew_is_past() -> None:
    """A route that was tried meanwhile, since a link has come, waits for its new time only."""
    attempts = Attempts()
    attempts.fail(KEY, Refusal(101, "no way"), 0.0)
    attempts.fail(KEY, Refusal(101, "no way"), FIRST_DELAY / 2)
    assert attempts.due(FIRST_DELAY, 9) == []
    assert attempts.due(FIRST_DELAY / 2 + 2 * FIRST_DELAY, 9) == [KEY]


def test_what_waits_for_its_object_is_left_to_the_next_dump_while_notices_are_lost() -> None:
    """Its object may have to be replaced, which waits for the dump: looking again and again would help nobody."""
    made = Reconciler(32, OURS, Waiting())
    made.want([KEY], Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.2")),)))
    assert list(made.take(9, 0.0)) == []
    assert made.pending == 1
    assert list(made.take(9, 0.0, replace=False)) == []
    assert made.pending == 0
    for _ in made.compare():
        pass
    assert made.pending == 1


def test_of_many_conflicts_one_event_tells_once_all_is_written() -> None:
    """While there is more to write, news are gathered for a second at most."""
    kernel, now, events = ModelKernel(), [0.0], list[FibEvent]()
    for key in (KEY, OTHER):
        kernel.add((32, key), STATIC, make_form(6, (), 0))
    dialogue = Dialogue(OURS, kernel, lambda _: 0)
    reporter = Reporter(events.append, lambda: now[0])
    complete(dialogue.read_all(lambda: now[0], adopt=True))
    ipv4 = dialogue.reconcilers[32]
    ipv4.want([KEY, OTHER], DROP)
    complete(dialogue.write(now[0]))
    assert len(ipv4.foreign.conflicts) == 2
    ipv4.want([b"\x10\x0a\x03"], DROP)
    reporter.tell_news(dialogue)
    assert events == []
    now[0] += PAUSE
    reporter.tell_news(dialogue)
    assert [(type(event), getattr(event, "count", 0)) for event in events] == [(RouteConflict, 2)]


def test_all_that_has_moved_is_replaced_bit_by_bit() -> None:
    """That routes alike are as wanted is remembered for all of them: it must be forgotten once they move."""
    wanted = Spec(RouteKind.UNICAST, (NextHop(device="e2"),))
    made = Reconciler(32, OURS, Resolver(32, lambda name: int(name[1:])))
    held = (make_form(1, (Hop(b"", 2, onlink=False, weight=1),), 0),)
    made.take_dump({KEY: held, OTHER: held}, {}, 0.0)
    made.want([KEY, OTHER], wanted)
    for _ in made.compare():
        pass
    assert list(made.take(9, 0.0)) == []
    wanted.next_hops = (NextHop(device="e3"),)
    made.move(wanted)
    for key in (KEY, OTHER):
        operations = made.take(1, 0.0)
        made.settle(operations, Answers({}, complete=True), 0.0)
        assert [(each.verb, each.key, each.form.hops[0].ifindex) for each in operations] == [(Verb.REPLACE, key, 3)]


def test_answers_that_are_lost_leave_a_doubt() -> None:
    """Each operation may have been carried out or not: only a dump can tell."""
    made = Reconciler(32, OURS, Resolver(32, lambda _: 0))
    made.take_dump({}, {}, 0.0)
    made.want([KEY], DROP)
    operations = made.take(9, 0.0)
    made.settle(operations, Answers({}, complete=False), 0.0)
    assert made.doubtful
    assert made.held == {}
