"""Networks of reflectors, however they are laid: they come to rest, and what is withdrawn is gone everywhere.

RFC 4456, section 8.
"""

from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from bgpkit.adj_rib_out import ExportKey, NextHopSelf
from bgpkit.policy import ACCEPT_ALL
from bgpkit.speaker.import_rules import ImportRules
from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.next_hops import NextHops
from bgpkit.speaker.outputs import Outputs
from bgpkit.wire import UpdateContext, UpdateDecoder
from bgpkit_fsm import IPV4_UNICAST
from bgpkit_rib import Path, Prefix, Source, SourceKind, Table, make_path
from tests.support.message_links import Link
from tests.support.octets import attributes
from tests.support.schedulers import ManualScheduler

KEY: Final = Prefix.parse("10.1.0.0/16").key
CONTEXT: Final = UpdateContext(families=frozenset({IPV4_UNICAST}), four_octet_as=True, internal=True)
LONGEST: Final = 2000
"""Messages after which a network counts as one that never comes to rest."""


class Router:
    """One speaker of the AS, without sockets."""

    def __init__(self, number: int, cluster: int, scheduler: ManualScheduler) -> None:
        """Start without neighbours; ``cluster`` is the CLUSTER_ID."""
        self.identifier = 0x0A000001 + number
        self.cluster = cluster
        self.table = Table(32)
        self.outputs = Outputs({IPV4_UNICAST: self.table}, scheduler)
        self.local = Source("local", SourceKind.LOCAL, bgp_identifier=self.identifier)
        self.incoming: list[tuple[Link, Ingest, UpdateDecoder[Path]]] = []

    def connect(self, other: "Router", kind: SourceKind, inward: Link, outward: Link) -> None:
        """Add a neighbour, which is of ``kind`` to us."""
        address = other.identifier.to_bytes(4)
        source = Source(f"router{other.identifier:x}", kind, address=address, bgp_identifier=other.identifier)
        rules = ImportRules(
            own_asns=frozenset({64512}), bgp_identifier=self.identifier, cluster_ids=frozenset({self.cluster})
        )
        ingest = Ingest(source, {IPV4_UNICAST: self.table}, rules, NextHops())
        self.incoming.append((inward, ingest, UpdateDecoder(CONTEXT, ingest.make)))
        key = ExportKey(
            family=IPV4_UNICAST,
            kind=kind,
            local_asn=64512,
            bgp_identifier=self.identifier,
            cluster_id=self.cluster,
            next_hop=self.identifier.to_bytes(4),
            next_hop_self=NextHopSelf.NEVER,
            policy=ACCEPT_ALL,
        )
        self.outputs.join(source, outward, key)

    def take(self, number: int) -> None:
        """Take the next message of a neighbour."""
        link, ingest, decoder = self.incoming[number]
        message = link.queue.popleft()
        ingest.update(decoder.decode(message, 19, len(message)))

    def originate(self, med: int) -> None:
        """Announce a route of our own."""
        block = attributes(next_hop=None, local_pref=100, med=med)
        self.table.announce(make_path(self.local, block, med=med, local_pref=100), [KEY])


class Network:
    """Routers, and messages that travel in any order between sessions, in their own order inside one."""

    def __init__(self, clusters: list[int]) -> None:
        """Start with routers without sessions; those of one cluster share the CLUSTER_ID."""
        self.scheduler = ManualScheduler()
        self.routers = [Router(number, cluster, self.scheduler) for number, cluster in enumerate(clusters)]
        self.count = 0

    def session(self, one: int, other: int, kind: SourceKind, back: SourceKind) -> None:
        """Connect two routers: ``other`` is of ``kind`` to ``one``, which is of kind ``back`` to it."""
        there, here = Link(), Link()
        self.routers[one].connect(self.routers[other], kind, here, there)
        self.routers[other].connect(self.routers[one], back, there, here)

    def rest(self, data: st.DataObject) -> None:
        """Deliver messages until none is left."""
        while True:
            self.scheduler.advance(1)
            waiting = [
                (router, number)
                for router in self.routers
                for number, (link, _, _) in enumerate(router.incoming)
                if link.queue
            ]
            if not waiting:
                return
            router, number = data.draw(st.sampled_from(waiting)) if len(waiting) > 1 else waiting[0]
            router.take(number)
            self.count += 1
            assert self.count < LONGEST, "the network does not come to rest"

    def holders(self) -> set[int]:
        """Return which routers have a best path."""
        return {number for number, router in enumerate(self.routers) if router.table.best(KEY) is not None}


KINDS = st.sampled_from((SourceKind.CLIENT, SourceKind.NON_CLIENT))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_network_comes_to_rest_and_forgets_what_is_withdrawn(data: st.DataObject) -> None:
    """Clients of each other, clusters shared or not, circles: no route lives on when its origin has withdrawn it."""
    size = data.draw(st.integers(2, 5))
    network = Network(data.draw(st.lists(st.integers(1, 3), min_size=size, max_size=size)))
    pairs = [(one, other) for one in range(size) for other in range(one)]
    for one, other in data.draw(st.lists(st.sampled_from(pairs), unique=True, min_size=1)):
        network.session(one, other, data.draw(KINDS), data.draw(KINDS))
    origins = data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=2))
    for number in sorted(origins):
        network.routers[number].originate(data.draw(st.integers(0, 1)))
    for number in sorted(origins):
        network.rest(data)
        network.routers[number].table.withdraw(network.routers[number].local, [KEY])
    network.rest(data)
    assert [len(router.table) for router in network.routers] == [0] * size


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_in_a_hierarchy_every_router_gets_the_route(data: st.DataObject) -> None:
    """Reflectors at the top fully meshed, each router below a client of the one above: with distinct clusters."""
    tops, size = data.draw(st.integers(1, 3)), data.draw(st.integers(4, 7))
    network = Network(list(range(1, size + 1)))
    for one in range(tops):
        for other in range(one):
            network.session(one, other, SourceKind.NON_CLIENT, SourceKind.NON_CLIENT)
    for number in range(tops, size):
        above = data.draw(st.integers(0, number - 1))
        network.session(above, number, SourceKind.CLIENT, SourceKind.NON_CLIENT)
    origin = data.draw(st.integers(0, size - 1))
    network.routers[origin].originate(0)
    network.rest(data)
    assert network.holders() == set(range(size))
    paths = [router.table.best(KEY) for router in network.routers]
    hops = {path.next_hop for path in paths if path is not None and path.kind is not SourceKind.LOCAL}
    assert hops == {network.routers[origin].identifier.to_bytes(4)}
