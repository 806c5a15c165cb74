"""Next-hop objects: what is never removed, never taken from others, and never changed while notices are lost."""

from ipaddress import IPv4Address

from bgpkit.fib import NextHop, RouteKind
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.objects import Group, KernelObject, ObjectVerb, Single, shares_of
from bgpkit.fib.objects_dialogue import ObjectDialogue
from bgpkit.fib.objects_held import HeldObjects, numbers_of
from bgpkit.fib.objects_wanted import WantedObjects
from bgpkit.fib.operation import Answers
from bgpkit.fib.route import Spec
from tests.unit.fib.model_kernel import OURS, ModelKernel, complete

STATIC, TABLE = 4, 254
FIRST = numbers_of(TABLE).start
INET = 2
HOP2, HOP3 = (Hop(bytes((10, 0, 0, number)), number, onlink=False, weight=1) for number in (2, 3))
SINGLE2, SINGLE3 = Single(INET, HOP2), Single(INET, HOP3)
FORM = make_form(1, (), 0)
FINE = Answers({}, complete=True)


def spec() -> Spec:
    """Return a spec; only which one it is matters."""
    return Spec(RouteKind.UNICAST, (NextHop(IPv4Address("10.0.0.2")),))


def wanted(*found: KernelObject) -> WantedObjects:
    """Return what is wanted, nothing yet, over what the kernel has."""
    made = WantedObjects(HeldObjects(OURS, TABLE))
    made.take_dump(found)
    return made


def ours(offset: int, content: Single | Group) -> KernelObject:
    """Return an object of ours."""
    return KernelObject(FIRST + offset, OURS, content)


def write(made: WantedObjects, *, replace: bool = True) -> list[tuple[ObjectVerb, int]]:
    """Carry out what there is to do; return verb and number of each."""
    done: list[tuple[ObjectVerb, int]] = []
    for _ in range(2):
        operations = made.take(99, 0.0, replace=replace)
        made.settle(operations, FINE, 0.0)
        done += [(each.verb, each.number - FIRST) for each in operations]
    return done


def removed(made: WantedObjects, *used: int) -> list[int]:
    """Return the numbers of what would be removed while routes use some."""
    return [each.number - FIRST for each in made.removals({FIRST + number for number in used})]


def test_what_a_route_uses_is_not_removed() -> None:
    """Whosever the route is: it would go with the object. Nor are the members of such a group."""
    made = wanted(ours(0, SINGLE2), ours(1, SINGLE3), ours(2, Group(((FIRST, 1),))), ours(3, Group(((FIRST + 1, 1),))))
    assert removed(made, 2) == [3, 1]
    assert removed(made, 2, 3) == []
    assert removed(made) == [2, 3, 0, 1]


def test_a_single_that_a_route_uses_is_not_removed() -> None:
    """Another program may name a single, too."""
    made = wanted(ours(0, SINGLE2), ours(1, SINGLE3))
    assert removed(made, 0) == [1]


def test_members_of_a_group_of_others_are_not_removed() -> None:
    """The kernel would take them out of it without a word."""
    made = wanted(ours(0, SINGLE2), ours(1, SINGLE3), KernelObject(7, STATIC, Group(((FIRST, 1),))))
    assert removed(made) == [1]


def test_what_is_asked_for_is_not_removed() -> None:
    """Before any route uses it."""
    made = wanted()
    made.want(32, spec(), FORM, shares_of(INET, [HOP2]), ())
    assert [verb for verb, _ in write(made)] == [ObjectVerb.CREATE] * 2
    assert removed(made) == []


def test_nothing_is_replaced_while_notices_are_lost() -> None:
    """The group may be another program's by now; what is not there can be made."""
    made, one = wanted(), spec()
    made.want(32, one, FORM, shares_of(INET, [HOP2]), ())
    write(made)
    made.want(32, one, FORM, shares_of(INET, [HOP3]), ())
    assert {verb for verb, _ in write(made, replace=False)} == {ObjectVerb.CREATE}
    made.take_dump([KernelObject(number, OURS, content) for number, content in made.held.ours.items()])
    assert {verb for verb, _ in write(made)} == {ObjectVerb.REPLACE}


def test_a_number_that_others_have_is_not_given_out() -> None:
    """It is known from the dump: no refusal has to tell."""
    made = wanted(KernelObject(FIRST, STATIC, SINGLE3))
    made.want(32, spec(), FORM, shares_of(INET, [HOP2]), ())
    assert [each.number for each in made.take(99, 0.0)] == [FIRST + 2]


def test_the_group_that_a_route_names_is_adopted_if_it_forwards_alike() -> None:
    """Another one would be changed, and with it the routes of others of ours that name it."""
    like = (ours(0, SINGLE2), ours(1, Group(((FIRST, 1),))))
    unlike = (ours(2, SINGLE3), ours(3, Group(((FIRST + 2, 1),))))
    for offset in (1, 3):
        made, one = wanted(*like, *unlike), spec()
        held = Form(1, (), 0, nhid=FIRST + offset)
        made.answers[32][one] = made.want(32, one, FORM, shares_of(INET, [HOP2]), (held,))
        assert write(made) == []
        assert made.answers[32][one] == (FORM._replace(nhid=FIRST + 1),)


def test_weights_of_the_same_next_hop_add_up_to_256_at_most() -> None:
    """More the kernel has no room for."""
    heavy = HOP2._replace(weight=200)
    assert shares_of(INET, [heavy, heavy, HOP3]) == ((SINGLE2, 256), (SINGLE3, 1))
    assert shares_of(INET, [heavy, heavy]) == ((SINGLE2, 1),)


def test_objects_are_not_removed_when_notices_were_lost_meanwhile() -> None:
    """Routes may have been given one of them after they were read."""
    kernel = ModelKernel()
    kernel.objects.put(FIRST, OURS, SINGLE2, kernel.up)
    dialogue = ObjectDialogue(OURS, TABLE, kernel)
    complete(dialogue.read())
    assert not complete(dialogue.remove_unused(lambda: False, lambda: 0.0))
    assert FIRST in kernel.objects.objects
    assert not complete(dialogue.remove_unused(lambda: True, lambda: 0.0))
    assert FIRST not in kernel.objects.objects


def test_objects_that_foreign_routes_use_stay_in_the_kernel() -> None:
    """The look at all routes before the removal is what saves them."""
    kernel = ModelKernel()
    kernel.objects.put(FIRST, OURS, SINGLE2, kernel.up)
    kernel.objects.put(FIRST + 1, OURS, Group(((FIRST, 1),)), kernel.up)
    kernel.add((32, b"\x08\x0a"), STATIC, Form(1, (), 0, nhid=FIRST + 1))
    dialogue = ObjectDialogue(OURS, TABLE, kernel)
    complete(dialogue.read())
    complete(dialogue.remove_unused(lambda: True, lambda: 0.0))
    assert set(kernel.objects.objects) == {FIRST, FIRST + 1}
    assert kernel.foreign()
