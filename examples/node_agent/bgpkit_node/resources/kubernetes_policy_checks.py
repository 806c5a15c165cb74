"""What is wrong with NetworkPolicies of Kubernetes: the rules of its API server."""

import re
from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from bgpkit_node.resources.address_text import parse_interface
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kubernetes_policy_fields import IPBlock, KubernetesPolicySpec, PolicyPeer, PolicyPort
from bgpkit_node.resources.label_selector import check_label_selector

_PORT_NAME: Final = re.compile(r"(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*")
_PORTS: Final = range(1, 65536)


def check_kubernetes_policy(spec: KubernetesPolicySpec) -> Iterator[Fault]:
    """Yield what is wrong with what a policy says."""
    yield from check_label_selector("spec.podSelector", spec.pod_selector)
    for index, incoming in enumerate(spec.ingress):
        yield from _check_rule(f"spec.ingress[{index}]", "from", incoming.peers, incoming.ports)
    for index, outgoing in enumerate(spec.egress):
        yield from _check_rule(f"spec.egress[{index}]", "to", outgoing.peers, outgoing.ports)


def check_named_port(field: str, name: str) -> Iterator[Fault]:
    """Yield what is wrong with the name of a port."""
    if name.isdecimal():
        yield Fault(field, f"{name!r} is a text: write the number {name} without quotes")
    elif not _PORT_NAME.fullmatch(name):
        text = "use 1 to 15 of a-z, 0-9 and single hyphens inside, with a letter among them"
        yield Fault(field, f"{name!r} is not the name of a port: {text}")


def check_network(field: str, text: str) -> Iterator[Fault]:
    """Yield what is wrong with a network, which needs a prefix length."""
    if _network(text) is None:
        yield Fault(field, f"{text!r} is not a network: write it as 10.9.8.0/24 or 2001:db8::/64")


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return parse_interface(text).network if "/" in text else None
    except ValueError:
        return None


def _check_rule(place: str, word: str, peers: tuple[PolicyPeer, ...], ports: tuple[PolicyPort, ...]) -> Iterator[Fault]:
    for index, port in enumerate(ports):
        yield from _check_port(f"{place}.ports[{index}]", port)
    for index, peer in enumerate(peers):
        yield from _check_peer(f"{place}.{word}[{index}]", peer)


def _check_port(place: str, port: PolicyPort) -> Iterator[Fault]:
    number = port.port
    if isinstance(number, str):
        yield from check_named_port(f"{place}.port", number)
    elif number is not None and number not in _PORTS:
        yield Fault(f"{place}.port", f"must be between 1 and 65535, not {number}")
    if port.end_port is None:
        return
    if number is None:
        yield Fault(f"{place}.endPort", "cannot be set without port")
    elif isinstance(number, str):
        yield Fault(f"{place}.endPort", f"cannot be set where port is a name, {number}")
    elif port.end_port not in _PORTS:
        yield Fault(f"{place}.endPort", f"must be between 1 and 65535, not {port.end_port}")
    elif port.end_port < number:
        yield Fault(f"{place}.endPort", f"must be at least the port {number}, not {port.end_port}")


def _check_peer(place: str, peer: PolicyPeer) -> Iterator[Fault]:
    if peer.pod_selector is None and peer.namespace_selector is None and peer.ip_block is None:
        yield Fault(place, "must name a peer: podSelector, namespaceSelector, both of them, or ipBlock")
    if peer.ip_block is not None and (peer.pod_selector is not None or peer.namespace_selector is not None):
        yield Fault(f"{place}.ipBlock", "cannot be set together with podSelector or namespaceSelector")
    yield from check_label_selector(f"{place}.podSelector", peer.pod_selector)
    yield from check_label_selector(f"{place}.namespaceSelector", peer.namespace_selector)
    if peer.ip_block is not None:
        yield from _check_block(f"{place}.ipBlock", peer.ip_block)


def _check_block(place: str, block: IPBlock) -> Iterator[Fault]:
    yield from check_network(f"{place}.cidr", block.cidr)
    outer = _network(block.cidr)
    for index, text in enumerate(block.excepted):
        field = f"{place}.except[{index}]"
        yield from check_network(field, text)
        inner = _network(text)
        if outer is None or inner is None:
            continue
        if inner.version != outer.version or not _inside(inner, outer):
            yield Fault(field, f"{text} must lie in {block.cidr} and be smaller")


def _inside(inner: IPv4Network | IPv6Network, outer: IPv4Network | IPv6Network) -> bool:
    return inner.prefixlen > outer.prefixlen and inner.network_address in outer
