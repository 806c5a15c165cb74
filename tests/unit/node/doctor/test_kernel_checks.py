"""Sysctls, tunnels, signatures and the port: what is wrong is named with the command that puts it right."""

import pytest

from bgpkit_node.doctor import feature_findings, port_finding, sysctl_findings
from bgpkit_node.peering import cluster_of
from tests.support.commands import document
from tests.unit.node.doctor.scenery import lines, machine, resources


def test_a_node_that_is_well_has_nothing_to_complain_of() -> None:
    """Of both IP versions."""
    found = list(sysctl_findings(machine(), {4, 6}))
    assert lines(found) == []
    assert [one.what for one in found] == ["sysctl"] * 4


@pytest.mark.parametrize(
    ("name", "value", "verdict", "cure"),
    [
        ("ipv4/ip_forward", "0", "failure", "sysctl -w net.ipv4.ip_forward=1"),
        ("ipv6/conf/all/forwarding", "0", "failure", "sysctl -w net.ipv6.conf.all.forwarding=1"),
        ("ipv4/conf/all/rp_filter", "2", "warning", "sysctl -w net.ipv4.conf.all.rp_filter=1"),
        ("ipv4/conf/cali1/proxy_arp", "0", "failure", "sysctl -w net.ipv4.conf.cali1.proxy_arp=1"),
        ("ipv4/conf/eth0.7/rp_filter", "2", "warning", "sysctl -w net.ipv4.conf.eth0/7.rp_filter=1"),
    ],
)
def test_a_wrong_sysctl_is_named(name: str, value: str, verdict: str, cure: str) -> None:
    """As sysctl(8) writes it, and alone."""
    wrong = machine(sysctls={**machine().sysctls, name: value})
    (found,) = [one for one in sysctl_findings(wrong, {4, 6}) if one.verdict.value != "ok"]
    assert (found.verdict.value, found.cure) == (verdict, cure)


def test_forwarding_is_set_by_the_agent() -> None:
    """Before it runs it need not be on."""
    off = machine(sysctls={**machine().sysctls, "ipv4/ip_forward": "0"})
    assert lines(sysctl_findings(off, {4}, agent=False)) == [
        "warning: net.ipv4.ip_forward is 0: no packet is forwarded"
    ]


def test_what_cannot_be_read_is_said() -> None:
    """As in a container without /proc/sys."""
    assert lines(sysctl_findings(machine(sysctls={}), {4})) == ["not looked at: net.ipv4.ip_forward cannot be read"]


def test_a_tunnel_is_looked_for_when_a_pool_needs_it() -> None:
    """There, missing, or not to be told."""
    plain = document("IPPool", "p", "{cidr: 10.244.0.0/16}")
    wrapped = document("IPPool", "q", "{cidr: 10.245.0.0/16, ipipMode: Always}")
    assert list(feature_findings(machine(), cluster_of(resources(plain)).pools, ())) == []
    pools = cluster_of(resources(plain, wrapped)).pools
    assert lines(feature_findings(machine(modules={"ipip": True}), pools, ())) == []
    assert lines(feature_findings(machine(modules={"ipip": False}), pools, ())) == [
        "failure: ipip is missing, and needed by IPPool(q) with ipipMode"
    ]
    assert lines(feature_findings(machine(), pools, ()))[0].startswith("not looked at: ipip is needed by IPPool(q)")


def test_signatures_are_looked_for_when_a_peer_has_a_password() -> None:
    """Without one it does not matter."""
    spec = "{peerIP: 10.4.7.99, asNumber: 65000, password: {secretKeyRef: {name: s, key: k}}}"
    peers = cluster_of(resources(document("BGPPeer", "tor", spec))).peers
    assert list(feature_findings(machine(signs_tcp=False), (), ())) == []
    assert lines(feature_findings(machine(), (), peers)) == []
    assert lines(feature_findings(machine(signs_tcp=False), (), peers)) == [
        "failure: TCP MD5 signatures are missing (RFC 2385), and BGPPeer(tor) has a password"
    ]


def test_the_port_is_the_agents_or_free_for_it() -> None:
    """Somebody else there, or nobody although the agent runs, is a failure."""
    assert port_finding(machine(), 179, agent=True).said == "is the agent's"
    assert port_finding(machine(), 1790, agent=False).said == "is free for the agent"
    assert lines([port_finding(machine(), 179, agent=False)])[0].startswith("failure: TCP port 179 somebody listens")
    told = lines([port_finding(machine(), 179, agent=None)])[0]
    assert told.startswith("not looked at: TCP port 179 somebody listens there; whether it is the agent")
    assert port_finding(machine(), 1790, agent=None).said == "is free for the agent"
    assert lines([port_finding(machine(), 1790, agent=True)])[0].startswith("failure: TCP port 1790 nobody listens")
