"""The pools, nodes and settings of the cluster, followed for the sake of what is translated on this node."""

from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from bgpkit_node.beside import beside
from bgpkit_node.nat import NatKeeper, OutgoingNat
from bgpkit_node.resources import FelixConfiguration, FelixSettings, IPPool, Node, Resource, ResourceStore
from bgpkit_node.running import Outages
from bgpkit_node.running.through_outages import through_outages

KINDS: Final = (IPPool, Node, FelixConfiguration)


@asynccontextmanager
async def outgoing_nat(node: str, store: ResourceStore, outages: Outages) -> AsyncGenerator[None, None]:
    """Keep the translations of ``node`` while the context lasts; they stay when it ends, as pods do."""
    keeper = NatKeeper(node)
    async with beside(keeper.run(), _follow(node, store, outages, keeper)):
        yield


async def _follow(node: str, store: ResourceStore, outages: Outages, keeper: NatKeeper) -> None:
    known: dict[tuple[str, str], Resource] = {}
    async for anew, batch in through_outages("nat", partial(store.watch, *KINDS), outages):
        if anew:
            known.clear()
        for change in batch.changes:
            key = change.resource.kind, change.resource.name
            known.pop(key, None)
            if change.new is not None:
                known[key] = change.new
        _tell(node, known.values(), keeper)


def _tell(name: str, known: Collection[Resource], keeper: NatKeeper) -> None:
    """Tell what is wanted on a node; without its Node all stays as it is."""
    nodes = [one for one in known if isinstance(one, Node)]
    node = next((one for one in nodes if one.name == name), None)
    if node is None:
        return
    settings = FelixSettings.of((one for one in known if isinstance(one, FelixConfiguration)), node)
    pools = (one for one in known if isinstance(one, IPPool))
    keeper.want(OutgoingNat.of(pools, nodes, settings), refresh=settings.nftables_refresh_interval)
