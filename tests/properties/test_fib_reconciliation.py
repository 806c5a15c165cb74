"""Any order of wishes, other hands, losses and crashes: what is wanted is held, and nothing foreign suffers.

Twice: with routes that have their next hops themselves, and with routes that share next-hop objects.
"""

from collections.abc import Callable
from errno import ENOBUFS, ENOMEM
from ipaddress import IPv4Address

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bgpkit.fib import NextHop, RouteKind
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.form import Form, Hop, matches
from bgpkit.fib.netlink.decode import LinkNotice
from bgpkit.fib.objects import Group, KernelObject, Single
from bgpkit.fib.objects_held import numbers_of
from bgpkit.fib.operation import Refusal
from bgpkit.fib.resolve import Resolver
from bgpkit.fib.route import Spec
from tests.unit.fib.model_kernel import OURS, ModelKernel, Place, complete, nothing

PLACES: list[Place] = [(32, b"\x10\x0a\x01"), (32, b"\x10\x0a\x02"), (32, b"\x10\x0a\x03"), (128, b"\x10\x0a\x01")]
HOPS = [NextHop(IPv4Address(f"10.0.0.{number}")) for number in (2, 3, 4)]
SEVERAL = (HOPS[0], NextHop(HOPS[1].gateway, weight=3))
WAYS = [*((hop,) for hop in HOPS), SEVERAL, (NextHop(device="e3"),), ()]
SPECS = [
    *(Spec(RouteKind.UNICAST, way) for way in WAYS if way),
    Spec(RouteKind.UNICAST, WAYS[0], 5),
    Spec(RouteKind.BLACKHOLE, ()),
]
MOVING = range(5)
OURS_FROM = numbers_of(254).start
places = st.sampled_from(PLACES)
specs = st.sampled_from(SPECS)
numbers = st.sampled_from(range(len(SPECS)))
foreign_protocols = st.sampled_from((2, 4, 11))


def form_of(width: int, spec: Spec) -> Form:
    """Return the form of a spec as asked for."""
    forms = Resolver(width, lambda name: int(name[1:])).resolve(spec)
    assert not isinstance(forms, Refusal)
    return forms[0]


def kernel_form(width: int, spec: Spec) -> Form:
    """Return the form of a spec as the model kernel keeps it."""
    form = form_of(width, spec)
    hops = tuple(sorted(hop._replace(ifindex=hop.ifindex or hop.gateway[-1]) for hop in form.hops))
    return form._replace(hops=hops)


def compare(dialogue: Dialogue) -> None:
    """Compare all, slice by slice."""
    for _ in dialogue.compare():
        pass


class FibLife(RuleBasedStateMachine):
    """One owner, many other hands, and a kernel that loses what it can."""

    def __init__(self, *, objects: bool = False, batch: int = 1) -> None:
        """Start over an empty table; with batches so small that several in a row are needed."""
        super().__init__()
        self.batch = batch
        self.kernel = ModelKernel()
        self.objects = self.kernel if objects else None
        self.specs = self.fresh_specs()
        self.wanted: dict[Place, Spec] = {}
        self.ledger: dict[Place, list[Form]] = {}
        self.now = 0.0
        self.dialogue = self.open()

    def open(self) -> Dialogue:
        """Start as a program starts: adopt what is there."""
        up = self.kernel.up
        dialogue = Dialogue(
            OURS,
            self.kernel,
            lambda name: int(name[1:]) if int(name[1:]) in up else 0,
            objects=self.objects,
            batch=self.batch,
        )
        dialogue.hearing.know_links([LinkNotice(n, (f"e{n}", int(n in self.kernel.up), 0)) for n in (2, 3, 4)])
        complete(dialogue.read_all(lambda: self.now, adopt=True))
        compare(dialogue)
        return dialogue

    def fresh_specs(self) -> list[Spec]:
        """Return specs that are our program's own, as it has them when it starts."""
        return [Spec(spec.kind, spec.next_hops, spec.metric) for spec in SPECS]

    # Our own program.

    @rule(place=places, number=numbers)
    def want(self, place: Place, number: int) -> None:
        """Want a route."""
        spec = self.wanted[place] = self.specs[number]
        self.dialogue.reconcilers[place[0]].want([place[1]], spec)

    @rule(place=places)
    def unwant(self, place: Place) -> None:
        """Want a route no longer."""
        self.wanted.pop(place, None)
        self.dialogue.reconcilers[place[0]].unwant([place[1]])

    @rule(number=st.sampled_from(MOVING), way=st.sampled_from(WAYS))
    def move(self, number: int, way: tuple[NextHop, ...]) -> None:
        """Have all that is wanted as a spec forwarded otherwise, or not at all."""
        spec = self.specs[number]
        if spec.next_hops != way:
            spec.next_hops = way
            for reconciler in self.dialogue.reconcilers.values():
                reconciler.move(spec)

    @rule()
    def write(self) -> None:
        """Write a batch."""
        complete(self.dialogue.write_objects(lambda: self.now))
        complete(self.dialogue.write(self.now))

    @rule()
    def tidy(self) -> None:
        """Remove objects that are not needed."""
        for _ in self.dialogue.release():
            pass
        while complete(self.dialogue.remove_unused(lambda: self.now)):
            pass

    @rule(seconds=st.sampled_from((0.1, 1.0, 40.0)))
    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    @rule()
    def listen(self) -> None:
        """Read notices."""
        self.dialogue.listen()

    @rule()
    def check(self) -> None:
        """Compare with a dump."""
        complete(self.dialogue.read_all(lambda: self.now))
        compare(self.dialogue)

    @rule(keep=st.sets(places))
    def crash_and_restart(self, keep: set[Place]) -> None:
        """Lose all memory; want some of the former routes again, and sweep."""
        self.kernel.notices()
        self.dialogue = self.open()
        ways = [spec.next_hops for spec in self.specs]
        former, self.specs = self.specs, self.fresh_specs()
        for spec, way in zip(self.specs, ways, strict=True):
            spec.next_hops = way
        self.wanted = {place: self.specs[former.index(spec)] for place, spec in self.wanted.items() if place in keep}
        for place, spec in self.wanted.items():
            self.dialogue.reconcilers[place[0]].want([place[1]], spec)

    @rule(width=st.sampled_from((32, 128)), cut=st.integers(0, 3), keep=st.sets(places))
    def crash_in_a_batch(self, width: int, cut: int, keep: set[Place]) -> None:
        """Lose all memory when the kernel has carried out the beginning of a batch only."""
        self.dialogue.listen()
        lost = self.dialogue.hearing.lost
        if self.objects is not None and self.dialogue.objects is not None:
            changes = self.dialogue.objects.wanted.take(4, self.now, replace=not lost)
            complete(self.kernel.execute_objects(changes[:cut]))
        operations = self.dialogue.reconcilers[width].take(4, self.now, replace=not lost)
        complete(self.kernel.execute(operations.cut(0, cut), lambda: None))
        self.crash_and_restart(keep)

    @rule()
    def sweep(self) -> None:
        """End the adoption."""
        for reconciler in self.dialogue.reconcilers.values():
            reconciler.sweep()

    # Other hands.

    @rule(place=places, spec=specs, protocol=foreign_protocols, exclusive=st.booleans())
    def add_foreign(self, place: Place, spec: Spec, protocol: int, exclusive: bool) -> None:
        """Add or append a foreign route."""
        form = kernel_form(place[0], spec)
        if self.kernel.add(place, protocol, form, exclusive=exclusive):
            self.ledger.setdefault(place, []).append(form)

    @rule(place=places, protocol=foreign_protocols)
    def delete_foreign(self, place: Place, protocol: int) -> None:
        """Delete a foreign route."""
        self.kernel.delete(place, protocol)
        self.ledger = self.kernel.foreign()

    @rule(place=places, spec=specs, protocol=st.one_of(st.just(OURS), foreign_protocols))
    def change_by_force(self, place: Place, spec: Spec, protocol: int) -> None:
        """Overwrite whatever has the prefix and metric, by a route of any protocol."""
        self.kernel.change(place, protocol, kernel_form(place[0], spec))
        self.ledger = self.kernel.foreign()

    @rule(place=places)
    def delete_ours(self, place: Place) -> None:
        """Delete our route by hand."""
        self.kernel.delete(place, OURS)

    @rule(index=st.sampled_from((2, 3, 4)), up=st.booleans())
    def set_link(self, index: int, up: bool) -> None:
        """Take an interface down or up; routes go without notices."""
        self.kernel.set_link(index, up=up)
        self.ledger = self.kernel.foreign()

    @rule(moods=st.lists(st.sampled_from((0, ENOMEM, ENOBUFS)), max_size=8))
    def be_moody(self, moods: list[int]) -> None:
        """Refuse some of the next operations for no reason of theirs."""
        self.kernel.moods = moods

    @rule()
    def lose_notices(self) -> None:
        """Overflow."""
        self.kernel.overflow()

    @rule(place=places, spec=specs, after=st.booleans(), what=st.sampled_from(("delete", "change", "foreign", "lose")))
    def disturb_a_batch(self, place: Place, spec: Spec, after: bool, what: str) -> None:
        """Write a batch while something happens right before or right after the kernel takes it."""

        def disturb() -> None:
            if what == "delete":
                self.kernel.delete(place, OURS)
            elif what == "change":
                first = self.kernel.ours().get(place, [])
                if first:
                    self.kernel.delete(place, OURS)
                    self.kernel.add(place, OURS, kernel_form(place[0], spec))
            elif what == "foreign" and not self.gone_unheard(place):
                self.add_foreign(place, spec, 4, exclusive=False)

        self.kernel.lose_answers = what == "lose"
        if after:
            self.kernel.after_batch = disturb
        else:
            self.kernel.before_batch = disturb
        self.write()
        self.kernel.before_batch = self.kernel.after_batch = nothing
        self.kernel.lose_answers = False

    @rule(place=places, number=numbers, way=st.sampled_from(WAYS), after=st.booleans(), what=st.sampled_from(range(4)))
    def wish_during_a_batch(self, place: Place, number: int, way: tuple[NextHop, ...], after: bool, what: int) -> None:
        """Write while our own program wants something else, after the next batch has been taken already."""
        wishes: list[Callable[[], None]] = [
            lambda: self.want(place, number),
            lambda: self.unwant(place),
            lambda: self.move(number % len(MOVING), way),
            self.dialogue.listen,
        ]
        if after:
            self.kernel.after_batch = wishes[what]
        else:
            self.kernel.before_batch = wishes[what]
        self.write()
        self.kernel.before_batch = self.kernel.after_batch = nothing

    def gone_unheard(self, place: Place) -> bool:
        """Tell whether a route of ours has gone with its link and is still believed to be there.

        What takes its place in the microseconds of a batch is overwritten: the limit that Dialogue names.
        """
        return place[1] in self.dialogue.reconcilers[place[0]].held and place not in self.kernel.ours()

    @rule(place=places, spec=specs, what=st.sampled_from(("delete", "force", "foreign")), heard=st.booleans())
    def disturb_a_dump(self, place: Place, spec: Spec, what: str, heard: bool) -> None:
        """Compare with a dump during which something happens after each page, and is heard at once or afterwards."""
        disturb: dict[str, Callable[[], None]] = {
            "delete": lambda: self.kernel.delete(place, OURS),
            "force": lambda: self.kernel.change(place, OURS, kernel_form(place[0], spec)),
            "foreign": lambda: self.add_foreign(place, spec, 4, exclusive=True),
        }

        def happen() -> None:
            disturb[what]()
            if heard:
                self.dialogue.listen()

        self.kernel.between_pages = happen
        complete(self.dialogue.read_all(lambda: self.now))
        self.kernel.between_pages = nothing
        self.ledger = self.kernel.foreign()
        compare(self.dialogue)

    # What must hold.

    @invariant()
    def nothing_foreign_suffers(self) -> None:
        """Compare the routes of others with what the others made."""
        found = {place: sorted(forms) for place, forms in self.kernel.foreign().items()}
        assert found == {place: sorted(forms) for place, forms in self.ledger.items() if forms}

    def teardown(self) -> None:
        """Once all is quiet: what is wanted is held, conflicts are known, and nothing more is written."""
        self.set_link(2, True)
        self.set_link(3, False)
        self.want(PLACES[0], WAYS.index(SEVERAL))
        self.what_can_be_used_is()
        for index in (2, 3, 4):
            self.set_link(index, True)
        self.kernel.moods = []
        self.sweep()
        self.come_to_rest()
        self.tidy()
        self.come_to_rest()
        self.nothing_foreign_suffers()
        foreign, ours = self.kernel.foreign(), self.kernel.ours()
        for place in PLACES:
            self.holds_as_wanted(place, ours.get(place, []), foreign.get(place, []))
        before = len(self.kernel.executed), len(self.kernel.executed_objects)
        self.check()
        self.tidy()
        self.come_to_rest()
        assert (len(self.kernel.executed), len(self.kernel.executed_objects)) == before

    def holds_as_wanted(self, place: Place, ours: list[Form], foreign: list[Form]) -> None:
        """Judge one prefix."""
        spec = self.wanted.get(place)
        if spec is None or not spec.leads:
            assert ours == []
            return
        wanted = form_of(place[0], spec)
        taken = any(form.metric == wanted.metric for form in foreign)
        conflicts = self.dialogue.reconcilers[place[0]].foreign.conflicts
        assert (place[1] in conflicts) == taken
        assert all(form.metric == wanted.metric for form in ours)
        if not taken:
            assert len(ours) == 1
            assert bool(ours[0].nhid) == (self.objects is not None and spec.kind is RouteKind.UNICAST)
            assert matches(wanted, self.kernel.expanded(ours[0])._replace(nhid=0))

    def what_can_be_used_is(self) -> None:
        """Whatever interfaces are down: of several next hops those that are up are held, and the others are named."""
        self.kernel.moods = []
        for _ in range(30):
            self.now += 40
            self.dialogue.listen()
            if self.dialogue.check_wanted:
                self.check()
            self.write()
        ours, foreign = self.kernel.ours(), self.kernel.foreign()
        for place, spec in self.wanted.items():
            up = tuple(hop for hop in spec.next_hops if hop.gateway and hop.gateway.packed[-1] in self.kernel.up)
            if len(spec.next_hops) < 2 or not up or foreign.get(place):
                continue
            (form,) = ours[place]
            left = form_of(place[0], Spec(spec.kind, up, spec.metric))
            alive = {hop for hop in self.kernel.expanded(form).hops if hop.ifindex in self.kernel.up}
            assert matches(left, form._replace(hops=tuple(sorted(alive)), nhid=0)) or form.hops == left.hops
            out = self.dialogue.resolvers[place[0]].reduced.get(spec, ())
            assert set(out) == set(spec.next_hops) - set(up)

    def come_to_rest(self) -> None:
        """Write and check until there is nothing to do, and nothing to wait for."""
        for _ in range(100):
            self.dialogue.listen()
            attempt = self.dialogue.next_attempt
            if self.dialogue.check_wanted:
                self.check()
            elif self.dialogue.pending:
                self.write()
            elif attempt is not None:
                self.now = max(self.now, attempt)
                self.write()
            else:
                return
        raise AssertionError("it never comes to rest")


class FibObjectLife(FibLife):
    """Likewise with next-hop objects, which other hands change too."""

    def __init__(self) -> None:
        """Start over an empty table, without objects."""
        self.object_ledger: dict[int, KernelObject] = {}
        super().__init__(objects=True, batch=2)

    def known_number(self, pick: int) -> int:
        """Return the number of one of the objects there are, or one that is free."""
        numbers = sorted(self.kernel.objects.objects)
        return numbers[pick % len(numbers)] if numbers else OURS_FROM + pick

    def by_other_hands(self) -> None:
        """Note what the others have, after they have done something."""
        self.ledger = self.kernel.foreign()
        self.object_ledger = self.kernel.foreign_objects()

    @rule(pick=st.integers(0, 9))
    def delete_object(self, pick: int) -> None:
        """Delete an object by hand, whosever it is."""
        self.kernel.objects.delete(self.known_number(pick))
        self.by_other_hands()

    @rule(pick=st.integers(0, 9), protocol=st.sampled_from((OURS, 4)), index=st.sampled_from((2, 3, 4)))
    def change_single(self, pick: int, protocol: int, index: int) -> None:
        """Make a single by force out of what has its number."""
        single = Single(2, Hop(bytes((10, 0, 0, index)), index, onlink=False, weight=1))
        self.kernel.objects.put(self.known_number(pick), protocol, single, self.kernel.up)
        self.by_other_hands()

    @rule(pick=st.integers(0, 9), protocol=st.sampled_from((OURS, 4)), members=st.sets(st.integers(0, 9), min_size=1))
    def change_group(self, pick: int, protocol: int, members: set[int]) -> None:
        """Make another group by force out of what has its number."""
        group = Group(tuple(sorted({(self.known_number(member), 1) for member in members})))
        self.kernel.objects.put(self.known_number(pick), protocol, group, self.kernel.up)
        self.by_other_hands()

    @rule(offset=st.integers(0, 6), index=st.sampled_from((2, 3)))
    def take_number(self, offset: int, index: int) -> None:
        """Make a foreign object of a number that is next, or has been given out."""
        if OURS_FROM + offset not in self.kernel.objects.objects:
            single = Single(2, Hop(bytes((10, 0, 0, index)), index, onlink=False, weight=1))
            self.kernel.objects.put(OURS_FROM + offset, 4, single, self.kernel.up)
            self.by_other_hands()

    @rule(pick=st.integers(0, 9))
    def group_them_elsewhere(self, pick: int) -> None:
        """Make a foreign group of an object there is, maybe ours."""
        self.kernel.objects.put(7, 4, Group(((self.known_number(pick), 1),)), self.kernel.up)
        self.by_other_hands()

    @rule(place=places, pick=st.integers(0, 9), metric=st.sampled_from((0, 7)), protocol=foreign_protocols)
    def add_foreign_user(self, place: Place, pick: int, metric: int, protocol: int) -> None:
        """Give an object, maybe ours, a foreign route."""
        number = self.known_number(pick)
        if number in self.kernel.objects.objects and self.kernel.add(place, protocol, Form(1, (), metric, nhid=number)):
            self.ledger = self.kernel.foreign()

    @rule(index=st.sampled_from((2, 3, 4)), up=st.booleans())
    def set_link(self, index: int, up: bool) -> None:
        """Take an interface down or up; objects go with it, too."""
        super().set_link(index, up)
        self.by_other_hands()

    @invariant()
    def no_foreign_object_suffers(self) -> None:
        """Compare the objects of others with what the others made."""
        assert self.kernel.foreign_objects() == self.object_ledger

    def teardown(self) -> None:
        """Beside the routes: no object is left over, and none differs from what its routes need."""
        super().teardown()
        used = {one.form.nhid for routes in self.kernel.table.values() for one in routes}
        ours = {number: found.content for number, found in self.kernel.objects.objects.items() if self.is_ours(number)}
        members = {
            member
            for found in self.kernel.objects.objects.values()
            if isinstance(found.content, Group)
            for member, _ in found.content.members
        }
        wanted = {(place[0], spec) for place, spec in self.wanted.items()}
        idle = [number for number in ours if number not in used | members]
        assert all(isinstance(ours[number], Group) for number in idle)
        assert len(idle) <= len(wanted)

    def is_ours(self, number: int) -> bool:
        """Tell whether an object is ours by protocol and range."""
        return number >= OURS_FROM and self.kernel.objects.objects[number].protocol == OURS


TestFibLife = FibLife.TestCase
TestFibLife.settings = settings(
    max_examples=120, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestFibObjectLife = FibObjectLife.TestCase
TestFibObjectLife.settings = settings(
    max_examples=120, stateful_step_count=50, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
