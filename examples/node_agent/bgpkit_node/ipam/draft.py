"""One attempt to change the allocation data: what it has read, what it wants, and one transaction at the end.

Every document is read at most once. What is written goes out by compare-and-swap with the revision that was read (or
with its absence), all in one transaction: either all of it is done, or nothing, and a writer in between is noticed.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from bgpkit_node.datastore.port import Datastore, Delete, KeyValue, Operation, Put
from bgpkit_node.errors import IpamError
from bgpkit_node.ipam.address import IPNetwork
from bgpkit_node.ipam.affinity import AffinityState, decode_affinity, encode_affinity
from bgpkit_node.ipam.block import Block
from bgpkit_node.ipam.block_codec import decode_block_of, encode_block
from bgpkit_node.ipam.config import DEFAULT_CONFIG, IpamConfig, decode_config
from bgpkit_node.ipam.handle import Handle, decode_handle, encode_handle
from bgpkit_node.ipam.keys import (
    BLOCKS,
    CONFIG,
    affinities_of,
    affinity_key,
    block_key,
    handle_key,
    parse_affinity_key,
    parse_block_key,
)

T = TypeVar("T")


class Draft:
    """The documents of one attempt; made anew for each."""

    def __init__(self, datastore: Datastore, now: datetime | None = None) -> None:
        """Start with nothing read; addresses that were released go again when their time is over ``now``."""
        self._datastore = datastore
        self._now = now
        self._read: dict[str, KeyValue | None] = {}
        self._wanted: dict[str, bytes | None] = {}
        self._decoded: dict[str, Block | None] = {}
        self._networks: tuple[IPNetwork, ...] | None = None
        self._affine: dict[str, tuple[IPNetwork, ...]] = {}

    async def read_ahead(self, node: str, handle: str, blocks: Iterable[IPNetwork] = ()) -> None:
        """Read at once what every assignment needs: the settings, the affinities of the node, and the handle.

        And ``blocks`` that will perhaps be looked at.
        """
        keys = (CONFIG, handle_key(handle), *map(block_key, blocks))
        await asyncio.gather(self.affine_networks(node), *map(self._fetch, keys))

    @property
    def seen(self) -> tuple[IPNetwork, ...]:
        """The networks of the blocks that were looked at."""
        return tuple(map(parse_block_key, self._decoded))

    async def config(self) -> IpamConfig:
        """Return the cluster's settings."""
        return await self._document(CONFIG, decode_config) or DEFAULT_CONFIG

    async def block(self, network: IPNetwork) -> Block | None:
        """Return a block as this attempt leaves it; None when there is none. IpamError: it cannot be read."""
        key = block_key(network)
        if key not in self._decoded:
            read = await self._document(key, partial(decode_block_of, network))
            self._decoded[key] = await self._cooled(read) if read is not None and read.cooling else read
        return self._decoded[key]

    async def readable_block(self, network: IPNetwork) -> Block | None:
        """Return a block as ``block`` does; None when it cannot be read, so that one broken block stops nothing."""
        try:
            return await self.block(network)
        except IpamError:
            return None

    async def cooling_from(self) -> datetime | None:
        """Return since when addresses that are released now wait; None when they go again at once."""
        return self._now if (await self.config()).cooldown > 0 else None

    async def put_block(self, network: IPNetwork, block: Block | None) -> None:
        """Write a block; None, or one without owner and affinity, deletes it."""
        kept = None if block is None or (block.affinity is None and block.is_empty) else block
        key = block_key(network)
        await self._write(key, None if kept is None else encode_block(kept))
        self._decoded[key] = kept

    async def networks(self) -> tuple[IPNetwork, ...]:
        """Return the networks of all blocks that were there when this was first asked."""
        if self._networks is None:
            self._networks = tuple(_parsed(await self._list(BLOCKS), parse_block_key))
        return self._networks

    async def affinity(self, node: str, network: IPNetwork) -> AffinityState | None:
        """Return the affinity of ``node`` to a block as this attempt leaves it; None when there is none."""
        return await self._document(affinity_key(node, network), decode_affinity)

    async def affine_networks(self, node: str) -> tuple[IPNetwork, ...]:
        """Return the networks to which ``node`` had an affinity, in whatever state, when this was first asked."""
        if node not in self._affine:
            keys = await self._list(affinities_of(node))
            self._affine[node] = tuple(network for _, network in _parsed(keys, parse_affinity_key))
        return self._affine[node]

    async def put_affinity(self, node: str, network: IPNetwork, state: AffinityState | None) -> None:
        """Write an affinity; None deletes it."""
        await self._write(affinity_key(node, network), None if state is None else encode_affinity(state))

    async def handle(self, handle: str) -> Handle | None:
        """Return a handle as this attempt leaves it; None when there is none."""
        return await self._document(handle_key(handle), decode_handle)

    async def change_handle(self, handle: str, network: IPNetwork, by: int) -> None:
        """Count ``by`` addresses more (or fewer) in a block; a handle without addresses is deleted."""
        changed = (await self.handle(handle) or Handle()).changed(network, by)
        await self._write(handle_key(handle), encode_handle(changed) if changed.counts else None)

    async def delete_handle(self, handle: str) -> None:
        """Delete a handle."""
        await self._write(handle_key(handle), None)

    def operations(self) -> tuple[Operation, ...]:
        """Return what the transaction will do; empty when nothing is changed."""
        found: list[Operation] = []
        for key, value in self._wanted.items():
            old = self._read[key]
            if value is not None and (old is None or old.value != value):
                found.append(Put(key, value, 0 if old is None else old.revision))
            elif value is None and old is not None:
                found.append(Delete(key, old.revision))
        return tuple(found)

    async def commit(self) -> None:
        """Carry out all or nothing; the datastore's errors tell that another writer came first."""
        operations = self.operations()
        if operations:
            await self._datastore.transact(operations)

    async def _cooled(self, block: Block) -> Block:
        if self._now is None:
            return block
        return block.cooled(self._now - timedelta(seconds=(await self.config()).cooldown))

    async def _document(self, key: str, decode: Callable[[bytes], T]) -> T | None:
        read = await self._fetch(key)
        value = self._wanted.get(key, None if read is None else read.value)
        if value is None:
            return None
        try:
            return decode(value)
        except ValueError as error:
            raise IpamError(f"{key}: {error}") from error

    async def _write(self, key: str, value: bytes | None) -> None:
        await self._fetch(key)
        self._wanted[key] = value

    async def _fetch(self, key: str) -> KeyValue | None:
        if key not in self._read:
            self._read[key] = await self._datastore.get(key)
        return self._read[key]

    async def _list(self, prefix: str) -> Sequence[str]:
        _, found = await self._datastore.list(prefix)
        for pair in found:
            self._read.setdefault(pair.key, pair)
        return [pair.key for pair in found]


def _parsed(keys: Sequence[str], parse: Callable[[str], T]) -> Iterator[T]:
    """Skip what is not of the layout: check() names it."""
    for key in keys:
        with suppress(ValueError):
            yield parse(key)
