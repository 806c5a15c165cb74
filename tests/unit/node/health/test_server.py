"""Probes and scrapes over HTTP, read by clients of others: aiohttp's, and the parser of Prometheus' own library."""

import socket
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from ipaddress import ip_network

from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from bgpkit_node.errors import DatastoreError
from bgpkit_node.health import HealthServer
from bgpkit_node.ipam import Ipam
from bgpkit_node.resources import IPPool, Metadata, ResourceStore
from bgpkit_node.resources.ip_pool import IPPoolSpec
from tests.support.ipam_cluster import FixedPools, pool
from tests.support.memory_datastore import MemoryDatastore
from tests.support.running_nodes import DOWN, UP, LookedAt, looked_at

POOL = "10.244.0.0/28"


class Served:
    """A server and one who asks it."""

    def __init__(self, url: str, client: ClientSession, agent: LookedAt, datastore: MemoryDatastore) -> None:
        """Ask at ``url``."""
        self._url = url
        self._client = client
        self.agent = agent
        self.datastore = datastore

    async def get(self, path: str) -> tuple[int, str]:
        """Return status and text."""
        async with self._client.get(f"{self._url}{path}") as answer:
            return answer.status, await answer.text()

    async def samples(self) -> dict[str, float]:
        """Return all samples by name and labels, as ``name{a=b}``."""
        status, text = await self.get("/metrics")
        assert status == 200
        return dict(_samples(text))


def _samples(text: str) -> Iterator[tuple[str, float]]:
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            yield (f"{sample.name}{{{labels}}}" if labels else sample.name), float(sample.value)


@asynccontextmanager
async def served() -> AsyncGenerator[Served]:
    """Serve an agent with a session up and one down, over a datastore with a pool."""
    datastore = MemoryDatastore()
    await ResourceStore(datastore).create(
        IPPool(metadata=Metadata(name="small"), spec=IPPoolSpec(cidr=POOL, block_size=30))
    )
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with (
        looked_at() as agent,
        HealthServer(listener, agent.running),
        ClientSession() as client,
    ):
        agent.running.datastore = datastore
        yield Served(url, client, agent, datastore)


async def test_probes_are_answered_with_200_or_503_and_the_reason() -> None:
    """As the kubelet reads them."""
    async with served() as one:
        assert await one.get("/liveness") == (200, "ok\n")
        assert await one.get("/readiness") == (503, f"BGP not established with {DOWN}\n")
        one.agent.running.fib_tally.lost = "gone"
        assert await one.get("/liveness") == (503, "the kernel's routes cannot be followed any more: gone\n")
        assert (await one.get("/other"))[0] == 404


async def test_sessions_are_measured() -> None:
    """Up and down, with node and type as labels."""
    async with served() as one:
        found = await one.samples()
    up = f"asn=64512,node=b,peer={UP},type=node-to-node mesh"
    assert found[f"bgpkit_bgp_peer_up{{{up}}}"] == 1
    assert found[f"bgpkit_bgp_peer_up{{asn=64512,node=c,peer={DOWN},type=global}}"] == 0
    assert found[f"bgpkit_bgp_peer_prefixes_received{{{up}}}"] == 2
    assert found[f"bgpkit_bgp_peer_sessions_total{{{up}}}"] == 1
    received = up.replace("node=b", "direction=received,message=update,node=b")
    assert found[f"bgpkit_bgp_peer_session_messages{{{received}}}"] >= 2
    assert found["bgpkit_bgp_routes{family=ipv4-unicast}"] == 3
    assert (found["bgpkit_bgp_announced_blocks"], found["bgpkit_bgp_announced_borrowed"]) == (1, 0)
    assert (found["bgpkit_node_alive"], found["bgpkit_node_ready"]) == (1, 0)


async def test_kernel_routes_are_measured() -> None:
    """The one that is wanted is missing here, for nothing is written; drift is counted."""
    async with served() as one:
        found = await one.samples()
        assert found["bgpkit_fib_routes_wanted"] == found["bgpkit_fib_routes_missing"] == 1
        assert found["felix_route_table_num_routes"] == 1
        assert (found["bgpkit_fib_routes_present"], found["bgpkit_fib_drift_total{how=removed}"]) == (0, 0)


async def test_addresses_are_measured_under_the_names_of_calico() -> None:
    """In use, borrowed, and how large pools are; other nodes' addresses are not counted."""
    async with served() as one:
        ipam = Ipam(one.datastore, FixedPools(pool(POOL, 30), nodes=("a", "b")))
        await ipam.auto_assign(node="a", handle="mine", attributes={}, count=3)
        await ipam.auto_assign(node="b", handle="theirs", attributes={}, count=12)
        await ipam.auto_assign(node="a", handle="more", attributes={}, count=1)
        block = next(iter(await ipam.blocks_of("a")))
        one.agent.running.leaks.candidates = {("a", block): 2}
        one.agent.running.leaks.reclaimed["gone", ip_network("192.0.2.0/26")] += 3
        found = await one.samples()
    labels = "ippool=small,node=a"
    assert found[f"ipam_allocations_gc_candidates{{{labels}}}"] == 2
    assert found["ipam_allocations_gc_reclamations{ippool=no_ippool,node=gone}"] == 3
    assert found["ipam_ippool_size{ippool=small}"] == 16
    assert found[f"ipam_blocks{{{labels}}}"] == 1
    assert found[f"ipam_allocations_in_use{{{labels}}}"] == 4
    assert found["bgpkit_datastore_reachable"] == 1


async def test_without_the_datastore_all_the_rest_is_told() -> None:
    """A scrape does not fail with it; whether there is an outage is told by those who follow the datastore, alone."""

    async def fail() -> None:
        """Be out of reach."""
        raise DatastoreError("no answer")

    async with served() as one:
        one.datastore.before_call = fail
        found = await one.samples()
        assert (found["bgpkit_datastore_reachable"], found["bgpkit_datastore_outages_total"]) == (1, 0)
        one.agent.running.outages.began("resources", DatastoreError("no answer"))
        found = await one.samples()
        assert (found["bgpkit_datastore_reachable"], found["bgpkit_datastore_outages_total"]) == (0, 1)
        assert "ipam_ippool_size{ippool=small}" not in found
        assert found["bgpkit_bgp_routes{family=ipv4-unicast}"] == 3


async def test_between_two_speakers_there_is_little_to_tell() -> None:
    """And no error."""
    async with served() as one:
        one.agent.running.serving = None
        found = await one.samples()
        assert "bgpkit_bgp_routes{family=ipv4-unicast}" not in found
        assert found["bgpkit_node_ready"] == 0
        assert found["process_resident_memory_bytes"] > 0
