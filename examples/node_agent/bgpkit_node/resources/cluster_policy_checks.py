"""What is wrong with the parts of policies for a whole cluster."""

from collections.abc import Iterator, Mapping, Sequence

from bgpkit_node.resources.cluster_policy_fields import (
    ClusterEgressPeer,
    ClusterIngressPeer,
    NamespacedPods,
    PolicySubject,
    PortInterval,
)
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kubernetes_policy_checks import check_network
from bgpkit_node.resources.label_selector import LabelSelector, check_label_selector


def check_one_of(field: str, options: Mapping[str, object]) -> Iterator[Fault]:
    """Yield a fault unless exactly one of the ``options`` has a value; None and an empty tuple are none."""
    chosen = [name for name, value in options.items() if value is not None and value != ()]
    if len(chosen) != 1:
        *others, last = options
        found = f"not {' and '.join(chosen)}" if chosen else "and none is set"
        yield Fault(field, f"takes exactly one of {', '.join(others)} and {last}, {found}")


def check_interval(field: str, interval: PortInterval) -> Iterator[Fault]:
    """Yield a fault when a range of ports holds none, or one alone, which is no range to the API."""
    if interval.start >= interval.end:
        yield Fault(f"{field}.end", f"must be greater than the start {interval.start}, not {interval.end}")


def check_subject(subject: PolicySubject) -> Iterator[Fault]:
    """Yield what is wrong with whom a policy is for."""
    yield from check_one_of("spec.subject", {"namespaces": subject.namespaces, "pods": subject.pods})
    yield from _check_pods("spec.subject", subject.namespaces, subject.pods)


def check_ingress_peers(field: str, peers: Sequence[ClusterIngressPeer]) -> Iterator[Fault]:
    """Yield what is wrong with the peers of a rule in ``field``."""
    yield from _check_some(field, peers)
    for index, peer in enumerate(peers):
        place = f"{field}[{index}]"
        yield from check_one_of(place, {"namespaces": peer.namespaces, "pods": peer.pods})
        yield from _check_pods(place, peer.namespaces, peer.pods)


def check_egress_peers(field: str, peers: Sequence[ClusterEgressPeer]) -> Iterator[Fault]:
    """Yield what is wrong with the peers of a rule in ``field``; those that cannot be enforced are refused."""
    yield from _check_some(field, peers)
    for index, peer in enumerate(peers):
        place = f"{field}[{index}]"
        if peer.nodes is not None:
            text = "cannot be enforced: write the addresses of the nodes as networks instead"
            yield Fault(f"{place}.nodes", text)
        if peer.domain_names:
            text = "cannot be enforced: a packet does not tell which name was asked for; write networks instead"
            yield Fault(f"{place}.domainNames", text)
        if peer.nodes is None and not peer.domain_names:
            options = {"namespaces": peer.namespaces, "pods": peer.pods, "networks": peer.networks}
            yield from check_one_of(place, options)
        yield from _check_pods(place, peer.namespaces, peer.pods)
        for at, text in enumerate(peer.networks):
            yield from check_network(f"{place}.networks[{at}]", text)


def _check_some(field: str, peers: Sequence[object]) -> Iterator[Fault]:
    if not peers:
        yield Fault(field, "needs at least one peer")


def _check_pods(place: str, namespaces: LabelSelector | None, pods: NamespacedPods | None) -> Iterator[Fault]:
    yield from check_label_selector(f"{place}.namespaces", namespaces)
    if pods is not None:
        yield from check_label_selector(f"{place}.pods.namespaceSelector", pods.namespace_selector)
        yield from check_label_selector(f"{place}.pods.podSelector", pods.pod_selector)
