"""In a hierarchy of reflectors VPN routes find the way to all that ask for them. RFC 4684, section 3.2."""

import asyncio
import struct
from collections.abc import Iterator
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.adj_rib_out import ExportKey
from bgpkit.policy import ACCEPT_ALL
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.next_hops import NextHops
from bgpkit.speaker.outputs import Outputs
from bgpkit.speaker.route_targets import RouteTargets
from bgpkit.wire import UpdateContext, UpdateDecoder
from bgpkit_fsm import IPV4_ROUTE_TARGET, IPV4_VPN, Family
from bgpkit_rib import BEST, BEST_EXTERNAL, Path, Source, SourceKind, Table, make_path
from tests.support.message_links import Link
from tests.support.multiprotocol import PLAIN
from tests.support.octets import attribute
from tests.support.schedulers import ManualScheduler

FAMILIES: Final = (IPV4_VPN, IPV4_ROUTE_TARGET)
CONTEXT: Final = UpdateContext(families=frozenset(FAMILIES), four_octet_as=True, internal=True)
TARGETS: Final = [bytes.fromhex("0002fc00") + number.to_bytes(4) for number in range(2)]
LABEL: Final = bytes.fromhex("000641")
CLIENT, NON_CLIENT = SourceKind.CLIENT, SourceKind.NON_CLIENT


def run(steps: Iterator[None]) -> None:
    """Run steps at once."""
    for _ in steps:
        pass


class Router:
    """One speaker of the backbone, without sockets."""

    def __init__(self, number: int, scheduler: ManualScheduler) -> None:
        """Start without neighbours."""
        self.identifier = 0x0A000001 + number
        self.tables = {family: Table(0) for family in FAMILIES}
        self.outputs = Outputs(self.tables, scheduler)
        self.targets = RouteTargets(self.tables, run)
        self.outputs.concerned = self.targets.concerned
        self.local = Source("local", SourceKind.LOCAL, bgp_identifier=self.identifier)
        self.incoming: list[tuple[Link, Ingest, UpdateDecoder[Path]]] = []
        self.wants: set[bytes] = set()

    def connect(self, other: "Router", kind: SourceKind, inward: Link, outward: Link) -> None:
        """Add a neighbour, which is of ``kind`` to us."""
        source = Source("peer", kind, address=other.identifier.to_bytes(4), bgp_identifier=other.identifier)
        rules = ImportRules(
            own_asns=frozenset(), bgp_identifier=self.identifier, cluster_ids=frozenset({self.identifier})
        )
        ingest = Ingest(source, self.tables, rules, NextHops())
        self.incoming.append((inward, ingest, UpdateDecoder(CONTEXT, ingest.make)))

        def join() -> None:
            for family in FAMILIES:
                if not self.targets.holds_back(source, family):
                    self.outputs.join(source, outward, self.key(kind, family, source))

        self.targets.session_up(source, FAMILIES, join, marks=True)
        join()

    def key(self, kind: SourceKind, family: Family, source: Source) -> ExportKey:
        """Return what a neighbour is sent by."""
        memberships = family == IPV4_ROUTE_TARGET
        return ExportKey(
            family=family,
            kind=kind,
            local_asn=64512,
            bgp_identifier=self.identifier,
            cluster_id=self.identifier,
            next_hop=self.identifier.to_bytes(4),
            selection=BEST_EXTERNAL if memberships and kind is NON_CLIENT else BEST,
            route_targets=self.targets.interest(source, family),
            policy=ACCEPT_ALL,
        )

    def want(self, target: bytes) -> None:
        """Ask for the routes with a route target."""
        self.wants.add(target)
        self.tables[IPV4_ROUTE_TARGET].announce(self.path(IPV4_ROUTE_TARGET, b""), [self.membership(target)])

    def want_no_more(self, target: bytes) -> None:
        """Take that back."""
        self.wants.discard(target)
        self.tables[IPV4_ROUTE_TARGET].withdraw(self.local, [self.membership(target)])

    def originate(self, target: bytes) -> bytes:
        """Announce a VPN route with a route target; return its key."""
        key = bytes.fromhex("58") + self.identifier.to_bytes(8) + target[-1:] + b"\1\0"
        self.tables[IPV4_VPN].announce(self.path(IPV4_VPN, attribute(0xC0, 16, target)), [key])
        return key

    def path(self, family: Family, more: bytes) -> Path:
        """Return a path of our own, with ``more`` attributes."""
        hop = (bytes(8) if family == IPV4_VPN else b"") + self.identifier.to_bytes(4)
        reach = attribute(0x80, 14, struct.pack("!HBB", family.afi, family.safi, len(hop)) + hop + b"\0")
        return make_path(self.local, PLAIN + reach + more, next_hop=hop, rest=LABEL if family == IPV4_VPN else b"")

    @staticmethod
    def membership(target: bytes) -> bytes:
        """Return the NLRI that asks for a route target."""
        return bytes.fromhex("600000fc00") + target


async def rest(routers: list[Router], scheduler: ManualScheduler, data: st.DataObject) -> None:
    """Deliver messages, in any order between sessions, until none is left."""
    for _ in range(5000):
        scheduler.advance(1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        scheduler.advance(1)
        waiting = [each for router in routers for each in router.incoming if each[0].queue]
        if not waiting:
            return
        link, ingest, decoder = waiting[data.draw(st.integers(0, len(waiting) - 1)) if len(waiting) > 1 else 0]
        message = link.queue.popleft()
        update = decoder.decode(message, 19, len(message))
        ingest.update(update)
        if update.end_of_rib is not None:
            router = next(each for each in routers if any(link is own for own, _, _ in each.incoming))
            router.targets.end_of_rib(ingest.source, update.end_of_rib)
    raise AssertionError("the network does not come to rest")


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_routes_reach_all_that_ask_for_them_and_leave_those_that_do_no_more(data: st.DataObject) -> None:
    """Reflectors at the top fully meshed, each router below a client of the one above; any of them may ask."""

    async def main() -> None:
        tops, size = data.draw(st.integers(1, 2)), data.draw(st.integers(3, 6))
        scheduler = ManualScheduler()
        routers = [Router(number, scheduler) for number in range(size)]
        pairs = [(one, other, NON_CLIENT) for one in range(tops) for other in range(one)]
        pairs += [(data.draw(st.integers(0, number - 1)), number, CLIENT) for number in range(tops, size)]
        for one, other, kind in pairs:
            here, there = Link(), Link()
            routers[one].connect(routers[other], kind, here, there)
            routers[other].connect(routers[one], NON_CLIENT, there, here)
        some = st.sets(st.integers(0, size - 1))
        asked = {target: sorted(data.draw(some)) for target in TARGETS}
        told = {(routers[n].originate(target), target) for target in TARGETS for n in sorted(data.draw(some))}
        for target, numbers in asked.items():
            for number in numbers:
                routers[number].want(target)
        await rest(routers, scheduler, data)
        assert_served(routers, told)
        for target, numbers in asked.items():
            for number in data.draw(st.sets(st.sampled_from(numbers))) if numbers else ():
                routers[number].want_no_more(target)
        told |= {(routers[n].originate(TARGETS[0]), TARGETS[0]) for n in sorted(data.draw(some))}
        await rest(routers, scheduler, data)
        assert_served(routers, told)
        for router in routers:
            for _, ingest, _ in router.incoming:
                router.targets.session_lost(ingest.source)

    asyncio.run(main())


@settings(max_examples=5, deadline=None)
@given(data=st.data())
def test_a_reflector_below_learns_that_the_one_above_wants_its_clients_routes(data: st.DataObject) -> None:
    """What it announces comes back through its own cluster, and is all that tells it so."""

    async def main() -> None:
        scheduler = ManualScheduler()
        top, below, client, other = routers = [Router(number, scheduler) for number in range(4)]
        for above, under in ((top, below), (below, client), (top, other)):
            here, there = Link(), Link()
            above.connect(under, CLIENT, here, there)
            under.connect(above, NON_CLIENT, there, here)
        told = {(client.originate(TARGETS[0]), TARGETS[0])}
        client.want(TARGETS[0])
        other.want(TARGETS[0])
        await rest(routers, scheduler, data)
        assert_served(routers, told)
        for router in routers:
            for _, ingest, _ in router.incoming:
                router.targets.session_lost(ingest.source)

    asyncio.run(main())


def assert_served(routers: list[Router], told: set[tuple[bytes, bytes]]) -> None:
    """See that each router has a route to all that it asks for, and the lowest ones to nothing else."""
    for router in routers:
        held = {key for key, path in router.tables[IPV4_VPN].loc_rib() if path.source is not router.local}
        wanted = {key for key, target in told if target in router.wants and router.tables[IPV4_VPN].best(key)}
        own = {key for key, _ in router.tables[IPV4_VPN].paths_from(router.local)}
        assert {key for key, target in told if target in router.wants} <= held | own
        if len(router.incoming) == 1 and router.incoming[0][1].source.kind is NON_CLIENT and len(routers) > 2:
            assert held <= wanted or router is routers[0]
