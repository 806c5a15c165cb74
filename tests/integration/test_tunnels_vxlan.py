"""VXLAN between nodes on two segments: packets, routes, and modes switched under load. walkthrough 25 to 27."""

import asyncio
from collections.abc import Generator
from pathlib import Path

import pytest

from bgpkit_node.cni import request
from tests.integration.agents import PATIENCE
from tests.integration.explained_packets import assert_as_explained, walked
from tests.integration.forged_packets import datagram, listening, send_ipip
from tests.integration.tunnel_lab import DEVICES, Seen, TunnelLab, WireTap
from tests.integration.tunnel_moves import BLOCK, BORROWED, move, wait_route
from tests.integration.tunnel_strangers import assert_no_pod_wraps, guard, passing
from tests.support.netns import Namespaces
from tests.support.processes import wait_until
from tests.support.skips import require_kernel

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

NEAR = [("pod-n1", "pod-n3"), ("pod-n3", "pod-n1")]
ALL = [*NEAR, ("pod-n1", "pod-n2"), ("pod-n2", "pod-n3")]
SIZE = 2_000_000
LENGTHS = {4: (84, 50), 6: (104, 70)}
"""Octets of a ping of iputils, and of what is wrapped around it."""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Generator[TunnelLab]:
    """Three nodes of both IP versions, whose pools have packets wrapped always."""
    for feature in ("netns", "vxlan"):
        require_kernel(feature)
    own = Namespaces()
    try:
        made = TunnelLab(own, tmp_path_factory.mktemp("lab"), 3, (4, 6))
        made.set_mode(vxlan="Always")
        try:
            made.begin_pods()
            yield made
        finally:
            made.end()
    finally:
        own.close()


def seen_from(lab: TunnelLab, tap: WireTap, pod: str, version: int) -> list[Seen]:
    """Ping ``pod`` from the pod of n1 and return what is on the wire."""
    tap.echo_requests()
    address = lab.pod_addresses(pod)[version]
    assert lab.pods["pod-n1"][1].ping(address)
    return [seen for seen in tap.echo_requests() if seen.target == address]


def test_pods_reach_each_other_over_a_router_and_modes_are_switched_without_loss(
    lab: TunnelLab, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Always, CrossSubnet, Always, and Never where that can work; a ping every 10 ms goes on through it all."""
    lab.wait_devices(near=True, far=True)
    _assert_wrapped(lab, near=True)
    far = lab.ping_all(ALL, tmp_path)
    for mode in ("CrossSubnet", "Always", "CrossSubnet"):
        lab.set_mode(vxlan=mode)
        lab.wait_devices(near=mode == "Always", far=True)
    far.assert_none_lost({62})
    _assert_wrapped(lab, near=False)
    _assert_repaired(lab)

    near = lab.ping_all(NEAR, tmp_path)
    lab.set_mode()
    lab.wait_devices(near=False, far=False)
    here, there = lab.pods["pod-n1"][1], lab.pod_addresses("pod-n2")[4]
    assert not here.ping(there, timeout=1)
    lab.set_mode(vxlan="Always")
    lab.wait_devices(near=True, far=True)
    near.assert_none_lost({62})
    assert here.ping(there)
    with capsys.disabled():
        print(f" pings lost: 0 of {sum(len(one.times) for one in (*far.replies().values(), *near.replies().values()))}")


def _assert_repaired(lab: TunnelLab) -> None:
    """Whatever another hand does to a device, it is put right, with all that the kernel dropped along with it."""
    node, mac = lab.machines["n1"], lab.device("n1")["address"]
    assert (lab.device("n1")["mtu"], lab.device("n1", 6)["mtu"]) == (1450, 1430)
    changes = (
        "link del vxlan.calico",
        "link set vxlan.calico down",
        "link set vxlan.calico mtu 1300 address 02:00:00:00:00:01",
        "addr add 10.9.9.9/24 dev vxlan.calico",
        "neigh flush dev vxlan.calico nud permanent",
        "link del vxlan-v6.calico",
    )
    before = _state(lab)
    for change in changes:
        node.ip(*change.split())
        wait_until(lambda: _state(lab) == before, f"repair of: {change}", 5)
        assert lab.device("n1")["address"] == mac
        assert lab.pods["pod-n1"][1].ping(lab.pod_addresses("pod-n2")[4])


def _state(lab: TunnelLab) -> object:
    """Return what ``ip`` and ``bridge`` tell of the tunnels of n1."""
    node = lab.machines["n1"]
    devices = [lab.device("n1", version) for version in (4, 6)]
    addresses = [
        (row["ifname"], one["local"], one["prefixlen"], one["scope"])
        for row in node.ip_json("addr", "show", "scope", "global")
        for one in row.get("addr_info", ())
        if "local" in one
    ]
    neighbours = sorted((row["dst"], row["lladdr"]) for row in node.ip_json("neigh", "show", "nud", "permanent"))
    entries = sorted(line for line in node.run(["bridge", "fdb"]).stdout.splitlines() if " dst " in line)
    kept = [{key: device.get(key) for key in ("ifname", "mtu", "address", "flags")} for device in devices]
    return (
        kept,
        sorted(addresses),
        neighbours,
        entries,
        [lab.row("n1", pod, version) for pod in ("pod-n2", "pod-n3") for version in (4, 6)],
    )


def _assert_wrapped(lab: TunnelLab, *, near: bool) -> None:
    """Look at routes, at packets on the wire, and at TCP."""
    for version in (4, 6):
        own, other, behind = (lab.shape.address(name, version) for name in ("n1", "n3", "n2"))
        length, header = LENGTHS[version]
        with WireTap(lab.machines["n1"], "eth0") as tap:
            target = lab.pod_addresses("pod-n2")[version]
            assert seen_from(lab, tap, "pod-n2", version) == [Seen(own, behind, "VXLAN", length + header, target)]
            target = lab.pod_addresses("pod-n3")[version]
            source = lab.pod_addresses("pod-n1")[version]
            plain = Seen(source, target, "", length, target)
            wrapped = Seen(own, other, "VXLAN", length + header, target)
            assert seen_from(lab, tap, "pod-n3", version) == [wrapped if near else plain]
        for pod in ("pod-n2", "pod-n3"):
            assert lab.sent("pod-n1", pod, SIZE, version) == SIZE


def test_what_no_node_has_wrapped_reaches_no_pod(lab: TunnelLab) -> None:
    """Neither from a stranger in the segment nor from a pod; from another node the very same packets do.

    So it is as long as a device takes packets, also after the mode has been switched off, and for IPIP, too.
    """
    lab.set_mode(vxlan="Always")
    lab.wait_devices(near=True, far=True)
    node, peer, stranger, pod = lab.machines["n1"], lab.machines["n3"], lab.stranger(), lab.pods["pod-n1"][1]
    for version in (4, 6):
        with listening(pod, lab.pod_addresses("pod-n1")[version]) as listener:
            assert passing(lab, listener, [stranger, peer], version) == [False, True]
    assert lab.status("n1")["strangers"] == "kept out"
    assert_no_pod_wraps(lab)
    lab.set_mode(ipip="Always")
    wait_until(lambda: "IPIP from no node" in guard(node), "a rule for IPIP", PATIENCE)
    with listening(node, "0.0.0.0", 4) as listener:
        inner = datagram("10.244.9.9", "10.244.9.10", 9, b"in ipip")
        for sender in (stranger, pod, lab.pods["pod-n3"][1]):
            send_ipip(sender, lab.shape.address("n1"), inner)
            assert not listener.hears(inner)
        send_ipip(peer, lab.shape.address("n1"), inner)
        assert listener.hears(inner)
    lab.set_mode()
    lab.wait_devices(near=False, far=False)
    with listening(pod, lab.pod_addresses("pod-n1")[4]) as listener:
        assert passing(lab, listener, [stranger, peer], 4) == [False, True]


def test_what_is_explained_is_what_tshark_reads_on_every_interface(lab: TunnelLab, tmp_path: Path) -> None:
    """Outer header, TTL and lengths, over a router and over none, with both IP versions. walkthrough 26."""
    lab.set_mode(vxlan="Always")
    lab.wait_devices(near=True, far=True)
    for version, other in ((4, "n3"), (4, "n2"), (6, "n2")):
        source, there = (lab.pod_addresses(f"pod-{name}")[version] for name in ("n1", other))
        walk = walked(lab.datastore, source, there)

        def ping(there: str = there) -> bool:
            return lab.pods["pod-n1"][1].ping(there)

        device = DEVICES[version]
        assert assert_as_explained(walk, lab.machines, ping, tmp_path) == [
            *(f"n1 {cali_of(lab, 'n1', source)} in", f"n1 {device} out", "n1 eth0 out"),
            *(f"{other} eth0 in", f"{other} {device} in", f"{other} {cali_of(lab, other, there)} out"),
        ]


def cali_of(lab: TunnelLab, name: str, address: str) -> str:
    """Return the interface of a node behind which a pod is."""
    [row] = lab.machines[name].ip_json("-6" if ":" in address else "-4", "route", "show", address)
    return str(row["dev"])


def test_streams_go_on_over_a_router_that_passes_on_shorter_packets_only(lab: TunnelLab) -> None:
    """Unwrapped, the router tells the pod; over IPv6, the pod's node does, as the router has told it.

    Over IPv4 the outer packets may be fragmented (RFC 7348, section 4.3), and are: nobody has to be told. A pod from
    before packets were wrapped, with a larger MTU, is told by its node.
    """
    router = lab.router
    assert router is not None
    lab.set_mode(vxlan="Always")
    lab.wait_devices(near=True, far=True)
    for version, told in ((4, ()), (6, (f"From {lab.device_address('n1')} ", "Packet too big: mtu=1330"))):
        there = lab.pod_addresses("pod-n2")[version]
        lab.narrow(1400)
        answer = lab.pings_too_long("pod-n1", there, 1430)
        assert all(words in answer for words in told), answer
        assert lab.sent("pod-n1", "pod-n2", SIZE, version) == SIZE
        assert ("0 received" in lab.pings_too_long("pod-n1", there, 1430)) is bool(told)
        lab.narrow(0)
    lab.widen("pod-n1", 1500)
    assert "Frag needed and DF set (mtu = 1450)" in lab.pings_too_long("pod-n1", lab.pod_addresses("pod-n2")[4], 1500)
    lab.set_mode()
    lab.wait_devices(near=False, far=False)
    for number, name in enumerate(("n1", "n2")):
        words = ("via", lab.shape.address(name), "dev", f"eth{number}", "mtu", "1400")
        router.ip("route", "add", lab.block_of(f"pod-{name}", 4), *words)
    answer = lab.pings_too_long("pod-n1", lab.pod_addresses("pod-n2")[4], 1430)
    assert "From 10.4.7.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)" in answer, answer
    assert lab.sent("pod-n1", "pod-n2", SIZE) == SIZE


def test_a_cluster_does_without_bgp(lab: TunnelLab, tmp_path: Path) -> None:
    """It is taken from a cluster agent by agent without a ping lost; nothing listens then, and moves are followed.

    walkthrough 29.
    """
    lab.set_mode(vxlan="Always")
    lab.wait_devices(near=True, far=True)
    pings = lab.ping_all(ALL, tmp_path)
    for name in lab.machines:
        lab.running[name].stop()
        lab.begin(name, "--backend", "vxlan")
    for name, machine in lab.machines.items():
        lab.wait_answer(name)
        assert machine.run(["ss", "-Htln", "sport = :179"]).stdout == ""
        assert lab.sessions(name) == []
        assert lab.status(name)["backend"] == "vxlan"
        asked = request(lab.directory(name) / "agent.sock", {"request": "peer", "address": "10.9.9.9"})
        assert asked["speaks_bgp"] is False
    lab.wait_devices(near=True, far=True)
    asyncio.run(move(lab, "", "n3"))
    wait_route(lab, BLOCK, "n3")
    asyncio.run(move(lab, "n3", "n2"))
    wait_route(lab, BLOCK, "n2")
    asyncio.run(move(lab, "", "n3", BORROWED))
    wait_route(lab, str(BORROWED), "n3")
    lab.set_mode(vxlan="CrossSubnet")
    lab.wait_devices(near=False, far=True)
    pings.assert_none_lost({62})
