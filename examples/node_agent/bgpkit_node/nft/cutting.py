"""Connections of a node that its rules deny now, and their end. Linux only; blocks."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from bgpkit_node.kernel import KernelError, Ways
from bgpkit_node.nft.connections import forget_denied
from bgpkit_node.nft.error import NftError
from bgpkit_node.nft.settings import EnforcementSettings
from bgpkit_node.policy import Evaluator, Packet, PolicyState
from bgpkit_node.policy.model import Address
from bgpkit_node.policy.node_wires import NodeWires, Way


def cut_denied(
    node: str, state: PolicyState, settings: EnforcementSettings, endpoints: Collection[str], hosts: Mapping[str, str]
) -> int:
    """End the connections that the rules of ``node`` deny as it is now, and return how many.

    ``endpoints`` are the keys of those that are enforced here, pods and interfaces of the node, ``hosts`` which of them
    has which interface of the node. What other nodes deny they end themselves. By which interface a connection goes its
    routes tell; it is left alone where no route leads back. NftError when the kernel cannot be asked.
    """
    here = {key: state.endpoints[key] for key in endpoints if key in state.endpoints}
    pods: set[Address] = {address for each in here.values() if not each.host for address in each.addresses}
    peers = frozenset[Address]().union(*(addresses for name, addresses in state.nodes.items() if name != node))
    closed = (node,) if settings.node_closed else ()
    try:
        with Ways() as ways:
            wires = NodeWires(node, state, hosts, lambda address: Way(*ways.to(address)))
            evaluator = Evaluator(state, replace(settings.failsafe, peers=peers), closed, wires, here.keys())

            def allowed(packet: Packet) -> bool:
                """Tell whether the rules of this node let a packet pass."""
                concerned = hosts or not pods.isdisjoint((packet.source, packet.destination))
                return not concerned or evaluator.verdict(packet).allowed

            return forget_denied(allowed, settings.table)
    except KernelError as error:
        raise NftError(f"connections cannot be looked at: {error}") from error
