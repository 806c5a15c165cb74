"""An office beside a cluster: its PCs reach pods and services, by static routes and by BGP; its router is FRR or BIRD.

Walkthrough 31 to 33. Nothing is translated between office and pods: no pool says natOutgoing.
"""

import re
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Final

import pytest

from tests.integration.steady_pings import SteadyPings, ping_steadily
from tests.interop.office_network import (
    ADDRESSES,
    CLIENT,
    FIRST,
    HOLD_SECONDS,
    OFFICE,
    PC,
    PODS,
    ROUTER,
    SECOND,
    SERVICE,
    SERVICES,
    OfficeNetwork,
    call,
)
from tests.support.daemons import Bird, Frr
from tests.support.netns import Namespace, Namespaces
from tests.support.processes import wait_until
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("office")]

StartBird = Callable[[Namespace, str], Bird]
StartFrr = Callable[[Namespace, str], Frr]
Table = Callable[[], dict[str, set[str]]]
PATIENCE: Final = 60.0
SLACK: Final = 2.0
"""Seconds beyond the hold time for a withdrawal to come through."""
PEER: Final = f"""\
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {{name: office}}
spec: {{nodeSelector: "route-reflector == 'true'", peerIP: {ROUTER}, asNumber: 65010, nextHopMode: %s}}
"""
WATCHED: Final = '{"metadata": {"annotations": {"bgpkit-node/bfd": "true"}}}'
DETECTION_SECONDS: Final = 0.9
"""Three packets of BFD, one every 300 ms."""
SERVING: Final = f"""\
apiVersion: projectcalico.org/v3
kind: BGPConfiguration
metadata: {{name: default}}
spec: {{asNumber: 63400, nodeToNodeMeshEnabled: false, serviceClusterIPs: [{{cidr: {SERVICES}}}]}}
"""
REFLECTING: Final = f"""\
apiVersion: projectcalico.org/v3
kind: BGPFilter
metadata: {{name: office}}
spec: {{exportV4: [{{action: Accept, matchOperator: In, cidr: {OFFICE}}}]}}
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: {{name: peer-with-route-reflectors}}
spec: {{nodeSelector: all(), peerSelector: "route-reflector == 'true'", keepaliveTime: 2s, filters: [office]}}
"""
FRR: Final = f"""
router bgp 65010
 bgp router-id {ROUTER}
 no bgp ebgp-requires-policy
 timers bgp 2 {HOLD_SECONDS}
 neighbor nodes peer-group
 neighbor nodes remote-as 63400
 neighbor nodes timers connect 1
 neighbor {ADDRESSES[FIRST]} peer-group nodes
 neighbor {ADDRESSES[SECOND]} peer-group nodes
 address-family ipv4 unicast
  network {OFFICE}
"""
BIRD: Final = f"""
log stderr all;
router id {ROUTER};
protocol device {{ scan time 1; }}
protocol direct {{ ipv4; interface "lan0"; }}
protocol bfd {{ interface "hosts0" {{ min rx interval 300 ms; min tx interval 300 ms; multiplier 3; }}; }}
protocol kernel {{ merge paths yes; ipv4 {{ import none; export where source = RTS_BGP; }}; }}
template bgp node {{
  local {ROUTER} as 65010;
  hold time {HOLD_SECONDS};
  bfd on;
  connect delay time 1; connect retry time 1; error wait time 1, 2;
  ipv4 {{ import all; export where source = RTS_DEVICE; }};
}}
protocol bgp reflector1 from node {{ neighbor {ADDRESSES[FIRST]} as 63400; }}
protocol bgp reflector2 from node {{ neighbor {ADDRESSES[SECOND]} as 63400; }}
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Generator[OfficeNetwork]:
    """Give the office and the cluster, which the tests use one after the other."""
    require_package("nftables")
    namespaces = Namespaces()
    try:
        made = OfficeNetwork(namespaces, tmp_path_factory.mktemp("office"))
        yield made
        for agent in made.agents.running.values():
            agent.kill()
    finally:
        namespaces.close()


def test_static_routes_on_the_router_reach_the_pods_of_all_nodes(office: OfficeNetwork) -> None:
    """By one node: all pods, their addresses kept, and all are lost with it; by two nodes not; from another VLAN, too.

    Walkthrough 31, 32.
    """
    via = {name: ("via", address) for name, address in ADDRESSES.items()}
    office.router.ip("route", "add", PODS, *via[SECOND])
    wait_until(lambda: office.reached_from(office.near) == set(ADDRESSES), "all pods by one node", PATIENCE)
    _each_sees_the_other_as_it_is(office, office.near, "172.17.0.100")
    office.cut(SECOND)
    assert office.reached_from(office.near) == set()
    office.router.ip("route", "replace", PODS, *("nexthop", *via[SECOND]), *("nexthop", *via[CLIENT]))
    wait_until(lambda: office.reached_from(office.near) == {FIRST, CLIENT}, "the pods of the others", PATIENCE)
    client = office.agents.machines[CLIENT]
    (of_second,) = office.blocks(SECOND)
    wait_until(lambda: of_second not in office.kernel(client), "the silent node is given up", PATIENCE)
    office.mend(SECOND)
    wait_until(lambda: of_second in office.kernel(client), "the node is heard again", PATIENCE)
    for machine in office.agents.machines.values():
        machine.ip("route", "add", OFFICE, "via", ROUTER)
    wait_until(lambda: office.reached_from(office.pc) == set(ADDRESSES), "all pods from the office", PATIENCE)
    _each_sees_the_other_as_it_is(office, office.pc, PC)
    for machine in office.agents.machines.values():
        machine.ip("route", "del", OFFICE, "via", ROUTER)
    office.router.ip("route", "del", PODS)


def test_frr_as_office_router_learns_blocks_and_services(
    office: OfficeNetwork, start_frr: StartFrr, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A /26 for each block, by its node where the BGPPeer says Keep; a move is followed; a service is reached.

    A reflector falls silent, and its routes go within the hold time.
    """
    frr = start_frr(office.router, FRR)

    def table() -> dict[str, set[str]]:
        """Return the next hops of each prefix that FRR has from a peer."""
        rows = frr.ask_json("show bgp ipv4 unicast")["routes"].items()
        paths = {prefix: {hop["ip"] for path in found for hop in path["nexthops"]} for prefix, found in rows}
        return {prefix: hops for prefix, hops in paths.items() if hops != {"0.0.0.0"}}

    office.agents.apply(PEER % "Auto")
    (of_client,) = office.blocks(CLIENT)
    by_reflectors = {ADDRESSES[FIRST], ADDRESSES[SECOND]}
    wait_until(lambda: table().get(of_client) == by_reflectors, "the client's block by the reflectors", PATIENCE)
    assert OFFICE not in office.kernel(office.agents.machines[CLIENT])
    _the_router_and_the_nodes_learn_from_each_other(office, table)
    office.move(CLIENT, SECOND)
    wait_until(lambda: table()[of_client] == {ADDRESSES[SECOND]}, "the block has moved", PATIENCE)
    wait_until(lambda: office.kernel(office.router)[of_client] == {ADDRESSES[SECOND]}, "in the kernel", PATIENCE)
    assert office.reached_from(office.pc) == set(ADDRESSES)
    _the_office_reaches_a_service(office, table)
    _, address = office.agents.add_pod(CLIENT, "late")
    wait_until(lambda: office.pc.ping(address), "a block that is new", PATIENCE)
    took = _a_silent_reflector_costs_its_own_routes_only(office, table, tmp_path, address)
    record_property("seconds until withdrawn", round(took, 1))
    assert took <= HOLD_SECONDS + SLACK


def test_bird_as_office_router_outlives_a_reflector(
    office: OfficeNetwork, start_bird: StartBird, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """A new block is learned unasked; a reflector falls silent, and its routes go within BFD's interval."""
    bird = start_bird(office.router, BIRD)

    def table() -> dict[str, set[str]]:
        """Return the next hops of each prefix that BIRD has from a peer."""
        found: dict[str, set[str]] = {}
        for prefix, way in re.findall(r"^([\d./]*) +unicast .*\n\tvia (\S+) ", bird.ask("show", "route"), re.MULTILINE):
            found.setdefault(prefix or [*found][-1], set()).add(way)
        return found

    office.agents.apply(SERVING)
    pod, address = office.agents.add_pod(CLIENT, "latest")
    _the_router_and_the_nodes_learn_from_each_other(office, table)
    assert call(pod, office.pc, PC, 9000) == address
    for name in ("office", "peer-with-route-reflectors"):
        assert office.agents.run("patch", "bgppeer", name, "-p", WATCHED).returncode == 0
    wait_until(lambda: bird.ask("show", "bfd", "sessions").count(" Up ") == 2, "BFD with both reflectors", PATIENCE)
    took = _a_silent_reflector_costs_its_own_routes_only(office, table, tmp_path, address)
    record_property("seconds until withdrawn", round(took, 1))
    assert took <= DETECTION_SECONDS + SLACK


def _each_sees_the_other_as_it_is(office: OfficeNetwork, pc: Namespace, address: str) -> None:
    """Open connections both ways between a PC and the pod of each node: nobody's address is translated."""
    for name, pod in office.pods.items():
        assert call(pc, pod, office.addresses[name], 8080) == address
        assert call(pod, pc, address, 9000) == office.addresses[name]


def _the_router_and_the_nodes_learn_from_each_other(office: OfficeNetwork, table: Table) -> None:
    """See a /26 for each block, by its node, and no pod; and the office's network in every node's kernel.

    Reflectors pass on what is in pools, and what a BGPFilter names.
    """
    office.agents.apply(PEER % "Keep")
    blocks = office.blocks()
    assert all(prefix.endswith("/26") for prefix in blocks)
    wait_until(lambda: table().items() >= blocks.items(), f"{blocks} in the router", PATIENCE)
    wait_until(lambda: table().keys() - {SERVICES} == blocks.keys(), "blocks and no pods in the router", PATIENCE)
    wait_until(lambda: office.kernel(office.router).items() >= blocks.items(), "in its kernel", PATIENCE)
    office.agents.apply(REFLECTING)
    machines = office.agents.machines.values()
    wait_until(
        lambda: all(office.kernel(machine).get(OFFICE) == {ROUTER} for machine in machines),
        f"{OFFICE} in the kernels of all nodes",
        PATIENCE,
    )
    assert office.reached_from(office.pc) == set(ADDRESSES)


def _the_office_reaches_a_service(office: OfficeNetwork, table: Table) -> None:
    """Advertise a range, which no node's kernel gets; register at a ClusterIP, and be called back. Walkthrough 33."""
    office.serve(CLIENT, ADDRESSES)
    server = office.pods[CLIENT]
    office.agents.apply(SERVING)
    advertising = {ADDRESSES[FIRST], ADDRESSES[SECOND]}
    wait_until(lambda: table().get(SERVICES) == advertising, "the range of services in the router", PATIENCE)
    wait_until(lambda: SERVICES in office.kernel(office.router), "in its kernel", PATIENCE)
    assert call(office.pc, server, SERVICE, 80, at=8080) in ADDRESSES.values()  # kube-proxy's translation
    assert call(office.pods[FIRST], server, SERVICE, 80, at=8080) == office.addresses[FIRST]
    assert call(server, office.pc, PC, 9000) == office.addresses[CLIENT]
    assert all(SERVICES not in office.kernel(machine) for machine in office.agents.machines.values())


def _a_silent_reflector_costs_its_own_routes_only(
    office: OfficeNetwork, table: Table, folder: Path, address: str
) -> float:
    """Cut it off; no packet to a pod of the client is lost. Return the seconds until its block was withdrawn."""
    (gone,) = office.blocks(FIRST)
    staying = {**office.blocks(SECOND, CLIENT), SERVICES: {ADDRESSES[SECOND]}}
    pings = SteadyPings({"client": office.pc.command(ping_steadily(address))}, folder)
    try:
        office.cut(FIRST)
        began = time.monotonic()
        wait_until(lambda: gone not in table(), "the block of the silent node is withdrawn", PATIENCE)
        took = time.monotonic() - began
        pings.assert_none_lost({62})
    finally:
        pings.stop()
        office.mend(FIRST)
    assert table() == staying
    wait_until(lambda: office.kernel(office.router) == staying, "in the kernel, too", PATIENCE)
    return took
