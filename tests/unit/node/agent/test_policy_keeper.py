"""Keeping policies in force: who waits for what, what is tried again, and what a fault leaves as it was."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import asynccontextmanager
from ipaddress import ip_address
from threading import Event
from typing import Self

import pytest
from structlog.testing import capture_logs

from bgpkit_node.agent import policy_keeper
from bgpkit_node.agent.policy_enforcement import Outcome
from bgpkit_node.agent.policy_keeper import PolicyKeeper
from bgpkit_node.errors import DatastoreError, NodeError
from bgpkit_node.resources import Metadata, ResourceBatch, ResourceStore, WorkloadEndpoint, WorkloadEndpointSpec
from bgpkit_node.running import RunningNode, through_outages
from tests.support.memory_datastore import MemoryDatastore
from tests.support.scripted_peer import eventually

NODE = "n1"
REFUSED = Outcome(why_not="nft refused the rules")


class Kernel:
    """Takes what it is told, and answers as the test says."""

    def __init__(self) -> None:
        """Agree to everything."""
        self.answers: list[Outcome | Exception] = []
        self.told: list[set[str]] = []
        self.anew: list[bool] = []
        self.cuts = self.begun = self.closed = self.moved = 0
        self.going = Event()
        self.going.set()

    def begin(self) -> "Kernel":
        """Begin anew."""
        self.begun += 1
        return self

    def take(self, batches: Sequence[tuple[bool, ResourceBatch]], *, moved: bool = False) -> Outcome:
        """Note what is told, wait for the test, and answer."""
        self.moved += moved
        self.told.append({change.resource.name for _, batch in batches for change in batch.changes})
        self.anew += [anew for anew, _ in batches]
        assert self.going.wait(10)
        answer = self.answers.pop(0) if self.answers else Outcome(changed=True, seconds=0.001)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def cut(self) -> int:
        """Say that one was cut."""
        self.cuts += 1
        return 1

    def close(self) -> None:
        """Note it."""
        self.closed += 1


class Rig:
    """A keeper with a datastore in memory and a kernel that the test plays."""

    def __init__(self) -> None:
        """Begin with an empty datastore."""
        self.kernel = Kernel()
        self.datastore = MemoryDatastore()
        self.store = ResourceStore(self.datastore)
        self.running = RunningNode(name=NODE)
        self.keeper = PolicyKeeper(self.running, self.store, self.kernel.begin)

    async def add(self, pod: str) -> WorkloadEndpoint:
        """Store the endpoint of a pod of the node."""
        spec = WorkloadEndpointSpec(
            orchestrator="k8s", node=NODE, pod=pod, endpoint="eth0", interface_name=f"cali{pod}", profiles=()
        )
        metadata = Metadata(name=f"n1-k8s-{pod}-eth0", namespace="default")
        return await self.store.create(WorkloadEndpoint(metadata=metadata, spec=spec))

    async def in_force(self) -> None:
        """Wait until everything told so far is in force."""
        await eventually(lambda: not self.running.policies.why_not, "the policies in force")


@asynccontextmanager
async def kept(rig: Rig) -> AsyncGenerator[None]:
    """Run the keeper."""
    keeping = asyncio.create_task(rig.keeper.run())
    try:
        async with asyncio.timeout(10):
            yield
    finally:
        rig.kernel.going.set()
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        await rig.keeper.end()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the pauses short."""
    for module in (policy_keeper, through_outages):
        monkeypatch.setattr(module, "FIRST_PAUSE", 0.01)
        monkeypatch.setattr(module, "LONGEST_PAUSE", 0.02)


async def test_a_pod_waits_until_a_program_with_it_is_in_force() -> None:
    """What came before it in the datastore is in that program; one that is there already waits for nothing."""
    rig = Rig()
    async with kept(rig):
        await rig.in_force()
        rig.kernel.going.clear()
        endpoint = await rig.add("a")
        waiting = asyncio.create_task(rig.keeper.committed(endpoint))
        await eventually(lambda: len(rig.kernel.told) == 2, "the kernel is told")
        assert not waiting.done()
        rig.kernel.going.set()
        await waiting
        await rig.keeper.committed(endpoint)
        assert rig.kernel.told == [set(), {"n1-k8s-a-eth0"}]
    assert rig.running.policies.waits.count == 2
    assert (rig.running.policies.commits, rig.running.policies.failures) == (2, 0)
    assert (rig.kernel.begun, rig.kernel.closed) == (1, 1)


async def test_what_comes_while_the_kernel_works_goes_there_together() -> None:
    """A burst of pods is not a queue of transactions."""
    rig = Rig()
    async with kept(rig):
        await rig.in_force()
        rig.kernel.going.clear()
        endpoints = [await rig.add("first")]
        await eventually(lambda: len(rig.kernel.told) == 2, "the kernel is told")
        endpoints += [await rig.add(name) for name in "abcd"]
        await asyncio.sleep(0)
        rig.kernel.going.set()
        await asyncio.gather(*map(rig.keeper.committed, endpoints))
        assert len(rig.kernel.told) <= 4


async def test_a_pod_whose_rules_are_refused_learns_why_and_the_next_attempt_needs_no_news() -> None:
    """What was in force before stays; health and metrics tell it."""
    rig = Rig()
    async with kept(rig):
        await rig.in_force()
        rig.kernel.answers = [REFUSED, REFUSED]
        endpoint = await rig.add("a")
        with pytest.raises(NodeError, match=r"WorkloadEndpoint\(default/n1-k8s-a-eth0\) are not in force: nft refused"):
            await rig.keeper.committed(endpoint)
        assert rig.running.policies.why_not == "nft refused the rules"
        await rig.in_force()
        await rig.keeper.committed(endpoint)
        assert rig.kernel.told[2:] == [set(), set()]
    assert rig.running.policies.failures == 2


async def test_a_pod_that_alone_cannot_be_enforced_does_not_start_and_all_others_do() -> None:
    """The log tells of it once, and when it is over."""
    rig = Rig()
    with capture_logs() as logs:
        async with kept(rig):
            await rig.in_force()
            shut = {"default/n1-k8s-a-eth0": "its policy cannot be enforced", "wire": "no interface has its address"}
            rig.kernel.answers = [Outcome(changed=True, faults=shut), Outcome(changed=True, faults=shut)]
            endpoint = await rig.add("a")
            with pytest.raises(NodeError, match="are not in force: its policy cannot be enforced"):
                await rig.keeper.committed(endpoint)
            await rig.keeper.committed(await rig.add("b"))
            assert rig.running.policies.why_not == ""
            await rig.keeper.committed(await rig.add("c"))
    told = [(each["event"], each["endpoint"]) for each in logs if "endpoint" in each]
    assert told == [
        ("policies.endpoint_not_enforced", "default/n1-k8s-a-eth0"),
        ("policies.endpoint_not_enforced", "wire"),
        ("policies.endpoint_enforced", "default/n1-k8s-a-eth0"),
        ("policies.endpoint_enforced", "wire"),
    ]


async def test_where_packets_cannot_be_filtered_pods_that_no_policy_is_for_start_all_the_same() -> None:
    """The others do not."""
    rig = Rig()
    async with kept(rig):
        await rig.in_force()
        rig.kernel.answers = [Outcome(why_not="no nft", open=frozenset({"default/n1-k8s-free-eth0"}))] * 50
        free, bound = await rig.add("free"), await rig.add("bound")
        await rig.keeper.committed(free)
        with pytest.raises(NodeError, match="no nft"):
            await rig.keeper.committed(bound)


async def test_connections_are_cut_after_a_change_that_may_deny_some_unless_that_is_not_wanted() -> None:
    """And counted."""
    for wanted in (True, False):
        rig = Rig()
        rig.keeper = PolicyKeeper(rig.running, rig.store, rig.kernel.begin, cut=wanted)
        rig.kernel.answers = [Outcome(changed=True), Outcome(changed=True, tightened=True)]
        async with kept(rig):
            await rig.in_force()
            await rig.keeper.committed(await rig.add("a"))
            await rig.keeper.committed(await rig.add("b"))
        assert (rig.kernel.cuts, rig.running.policies.cut) == ((1, 1) if wanted else (0, 0))


async def test_an_outage_of_the_datastore_changes_nothing_and_is_over_with_everything_told_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kernel is not asked for anything meanwhile: it would have to forget what is in force."""
    monkeypatch.setattr(policy_keeper, "LOOK_SECONDS", 0.001)
    rig = Rig()
    reachable = False

    tries: list[bool] = []

    async def fail() -> None:
        tries.append(reachable)
        if not reachable:
            raise DatastoreError("no answer")

    rig.datastore.before_call = fail
    async with kept(rig):
        await eventually(lambda: rig.running.outages.count == 1, "an outage")
        await eventually(lambda: len(tries) == 3, "several attempts")
        assert rig.kernel.told == []
        assert rig.running.policies.why_not == "they have not been read yet"
        reachable = True
        await rig.in_force()
        assert rig.kernel.anew == [True]
        await rig.keeper.committed(await rig.add("a"))


async def test_the_kernel_is_looked_at_now_and_then_and_put_right(monkeypatch: pytest.MonkeyPatch) -> None:
    """What another hand has changed is told."""
    monkeypatch.setattr(policy_keeper, "LOOK_SECONDS", 0.005)
    rig = Rig()
    rig.kernel.answers = [Outcome(changed=True), Outcome(), Outcome(changed=True, tightened=True), Outcome()]
    with capture_logs() as logs:
        async with kept(rig):
            await eventually(lambda: not rig.kernel.answers, "three looks")
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == ["policies.repaired"]
    assert rig.kernel.told[:4] == [set()] * 4
    assert rig.kernel.cuts >= 1


class Notices:
    """What the kernel tells of addresses by itself, played here."""

    def __init__(self) -> None:
        """Have told nothing."""
        self.kernel, self._heard = socket.socketpair()
        self.asked: list[tuple[object, ...]] = []

    def __enter__(self) -> Self:
        """Be open."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close both ends."""
        self.kernel.close()
        self._heard.close()

    def fileno(self) -> int:
        """Return what becomes readable."""
        return self._heard.fileno()

    def concern(self, *about: Collection[object]) -> bool:
        """Read one address; tell whether it is among those that are asked about."""
        self.asked.append(about)
        return self._heard.recv(100).decode() in map(str, about[2])


async def test_an_address_that_is_sought_is_looked_for_when_it_comes_and_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also one that has come while the kernel was at work, which may have come to be sought by that."""
    notices, rig = Notices(), Rig()
    monkeypatch.setattr(policy_keeper, "LinkNotices", lambda: notices)
    sought = frozenset({ip_address("10.9.9.9")})
    rig.kernel.answers = [Outcome(changed=True, sought=sought, links=frozenset({7}))] * 3
    with capture_logs() as logs:
        async with kept(rig):
            await rig.in_force()
            notices.kernel.send(b"10.9.9.8")
            await eventually(lambda: len(notices.asked) == 1, "the notice is read")
            assert notices.asked == [((), {7}, sought)]
            assert len(rig.kernel.told) == 1
            notices.kernel.send(b"10.9.9.9")
            await eventually(lambda: rig.kernel.moved == 1, "the kernel is asked")
            rig.kernel.going.clear()
            await rig.add("a")
            await eventually(lambda: len(rig.kernel.told) == 3, "the kernel at work")
            notices.kernel.send(b"10.9.9.9")
            for _ in range(10):
                await asyncio.sleep(0)
            assert len(notices.asked) == 2
            rig.kernel.going.set()
            await eventually(lambda: rig.kernel.moved == 2, "the kernel is asked again")
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == []


async def test_a_fault_of_ours_begins_everything_anew() -> None:
    """Nothing that was half taken in is built upon."""
    rig = Rig()
    async with kept(rig):
        await rig.in_force()
        rig.kernel.answers = [RuntimeError("a fault")]
        endpoint = await rig.add("a")
        await eventually(lambda: rig.kernel.begun == 2, "a new beginning")
        await rig.in_force()
        await rig.keeper.committed(endpoint)
        assert rig.kernel.told[-1] == {"n1-k8s-a-eth0"}
        assert rig.kernel.anew == [True, False, True]
