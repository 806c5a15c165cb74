"""From what a caller wants to what the kernel is told, where routes share next-hop objects."""

from collections.abc import Callable
from errno import ENETUNREACH
from ipaddress import ip_address

from bgpkit.fib.form import Forms, Hop
from bgpkit.fib.kernel import Kernel
from bgpkit.fib.netlink import uapi
from bgpkit.fib.netlink.encode import FAMILY_OF_WIDTH
from bgpkit.fib.objects import NOT_YET, shares_of
from bgpkit.fib.objects_wanted import WantedObjects
from bgpkit.fib.operation import Refusal
from bgpkit.fib.resolve import Resolver
from bgpkit.fib.route import Spec


class ObjectResolver(Resolver):
    """Gives routes that forward to next hops the number of a group in place of these; the other kinds stay plain."""

    def __init__(self, width: int, index_of: Callable[[str], int], kernel: Kernel, objects: WantedObjects) -> None:
        """Ask ``objects`` for the groups.

        An object needs an interface: where a next hop names none, ``kernel`` tells on which its gateway is a neighbour.
        """
        super().__init__(width, index_of, kernel.reaches)
        self._device_of = kernel.device_of
        self._objects = objects
        self.known = objects.answers[width]

    def moved(self, spec: Spec) -> bool:
        """Have the group of ``spec`` changed; its routes move with it, unless there was none or will be none."""
        before = self._objects.asks(self._width, spec)
        self.known.pop(spec, None)
        answer = self.resolve(spec)
        return not before or not answer or (isinstance(answer, Refusal) and answer is not NOT_YET)

    def _learn(self, spec: Spec, held: Forms) -> Forms | Refusal:
        resolved = self._plain(spec) if spec.leads else ()
        if not resolved or isinstance(resolved, Refusal):
            self._objects.rest(self._width, spec)
            return resolved
        form = resolved[0]
        if form.kind != uapi.RTN_UNICAST:
            return resolved
        hops: list[Hop] = []
        for hop in form.hops:
            index = hop.ifindex or self._device_of(hop.gateway)
            if not index:
                self._objects.rest(self._width, spec)
                return Refusal(ENETUNREACH, f"gateway {ip_address(hop.gateway)} is a neighbour on no interface")
            hops.append(hop._replace(ifindex=index))
        shares = shares_of(FAMILY_OF_WIDTH[self._width], hops)
        return self._objects.want(self._width, spec, form._replace(hops=()), shares, held)
