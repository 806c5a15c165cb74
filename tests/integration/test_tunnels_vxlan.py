"""VXLAN between nodes on two segments: packets, routes, and modes switched under load. walkthrough 25 to 27."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.integration.agents import PATIENCE
from tests.integration.tunnel_lab import Seen, TunnelLab, WireTap
from tests.support.netns import Namespaces
from tests.support.processes import wait_until

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("agents")]

DEVICES = {4: "vxlan.calico", 6: "vxlan-v6.calico"}
NEAR = [("pod-n1", "pod-n3"), ("pod-n3", "pod-n1")]
ALL = [*NEAR, ("pod-n1", "pod-n2"), ("pod-n2", "pod-n3")]
SIZE = 2_000_000
LENGTHS = {4: (84, 50), 6: (104, 70)}
"""Octets of a ping of iputils, and of what is wrapped around it."""


@pytest.fixture
def lab(namespaces: Namespaces, tmp_path: Path) -> Generator[TunnelLab]:
    """Three nodes of both IP versions, whose pools have packets wrapped always."""
    made = TunnelLab(namespaces, tmp_path, 3, (4, 6))
    made.set_mode(vxlan="Always")
    try:
        made.begin_pods()
        yield made
    finally:
        made.end()


def wait_devices(lab: TunnelLab, *, near: bool, far: bool) -> None:
    """Wait until each node reaches the pods of the other ones through the tunnels, or not."""
    for version, device in DEVICES.items():
        for name in lab.machines:
            wanted = {
                pod: device if (near if lab.shape.segment_of(node) == lab.shape.segment_of(name) else far) else "eth0"
                for pod, (node, _) in lab.pods.items()
                if node != name
            }

            def there(name: str = name, version: int = version, wanted: dict[str, str] = wanted) -> bool:
                return lab.devices(name, version) == wanted

            wait_until(there, f"the ways of {name} over IPv{version}: {wanted}", PATIENCE)


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
    wait_devices(lab, near=True, far=True)
    _assert_wrapped(lab, near=True)
    far = lab.ping_all(ALL, tmp_path)
    for mode in ("CrossSubnet", "Always", "CrossSubnet"):
        lab.set_mode(vxlan=mode)
        wait_devices(lab, near=mode == "Always", far=True)
    far.assert_none_lost({62})
    _assert_wrapped(lab, near=False)
    _assert_repaired(lab)

    near = lab.ping_all(NEAR, tmp_path)
    lab.set_mode()
    wait_devices(lab, near=False, far=False)
    here, there = lab.pods["pod-n1"][1], lab.pod_addresses("pod-n2")[4]
    assert not here.ping(there, timeout=1)
    lab.set_mode(vxlan="Always")
    wait_devices(lab, near=True, far=True)
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
