"""The CNI commands with addresses and kernel played by the test: what is called, in which order, and undone when."""

import asyncio
from collections.abc import Collection
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bgpkit_node.cni import CniService, Wiring, Wish
from bgpkit_node.cni.pod_facts import PodFacts
from bgpkit_node.errors import CniError, IpamError, NodeError
from tests.support.cni_world import ADDRESS, ADDRESS6, HANDLE, World, call
from tests.support.virtual_time import run

ENVIRONMENT = {
    "CNI_CONTAINERID": "c1",
    "CNI_NETNS": "/run/netns/p",
    "CNI_IFNAME": "eth0",
    "CNI_ARGS": "K8S_POD_NAMESPACE=default;K8S_POD_NAME=web",
}


async def mtu() -> int:
    """Say one that no interface has by itself."""
    return 1440


@pytest.fixture
async def world() -> World:
    """Give an empty world."""
    return World()


@pytest.fixture
def service(world: World) -> CniService:
    """Give the service in that world."""
    return CniService(world, world, world, node="n1", mtu=mtu, committed=world.commit)


async def test_add_looks_first_and_then_takes_an_address(service: CniService, world: World) -> None:
    """An address is taken only where the interface can be made, for a named owner; nothing is up before."""
    await service.handle(call("ADD"))
    assert world.done == ["inspect", "prepare", "for default/web on n1", "assign", "connect", "write", "commit"]


@pytest.mark.parametrize(("slow", "waits"), [("assign", "prepare"), ("prepare", "assign"), ("connect", "commit")])
async def test_kernel_and_datastore_do_not_wait_for_each_other(
    service: CniService, world: World, slow: str, waits: str
) -> None:
    """The interface is made while an address is looked for, the rules are while it is set up; all before the answer."""
    world.waiting[slow] = asyncio.Event()
    adding = asyncio.ensure_future(service.handle(call("ADD")))
    await world.began[waits].wait()
    for _ in range(10):
        await asyncio.sleep(0)
    assert (adding.done(), world.done[-1] == "commit") == (False, slow == "connect")
    world.waiting[slow].set()
    await adding


async def test_add_of_what_exists_takes_no_address(service: CniService, world: World) -> None:
    """When the place is taken nothing is asked of the addresses, and nothing undone."""
    world.failing["inspect"] = CniError(100, "exists")
    with pytest.raises(CniError):
        await service.handle(call("ADD"))
    assert world.done == ["inspect"]


@pytest.mark.parametrize("step", ["prepare", "assign", "connect", "write", "commit"])
@pytest.mark.parametrize("error", [CniError(102, "no"), RuntimeError("a fault of ours")])
async def test_a_failure_is_undone_kernel_first(service: CniService, world: World, step: str, error: Exception) -> None:
    """Whatever fails, interface and address are gone after; the address last, when no route leads to it."""
    world.failing[step] = error
    with pytest.raises(type(error)):
        await service.handle(call("ADD"))
    assert world.done[-3:] == ["disconnect", "remove", "release"]
    assert (world.held, world.wired, world.endpoints) == ({}, {}, {})


@pytest.mark.parametrize("step", ["prepare", "assign", "connect", "write", "commit"])
async def test_a_cancellation_is_undone(service: CniService, world: World, step: str) -> None:
    """A cancelled ADD leaves nothing, even when it is cancelled again while it is undone."""
    world.waiting = {step: asyncio.Event(), "release": asyncio.Event()}
    task = asyncio.ensure_future(service.handle(call("ADD")))
    await world.began[step].wait()
    task.cancel()
    await world.began["release"].wait()
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    world.waiting["release"].set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (world.held, world.wired, world.endpoints) == ({}, {}, {})


async def test_the_first_error_is_reported_when_undoing_fails_too(service: CniService, world: World) -> None:
    """An error while undoing hides neither the first error nor the rest of the undoing."""
    world.failing = {"connect": CniError(101, "the first"), "disconnect": NodeError("the second")}
    with pytest.raises(CniError, match="the first"):
        await service.handle(call("ADD"))
    assert world.held == {}


async def test_an_add_of_what_exists_undoes_nothing(service: CniService, world: World) -> None:
    """What is there is that of the first ADD, and stays whole."""
    await service.handle(call("ADD"))
    before = (dict(world.held), dict(world.wired), dict(world.endpoints))
    world.failing["inspect"] = CniError(100, "exists")
    with pytest.raises(CniError, match="exists"):
        await service.handle(call("ADD"))
    assert (world.held, world.wired, world.endpoints) == before


async def test_trouble_with_addresses_is_code_11(service: CniService, world: World) -> None:
    """When no address can be had the runtime is told to try again later, with the reason."""
    world.failing["assign"] = IpamError("no address is free in 10.244.0.0/16")
    with pytest.raises(CniError) as caught:
        await service.handle(call("ADD"))
    assert (caught.value.code, caught.value.msg) == (11, "no address is free in 10.244.0.0/16")


async def test_calls_for_one_pod_follow_each_other(service: CniService, world: World) -> None:
    """A DEL that comes during an ADD of the same pod waits for its end, also for another container of the pod."""
    world.waiting["connect"] = asyncio.Event()
    adding = asyncio.ensure_future(service.handle(call("ADD")))
    await world.began["connect"].wait()
    deleting = asyncio.ensure_future(service.handle(call("DEL", container="c0")))
    for _ in range(10):
        await asyncio.sleep(0)
    assert "disconnect" not in world.done
    world.waiting["connect"].set()
    await asyncio.gather(adding, deleting)
    assert world.done[-3:] == ["disconnect", "remove", "release"]


async def test_delete_takes_the_kernel_down_before_the_address(service: CniService, world: World) -> None:
    """An address is free for another pod only when no route leads to this one any more."""
    await service.handle(call("ADD"))
    world.done.clear()
    assert await service.handle(call("DEL")) == {}
    assert world.done == ["disconnect", "remove", "release"]


async def test_delete_of_an_earlier_container_keeps_the_endpoint_of_the_next(service: CniService, world: World) -> None:
    """A pod's endpoint is that of the container which was added last; only that one's DEL removes it."""
    await service.handle(call("ADD"))
    await service.handle(call("ADD", container="c2"))
    await service.handle(call("DEL"))
    (endpoint,) = world.endpoints.values()
    assert endpoint.spec.container_id == "c2"
    await service.handle(call("DEL", container="c2"))
    assert world.endpoints == {}


async def test_add_waits_for_the_rules_of_the_pod(service: CniService, world: World) -> None:
    """There is no result before they are in force."""
    world.waiting["commit"] = asyncio.Event()
    adding = asyncio.ensure_future(service.handle(call("ADD")))
    await world.began["commit"].wait()
    await asyncio.sleep(0)
    assert not adding.done()
    world.waiting["commit"].set()
    await adding


async def test_an_endpoint_is_stored_with_what_is_told_of_its_pod(world: World) -> None:
    """Asked for by namespace, name and the uid that the runtime gives; nothing is stored before there is an answer."""
    world.facts = PodFacts(labels={"role": "web"})
    world.waiting["tell"] = asyncio.Event()
    request = call("ADD")
    request["env"] = {**ENVIRONMENT, "CNI_ARGS": f"{ENVIRONMENT['CNI_ARGS']};K8S_POD_UID=u1"}
    service = CniService(world, world, world, node="n1", told=world.tell)
    adding = asyncio.ensure_future(service.handle(request))
    await world.began["tell"].wait()
    await asyncio.sleep(0)
    assert (world.about["tell"], world.endpoints) == (("default/web", "u1"), {})
    world.waiting["tell"].set()
    await adding
    assert world.about["write"][1] == world.facts


async def test_nobody_is_asked_of_a_container_that_is_no_pod(world: World) -> None:
    """Its endpoint is named after itself."""
    request = call("ADD")
    request["env"] = {**ENVIRONMENT, "CNI_ARGS": ""}
    await CniService(world, world, world, node="n1", told=world.tell).handle(request)
    assert "tell" not in world.done


@pytest.mark.parametrize(("asked", "given"), [(0, 10), (3, 3), (600, 50)])
def test_rules_that_do_not_come_are_not_waited_for_for_ever(asked: int, given: int) -> None:
    """After ten seconds, or what the configuration says but less than a minute, all is undone, with code 11."""
    world = World()

    async def add() -> float:
        """Add a pod whose rules never come, and return how long that takes."""
        world.waiting["commit"] = asyncio.Event()
        service = CniService(world, world, world, node="n1", committed=world.commit)
        begun = asyncio.get_running_loop().time()
        with pytest.raises(CniError, match="the rules of the pod are not in force") as caught:
            await service.handle(call("ADD", policy_setup_timeout_seconds=asked))
        assert caught.value.code == 11
        return asyncio.get_running_loop().time() - begun

    assert run(add()) == pytest.approx(given)
    assert (world.held, world.wired, world.endpoints) == ({}, {}, {})


async def test_delete_of_another_interface_keeps_the_address(service: CniService, world: World) -> None:
    """While the container has its interface on the network, the DEL of one that never was releases nothing."""
    await service.handle(call("ADD"))
    world.free = False
    await service.handle(call("DEL", interface="net1"))
    assert world.held == {HANDLE: (ADDRESS,)}


async def test_delete_that_cannot_release_says_so(service: CniService, world: World) -> None:
    """When the address cannot be given back the runtime has to come again."""
    world.failing["release"] = NodeError("the datastore is away")
    with pytest.raises(CniError) as caught:
        await service.handle(call("DEL"))
    assert caught.value.code == 11


async def test_a_result_of_an_earlier_plugin_stands_before_ours(service: CniService) -> None:
    """Chained after a plugin that made other things, ADD answers both; our index counts the earlier interfaces."""
    earlier: dict[str, Any] = {
        "cniVersion": "1.1.0",
        "interfaces": [{"name": "dummy0", "mtu": 9000}],
        "ips": [{"address": "192.0.2.1/32", "interface": 0}],
        "routes": [{"dst": "192.0.2.0/24", "table": 5}],
        "dns": {"domain": "example.org"},
    }
    result: dict[str, Any] = await service.handle(call("ADD", prevResult=earlier))
    assert [side["name"] for side in result["interfaces"]] == ["dummy0", "cali68caf03a5f4", "eth0"]
    assert result["interfaces"][0] == {"name": "dummy0", "mtu": 9000}
    assert result["ips"] == [earlier["ips"][0], {"address": "10.244.1.2/32", "interface": 2}]
    assert result["routes"][0] == {"dst": "192.0.2.0/24", "table": 5}
    assert result["dns"] == {"domain": "example.org"}


async def test_an_interface_that_an_earlier_plugin_made_is_refused(service: CniService, world: World) -> None:
    """The pod's interface is ours to make; nothing is taken."""
    earlier = {"interfaces": [{"name": "eth0", "sandbox": "/run/netns/p"}]}
    with pytest.raises(CniError, match="an earlier plugin of the list has made eth0") as caught:
        await service.handle(call("ADD", prevResult=earlier))
    assert (caught.value.code, world.done) == (7, [])


async def test_a_configuration_of_another_node_is_refused(service: CniService, world: World) -> None:
    """The key nodename has to name the agent's node, however it is written."""
    with pytest.raises(CniError, match="the configuration is for node n2") as caught:
        await service.handle(call("ADD", nodename="n2"))
    assert (caught.value.code, world.done) == (7, [])
    await service.handle(call("ADD", nodename="N1"))


async def test_both_families_are_one_wish_and_one_result(service: CniService, world: World) -> None:
    """A pod of both families has both addresses on its interface and a way out in each."""
    ipam = {"type": "calico-ipam", "assign_ipv4": "true", "assign_ipv6": "true", "ipv6_pools": ["v6"]}
    result: dict[str, Any] = await service.handle(call("ADD", cniVersion="0.4.0", ipam=ipam, num_queues=4))
    assert world.about["assign"] == (Wish(versions=(4, 6), pools6=("v6",)),)
    assert world.about["connect"][1] == Wiring(addresses=(ADDRESS, ADDRESS6), mtu=1440, queues=4)
    assert result["ips"] == [
        {"version": "4", "interface": 1, "address": "10.244.1.2/32"},
        {"version": "6", "interface": 1, "address": "fd00::2/128"},
    ]
    assert result["routes"] == [
        {"dst": "169.254.1.1/32"},
        {"dst": "0.0.0.0/0", "gw": "169.254.1.1"},
        {"dst": "::/0", "gw": "fe80::ecee:eeff:feee:eeee"},
    ]
    await service.handle(call("CHECK", prevResult=result))
    assert world.about["check"] == (HANDLE, Wiring(addresses=(ADDRESS, ADDRESS6), mtu=0, mac="02:00:00:00:00:07"))


async def test_forwarding_is_for_pods_that_may(service: CniService, world: World) -> None:
    """The key container_settings.allow_ip_forwarding reaches the kernel."""
    await service.handle(call("ADD", container_settings={"allow_ip_forwarding": True}))
    assert world.about["connect"][1] == Wiring(addresses=(ADDRESS,), mtu=1440, forwarding=True)


@pytest.mark.parametrize(
    ("version", "sides", "address", "scope"),
    [
        ("0.3.1", set[str](), {"version": "4", "interface": 1, "address": "10.244.1.2/32"}, False),
        ("0.4.0", set[str](), {"version": "4", "interface": 1, "address": "10.244.1.2/32"}, False),
        ("1.0.0", set[str](), {"interface": 1, "address": "10.244.1.2/32"}, False),
        ("1.1.0", {"mtu"}, {"interface": 1, "address": "10.244.1.2/32"}, True),
    ],
)
async def test_the_result_has_the_keys_of_its_version(
    service: CniService, version: str, sides: set[str], address: dict[str, object], scope: bool
) -> None:
    """An address has a version before 1.0.0, an interface its MTU and a route its scope from 1.1.0 on."""
    result: dict[str, Any] = await service.handle(call("ADD", cniVersion=version))
    assert result["cniVersion"] == version
    assert set(result["interfaces"][0]) == {"name", "mac"} | sides
    assert set(result["interfaces"][1]) == {"name", "mac", "sandbox"} | sides
    assert result["ips"] == [address]
    assert ("scope" in result["routes"][0]) is scope


async def test_check_compares_with_the_earlier_result(service: CniService, world: World) -> None:
    """CHECK hands address, MTU and MAC of the earlier result to the kernel's check."""
    result = await service.handle(call("ADD"))
    assert await service.handle(call("CHECK", prevResult=result)) == {}
    assert world.about["check"] == (HANDLE, Wiring(addresses=(ADDRESS,), mtu=1440, mac="02:00:00:00:00:07"))


async def test_check_without_an_earlier_result_is_code_7(service: CniService) -> None:
    """CHECK cannot know what was promised without prevResult."""
    with pytest.raises(CniError) as caught:
        await service.handle(call("CHECK"))
    assert caught.value.code == 7


@pytest.mark.parametrize(
    "previous",
    [
        {},
        {"interfaces": [{"name": "eth0", "sandbox": "/p"}], "ips": [{"address": "10.1.1.1/32", "interface": 5}]},
        {"interfaces": [{"name": "eth0", "sandbox": "/p"}], "ips": [{"address": "fd00::g/128", "interface": 0}]},
        {"interfaces": [{"name": "eth0", "sandbox": ""}], "ips": [{"address": "10.1.1.1/32", "interface": 0}]},
        {"interfaces": [{"name": "eth1", "sandbox": "/p"}], "ips": [{"address": "10.1.1.1/32", "interface": 0}]},
    ],
)
async def test_check_of_a_result_without_our_address_is_code_7(service: CniService, previous: object) -> None:
    """A prevResult that gives the container's interface no address is refused by name."""
    with pytest.raises(CniError) as caught:
        await service.handle(call("CHECK", prevResult=previous))
    assert caught.value.code == 7


async def test_check_lists_all_damages(service: CniService, world: World) -> None:
    """Every damage of the kernel's check is in the details, with the address that is not ours first."""
    result = await service.handle(call("ADD"))
    world.damages = ("one", "two")
    world.held.clear()
    with pytest.raises(CniError) as caught:
        await service.handle(call("CHECK", prevResult=result))
    assert caught.value.msg.endswith("in 3 places")
    assert caught.value.details == "10.244.1.2 is not assigned to net.c1; one; two"


async def test_check_knows_a_wrong_endpoint(service: CniService, world: World) -> None:
    """An endpoint that is gone, another container's, or has other addresses is a damage of its own."""
    result = await service.handle(call("ADD"))
    (name, endpoint), *_ = world.endpoints.items()
    other = msgspec.structs.replace(endpoint.spec, container_id="c9")
    elsewhere = msgspec.structs.replace(endpoint.spec, ip_networks=("10.244.1.9/32",), interface_name="cali9")
    for wrong, text in (
        (None, "there is no WorkloadEndpoint(default/n1-k8s-web-eth0)"),
        (other, "WorkloadEndpoint(default/n1-k8s-web-eth0) is that of the container c9"),
        (elsewhere, "WorkloadEndpoint(default/n1-k8s-web-eth0) has 10.244.1.9/32, not 10.244.1.2/32; "),
    ):
        world.endpoints = {} if wrong is None else {name: msgspec.structs.replace(endpoint, spec=wrong)}
        with pytest.raises(CniError) as caught:
            await service.handle(call("CHECK", prevResult=result))
        assert caught.value.details.startswith(text)


async def test_collection_without_a_list_removes_nothing(service: CniService, world: World) -> None:
    """GC without the key of valid attachments is refused: it does not say that none is left."""
    await service.handle(call("ADD"))
    with pytest.raises(CniError) as caught:
        await service.handle(call("GC"))
    assert caught.value.code == 7
    assert world.held


async def test_status_names_a_configuration_that_runtimes_take_before_ours(service: CniService, tmp_path: Path) -> None:
    """A leftover of another network is the first thing to know."""
    ours = tmp_path / "10-bgpkit.conflist"
    ours.touch()
    assert await service.handle(call("STATUS", conflist=str(ours))) == {}
    (tmp_path / "05-flannel.conflist").touch()
    with pytest.raises(CniError) as caught:
        await service.handle(call("STATUS", conflist=str(ours)))
    assert caught.value.code == 50
    assert f"{tmp_path}/05-flannel.conflist sorts before 10-bgpkit.conflist" in caught.value.details


async def test_status_tells_why_no_pod_can_be_added(world: World) -> None:
    """STATUS answers nothing when pods can be added, else code 50 with the reason."""

    async def not_ready(versions: Collection[int]) -> str:
        return f"the datastore is away, for IPv{versions}"

    assert await CniService(world, world, world, node="n1").handle(call("STATUS")) == {}
    with pytest.raises(CniError) as caught:
        await CniService(world, world, world, node="n1", ready=not_ready).handle(call("STATUS"))
    assert (caught.value.code, caught.value.details) == (50, "the datastore is away, for IPv(4,)")


async def test_version_names_what_is_spoken(service: CniService) -> None:
    """VERSION by way of the agent lists the same versions as the executable."""
    answer = await service.handle(call("VERSION"))
    assert answer["supportedVersions"] == ["0.3.1", "0.4.0", "1.0.0", "1.1.0"]
