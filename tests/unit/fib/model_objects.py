"""The next-hop objects of the model kernel, as ip-nexthop(8) tells of them."""

from collections.abc import Callable
from errno import EEXIST, EINVAL, ENETDOWN, ENOENT

from bgpkit.fib.form import Hop
from bgpkit.fib.netlink.decode import NextHopNotice
from bgpkit.fib.objects import Content, Group, KernelObject, ObjectOperation, ObjectVerb, Single


class ModelObjects:
    """Objects by number; what is removed takes its groups and routes along, and tells nobody of the latter."""

    def __init__(
        self,
        drop_routes: Callable[[int], None],
        tell_routes: Callable[[int], None],
        tell: Callable[[NextHopNotice], None],
    ) -> None:
        """Start with none; routes that name an object are dropped, or told of as replaced, by its number."""
        self.objects: dict[int, KernelObject] = {}
        self._drop_routes = drop_routes
        self._tell_routes = tell_routes
        self._tell = tell

    def execute(self, operation: ObjectOperation, protocol: int, up: set[int]) -> int:
        """Carry out one operation and return the error number, 0 for none."""
        verb, number, content = operation
        there = self.objects.get(number)
        if verb is ObjectVerb.DELETE:
            if there is None:
                return ENOENT
            self._remove(number, told=False)
            return 0
        if (there is None) != (verb is ObjectVerb.CREATE):
            return ENOENT if there is None else EEXIST
        if there is not None and type(there.content) is not type(content):
            return EINVAL
        errno = self._fault(content, up)
        if not errno:
            self.objects[number] = KernelObject(number, protocol, content)
        return errno

    def put(self, number: int, protocol: int, content: Content, up: set[int]) -> None:
        """Do as ``ip nexthop replace``, whosever the object is."""
        there = self.objects.get(number)
        if self._fault(content, up) or (there is not None and type(there.content) is not type(content)):
            return
        self.objects[number] = made = KernelObject(number, protocol, content)
        self._tell(NextHopNotice(True, made))
        if there is not None:
            self._tell_routes(number)

    def delete(self, number: int) -> None:
        """Do as ``ip nexthop del``."""
        if number in self.objects:
            self._remove(number, told=True)

    def flush_device(self, index: int) -> None:
        """Remove the singles of an interface that goes down, and say nothing."""
        for number, found in list(self.objects.items()):
            if isinstance(found.content, Single) and found.content.hop.ifindex == index:
                self._remove(number, told=False)

    def hops(self, number: int) -> tuple[Hop, ...]:
        """Return the next hops of an object."""
        content = self.objects[number].content
        if isinstance(content, Single):
            return (content.hop,)
        assert isinstance(content, Group)
        return tuple(
            single.hop._replace(weight=weight)
            for member, weight in content.members
            if isinstance(single := self.objects[member].content, Single)
        )

    def _fault(self, content: Content, up: set[int]) -> int:
        if isinstance(content, Single):
            return 0 if content.hop.ifindex in up else ENETDOWN
        assert isinstance(content, Group)
        singles = [self.objects.get(member) for member, _ in content.members]
        return 0 if all(one is not None and isinstance(one.content, Single) for one in singles) else EINVAL

    def _remove(self, number: int, *, told: bool) -> None:
        removed = self.objects.pop(number)
        if told:
            self._tell(NextHopNotice(False, removed))
        self._drop_routes(number)
        for group, found in list(self.objects.items()):
            if isinstance(found.content, Group) and any(member == number for member, _ in found.content.members):
                rest = Group(tuple(each for each in found.content.members if each[0] != number))
                if not rest.members:
                    self._remove(group, told=told)
                    continue
                self.objects[group] = left = found._replace(content=rest)
                if told:
                    self._tell(NextHopNotice(True, left))
