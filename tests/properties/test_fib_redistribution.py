"""Whatever happens to a kernel's tables: without doubt, what is announced is what a linear search finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from ipaddress import IPv4Network, ip_network

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bgpkit.fib.followed_table import FollowedTable, TablePicture
from bgpkit.fib.form import Form, Hop, make_form
from bgpkit.fib.netlink.decode import AddressNotice, LinkNotice, NextHopNotice, Notice, RouteNotice
from bgpkit.fib.netlink.page import Route
from bgpkit.fib.redistributed import Redistributed, Slice
from bgpkit.fib.redistribution_filter import RedistributionFilter
from bgpkit.fib.redistribution_verdict import Judge, Statement
from bgpkit.fib.route import RouteKind
from bgpkit.policy import PrefixSet
from bgpkit_rib import Prefix

UNICAST, LOCAL, BLACKHOLE, UNREACHABLE = 1, 2, 6, 7
KERNEL, STATIC, ZEBRA, BGP = 2, 4, 11, 186
TEXTS = ("0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/17", "10.1.0.1/32", "11.0.0.0/8", "127.0.0.1/32", "169.254.1.0/24")
PREFIXES = [Prefix.parse(text) for text in TEXTS]
GATEWAYS = (b"\x0a\0\0\2", b"\x0a\0\0\3", b"")
NAMES = {2: "e2", 3: "e3", 4: "d4"}
UP, STATES = 0x10041, (0x10041, 0x1, 0)
FILTER = RedistributionFilter(
    protocols=("connected", "static", "bgp", "local"),
    interfaces=("e*", "d*", "!e3"),
    prefixes=PrefixSet.of("10.0.0.0/8 le 32", "127.0.0.0/8 le 32", "169.254.0.0/16 le 32"),
    kinds=frozenset({RouteKind.UNICAST, RouteKind.UNREACHABLE}),
    highest_metric=1,
)

prefixes = st.sampled_from(PREFIXES)
protocols = st.sampled_from((KERNEL, STATIC, ZEBRA))
hops = st.tuples(st.sampled_from(GATEWAYS), st.sampled_from((2, 3, 4))).map(lambda hop: Hop(*hop, False, 1))
forms = st.builds(
    make_form,
    st.sampled_from((UNICAST, UNICAST, UNICAST, LOCAL, BLACKHOLE, UNREACHABLE)),
    st.lists(hops, min_size=1, max_size=2),
    st.integers(0, 2),
)


@dataclass
class Row:
    """One route of the model."""

    prefix: Prefix
    protocol: int
    form: Form


class RedistributionLife(RuleBasedStateMachine):
    """Lists of routes that a kernel keeps, what is known of them, and what a speaker has been told."""

    def __init__(self) -> None:
        """Start with three interfaces and no route in two tables."""
        super().__init__()
        self.rows: tuple[list[Row], list[Row]] = ([], [])
        self.names = dict(NAMES)
        self.links = dict.fromkeys(NAMES, UP)
        self.tables = [FollowedTable(frozenset({KERNEL, STATIC})) for _ in self.rows]
        judge = Judge(FILTER, metric_as_med=True, keep_next_hop=True)
        self.redistributed = Redistributed(judge, self.tables, widths=(32, 128))
        self.told: dict[bytes, Statement] = {}
        self.begun: Iterator[Slice] = iter(())
        self.lost = False
        for at in range(2):
            self.read(at)

    @rule(prefix=prefixes, protocol=protocols, form=forms, first=st.booleans(), at=st.integers(0, 1))
    def add(self, prefix: Prefix, protocol: int, form: Form, first: bool, at: int) -> None:
        """Do as ``ip route prepend`` or ``append``; the same route twice is refused, and one by what is down."""
        row = Row(prefix, protocol, form)
        if row in self.rows[at] or self.goes_by_what_is_down(form) or self.mixes(row, self.equals(row, at)):
            return
        self.rows[at].insert(0 if first else len(self.rows[at]), row)
        self.tell(row, at)

    @rule(prefix=prefixes, protocol=protocols, form=forms, at=st.integers(0, 1))
    def replace(self, prefix: Prefix, protocol: int, form: Form, at: int) -> None:
        """Do as ``ip route replace``: the first of the metric, or else it is added."""
        row = Row(prefix, protocol, form)
        equals = self.equals(row, at)
        if row in equals[1:] or self.goes_by_what_is_down(form) or self.mixes(row, equals[1:]):
            return
        if equals:
            self.rows[at][self.rows[at].index(equals[0])] = row
        else:
            self.rows[at].append(row)
        self.tell(row, at, replaced=bool(equals))

    @rule(data=st.data(), at=st.integers(0, 1))
    def delete(self, data: st.DataObject, at: int) -> None:
        """Do as ``ip route del``."""
        if self.rows[at]:
            row = self.rows[at].pop(data.draw(st.integers(0, len(self.rows[at]) - 1)))
            self.tell(row, at, present=False)

    @rule(index=st.sampled_from(tuple(NAMES)), flags=st.sampled_from(STATES))
    def set_link(self, index: int, flags: int) -> None:
        """Change an interface; routes go with one that is set down, without a word."""
        before, self.links[index] = self.links[index], flags
        if before and not flags:
            for rows in self.rows:
                rows[:] = [row for row in rows if all(hop.ifindex != index for hop in row.form.hops)]
        self.tell_all(LinkNotice(index, (self.names[index], flags, 0)))

    @rule(index=st.sampled_from(tuple(NAMES)), name=st.sampled_from(("e2", "e3", "d4", "x")))
    def rename(self, index: int, name: str) -> None:
        """Give an interface another name: other patterns hold for it."""
        self.names[index] = name
        self.tell_all(LinkNotice(index, (name, self.links[index], 0)))

    @rule()
    def lose_an_address(self) -> None:
        """Take out what comes with addresses, without a word."""
        for rows in self.rows:
            rows[:] = [row for row in rows if row.protocol != KERNEL]
        self.tell_all(AddressNotice(present=False))

    @rule()
    def lose_a_next_hop_object(self) -> None:
        """Take out routes by a gateway, without a word."""
        for rows in self.rows:
            rows[:] = [row for row in rows if all(hop.gateway != GATEWAYS[1] for hop in row.form.hops)]
        self.tell_all(NextHopNotice(present=False))

    @rule()
    def overflow(self) -> None:
        """Lose notices from now on; who listens is told that, and doubts."""
        self.lost = True
        for table in self.tables:
            table.doubtful = True

    @rule(at=st.integers(0, 1))
    def read(self, at: int) -> None:
        """Take a new picture."""
        self.lost = False
        links = [LinkNotice(index, (self.names[index], flags, 0)) for index, flags in self.links.items()]
        picture, table = TablePicture(links), self.tables[at]
        routes: list[Route] = [(row.prefix.key, row.protocol, (row.form,)) for row in self.rows[at]]
        table.add(picture, 32, routes[::2])
        table.add(picture, 32, routes[1::2])
        table.take(picture)

    @rule()
    def begin_to_tell(self) -> None:
        """Take up what has changed, once what was taken up before has been told."""
        for each in self.begun:
            self.take(each)
        self.begun = self.redistributed.slices()

    @rule()
    def tell_a_slice(self) -> None:
        """Tell the speaker a bit of it, while the kernel goes on."""
        each = next(self.begun, None)
        if each is not None:
            self.take(each)

    @invariant()
    def the_speaker_has_been_told_what_counts_as_told(self) -> None:
        """At any time, and nothing of a family without routes."""
        assert self.redistributed.count == len(self.told)

    @precondition(lambda self: not any(table.doubtful for table in self.tables))
    @rule()
    def settle(self) -> None:
        """Tell all: a linear search finds the same."""
        self.begin_to_tell()
        self.begin_to_tell()
        searched = {prefix.key: found for prefix in PREFIXES if (found := self.searched(prefix)) is not None}
        assert self.told == searched
        for prefix in PREFIXES:
            assert (self.redistributed.route(prefix) is not None) == (prefix.key in searched)

    def teardown(self) -> None:
        """Read what is in doubt: in the end nothing is, and all has been told."""
        for at, table in enumerate(self.tables):
            if table.doubtful:
                self.read(at)
        self.settle()

    def take(self, changed: Slice) -> None:
        """Do to the speaker's routes what a slice says: nothing is withdrawn that is not there, nothing said twice."""
        assert changed.width == 32 or not (changed.withdrawn or changed.announced)
        for key in changed.withdrawn:
            del self.told[key]
        for statement, keys in changed.announced.items():
            for key in keys:
                assert self.told.get(key) != statement
                self.told[key] = statement

    def tell(self, row: Row, at: int, *, present: bool = True, replaced: bool = False) -> None:
        """Let one table hear of a route."""
        if not self.lost:
            notice = RouteNotice(present, 32, row.prefix.key, row.protocol, (row.form,), replaced)
            self.tables[at].heed(notice)

    def tell_all(self, notice: Notice) -> None:
        """Let both tables hear of an interface or an address."""
        for table in () if self.lost else self.tables:
            table.heed(notice)

    def goes_by_what_is_down(self, form: Form) -> bool:
        """Tell whether the kernel refuses a route."""
        return any(not self.links[hop.ifindex] for hop in form.hops)

    def equals(self, row: Row, at: int) -> list[Row]:
        """Return the routes of the same prefix and metric."""
        return [each for each in self.rows[at] if each.prefix == row.prefix and each.form.metric == row.form.metric]

    @staticmethod
    def mixes(row: Row, others: list[Row]) -> bool:
        """Tell whether a route that counts would stand beside one that does not: the limit of what can be followed."""
        return any((each.protocol == ZEBRA) != (row.protocol == ZEBRA) for each in others)

    def searched(self, prefix: Prefix) -> Statement | None:
        """Return what is to be said of a prefix by looking at every route; the kernel takes the smallest metric."""
        found: list[tuple[int, int, bytes]] = []
        for rows in self.rows:
            counted = [row for row in rows if row.prefix == prefix and row.protocol in {KERNEL, STATIC}]
            taken = [row for row in counted if all(row.form.metric <= each.form.metric for each in counted)]
            found += [(row.form.metric, row.protocol, self.gateway(row.form)) for row in taken if self.passes(row)]
        found.sort()
        return Statement(found[0][2], found[0][0]) if found else None

    def passes(self, row: Row) -> bool:
        """Tell whether a route is to be announced, condition by condition."""
        network = ip_network(str(row.prefix))
        inside = isinstance(network, IPv4Network) and network.subnet_of(IPv4Network("10.0.0.0/8"))
        if network.is_loopback or network.is_link_local or not inside:
            return False
        if row.form.metric > 1 or row.protocol not in {KERNEL, STATIC}:
            return False
        if row.form.kind == LOCAL and (row.protocol != KERNEL or row.prefix.length != 32):
            return False
        return row.form.kind in {UNICAST, LOCAL} and any(  # what leads nowhere leads to no interface that is named
            fnmatchcase(self.names[hop.ifindex], "[ed]*") and self.names[hop.ifindex] != "e3"
            for hop in row.form.hops
            if self.links[hop.ifindex] == UP or row.form.kind == LOCAL
        )

    def gateway(self, form: Form) -> bytes:
        """Return the gateway that is told, where one can be."""
        gateways = {hop.gateway for hop in form.hops if self.links[hop.ifindex] == UP or form.kind == LOCAL}
        return gateways.pop() if len(gateways) == 1 else b""


TestRedistributionLife = RedistributionLife.TestCase
TestRedistributionLife.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)
