"""Damage, conflicts and deaths on the CNI path: what is reported, and that nothing is left behind."""

import os
import select
import signal
from collections.abc import Generator
from ipaddress import ip_address
from pathlib import Path

import pytest

from bgpkit_node.cni import pod_remains
from bgpkit_node.errors import CniError
from tests.integration.cni_node import NETWORK, CniNode, address_of, finish
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns


@pytest.fixture
def node(namespaces: Namespaces, tmp_path: Path) -> Generator[CniNode]:
    """Give a node with an address on a segment; the test starts the agent."""
    segment = namespaces.segment()
    namespace = namespaces.node("node")
    segment.attach(namespace, "10.4.7.11/24")
    cni = CniNode(namespace, tmp_path)
    yield cni
    cni.stop()


def assert_nothing_left(node: CniNode) -> None:
    """Assert that no address is held and that the node has neither interface nor route of a pod."""
    assert node.handles() == {}
    assert node.pod_links() == []
    assert not [row for row in node.namespace.ip_json("route") if str(row.get("dev", "")).startswith("cali")]


DAMAGES = {
    "default route": ("pod", "ip route del default", "the pod has no route default via 169.254.1.1"),
    "link route": ("pod", "ip route del 169.254.1.1", "no route 169.254.1.1 dev eth0 scope link"),
    "neighbour": ("pod", "ip neigh del 169.254.1.1 dev eth0", "no permanent neighbour 169.254.1.1"),
    "learned neighbour": (
        "pod",
        "ip neigh change 169.254.1.1 dev eth0 lladdr ee:ee:ee:ee:ee:ee nud reachable",
        "no permanent neighbour",
    ),
    "address": ("pod", "ip addr add 10.9.9.9/32 dev eth0", "eth0 has the address 10.9.9.9/32"),
    "pod side down": ("pod", "ip link set eth0 down", "eth0 is down"),
    "pod MTU": ("pod", "ip link set eth0 mtu 1300", "eth0 has MTU 1300, not 1440"),
    "pod MAC": ("pod", "ip link set eth0 address 02:00:00:00:00:01", "eth0 has the MAC address 02:00:00:00:00:01"),
    "forwarding pod": ("pod", "echo 1 > /proc/sys/net/ipv4/ip_forward", "net/ipv4/ip_forward is 1, not 0"),
    "no pod side": ("pod", "ip link del eth0", "has no interface"),
    "host route": ("node", "ip route del $ADDRESS", "the node has no route 10.244.113.128"),
    "route elsewhere": ("node", "ip route replace $ADDRESS dev eth0", "leads to eth0"),
    "host side down": ("node", "ip link set $LINK down", "is down"),
    "host MAC": ("node", "ip link set $LINK address 02:00:00:00:00:02", "02:00:00:00:00:02, not ee:ee:ee:ee:ee:ee"),
    "proxy ARP": ("node", "echo 0 > /proc/sys/net/ipv4/conf/$LINK/proxy_arp", "proxy_arp is 0, not 1"),
    "forwarding": ("node", "echo 0 > /proc/sys/net/ipv4/conf/$LINK/forwarding", "forwarding is 0, not 1"),
    "spoofing": ("node", "echo 0 > /proc/sys/net/ipv4/conf/$LINK/rp_filter", "rp_filter is 0, not 1"),
    "local traffic": ("node", "echo 0 > /proc/sys/net/ipv4/conf/$LINK/route_localnet", "route_localnet is 0, not 1"),
}


def test_check_tells_each_damage(node: CniNode, namespaces: Namespaces) -> None:
    """CHECK succeeds on a whole network, and for each damage fails with a sentence that names it."""
    node.start()
    silent: list[str] = []
    for case, (where, command, words) in DAMAGES.items():
        pod = namespaces.node("pod")
        result = node.ask("ADD", pod, "web")
        node.ask("CHECK", pod, "web", prevResult=result)
        place = pod if where == "pod" else node.namespace
        link = result["interfaces"][0]["name"]
        place.run(["sh", "-ec", command.replace("$ADDRESS", address_of(result)).replace("$LINK", link)])
        with pytest.raises(CniError) as caught:
            node.ask("CHECK", pod, "web", prevResult=result)
        if caught.value.code != 103 or words not in caught.value.details:
            silent.append(f"{case}: {caught.value}")
        node.ask("DEL", pod, "web")
        node.namespace.ip("route", "flush", "to", address_of(result))
        pod.delete()
    assert not silent


def test_check_sees_an_address_that_was_taken_back(node: CniNode, namespaces: Namespaces) -> None:
    """CHECK fails when the pod's address is no longer assigned to it, though the kernel is whole."""
    agent = node.start()
    pod = namespaces.node("pod")
    result = node.add(pod, "web")
    agent.kill()
    node.start()  # it keeps addresses in memory only
    answer = node.call("CHECK", pod, "web", prevResult=result)
    assert answer.document["code"] == 103
    assert f"10.244.113.128 is not assigned to {NETWORK}.cid-web" in answer.document["details"]


def test_add_refuses_a_namespace_that_is_not_there(node: CniNode, tmp_path: Path) -> None:
    """ADD with the path of no namespace, or of a plain file, fails with code 3 and takes no address."""
    node.start()
    plain = tmp_path / "plain"
    plain.touch()
    for path in (tmp_path / "absent", plain):
        answer = node.call("ADD", path, "web")
        assert (answer.status, answer.document["code"]) == (1, 3)
        assert str(path) in answer.document["details"]
    assert_nothing_left(node)


def test_add_and_delete_never_touch_the_nodes_own_namespace(node: CniNode) -> None:
    """A CNI_NETNS that is the node's own is refused by ADD, and DEL leaves the node's interfaces alone."""
    node.start()
    assert node.call("ADD", node.namespace, "web").document["code"] == 4
    assert node.call("DEL", node.namespace, "web").status == 0
    assert "eth0" in [row["ifname"] for row in node.namespace.ip_json("link")]


def test_add_names_the_interface_of_a_conflicting_route(node: CniNode, namespaces: Namespaces) -> None:
    """A route for the pod's address on another interface fails the ADD by name, stays, and nothing else does."""
    node.start()
    node.namespace.ip("route", "add", "10.244.113.128/32", "dev", "eth0")
    answer = node.call("ADD", namespaces.node("pod"), "web")
    assert (answer.status, answer.document["code"]) == (1, 101)
    assert "eth0" in answer.document["details"]
    assert "10.244.113.128" in [row["dst"] for row in node.namespace.ip_json("route")]
    assert_nothing_left(node)


def test_a_failure_inside_the_pod_is_rolled_back(node: CniNode, namespaces: Namespaces) -> None:
    """When the pod's namespace refuses a step, here by a default route of its own, nothing is left on either side."""
    node.start()
    pod = namespaces.node("pod")
    pod.ip("route", "add", "default", "dev", "lo")
    answer = node.call("ADD", pod, "web")
    assert (answer.status, answer.document["code"]) == (1, 102)
    assert "0.0.0.0/0" in answer.document["details"]
    assert [row["ifname"] for row in pod.ip_json("link")] == ["lo"]
    assert_nothing_left(node)


def test_a_runtime_that_dies_in_the_middle_leaves_nothing(namespaces: Namespaces, tmp_path: Path) -> None:
    """When the executable is killed after the address was taken, the agent gives it back."""
    node = CniNode(namespaces.node("node"), tmp_path, delay=30)
    node.start()
    call = node.begin("ADD", namespaces.node("pod"), "web")
    wait_until(lambda: bool(node.handles()), "an address taken")
    call.kill()
    call.communicate()
    wait_until(lambda: not node.handles(), "the address given back")
    assert_nothing_left(node)
    node.stop()


def test_an_agent_that_stops_in_the_middle_says_try_again(namespaces: Namespaces, tmp_path: Path) -> None:
    """When the agent stops during an ADD the executable answers code 11, and no interface is left."""
    node = CniNode(namespaces.node("node"), tmp_path, delay=30)
    agent = node.start()
    call = node.begin("ADD", namespaces.node("pod"), "web")
    wait_until(lambda: bool(node.handles()), "an address taken")
    agent.stop()
    answer = finish(call)
    assert (answer.status, answer.document["code"]) == (1, 11)
    assert node.pod_links() == []
    assert not node.socket.exists()


def test_a_call_that_a_killed_agent_had_is_not_made_again(namespaces: Namespaces, tmp_path: Path) -> None:
    """Code 11, though another agent serves by now: what the first has done is for the runtime's DEL."""
    node = CniNode(namespaces.node("node"), tmp_path, delay=30)
    node.start()
    pod = namespaces.node("pod")
    call = node.begin("ADD", pod, "web")
    wait_until(lambda: bool(node.handles()), "an address taken")
    agent = node.agent
    assert agent is not None
    agent.kill()
    node.start()
    answer = finish(call)
    assert (answer.status, answer.document["code"]) == (1, 11)
    assert answer.document["msg"] == "the node agent stopped before it answered"
    assert node.call("DEL", pod, "web").status == 0
    assert_nothing_left(node)
    node.stop()


def test_a_call_whose_caller_gave_up_on_a_stopped_agent_does_nothing(node: CniNode, namespaces: Namespaces) -> None:
    """As under a debugger: a runtime ends the executable at its own deadline, and the agent finds that nobody waits."""
    agent = node.start()
    os.kill(agent.pid, signal.SIGSTOP)
    bell = os.open(next(node.socket.parent.glob("*.calls/.*-bell")), os.O_RDONLY | os.O_NONBLOCK)
    call = node.begin("ADD", namespaces.node("pod"), "web")
    wait_until(lambda: bool(select.select([bell], [], [], 0)[0]), "the call's ticket on the bell")
    call.kill()
    call.communicate()
    os.kill(agent.pid, signal.SIGCONT)
    wait_until(lambda: not list(node.socket.parent.glob("*.calls/*/call")), "the call taken")
    wait_until(lambda: (node.handles(), node.pod_links()) == ({}, []), "nothing done")
    os.close(bell)


def test_a_call_waits_for_an_agent_that_restarts(node: CniNode, namespaces: Namespaces) -> None:
    """An ADD made while no agent runs succeeds when one comes within the wait, also after a crash."""
    node.start().kill()
    pod = namespaces.node("pod")
    call = node.begin("ADD", pod, "web")
    node.start(wait=False)
    answer = finish(call)
    assert answer.status == 0, answer
    assert node.namespace.ping(address_of(answer.document))


def test_the_kernel_tells_which_pods_live(node: CniNode, namespaces: Namespaces) -> None:
    """Whoever collects leaks sees the handles of pods, and addresses routed to a pod's interface, whoever made it."""
    node.start()
    given = ip_address(address_of(node.add(namespaces.node("pod"), "web")))
    machine = node.namespace
    machine.ip("link", "add", "cali0foreign", "type", "veth", "peer", "name", "other")
    machine.ip("link", "set", "cali0foreign", "up")
    machine.ip("route", "add", "10.244.9.1", "dev", "cali0foreign")
    machine.ip("route", "add", "10.244.9.2", "dev", "eth0")
    machine.ip("route", "add", "10.244.10.0/24", "dev", "cali0foreign")
    asked = [given, *map(ip_address, ("10.244.9.1", "10.244.9.2", "10.244.10.1", "10.244.99.1"))]
    with machine.entered():
        living, routed = pod_remains.attachments(), pod_remains.reached(asked)
    assert [attachment.handle for attachment in living] == [f"{NETWORK}.cid-web"]
    assert routed == {given, ip_address("10.244.9.1")}


def test_an_agent_after_a_crash_removes_the_pods_of_the_one_before(node: CniNode, namespaces: Namespaces) -> None:
    """DEL works after SIGKILL and restart of the agent: what is a pod's is read from the kernel."""
    agent = node.start()
    pod = namespaces.node("pod")
    node.add(pod, "web")
    agent.kill()
    node.start()
    assert node.call("DEL", pod, "web").status == 0
    assert_nothing_left(node)


def test_containers_whose_ids_begin_alike_do_not_take_each_others_interface(
    node: CniNode, namespaces: Namespaces
) -> None:
    """Outside Kubernetes the interface has the first 11 characters of the container's id: the second is refused."""
    node.start()
    first, second = namespaces.node("first"), namespaces.node("second")
    address = address_of(node.add(first, "", container="0123456789abc"))
    answer = node.call("ADD", second, "", container="0123456789abd")
    assert (answer.status, answer.document["code"]) == (1, 100)
    assert "the container 0123456789abc has the node's interface cali0123456789a" in answer.document["msg"]
    assert node.handles() == {f"{NETWORK}.0123456789abc": [address]}
    assert node.namespace.ping(address)
