"""Paths out of the datastore: told to those who ask as a speaker would tell its own."""

from collections.abc import Callable

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Entry, Path, Prefix
from bgpkit_node.agent.datastore_paths import DatastorePaths, datastore_paths
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import FelixSettings, Node
from bgpkit_node.running import Outages
from bgpkit_node.tunnels import Tunnels
from tests.support.clusters import cluster, node
from tests.support.memory_datastore import MemoryDatastore
from tests.support.scripted_peer import eventually
from tests.unit.node.agent.test_node_blocks import block, claim

A, B, C = node("a", "10.4.7.11/24"), node("b", "10.4.7.12/24"), node("c", "10.4.8.13/24")
OF_B, OF_C = "10.244.1.0/26", "10.244.2.0/26"


class Told:
    """A consumer that keeps the next hop of each prefix, and what it has been told."""

    def __init__(self) -> None:
        """Know nothing."""
        self.present: dict[str, str] = {}
        self.changes: list[tuple[list[str], bool, bool]] = []

    def __call__(self, keys: list[bytes], old: Entry | None, new: Entry | None) -> None:
        """Take a change in; what is replaced or withdrawn must have been told before."""
        names = [str(Prefix.from_key(key, 32)) for key in keys]
        for name in names:
            assert (name in self.present) is (old is not None)
            if isinstance(new, Path):
                self.present[name] = ".".join(map(str, new.next_hop))
            else:
                del self.present[name]
        self.changes.append((sorted(names), old is not None, new is not None))


async def stored() -> MemoryDatastore:
    """Return a datastore in which each of three nodes has a block."""
    datastore = MemoryDatastore()
    blocks = {"a": "10.244.0.0/26", "b": OF_B, "c": OF_C}
    writes = [(block(name, cidr), claim(name, "confirmed", cidr)) for name, cidr in blocks.items()]
    await datastore.transact([each for pair in writes for each in pair])
    return datastore


async def test_blocks_of_other_nodes_lead_to_their_addresses() -> None:
    """Those of the node itself do not; a node that moves takes its blocks along, one that has gone loses them."""
    paths, told = DatastorePaths("a", await stored()), Told()
    paths.follow(cluster(A, B, C))
    ending = paths.subscribe(IPV4_UNICAST, told)
    paths.subscribe(IPV6_UNICAST, told)
    assert told.changes == []
    changes = paths.changes()
    await anext(changes)
    await paths.wait_complete(IPV4_UNICAST)
    assert told.present == {OF_B: "10.4.7.12", OF_C: "10.4.8.13"}
    late = Told()
    await paths.subscribe(IPV4_UNICAST, late).replayed()
    assert late.present == told.present
    paths.follow(cluster(A, B, node("c", "10.4.8.99/24")))
    assert told.changes[-1] == ([OF_C], True, True)
    assert told.present[OF_C] == "10.4.8.99"
    before = len(told.changes)
    paths.follow(cluster(A, B, node("c", "10.4.8.99/24"), node("d", "10.4.7.14/24")))
    assert len(told.changes) == before
    ending()
    ending()
    paths.follow(cluster(A, B))
    assert (len(told.changes), late.present) == (before, {OF_B: "10.4.7.12"})
    await changes.aclose()


async def test_a_move_is_told_as_one_change() -> None:
    """The block goes by its new node without a moment without a path."""
    datastore = await stored()
    paths, told = DatastorePaths("a", datastore), Told()
    paths.follow(cluster(A, B, C))
    paths.subscribe(IPV4_UNICAST, told)
    changes = paths.changes()
    await anext(changes)
    told.changes.clear()
    await datastore.transact([block("c", OF_B), claim("c", "confirmed", OF_B)])
    await anext(changes)
    assert told.changes == [([OF_B], True, True)]
    assert told.present == {OF_B: "10.4.8.13", OF_C: "10.4.8.13"}
    await changes.aclose()


class _View:
    """A view of a cluster that does not change."""

    cluster = Cluster()

    def on_change(self, follower: Callable[[], None], /) -> None:
        """Nothing changes."""

    def settings(self, _: Node, /) -> FelixSettings:
        """Return what holds without a FelixConfiguration."""
        return FelixSettings()


async def test_they_are_kept_while_the_context_lasts() -> None:
    """By the nodes that tunnels have prepared for."""
    tunnels = Tunnels("a", _View())
    tunnels.cluster = cluster(A, B, C)
    told = Told()
    async with datastore_paths("a", await stored(), tunnels, Outages()) as paths:
        paths.subscribe(IPV4_UNICAST, told)
        await eventually(lambda: len(told.present) == 2, "both blocks")
