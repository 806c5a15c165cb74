"""Wanted against held: the operations that follow, and what each answer means."""

from collections.abc import Callable
from errno import EEXIST, ENETUNREACH, ENOENT, ESRCH
from ipaddress import IPv4Address

import pytest

from bgpkit.fib import NextHop, RouteKind
from bgpkit.fib.form import Form, make_form
from bgpkit.fib.netlink.decode import RouteNotice
from bgpkit.fib.operation import Answers, Batch, Refusal, Verb
from bgpkit.fib.reconciler import Reconciler
from bgpkit.fib.resolve import Resolver
from bgpkit.fib.route import Spec

KEY, OTHER = b"\x10\x0a\x01", b"\x10\x0a\x02"
OURS, STATIC = 12, 4
A = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.2"), "eth0"),))
B = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.3"), "eth0"),))
A_METRIC_9 = Spec(RouteKind.UNICAST, A.next_hops, 9)
LOST = Spec(RouteKind.UNICAST, (NextHop(device="eth9"),))
RESOLVER = Resolver(32, lambda name: 2 if name == "eth0" else 0)
FINE = Answers({}, complete=True)


def form(spec: Spec) -> tuple[Form]:
    """Return the form of a spec."""
    forms = RESOLVER.resolve(spec)
    assert not isinstance(forms, Refusal)
    return (forms[0],)


def reconciler(held: dict[bytes, tuple[Form, ...]] | None = None) -> Reconciler:
    """Return a reconciler that holds routes and has nothing to do."""
    made = Reconciler(32, OURS, RESOLVER)
    made.take_dump(held or {}, {}, 0.0)
    return made


def verbs(made: Reconciler, answers: Answers = FINE, now: float = 0.0) -> list[tuple[Verb, bytes, int]]:
    """Take all there is to do, answer it, and return verb, key and metric of each."""
    operations = made.take(99, now)
    made.settle(operations, answers, now)
    return [(each.verb, each.key, each.form.metric) for each in operations]


def rests(made: Reconciler) -> bool:
    """Tell whether nothing may differ."""
    return made.at_rest


def refused(errno: int) -> Answers:
    """Return the answers in which the first operation is refused."""
    return Answers({0: Refusal(errno, "no")}, complete=True)


def foreign(made: Reconciler, metric: int = 0, *, present: bool = True, replaced: bool = False) -> None:
    """Let another program's route for KEY come or go."""
    made.observe(RouteNotice(present, 32, KEY, STATIC, (make_form(6, [], metric),), replaced))


def test_what_is_wanted_and_not_held_is_added() -> None:
    """One ADD for a new wish, and nothing afterwards."""
    made = reconciler()
    made.want([KEY], A)
    assert verbs(made) == [(Verb.ADD, KEY, 0)]
    assert made.held == {KEY: form(A)}
    assert verbs(made) == []


def test_what_is_held_as_wanted_is_left_alone() -> None:
    """No message for a route that is there already: the restart writes nothing."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], A)
    assert verbs(made) == []


def test_what_is_held_otherwise_is_replaced() -> None:
    """Another next hop under the same metric: REPLACE, without a moment in between."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], B)
    assert verbs(made) == [(Verb.REPLACE, KEY, 0)]
    assert made.held == {KEY: form(B)}


def test_another_metric_is_added_before_the_old_one_goes() -> None:
    """Make before break: a metric is part of a route's identity."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], A_METRIC_9)
    assert verbs(made) == [(Verb.ADD, KEY, 9)]
    assert verbs(made) == [(Verb.DELETE, KEY, 0)]
    assert made.held == {KEY: form(A_METRIC_9)}


def test_what_is_not_wanted_any_more_is_deleted() -> None:
    """The wish goes, the route goes."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], A)
    made.unwant([KEY])
    assert verbs(made) == [(Verb.DELETE, KEY, 0)]
    assert made.held == {}


def test_a_wish_that_changes_before_it_is_written_costs_one_message() -> None:
    """Only the last state of a prefix is written."""
    made = reconciler()
    for spec in (A, B, A, B):
        made.want([KEY], spec)
    assert [operation.forms for operation in made.take(99, 0.0)] == [form(B)]


def test_a_wish_that_is_taken_back_before_it_is_written_costs_nothing() -> None:
    """No message for what has never been there."""
    made = reconciler()
    made.want([KEY], A)
    made.unwant([KEY])
    assert verbs(made) == []


def test_adopted_routes_stay_until_the_sweep() -> None:
    """After a restart, what nobody has asked for yet keeps forwarding."""
    made = reconciler({KEY: form(A), OTHER: form(B)})
    assert list(made.adopt())
    made.want([KEY], A)
    assert list(made.compare())
    assert verbs(made) == []
    assert made.sweep() == 1
    assert verbs(made) == [(Verb.DELETE, OTHER, 0)]


def test_a_route_of_our_protocol_that_nobody_wants_goes() -> None:
    """After the adoption, the protocol number is ours alone."""
    made = reconciler()
    made.observe(RouteNotice(True, 32, KEY, OURS, form(A)))
    assert verbs(made) == [(Verb.DELETE, KEY, 0)]


@pytest.mark.parametrize("errno", [ENOENT, ESRCH])
def test_what_is_gone_already_is_deleted(errno: int) -> None:
    """The kernel knows no such route: that is what was wanted."""
    made = reconciler({KEY: form(A)})
    list(made.abandon())
    assert verbs(made, refused(errno)) == [(Verb.DELETE, KEY, 0)]
    assert made.held == {}
    assert made.attempts.failed == {}


def test_what_cannot_be_replaced_since_it_is_gone_is_added() -> None:
    """Somebody has deleted our route a moment ago."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], B)
    assert verbs(made, refused(ENOENT)) == [(Verb.REPLACE, KEY, 0)]
    assert verbs(made) == [(Verb.ADD, KEY, 0)]


def test_a_route_that_exists_already_waits_for_a_dump() -> None:
    """EEXIST does not say whose route it is: nothing more is tried before a dump has told."""
    made = reconciler()
    made.want([KEY], A)
    assert verbs(made, refused(EEXIST)) == [(Verb.ADD, KEY, 0)]
    assert made.doubtful
    made.want([KEY], B)
    assert verbs(made) == []


def test_a_route_that_turns_out_to_be_foreign_is_a_conflict() -> None:
    """It is named, left alone, and ours comes when it has gone."""
    made = reconciler()
    made.want([KEY], A)
    verbs(made, refused(EEXIST))
    made.take_dump({}, {KEY: ((0, STATIC),)}, 0.0)
    assert verbs(made) == []
    assert made.foreign.conflicts == {KEY: STATIC}
    assert not made.agrees(KEY)
    foreign(made, present=False)
    assert verbs(made) == [(Verb.ADD, KEY, 0)]
    assert made.foreign.conflicts == {}


def test_a_route_that_turns_out_to_be_ours_is_put_right() -> None:
    """A notice that we never got: the dump shows the route under our number."""
    made = reconciler()
    made.want([KEY], A)
    verbs(made, refused(EEXIST))
    made.take_dump({KEY: form(B)}, {}, 0.0)
    assert verbs(made) == [(Verb.REPLACE, KEY, 0)]


def test_a_route_that_the_kernel_does_not_show_is_a_failure() -> None:
    """Refused as existing, yet in no dump: tried again later, not for ever at once."""
    made = reconciler()
    made.want([KEY], A)
    verbs(made, refused(EEXIST))
    made.take_dump({}, {}, 0.0)
    assert verbs(made) == []
    assert made.attempts.failed[KEY].refusal.errno == EEXIST
    assert verbs(made, now=0.5) == [(Verb.ADD, KEY, 0)]


def test_a_foreign_route_under_another_metric_is_no_conflict() -> None:
    """Both live side by side."""
    made = reconciler()
    foreign(made, metric=5)
    made.want([KEY], A)
    assert verbs(made) == [(Verb.ADD, KEY, 0)]
    assert made.foreign.conflicts == {}


def test_next_to_a_foreign_route_ours_is_never_replaced() -> None:
    """REPLACE overwrites the first of the metric, whosever it is: ours is taken out instead."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], A)
    foreign(made)
    assert verbs(made) == []
    made.want([KEY], B)
    assert verbs(made) == [(Verb.DELETE, KEY, 0)]
    assert verbs(made) == []
    assert made.foreign.conflicts == {KEY: STATIC}


def test_a_foreign_route_that_took_the_place_of_ours_is_left_there() -> None:
    """Altered by hand into a route of another protocol, it is another's now; a dump is asked for to be sure."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], A)
    foreign(made, replaced=True)
    assert made.doubtful
    assert verbs(made) == []
    assert made.foreign.conflicts == {KEY: STATIC}


def test_deleted_by_hand_is_added_again() -> None:
    """A notice of a deletion, and the route is wanted."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], A)
    verbs(made)
    made.observe(RouteNotice(False, 32, KEY, OURS, form(A)))
    assert verbs(made) == [(Verb.ADD, KEY, 0)]


def test_altered_by_hand_is_put_right() -> None:
    """A notice of a change under our own protocol."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], A)
    verbs(made)
    made.observe(RouteNotice(True, 32, KEY, OURS, form(B), replaced=True))
    assert verbs(made) == [(Verb.REPLACE, KEY, 0)]


def test_a_refused_route_waits_and_blocks_no_other() -> None:
    """The other route of the batch is in; the refused one comes again at its time."""
    made = reconciler()
    made.want([KEY, OTHER], A)
    assert verbs(made, refused(ENETUNREACH)) == [(Verb.ADD, KEY, 0), (Verb.ADD, OTHER, 0)]
    assert made.held == {OTHER: form(A)}
    assert verbs(made, now=0.4) == []
    assert list(made.compare())
    assert verbs(made, now=0.4) == []
    assert verbs(made, now=0.5) == [(Verb.ADD, KEY, 0)]
    assert made.attempts.failed == {}


def test_a_refused_replacement_leaves_the_old_route() -> None:
    """Better the former next hop than none."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], B)
    verbs(made, refused(ENETUNREACH))
    assert made.held == {KEY: form(A)}
    assert not made.agrees(KEY)


def test_a_new_wish_does_not_wait_for_the_old_one() -> None:
    """Another next hop is tried at once."""
    made = reconciler()
    made.want([KEY], A)
    verbs(made, refused(ENETUNREACH))
    made.want([KEY], B)
    assert verbs(made) == [(Verb.ADD, KEY, 0)]


def test_a_device_that_does_not_exist_is_a_failure_of_its_route() -> None:
    """No message is sent; the reason names the device; an interface that comes makes it try again."""
    made = reconciler()
    made.want([KEY], LOST)
    assert verbs(made) == []
    assert made.attempts.failed[KEY].refusal.text == "device eth9 does not exist"
    pending = made.pending
    made.retry()
    assert made.pending == pending + 1


def test_lost_answers_prove_nothing() -> None:
    """Without answers, nothing is taken for done; a dump is asked for."""
    made = reconciler()
    made.want([KEY], A)
    verbs(made, Answers({}, complete=False))
    assert made.held == {}
    assert made.doubtful


def test_a_retry_without_an_answer_is_found_by_comparison() -> None:
    """A refused route is tried again, the answer is lost: the next comparison queues it."""
    made = reconciler()
    made.want([KEY], A)
    verbs(made, refused(ENETUNREACH))
    assert verbs(made, Answers({}, complete=False), now=0.5) == [(Verb.ADD, KEY, 0)]
    assert list(made.compare())
    assert verbs(made, now=0.5) == [(Verb.ADD, KEY, 0)]


def test_a_dump_shows_what_notices_did_not() -> None:
    """Gone, altered and leftover routes are found by comparison; known failures keep their own time."""
    failed = b"\x10\x0a\x05"
    made = reconciler({KEY: form(A), OTHER: form(A)})
    made.want([KEY, OTHER], A)
    made.want([failed], A)
    verbs(made, refused(ENETUNREACH))
    made.take_dump({OTHER: form(B), b"\x00": form(A)}, {}, 0.0)
    assert list(made.compare())
    assert sorted(verbs(made), key=lambda each: each[1]) == [
        (Verb.DELETE, b"\x00", 0),
        (Verb.ADD, KEY, 0),
        (Verb.REPLACE, OTHER, 0),
    ]


def test_a_dump_of_what_is_held_leaves_nothing_to_compare() -> None:
    """All has been compared before, and whatever has changed since has been looked at; so verifying is cheap."""
    made = reconciler({OTHER: form(A)})
    made.want([OTHER], A)
    assert list(made.compare())
    made.want([KEY], B)
    verbs(made)
    made.take_dump(made.held, None, 0.0)
    assert list(made.compare()) == []


def _differs(made: Reconciler) -> None:
    made.take_dump(dict(made.held), None, 0.0)


def _reads_all(made: Reconciler) -> None:
    made.take_dump(made.held, {}, 0.0)


def _adopts(made: Reconciler) -> None:
    assert list(made.adopt())


@pytest.mark.parametrize("event", [_differs, _reads_all, _adopts, Reconciler.retry])
def test_what_may_differ_unseen_is_compared(event: Callable[[Reconciler], None]) -> None:
    """Answers were lost, say, or a device has another index by now: the next dump may still show what is held."""
    made = reconciler({KEY: form(A)})
    made.want([KEY], A)
    assert list(made.compare())
    event(made)
    made.take_dump(made.held, None, 0.0)
    assert list(made.compare())


def test_abandoning_takes_out_all_that_is_ours() -> None:
    """Wanted, stale, failed: all goes, and nothing comes back."""
    made = reconciler({KEY: form(A), OTHER: form(B)})
    assert list(made.adopt())
    made.want([KEY], A)
    list(made.abandon())
    assert sorted(verbs(made), key=lambda each: each[1]) == [(Verb.DELETE, KEY, 0), (Verb.DELETE, OTHER, 0)]
    assert verbs(made) == []


def test_a_batch_has_no_more_than_asked_for_and_each_prefix_once() -> None:
    """A hundred wishes, changed twice, come in batches of at most 30."""
    made = reconciler()
    keys = [bytes((24, 10, 0, number)) for number in range(100)]
    for spec in (A, B, A):
        made.want(keys, spec)
    batches: list[Batch] = []
    while made.pending:
        batches.append(made.take(30, 0.0))
        made.settle(batches[-1], FINE, 0.0)
    assert max(map(len, batches)) == 30
    assert sorted(each.key for batch in batches for each in batch) == keys


def test_a_prefix_among_those_to_leave_is_taken_later() -> None:
    """While it is being written, another wish for it waits; nothing else does."""
    made = reconciler()
    made.want([KEY], A)
    first = made.take(1, 0.0)
    made.want([KEY, OTHER], B)
    assert [each.key for each in made.take(9, 0.0, besides=frozenset({KEY}))] == [OTHER]
    made.settle(first, FINE, 0.0)
    assert verbs(made) == [(Verb.REPLACE, KEY, 0)]


def test_what_was_given_back_is_taken_again() -> None:
    """Nothing had been asked for."""
    made = reconciler()
    made.want([KEY, OTHER], A)
    taken = made.take(9, 0.0)
    assert made.pending == 0
    made.give_back(taken)
    assert made.take(9, 0.0) == taken


def test_a_spec_that_moves_to_where_its_routes_are_changes_nothing() -> None:
    """It differed from them before, which is remembered no longer."""
    spec = Spec(RouteKind.UNICAST, A.next_hops)
    made = reconciler({KEY: form(B)})
    made.want([KEY], spec)
    assert not made.agrees(KEY)
    spec.next_hops = B.next_hops
    made.move(spec)
    assert made.agrees(KEY)
    assert list(made.take(9, 0.0)) == []


def test_an_interface_that_gets_the_number_which_its_routes_have_changes_nothing() -> None:
    """They were those of another one before, which is remembered no longer."""
    indexes = {"eth0": 7}
    resolver = Resolver(32, lambda name: indexes.get(name, 0))
    made = Reconciler(32, OURS, resolver)
    made.take_dump({KEY: form(A)}, {}, 0.0)
    made.want([KEY], A)
    assert not made.agrees(KEY)
    indexes["eth0"] = 2
    resolver.forget()
    made.retry()
    assert made.agrees(KEY)
    assert list(made.take(9, 0.0)) == []


def test_a_batch_over_which_something_has_been_heard_is_noted_row_by_row() -> None:
    """Another hand has given the prefix a second route of ours meanwhile: both are held, and one goes."""
    made = reconciler()
    made.want([KEY], A)
    batch = made.take(9, 0.0)
    made.observe(RouteNotice(True, 32, KEY, OURS, form(A_METRIC_9)))
    made.settle(batch, FINE, 0.0)
    assert made.held == {KEY: (*form(A_METRIC_9), *form(A))}
    assert verbs(made) == [(Verb.DELETE, KEY, 9)]


def test_what_is_at_rest_has_nothing_that_may_differ() -> None:
    """Neither something to do, nor a reason why it cannot be done."""
    made = reconciler({KEY: form(A), OTHER: form(B)})
    made.want([KEY], A)
    assert not rests(made)  # something is pending
    assert verbs(made) == []
    assert rests(made)
    assert list(made.adopt())
    assert not rests(made)
    made.sweep()
    verbs(made)
    assert rests(made)
    made.want([KEY], LOST)
    verbs(made)
    assert not rests(made)  # it has failed
    made.want([KEY], A)
    verbs(made)
    foreign(made)
    verbs(made)
    assert not rests(made)  # a conflict
    foreign(made, present=False)
    verbs(made)
    assert rests(made)
    made.want([OTHER], A)
    verbs(made, refused(EEXIST))
    assert (made.pending, rests(made)) == (0, False)  # contested


def test_a_route_of_ours_by_force_where_none_was_held_leaves_doubt() -> None:
    """It took the place of a foreign one, beside which there may be more; of a route that was held it does not."""
    made = reconciler({OTHER: form(A)})
    made.observe(RouteNotice(True, 32, OTHER, OURS, form(B), replaced=True))
    assert not made.doubtful
    made.observe(RouteNotice(True, 32, KEY, OURS, form(A), replaced=True))
    assert made.doubtful
