"""Making the first pools: once, by one agent, and only where nobody has made any."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bgpkit_node.resources import BGPConfiguration, IPPool, IPPoolSpec, Metadata, ResourceStore
from bgpkit_node.resources.bgp_configuration import BGPConfigurationSpec, ServiceBlock
from bgpkit_node.startup import pool_creation
from bgpkit_node.startup.first_pools import FirstPool, read_first_pools
from bgpkit_node.startup.pool_creation import make_first_pools
from tests.support.clusters import node
from tests.support.memory_datastore import MemoryDatastore
from tests.support.netns import Namespaces

SAID = {"CALICO_IPV4POOL_CIDR": "10.244.0.0/16"}


@pytest.fixture(autouse=True)
def _no_routes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at no kernel, but where that is the question."""
    if "namespaces" not in request.fixturenames:
        monkeypatch.setattr(pool_creation, "_routes", list[object])


def wanted(said: dict[str, str] | None = None, *, ipv6: bool = False) -> tuple[FirstPool, ...]:
    """Return the pools that variables ask for."""
    return read_first_pools(said or {}).of(ipv6=ipv6)


def pool(name: str, cidr: str) -> IPPool:
    """Make an operator's pool."""
    return IPPool(metadata=Metadata(name=name), spec=IPPoolSpec(cidr=cidr))


async def test_an_empty_datastore_gets_its_pools() -> None:
    """Both in one transaction; a second agent, of either sort, makes none and says nothing."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    made = await make_first_pools(store, wanted(SAID, ipv6=True))
    assert [(each.name, each.spec.cidr) for each in made] == [
        ("default-ipv4-ippool", "10.244.0.0/16"),
        ("default-ipv6-ippool", "fd80:24e2:f998:72d6::/64"),
    ]
    assert datastore.revision == 1
    assert [each.spec for each in await store.list(IPPool)] == [each.spec for each in made]
    with capture_logs() as logs:
        assert await make_first_pools(store, wanted(SAID, ipv6=True)) == ()
    assert (datastore.revision, logs) == (1, [])


async def test_agents_that_start_together_make_one_pool() -> None:
    """Whichever comes first; both go on."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    made = await asyncio.gather(*(make_first_pools(store, wanted(SAID)) for _ in range(5)))
    assert sorted(map(len, made)) == [0, 0, 0, 0, 1]
    assert [each.name for each in await store.list(IPPool)] == ["default-ipv4-ippool"]


async def test_a_pool_that_an_operator_makes_meanwhile_counts() -> None:
    """Between looking and writing; the default would be a second one."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)

    async def before() -> None:
        """Be the operator, once, when the agent has looked at the pools."""
        datastore.before_call = after_looking

    async def after_looking() -> None:
        """Apply before the agent's next call."""
        datastore.before_call = None
        await store.apply([pool("mine", "10.0.0.0/16")])

    datastore.before_call = before
    with capture_logs() as logs:
        assert await make_first_pools(store, wanted(SAID)) == ()
    assert [each.name for each in await store.list(IPPool)] == ["mine"]
    assert [entry["ignored"] for entry in logs] == [
        ["CALICO_IPV4POOL_CIDR=10.244.0.0/16 (IPPool(mine) has 10.0.0.0/16)"]
    ]


async def test_pools_of_one_family_do_not_stand_for_the_other() -> None:
    """And one that cannot be read may be of either."""
    datastore = MemoryDatastore()
    store = ResourceStore(datastore)
    await store.apply([pool("six", "fd00::/64")])
    assert [each.name for each in await make_first_pools(store, wanted(ipv6=True))] == ["default-ipv4-ippool"]
    broken = MemoryDatastore()
    await broken.create("/calico/resources/v3/projectcalico.org/ippools/odd", b"{")
    assert await make_first_pools(ResourceStore(broken), wanted(ipv6=True)) == ()


async def test_a_chosen_range_keeps_clear_of_services_and_nodes() -> None:
    """Which the datastore tells; an operator's own choice that overlaps them is made, with a warning."""
    services = BGPConfiguration(
        metadata=Metadata(name="default"),
        spec=BGPConfigurationSpec(service_cluster_ips=(ServiceBlock(cidr="172.16.0.0/16"),)),
    )
    store = ResourceStore(MemoryDatastore())
    await store.apply([node("a", "192.168.7.11/24"), services])
    assert [each.spec.cidr for each in await make_first_pools(store, wanted())] == ["172.17.0.0/16"]
    store = ResourceStore(MemoryDatastore())
    await store.apply([node("a", "10.244.7.11/24")])
    with capture_logs() as logs:
        await make_first_pools(store, wanted(SAID))
    assert [entry.get("reason") for entry in logs if entry["log_level"] == "warning"] == [
        "IPPool(default-ipv4-ippool) 10.244.0.0/16 overlaps the network of a 10.244.7.0/24"
    ]


async def test_the_range_of_the_clusters_pods_comes_before_a_chosen_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a machine that has the control plane's files, unless a variable says otherwise."""
    (tmp_path / "kube-controller-manager.yaml").write_text("- --cluster-cidr=10.100.0.0/16\n")
    monkeypatch.setattr(pool_creation, "KUBERNETES", tmp_path)
    for said, cidr in (({}, "10.100.0.0/16"), (SAID, "10.244.0.0/16")):
        [made] = await make_first_pools(ResourceStore(MemoryDatastore()), wanted(said))
        assert made.spec.cidr == cidr


@pytest.mark.netns
def test_a_chosen_range_keeps_clear_of_the_routes_of_the_machine(namespaces: Namespaces) -> None:
    """Those in the kernel, whoever made them."""
    machine = namespaces.node()
    machine.ip("link", "add", "eth0", "type", "bridge")
    machine.ip("addr", "add", "10.4.7.11/24", "dev", "eth0")
    machine.ip("link", "set", "eth0", "up")
    machine.ip("route", "add", "default", "via", "10.4.7.1")
    machine.ip("route", "add", "192.168.1.0/24", "via", "10.4.7.1")
    with machine.entered():
        [made] = asyncio.run(make_first_pools(ResourceStore(MemoryDatastore()), wanted()))
    assert made.spec.cidr == "172.16.0.0/16"
