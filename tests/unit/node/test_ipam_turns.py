"""Changes of one process take turns; who waits for the leave to write keeps nobody from it."""

import asyncio

import pytest

from bgpkit_node.errors import IpamError
from bgpkit_node.ipam import at_once
from tests.support.ipam_cluster import Cluster, pool


class Calls:
    """Counts the calls of a datastore, and stops those that come after the first ``most``."""

    def __init__(self, cluster: Cluster) -> None:
        """Count from now on, and stop none."""
        self.count, self.most = 0, 1_000_000
        self.go_on = asyncio.Event()
        cluster.datastore.before_call = self._called

    async def _called(self) -> None:
        self.count += 1
        if self.count > self.most:
            await self.go_on.wait()


async def give(cluster: Cluster, handle: str, leave: asyncio.Event | None = None) -> str:
    """Give an address to a handle on node a, once there is leave."""
    go = at_once if leave is None else leave.wait
    (one,) = await cluster.ipam.auto_assign(node="a", handle=handle, attributes={}, go=go)
    return str(one.address)


async def rest() -> None:
    """Let all go on that can."""
    for _ in range(50):
        await asyncio.sleep(0)


async def test_a_pod_that_waits_for_its_interface_keeps_no_other_from_an_address() -> None:
    """Nor from giving one back; when it may at last, it takes one that is free then, at the first attempt."""
    cluster, leave = Cluster(pool("10.0.0.0/26", 26)), asyncio.Event()
    waiting = [asyncio.ensure_future(give(cluster, name, leave)) for name in ("first", "second")]
    await rest()
    assert cluster.datastore.writes == 0
    given = await give(cluster, "other")
    assert [str(each) for each in await cluster.ipam.release_by_handle("other")] == [given]
    again = await give(cluster, "another")
    writes = cluster.datastore.writes
    leave.set()
    assert len({again, *await asyncio.gather(*waiting)}) == 3
    assert cluster.datastore.writes == writes + 2


async def test_the_address_is_looked_up_while_the_interface_is_made() -> None:
    """Then there is one call left, which writes; whoever comes meanwhile does not look for the same one."""
    cluster, leave = Cluster(pool("10.0.0.0/26", 26)), asyncio.Event()
    await give(cluster, "before")
    calls = Calls(cluster)
    waiting = asyncio.ensure_future(give(cluster, "first", leave))
    await rest()
    looked, beside = calls.count, asyncio.ensure_future(give(cluster, "second", leave))
    await rest()
    assert calls.count == looked > 0
    beside.cancel()
    leave.set()
    await waiting
    assert calls.count == looked + 1


async def test_a_pod_that_is_refused_or_gone_has_written_nothing_and_the_next_one_is_looked_up_again() -> None:
    """Its interface could not be made, or the runtime has given up."""
    cluster, never = Cluster(pool("10.0.0.0/26", 26)), asyncio.Event()

    async def refuse() -> None:
        raise IpamError("no interface")

    with pytest.raises(IpamError, match="no interface"):
        await cluster.ipam.auto_assign(node="a", handle="first", attributes={}, go=refuse)
    gone = asyncio.ensure_future(give(cluster, "second", never))
    await rest()
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert cluster.datastore.writes == 0
    calls, leave = Calls(cluster), asyncio.Event()
    waiting = asyncio.ensure_future(give(cluster, "third", leave))
    await rest()
    assert calls.count > 0
    leave.set()
    await waiting


async def test_where_no_address_is_left_a_pod_hears_of_it_at_once_unless_one_is_just_coming_back() -> None:
    """Its interface need not be made first."""
    cluster, never = Cluster(pool("10.0.0.0/30", 30)), asyncio.Event()
    last = [await give(cluster, f"pod{number}") for number in range(4)][-1]
    with pytest.raises(IpamError, match=r"10\.0\.0\.0/30"):
        await give(cluster, "late", never)
    calls, leave = Calls(cluster), asyncio.Event()
    calls.most = 1
    releasing = asyncio.ensure_future(cluster.ipam.release_by_handle("pod3"))
    await rest()
    calls.most = 1_000_000
    late = asyncio.ensure_future(give(cluster, "late", leave))
    await rest()
    assert not late.done()
    calls.go_on.set()
    leave.set()
    await releasing
    assert await late == last
