"""The agent's side of a look at the network below: what it measures of the other nodes when it is asked to."""

from collections.abc import Mapping
from typing import Final

import msgspec

from bgpkit_node.datastore import Datastore
from bgpkit_node.diagnosis import measure, targets_of
from bgpkit_node.errors import NodeError
from bgpkit_node.ipam import load_snapshot
from bgpkit_node.peering import cluster_of
from bgpkit_node.resources import BGPConfiguration, Node, ResourceStore

_MOST: Final = 60.0
"""Seconds of patience that may be asked for."""


class UnderlayAnswers:
    """Measures from one node."""

    def __init__(self, node: str, datastore: Datastore) -> None:
        """Measure from ``node``, in whose network namespace the process runs, as the agent of which it has rights."""
        self._node = node
        self._datastore = datastore

    async def underlay(self, request: Mapping[str, object]) -> dict[str, object]:
        """Tell what comes back from each other node within so many ``seconds``; DatastoreError, NodeError."""
        seconds = request.get("seconds", 1.0)
        if not isinstance(seconds, int | float) or not 0 < seconds <= _MOST:
            raise NodeError(f"the question about the underlay has no seconds to wait: {seconds!r}")
        store = ResourceStore(self._datastore)
        cluster = cluster_of([*await store.list(Node), *await store.list(BGPConfiguration)])
        targets = targets_of(cluster, await load_snapshot(self._datastore))
        found = await measure([each for each in targets if each.node != self._node], seconds=seconds)
        return {"node": self._node, "measured": msgspec.to_builtins(found)}
