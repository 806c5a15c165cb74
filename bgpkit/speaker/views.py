"""What the tables hold, for people: the RIBs of RFC 4271, section 3.2, computed when asked for."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import Enum

from bgpkit.adj_rib_out import UpdateGroup, advertised
from bgpkit.errors import ConfigError
from bgpkit.speaker.destination import locate
from bgpkit.speaker.route import Route
from bgpkit.wire import ROWS, Nlri
from bgpkit_fsm import Family
from bgpkit_rib import Entry, Path, Source, SourceKind, Table, best_of, paths_of


class RibView(Enum):
    """The RIBs that can be looked at. RFC 4271, section 3.2; RFC 7854, section 2; RFC 8671, section 4."""

    ADJ_RIB_IN_PRE = "adj-rib-in-pre"
    """What peers announced, before the import policy."""
    ADJ_RIB_IN_POST = "adj-rib-in-post"
    """The same after the import policy; what it refused, and what else may not be chosen, is not ``eligible``."""
    LOC_RIB = "loc-rib"
    """The best route of each destination."""
    ADJ_RIB_OUT = "adj-rib-out"
    """What a peer is sent, after the export policy."""


class Views:
    """Reads the tables of a speaker; a table may change while somebody iterates."""

    def __init__(self, tables: Mapping[Family, Table]) -> None:
        """Read ``tables``."""
        self._tables = tables

    def table(self, family: Family) -> Table:
        """Return the table of ``family``; ConfigError when the speaker has none."""
        if family not in self._tables:
            raise ConfigError(f"this speaker has no table for {family}; name it in families")
        return self._tables[family]

    def tables(self, families: Family | Iterable[Family]) -> Mapping[Family, Table]:
        """Return the tables of ``families``; ConfigError when the speaker lacks one, or none is named."""
        chosen = (families,) if isinstance(families, Family) else tuple(families)
        if not chosen:
            raise ConfigError("families is empty; name at least one, such as ipv4-unicast")
        return {family: self.table(family) for family in chosen}

    def size(self, family: Family) -> int:
        """Return how many destinations of ``family`` have a best path."""
        return self.table(family).reachable

    def routes(
        self, family: Family, source: Source | None, view: RibView | None, group: UpdateGroup | None
    ) -> Iterator[Route]:
        """Yield the routes of a RIB, of one ``source`` if that is given; ``group`` sends to it.

        ConfigError for the Adj-RIB-Out of nobody.
        """
        table = self.table(family)
        match view or (RibView.LOC_RIB if source is None else RibView.ADJ_RIB_IN_POST):
            case RibView.LOC_RIB:
                return self._loc_rib(family, table, source)
            case RibView.ADJ_RIB_IN_POST:
                return self._adj_rib_in(family, table, source, received=False)
            case RibView.ADJ_RIB_IN_PRE:
                return self._adj_rib_in(family, table, source, received=True)
            case RibView.ADJ_RIB_OUT:
                if source is None:
                    raise ConfigError("each peer has an Adj-RIB-Out of its own: name the peer")
                return self._adj_rib_out(family, table, source, group)

    def _loc_rib(self, family: Family, table: Table, source: Source | None) -> Iterator[Route]:
        decode = ROWS[family].decode
        for key, path in table.loc_rib():
            if source is None or path.source is source:
                yield Route(decode(key, path.rest), path, best=True)

    def _adj_rib_in(self, family: Family, table: Table, source: Source | None, *, received: bool) -> Iterator[Route]:
        decode = ROWS[family].decode
        for key, entry in table.items():
            best = best_of(entry)
            for path in paths_of(entry):
                if path.source is source or (source is None and path.kind is not SourceKind.LOCAL):
                    nlri = decode(key, path.rest)
                    yield Route(nlri, path, best=path is best, block=path.received if received else None)

    def _adj_rib_out(self, family: Family, table: Table, source: Source, group: UpdateGroup | None) -> Iterator[Route]:
        decode = ROWS[family].decode
        for key, path, block, path_id in () if group is None else advertised(group, table, source):
            best = best_of(table.get(key)) is path
            yield Route(decode(key, path.rest), path, best=best, block=block, sent_path_id=path_id)

    def paths(self, destination: str | Nlri, family: Family | None = None) -> tuple[Route, ...]:
        """Return all paths to exactly ``destination``, the best first; none is empty."""
        family, key, _ = locate(destination, family)
        return routes_of(family, key, self.table(family).get(key))


def routes_of(family: Family, key: bytes, entry: Entry | None) -> tuple[Route, ...]:
    """Return what a table of ``family`` holds for ``key``, the best path first."""
    best = best_of(entry)
    decode: Callable[[bytes, bytes], Nlri] = ROWS[family].decode
    paths: Iterable[Path] = paths_of(entry)
    return tuple(Route(decode(key, path.rest), path, best=path is best) for path in paths)
