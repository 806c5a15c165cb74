"""``apply --dry-run``: what a change would do, without doing it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from bgpkit import ChangePlan
from bgpkit_node.command.outcome import misfit
from bgpkit_node.command.overlap_warnings import overlaps_of
from bgpkit_node.command.reachability import added_findings, announced, cluster_resources, cut_off, named, refuse_shared
from bgpkit_node.command.route_changes import route_changes, told
from bgpkit_node.command.surroundings import opened_store
from bgpkit_node.command.tables import aligned
from bgpkit_node.command.writing import APPLY, by_identity
from bgpkit_node.datastore.settings import DatastoreSettings
from bgpkit_node.errors import AlreadyExistsError, ConflictError, NotFoundError
from bgpkit_node.ipam import load_snapshot
from bgpkit_node.peering import Cluster, Originated, cluster_of, plan_peerings
from bgpkit_node.peering.changes import SessionChange, session_changes
from bgpkit_node.resources import Applied, Document, WriteMode

_WORDS: Final = {
    ChangePlan.NONE: "none",
    ChangePlan.SOFT: "soft",
    ChangePlan.RESET: "reset",
    ChangePlan.ADD: "opens",
    ChangePlan.REMOVE: "closes",
}


async def foreseen(documents: Sequence[Document], datastore: DatastoreSettings) -> str:
    """Return what applying ``documents`` would do to resources, sessions and paths; InvalidResourcesError as apply."""
    async with opened_store(datastore) as store:
        try:
            planned = await store.write(documents, WriteMode.APPLY, dry_run=True)
        except (AlreadyExistsError, NotFoundError, ConflictError) as error:
            raise misfit(APPLY.word, documents, error) from error
        present = await cluster_resources(store)
        snapshot = await load_snapshot(store.datastore)
    before, after = cluster_of(present.values()), cluster_of((present | by_identity(planned)).values())
    refuse_shared(before, after, nothing=f"nothing {APPLY.done}")
    overlapping = await overlaps_of(documents, (present | by_identity(planned)).values())
    return "\n".join(
        [
            *_resources(planned),
            "",
            *_sessions(after, session_changes(before, after)),
            "",
            *told(*route_changes(before, after, snapshot)),
            "",
            *_paths(before, after, announced(snapshot, before.nodes, used=True)),
            *(f"warning: {finding}" for finding in added_findings(before, after)),
            *(f"warning: {overlap}" for overlap in overlapping),
            "nothing was changed: this was a dry run",
        ]
    )


def _resources(planned: Applied) -> Iterator[str]:
    yield from (f"would create {resource}" for resource in planned.created)
    yield from (f"would change {resource}" for resource in planned.updated)
    yield from (f"{resource} stays as it is" for resource in planned.unchanged)


def _sessions(after: Cluster, changes: Sequence[SessionChange]) -> Iterator[str]:
    total = sum(len(plan_peerings(after, node)) for node in after.nodes)
    kept = total - len(
        {(change.node, change.peering.address) for change in changes if change.change is not ChangePlan.REMOVE}
    )
    if changes:
        rows = [
            (
                change.node,
                change.peering.address,
                change.peering.node or "-",
                _WORDS[change.change],
                ", ".join(change.why),
            )
            for change in changes
        ]
        yield aligned(("NODE", "PEER", "PEER NODE", "SESSION", "WHY"), rows)
        count = Counter(change.change for change in changes)
        numbers = ", ".join(f"{number} {_WORDS[cost]}" for cost, number in count.items())
        yield f"ends of sessions: {numbers}; {kept} stay as they are"
    else:
        yield f"no session changes; {kept} ends of sessions stay as they are"


def _paths(before: Cluster, after: Cluster, used: Originated) -> Iterator[str]:
    lost = cut_off(before, after, used)
    if lost:
        yield f"these nodes would lose their path to each other: {named(lost)}; apply refuses that without --yes"
    else:
        yield "no two nodes would lose their path to each other"
