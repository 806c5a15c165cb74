"""What tightening the policies of a node's interfaces ends: connections to the node, from it, and through it."""

from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace
from typing import Final

import pytest

from bgpkit_node.nft import EnforcementSettings, Enforcer, cut_denied
from bgpkit_node.policy import PolicyState, program_of_state
from bgpkit_node.policy.failsafe import FailsafePort
from tests.integration.host_policies import PORT, SSH, VXLAN, host, policy, rule, state
from tests.integration.nat_lab import NODE, OTHER_NODE, OUTSIDE, POD, NatLab
from tests.integration.standing_lines import Lines
from tests.support.netns import Namespaces
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("nat")]

NODE_PORT: Final = 30080
SETTINGS: Final = EnforcementSettings(interface_prefixes=())
"""So that the interface of the sibling is one of the node, and what it sends is forwarded."""
_TRANSLATED: Final = (
    f"table ip services {{ chain prerouting {{ type nat hook prerouting priority dstnat; "
    f"ip daddr {NODE[4]} tcp dport {NODE_PORT} dnat to {POD[4]}:{PORT}; }}; }}"
)
_OTHERS_ONLY: Final = [rule("Allow", source=OTHER_NODE[version]) for version in (4, 6)]


@pytest.fixture
def lab(namespaces: Namespaces) -> Generator[NatLab]:
    """Give the machines; this thread is on the node, where TCP begins with a SYN."""
    require_package("nftables")
    lab = NatLab.of(namespaces)
    with lab.node.entered():
        yield lab


@pytest.fixture
def enforcer(lab: NatLab) -> Generator[Enforcer]:
    """Give what enforces on the node, without policies so far."""
    with Enforcer(SETTINGS) as enforcer:
        _tighten(enforcer, state())
        lab.node.sysctl("net.netfilter.nf_conntrack_tcp_loose", 0)
        yield enforcer


@pytest.fixture
def lines() -> Generator[Lines]:
    """Give connections to be made."""
    with ExitStack() as stack:
        yield Lines(stack)


@pytest.mark.parametrize("interface", ["eth0", "*", ""])
def test_what_the_interface_of_a_node_denies_now_ends_both_ways(
    lab: NatLab, enforcer: Enforcer, lines: Lines, interface: str
) -> None:
    """To the node and from it; all goes on that is allowed, that nobody may shut, that other nodes wrap, or of pods."""
    lines.tcp("in", lab.outside, lab.node, NODE[4], PORT)
    lines.tcp("in by IPv6", lab.outside, lab.node, NODE[6], PORT)
    lines.udp("datagrams in", lab.outside, lab.node, NODE[4], PORT)
    lines.tcp("out", lab.node, lab.outside, OUTSIDE[4], PORT)
    lines.udp("datagrams out", lab.node, lab.outside, OUTSIDE[6], PORT)
    denied = lines.names()
    lines.tcp("allowed", lab.other_node, lab.node, NODE[4], PORT)
    lines.tcp("failsafe", lab.outside, lab.node, NODE[4], SSH)
    lines.udp("wrapped", lab.other_node, lab.node, NODE[4], VXLAN)
    lines.tcp("to a pod", lab.node, lab.pod, POD[4], PORT)
    lines.tcp("from a pod", lab.pod, lab.node, NODE[4], PORT + 1)
    lines.tcp("forwarded", lab.outside, lab.pod, POD[6], PORT)
    assert lines.heard(lines.names()) == lines.names()
    wire = host(interface, expectedIPs=[] if interface else [NODE[4]])
    given = state(wire, policies=[policy("others", ingress=_OTHERS_ONLY, egress=[rule("Allow", port=PORT + 9)])])
    assert _tighten(enforcer, given) == len(denied) // 2
    for _ in range(2):
        assert lines.heard(lines.names() - denied) == lines.names() - denied
    assert _tighten(enforcer, given) == 0


def test_nothing_that_answers_begins_another_connection(lab: NatLab, enforcer: Enforcer, lines: Lines) -> None:
    """Where the other direction is allowed, and after the whole table has been made anew for other settings."""
    lines.udp("in", lab.outside, lab.node, NODE[4], PORT)
    lines.udp("out", lab.node, lab.outside, OUTSIDE[4], PORT)
    lines.tcp("tcp in", lab.outside, lab.node, NODE[4], PORT)
    lines.tcp("tcp out", lab.node, lab.outside, OUTSIDE[4], PORT)
    assert lines.heard(lines.names()) == lines.names()
    denying = [rule("Deny"), {**rule("Deny"), "protocol": "UDP"}, {"action": "Allow"}]
    given = state(host("eth0"), policies=[policy("ports", ingress=denying, egress=denying)])
    assert _tighten(enforcer, given) == 4
    assert lines.heard(()) == set()
    with Enforcer(replace(SETTINGS, allow_vxlan=True)) as other:
        assert _tighten(other, given) == 0
        assert lines.heard(()) == set()


def test_what_a_node_forwards_ends_where_its_interface_denies_it_now(
    lab: NatLab, enforcer: Enforcer, lines: Lines
) -> None:
    """From pods, to them, and of others; only where a policy says that it is for that."""
    lab.node.run(["nft", _TRANSLATED])
    lines.tcp("to the pod", lab.outside, lab.pod, POD[4], PORT + 1)
    lines.tcp("from the pod", lab.pod, lab.outside, OUTSIDE[6], PORT)
    lines.tcp("through it", lab.sibling, lab.outside, OUTSIDE[4], PORT)
    lines.tcp("by the port of the node", lab.outside, lab.pod, POD[4], PORT, called=(NODE[4], NODE_PORT))
    forwarded = lines.names()
    lines.tcp("of another", lab.other_node, lab.pod, POD[4], PORT + 2)
    lines.tcp("to the node", lab.other_node, lab.node, NODE[4], PORT)
    assert lines.heard(lines.names()) == lines.names()
    rules = [{"action": "Allow", "source": {"nets": [f"{OTHER_NODE[4]}/32"]}}]
    egress = [rule("Allow", port=PORT + 9)]
    ordinary = policy("others", ingress=rules, egress=egress)
    assert _tighten(enforcer, state(host("eth0"), policies=[ordinary])) == 0
    early = policy("early", preDNAT=True, applyOnForward=True, ingress=[rule("Deny", port=NODE_PORT)])
    given = state(host("eth0"), policies=[early, policy("others", applyOnForward=False, ingress=rules)])
    assert _tighten(enforcer, given) == 1
    expected = lines.names() - lines.both("by the port of the node")
    assert lines.heard(expected) == expected
    given = state(host("eth0"), policies=[policy("others", applyOnForward=True, ingress=rules, egress=egress)])
    assert _tighten(enforcer, given) == 3
    expected = lines.names() - forwarded
    assert lines.heard(expected) == expected


def test_other_settings_end_what_they_deny(lab: NatLab, enforcer: Enforcer, lines: Lines) -> None:
    """What failsafe ports let pass, and what pods had begun with their node."""
    opened = state(host("eth0"))
    lines.tcp("by a failsafe port", lab.outside, lab.node, NODE[4], SSH)
    lines.tcp("from a pod", lab.pod, lab.node, NODE[4], PORT)
    lines.udp("datagrams from a pod", lab.pod, lab.node, NODE[6], PORT)
    lines.tcp("to a pod", lab.node, lab.pod, POD[4], PORT)
    assert _tighten(enforcer, opened) == 0
    standing = lines.names()
    other_ports = replace(SETTINGS, failsafe_inbound=(FailsafePort("tcp", 179),))
    for settings, denied in (
        (other_ports, {"by a failsafe port"}),
        (replace(other_ports, node_closed=True), {"from a pod", "datagrams from a pod"}),
    ):
        with Enforcer(settings) as other:
            assert lines.heard(standing) == standing
            assert _tighten(other, opened) == len(denied)
            standing -= lines.both(*denied)
            assert lines.heard(standing) == standing


def _tighten(enforcer: Enforcer, given: PolicyState) -> int:
    """Enforce what a state says, and return how many connections end by that."""
    program = program_of_state("n1", given)
    enforcer.enforce(program)
    return cut_denied("n1", given, enforcer.settings, program.endpoints, enforcer.hosts)
