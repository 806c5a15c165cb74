"""Policies for what a node forwards, and those asked before tracking and before translation, by packets."""

import socket
from collections.abc import Generator
from typing import Final

import pytest

from bgpkit_node.nft import EnforcementSettings, Enforcer, Refusal
from bgpkit_node.policy import PolicyState, program_of_state
from tests.integration.host_policies import PORT, SSH, allowed, base_chains, host, policy, reaches, rule, state
from tests.integration.nat_lab import NODE, OTHER_NODE, OUTSIDE, POD, NatLab, connected, family_of, listening
from tests.support.netns import Namespace, Namespaces
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("nat")]

NODE_PORT: Final = 30080
_ALWAYS: Final = {"senders", "from_pods", "to_pods", "to_node", "to_host", "from_host"}
_QUIET: Final = 0.2
_TRANSLATED: Final = (
    "table ip services {{ chain prerouting {{ type nat hook prerouting priority dstnat; "
    "ip daddr {node} tcp dport {port} dnat to {pod}:{target}; }}; }}"
)


@pytest.fixture
def lab(namespaces: Namespaces) -> Generator[NatLab]:
    """Give the machines; this thread is on the node."""
    require_package("nftables")
    lab = NatLab.of(namespaces)
    with lab.node.entered():
        yield lab


@pytest.fixture
def enforcer(lab: NatLab) -> Generator[Enforcer]:
    """Give an enforcer on the node that refuses what it denies, where that can be."""
    with Enforcer(EnforcementSettings(refusal=Refusal.REJECT)) as enforcer:
        assert lab.node
        yield enforcer


@pytest.mark.parametrize("interface", ["eth0", "*"])
def test_what_a_node_forwards_passes_the_policies_that_say_so(lab: NatLab, enforcer: Enforcer, interface: str) -> None:
    """In both directions, on top of those of pods, by IPv4 and IPv6; failsafe ports are not those of pods."""
    rules = [rule("Allow", source=OUTSIDE[4]), rule("Allow", source=OUTSIDE[6])]
    for shut in (False, True):
        way = policy("way", applyOnForward=shut, ingress=rules, egress=[rule("Allow", port=PORT + 1)])
        given = state(host(interface), policies=[way])
        _enforce(enforcer, given)
        for version in (4, 6):
            outside, pod, other = OUTSIDE[version], POD[version], OTHER_NODE[version]
            for caller, source, port, expected in (
                (lab.outside, outside, PORT, True),
                (lab.outside, outside, SSH, not shut),
                (lab.other_node, other, PORT, not shut),
            ):
                assert reaches(caller, lab.pod, pod, port) is expected
                assert allowed(given, source, pod, port) is expected
            for port, expected in ((PORT + 1, True), (PORT, not shut)):
                assert reaches(lab.pod, lab.outside, outside, port) is expected
                assert allowed(given, pod, outside, port) is expected
            assert reaches(lab.pod, lab.node, NODE[version])
            assert reaches(lab.node, lab.pod, pod)
            assert reaches(lab.outside, lab.node, NODE[version]), "what is for the node itself passes them too"


@pytest.mark.parametrize("interface", ["eth0", "*"])
def test_before_destinations_are_translated_the_port_of_the_node_is_seen(
    lab: NatLab, enforcer: Enforcer, interface: str
) -> None:
    """What is allowed there is spared the policies for what is forwarded; what is denied there never comes so far."""
    lab.node.run(["nft", _TRANSLATED.format(node=NODE[4], port=NODE_PORT, pod=POD[4], target=PORT)])
    early = policy(
        "early",
        preDNAT=True,
        applyOnForward=True,
        ingress=[rule("Allow", port=NODE_PORT, source=OUTSIDE[4]), rule("Deny", port=NODE_PORT)],
    )
    given = state(host(interface), policies=[early])
    _enforce(enforcer, given)
    assert _translated(lab.outside, lab.pod)
    assert not _translated(lab.other_node, lab.pod)
    for caller, source in ((lab.other_node, OTHER_NODE[4]), (lab.outside, OUTSIDE[4])):
        assert reaches(caller, lab.pod, POD[4])
        assert allowed(given, source, POD[4], PORT)
    shut = policy("shut", applyOnForward=True, ingress=[{"action": "Deny"}])
    given = state(host(interface), policies=[early, shut])
    _enforce(enforcer, given)
    assert _translated(lab.outside, lab.pod)
    assert not reaches(lab.outside, lab.pod, POD[4])
    assert not allowed(given, OUTSIDE[4], POD[4], PORT)
    assert not reaches(lab.outside, lab.node, NODE[4])
    assert not enforcer.enforce(program_of_state("n1", given))


def test_before_destinations_are_translated_nobody_shuts_himself_out(lab: NatLab, enforcer: Enforcer) -> None:
    """All is denied but for failsafe ports and what was begun before; pods are not meant."""
    denying = policy("deny", preDNAT=True, applyOnForward=True, ingress=[{"action": "Deny"}])
    opened = policy("open", ingress=[{"action": "Allow"}], egress=[{"action": "Allow"}])
    given = state(host("*"), policies=[denying, opened])
    _enforce(enforcer, state())
    with listening(lab.node, NODE[4]) as waiting:
        calling, answering = connected(lab.outside, waiting)
        with calling, answering:
            _enforce(enforcer, given)
            calling.sendall(b"x")
            assert answering.recv(1) == b"x"
    for target, address, port, expected in (
        (lab.node, NODE[4], SSH, True),
        (lab.node, NODE[4], PORT, False),
        (lab.pod, POD[4], PORT, False),
        (lab.pod, POD[4], SSH, True),
    ):
        assert reaches(lab.outside, target, address, port) is expected
        assert allowed(given, OUTSIDE[4], address, port) is expected
    assert reaches(lab.pod, lab.outside, OUTSIDE[4])
    assert reaches(lab.node, lab.outside, OUTSIDE[4])


@pytest.mark.parametrize("interface", ["eth0", "*"])
def test_what_is_not_tracked_is_asked_both_ways_and_spared_the_rest(
    lab: NatLab, enforcer: Enforcer, interface: str
) -> None:
    """Packet by packet: without a connection in the kernel, and without the policies that would deny it."""
    source = {"ports": [PORT]}
    back = {"action": "Allow", "protocol": "TCP", "source": source}
    untracked = policy(
        "untracked", doNotTrack=True, applyOnForward=True, ingress=[rule("Allow", source=OUTSIDE[4])], egress=[back]
    )
    given = state(host(interface), policies=[untracked])
    _enforce(enforcer, given)
    assert reaches(lab.outside, lab.node, NODE[4])
    assert allowed(given, OUTSIDE[4], NODE[4], PORT)
    tracked = lab.node.run(["cat", "/proc/net/nf_conntrack"]).stdout
    assert f"dport={PORT} " not in tracked
    assert not reaches(lab.other_node, lab.node, NODE[4])
    assert not allowed(given, OTHER_NODE[4], NODE[4], PORT)
    assert not reaches(lab.outside, lab.node, NODE[6])
    one_way = policy("untracked", doNotTrack=True, applyOnForward=True, ingress=[rule("Allow", source=OUTSIDE[4])])
    _enforce(enforcer, state(host(interface), policies=[one_way]))
    assert not reaches(lab.outside, lab.node, NODE[4]), "nobody has allowed the answer"


def test_what_is_not_tracked_shuts_nobody_out_and_comes_before_all_others(lab: NatLab, enforcer: Enforcer) -> None:
    """Failsafe ports and their answers pass; a Deny goes before an Allow before translation, and that before others."""
    everything = [{"action": "Deny"}]
    denying = policy("deny", doNotTrack=True, applyOnForward=True, ingress=everything, egress=everything)
    allowing = policy("allow", preDNAT=True, applyOnForward=True, ingress=[{"action": "Allow"}], order=1)
    given = state(host("eth0"), policies=[denying, allowing])
    _enforce(enforcer, given)
    for port, expected in ((SSH, True), (PORT, False)):
        assert reaches(lab.outside, lab.node, NODE[4], port) is expected
        assert allowed(given, OUTSIDE[4], NODE[4], port) is expected
    assert reaches(lab.node, lab.outside, OUTSIDE[4], 179)
    assert not reaches(lab.node, lab.outside, OUTSIDE[4])
    assert not allowed(given, NODE[4], OUTSIDE[4], PORT)
    assert reaches(lab.node, lab.pod, POD[4])
    assert base_chains(lab.node) == _ALWAYS | {"coming", "leaving", "arriving"}
    lower = policy("lower", ingress=[{"action": "Deny"}])
    _enforce(enforcer, state(host("eth0"), policies=[allowing, lower]))
    assert reaches(lab.outside, lab.node, NODE[4])
    assert base_chains(lab.node) == _ALWAYS | {"arriving"}
    _enforce(enforcer, state(host("eth0"), policies=[lower]))
    assert base_chains(lab.node) == _ALWAYS, "each costs every packet, so none is there that asks nothing"


def _enforce(enforcer: Enforcer, given: PolicyState) -> None:
    enforcer.enforce(program_of_state("n1", given))
    assert enforcer.faults == {}


def _translated(caller: Namespace, pod: Namespace) -> bool:
    """Tell whether a connection to the port of the node comes to the pod."""
    with caller.entered():
        calling = socket.socket(family_of(NODE[4]), socket.SOCK_STREAM)
    with listening(pod, POD[4], port=PORT), calling:
        calling.settimeout(_QUIET)
        try:
            calling.connect((NODE[4], NODE_PORT))
        except OSError:
            return False
    return True
