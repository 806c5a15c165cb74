"""Agents on an empty datastore: their addresses, the first pools, the addresses of tunnels. walkthrough 3."""

import json
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from bgpkit_node.tunnels import TUNNELS
from tests.integration.agents import ADDRESSES, PATIENCE, Agents
from tests.support.commands import asked
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

MASTER, NODE1 = "k8s-master1", "k8s-node1"
IPV6 = {MASTER: "fd00:4:7::11/64", NODE1: "fd00:4:7::12/64"}
IPIP, VXLAN, VXLAN6 = TUNNELS
POOL = """\
apiVersion: projectcalico.org/v3
kind: IPPool
metadata: {name: default-ipv4-ippool}
spec: {cidr: 10.244.0.0/16, blockSize: 26}
"""


@pytest.fixture
def agents(namespaces: Namespaces, tmp_path: Path) -> Generator[Agents]:
    """Give two machines, each with an interface of containers before its own ones, and an empty datastore."""
    made = Agents(namespaces, tmp_path, (MASTER, NODE1))
    for name, machine in made.machines.items():
        machine.ip("addr", "add", IPV6[name], "dev", "eth0", "nodad")
        for other, address in (("cni0", "10.9.0.1/24"), ("eth1", "10.5.0.1/24")):
            machine.ip("link", "add", other, "type", "bridge")
            machine.ip("addr", "add", address, "dev", other)
            machine.ip("link", "set", other, "up")
    made.where += ["NO_DEFAULT_POOLS=", "IP6=autodetect", "IP_AUTODETECTION_METHOD=cidr=10.4.7.0/24"]
    made.where += ["CALICO_IPV4POOL_CIDR=10.244.0.0/16", "CALICO_IPV4POOL_VXLAN=ALWAYS", "CALICO_IPV6POOL_VXLAN=always"]
    yield made
    made.stop()


def stored(agents: Agents, *words: str) -> Any:
    """Return resources as ``get`` prints them."""
    answer = asked("get", *words, "-o", "json", datastore=agents.datastore)
    assert answer.status == 0, answer
    return json.loads(answer.out)


def tunnels(agents: Agents, name: str) -> tuple[str, str, str]:
    """Return the addresses of IPIP, VXLAN and VXLAN over IPv6 that a Node names, empty where it names none."""
    spec = stored(agents, "node", name)["spec"]
    return (
        spec["bgp"].get("ipv4IPIPTunnelAddr", ""),
        spec.get("ipv4VXLANTunnelAddr", ""),
        spec.get("ipv6VXLANTunnelAddr", ""),
    )


def wait_tunnels(agents: Agents, name: str, *wanted: bool) -> tuple[str, str, str]:
    """Wait until a Node names the addresses that it should, in the order of the tunnels, and no others; return them."""
    wait_until(lambda: tuple(map(bool, tunnels(agents, name))) == wanted, f"tunnels of {name}: {wanted}", PATIENCE)
    return tunnels(agents, name)


def test_agents_begin_with_nothing_and_follow_what_comes(agents: Agents) -> None:
    """Started together they make one pool of each family; tunnels have addresses as long as pools ask for them."""
    began = [agents.start(name, ready=False) for name in agents.machines]
    for name, process in zip(agents.machines, began, strict=True):
        agents.running[name] = process
        process.wait_ready((agents.directory(name) / "agent.sock").exists, PATIENCE)
    pools = {pool["metadata"]["name"]: pool["spec"] for pool in stored(agents, "ippool")["items"]}
    assert pools.keys() == {"default-ipv4-ippool", "default-ipv6-ippool"}
    four = pools["default-ipv4-ippool"]
    assert (four["cidr"], four["vxlanMode"], four["ipipMode"], four["natOutgoing"]) == (
        *("10.244.0.0/16", "Always", "Never"),
        True,
    )
    assert sum(process.words().count('"event": "pool.created"') for process in began) == 2
    for name in agents.machines:
        bgp = stored(agents, "node", name)["spec"]["bgp"]
        assert (bgp["ipv4Address"], bgp["ipv6Address"]) == (f"{ADDRESSES[name]}/24", IPV6[name])
    given = {name: wait_tunnels(agents, name, False, True, True) for name in agents.machines}
    assert len({address for each in given.values() for address in each[1:]}) == 4
    assert stored(agents, "node", NODE1)["spec"]["vxlanTunnelMACAddr"] == "66:8c:73:5a:90:99"
    shown = asked("ipam", "show", "--ip", given[NODE1][1], datastore=agents.datastore)
    assert VXLAN.handle_of(NODE1) in shown.out

    agents.running.pop(NODE1).kill()
    twin = agents.start(NODE1, "--router-id", ADDRESSES[MASTER], ready=False)
    wait_until(lambda: twin.status == 1, "the BGP Identifier of another node is refused", PATIENCE)
    assert f"Node({NODE1}) and Node({MASTER}) cannot both have the BGP Identifier {ADDRESSES[MASTER]}" in twin.words()
    agents.where += ["CALICO_IPV4POOL_CIDR=10.9.0.0/16"]
    again = agents.start(NODE1)
    agents.apply(POOL)
    for name in agents.machines:
        assert wait_tunnels(agents, name, False, False, True)[2] == given[name][2]
    assert again.words().count("CALICO_IPV4POOL_CIDR=10.9.0.0/16 (IPPool(default-ipv4-ippool) has 10.244.0.0/16)") == 1
    checked = asked("ipam", "check", datastore=agents.datastore)
    assert checked.status == 0, checked
