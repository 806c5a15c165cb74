"""The resources as a watch has told them so far."""

from bgpkit_node.peering import Cluster
from bgpkit_node.resources import Resource, ResourceBatch


class ResourceView:
    """Folds the batches of a watch into the present state; every state it shows is one that the store had."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._resources: dict[tuple[str, str], Resource] = {}

    @property
    def cluster(self) -> Cluster:
        """The cluster as it is now."""
        return Cluster.of(tuple(self._resources.values()))

    def take(self, batch: ResourceBatch, *, anew: bool = False) -> None:
        """Take in one batch; one with which a watch begins ``anew`` tells all that is there, and nothing else is."""
        if anew:
            self._resources.clear()
        for change in batch.changes:
            key = (change.resource.kind, change.resource.qualified_name)
            if change.new is None:
                self._resources.pop(key, None)
            else:
                self._resources[key] = change.new
