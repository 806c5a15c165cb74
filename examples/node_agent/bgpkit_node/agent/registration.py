"""A node's own entry in the datastore, made or brought up to date when its agent starts."""

from typing import Final

import msgspec

from bgpkit_node.agent.own_node import change_node
from bgpkit_node.errors import NodeError
from bgpkit_node.resources import Metadata, Node, NodeBgp, NodeSpec, ResourceStore
from bgpkit_node.resources.bgp_identifier import IDENTIFIER, usual_identifier
from bgpkit_node.resources.metadata import check_metadata
from bgpkit_node.resources.node import OrchRef
from bgpkit_node.startup.own_addresses import OwnAddresses
from bgpkit_node.startup.router_id import BY_ADDRESS, RouterId

_KUBERNETES: Final = "k8s"


def check_name(name: str) -> None:
    """Raise NodeError unless a Node can be called ``name``."""
    for fault in check_metadata(Metadata(name=name)):
        raise NodeError(f"{fault.text} (name the node with --node)")


async def register(
    store: ResourceStore, name: str, own: OwnAddresses, *, router_id: RouterId = BY_ADDRESS, kubernetes: str = ""
) -> Node:
    """Return the Node ``name``, with the addresses ``own``, and ``kubernetes`` as the name it has there, if any.

    A BGP Identifier that is not the usual one stands in an annotation, so that others know it. What an operator wrote
    of the node stays as it is. Raises NodeError; InvalidResourcesError, which names both, when another node has the
    identifier, or has got one of the addresses meanwhile.
    """

    def change(node: Node) -> Node:
        """Put the addresses in place, unless the same stand there in another spelling, and the names."""
        spec = _referred(_addressed(node.spec, own), kubernetes)
        return _identified(msgspec.structs.replace(node, spec=spec), router_id)

    registered = await change_node(store, name, change, create=True)
    if registered is None:
        raise NodeError(f"Node({name}) was deleted while its agent started: start it again")
    return registered


def _addressed(spec: NodeSpec, own: OwnAddresses) -> NodeSpec:
    present = Node(metadata=Metadata(name="present"), spec=spec)
    if (present.ipv4, present.ipv6) == own:
        return spec
    present_bgp = spec.bgp or NodeBgp()
    bgp = msgspec.structs.replace(present_bgp, ipv4_address=str(own.ipv4 or ""), ipv6_address=str(own.ipv6 or ""))
    return msgspec.structs.replace(spec, bgp=bgp)


def _identified(node: Node, router_id: RouterId) -> Node:
    ipv4 = None if node.ipv4 is None else node.ipv4.ip
    identifier = router_id.of(node.name, ipv4)
    annotations = {key: value for key, value in node.metadata.annotations.items() if key != IDENTIFIER}
    if identifier != usual_identifier(node.name, ipv4):
        annotations[IDENTIFIER] = str(identifier)
    return msgspec.structs.replace(node, metadata=msgspec.structs.replace(node.metadata, annotations=annotations))


def _referred(spec: NodeSpec, kubernetes: str) -> NodeSpec:
    reference = OrchRef(node_name=kubernetes, orchestrator=_KUBERNETES)
    if not kubernetes or reference in spec.orch_refs:
        return spec
    others = tuple(known for known in spec.orch_refs if known.orchestrator != _KUBERNETES)
    return msgspec.structs.replace(spec, orch_refs=(*others, reference))
