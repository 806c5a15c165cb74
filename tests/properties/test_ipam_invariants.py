"""Whatever nodes do, die at and race for: an address has one owner, and the documents agree with each other."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from functools import partial
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from msgspec import structs

from bgpkit_node.datastore.port import Put
from bgpkit_node.errors import IpamError
from bgpkit_node.ipam import Assigned, Ipam, IpamConfig, encode_config
from bgpkit_node.ipam.address import IPAddress
from tests.support.ipam_cluster import NODES, FixedPools, pool
from tests.support.ipam_documents import ROOT, Taken, assert_affinities_agree, assert_sound, blocks, taken
from tests.support.memory_datastore import MemoryDatastore, Moment, ProcessDiedError

T = TypeVar("T")

RANGE = ip_network("10.0.0.0/28")
BLOCK_LENGTH = 30

nodes = st.sampled_from(NODES)
handles = st.sampled_from([f"pod{number}" for number in range(6)])
addresses = st.integers(0, RANGE.num_addresses - 1).map(lambda ordinal: RANGE[ordinal])
deaths = st.none() | st.tuples(st.integers(0, 2), st.sampled_from(Moment))


class IpamMachine(RuleBasedStateMachine):
    """Three nodes share a pool of four blocks with four addresses each, and any of them may die at any write."""

    def __init__(self) -> None:
        """Start with an empty store and the default settings."""
        super().__init__()
        self.runner = asyncio.Runner()
        self.datastore = MemoryDatastore()
        self.pools = FixedPools(pool(str(RANGE), BLOCK_LENGTH), nodes=NODES)
        self.config = IpamConfig(auto_allocate_blocks=True)
        self.model: dict[str, Taken] = {}
        self.now = 1_700_000_000.0
        self.named: str | None = None
        self.withheld = False

    def teardown(self) -> None:
        """Close the event loop."""
        self.runner.close()

    def ipam(self) -> Ipam:
        """Make the allocator of a process of its own."""
        return Ipam(self.datastore, self.pools, clock=lambda: self.now)

    def attempt(self, death: tuple[int, Moment] | None, work: Coroutine[Any, Any, T]) -> T | Exception:
        """Run ``work`` in a process that dies as told; return what came of it."""
        self.datastore.dies_at = death
        try:
            return self.runner.run(work)
        except (IpamError, ProcessDiedError) as error:
            return error
        finally:
            self.datastore.dies_at = None

    @rule(node=nodes, handle=handles, count=st.integers(1, 6), death=deaths)
    def assign(self, node: str, handle: str, count: int, death: tuple[int, Moment] | None) -> None:
        """Give addresses: all together or not at all, none twice, and none refused while there are."""
        free = RANGE.num_addresses - len(self.model)
        before = dict(self.model)
        given = self.attempt(death, self.ipam().auto_assign(node=node, handle=handle, attributes={}, count=count))
        self.model = taken(self.datastore.entries)
        new = {address: owner for address, owner in self.model.items() if address not in before}
        assert {**self.model, **before} == self.model
        assert set(new.values()) <= {Taken(handle, node)}
        if isinstance(given, tuple):
            assert sorted(str(one.address) for one in given) == sorted(new)
            assert len(new) == count
        elif isinstance(given, IpamError):
            limited = self.config.strict_affinity or not self.config.auto_allocate_blocks
            assert not new
            assert limited or free < count or self.config.max_blocks_per_host or self.withheld
        else:
            assert len(new) in {0, count}

    @rule(node=nodes, handle=handles, address=addresses, death=deaths)
    def assign_address(self, node: str, handle: str, address: IPAddress, death: tuple[int, Moment] | None) -> None:
        """Give a certain address: exactly when it is free (and, under strict affinity, no other node's)."""
        was_free = str(address) not in self.model
        self.named = str(address)
        given = self.attempt(death, self.ipam().assign_address(address, node=node, handle=handle, attributes={}))
        after = {**self.model, str(address): Taken(handle, node)}
        found = taken(self.datastore.entries)
        if isinstance(given, Assigned):
            assert was_free
            assert found == after
        elif isinstance(given, IpamError):
            assert not was_free or self.config.strict_affinity
            assert found == self.model
        else:
            assert found in (self.model, after)
        self.model = found

    @rule(handle=handles, death=deaths)
    def release_handle(self, handle: str, death: tuple[int, Moment] | None) -> None:
        """Free a handle: it loses all addresses or none, nobody else loses any, and once more changes nothing."""
        freed = self.attempt(death, self.ipam().release_by_handle(handle))
        after = {address: owner for address, owner in self.model.items() if owner.handle != handle}
        found = taken(self.datastore.entries)
        if isinstance(freed, tuple):
            assert found == after
            assert {str(address) for address in freed} == self.model.keys() - after.keys()
            assert self.runner.run(self.ipam().release_by_handle(handle)) == ()
        else:
            assert found in (self.model, after)
        self.model = found

    @rule(address=addresses, death=deaths)
    def release_address(self, address: IPAddress, death: tuple[int, Moment] | None) -> None:
        """Free one address and no other."""
        was_taken = str(address) in self.model
        freed = self.attempt(death, self.ipam().release_address(address))
        after = {other: owner for other, owner in self.model.items() if other != str(address)}
        found = taken(self.datastore.entries)
        if isinstance(freed, bool):
            assert freed is was_taken
            assert found == after
        else:
            assert found in (self.model, after)
        self.model = found

    @rule(node=nodes, death=deaths)
    def release_node(self, node: str, death: tuple[int, Moment] | None) -> None:
        """Free what a node has, and nothing of others; after a death the second call finishes it."""
        self.attempt(death, self.ipam().release_node(node))
        after = {address: owner for address, owner in self.model.items() if owner.node != node}
        halfway = taken(self.datastore.entries)
        assert after.items() <= halfway.items() <= self.model.items()
        assert_sound(self.datastore.entries)
        self.runner.run(self.ipam().release_node(node))
        self.model = taken(self.datastore.entries)
        assert self.model == after
        assert not [
            cidr for cidr, block in blocks(self.datastore.entries).items() if block["affinity"] == f"host:{node}"
        ]

    @rule(node=nodes)
    def settle(self, node: str) -> None:
        """Bring claims in order: it says which blocks the node has, and takes no address from anybody."""
        settled = self.runner.run(self.ipam().settle_node(node))
        assert set(settled) == set(self.runner.run(self.ipam().blocks_of(node)))
        assert taken(self.datastore.entries) == self.model

    @rule(strict=st.booleans(), automatic=st.booleans(), most=st.integers(0, 2))
    def configure(self, strict: bool, automatic: bool, most: int) -> None:
        """Change the settings."""
        changes = {"strict_affinity": strict, "auto_allocate_blocks": automatic, "max_blocks_per_host": most}
        self.config = structs.replace(self.config, **changes)
        self.runner.run(self.datastore.transact([Put(f"{ROOT}config", encode_config(self.config))]))

    @rule()
    def wait(self) -> None:
        """Let claims grow old enough for others to take empty blocks over."""
        self.now += 61

    @rule(
        names=st.lists(st.tuples(nodes, handles, st.integers(0, 3)), min_size=2, max_size=4),
        turns=st.lists(st.integers(0, 4), min_size=1, max_size=12),
    )
    def race(self, names: Sequence[tuple[str, str, int]], turns: Sequence[int]) -> None:
        """Run processes in between each other: no address is lost or doubled, what was there + given - freed."""
        rhythm = itertools.cycle(turns)

        async def wait_a_turn() -> None:
            for _ in range(next(rhythm)):
                await asyncio.sleep(0)

        async def one(node: str, handle: str, count: int) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
            if count == 0:
                freed = await self.ipam().release_by_handle(handle)
                return Counter(), Counter((str(address), handle) for address in freed)
            try:
                given = await self.ipam().auto_assign(node=node, handle=handle, attributes={}, count=count)
            except IpamError:
                return Counter(), Counter()
            return Counter((str(one.address), handle) for one in given), Counter()

        async def all_of_them() -> list[tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]]:
            return await asyncio.gather(*(one(*name) for name in names))

        self.datastore.before_call = wait_a_turn
        balance = Counter((address, owner.handle or "") for address, owner in self.model.items())
        for given, freed in self.runner.run(all_of_them()):
            balance.update(given)
            balance.subtract(freed)
        self.datastore.before_call = None
        self.model = taken(self.datastore.entries)
        assert +balance == Counter((address, owner.handle or "") for address, owner in self.model.items())

    @invariant()
    def the_documents_agree(self) -> None:
        """See that blocks are partitioned, handles count what is there, nobody has an address twice."""
        assert_sound(self.datastore.entries)

    @invariant()
    def a_block_has_one_node(self) -> None:
        """See that each block has one confirmed affinity, and nothing is left half done."""
        assert_affinities_agree(self.datastore.entries)

    @invariant()
    def check_finds_nothing(self) -> None:
        """See that the product's own check agrees."""
        findings = self.runner.run(self.ipam().check())
        assert [finding for finding in findings if finding.is_fault] == []


class LeftoversMachine(IpamMachine):
    """The same, among what writers that die half-way leave behind."""

    @initialize(
        left=st.dictionaries(
            st.tuples(nodes, st.sampled_from([str(net) for net in RANGE.subnets(new_prefix=BLOCK_LENGTH)])),
            st.sampled_from(
                [b"", b"{}", b'{"state":"pending"}', b'{"state":"confirmed"}', b'{"state":"pendingDeletion"}']
            ),
        )
    )
    def leave_affinities(self, left: dict[tuple[str, str], bytes]) -> None:
        """Put affinities into the store to which there are no blocks."""
        keys = {f"{ROOT}host/{node}/ipv4/block/{cidr.replace('/', '-')}": value for (node, cidr), value in left.items()}
        self.runner.run(self.datastore.transact([Put(key, value) for key, value in keys.items()]))

    @invariant()
    def a_block_has_one_node(self) -> None:
        """See that no two nodes have the same block, whatever the affinities say."""
        held = [block for node in NODES for block in self.runner.run(self.ipam().blocks_of(node))]
        assert len(held) == len(set(held))
        named = blocks(self.datastore.entries)
        assert all(named[str(block)]["affinity"] for block in held)

    @invariant()
    def check_finds_nothing(self) -> None:
        """See that nothing but affinities is ever found wrong."""
        findings = self.runner.run(self.ipam().check())
        assert {finding.verdict.value for finding in findings if finding.is_fault} <= {"false affinity"}


class WithheldMachine(IpamMachine):
    """The same, with addresses that are reserved, and a time for which one that was released is nobody's."""

    def __init__(self) -> None:
        """Reserve a whole block and half of another."""
        super().__init__()
        self.withheld = True
        self.pools.kept = [ip_network("10.0.0.4/31"), ip_network("10.0.0.8/31"), ip_network("10.0.0.10/31")]
        self.known: dict[str, Taken] = {}
        self.released: dict[str, float] = {}

    @initialize()
    def let_cool(self) -> None:
        """Store the setting."""
        self.config = structs.replace(self.config, cooldown=90)
        self.runner.run(self.datastore.transact([Put(f"{ROOT}config", encode_config(self.config))]))

    @invariant()
    def nobody_gets_what_is_withheld(self) -> None:
        """See that only who names an address gets it while it is reserved or has just been released."""
        for address in self.model.keys() - self.known.keys() - {self.named}:
            assert not any(ip_address(address) in network for network in self.pools.kept)
            # a handle that is released and given in one step of a race is not seen here
            assert self.now - self.released.get(address, 0.0) >= 90
        for address in self.known.keys() - self.model.keys():
            self.released[address] = self.now
        self.known, self.named = dict(self.model), None


TestIpam = IpamMachine.TestCase
TestIpam.settings = settings(max_examples=60, stateful_step_count=30, deadline=None, database=None)
TestWithheld = WithheldMachine.TestCase
TestWithheld.settings = settings(max_examples=25, stateful_step_count=25, deadline=None, database=None)
TestLeftovers = LeftoversMachine.TestCase
TestLeftovers.settings = settings(max_examples=30, stateful_step_count=25, deadline=None, database=None)


async def _life(ipam: Ipam, again: Callable[[Callable[[], Awaitable[object]]], Awaitable[None]]) -> None:
    """Live through what happens in a small cluster; each step is done ``again`` when its process dies."""
    given = ip_address("10.0.0.9")
    for handle in ("a0", "a1", "a2", "a3", "a4", "a5"):
        await again(partial(ipam.auto_assign, node="a", handle=handle, attributes={}))
    await again(lambda: ipam.auto_assign(node="b", handle="b", attributes={}, count=5))
    await again(lambda: ipam.assign_address(given, node="c", handle="c", attributes={}))
    await again(lambda: ipam.release_by_handle("a0"))
    await again(lambda: ipam.auto_assign(node="c", handle="many", attributes={}, count=3))
    await again(lambda: ipam.release_address(given, handle="c"))
    await again(lambda: ipam.release_node("a"))
    await again(lambda: ipam.release_by_handle("b"))
    await again(lambda: ipam.release_by_handle("many"))
    await again(lambda: ipam.release_node("b"))
    await again(lambda: ipam.release_node("c"))


@pytest.mark.parametrize("moment", Moment)
async def test_after_a_death_at_any_write_a_cluster_that_goes_on_leaves_nothing_behind(moment: Moment) -> None:
    """The same life, with one death at each write in turn and the step tried again, ends with an empty store."""

    async def live(death: int | None) -> MemoryDatastore:
        datastore = MemoryDatastore()
        pools = FixedPools(pool(str(RANGE), BLOCK_LENGTH), nodes=NODES)

        async def again(step: Callable[[], Awaitable[object]]) -> None:
            for _ in range(2):
                try:
                    await step()
                except (ProcessDiedError, IpamError):
                    assert_sound(datastore.entries)
                    assert_affinities_agree(datastore.entries)
                else:
                    return

        datastore.dies_at = None if death is None else (death, moment)
        await _life(Ipam(datastore, pools), again)
        return datastore

    writes = (await live(None)).writes
    assert writes > 15
    for death in range(writes):
        assert (await live(death)).entries == {}
