"""Stale routes become long-lived stale: made anew as if they had come with LLGR_STALE, or withdrawn.

RFC 9494, section 4.2.
"""

from collections.abc import Iterator

from bgpkit.speaker.ingest import Ingest
from bgpkit.speaker.judging_again import judge_again
from bgpkit.speaker.stale_mark import has_community
from bgpkit.wire import with_communities
from bgpkit_fsm import Family
from bgpkit_rib import LLGR_STALE, NO_LLGR, Path, Table


def mark_long_lived(family: Family, table: Table, ingest: Ingest, below: int) -> Iterator[None]:
    """Make the paths of a peer that are of generations under ``below`` long-lived stale, a slice at each step.

    They keep their generation, so that the sweep at the end finds them. What has the community NO_LLGR goes, whether
    the peer or a policy put it there.
    """
    source = ingest.source
    marked: dict[Path, Path | None] = {}

    def mark(family: Family, path: Path, keys: list[bytes]) -> None:
        if path not in marked:
            marked[path] = _marked(path, ingest)
        fresh = marked[path]
        if fresh is None:
            table.withdraw(source, keys, path.path_id)
        elif fresh is not path:
            ingest.take(family, fresh, keys)

    return judge_again(family, table, lambda path: path.source is source and path.generation < below, mark)


def _marked(path: Path, ingest: Ingest) -> Path | None:
    """Return what becomes of ``path``, before the policy; None for nothing."""
    if has_community(path.raw, NO_LLGR) or has_community(path.received, NO_LLGR):
        return None
    try:
        received = with_communities(path.received, LLGR_STALE)
    except ValueError:  # it has more communities than an attribute can hold
        return None
    return path if received is path.received else ingest.before_policy(path, received)
