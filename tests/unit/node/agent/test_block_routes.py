"""Blocks and borrowed addresses: announced by BGP, dropped in the kernel where no pod is."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager

import pytest

from bgpkit import IPV4_UNICAST, Prefix, Speaker
from bgpkit.fib import Fib
from bgpkit_node.agent.block_routes import BlockRoutes
from bgpkit_node.agent.pod_addresses import PodAddresses
from bgpkit_node.cni import Wish
from bgpkit_node.datastore.port import KeyValue, Put
from bgpkit_node.errors import DatastoreError
from bgpkit_node.ipam import Ipam
from tests.support.ipam_cluster import FixedPools, pool
from tests.support.memory_datastore import MemoryDatastore
from tests.support.netns import Namespace, Namespaces

pytestmark = pytest.mark.netns
NODE, OTHER, OWN = "a", "b", "10.4.7.11"


class Node:
    """A node with its speaker and its kernel routes."""

    def __init__(self, machine: Namespace, speaker: Speaker, fib: Fib) -> None:
        """Start without blocks."""
        self._machine = machine
        self._speaker = speaker
        self._fib = fib
        self.datastore = MemoryDatastore()
        # A pool of two blocks of four addresses, so that it is soon used up.
        self.ipam = Ipam(self.datastore, FixedPools(pool("10.244.0.0/29", 30), nodes=(NODE, OTHER)))
        self.routes = BlockRoutes(NODE, self.datastore, speaker, fib, OWN)
        self.pods = PodAddresses(NODE, self.ipam, self.datastore, self.routes)

    @property
    def writes(self) -> int:
        """How many route changes the kernel was asked for."""
        return self._fib.writes

    def announced(self) -> dict[str, str]:
        """Return the prefixes that are announced and their next hops."""
        found = self._speaker.routes(IPV4_UNICAST, peer="local")
        return {str(route.prefix): str(route.attributes.next_hop) for route in found}

    async def dropped(self) -> list[str]:
        """Return the blackhole routes of protocol bird in the kernel."""
        await self._fib.settled()
        rows = self._machine.ip_json("route", "show", "type", "blackhole", "proto", "bird")
        return sorted(row["dst"] for row in rows)

    async def edit(self, change: Callable[[dict[str, object]], object], node: str = NODE) -> None:
        """Change the document of the block that names a node, as another writer does."""
        found = next(pair for pair in self.datastore.entries.values() if f'"host:{node}"'.encode() in pair.value)
        document = json.loads(found.value)
        change(document)
        await self.datastore.transact((Put(found.key, json.dumps(document).encode()),))

    def affinity(self) -> KeyValue:
        """Return the node's affinity."""
        return next(pair for key, pair in self.datastore.entries.items() if f"/host/{NODE}/" in key)

    async def give(self, node: str, handle: str, count: int = 1) -> list[str]:
        """Give addresses on a node without telling this one."""
        found = await self.ipam.auto_assign(node=node, handle=handle, attributes={}, count=count)
        return [str(each.address) for each in found]


@asynccontextmanager
async def node(namespaces: Namespaces) -> AsyncGenerator[Node]:
    """Start a node in a namespace of its own."""
    machine = namespaces.node()
    fib = Fib(protocol=12)
    with machine.entered():
        await fib.start()
    try:
        async with Speaker(asn=64512, bgp_identifier=OWN, families=[IPV4_UNICAST]) as speaker:
            yield Node(machine, speaker, fib)
    finally:
        await fib.close()


async def test_a_block_is_announced_and_dropped_before_the_pod_has_its_address(namespaces: Namespaces) -> None:
    """One route however many pods; pods themselves are not announced."""
    async with node(namespaces) as one:
        (first,) = await one.pods.assign("h1", {"pod": "p1"}, Wish())
        (block,) = one.routes.blocks
        assert one.announced() == {str(block): OWN}
        assert await one.dropped() == [str(block)]
        await one.pods.assign("h2", {}, Wish())
        assert one.announced() == {str(block): OWN}
        assert await one.pods.assigned("h1") == (first,)
        assert await one.pods.handles("h") == ("h1", "h2")


async def test_a_block_that_is_no_longer_ours_is_withdrawn(namespaces: Namespaces) -> None:
    """From BGP and from the kernel."""
    async with node(namespaces) as one:
        await one.pods.assign("h1", {}, Wish())
        await one.pods.release("h1")
        for pair in tuple(one.datastore.entries.values()):
            await one.datastore.delete(pair.key)
        await one.routes.bring_up_to_date()
        assert (one.announced(), await one.dropped(), one.routes.blocks) == ({}, [], ())


async def test_a_borrowed_address_is_announced_by_itself_and_not_dropped(namespaces: Namespaces) -> None:
    """It is more particular than the block of the node that it was borrowed from; given back, it goes."""
    async with node(namespaces) as one:
        await one.give(OTHER, "theirs-1", 1)
        await one.give(NODE, "mine", 4)
        await one.routes.bring_up_to_date()
        (block,) = one.routes.blocks
        (borrowed,) = await one.pods.assign("h1", {}, Wish())
        assert one.announced() == {str(block): OWN, f"{borrowed}/32": OWN}
        assert await one.dropped() == [str(block)]
        assert await one.pods.release("h1") == (borrowed,)
        assert one.announced() == {str(block): OWN}


async def test_nothing_new_is_nothing_done(namespaces: Namespaces) -> None:
    """Brought up to date twice, it asks the kernel for nothing the second time."""
    async with node(namespaces) as one:
        await one.pods.assign("h1", {}, Wish())
        before = (one.announced(), await one.dropped(), one.writes)
        await one.routes.bring_up_to_date()
        assert (one.announced(), await one.dropped(), one.writes) == before


async def test_what_is_released_without_being_held_changes_nothing(namespaces: Namespaces) -> None:
    """DEL may come twice."""
    async with node(namespaces) as one:
        assert await one.pods.release("never") == ()
        assert one.announced() == {}


async def test_what_another_writer_does_to_a_block_is_followed_at_once(namespaces: Namespaces) -> None:
    """Taken over by another node it is withdrawn, blackhole and all; its pod here is announced by itself from then on.

    Given back, all is as before: the block is the truth.
    """
    async with node(namespaces) as one, aclosing(one.routes.changes()) as changes:
        (pod,) = await one.pods.assign("h1", {}, Wish())
        await anext(changes)
        (block,) = one.routes.blocks
        await one.edit(lambda document: document.update(affinity=f"host:{OTHER}"))
        await anext(changes)
        assert one.announced() == {f"{pod}/32": OWN}
        assert (await one.dropped(), one.routes.borrowed) == ([], (Prefix.parse(f"{pod}/32"),))
        await one.edit(lambda document: document.update(affinity=f"host:{NODE}"), OTHER)
        await anext(changes)
        assert one.announced() == {str(block): OWN}
        assert await one.dropped() == [str(block)]


async def test_a_claim_is_announced_when_it_is_confirmed_and_not_before(namespaces: Namespaces) -> None:
    """Pending and being given up are not confirmed; a pod that is there meanwhile is announced by itself."""
    async with node(namespaces) as one, aclosing(one.routes.changes()) as changes:
        (pod,) = await one.give(NODE, "h1")
        await anext(changes)
        (block,) = one.routes.blocks
        affinity = one.affinity()
        for state, expected in (("pending", []), ("confirmed", [block]), ("pendingDeletion", [])):
            await one.datastore.transact((Put(affinity.key, json.dumps({"state": state}).encode()),))
            await anext(changes)
            assert list(one.routes.blocks) == expected
            assert list(one.announced()) == ([str(block)] if expected else [f"{pod}/32"])


async def test_a_borrowed_address_that_someone_else_releases_is_withdrawn(namespaces: Namespaces) -> None:
    """By ``ipam release``, say; and one that comes is announced."""
    async with node(namespaces) as one, aclosing(one.routes.changes()) as changes:
        await one.give(OTHER, "theirs", 1)
        await one.give(NODE, "mine", 4)
        await anext(changes)
        (borrowed,) = await one.give(NODE, "h1")
        await anext(changes)
        assert [str(prefix) for prefix in one.routes.borrowed] == [f"{borrowed}/32"]
        await one.ipam.release_by_handle("h1")
        await anext(changes)
        assert (one.routes.borrowed, f"{borrowed}/32" in one.announced()) == ((), False)


async def test_pods_of_an_announced_block_and_other_nodes_cost_no_reading(namespaces: Namespaces) -> None:
    """Of many changes only those that may matter are looked into."""
    async with node(namespaces) as one, aclosing(one.routes.changes()) as changes:
        await one.give(NODE, "h1")
        await anext(changes)
        await one.give(NODE, "h2")
        await one.give(OTHER, "theirs")
        waiting = asyncio.ensure_future(anext(changes))
        done, _ = await asyncio.wait({waiting}, timeout=0.1)
        assert not done
        waiting.cancel()
        await asyncio.wait({waiting})


async def test_an_outage_takes_nothing_away(namespaces: Namespaces) -> None:
    """Following ends with the error, and everything stays announced."""

    async def fail() -> None:
        """Be out of reach."""
        raise DatastoreError("no answer")

    async with node(namespaces) as one:
        await one.pods.assign("h1", {}, Wish())
        before = one.announced()
        one.datastore.before_call = fail
        with pytest.raises(DatastoreError):
            async with aclosing(one.routes.changes()) as changes:
                await anext(changes)
        assert one.announced() == before
        assert len(await one.dropped()) == 1
