"""The CNI plugin with the whole agent behind it: pools of the datastore, both families, STATUS, MTU."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from bgpkit_node.cni import request
from bgpkit_node.errors import CniError
from tests.integration.agents import ADDRESSES, Agents
from tests.support.commands import asked
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until

pytestmark = pytest.mark.netns
NODE = "k8s-master1"
POOLS = """\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: blue}
spec: {cidr: 10.244.0.0/16, blockSize: 26, ipipMode: CrossSubnet}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: green}
spec: {cidr: 10.245.0.0/16, blockSize: 26, assignmentMode: Manual}
---
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: six}
spec: {cidr: "fd00:10:244::/64", blockSize: 122}
"""
IPAM = {"type": "calico-ipam", "assign_ipv4": "true", "assign_ipv6": "true"}


@pytest.fixture
def agents(namespaces: Namespaces, tmp_path: Path) -> Generator[Agents]:
    """Give one node with its agent, and no pool yet."""
    made = Agents(namespaces, tmp_path, (NODE,))
    made.start(NODE)
    yield made
    made.stop()


def ask(
    agents: Agents,
    command: str,
    pod: Namespace | None = None,
    node: str = NODE,
    container: str = "",
    **config: object,
) -> dict[str, Any]:
    """Make a CNI call on the agent's socket; CniError when it fails."""
    environment = {
        "CNI_CONTAINERID": container or f"c-{node}",
        "CNI_NETNS": "" if pod is None else str(pod.path),
        "CNI_IFNAME": "eth0",
        "CNI_ARGS": "K8S_POD_NAMESPACE=default;K8S_POD_NAME=web",
    }
    whole = {"cniVersion": "1.1.0", "name": "net", "type": "bgpkit", "ipam": IPAM, **config}
    socket = agents.directory(node) / "agent.sock"
    return request(socket, {"request": "cni", "command": command, "env": environment, "config": whole})


def addresses(result: dict[str, Any]) -> list[str]:
    """Return the addresses of a result of ADD."""
    return [str(given["address"]).partition("/")[0] for given in result["ips"]]


def test_status_add_and_delete_follow_the_pools(agents: Agents, namespaces: Namespaces) -> None:
    """No pool: not ready. With pools: a pod of both families, from the pool it asks for, with the MTU of the mode.

    It is the mode of the moment.
    """
    with pytest.raises(CniError) as caught:
        ask(agents, "STATUS")
    assert caught.value.code == 50
    assert caught.value.details == "no enabled IPPool gives IPv4 addresses to pods of node k8s-master1"
    agents.apply(POOLS)
    assert ask(agents, "STATUS") == {}
    pod = namespaces.node("pod")
    result = ask(agents, "ADD", pod)
    assert [side["mtu"] for side in result["interfaces"]] == [1480, 1480]
    first, six = addresses(result)
    assert first.startswith("10.244.")
    assert six.startswith("fd00:10:244:")
    assert agents.machines[NODE].ping(first)
    ask(agents, "CHECK", pod, prevResult=result)
    ask(agents, "DEL", pod)
    green = {"io.kubernetes.cri.pod-annotations": {"cni.projectcalico.org/ipv4pools": '["green"]'}}
    given = addresses(ask(agents, "ADD", pod, runtimeConfig=green))
    assert given[0].startswith("10.245.")
    ask(agents, "DEL", pod)
    asked = addresses(ask(agents, "ADD", pod, args={"cni": {"ips": ["10.245.0.77"]}}))
    assert asked == ["10.245.0.77"]
    machine = agents.machines[NODE]
    assert machine.ping("10.245.0.77")
    assert machine.ip_json("route", "get", "10.245.0.77")[0]["dev"].startswith("cali")
    ask(agents, "DEL", pod)
    agents.apply(POOLS.replace("CrossSubnet", "Never"))

    def unwrapped() -> bool:
        """Tell whether a pod has the MTU of a node that wraps nothing."""
        sides = ask(agents, "ADD", pod)["interfaces"]
        ask(agents, "DEL", pod)
        return {side["mtu"] for side in sides} == {1500}

    wait_until(unwrapped, "pods of the new mode", 10)
    rows = [*machine.ip_json("route"), *machine.ip_json("-6", "route")]
    assert [row for row in rows if str(row.get("dev", "")).startswith("cali")] == []


def test_a_pod_has_an_endpoint_from_add_to_delete(agents: Agents, namespaces: Namespaces) -> None:
    """Labels that someone sets stay, and neither a second ADD nor the DEL of an earlier container changes anything.

    CHECK misses it when it is gone, and the agent writes it again when it starts: the pod lives.
    """
    agents.apply(POOLS)

    def told(*words: str) -> str:
        """Return what the command says."""
        return asked(*words, datastore=agents.datastore).out

    pod = namespaces.node("pod")
    result = ask(agents, "ADD", pod)
    given = addresses(result)
    name = "k8s--master1-k8s-web-eth0"
    rows = told("get", "wep", "-o", "wide").splitlines()
    link = result["interfaces"][0]["name"]
    networks = f"{given[0]}/32,{given[1]}/128"
    assert rows[1].split() == [name, "web", NODE, networks, link, "kns.default"]
    told("label", "wep", name, "app=web")
    with pytest.raises(CniError, match="the container has an interface eth0"):
        ask(agents, "ADD", pod)
    ask(agents, "CHECK", pod, prevResult=result)
    _check_of_its_senders(agents, pod, name, result)
    stored = json.loads(told("get", "wep", name, "-o", "json"))
    assert stored["metadata"]["labels"]["app"] == "web"
    assert stored["spec"]["mac"] == pod.ip_json("link", "show", "eth0")[0]["address"]
    ask(agents, "DEL", container="earlier")
    assert name in told("get", "wep", "-o", "wide")
    told("delete", "wep", name)
    with pytest.raises(CniError, match="damaged in 1 place") as caught:
        ask(agents, "CHECK", pod, prevResult=result)
    assert caught.value.details == f"there is no WorkloadEndpoint(default/{name})"
    agents.running[NODE].stop()
    agents.start(NODE)
    ask(agents, "CHECK", pod, prevResult=result)
    ask(agents, "DEL", pod)
    ask(agents, "ADD", pod)
    ask(agents, "DEL", pod)
    assert told("get", "wep", "-o", "wide").splitlines()[1:] in ([], [""])


def test_half_of_two_families_is_nothing(agents: Agents, namespaces: Namespaces) -> None:
    """When only one family can be had the ADD fails with code 11, and the other address is given back."""
    agents.apply(POOLS.rpartition("---")[0])
    with pytest.raises(CniError, match="no enabled IPPool gives IPv6 addresses") as caught:
        ask(agents, "ADD", namespaces.node("pod"))
    assert caught.value.code == 11
    checked = agents.run("ipam", "check", "--show-all-ips").stdout
    assert "allocated; attrs Main:net." not in checked
    assert "Found 0 workload IPs." in checked
    assert agents.machines[NODE].ip_json("link", "show", "type", "veth")[0]["ifname"] == "eth0"


def test_pods_of_two_nodes_reach_each_other_in_both_families(namespaces: Namespaces, tmp_path: Path) -> None:
    """Nodes that have IPv6 addresses tell each other their blocks of both families."""
    names = tuple(ADDRESSES)[:2]
    agents = Agents(namespaces, tmp_path, names)
    agents.apply(POOLS)
    for number, name in enumerate(names, 1):
        agents.machines[name].ip("addr", "add", f"fd00:4:7::{number}/64", "dev", "eth0")
        own = f"ipv4Address: {ADDRESSES[name]}/24, ipv6Address: 'fd00:4:7::{number}/64'"
        agents.apply(
            f"{{apiVersion: projectcalico.org/v3, kind: Node, metadata: {{name: {name}}}, spec: {{bgp: {{{own}}}}}}}"
        )
        agents.start(name)
    try:
        pods = [namespaces.node(name) for name in names]
        given = [addresses(ask(agents, "ADD", pod, name)) for pod, name in zip(pods, names, strict=True)]
        wait_until(lambda: all(map(pods[0].ping, given[1])), "an answer in both families", 20)
        assert all(map(pods[1].ping, given[0]))
    finally:
        agents.stop()


def _check_of_its_senders(agents: Agents, pod: Namespace, name: str, result: dict[str, Any]) -> None:
    """See that a kernel that does not ask who sends is a damage, unless the pod may send as others."""
    test = f"ipv4/conf/{result['interfaces'][0]['name']}/rp_filter"
    agents.machines[NODE].sysctl(f"net/{test}", "0")
    with pytest.raises(CniError) as caught:
        ask(agents, "CHECK", pod, prevResult=result)
    assert caught.value.details == f"the sysctl net/{test} is 0, not 1"
    others = '{"spec": {"allowSpoofedSourcePrefixes": ["198.51.100.0/24"]}}'
    assert asked("patch", "wep", name, "-p", others, datastore=agents.datastore).status == 0
    ask(agents, "CHECK", pod, prevResult=result)
    agents.machines[NODE].sysctl(f"net/{test}", "1")
