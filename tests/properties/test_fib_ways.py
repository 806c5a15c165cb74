"""Whatever happens to a kernel's table, in any order: once there is no doubt, the ways are those of a linear search.

So are the next hops by which they go.
"""

from dataclasses import dataclass
from ipaddress import IPv4Address

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bgpkit.fib.followed_table import TablePicture
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice, RouteNotice
from bgpkit.fib.netlink.page import Route
from bgpkit.fib.route import NextHop
from bgpkit.fib.ways import Lookup, Way, Ways
from bgpkit_rib import Prefix

KERNEL, STATIC, OURS = 2, 4, 12
PREFIXES = [Prefix.parse(text) for text in ("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/17", "10.1.0.1/32", "10.1.128.0/17")]
ADDRESSES = [bytes((10, 1, 0, 1)), bytes((10, 1, 0, 2)), bytes((10, 1, 200, 1)), bytes((10, 9, 9, 9)), bytes((9,) * 4)]
GATEWAYS = (b"\x0a\0\0\2", b"\x0a\0\0\3")
UP, STATES = 0x10041, (0x10041, 0x1, 0)

prefixes = st.sampled_from(PREFIXES)
protocols = st.sampled_from((KERNEL, STATIC, OURS))
links = st.sampled_from((2, 3))
hops = st.one_of(
    st.builds(Hop, st.sampled_from(GATEWAYS), links, st.booleans(), st.integers(1, 3), st.none()),
    st.builds(Hop, st.just(b""), links, st.just(False), st.integers(1, 3), st.none()),
)
several = st.lists(hops, min_size=1, max_size=3)
forms = st.builds(make_form, st.sampled_from((1, 1, 1, 7)), several, st.integers(0, 1), st.just(b""), st.just(0))


@dataclass
class Row:
    """One route of the model."""

    prefix: Prefix
    protocol: int
    form: Form


class WaysLife(RuleBasedStateMachine):
    """A list of routes that a kernel keeps, and the ways that hear of its changes."""

    def __init__(self) -> None:
        """Start with two interfaces and no route."""
        super().__init__()
        self.rows: list[Row] = []
        self.links = {2: UP, 3: UP}
        self.ways = Ways(frozenset({KERNEL, STATIC}), default=True)
        self.known: dict[bytes, Lookup] = {}
        self.read()

    @rule(prefix=prefixes, protocol=protocols, form=forms, first=st.booleans())
    def add(self, prefix: Prefix, protocol: int, form: Form, first: bool) -> None:
        """Do as ``ip route prepend`` or ``append``; the same route twice is refused, and one by what is down."""
        row = Row(prefix, protocol, form)
        if row in self.rows or self.goes_by_what_is_down(form) or self.mixes(row, self.equals(row)):
            return
        self.rows.insert(0 if first else len(self.rows), row)
        self.tell(row)

    @rule(prefix=prefixes, protocol=protocols, form=forms)
    def replace(self, prefix: Prefix, protocol: int, form: Form) -> None:
        """Do as ``ip route replace``: the first of the metric, or else it is added."""
        row = Row(prefix, protocol, form)
        equals = self.equals(row)
        if row in equals[1:] or self.goes_by_what_is_down(form) or self.mixes(row, equals[1:]):
            return
        if equals:
            self.rows[self.rows.index(equals[0])] = row
        else:
            self.rows.append(row)
        self.tell(row, replaced=bool(equals))

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Do as ``ip route del``."""
        if self.rows:
            row = self.rows.pop(data.draw(st.integers(0, len(self.rows) - 1)))
            self.tell(row, present=False)

    @rule(index=st.sampled_from((2, 3)), flags=st.sampled_from(STATES))
    def set_link(self, index: int, flags: int) -> None:
        """Change an interface; routes go with one that is set down, without a word."""
        before, self.links[index] = self.links[index], flags
        if before and not flags:
            self.rows = [row for row in self.rows if all(hop.ifindex != index for hop in row.form.hops)]
        self.ways.heed(LinkNotice(index, (f"e{index}", flags, 0)))

    @rule()
    def lose_an_address(self) -> None:
        """Take out what comes with addresses, without a word."""
        self.rows = [row for row in self.rows if row.protocol != KERNEL]
        self.ways.heed(AddressNotice(present=False))

    @rule()
    def read(self) -> None:
        """Take a new picture."""
        picture = TablePicture([LinkNotice(index, (f"e{index}", flags, 0)) for index, flags in self.links.items()])
        routes: list[Route] = [(row.prefix.key, row.protocol, (row.form,)) for row in self.rows]
        self.ways.add(picture, 32, routes[:3])
        self.ways.add(picture, 32, routes[3:])
        self.ways.take(picture)

    @invariant()
    def the_ways_are_right(self) -> None:
        """Without doubt every answer is that of the model, and every answer that moved was announced."""
        if self.ways.doubtful:
            return
        concerned = set(self.ways.concerned(ADDRESSES))
        for address in ADDRESSES:
            found = self.ways.look_up(address)
            assert found == self.searched(address)
            assert address in concerned or self.known.get(address) == found
            self.known[address] = found

    def goes_by_what_is_down(self, form: Form) -> bool:
        """Tell whether the kernel refuses a route."""
        return any(not self.links[hop.ifindex] for hop in form.hops)

    def equals(self, row: Row) -> list[Row]:
        """Return the routes of the same prefix and metric."""
        return [each for each in self.rows if each.prefix == row.prefix and each.form.metric == row.form.metric]

    @staticmethod
    def mixes(row: Row, others: list[Row]) -> bool:
        """Tell whether a route that counts would stand beside one that does not: the limit that Ways names."""
        return any((each.protocol == OURS) != (row.protocol == OURS) for each in others)

    def tell(self, row: Row, *, present: bool = True, replaced: bool = False) -> None:
        """Let the ways hear of a route."""
        self.ways.heed(RouteNotice(present, 32, row.prefix.key, row.protocol, (row.form,), replaced))

    def searched(self, address: bytes) -> Lookup:
        """Return the way, and the next hops on it, by looking at every route."""
        number = int.from_bytes(address, "big")
        found = [row for row in self.rows if row.protocol != OURS and self.holds(row.prefix, number)]
        longest = max((row.prefix.length for row in found), default=0)
        found = [row for row in found if row.prefix.length == longest]
        least = min((row.form.metric for row in found), default=0)
        found = [row for row in found if row.form.metric == least and self.open_hops(row)]
        if not found:
            return Lookup(Way(False))
        metrics = [
            0 if row.protocol == KERNEL and all(hop.gateway == b"" for hop in row.form.hops) else least for row in found
        ]
        next_hops = [
            NextHop(IPv4Address(hop.gateway or address), f"e{hop.ifindex}", hop.onlink, hop.weight)
            for hop in self.open_hops(found[0])
        ]
        return Lookup(Way(True, min(metrics)), tuple(next_hops))

    def open_hops(self, row: Row) -> list[Hop]:
        """Return the next hops of a route whose interface has a carrier."""
        return [hop for hop in row.form.hops if self.links[hop.ifindex] == UP]

    @staticmethod
    def holds(prefix: Prefix, number: int) -> bool:
        """Tell whether a prefix holds an address."""
        first = int.from_bytes(prefix.key[1:].ljust(4, b"\0"), "big")
        return first >> (32 - prefix.length) == number >> (32 - prefix.length)


TestWaysLife = WaysLife.TestCase
TestWaysLife.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
