"""The ways to the pods of other nodes out of the datastore, for a node without BGP: who has a block is its next hop."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, asynccontextmanager
from itertools import groupby
from typing import Final

import structlog

from bgpkit import IPV4_UNICAST, IPV6_UNICAST, Family, Path, Prefix, Source, SourceKind
from bgpkit_node.agent.block_owners import BlockOwners
from bgpkit_node.beside import beside
from bgpkit_node.datastore import Datastore, read_and_watch
from bgpkit_node.ipam import load_snapshot
from bgpkit_node.ipam.keys import ROOT
from bgpkit_node.kernel import Address
from bgpkit_node.peering import Cluster
from bgpkit_node.running import Outages
from bgpkit_node.running.through_outages import through_outages
from bgpkit_node.tunnels import Tunnels
from bgpkit_node.tunnels.route_source import Consumer, Telling

_WIDTHS: Final = {IPV4_UNICAST: 32, IPV6_UNICAST: 128}
_ATTRIBUTES: Final = b"\x40\x01\x01\x00\x40\x02\x00\x40\x05\x04\x00\x00\x00\x64"
"""ORIGIN IGP, an empty AS_PATH, LOCAL_PREF 100: what a node of the own AS would say."""
_SOURCE: Final = Source("datastore", SourceKind.NON_CLIENT)


class DatastorePaths:
    """Has a path to each block of another node, and tells those who ask what changes."""

    def __init__(self, node: str, datastore: Datastore) -> None:
        """Have those of ``node``; nothing is known before :meth:`changes` runs."""
        self._node = node
        self._datastore = datastore
        self._cluster = Cluster()
        self._owners: BlockOwners | None = None
        self._known = asyncio.Event()
        self._paths: dict[Address, Path] = {}
        """The path by each next hop."""
        self._present: dict[Prefix, Path] = {}
        self._told: dict[Family, list[_Told]] = {family: [] for family in _WIDTHS}
        self._log = structlog.get_logger("bgpkit_node.paths").bind(node=node)

    def subscribe(self, family: Family, consumer: Consumer, /) -> Telling:
        """Tell ``consumer`` of all paths of ``family``, then of each change."""
        told = _Told(self._told[family], consumer)
        _tell([told], {prefix: (None, path) for prefix, path in self._of(family)})
        return told

    async def wait_complete(self, _family: Family, /) -> None:
        """Wait until all that is stored is known."""
        await self._known.wait()

    def follow(self, cluster: Cluster) -> None:
        """Go by the addresses that nodes have in ``cluster``."""
        self._cluster = cluster
        self._settle()

    async def changes(self) -> AsyncGenerator[None, None]:
        """Follow who has which block, and yield each time; ends with the datastore. DatastoreError: all stays."""
        async with aclosing(read_and_watch(self._datastore, ROOT, self._read)) as batches:
            async for batch in batches:
                if self._owners is not None and self._owners.take(batch):
                    self._settle()
                yield

    async def _read(self) -> int:
        snapshot = await load_snapshot(self._datastore)
        for key, reason in snapshot.unreadable:
            self._log.warning("block.not_as_it_should_be", what=key, reason=reason)
        self._owners = BlockOwners(snapshot)
        self._settle()
        self._known.set()
        return snapshot.revision

    def _settle(self) -> None:
        """Have the paths that follow from owners and addresses, and tell of what has changed."""
        wanted = dict(self._wanted())
        before, self._present = self._present, wanted
        changes = {
            prefix: (before.get(prefix), wanted.get(prefix))
            for prefix in before.keys() | wanted.keys()
            if before.get(prefix) is not wanted.get(prefix)
        }
        for family, width in _WIDTHS.items():
            _tell(self._told[family], {each: change for each, change in changes.items() if each.width == width})

    def _wanted(self) -> list[tuple[Prefix, Path]]:
        owners = {} if self._owners is None else self._owners.owners()
        hops = {
            (node.name, interface.version): interface.ip
            for node in self._cluster.nodes
            for interface in node.interfaces
        }
        found: list[tuple[Prefix, Path]] = []
        for prefix, name in owners.items():
            hop = hops.get((name, prefix.address.version))
            if name != self._node and hop is not None:
                found.append((prefix, self._path(hop)))
        return found

    def _path(self, hop: Address) -> Path:
        if hop not in self._paths:
            self._paths[hop] = Path(_SOURCE, _ATTRIBUTES, next_hop=hop.packed, local_pref=100)
        return self._paths[hop]

    def _of(self, family: Family) -> list[tuple[Prefix, Path]]:
        return [(prefix, path) for prefix, path in self._present.items() if prefix.width == _WIDTHS[family]]


class _Told:
    """One consumer, and whether it is still told."""

    def __init__(self, everyone: "list[_Told]", consumer: Consumer) -> None:
        self.consumer = consumer
        self._everyone = everyone
        everyone.append(self)

    def __call__(self) -> None:
        if self in self._everyone:
            self._everyone.remove(self)

    async def replayed(self) -> None:
        """All has been told at once."""


_Change = tuple[Path | None, Path | None]


def _tell(everyone: "list[_Told]", changes: Mapping[Prefix, _Change]) -> None:
    """Tell of changes, those together that are from one path to another."""

    def ends(prefix: Prefix) -> tuple[int, int]:
        """Return what tells a change from others."""
        before, after = changes[prefix]
        return id(before), id(after)

    for _, some in groupby(sorted(changes, key=ends), key=ends):
        prefixes = list(some)
        keys = [prefix.key for prefix in prefixes]
        for told in tuple(everyone):
            told.consumer(keys, *changes[prefixes[0]])


@asynccontextmanager
async def datastore_paths(
    node: str, datastore: Datastore, tunnels: Tunnels, outages: Outages
) -> AsyncGenerator[DatastorePaths, None]:
    """Keep the paths of ``node`` while the context lasts; next hops are as ``tunnels`` have prepared for them."""
    paths = DatastorePaths(node, datastore)

    def follow() -> None:
        """Go by the nodes that have been prepared for."""
        paths.follow(tunnels.cluster)

    tunnels.on_change(follow)
    follow()
    try:
        async with beside(_keep(paths, outages)):
            yield paths
    finally:
        tunnels.forget(follow)


async def _keep(paths: DatastorePaths, outages: Outages) -> None:
    async for _ in through_outages("paths", paths.changes, outages):
        pass
