"""A pod's network through the real executable and a real agent, judged by the kernel's own tools."""

from collections.abc import Generator
from pathlib import Path

import pytest

from bgpkit_node.cni import request
from tests.integration.cni_node import NETWORK, CniNode, address_of, finish
from tests.support.netns import Namespace, Namespaces

pytestmark = pytest.mark.netns

POD = "nginx-86c57db685-cv627"
LINK = "cali3297dd6e431"  # of default.nginx-86c57db685-cv627, as a Calico node named it


@pytest.fixture
def node(namespaces: Namespaces, tmp_path: Path) -> Generator[CniNode]:
    """Give a node with an address on a segment, no default route, and its agent running."""
    segment = namespaces.segment()
    namespace = namespaces.node("node")
    segment.attach(namespace, "10.4.7.11/24")
    cni = CniNode(namespace, tmp_path)
    cni.start()
    yield cni
    cni.stop()


def sysctl(namespace: Namespace, name: str) -> str:
    """Read a sysctl by a process inside the namespace; slashes, as the interface's name has dots elsewhere."""
    return namespace.run(["cat", f"/proc/sys/net/{name}"]).stdout.strip()


def test_the_pod_gets_address_routes_and_permanent_gateway(node: CniNode, namespaces: Namespaces) -> None:
    """After ADD the pod holds a /32, the link route, the default route and the permanent neighbour, nothing more."""
    pod = namespaces.node("pod")
    result = node.add(pod, POD)
    address = address_of(result)
    link = pod.ip_json("addr", "show", "dev", "eth0")[0]
    assert [(a["local"], a["prefixlen"]) for a in link["addr_info"] if a["family"] == "inet"] == [(address, 32)]
    assert "UP" in link["flags"]
    assert link["mtu"] == 1440
    assert link["address"] == result["interfaces"][1]["mac"]
    routes = pod.ip_json("route")
    assert [(r["dst"], r.get("gateway"), r["dev"], r.get("scope")) for r in routes] == [
        ("default", "169.254.1.1", "eth0", None),
        ("169.254.1.1", None, "eth0", "link"),
    ]
    neighbours = [row for row in pod.ip_json("neigh", "show", "dev", "eth0") if row["dst"] == "169.254.1.1"]
    assert [(row["lladdr"], row["state"]) for row in neighbours] == [("ee:ee:ee:ee:ee:ee", ["PERMANENT"])]
    assert sysctl(pod, "ipv4/ip_forward") == "0"


def test_the_node_gets_the_named_veth_its_route_and_sysctls(node: CniNode, namespaces: Namespaces) -> None:
    """After ADD the node holds the veth with Calico's name and MAC, a bare /32 route to it, and its sysctls."""
    pod = namespaces.node("pod")
    address = address_of(node.add(pod, POD))
    link = node.namespace.ip_json("-d", "link", "show", "dev", LINK)[0]
    assert link["address"] == "ee:ee:ee:ee:ee:ee"
    assert link["linkinfo"]["info_kind"] == "veth"
    assert "UP" in link["flags"]
    assert link["mtu"] == 1440
    words = node.namespace.run(["ip", "route", "show", f"{address}/32"]).stdout
    assert words.split() == [address, "dev", LINK, "scope", "link"]  # protocol boot and metric 0 are not printed
    assert sysctl(node.namespace, f"ipv4/conf/{LINK}/proxy_arp") == "1"
    assert sysctl(node.namespace, f"ipv4/conf/{LINK}/forwarding") == "1"
    assert sysctl(node.namespace, f"ipv4/conf/{LINK}/rp_filter") == "1"
    assert sysctl(node.namespace, f"ipv4/conf/{LINK}/route_localnet") == "1"
    assert sysctl(node.namespace, f"ipv4/neigh/{LINK}/proxy_delay") == "0"


def test_the_result_names_both_sides_address_and_routes(node: CniNode, namespaces: Namespaces) -> None:
    """The result of ADD in version 1.1.0 is what the specification asks for, with the addresses of the kernel."""
    pod = namespaces.node("pod")
    result = node.add(pod, POD)
    mac = pod.ip_json("link", "show", "dev", "eth0")[0]["address"]
    assert result == {
        "cniVersion": "1.1.0",
        "interfaces": [
            {"name": LINK, "mac": "ee:ee:ee:ee:ee:ee", "mtu": 1440},
            {"name": "eth0", "mac": mac, "sandbox": str(pod.path), "mtu": 1440},
        ],
        "ips": [{"address": "10.244.113.128/32", "interface": 1}],
        "routes": [{"dst": "169.254.1.1/32", "scope": 253}, {"dst": "0.0.0.0/0", "gw": "169.254.1.1"}],
        "dns": {},
    }


@pytest.mark.parametrize("default_route", [False, True])
def test_pods_and_node_reach_each_other(node: CniNode, namespaces: Namespaces, default_route: bool) -> None:
    """Pod to pod, node to pod and pod to node answer, whether or not the node has a default route."""
    if default_route:
        node.namespace.ip("route", "add", "default", "via", "10.4.7.1")
    first, second = namespaces.node("first"), namespaces.node("second")
    addresses = [address_of(node.add(pod, pod.name)) for pod in (first, second)]
    assert first.ping(addresses[1])
    assert second.ping(addresses[0])
    assert all(node.namespace.ping(address) for address in addresses)
    assert first.ping("10.4.7.11")


def test_a_second_add_fails_and_takes_no_address(node: CniNode, namespaces: Namespaces) -> None:
    """A second ADD of an existing interface is refused, and the first keeps its one address and its network.

    So is one where another program has made the pod's interface, which stays.
    """
    pod = namespaces.node("pod")
    node.add(pod, "web")
    held = node.handles()
    answer = node.call("ADD", pod, "web")
    assert answer.status == 1
    assert (answer.document["cniVersion"], answer.document["code"]) == ("1.1.0", 100)
    assert "eth0" in answer.document["msg"]
    assert node.handles() == held == {f"{NETWORK}.cid-web": ["10.244.113.128"]}
    assert node.namespace.ping("10.244.113.128")
    links, other = node.pod_links(), namespaces.node("other")
    other.ip("link", "add", "eth0", "type", "veth", "peer", "name", "wire")
    answer = node.call("ADD", other, "other")
    assert (answer.status, answer.document["code"]) == (1, 100)
    assert answer.document["msg"] == "the container has an interface eth0"
    assert (node.handles(), node.pod_links()) == (held, links)
    assert other.ip_json("link", "show", "eth0")


def test_the_address_is_kept_with_its_owners_names(node: CniNode, namespaces: Namespaces) -> None:
    """Whoever looks up an address finds the pod, its namespace and its node."""
    node.add(namespaces.node("pod"), POD)
    owner = request(node.socket, {"request": "handles", "of": f"{NETWORK}.cid-{POD}"})
    assert owner == {"namespace": "default", "pod": POD, "node": "k8s-master1"}


def test_delete_removes_everything_and_may_come_twice(node: CniNode, namespaces: Namespaces) -> None:
    """DEL leaves no interface on either side, no route and no address; a second one finds nothing and succeeds."""
    pod = namespaces.node("pod")
    node.add(pod, "web")
    for _ in range(2):
        answer = node.call("DEL", pod, "web")
        assert (answer.status, answer.document) == (0, {})
        assert node.pod_links() == []
        assert [row["ifname"] for row in pod.ip_json("link")] == ["lo"]
        assert [row["dst"] for row in node.namespace.ip_json("route")] == ["10.4.7.0/24"]
        assert node.handles() == {}


@pytest.mark.parametrize("given", ["vanished", "none"])
def test_delete_does_not_need_the_namespace(node: CniNode, namespaces: Namespaces, given: str) -> None:
    """DEL succeeds and gives the address back when the pod's namespace has gone, or is not named."""
    pod = namespaces.node("pod")
    node.add(pod, "web")
    if given == "vanished":
        pod.delete()
    answer = node.call("DEL", pod.path if given == "vanished" else Path(), "web")
    assert answer.status == 0
    assert node.handles() == {}
    assert node.pod_links() == []


def test_delete_without_the_pods_name_still_finds_its_interface(node: CniNode, namespaces: Namespaces) -> None:
    """DEL under another pod name, for which the node's interface has another name, works from the pod's side."""
    pod = namespaces.node("pod")
    node.add(pod, "web", container="c1")
    assert node.call("DEL", pod, "other", container="c1").status == 0
    assert node.pod_links() == []


def test_the_delete_of_a_dead_container_spares_its_successor(node: CniNode, namespaces: Namespaces) -> None:
    """A pod that got a new container keeps its network when the DEL of the old container comes late."""
    old, new = namespaces.node("old"), namespaces.node("new")
    node.add(old, "db-0", container="c1")
    address = address_of(node.add(new, "db-0", container="c2"))
    assert node.call("DEL", old, "db-0", container="c1").status == 0
    assert node.handles() == {f"{NETWORK}.c2": [address]}
    assert node.namespace.ping(address)


def test_collection_removes_what_the_runtime_no_longer_has(node: CniNode, namespaces: Namespaces) -> None:
    """GC removes interface and address of the attachments that are not named, and nothing else."""
    pods = {name: namespaces.node(name) for name in ("kept", "lost")}
    kept = address_of(node.add(pods["kept"], "kept"))
    node.add(pods["lost"], "lost")
    valid = [{"containerID": "cid-kept", "ifname": "eth0"}]
    answer = node.call("GC", Path(), "any", **{"cni.dev/valid-attachments": valid})
    assert answer.status == 0, answer
    assert node.handles() == {f"{NETWORK}.cid-kept": [kept]}
    assert len(node.pod_links()) == 1
    assert node.namespace.ping(kept)


def test_many_pods_at_once_get_different_addresses(node: CniNode, namespaces: Namespaces) -> None:
    """Twelve calls side by side all succeed, each with an address of its own that answers."""
    pods = [namespaces.node(f"p{number}") for number in range(12)]
    answers = [finish(call) for call in [node.begin("ADD", pod, pod.name) for pod in pods]]
    assert [answer.status for answer in answers] == [0] * 12
    addresses = {address_of(answer.document) for answer in answers}
    assert len(addresses) == 12
    assert all(node.namespace.ping(address) for address in addresses)


def test_status_is_answered_by_the_agent_alone(node: CniNode) -> None:
    """STATUS succeeds while the agent runs, and says code 50 at once when it does not."""
    assert node.call("STATUS", Path(), "any").status == 0
    node.stop()
    answer = node.call("STATUS", Path(), "any")
    assert (answer.status, answer.document["code"]) == (1, 50)
