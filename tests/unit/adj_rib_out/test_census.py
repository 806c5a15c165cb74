"""The census equals a recount, however the table changes while it is taken."""

from hypothesis import given
from hypothesis import strategies as st

from bgpkit.adj_rib_out.add_path_writer import AddPathWriter
from bgpkit.adj_rib_out.best_writer import BestWriter
from bgpkit.adj_rib_out.census import Census
from bgpkit.adj_rib_out.export import Export
from bgpkit.adj_rib_out.path_ids import PathIds
from bgpkit.adj_rib_out.writer import Writer
from bgpkit_rib import AddPathAll, Entry, Source, SourceKind, Table, make_path
from tests.unit.adj_rib_out.test_best_writer import RAW, key_of

KEYS = [bytes((8, number)) for number in range(1, 6)]
SOURCES = [Source(f"peer{n}", kind) for n, kind in enumerate((SourceKind.CLIENT, SourceKind.NON_CLIENT))]
KINDS = (SourceKind.CLIENT, SourceKind.NON_CLIENT)
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["announce", "withdraw", "count"]),
        st.integers(0, 1),
        st.sets(st.sampled_from(KEYS), min_size=1),
    ),
    max_size=25,
)


def recount(writer: Writer, table: Table, member: Source) -> int:
    """Return how many routes there are for ``member``, key by key."""
    found = 0
    for key in {*table.keys(), *writer.export.own}:
        for path in writer.selected(writer.entry(key, table.get)):
            found += path.source is not member and len(writer.export.outgoing(path, [key]))
    return found


@given(
    before=EVENTS,
    meanwhile=EVENTS,
    add_path=st.booleans(),
    kind=st.sampled_from([SourceKind.CLIENT, SourceKind.NON_CLIENT]),
)
def test_the_census_equals_a_recount(
    before: list[tuple[str, int, set[bytes]]],
    meanwhile: list[tuple[str, int, set[bytes]]],
    add_path: bool,
    kind: SourceKind,
) -> None:
    """Without ADD-PATH and with it; of a key of our own, the table's paths do not count."""
    if add_path:
        export = Export(key_of(kind=kind, selection=AddPathAll(), add_path=True))
        writer: Writer = AddPathWriter(export, SOURCES, PathIds(bool))
    else:
        writer = BestWriter(Export(key_of(kind=kind, default_originate=True)), SOURCES)
    table = Table(32)
    census: Census | None = None

    def happen(event: tuple[str, int, set[bytes]]) -> None:
        what, source, keys = event
        if what == "announce":
            table.announce(make_path(SOURCES[source], RAW, next_hop=bytes(4)), sorted(keys))
        elif what == "withdraw":
            table.withdraw(SOURCES[source], sorted(keys))
        elif census is not None:
            census.take(2, table.get)

    for event in before:
        happen(event)
    census = Census(writer, list({*table.keys(), *writer.export.own}))
    counted = census

    def changed(keys: list[bytes], old: Entry | None, new: Entry | None, nlri: bytes | None) -> None:
        del nlri
        counted.changed(keys, old, new)

    table.subscribe(changed)
    for event in meanwhile:
        happen(event)
    while not census.complete:
        census.take(2, table.get)
    assert [census.count(source) for source in SOURCES] == [recount(writer, table, source) for source in SOURCES]
