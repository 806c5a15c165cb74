"""What policies say of a connection between the ends of a walk."""

from dataclasses import dataclass
from ipaddress import ip_address

from bgpkit_node.command.policy_evaluator import stored_settings, verdict_of
from bgpkit_node.command.policy_source import parse_port, stored_cluster
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.diagnosis.walk import Walk
from bgpkit_node.policy import Cluster, Packet, Verdict
from bgpkit_node.policy.explanation import explained, values_of


@dataclass(frozen=True, slots=True)
class WalkPolicy:
    """A verdict over the first packet, and the cluster in which it was found."""

    packet: Packet
    verdict: Verdict
    cluster: Cluster

    @property
    def text(self) -> str:
        """What decided, in lines."""
        return "\n".join(explained(self.packet, self.verdict, self.cluster))

    @property
    def values(self) -> dict[str, object]:
        """The same for machines."""
        return values_of(self.packet, self.verdict)


async def policy_of_walk(walk: Walk, port: str, datastore: DatastoreSettings) -> WalkPolicy:
    """Return what the stored policies say of a connection to ``port``, as ``80/TCP`` or ``ICMP``; UsageError."""
    protocol, number = parse_port(port)
    cluster, settings = await stored_cluster(datastore), await stored_settings(datastore)
    packet = Packet(
        source=ip_address(walk.source), destination=ip_address(walk.destination), protocol=protocol, port=number
    )
    return WalkPolicy(packet, verdict_of(packet, cluster, settings), cluster)
