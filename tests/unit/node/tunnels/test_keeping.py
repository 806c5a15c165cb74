"""Devices first, then routes, then what others are told; and what becomes of devices that no pool needs."""

from collections.abc import Collection
from dataclasses import replace
from types import SimpleNamespace, TracebackType
from typing import Self

import pytest
from structlog.testing import capture_logs

from bgpkit.fib import NextHop
from bgpkit_node.kernel import Address, KernelError, Link, Network
from bgpkit_node.nft import NftError
from bgpkit_node.peering import Cluster
from bgpkit_node.resources import FelixSettings, Node
from bgpkit_node.tunnels import keeping
from bgpkit_node.tunnels.keeping import Tunnels
from bgpkit_node.tunnels.senders import LINGER, Guard
from bgpkit_node.tunnels.tunnel import IPIP, TUNNELS, VXLAN, Tunnel
from bgpkit_node.tunnels.ways import Situation
from bgpkit_node.tunnels.wishes import DeviceWish
from tests.unit.node.tunnels.clusters import ALWAYS, cluster, pool


class Scene:
    """Node b, its kernel, its routes and its view of the cluster; ``done`` tells what has happened in which order."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Begin with pools without encapsulation, at time 0."""
        self.done: list[str] = []
        self.now = 0.0
        self.refused: set[Tunnel] = set()
        self.held = False
        self.in_use: frozenset[NextHop] = frozenset()
        self.cluster = cluster(pool())
        monkeypatch.setattr(keeping, "monotonic", lambda: self.now)
        monkeypatch.setattr(keeping, "Netlink", _Netlink)
        monkeypatch.setattr(keeping, "keep_device", self._keep)
        monkeypatch.setattr(keeping, "abandon_device", self._abandon)
        monkeypatch.setattr(keeping, "strip_device", self._strip)
        self.left: set[Tunnel] = set()
        monkeypatch.setattr(keeping, "is_ours", self._is_ours)
        monkeypatch.setattr(keeping, "GuardTable", lambda: SimpleNamespace(settle=self.settle_guard))
        self.guard = Guard()
        self.no_filter = ""
        self.tunnels = Tunnels("b", self)
        self.tunnels.on_change(lambda: self.done.append("others"))
        self.tunnels.attach(self)
        self.done.clear()

    def on_change(self, follower: object, /) -> None:
        """Nothing changes by itself."""

    def settings(self, _: Node, /) -> FelixSettings:
        """Return what holds without a FelixConfiguration."""
        return FelixSettings()

    def follow(self, situation: Situation, /) -> None:
        """Take note of which tunnels are ready."""
        self.done.append(f"routes {' '.join(tunnel.device for tunnel in TUNNELS if tunnel in situation.ends)}".strip())

    async def settle(self, now: float, state: Cluster) -> bool:
        """Settle at a time, with the cluster as it is then."""
        self.now, self.cluster = now, state
        self.done.clear()
        return await self.tunnels.settle()

    def settle_guard(self, guard: Guard) -> bool:
        """Keep strangers out."""
        if self.no_filter:
            raise NftError(self.no_filter)
        if guard != self.guard:
            self.done.append(f"guard {' '.join(sorted(tunnel.device for tunnel in guard.tunnels))}".strip())
        self.guard, changed = guard, guard != self.guard
        return changed

    def _keep(self, _netlink: object, wish: DeviceWish, link_mtu: int, _used: Collection[Address]) -> int:
        if wish.tunnel in self.refused:
            raise KernelError("cannot make it", 95)
        self.done.append(f"{wish.tunnel.device} {wish.mtu_over(link_mtu)}")
        return 7

    def _is_ours(self, _netlink: object, tunnel: Tunnel, _pools: list[Network]) -> bool:
        return tunnel in self.left

    def _strip(self, _netlink: object, tunnel: Tunnel) -> None:
        self.done.append(f"bare {tunnel.device}")

    def _abandon(self, _netlink: object, tunnel: Tunnel, _pools: list[Network], *, made_here: bool) -> bool:
        self.done.append(f"{'own' if made_here else 'unknown'} {tunnel.device} goes")
        return not self.held


class _Netlink:
    """A kernel whose uplink has jumbo frames."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        pass

    def link_with(self, _: Address) -> Link:
        return Link(2, "eth0", "veth", "", 9000, up=True, alias="")


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    """Make node b."""
    return Scene(monkeypatch)


async def test_devices_come_before_routes_and_routes_before_what_others_are_told(scene: Scene) -> None:
    """A Node names its tunnel's address when packets can come, and no route goes by a device that is not there."""
    state = cluster(pool(vxlan=ALWAYS), pool("10.9.0.0/16", ipip=ALWAYS))
    assert await scene.settle(1, state)
    devices = ["tunl0 8980", "vxlan.calico 8950"]
    assert scene.done == ["guard tunl0 vxlan.calico", *devices, "routes tunl0 vxlan.calico", "others"]
    assert scene.tunnels.cluster is state


async def test_a_device_that_the_kernel_refuses_stops_no_other(scene: Scene) -> None:
    """It is said once, and tried again; no route goes by it."""
    scene.refused = {IPIP}
    state = cluster(pool(vxlan=ALWAYS), pool("10.9.0.0/16", ipip=ALWAYS))
    with capture_logs() as logs:
        for _ in range(2):
            assert not await scene.settle(1, state)
            assert scene.done[-3:] == ["vxlan.calico 8950", "routes vxlan.calico", "others"]
    refused = [line for line in logs if line["event"] == "tunnel.device_refused"]
    assert [(line["device"], "cannot make it" in line["reason"]) for line in refused] == [("tunl0", True)]
    scene.refused.clear()
    assert await scene.settle(2, state)


async def test_a_device_stays_for_a_while_when_no_pool_needs_it(scene: Scene) -> None:
    """Other nodes may not have heard so yet; and longer while routes go by it."""
    state = cluster(pool(vxlan=ALWAYS))
    await scene.settle(1, state)
    await scene.settle(LINGER, cluster(pool()))
    assert scene.done == ["unknown tunl0 goes", "unknown vxlan-v6.calico goes", "routes", "others"]
    scene.held = True
    await scene.settle(LINGER + 2, cluster(pool()))
    assert scene.done == ["own vxlan.calico goes", "routes", "others"]
    scene.held = False
    await scene.settle(LINGER + 3, cluster(pool()))
    assert scene.done == ["own vxlan.calico goes", "routes", "others"]
    await scene.settle(LINGER + 99, cluster(pool()))
    assert scene.done == ["guard", "routes", "others"]
    await scene.settle(LINGER + 100, state)
    assert "vxlan.calico 8950" in scene.done


async def test_a_device_that_is_needed_no_more_gives_its_address_up_with_the_node(scene: Scene) -> None:
    """It may be a pod's soon."""
    await scene.settle(1, cluster(pool(vxlan=ALWAYS)))
    await scene.settle(2, cluster(pool()))
    assert scene.done == ["routes", "others"]
    await scene.settle(3, cluster(pool(), ready=False))
    assert scene.done == ["bare vxlan.calico", "routes", "others"]


async def test_a_tunnel_is_in_use_while_routes_go_by_its_device(scene: Scene) -> None:
    """Which the routes tell; without any routes none is."""
    scene.in_use = frozenset({NextHop(device="vxlan.calico")})
    assert [scene.tunnels.is_in_use(tunnel) for tunnel in (IPIP, VXLAN)] == [False, True]
    scene.tunnels.detach()
    assert not scene.tunnels.is_in_use(VXLAN)


async def test_a_node_that_is_not_there_has_no_tunnels(scene: Scene) -> None:
    """It has been deleted: the agent ends by itself."""
    assert await scene.settle(1, Cluster())
    assert scene.done == []


async def test_strangers_are_kept_out_as_long_as_a_device_takes_packets(scene: Scene) -> None:
    """What nodes have sent that had not heard of a change is taken for a while, from those that have gone, too."""
    both = cluster(pool(vxlan=ALWAYS))
    await scene.settle(1, both)
    known = scene.guard.senders
    assert {"10.4.7.11/32", "10.4.8.13/32", "fd00:8::13/128"} <= set(map(str, known))
    assert "10.4.7.12/32" not in map(str, known)
    fewer = replace(both, nodes=both.nodes[:2], pools=(pool(),))
    await scene.settle(2, fewer)
    assert (scene.guard.tunnels, scene.guard.senders) == (frozenset({VXLAN}), known)
    await scene.settle(LINGER + 3, fewer)
    assert "own vxlan.calico goes" in scene.done
    await scene.settle(LINGER + 4, fewer)
    assert scene.guard.tunnels == frozenset()


async def test_strangers_are_kept_out_of_a_device_that_an_agent_before_has_left(scene: Scene) -> None:
    """Other nodes may still send by it, and others must not, until it goes."""
    scene.left = {VXLAN}
    await scene.settle(1, cluster(pool()))
    assert scene.guard.tunnels == frozenset({VXLAN})
    scene.left.clear()
    await scene.settle(2, cluster(pool()))
    assert scene.guard.tunnels == frozenset()


async def test_tunnels_go_on_where_packets_cannot_be_filtered(scene: Scene) -> None:
    """It is said once, and tried again."""
    scene.no_filter = "there is no program nft"
    with capture_logs() as logs:
        for _ in range(2):
            assert not await scene.settle(1, cluster(pool(vxlan=ALWAYS)))
            assert scene.done == ["vxlan.calico 8950", "routes vxlan.calico", "others"]
    assert [line["reason"] for line in logs if line["event"] == "tunnel.strangers_not_kept_out"] == [scene.no_filter]
    assert scene.tunnels.unguarded == scene.no_filter
    scene.no_filter = ""
    assert await scene.settle(2, cluster(pool(vxlan=ALWAYS)))
    assert scene.tunnels.unguarded == ""
