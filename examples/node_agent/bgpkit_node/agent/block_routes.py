"""The routes that a node answers for: its blocks, announced and dropped where no pod is, and borrowed addresses."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import structlog

from bgpkit import Prefix, Speaker
from bgpkit.fib import Fib, KernelRoute, RouteKind
from bgpkit_node.agent.node_blocks import NodeBlocks, node_blocks
from bgpkit_node.datastore import Datastore, WatchEvent, read_and_watch
from bgpkit_node.ipam import IPAddress, load_snapshot
from bgpkit_node.ipam.keys import BLOCKS, ROOT, affinities_of, parse_block_key


class BlockRoutes:
    """Keeps announcements and blackhole routes equal to what address management says is ours."""

    def __init__(
        self, node: str, datastore: Datastore, speaker: Speaker, fib: Fib, next_hop: str, next_hop6: str = ""
    ) -> None:
        """Serve ``node``, whose addresses are the next hops; without the second one no IPv6 block is announced."""
        self._node = node
        self._datastore = datastore
        self._speaker = speaker
        self._fib = fib
        self._next_hops = {width: address for width, address in ((32, next_hop), (128, next_hop6)) if address}
        self._present = NodeBlocks()
        self._turn = asyncio.Lock()
        self._log = structlog.get_logger("bgpkit_node.blocks")

    @property
    def blocks(self) -> tuple[Prefix, ...]:
        """The blocks that are announced, in order."""
        return tuple(sorted(self._present.blocks))

    @property
    def borrowed(self) -> tuple[Prefix, ...]:
        """The addresses out of other nodes' blocks that are announced, in order."""
        return tuple(sorted(self._present.borrowed))

    def covers(self, address: IPAddress) -> bool:
        """Tell whether one of the blocks that are announced has ``address`` in it."""
        return any(address in block for block in self._present.blocks)

    async def changes(self) -> AsyncGenerator[None, None]:
        """Bring everything up to date now and whenever anyone writes what concerns the node, and yield each time.

        Ends when the datastore is closed; raises DatastoreError, and what is announced stays so.
        """
        async with aclosing(read_and_watch(self._datastore, ROOT, self._read)) as batches:
            async for batch in batches:
                if batch:
                    if not any(map(self._concerns, batch)):
                        continue
                    await self.bring_up_to_date()
                yield

    async def _read(self) -> int:
        revision, _ = await self._datastore.list(affinities_of(self._node))
        await self.bring_up_to_date()
        return revision

    async def bring_up_to_date(self) -> None:
        """Announce what is ours by now and withdraw what is not any more.

        A block is one route, however many pods it holds; a borrowed address is a route of its own, more particular
        than the block of the node that it was borrowed from.
        """
        async with self._turn:
            before = self._present
            after = node_blocks(await load_snapshot(self._datastore), self._node, before.blocks)
            for prefix in after.blocks - before.blocks:
                if prefix.length < prefix.width:
                    self._fib.replace(KernelRoute(prefix=prefix, kind=RouteKind.BLACKHOLE))
                self._log.info("block.announced", prefix=str(prefix))
            for prefix in before.blocks - after.blocks:
                self._fib.remove(prefix)
                self._log.info("block.withdrawn", prefix=str(prefix))
            for what, reason in sorted(after.faults - before.faults):
                self._log.warning("block.not_as_it_should_be", what=what, reason=reason)
            self._present = after
            await self._tell_speaker(before, after)

    async def _tell_speaker(self, before: NodeBlocks, after: NodeBlocks) -> None:
        for width, next_hop in self._next_hops.items():
            new = {prefix for prefix in after.prefixes - before.prefixes if prefix.width == width}
            old = {prefix for prefix in before.prefixes - after.prefixes if prefix.width == width}
            await self._speaker.announce(*new, next_hop=next_hop)
            await self._speaker.withdraw(*old)

    def _concerns(self, event: WatchEvent) -> bool:
        """Tell whether a change may matter here; pods that come and go in an announced block do not."""
        if event.key.startswith(affinities_of(self._node)):
            return True
        if not event.key.startswith(BLOCKS):
            return False
        name = self._node.encode()
        try:
            prefix = Prefix.from_network(parse_block_key(event.key))
        except ValueError:
            return False
        if prefix in self._present.blocks:
            return event.value is None or b'"affinity":"host:%b"' % name not in event.value
        if any(address in prefix for address in self._present.borrowed):
            return True
        return event.value is not None and (b'"%b"' % name in event.value or b'host:%b"' % name in event.value)
