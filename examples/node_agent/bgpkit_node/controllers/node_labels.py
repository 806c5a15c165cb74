"""Labels of Kubernetes' nodes on our Nodes, which peerings and pools select by; and nodes that are no more."""

from collections.abc import Mapping

import msgspec

from bgpkit_node.controllers.copier import Copier
from bgpkit_node.controllers.objects import Unusable, metadata_of, name_of
from bgpkit_node.errors import ResourceError
from bgpkit_node.kubernetes import ApiObject
from bgpkit_node.kubernetes.kinds import NODES
from bgpkit_node.resources import Node, ResourceStore
from bgpkit_node.resources.copied_labels import KUBE_LABELS, with_copied
from bgpkit_node.resources.metadata import check_label
from bgpkit_node.resources.workload_endpoint import KUBERNETES


class NodeLabels(Copier[Mapping[str, str], Node]):
    """Copies labels; a Node whose labels came from Kubernetes, and that Kubernetes has no more, is deleted.

    What the node had, addresses and blocks, is taken back by the agents that go on.
    """

    def __init__(self) -> None:
        """Know none yet."""
        super().__init__(NODES, Node)

    def read(self, found: ApiObject) -> Mapping[str, str]:
        """Return the labels of a node."""
        return checked_labels(found, "Node")

    def about(self, resource: Node) -> str:
        """Return the name that Kubernetes knows a node by: its agent tells it, or it is the same."""
        names = [each.node_name for each in resource.spec.orch_refs if each.orchestrator == KUBERNETES]
        return next(filter(None, names), resource.name)

    async def settle(self, name: str, store: ResourceStore) -> bool:
        """Write the labels that differ, or delete the node."""
        labels, written = self.seen.get(name), False
        if isinstance(labels, Unusable):
            raise labels.error
        for node in self.stored(name):
            if labels is not None:
                metadata = with_copied(node.metadata, labels)
                if metadata != node.metadata:
                    await store.replace(msgspec.structs.replace(node, metadata=metadata))
                    written = True
            elif self.complete and KUBE_LABELS in node.metadata.annotations:
                await store.delete(Node, node.name, node.revision)
                written = True
        return written


def checked_labels(found: ApiObject, kind: str) -> Mapping[str, str]:
    """Return the labels of an object. ResourceError when one cannot be."""
    labels = metadata_of(found).labels
    for fault in (fault for key, value in labels.items() for fault in check_label(key, value)):
        raise ResourceError(fault.text, kind=f"{kind}({name_of(found)})", field=fault.field)
    return labels
