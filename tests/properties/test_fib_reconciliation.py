"""Any order of wishes, other hands, losses and crashes: what is wanted is held, and nothing foreign suffers."""

from collections.abc import Callable
from ipaddress import IPv4Address

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bgpkit.fib import NextHop, RouteKind
from bgpkit.fib.decode import LinkNotice
from bgpkit.fib.dialogue import Dialogue
from bgpkit.fib.form import Form, matches
from bgpkit.fib.resolve import Resolver
from bgpkit.fib.route import Spec
from tests.unit.fib.model_kernel import OURS, ModelKernel, Place, complete, nothing

PLACES: list[Place] = [(32, b"\x10\x0a\x01"), (32, b"\x10\x0a\x02"), (32, b"\x10\x0a\x03"), (128, b"\x10\x0a\x01")]
HOPS = [NextHop(IPv4Address(f"10.0.0.{number}")) for number in (2, 3, 4)]
SPECS = [
    *(Spec(RouteKind.UNICAST, (hop,)) for hop in HOPS),
    Spec(RouteKind.UNICAST, (HOPS[0], HOPS[1])),
    Spec(RouteKind.UNICAST, (HOPS[0],), 5),
    Spec(RouteKind.BLACKHOLE, ()),
    Spec(RouteKind.UNICAST, (NextHop(device="e3"),)),
]
RESOLVERS = {width: Resolver(width, lambda name: int(name[1:])) for width in (32, 128)}
places = st.sampled_from(PLACES)
specs = st.sampled_from(SPECS)
foreign_protocols = st.sampled_from((2, 4, 11))


def form_of(width: int, spec: Spec) -> Form:
    """Return the form of a spec as asked for."""
    forms = RESOLVERS[width].resolve(spec)
    assert not isinstance(forms, str)
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

    def __init__(self) -> None:
        """Start over an empty table."""
        super().__init__()
        self.kernel = ModelKernel()
        self.wanted: dict[Place, Spec] = {}
        self.ledger: dict[Place, list[Form]] = {}
        self.now = 0.0
        self.dialogue = self.open()

    def open(self) -> Dialogue:
        """Start as a program starts: adopt what is there."""
        dialogue = Dialogue(OURS, self.kernel, lambda name: int(name[1:]) if int(name[1:]) in self.kernel.up else 0)
        dialogue.know_links([LinkNotice(n, (f"e{n}", int(n in self.kernel.up), 0)) for n in (2, 3, 4)])
        complete(dialogue.read_all(lambda: self.now, adopt=True))
        compare(dialogue)
        return dialogue

    # Our own program.

    @rule(place=places, spec=specs)
    def want(self, place: Place, spec: Spec) -> None:
        """Want a route."""
        self.wanted[place] = spec
        self.dialogue.reconcilers[place[0]].want([place[1]], spec)

    @rule(place=places)
    def unwant(self, place: Place) -> None:
        """Want a route no longer."""
        self.wanted.pop(place, None)
        self.dialogue.reconcilers[place[0]].unwant([place[1]])

    @rule()
    def write(self) -> None:
        """Write a batch."""
        self.dialogue.write(self.now)

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
        self.wanted = {place: spec for place, spec in self.wanted.items() if place in keep}
        for place, spec in self.wanted.items():
            self.dialogue.reconcilers[place[0]].want([place[1]], spec)

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
        self.dialogue.write(self.now)
        self.kernel.before_batch = self.kernel.after_batch = nothing
        self.kernel.lose_answers = False

    def gone_unheard(self, place: Place) -> bool:
        """Tell whether a route of ours has gone with its link and is still believed to be there.

        What takes its place in the microseconds of a batch is overwritten: the limit that Dialogue names.
        """
        return place[1] in self.dialogue.reconcilers[place[0]].held and place not in self.kernel.ours()

    @rule(place=places, spec=specs, what=st.sampled_from(("delete", "force", "foreign")))
    def disturb_a_dump(self, place: Place, spec: Spec, what: str) -> None:
        """Compare with a dump during which something happens after each page."""
        disturb: dict[str, Callable[[], None]] = {
            "delete": lambda: self.kernel.delete(place, OURS),
            "force": lambda: self.kernel.change(place, OURS, kernel_form(place[0], spec)),
            "foreign": lambda: self.add_foreign(place, spec, 4, exclusive=True),
        }
        self.kernel.between_pages = disturb[what]
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
        for index in (2, 3, 4):
            self.set_link(index, True)
        self.sweep()
        self.come_to_rest()
        self.nothing_foreign_suffers()
        foreign, ours = self.kernel.foreign(), self.kernel.ours()
        for place in PLACES:
            self.holds_as_wanted(place, ours.get(place, []), foreign.get(place, []))
        before = self.dialogue.writes
        self.check()
        self.come_to_rest()
        assert self.dialogue.writes == before

    def holds_as_wanted(self, place: Place, ours: list[Form], foreign: list[Form]) -> None:
        """Judge one prefix."""
        spec = self.wanted.get(place)
        if spec is None:
            assert ours == []
            return
        wanted = form_of(place[0], spec)
        taken = any(form.metric == wanted.metric for form in foreign)
        conflicts = self.dialogue.reconcilers[place[0]].foreign.conflicts
        assert (place[1] in conflicts) == taken
        if not taken:
            assert len(ours) == 1
            assert matches(wanted, ours[0])

    def come_to_rest(self) -> None:
        """Write and check until there is nothing to do, and nothing to wait for."""
        for _ in range(100):
            self.dialogue.listen()
            attempt = self.dialogue.next_attempt
            if self.dialogue.check_wanted:
                self.check()
            elif self.dialogue.pending:
                self.dialogue.write(self.now)
            elif attempt is not None:
                self.now = max(self.now, attempt)
                self.dialogue.write(self.now)
            else:
                return
        raise AssertionError("it never comes to rest")


TestFibLife = FibLife.TestCase
TestFibLife.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
