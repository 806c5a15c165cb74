"""IPIP between nodes of two segments, and the change to VXLAN and back; in a guest kernel where this has no ipip."""

from collections.abc import Generator, Mapping
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from tests.integration.agents import PATIENCE
from tests.integration.explained_packets import assert_as_explained, walked
from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.integration.tunnel_lab import Seen, TunnelLab, WireTap
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.guest_kernel("bridge", "ipip"), pytest.mark.xdist_group("guest")]

OWN, OTHER = "10.4.7.11", "10.4.8.12"


@pytest.fixture
def lab(namespaces: Namespaces, tmp_path: Path) -> Generator[TunnelLab]:
    """Two nodes with a router between; each has a block for its tunnel's address."""
    made = TunnelLab(namespaces, tmp_path, 2)
    made.set_mode(ipip="Always")
    try:
        made.begin_all()
        yield made
    finally:
        made.end()


def test_blocks_are_reached_through_tunl0_and_through_vxlan_without_a_ping_lost(lab: TunnelLab, tmp_path: Path) -> None:
    """Route, address and MTU as ``ip`` tells them, the outer header as on the wire; the mode is changed both ways."""
    wait_routes(lab, "tunl0")
    node = lab.machines["n1"]
    mine, others = own_block(lab, "n1"), own_block(lab, "n2")
    line = node.run(["ip", "route", "show", others]).stdout.split()
    assert line == f"{others} via {OTHER} dev tunl0 proto bird onlink".split()
    [tunnel] = node.ip_json("addr", "show", "dev", "tunl0")
    [address] = tunnel["addr_info"]
    assert (tunnel["mtu"], address["prefixlen"], address["scope"]) == (1480, 32, "global")
    assert ip_address(address["local"]) in ip_network(mine)
    node.ip("addr", "add", "10.9.9.9/32", "dev", "tunl0")
    node.ip("link", "set", "tunl0", "down")
    wait_until(lambda: node.ip_json("addr", "show", "dev", "tunl0") == [tunnel], "tunl0 as it was", PATIENCE)
    wait_routes(lab, "tunl0")

    here, there = (str(ip_network(block)[-2]) for block in (mine, others))  # as if of pods
    for name, pod in (("n1", here), ("n2", there)):
        lab.machines[name].ip("addr", "add", f"{pod}/32", "dev", "lo")
    with WireTap(node, "eth0") as tap:
        node.run(["ping", "-n", "-c1", "-W2", "-I", here, there])
        assert tap.echo_requests() == [Seen(OWN, OTHER, "IPIP", 84 + 20, there)]
    refused = node.run(["ping", "-c1", "-Mdo", "-s1453", "-I", here, there], check=False)
    assert "message too long, mtu=1480" in refused.stderr
    pings = SteadyPings({"there": node.command([*ping_steadily(there), "-I", here])}, tmp_path)
    for modes, device in (({"vxlan": "CrossSubnet"}, "vxlan.calico"), ({"ipip": "CrossSubnet"}, "tunl0")):
        lab.set_mode(**modes)
        wait_routes(lab, device)
    pings.assert_none_lost({64})
    _assert_walk_and_path_mtu(lab, {"n1": here, "n2": there})


def _assert_walk_and_path_mtu(lab: TunnelLab, addresses: Mapping[str, str]) -> None:
    """Between pods: captures show what ``explain`` tells, and the node tells the pod what a router tells the node."""
    source, there = addresses.values()
    for name, address in addresses.items():
        lab.machines[name].ip("addr", "del", f"{address}/32", "dev", "lo")
        lab.lay_pod(name, address)
    pod = lab.pods["pod-n1"][1]
    walk = walked(lab.datastore, source, there)
    seen = assert_as_explained(walk, lab.machines, lambda: pod.ping(there))
    assert [place for place in seen if " cali" not in place] == [
        *("n1 tunl0 out", "n1 eth0 out", "n2 eth0 in", "n2 tunl0 in"),
    ]
    lab.narrow(1400)
    assert "Frag needed and DF set (mtu = 1380)" in lab.pings_too_long("pod-n1", there, 1480)
    assert lab.sent("pod-n1", "pod-n2", 1_000_000) == 1_000_000


def own_block(lab: TunnelLab, name: str) -> str:
    """Return the block of a node, which it drops what no pod takes of."""
    [row] = lab.machines[name].ip_json("route", "show", "type", "blackhole", "proto", "bird")
    return str(row["dst"])


def wait_routes(lab: TunnelLab, device: str) -> None:
    """Wait until both nodes reach the block of the other one by ``device``."""

    def by_device() -> bool:
        rows = [machine.ip_json("route", "show", "proto", "bird") for machine in lab.machines.values()]
        return [[row["dev"] for row in each if "gateway" in row] for each in rows] == [[device]] * 2

    wait_until(by_device, f"routes by {device}", PATIENCE)
