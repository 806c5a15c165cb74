"""Looking before a change of resources whether it would leave nodes without a path to each other."""

from collections.abc import Iterable

from bgpkit_node.errors import NodeError
from bgpkit_node.peering import Cluster, pairs_without_path
from bgpkit_node.resources import KINDS, Resource, ResourceStore


async def read_all(store: ResourceStore) -> dict[tuple[str, str], Resource]:
    """Return all resources by kind and name."""
    return {(resource.kind, resource.name): resource for kind in KINDS for resource in await store.list(kind.type)}


def refuse_cut(before: Iterable[Resource], after: Iterable[Resource], *, nothing: str) -> None:
    """Raise NodeError, naming the pairs, when nodes that reach each other would not any more.

    ``nothing`` says what was not done, such as "nothing applied". A node that comes, or goes, is not cut off.
    """
    old, new = Cluster.of(before), Cluster.of(after)
    cut = set(pairs_without_path(new)) - set(pairs_without_path(old))
    stayed = {node.name for node in old.nodes if node.ipv4 is not None}
    pairs = [f"{one} - {other}" for one, other in sorted(cut) if {one, other} <= stayed]
    if pairs:
        raise NodeError(
            f"{nothing}: no session would carry routes between {', '.join(pairs)}; "
            "add peerings to the same call of apply, or say --yes to cut them off"
        )
