"""A kernel's routing table as its manual pages tell it, slow and obvious, behind the port of the real one.

Interfaces and gateways are one thing here: interface ``n`` leads to the gateway 10.0.0.n, or fe80::n.
"""

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from dataclasses import dataclass
from errno import EEXIST, EINVAL, ENETUNREACH, ENOENT, ESRCH
from typing import TypeVar

from bgpkit.fib.form import Form, Hop
from bgpkit.fib.kernel import Notices
from bgpkit.fib.netlink.decode import LinkNotice, Notice, RouteNotice
from bgpkit.fib.netlink.page import Page
from bgpkit.fib.objects import KernelObject, ObjectOperation
from bgpkit.fib.operation import Answers, Batch, Operation, Refusal, Verb
from tests.unit.fib.model_objects import ModelObjects

OURS = 12
T = TypeVar("T")
Place = tuple[int, bytes]


def complete(coroutine: Coroutine[None, None, T]) -> T:
    """Run a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        result: T = stop.value
        return result
    raise AssertionError("the coroutine waits for something")


@dataclass
class ModelRoute:
    """One route in the table."""

    protocol: int
    form: Form


def batch_of(*operations: Operation) -> Batch:
    """Return operations of one address width as a batch."""
    batch = Batch(operations[0].width)
    for verb, _, key, forms in operations:
        batch.add(verb, key, forms)
    return batch


def nothing() -> None:
    """Do nothing."""


class ModelKernel:
    """A table whose routes of protocol 12 are ours, with hooks for what happens at the worst moment."""

    def __init__(self) -> None:
        """Start with an empty table and interfaces 2 to 4 up."""
        self.table: dict[Place, list[ModelRoute]] = {}
        self.up = {2, 3, 4}
        self.told: list[Notice] = []
        self.lost = False
        self.executed: list[Operation] = []
        self.announced: list[Operation] = []
        """What was said to be the next batch."""
        self.executed_objects: list[ObjectOperation] = []
        self.before_batch: Callable[[], None] = nothing
        self.after_batch: Callable[[], None] = nothing
        self.between_pages: Callable[[], None] = nothing
        self.lose_answers = False
        self.moods: list[int] = []
        """Errors with which the next operations are refused for no reason, 0 for none."""
        self.objects = ModelObjects(self._drop_routes, self._tell_routes, self.told.append)

    # The port.

    async def execute(self, batch: Batch, meanwhile: Callable[[], Batch | None]) -> Answers:
        """Carry out a batch; the next one is taken before, since that knows least."""
        self.announced = list(meanwhile() or ())
        hook, self.before_batch = self.before_batch, nothing
        hook()
        refused: dict[int, Refusal] = {}
        for place, operation in enumerate(batch):
            errno = self._mood() or self._execute(operation)
            if errno:
                refused[place] = Refusal(errno, f"error {errno}")
        self.executed += batch
        hook, self.after_batch = self.after_batch, nothing
        hook()
        whole, self.lose_answers = not self.lose_answers, False
        return Answers(refused if whole else {}, whole)

    def notices(self) -> Notices:
        """Hand over what was told."""
        notices = Notices(list(self.told), self.lost)
        self.told.clear()
        self.lost = False
        return notices

    async def dump(self, width: int, *, own_only: bool) -> AsyncIterator[Page]:
        """Give one prefix a page, each as it is when its turn comes."""
        for place in sorted(place for place in self.table if place[0] == width):
            routes = self.table.get(place, [])
            yield Page.of(
                (place[1], route.protocol, (self.expanded(route.form),))
                for route in routes
                if route.protocol == OURS or not own_only
            )
            self.between_pages()

    async def execute_objects(self, operations: Sequence[ObjectOperation]) -> Answers:
        """Carry out a batch of changes of objects."""
        hook, self.before_batch = self.before_batch, nothing
        hook()
        refused: dict[int, Refusal] = {}
        for place, operation in enumerate(operations):
            errno = self._mood() or self.objects.execute(operation, OURS, self.up)
            if errno:
                refused[place] = Refusal(errno, f"error {errno}")
        self.executed_objects += operations
        hook, self.after_batch = self.after_batch, nothing
        hook()
        whole, self.lose_answers = not self.lose_answers, False
        return Answers(refused if whole else {}, whole)

    async def dump_objects(self) -> AsyncIterator[list[KernelObject]]:
        """Give one object a page, each as it is when its turn comes."""
        for number in sorted(self.objects.objects):
            if number in self.objects.objects:
                yield [self.objects.objects[number]]
            self.between_pages()

    async def used_objects(self) -> set[int]:
        """Return what routes name."""
        return {route.form.nhid for routes in self.table.values() for route in routes}

    def device_of(self, gateway: bytes) -> int:
        """Return the interface that leads to the gateway, if it is up."""
        return gateway[-1] if gateway[-1] in self.up else 0

    def reaches(self, gateway: bytes, index: int, onlink: bool) -> bool:
        """Tell whether the interface is up; each is that of one gateway."""
        return (index or self.device_of(gateway)) in self.up

    # Other hands.

    def add(self, place: Place, protocol: int, form: Form, *, exclusive: bool = True) -> bool:
        """Do as ``ip route add``, or as ``ip route append``; tell whether it worked."""
        routes = self.table.setdefault(place, [])
        if exclusive and any(route.form.metric == form.metric for route in routes):
            return False
        routes.append(ModelRoute(protocol, form))
        self._tell(place, protocol, form)
        return True

    def change(self, place: Place, protocol: int, form: Form) -> None:
        """Do as ``ip route replace``: overwrite the first of the same metric, whosever it is."""
        routes = self.table.setdefault(place, [])
        first = next((route for route in routes if route.form.metric == form.metric), None)
        if first is None:
            self.add(place, protocol, form)
        else:
            first.protocol, first.form = protocol, form
            self._tell(place, protocol, form, replaced=True)

    def delete(self, place: Place, protocol: int) -> None:
        """Do as ``ip route del``: remove the first of the protocol, if there is one."""
        routes = self.table.get(place, [])
        first = next((route for route in routes if route.protocol == protocol), None)
        if first is not None:
            routes.remove(first)
            self._tell(place, protocol, first.form, present=False)

    def set_link(self, index: int, *, up: bool) -> None:
        """Take an interface down, its routes with it and without a word of them, or up.

        A route with several next hops stays while it has one that leads on: of IPv6 the others go, of IPv4 they are
        dead and come to life again with their interface.
        """
        if up == (index in self.up):
            return
        self.up ^= {index}
        for place, routes in self.table.items():
            if not up:
                self.table[place] = [one for one in routes if self._stays(place[0], one, index)]
        if not up:
            self.objects.flush_device(index)
        self.told.append(LinkNotice(index, (f"e{index}", int(up), 0)))

    def overflow(self) -> None:
        """Lose all notices that nobody has read."""
        if self.told:
            self.told.clear()
            self.lost = True

    # Views.

    def expanded(self, form: Form) -> Form:
        """Return a form with the next hops of its object."""
        return form._replace(hops=tuple(sorted(self.objects.hops(form.nhid)))) if form.nhid else form

    def ours(self) -> dict[Place, list[Form]]:
        """Return our routes."""
        return self._routes(lambda protocol: protocol == OURS)

    def foreign(self) -> dict[Place, list[Form]]:
        """Return the routes of others."""
        return self._routes(lambda protocol: protocol != OURS)

    def foreign_objects(self) -> dict[int, KernelObject]:
        """Return the objects that are not ours."""
        return {number: found for number, found in self.objects.objects.items() if found.protocol != OURS}

    def _routes(self, chosen: Callable[[int], bool]) -> dict[Place, list[Form]]:
        found = {place: [one.form for one in routes if chosen(one.protocol)] for place, routes in self.table.items()}
        return {place: forms for place, forms in found.items() if forms}

    def _execute(self, operation: Operation) -> int:
        """Carry out one operation and return the error number, 0 for none."""
        verb, width, key, (form, *_) = operation
        routes = self.table.setdefault((width, key), [])
        if verb is Verb.DELETE:
            mine = [one for one in routes if one.form.metric == form.metric and one.protocol == OURS]
            if not mine:
                return ESRCH
            routes.remove(mine[0])
            return 0
        if form.nhid and form.nhid not in self.objects.objects:
            return EINVAL
        if any(self._index(hop) not in self.up for hop in form.hops):
            return ENETUNREACH
        kept = form._replace(hops=tuple(sorted(hop._replace(ifindex=self._index(hop)) for hop in form.hops)))
        same = [one for one in routes if one.form.metric == form.metric]
        if verb is Verb.ADD:
            if same:
                return EEXIST
            routes.append(ModelRoute(OURS, kept))
            return 0
        if not same:
            return ENOENT
        same[0].protocol, same[0].form = OURS, kept
        return 0

    def _mood(self) -> int:
        return self.moods.pop(0) if self.moods else 0

    def _drop_routes(self, number: int) -> None:
        for place, routes in self.table.items():
            self.table[place] = [one for one in routes if one.form.nhid != number]

    def _tell_routes(self, number: int) -> None:
        for place, routes in self.table.items():
            for one in routes:
                if one.form.nhid == number:
                    self._tell(place, one.protocol, one.form, replaced=True)

    def _stays(self, width: int, one: ModelRoute, gone: int) -> bool:
        """Take the next hops of an interface out of a route of ``width``; tell whether any is left that leads on."""
        if all(hop.ifindex != gone for hop in one.form.hops):
            return True
        if width == 128:
            one.form = one.form._replace(hops=tuple(hop for hop in one.form.hops if hop.ifindex != gone))
        return any(hop.ifindex in self.up for hop in one.form.hops)

    def _index(self, hop: Hop) -> int:
        return hop.ifindex or hop.gateway[-1]

    def _tell(self, place: Place, protocol: int, form: Form, *, present: bool = True, replaced: bool = False) -> None:
        self.told.append(RouteNotice(present, *place, protocol, (form,), replaced))
