"""The resources as a watch has told them so far."""

from collections.abc import Callable

from bgpkit_node.peering import Cluster, cluster_of
from bgpkit_node.resources import FelixConfiguration, FelixSettings, Node, Resource, ResourceBatch


class ResourceView:
    """Folds the batches of a watch into the present state; every state it shows is one that the store had."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._resources: dict[tuple[str, str], Resource] = {}
        self._cluster: Cluster | None = None
        self._followers: list[Callable[[], None]] = []

    @property
    def cluster(self) -> Cluster:
        """The cluster as it is now."""
        if self._cluster is None:
            self._cluster = cluster_of(tuple(self._resources.values()))
        return self._cluster

    def settings(self, node: Node) -> FelixSettings:
        """Return what the FelixConfigurations come to on ``node``."""
        return FelixSettings.of(
            (resource for resource in self._resources.values() if isinstance(resource, FelixConfiguration)), node
        )

    def on_change(self, follower: Callable[[], None]) -> None:
        """Call ``follower`` whenever a batch has been taken in."""
        self._followers.append(follower)

    def take(self, batch: ResourceBatch, *, anew: bool = False) -> None:
        """Take in one batch; one with which a watch begins ``anew`` tells all that is there, and nothing else is."""
        self._cluster = None
        if anew:
            self._resources.clear()
        for change in batch.changes:
            key = (change.resource.kind, change.resource.qualified_name)
            if change.new is None:
                self._resources.pop(key, None)
            else:
                self._resources[key] = change.new
        for follower in self._followers:
            follower()
