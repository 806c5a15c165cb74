"""Labels of nodes, and nodes that are no more. calico.md, section 1, row 19."""

import json

import pytest

from bgpkit_node.controllers.node_labels import NodeLabels
from bgpkit_node.errors import ConflictError, ResourceError
from bgpkit_node.resources import Metadata, Node, NodeSpec
from bgpkit_node.resources.copied_labels import KUBE_LABELS
from bgpkit_node.resources.node import OrchRef
from tests.support.kubernetes_scripts import Copied, an_object


async def labels(copied: Copied, name: str) -> dict[str, str]:
    """Return the labels of a node."""
    found = await copied.store.get(Node, name)
    assert found is not None
    return found.metadata.labels


async def test_labels_are_copied_to_the_node_that_has_the_name_or_refers_to_it() -> None:
    """Nodes that Kubernetes does not know, and nodes that only Kubernetes knows, are left alone."""
    copied = Copied(NodeLabels())
    refers = NodeSpec(orch_refs=(OrchRef(node_name="k8s-name", orchestrator="k8s"),))
    await copied.store.create(Node(metadata=Metadata(name="other-name"), spec=refers))
    await copied.store.create(Node(metadata=Metadata(name="same", labels={"rack": "7"})))
    await copied.store.create(Node(metadata=Metadata(name="by-hand")))
    told = [an_object(name, labels={"zone": "a"}, spec={}) for name in ("k8s-name", "same", "kubernetes-only")]
    assert await copied.settle(told) == ["k8s-name", "same"]
    assert await copied.settle(told) == []
    assert await copied.names() == ["by-hand", "other-name", "same"]
    assert await labels(copied, "other-name") == {"zone": "a"}
    assert await labels(copied, "same") == {"rack": "7", "zone": "a"}


async def test_a_node_that_kubernetes_had_and_has_no_more_is_deleted() -> None:
    """One that it never had stays; what a node owned is taken back by agents (test_ipam_leak_collector)."""
    copied = Copied(NodeLabels())
    for name in ("gone", "stays", "by-hand"):
        await copied.store.create(Node(metadata=Metadata(name=name)))
    told = {name: an_object(name, labels={"zone": "a"}) for name in ("gone", "stays")}
    await copied.settle(list(told.values()))
    assert await copied.settle([told["stays"]]) == ["gone"]
    assert await copied.names() == ["by-hand", "stays"]


async def test_a_node_that_somebody_changed_meanwhile_is_tried_again() -> None:
    """Nothing of the other's is written over."""
    copied = Copied(NodeLabels())
    await copied.store.create(Node(metadata=Metadata(name="n")))
    await copied.settle([])
    await copied.store.label(Node, "n", {"rack": "7"})
    copied.copier.take(an_object("n", labels={"zone": "a"}))
    with pytest.raises(ConflictError):
        await copied.copier.settle("n", copied.store)
    assert await labels(copied, "n") == {"rack": "7"}


async def test_every_label_is_copied_and_one_that_cannot_be_is_named() -> None:
    """Those with Calico's prefix too: selectors of a migration speak of them."""
    copied = Copied(NodeLabels())
    await copied.store.create(Node(metadata=Metadata(name="n")))
    await copied.settle([an_object("n", labels={"projectcalico.org/ds-ready": "true", "zone": "a"})])
    found = await copied.store.get(Node, "n")
    assert found is not None
    told = {"projectcalico.org/ds-ready": "true", "zone": "a"}
    assert (json.loads(found.metadata.annotations[KUBE_LABELS]), found.metadata.labels) == (told, told)
    with pytest.raises(ResourceError, match=r"Node\(n\) metadata\.labels"):
        await copied.settle([an_object("n", labels={"-": "x"})])
