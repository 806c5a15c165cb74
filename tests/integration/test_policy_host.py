"""Policies for the interfaces of a node, by packets: what the node gets and sends itself, and what nobody shuts."""

import socket
from collections.abc import Generator
from contextlib import ExitStack
from ipaddress import ip_address
from typing import Any, Final

import pytest
import yaml

from bgpkit_node.nft import Enforcer, NftError
from bgpkit_node.policy import PolicyState, policy_of, program_of_state
from bgpkit_node.policy.from_endpoints import endpoint_of_host
from bgpkit_node.policy.model import Endpoint
from bgpkit_node.policy.program import NodeProgram
from bgpkit_node.resources import HostEndpoint, load_documents
from tests.integration.nat_lab import NODE, OTHER_NODE, OUTSIDE, POD, NatLab, connected, family_of, listening
from tests.support.netns import Namespace, Namespaces
from tests.support.skips import require_package

pytestmark = [pytest.mark.netns, pytest.mark.xdist_group("nat")]

PORT: Final = 5000
SSH: Final = 22
VXLAN: Final = 4789
_QUIET: Final = 0.2
POD_HERE: Final = Endpoint(
    key="default/pod",
    node="n1",
    addresses=(ip_address(POD[4]), ip_address(POD[6])),
    interface="cali0",
    local=True,
)


@pytest.fixture
def lab(namespaces: Namespaces) -> Generator[NatLab]:
    """Give the machines; this thread is on the node."""
    require_package("nftables")
    lab = NatLab.of(namespaces)
    with lab.node.entered():
        yield lab


@pytest.mark.parametrize("interface", ["eth0", "*"])
def test_an_interface_without_policies_is_shut_but_for_what_keeps_a_node_alive(lab: NatLab, interface: str) -> None:
    """Failsafe ports, what was begun before, its pods, what it forwards, what other nodes wrap; by IPv4 and IPv6."""
    with Enforcer() as enforcer, listening(lab.node, NODE[4]) as waiting:
        enforcer.enforce(program())
        calling, answering = connected(lab.outside, waiting)
        with calling, answering:
            for version in (4, 6):
                assert reaches(lab.outside, lab.node, NODE[version])
            assert enforcer.enforce(program(host(interface)))
            assert not enforcer.enforce(program(host(interface)))
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


@pytest.mark.parametrize(
    ("endpoint", "fields", "sentence"),
    [
        ({"expectedIPs": ["10.4.7.11"]}, {}, "not enforced yet without spec.interfaceName"),
        ({"interfaceName": "eth0"}, {"applyOnForward": True}, "applyOnForward is not enforced yet"),
        ({"interfaceName": "eth0"}, {"applyOnForward": True, "preDNAT": True}, "preDNAT (is|are) not enforced yet|not"),
    ],
)
def test_what_is_not_enforced_is_refused_whole(
    lab: NatLab, endpoint: dict[str, Any], fields: dict[str, Any], sentence: str
) -> None:
    """In one sentence, and what was in force stays so."""
    refused = policy("early", ingress=[{"action": "Deny"}], **fields)
    with Enforcer() as enforcer:
        enforcer.enforce(program(host("eth0")))
        with pytest.raises(NftError, match=sentence):
            enforcer.enforce(program(host(**endpoint), policies=[refused]))
        assert not reaches(lab.outside, lab.node, NODE[4])


def host(
    interface: str = "", *, name: str = "wire", labels: dict[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    """Return a HostEndpoint of node n1."""
    named = {"interfaceName": interface} if interface else {}
    metadata = {"name": name, "labels": {"role": "node", **(labels or {})}}
    return document("HostEndpoint", metadata, {"node": "n1", **named, **spec})


def policy(name: str, *, selector: str = "role == 'node'", **spec: Any) -> dict[str, Any]:
    """Return a GlobalNetworkPolicy."""
    return document("GlobalNetworkPolicy", {"name": name}, {"selector": selector, **spec})


def rule(action: str, *, port: int = PORT, source: str = "") -> dict[str, Any]:
    """Return a rule for TCP to a port."""
    found: dict[str, Any] = {"action": action, "protocol": "TCP", "destination": {"ports": [port]}}
    return {**found, "source": {"nets": [f"{source}/32"]}} if source else found


def document(kind: str, metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Return a resource of Calico's as it is written."""
    return {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": spec}


def program(*hosts: dict[str, Any], policies: list[dict[str, Any]] | None = None) -> NodeProgram:
    """Return what node n1, which has one open pod, enforces."""
    text = yaml.safe_dump_all([*hosts, *(policies or [])])
    found = [each.resource for each in load_documents(text, "test")] if text.strip() else []
    endpoints = [endpoint_of_host(each, {}, "n1") for each in found if isinstance(each, HostEndpoint)]
    asked = [each for each in map(policy_of, found) if each is not None]
    state = PolicyState(
        endpoints={each.key: each for each in (POD_HERE, *endpoints)},
        policies={each.id: each for each in asked},
        nodes={
            "n1": frozenset(map(ip_address, NODE.values())),
            "n2": frozenset(map(ip_address, OTHER_NODE.values())),
        },
    )
    return program_of_state("n1", state)


def reaches(caller: Namespace, server: Namespace, address: str, port: int = PORT) -> bool:
    """Tell whether a TCP connection can be made."""
    with caller.entered():
        calling = socket.socket(family_of(address), socket.SOCK_STREAM)
    with listening(server, address, port=port), calling:
        calling.settimeout(_QUIET)
        try:
            calling.connect((address, port))
        except OSError:
            return False
    return True


def hears(sender: Namespace, server: Namespace, address: str) -> bool:
    """Tell whether a datagram comes to the port of VXLAN."""
    with ExitStack() as stack:
        waiting = stack.enter_context(listening(server, address, socket.SOCK_DGRAM, VXLAN))
        with sender.entered():
            sending = stack.enter_context(socket.socket(family_of(address), socket.SOCK_DGRAM))
        sending.sendto(b"x", (address, VXLAN))
        waiting.settimeout(_QUIET)
        try:
            return waiting.recv(1) == b"x"
        except TimeoutError:
            return False
