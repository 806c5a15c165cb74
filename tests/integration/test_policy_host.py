"""Policies for the interfaces of a node, by packets: what the node gets and sends itself, and what nobody shuts."""

from collections.abc import Generator
from dataclasses import replace

import pytest

from bgpkit_node.nft import EnforcementSettings, Enforcer, NftError, Refusal
from bgpkit_node.policy import program_of_state
from bgpkit_node.policy.program import ProgramChange
from tests.integration.host_policies import (
    PORT,
    SSH,
    allowed,
    base_chains,
    hears,
    host,
    policy,
    program,
    reaches,
    rule,
    state,
)
from tests.integration.nat_lab import NODE, OUTSIDE, POD, SIBLING, NatLab, connected, listening
from tests.support.netns import Namespaces
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("nat")]

REJECTING = EnforcementSettings(refusal=Refusal.REJECT)


@pytest.fixture
def lab(namespaces: Namespaces) -> Generator[NatLab]:
    """Give the machines; this thread is on the node."""
    require_package("nftables")
    lab = NatLab.of(namespaces)
    with lab.node.entered():
        yield lab


@pytest.mark.parametrize("interface", ["eth0", "*", ""])
def test_an_interface_without_policies_is_shut_but_for_what_keeps_a_node_alive(lab: NatLab, interface: str) -> None:
    """Failsafe ports, what was begun before, its pods, what it forwards, what other nodes wrap; by IPv4 and IPv6."""
    with Enforcer() as enforcer, listening(lab.node, NODE[4]) as waiting:
        enforcer.enforce(program())
        calling, answering = connected(lab.outside, waiting)
        with calling, answering:
            for version in (4, 6):
                assert reaches(lab.outside, lab.node, NODE[version])
            by_address = [] if interface else ["192.0.2.1", NODE[6]]
            wire = program(host(interface, expectedIPs=by_address))
            assert enforcer.enforce(wire)
            assert not enforcer.enforce(wire)
            assert enforcer.faults == {}
            calling.sendall(b"x")
            assert answering.recv(1) == b"x"
        for version in (4, 6):
            own, outside, pod = NODE[version], OUTSIDE[version], POD[version]
            assert not reaches(lab.outside, lab.node, own)
            assert not reaches(lab.node, lab.outside, outside)
            assert reaches(lab.outside, lab.node, own, SSH)
            assert not reaches(lab.node, lab.outside, outside, SSH), "of the failsafe ports it is one for ingress"
            assert reaches(lab.node, lab.outside, outside, 179)
            assert reaches(lab.node, lab.node, own), "what loops"
            assert reaches(lab.node, lab.pod, pod)
            assert reaches(lab.pod, lab.node, own)
            assert reaches(lab.pod, lab.outside, outside)
            assert reaches(lab.outside, lab.pod, pod)
            assert hears(lab.other_node, lab.node, own)
            assert not hears(lab.outside, lab.node, own)
        assert enforcer.enforce(program())
        assert reaches(lab.outside, lab.node, NODE[4])


def test_policies_decide_and_the_named_interface_goes_before_all(lab: NatLab) -> None:
    """Who may call which port, and what the node may call."""
    allowed = policy("calls", ingress=[rule("Allow", source=OUTSIDE[4])], egress=[rule("Allow", port=PORT + 1)])
    with Enforcer() as enforcer:
        enforcer.enforce(program(host("*"), policies=[allowed]))
        for others in (program(host("*"), policies=[allowed]), program(host("eth0"), policies=[allowed])):
            enforcer.enforce(others)
            assert reaches(lab.outside, lab.node, NODE[4])
            assert not reaches(lab.other_node, lab.node, NODE[4])
            assert not reaches(lab.outside, lab.node, NODE[4], PORT + 1)
            assert reaches(lab.node, lab.outside, OUTSIDE[4], PORT + 1)
            assert not reaches(lab.node, lab.outside, OUTSIDE[4])
        named = host("eth0", name="named", labels={"shut": "true"})
        open_others = policy("calls", selector="!has(shut)", ingress=[{"action": "Allow"}])
        enforcer.enforce(program(host("*"), named, policies=[open_others]))
        assert not reaches(lab.outside, lab.node, NODE[4])


def test_named_ports_are_those_of_the_interface_with_the_address(lab: NatLab) -> None:
    """A rule that names a port means the number that the HostEndpoint gives it."""
    ports = [{"name": "metrics", "protocol": "TCP", "port": PORT}]
    named = {"action": "Allow", "protocol": "TCP", "destination": {"ports": ["metrics"]}}
    given = state(host(expectedIPs=[NODE[4]], ports=ports), policies=[policy("named", ingress=[named])])
    with Enforcer(REJECTING) as enforcer:
        enforcer.enforce(program_of_state("n1", given))
        for port, expected in ((PORT, True), (PORT + 1, False)):
            assert reaches(lab.outside, lab.node, NODE[4], port) is expected
            assert allowed(given, OUTSIDE[4], NODE[4], port) is expected


def test_an_endpoint_that_cannot_be_enforced_stops_no_other(lab: NatLab) -> None:
    """It is told of; when an interface comes to have its address, that is shut at the next change."""
    lost = host(name="lost", labels={"role": "none"}, expectedIPs=["10.9.9.9"])
    shut, called = program(host("eth0"), lost), program(lost)
    with Enforcer(REJECTING) as enforcer:
        enforcer.enforce(shut)
        assert not reaches(lab.outside, lab.node, NODE[4])
        assert enforcer.faults == {"lost": "HostEndpoint(lost): no interface of this node has 10.9.9.9"}
        enforcer.enforce(called)
        assert reaches(lab.outside, lab.node, NODE[4])
        lab.node.ip("addr", "add", "10.9.9.9/32", "dev", "eth0")
        nothing = ProgramChange(endpoints={}, policies={}, sets={}, members={})
        assert enforcer.change(nothing, lambda: called)
        assert enforcer.faults == {}
        assert not reaches(lab.outside, lab.node, NODE[4])
        lab.node.ip("addr", "del", "10.9.9.9/32", "dev", "eth0")
        with pytest.raises(NftError, match=r"HostEndpoint\(lost\): no interface"), Enforcer(whole=True) as strict:
            strict.enforce(program(host("eth0"), lost))


def test_a_pod_whose_interface_has_another_name_sends_as_itself_too(lab: NatLab) -> None:
    """What looks at its packets is there only as long as there is such a pod."""
    lab.pod.ip("addr", "add", f"{SIBLING[4]}/32", "dev", "lo")
    with Enforcer(EnforcementSettings(interface_prefixes=("veth", "tap"))) as enforcer:
        for pods, spoofing in ((program(), False), (replace(program(), endpoints={}), True)):
            enforcer.enforce(pods)
            assert ("other_senders" in base_chains(lab.node)) is not spoofing
            assert hears(lab.pod, lab.outside, OUTSIDE[4], PORT)
            assert hears(lab.pod, lab.outside, OUTSIDE[4], PORT, source=SIBLING[4]) is spoofing
