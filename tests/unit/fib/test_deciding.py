"""The quick way to a decision against the thorough one, which is taken where a foreign route is known."""

from ipaddress import IPv4Address
from itertools import product

import pytest

from bgpkit.fib import NextHop, RouteKind
from bgpkit.fib.agreement import Agreement
from bgpkit.fib.attempts import Attempts
from bgpkit.fib.deciding import Decider
from bgpkit.fib.foreign import Foreign
from bgpkit.fib.form import Forms, Hop, make_form
from bgpkit.fib.objects import NOT_YET
from bgpkit.fib.operation import Batch, Operation, Refusal, Verb
from bgpkit.fib.resolve import Resolver
from bgpkit.fib.route import Spec

A = Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.2")),))
SPECS = (
    None,
    A,
    Spec(RouteKind.UNICAST, A.next_hops, 9),
    Spec(RouteKind.BLACKHOLE, ()),
    Spec(RouteKind.UNICAST, ()),
    Spec(RouteKind.UNICAST, (NextHop(device="gone"),)),
)
FORM = make_form(1, [Hop(b"\x0a\0\0\2", 0, onlink=False, weight=1)], 0)
FOUND = make_form(1, [Hop(b"\x0a\0\0\2", 7, onlink=False, weight=1)], 0)
OTHERWISE = make_form(1, [Hop(b"\x0a\0\0\3", 7, onlink=False, weight=1)], 0)
HIGHER = make_form(1, [Hop(b"\x0a\0\0\2", 7, onlink=False, weight=1)], 9)
HELD: tuple[Forms | None, ...] = (
    None,
    (FORM,),
    (FOUND,),
    (OTHERWISE,),
    (HIGHER,),
    (FOUND, HIGHER),
    (HIGHER, OTHERWISE),
    (make_form(6, [], 0),),
)
NO = Refusal(1, "no")


class Rig:
    """A decider over every combination of what is wanted, held, stale and failed, a key for each."""

    def __init__(self, *, foreign: bool, resolved: bool = False) -> None:
        """Know of a foreign route of a prefix of no interest, or of none; have ``resolved`` all specs, or none."""
        self.desired: dict[bytes, Spec] = {}
        self.held: dict[bytes, Forms] = {}
        self.stale: set[bytes] = set()
        self.attempts = Attempts()
        for place, (spec, forms, stale, failed) in enumerate(product(SPECS, HELD, (False, True), (False, True))):
            key = bytes((24, 10, place >> 8, place & 255))
            if spec is not None:
                self.desired[key] = spec
            if forms is not None:
                self.held[key] = forms
            if stale and forms is not None and spec is None:
                self.stale.add(key)
            if failed:
                self.attempts.fail(key, NO, 0.0)
        others = Foreign()
        if foreign:
            others.routes[b"\x08\x01"] = ((0, 4),)
        resolver = Resolver(32, lambda _: 0)
        for spec in SPECS if resolved else ():
            if spec is not None:
                resolver.resolve(spec)
        agreement = Agreement(resolver)
        self.decider = Decider(32, resolver, agreement, self.desired, others, self.attempts)

    def decide(self) -> list[Operation]:
        """Decide about all keys at once."""
        keys = sorted({*self.desired, *self.held, *self.attempts.failed})
        batch = Batch(32)
        self.decider.decide(keys, self.held, self.stale, 0.0, batch)
        return list(batch)


@pytest.mark.parametrize("resolved", [False, True])
def test_the_quick_way_decides_as_the_thorough_one(resolved: bool) -> None:
    """Whatever is wanted, held, stale and failed; twice, since more is remembered the second time."""
    quick, thorough = Rig(foreign=False, resolved=resolved), Rig(foreign=True, resolved=resolved)
    for _ in range(2):
        found, expected = (sorted(rig.decide(), key=lambda each: each.key) for rig in (quick, thorough))
        assert found == expected
        assert quick.attempts.failed.keys() == thorough.attempts.failed.keys()
        assert {operation.verb for operation in found} == set(Verb)
    assert quick.decider.put_off == thorough.decider.put_off == []


def test_what_the_kernel_has_refused_to_explain_is_left_alone() -> None:
    """A prefix whose other route is not known yet gets no operation, the others do."""
    rig = Rig(foreign=False)
    every = rig.decide()
    contested = next(each.key for each in every if each.verb is Verb.ADD)
    rig.decider.contested.add(contested)
    assert sorted(each.key for each in rig.decide()) == sorted(each.key for each in every if each.key != contested)


@pytest.mark.parametrize(("answer", "verbs"), [((FORM,), [Verb.REPLACE]), (NOT_YET, [])])
def test_what_is_to_be_replaced_is_found_without_a_look_at_each(
    monkeypatch: pytest.MonkeyPatch, answer: Forms | Refusal, verbs: list[Verb]
) -> None:
    """Nobody has asked for the form before: a thousand prefixes with a new next hop would keep the loop waiting.

    Where its next-hop object is not there yet, all are put off.
    """
    monkeypatch.delattr(Decider, "_decide")

    def learn(resolver: Resolver, spec: Spec, held: Forms) -> Forms | Refusal:
        """Give the same answer for whatever is asked."""
        del resolver, spec, held
        return answer

    monkeypatch.setattr(Resolver, "_learn", learn)
    rig, batch = Rig(foreign=False), Batch(32)
    keys = [key for key, spec in rig.desired.items() if spec is A and rig.held.get(key) == (OTHERWISE,)]
    rig.decider.decide(list(keys), rig.held, (), 0.0, batch)
    assert (batch.keys, list(dict.fromkeys(batch.verbs))) == (keys if verbs else [], verbs)
    assert rig.decider.put_off == ([] if verbs else keys)


def test_what_is_not_held_at_all_is_added_without_a_look_at_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where nobody has asked for the form of its spec before: a full table begins so."""
    rig = Rig(foreign=False)
    monkeypatch.delattr(Decider, "_decide")
    keys, batch = [key for key, spec in rig.desired.items() if spec is A], Batch(32)
    rig.decider.decide(keys, {}, (), 0.0, batch)
    assert (batch.verb, batch.keys, batch.plain) == (Verb.ADD, keys, True)
    assert set(batch.forms) == {(FORM,)}


@pytest.mark.parametrize("forms", [(HIGHER,), (OTHERWISE, HIGHER), (HIGHER, OTHERWISE)])
def test_in_a_conflict_no_form_of_ours_goes_on_deciding(forms: Forms) -> None:
    """One of another metric than the wanted one goes, as the one does that stands beside the foreign route."""
    key = b"\x18\x0a\0\0"
    others, resolver, attempts = Foreign(), Resolver(32, lambda _: 0), Attempts()
    others.routes[key] = ((0, 4),)
    decider = Decider(32, resolver, Agreement(resolver), {key: A}, others, attempts)
    for left in (forms, forms[1:])[: len(forms)]:
        batch = Batch(32)
        decider.decide([key], {key: left}, (), 0.0, batch)
        assert list(batch) == [Operation(Verb.DELETE, 32, key, left[:1])]
    assert others.conflicts == {key: 4}
