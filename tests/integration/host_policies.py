"""HostEndpoints and policies for them as they are written, and packets that they let pass or not."""

import json
import socket
from contextlib import ExitStack
from ipaddress import ip_address
from typing import Any, Final

import yaml

from bgpkit_node.policy import Evaluator, Packet, PolicyState, policy_of, program_of_state
from bgpkit_node.policy.from_endpoints import endpoint_of_host
from bgpkit_node.policy.model import Endpoint
from bgpkit_node.policy.program import NodeProgram
from bgpkit_node.resources import HostEndpoint, load_documents
from tests.integration.nat_lab import NODE, OTHER_NODE, POD, family_of, listening
from tests.support.netns import Namespace

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
    return {**found, "source": {"nets": [f"{source}/{128 if ':' in source else 32}"]}} if source else found


def document(kind: str, metadata: dict[str, Any], spec: dict[str, Any]) -> dict[str, Any]:
    """Return a resource of Calico's as it is written."""
    return {"apiVersion": "projectcalico.org/v3", "kind": kind, "metadata": metadata, "spec": spec}


def program(*hosts: dict[str, Any], policies: list[dict[str, Any]] | None = None) -> NodeProgram:
    """Return what node n1, which has one open pod, enforces."""
    return program_of_state("n1", state(*hosts, policies=policies))


def allowed(given: PolicyState, source: str, destination: str, port: int) -> bool:
    """Tell what the evaluator says of a TCP connection."""
    packet = Packet(source=ip_address(source), destination=ip_address(destination), protocol=6, port=port)
    return Evaluator(given).verdict(packet).allowed


def state(*hosts: dict[str, Any], policies: list[dict[str, Any]] | None = None) -> PolicyState:
    """Return a state with node n1, which has one open pod, and node n2."""
    text = yaml.safe_dump_all([*hosts, *(policies or [])])
    found = [each.resource for each in load_documents(text, "test")] if text.strip() else []
    endpoints = [endpoint_of_host(each, {}, "n1") for each in found if isinstance(each, HostEndpoint)]
    asked = [each for each in map(policy_of, found) if each is not None]
    return PolicyState(
        endpoints={each.key: each for each in (POD_HERE, *endpoints)},
        policies={each.id: each for each in asked},
        nodes={
            "n1": frozenset(map(ip_address, NODE.values())),
            "n2": frozenset(map(ip_address, OTHER_NODE.values())),
        },
    )


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


def base_chains(node: Namespace) -> set[str]:
    """Return the names of the chains that are hooked into the way of packets, of all tables of a machine."""
    listed = json.loads(node.run(["nft", "-j", "list", "chains"]).stdout)["nftables"]
    return {each["chain"]["name"] for each in listed if "hook" in each.get("chain", {})}


def hears(sender: Namespace, server: Namespace, address: str, port: int = VXLAN, *, source: str = "") -> bool:
    """Tell whether a datagram comes to a port, that of VXLAN; ``source`` is an address that the sender takes for it."""
    with ExitStack() as stack:
        waiting = stack.enter_context(listening(server, address, socket.SOCK_DGRAM, port))
        with sender.entered():
            sending = stack.enter_context(socket.socket(family_of(address), socket.SOCK_DGRAM))
        if source:
            sending.bind((source, 0))
        sending.sendto(b"x", (address, port))
        waiting.settimeout(_QUIET)
        try:
            return waiting.recv(1) == b"x"
        except TimeoutError:
            return False
