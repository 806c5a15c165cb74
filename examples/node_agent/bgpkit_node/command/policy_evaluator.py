"""Verdicts as the nodes of a cluster would have them: by the policies, and by what FelixConfiguration says of nodes."""

from collections.abc import Mapping
from typing import Final

from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.nft import EnforcementSettings
from bgpkit_node.nft.configured import enforcement_settings
from bgpkit_node.policy import Cluster, Evaluator, Packet, Verdict
from bgpkit_node.policy.failsafe import Failsafe
from bgpkit_node.policy.host_wires import HostWires
from bgpkit_node.resources import FelixConfiguration, FelixSettings, Node

_USUAL: Final = EnforcementSettings()


async def stored_settings(datastore: DatastoreSettings) -> dict[str, EnforcementSettings]:
    """Return how each node of a datastore enforces policies, unless its agent is started otherwise."""
    async with opened_store(datastore) as store:
        configurations = await store.list(FelixConfiguration)
        nodes = await store.list(Node)
    return {node.name: enforcement_settings(_USUAL, FelixSettings.of(configurations, node)) for node in nodes}


def verdict_of(packet: Packet, cluster: Cluster, settings: Mapping[str, EnforcementSettings]) -> Verdict:
    """Decide about the first packet of a connection; nodes without settings have the usual ones."""
    wires = HostWires(cluster.state)
    sender, receiver = (settings.get(wires.node(address), _USUAL) for address in (packet.source, packet.destination))
    failsafe = Failsafe(receiver.failsafe_inbound, sender.failsafe_outbound)
    closed = [name for name, each in settings.items() if each.node_closed]
    return Evaluator(cluster.state, failsafe, closed).verdict(packet)
