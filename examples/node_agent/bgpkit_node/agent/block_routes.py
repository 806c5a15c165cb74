"""The routes that a node answers for: its blocks, announced and dropped where no pod is, and borrowed addresses."""

import asyncio
from ipaddress import ip_network

import structlog

from bgpkit import Prefix, Speaker
from bgpkit.fib import Fib, KernelRoute, RouteKind
from bgpkit_node.ipam import Ipam


class BlockRoutes:
    """Keeps announcements and blackhole routes equal to what address management says is ours."""

    def __init__(self, node: str, ipam: Ipam, speaker: Speaker, fib: Fib, next_hop: str) -> None:
        """Serve ``node``, whose address is ``next_hop``."""
        self._node = node
        self._ipam = ipam
        self._speaker = speaker
        self._fib = fib
        self._next_hop = next_hop
        self._blocks: frozenset[Prefix] = frozenset()
        self._borrowed: frozenset[Prefix] = frozenset()
        self._turn = asyncio.Lock()
        self._log = structlog.get_logger("bgpkit_node.blocks")

    @property
    def blocks(self) -> tuple[Prefix, ...]:
        """The blocks that are announced, in order."""
        return tuple(sorted(self._blocks))

    async def bring_up_to_date(self) -> None:
        """Announce what is ours by now and withdraw what is not any more.

        A block is one route, however many pods it holds; a borrowed address is a route of its own, more particular
        than the block of the node that it was borrowed from.
        """
        async with self._turn:
            blocks = frozenset(Prefix.parse(str(network)) for network in await self._ipam.blocks_of(self._node))
            borrowed = frozenset(
                Prefix.parse(str(ip_network(address))) for address in await self._ipam.borrowed_of(self._node)
            )
            for prefix in blocks - self._blocks:
                if prefix.length < prefix.width:
                    self._fib.replace(KernelRoute(prefix=prefix, kind=RouteKind.BLACKHOLE))
                self._log.info("block.announced", prefix=str(prefix))
            for prefix in self._blocks - blocks:
                self._fib.remove(prefix)
                self._log.info("block.withdrawn", prefix=str(prefix))
            before, after = self._blocks | self._borrowed, blocks | borrowed
            self._blocks, self._borrowed = blocks, borrowed
            await self._speaker.announce(*(after - before), next_hop=self._next_hop)
            await self._speaker.withdraw(*(before - after))
