"""What is wrong with the rules of AdminNetworkPolicy and BaselineAdminNetworkPolicy."""

from collections.abc import Iterator, Sequence

from bgpkit_node.resources.admin_policy_fields import AdminEgressRule, AdminIngressRule, AdminPort
from bgpkit_node.resources.cluster_policy_checks import (
    check_egress_peers,
    check_ingress_peers,
    check_interval,
    check_one_of,
)
from bgpkit_node.resources.fault import Fault
from bgpkit_node.resources.kubernetes_policy_checks import check_named_port


def check_admin_rules(ingress: Sequence[AdminIngressRule], egress: Sequence[AdminEgressRule]) -> Iterator[Fault]:
    """Yield what is wrong with the rules of a policy."""
    for index, incoming in enumerate(ingress):
        yield from check_ingress_peers(f"spec.ingress[{index}].from", incoming.peers)
        yield from _check_ports(f"spec.ingress[{index}].ports", incoming.ports)
    for index, outgoing in enumerate(egress):
        yield from check_egress_peers(f"spec.egress[{index}].to", outgoing.peers)
        yield from _check_ports(f"spec.egress[{index}].ports", outgoing.ports)


def _check_ports(field: str, ports: Sequence[AdminPort]) -> Iterator[Fault]:
    for index, port in enumerate(ports):
        place = f"{field}[{index}]"
        options = {"portNumber": port.port_number, "namedPort": port.named_port, "portRange": port.port_range}
        yield from check_one_of(place, options)
        if port.named_port is not None:
            yield from check_named_port(f"{place}.namedPort", port.named_port)
        if port.port_range is not None:
            yield from check_interval(f"{place}.portRange", port.port_range)
