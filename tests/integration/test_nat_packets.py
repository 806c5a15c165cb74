"""natOutgoing by packets: who sees a pod under its own address, and who under that of its node."""

import json
from collections.abc import Generator
from ipaddress import IPv4Address, ip_network
from typing import Any

import pytest

from bgpkit_node.nat import NatTable, OutgoingNat
from bgpkit_node.resources import FelixSettings, IPPool, IPPoolSpec, Metadata, Node, NodeBgp, NodeSpec, PoolUse
from tests.integration.nat_lab import (
    NODE,
    OTHER_NODE,
    OUTSIDE,
    POD,
    SIBLING,
    NatLab,
    connected,
    listening,
    seen_by_udp,
    seen_from,
)
from tests.support.netns import Namespaces
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("nat")]

PODS4, PODS6, ELSEWHERE = "10.244.0.0/16", "fd44::/64", "10.4.7.96/27"
BOTH = OutgoingNat(
    sources=frozenset({ip_network(PODS4), ip_network(PODS6)}),
    untouched=frozenset({ip_network(PODS4), ip_network(PODS6)}),
)


@pytest.fixture
def lab(namespaces: Namespaces) -> Generator[NatLab]:
    """Give the machines; this thread is on the node."""
    require_package("nftables")
    lab = NatLab.of(namespaces)
    with lab.node.entered():
        yield lab


def test_outside_sees_the_node_and_pods_see_the_pod(lab: NatLab) -> None:
    """By TCP, UDP and ping, by IPv4 and IPv6; without a route to the pods, the host outside still answers."""
    table = NatTable()
    for version in (4, 6):
        assert seen_from(lab.pod, lab.outside, OUTSIDE[version])[0] == POD[version]
    assert table.settle(BOTH)
    for version, pods in ((4, PODS4), (6, PODS6)):
        lab.outside.ip(f"-{version}", "route", "del", pods)
        assert seen_from(lab.pod, lab.outside, OUTSIDE[version])[0] == NODE[version]
        assert seen_by_udp(lab.pod, lab.outside, OUTSIDE[version]) == NODE[version]
        assert lab.pod.ping(OUTSIDE[version])
        assert seen_from(lab.pod, lab.other_node, OTHER_NODE[version])[0] == NODE[version]
        assert seen_from(lab.pod, lab.sibling, SIBLING[version])[0] == POD[version]
        assert seen_by_udp(lab.pod, lab.sibling, SIBLING[version]) == POD[version]


def test_a_reply_keeps_the_address_of_the_pod(lab: NatLab) -> None:
    """Whoever outside has called a pod is answered by it, natOutgoing or not. walkthrough 31."""
    assert NatTable().settle(BOTH)
    for version in (4, 6):
        assert seen_from(lab.outside, lab.pod, POD[version])[0] == OUTSIDE[version]
        assert seen_by_udp(lab.outside, lab.pod, POD[version]) == OUTSIDE[version]
        assert lab.outside.ping(POD[version])


def test_every_pool_is_left_untouched_but_those_for_load_balancers(lab: NatLab) -> None:
    """One without natOutgoing, one that is disabled and holds the host outside; never pool to pool. walkthrough 33."""
    table, own = NatTable(), pool(PODS4, nat_outgoing=True)
    for other, seen in (
        (pool(ELSEWHERE), POD[4]),
        (pool(ELSEWHERE, nat_outgoing=True, disabled=True), POD[4]),
        (pool(ELSEWHERE, allowed_uses=(PoolUse.LOAD_BALANCER,)), NODE[4]),
    ):
        table.settle(OutgoingNat.of((own, other), (), FelixSettings()))
        assert seen_from(lab.pod, lab.outside, OUTSIDE[4])[0] == seen
    table.settle(OutgoingNat.of((pool(PODS4, nat_outgoing=True, disabled=True),), (), FelixSettings()))
    assert seen_from(lab.pod, lab.outside, OUTSIDE[4])[0] == NODE[4], "pods of a disabled pool are still there"


def test_the_settings_of_a_node_say_how(lab: NatLab) -> None:
    """Ports out of a range, another address, other nodes untouched, by one interface only."""
    table, own = NatTable(), pool(PODS4, nat_outgoing=True)
    bgp = NodeBgp(ipv4_address=f"{OTHER_NODE[4]}/24")
    other = Node(metadata=Metadata(name="other"), spec=NodeSpec(bgp=bgp))

    def settled(**settings: Any) -> None:
        """Bring the settings into force."""
        assert table.settle(OutgoingNat.of((own,), (other,), FelixSettings(**settings)))

    settled(nat_port_range="40000:40003")
    found = {seen_from(lab.pod, lab.outside, OUTSIDE[4]) for _ in range(3)}
    assert all(address == NODE[4] and 40000 <= port <= 40003 for address, port in found)
    assert lab.pod.ping(OUTSIDE[4])
    settled(nat_outgoing_exclusions="IPPoolsAndHostIPs")
    assert seen_from(lab.pod, lab.other_node, OTHER_NODE[4])[0] == POD[4]
    assert seen_from(lab.pod, lab.outside, OUTSIDE[4])[0] == NODE[4]
    lab.node.ip("addr", "add", "10.4.7.50/32", "dev", "eth0")
    settled(nat_outgoing_address="10.4.7.50", nat_port_range=40007)
    assert seen_from(lab.pod, lab.outside, OUTSIDE[4]) == ("10.4.7.50", 40007)
    for interface, seen in (("wlan+", POD[4]), ("eth+", NODE[4]), ("eth1", POD[4]), ("eth0", NODE[4])):
        settled(iptables_nat_outgoing_interface_filter=interface)
        assert seen_from(lab.pod, lab.outside, OUTSIDE[4])[0] == seen, interface


def test_what_is_as_wanted_is_not_written_and_what_others_did_is_repaired(lab: NatLab) -> None:
    """No transaction without a difference; rules and addresses that are gone come back; others' tables stay anyhow."""
    lab.node.run(["nft", "add table inet others; add chain inet others c { type nat hook postrouting priority 0; }"])
    table = NatTable()
    assert not table.settle(OutgoingNat())
    assert table.settle(BOTH)
    first = handles(lab)
    assert not table.settle(BOTH)
    assert not NatTable().settle(OutgoingNat(sources=BOTH.sources, untouched=BOTH.untouched))
    assert handles(lab) == first
    for taken in ("flush chain inet bgpkit-nat postrouting", "flush set inet bgpkit-nat sources4"):
        lab.node.run(["nft", taken])
        assert seen_from(lab.pod, lab.outside, OUTSIDE[4])[0] == POD[4]
        assert table.settle(BOTH)
        assert not table.settle(BOTH)
        assert seen_from(lab.pod, lab.outside, OUTSIDE[4])[0] == NODE[4]
    assert table.settle(OutgoingNat())
    assert not table.settle(OutgoingNat())
    assert handles(lab)["others"] == first["others"]
    assert seen_from(lab.pod, lab.outside, OUTSIDE[4])[0] == POD[4]


def test_a_connection_keeps_the_address_that_it_has_begun_with(lab: NatLab) -> None:
    """Whatever is changed meanwhile; only new ones are translated otherwise."""
    table = NatTable()
    assert table.settle(BOTH)
    with listening(lab.outside, OUTSIDE[4]) as waiting:
        calling, answering = connected(lab.pod, waiting)
        with calling, answering:
            for changed in (OutgoingNat(), BOTH, OutgoingNat(sources=BOTH.sources, address=IPv4Address(NODE[4]))):
                assert table.settle(changed)
                calling.sendall(b"x")
                assert answering.recv(1) == b"x"
                answering.sendall(b"y")
                assert calling.recv(1) == b"y"
            assert answering.getpeername()[0] == NODE[4]


def pool(cidr: str, **fields: Any) -> IPPool:
    """Return a pool."""
    return IPPool(metadata=Metadata(name=cidr.partition("/")[0]), spec=IPPoolSpec(cidr=cidr, **fields))


def handles(lab: NatLab) -> dict[str, int]:
    """Return the tables of the node's kernel with their numbers, which no two that were made share."""
    said = json.loads(lab.node.run(["nft", "-j", "list", "tables"]).stdout)["nftables"]
    return {each["table"]["name"]: each["table"]["handle"] for each in said if "table" in each}
